"""The page Read: choose a file, see the page with its traces, the answer and the measurements."""

__all__: list[str] = []
