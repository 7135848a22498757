"""Several ECGs on one page, one below the other, told by lead names that are there once more as a whole set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from heartguard.arrays import Image
from heartguard.in_turn import evenly_spaced
from heartguard.lead_sets import separate_ecgs
from heartguard.page.continued import arrange_in_turn
from heartguard.page.make import Found
from heartguard.page.print import PrintedName
from heartguard.page.printed_names import plain, settle_names
from heartguard.page.straight import PX_PER_MM, StraightPage

__all__ = ["parts_of"]


def parts_of(
    page: StraightPage, found: Found, names: Sequence[PrintedName], px_per_s: float
) -> Iterator[tuple[StraightPage, tuple[PrintedName, ...]]]:
    """Yield the page once for each of several ECGs on it, with what is seen of the others taken away; else nothing.

    Parameters
    ----------
    page : StraightPage
    found : Found
        What stands on the whole page.
    names : sequence of PrintedName
        Of the whole page. Those of each ECG are yielded at the heights of its rows.
    px_per_s : float
        Page pixels for one second: leads that go on in further rows are no further ECG.
    """
    settled = settle_names(names, found.rows, found.extent, PX_PER_MM)
    by_row = [{plain(name) for name in settled.names if name.y == row} for row in found.rows]
    starts = separate_ecgs(by_row, found.rows)
    if not starts or _go_on(found, names, px_per_s):
        return
    cuts = [(found.rows[start - 1] + found.rows[start]) / 2 for start in starts]
    for top, bottom in pairwise((0.0, *cuts, float(page.image.shape[0]))):
        shares = {plane: _between(share, round(top), round(bottom)) for plane, share in page.shares.items()}
        yield replace(page, shares=shares), tuple(name for name in settled.names if top <= name.y < bottom)


def _go_on(found: Found, names: Sequence[PrintedName], px_per_s: float) -> bool:
    if not evenly_spaced(found.rows):
        return False
    return arrange_in_turn(found.rows, found.extent, found.trace, names, PX_PER_MM, px_per_s) is not None


def _between(share: Image, top: int, bottom: int) -> Image:
    """Return a map of which nothing is left above and below a part of the page."""
    kept: Image = np.zeros_like(share)
    kept[top:bottom] = share[top:bottom]
    return kept
