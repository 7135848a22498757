"""The doctor's review on the screen: accept, overrule, and what is kept of it."""

__all__: list[str] = []
