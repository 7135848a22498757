"""The page About: how HeartGuard works and how good it is."""

__all__: list[str] = []
