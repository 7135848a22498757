"""A share of cases as one cell of a table: percentage, 95 % interval by Wilson, and counts."""

from __future__ import annotations

from scipy.stats import binomtest

__all__ = ["share"]


def share(hits: int, among: int) -> str:
    """Return a share in words; empty where there is nothing to count.

    Examples
    --------
    >>> share(9, 10)
    '90.0 (59.6 to 98.2; 9 of 10)'
    >>> share(0, 0)
    ''
    """
    if among == 0:
        return ""
    low, high = binomtest(hits, among).proportion_ci(method="wilson")
    return f"{100 * hits / among:.1f} ({100 * low:.1f} to {100 * high:.1f}; {hits} of {among})"
