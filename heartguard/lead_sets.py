"""Sets of lead names: whether rows that bear them are two ECGs, and whether pages that bear them are one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from heartguard.leads import is_row_name

__all__ = ["complement", "separate_ecgs"]

_FEWEST = 3
"""Names of an ECG of its own: three rhythm strips repeat as many leads, but not those of all rows."""

_ALIKE = 0.5
"""Share of the names of two ECGs that they have in common: some names are not read, and twelve leads have 3 strips."""

_WIDEST = 2.0
"""Distances of rows, in usual ones, are cut at this: twice the usual one is a header between two ECGs."""


def separate_ecgs(rows: Sequence[Collection[str]], heights: Sequence[float]) -> tuple[int, ...]:
    """Return the rows at which a further ECG begins: where the names of the rows above are all there once more.

    Parameters
    ----------
    rows : sequence of collections of str
        The lead names of each row of traces, from the top; empty for a row without.
    heights : sequence of float
        Where the rows are, in any unit, downwards.

    Returns
    -------
    tuple of int
        Empty for one ECG.

    Examples
    --------
    >>> limb = [{"I"}, {"II"}, {"III"}, {"aVR"}, {"aVL"}, {"aVF"}]
    >>> separate_ecgs([*limb, *limb], range(12))
    (6,)
    >>> separate_ecgs([*limb, {"II"}], range(7))
    ()
    """
    splits = [split for split in range(1, len(rows)) if _are_two(rows[:split], rows[split:])]
    if not splits:
        return ()
    usual = float(np.median(np.diff(heights)))
    gaps = [min(_WIDEST, (lower - upper) / usual) for upper, lower in pairwise(heights)]
    # By rows as well: below 3x4+1 the names of a strip and a whole ECG are as many as those of the ECG.
    best = max(splits, key=lambda split: _by_rows(rows[:split], rows[split:]) + gaps[split - 1] / _WIDEST)
    return (best, *(best + further for further in separate_ecgs(rows[best:], heights[best:])))


def _are_two(upper: Sequence[Collection[str]], lower: Sequence[Collection[str]]) -> bool:
    above, below = _names(upper), _names(lower)
    return min(len(above), len(below)) >= _FEWEST and len(above & below) >= _ALIKE * len(above | below)


def _by_rows(upper: Sequence[Collection[str]], lower: Sequence[Collection[str]]) -> float:
    """Return the share of the names that two ECGs have in the same rows."""
    count = max(len(upper), len(lower))
    pairs = [(set(a), set(b)) for a, b in zip(_filled(upper, count), _filled(lower, count), strict=True)]
    return sum(len(a & b) for a, b in pairs) / sum(len(a | b) for a, b in pairs)


def _filled(rows: Sequence[Collection[str]], count: int) -> list[Collection[str]]:
    return [*rows, *[()] * (count - len(rows))]


def _names(rows: Sequence[Collection[str]]) -> set[str]:
    return {name for row in rows for name in row}


def complement(one: Collection[str], other: Collection[str]) -> bool:
    """Return whether two pages may show parts of one ECG: both have named leads, and none is on both.

    Examples
    --------
    >>> complement(["I", "II", "III"], ["V1", "V2"]), complement(["I", "II"], ["II", "V1"])
    (True, False)
    >>> complement(["I", "II", "III"], ["row 1", "row 2"])
    False
    """
    named = not any(is_row_name(name) for name in (*one, *other))
    return bool(named and one and other and not set(one) & set(other))
