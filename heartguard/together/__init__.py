"""Pages that belong together: several traced pages laid below each other, each with its own seconds, as one ECG."""

from heartguard.together.joining import belong_together, join

__all__ = ["belong_together", "join"]
