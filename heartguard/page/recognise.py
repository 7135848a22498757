"""Which leads the rows of a page show: known layouts and what its names spell out are tried; all evidence decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Mask
from heartguard.errors import LayoutError, NotAnEcgError
from heartguard.leads import LAYOUTS, LIMB_LEADS, ROWS, Layout
from heartguard.page.ends import Extent
from heartguard.page.layout_evidence import Candidate, LayoutEvidence, by_law
from heartguard.page.limbs import swap_warnings
from heartguard.page.marks import Lines
from heartguard.page.name_table import printed_layout
from heartguard.page.print import PrintedName
from heartguard.page.printed_names import (
    NamesInRows,
    look_alike,
    names_of,
    plain,
    settle_names,
    strip_names,
)
from heartguard.page.rough import RoughTraces
from heartguard.values import Corrections
from heartguard.warning import Warning, caution, fault

__all__ = ["Arrangement", "choose_layout", "no_layout"]

_FEWEST_ROWS = 2
"""Of a page without readable names: one row alone may be anything."""

# Shares of the limb leads that a layout leaves unexplained, and what follows from them; chosen by hand.
_NO_LAW = 0.5
_FITS = 0.3
_FITS_WELL = 0.1
_UNCHECKED = 0.35
_UNLIKE = 0.5
_NO_LEADS = 0.85
"""Of 1: rows that have nothing to do with each other are not twelve leads, and stay without names."""


_READ_WELL = 0.9
"""Probability from which on a printed name that contradicts the layout is named to the doctor; chosen by hand."""

_MOST_NAMES, _FEW_NAMES = 0.7, 0.1
"""Shares of the leads that have their name read, from which on the arrangement is no guess, and another's, up to which
it is none; chosen by hand: the names of some leads may be hidden by their waves."""

_UNSURE = 0.75
_CLEAR = 1.5
"""Score by which a layout is ahead of the next one where it is certain."""


_LIMB_LEADS_ALONE = tuple(
    Layout(f"{len(leads)}x1", tuple((lead,) for lead in leads), 0) for leads in (LIMB_LEADS[:3], LIMB_LEADS)
)
"""Pages of limb leads alone. Chest leads never obey the laws of the limb leads, so rows that obey them from their
beginning to their end are these, whether their names were read or not."""


@dataclass(frozen=True)
class Arrangement:
    """What stands where.

    Attributes
    ----------
    layout : Layout
    rows : tuple of float
        Isoelectric heights of the layout's rows, page pixels.
    certainty : float, 0.5 to 1
        How far the layout's evidence is ahead of the next one's.
    warnings : tuple of Warning
        On limb leads that may be named wrongly.
    same_seconds : bool
        Whether all columns show the same seconds, rather than consecutive ones.
    marked : float, -1 to 1
        How surely separators and names begin the columns, less how surely they begin others.
    score : float
        Of all evidence, in units of the logarithm of the limb leads' misfit.
    strips : tuple of str
        Printed names of the rhythm strips, from the top; empty where none was read.
    names_agree, names_differ : float
        Names that were read and are those of the layout, and those that are not, as shares of its leads.
    """

    layout: Layout
    rows: tuple[float, ...]
    certainty: float
    warnings: tuple[Warning, ...] = ()
    same_seconds: bool = False
    marked: float = 0.0
    score: float = 0.0
    strips: tuple[str, ...] = ()
    names_agree: float = 0.0
    names_differ: float = 0.0

    @property
    def spelt(self) -> bool:
        """Whether the printed names leave no guess: most leads have theirs, and one of twelve may be misread."""
        return self.names_agree > _MOST_NAMES and self.names_differ < _FEW_NAMES


def choose_layout(
    rows: tuple[float, ...],
    extent: Extent,
    lines: Lines,
    trace: Mask,
    marks: Mask,
    px_per_mm: float,
    corrections: Corrections,
    names: Sequence[PrintedName] = (),
) -> Arrangement:
    """Choose the layout and the order of the leads.

    Five kinds of evidence count: printed names, the laws that bind limb leads which a page shows at the same time, or
    the complexes of leads which it shows in turn (`heartguard.page.limbs`), rhythm strips that repeat a short lead,
    separators and names where columns begin, and how many rows were found. A row too many or one too few is made good
    where the rest of the evidence asks for it. What the names spell out is a layout like the known ones.

    Parameters
    ----------
    rows : tuple of float
        Isoelectric heights that were found, from the top.
    extent : Extent
    lines : Lines
    trace, marks : ndarray, shape (h, w), bool
        Ink of traces, and of lead names.
    px_per_mm : float
    corrections : Corrections
        A layout or an order that was set by hand leaves only that to choose.
    names : sequence of PrintedName
        That were read.

    Raises
    ------
    NotAnEcgError, LayoutError
        If there are too few rows, or no layout fits them.
    """
    by_hand = corrections.layout is not None or corrections.lead_order is not None
    if not rows or (len(rows) < _FEWEST_ROWS and not (names or by_hand)):
        raise _no_ecg()
    settled = settle_names(names, rows, extent, px_per_mm)
    page = LayoutEvidence(rows, extent, lines, RoughTraces.of(trace, px_per_mm), marks, settled, px_per_mm)
    wanted = [
        layout
        for layout in LAYOUTS.values()
        if corrections.layout in (None, layout.shape) and corrections.lead_order in (None, layout.order)
    ]
    if corrections.layout == ROWS:
        return _arrangement([page.unnamed()], settled, extent, corrections)
    spelt = None if by_hand else printed_layout(rows, settled)
    tried = [c for layout in wanted for c in page.candidates(layout)]
    # Leads that do not fit each other at all may fit an unusual order by chance: it must fit well.
    usual = ("standard", corrections.lead_order, None if spelt is None else spelt.order)
    tried = [c for c in tried if c.layout.order in usual or c.worst < _FITS_WELL]
    if not by_hand:
        tried = [c for c in tried if _credible(c, len(rows))]
        alone = (c for layout in _LIMB_LEADS_ALONE for c in page.candidates(layout))
        tried += [c for c in alone if not c.changed and c.misfit < _FITS_WELL]
        if spelt is not None and spelt not in wanted:
            tried += page.candidates(spelt)
    if not tried and by_hand:
        raise _too_few(wanted[0], len(rows))
    # Names speak against an order that was set against them, whatever the rows.
    unheard = corrections.lead_order is not None
    ranked = sorted(tried, key=lambda c: c.by_names * unheard - c.score)
    if not ranked or (ranked[0].misfit > _NO_LEADS and not by_hand):
        ranked = [page.unnamed()]
    return _arrangement(ranked, settled, extent, corrections)


def _arrangement(
    candidates: list[Candidate], names: NamesInRows, extent: Extent, corrections: Corrections
) -> Arrangement:
    """Return the best candidate, how sure it is, and what is to be said of it."""
    best = candidates[0]
    other = max((c.score for c in candidates if c.layout is not best.layout), default=-np.inf)
    certainty = float(np.clip(0.5 + 0.5 * (best.score - other) / _CLEAR, 0.5, 1.0))
    agree, differ = names_of(best.layout, best.rows, names)
    warnings = swap_warnings(best.layout, best.followed, extent)
    if best.layout.order == "unnamed":
        if len(best.rows) <= _FEWEST_ROWS and corrections.layout != ROWS:
            raise _no_ecg()
        certainty, warnings = 0.5, (_unnamed(by_hand=corrections.layout == ROWS),)
    elif best.layout.in_turn:
        if corrections.lead_order is None and not best.misfit <= _UNCHECKED and not agree > differ:
            warnings = (_not_checked(),)
    elif best.layout.order == "Cabrera" and corrections.lead_order is None and not agree > differ:
        certainty, warnings = min(certainty, _UNSURE), (*warnings, _told_by_traces())
    elif best.misfit > _UNLIKE and not warnings:
        certainty = min(certainty, _UNSURE)
        warnings = (_no_fit(),)
    return Arrangement(
        best.layout,
        best.rows,
        certainty,
        (*warnings, *_differing(best.layout, best.rows, names)),
        best.same_seconds,
        best.columns,
        best.score,
        strip_names(best.layout, best.rows, names),
        agree,
        differ,
    )


def _credible(candidate: Candidate, found: int) -> bool:
    """Two rows, or rows that fit a layout only by leaving some out, need evidence of their own."""
    if found <= _FEWEST_ROWS:
        return candidate.score - candidate.by_names > by_law(_NO_LAW) + 0.25
    return not candidate.changed or candidate.misfit < _FITS


def _differing(layout: Layout, rows: Sequence[float], names: NamesInRows) -> tuple[Warning, ...]:
    """Say where a name was read that is not that of the layout which all evidence asks for."""
    said = [
        f"{name.lead} where {layout.rows[row][column]} is expected"
        for row, column, name in names.cells(rows, layout.columns)
        if 0 <= row < len(layout.rows)
        and column >= 0
        and layout.rows[row][column] not in ("", plain(name))
        and not look_alike(plain(name), layout.rows[row][column])
        and name.probability > _READ_WELL
    ]
    if not said:
        return ()
    text = f"The printed names seem to say {', '.join(said)}, but the traces fit the latter. Compare them on the page."
    return (caution("names.printed", text),)


def _unnamed(*, by_hand: bool) -> Warning:
    if by_hand:
        text = (
            "Each row is given as a lead of its own, as was set by hand, and without a name: row 1, row 2 and so on, "
            "from the top. Name the leads by hand too."
        )
        return fault("names.unread", text)
    return fault(
        "names.unread",
        "The lead names could not be read, and the traces fit no arrangement that HeartGuard knows: they are given as "
        "row 1, row 2 and so on, from the top. Set the arrangement by hand if it is one of those offered.",
    )


def _no_fit() -> Warning:
    return caution(
        "names.limb_leads",
        "The limb leads do not fit each other as they were found (II should be I + III): rows, columns or lead names "
        "may be wrong. Check them on the overlay.",
    )


def _not_checked() -> Warning:
    return caution(
        "names.order",
        "The limb leads stand one after the other, and their heartbeats do not tell in which order: compare the lead "
        "names with the page, and set the order by hand if it is another.",
    )


def _told_by_traces() -> Warning:
    return caution(
        "names.order",
        "That the limb leads are in the order of Cabrera was told from the traces alone, as no name that was read says "
        "so. Compare the lead names with the page, and set the order by hand if it is another.",
    )


def _no_ecg() -> NotAnEcgError:
    return NotAnEcgError(
        "No 12-lead ECG was found in this picture: it needs at least three rows of traces. "
        "Open a picture or page that shows all of the ECG."
    )


def no_layout(found: int) -> LayoutError:
    """Return the refusal of a page whose rows fit no layout."""
    return LayoutError(
        f"{found} rows of traces were found, which fits none of the arrangements that HeartGuard reads "
        "(3x4 with up to three rhythm strips, 6x2, 2x6, 12x1). Crop the picture to the ECG, or set the arrangement by "
        "hand."
    )


def _too_few(layout: Layout, found: int) -> LayoutError:
    return LayoutError(
        f"The arrangement {layout.shape} has {layout.row_count} rows of traces, but only {found} were found. "
        "Choose another arrangement, or mark the corners of the paper so that all rows lie between them."
    )
