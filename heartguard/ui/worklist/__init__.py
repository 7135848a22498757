"""The page Work list: many ECGs at once, read in the background, sorted, filtered, compared."""

__all__: list[str] = []
