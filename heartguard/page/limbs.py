"""Which order the limb leads stand in: the laws of Einthoven and Goldberger bind any three of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.leads import INVERTED, LIMB_LEADS, ORDERS, PAGE_SECONDS, Layout
from heartguard.limb_law import exchange_leads, invert_lead, lead_matrix, residual_variance_ratio
from heartguard.page.beats import beats_in_turn
from heartguard.page.ends import Extent
from heartguard.warning import Warning, caution

__all__ = ["misfit", "misfit_in_turn", "swap_warnings"]

_FLOOR = 0.03
_LEAST_LEADS = 3
_LEAST_IN_TURN = 4
_LEAST_OF_COMPLEX = 20
_ALIKE = 0.15
_INSIDE = 0.025
_SUSPECT = 0.08
_SURE = 0.03


def misfit(layout: Layout, followed: Doubles, extent: Extent) -> tuple[float, float]:
    """Return how badly the rows obey the laws of the limb leads if the page has this layout.

    Parameters
    ----------
    layout : Layout
    followed : ndarray, shape (rows, w)
        Each row along the page (see `heartguard.page.rough.RoughTraces`).
    extent : Extent

    Returns
    -------
    mean, worst : float
        Geometric mean and greatest of `residual_variance_ratio` over the columns that show three limb leads or more;
        NaN without such a column.
    """
    shares = [
        residual_variance_ratio(rows, lead_matrix(leads, layout.inverted))
        for leads, rows in _limb_columns(layout, followed, extent)
    ]
    known = [share for share in shares if np.isfinite(share)]
    if not known:
        return float("nan"), float("nan")
    return float(np.exp(np.mean(np.log(np.array(known) + _FLOOR))) - _FLOOR), max(known)


def misfit_in_turn(layout: Layout, followed: Doubles, extent: Extent, *, marked: bool = False) -> float:
    """Return how badly limb leads that stand one after the other obey the laws, beside how badly in the other order.

    The QRS complexes of different times never obey them well, but far better in the true order.

    Parameters
    ----------
    layout : Layout
        Two rows, the limb leads in the first.
    followed : ndarray, shape (rows, w)
    extent : Extent
    marked : bool
        Whether names or separators say that there are columns; without them complexes that are all alike are a single
        lead's.

    Returns
    -------
    float
        What this order leaves unexplained of the columns' mean complexes, as a share of what both orders leave: 0.5
        where they tell nothing. NaN with too few complexes or a single lead's.
    """
    columns = [followed[:, pixels] for pixels in _column_pixels(layout, extent)]
    complexes = beats_in_turn(columns, extent.width / PAGE_SECONDS)
    known = [column for column, shape in enumerate(complexes) if shape is not None]
    if len(known) < _LEAST_IN_TURN:
        return float("nan")
    rows = np.array([complexes[column] for column in known])
    level = rows - np.median(rows, axis=1, keepdims=True)
    if not marked and np.sum((level - level.mean(axis=0)) ** 2) < _ALIKE * np.sum(level**2):
        return float("nan")
    left = {
        order: residual_variance_ratio(
            rows, lead_matrix([leads[column] for column in known], INVERTED[order]), _LEAST_OF_COMPLEX
        )
        for order, leads in ORDERS.items()
    }
    return left[layout.order] / sum(left.values())


def swap_warnings(layout: Layout, followed: Doubles, extent: Extent) -> tuple[Warning, ...]:
    """Return a caution for every column whose limb leads fit only with two places changed, or one lead turned over."""
    warnings = []
    for leads, rows in _limb_columns(layout, followed, extent):
        matrix = lead_matrix(leads, layout.inverted)
        if not residual_variance_ratio(rows, matrix) > _SUSPECT:
            continue
        changes = {
            f"{leads[a]} and {leads[b]} have changed places": exchange_leads(matrix, a, b)
            for a, b in combinations(range(len(leads)), 2)
        } | {f"{lead} is upside down": invert_lead(matrix, k) for k, lead in enumerate(leads)}
        left = {said: residual_variance_ratio(rows, changed) for said, changed in changes.items()}
        best = min(left.values())
        if best < _SURE:  # some changes cannot be told apart: I for II does to the law what turning III over does
            said = " or ".join(name for name, share in left.items() if share < 2 * best + _FLOOR)
            text = f"The limb leads fit each other only if {said}; check the lead names against the page."
            warnings.append(caution("names.swapped", text))
    return tuple(warnings)


def _limb_columns(layout: Layout, followed: Doubles, extent: Extent) -> Iterator[tuple[list[str], Doubles]]:
    """Yield the limb leads of every column that shows three or more, with their stretches, shape (n, T)."""
    for column, pixels in enumerate(_column_pixels(layout, extent)):
        places = [(k, row[column]) for k, row in enumerate(layout.rows) if row[column] in LIMB_LEADS]
        if len(places) >= _LEAST_LEADS:
            yield [lead for _, lead in places], followed[[k for k, _ in places], pixels]


def _column_pixels(layout: Layout, extent: Extent) -> Iterator[slice]:
    """Yield what lies well inside of each column."""
    width = extent.width / layout.columns
    for column in range(layout.columns):
        first, last = (extent.x0 + (column + part) * width for part in (_INSIDE, 1 - _INSIDE))
        yield slice(max(0, round(first)), max(0, round(last)))
