"""The page Explanation: maps, SHAP, and what would change the answer."""

__all__: list[str] = []
