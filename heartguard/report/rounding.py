"""Numbers as JSON has them."""

from __future__ import annotations

import math

__all__ = ["rounded"]


def rounded(value: float | None, decimals: int) -> float | int | None:
    """Round a number; NaN and infinity, which JSON does not have, become None.

    Examples
    --------
    >>> rounded(71.96, 1), rounded(71.96, 0), rounded(float("nan"), 1)
    (72.0, 72, None)
    """
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) if decimals else round(float(value))
