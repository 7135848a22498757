"""What is written to the log of errors that nobody foresaw."""

from __future__ import annotations

import logging
import traceback

__all__ = ["log_surprise"]

_LOG = logging.getLogger(__name__)


def log_surprise(error: Exception) -> None:
    """Log where an unexpected error arose, and nothing of the file: messages may hold patient data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    _LOG.error("unexpected %s at %s", type(error).__name__, place)
