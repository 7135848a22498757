"""The page Preprocessing: every step as a picture, with what was decided, and where to correct it."""

__all__: list[str] = []
