"""Numbers as the browser gets them."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Floats

__all__ = ["rounded"]


def rounded(values: Floats | Doubles, decimals: int = 1) -> list[float | None]:
    """Return values with few decimals, None for NaN.

    Examples
    --------
    >>> rounded(np.array([1.26, np.nan]))
    [1.3, None]
    """
    return [None if value != value else value for value in np.round(values.astype(float), decimals).tolist()]
