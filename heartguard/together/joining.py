"""Which pages are joined, and the ECG that they show together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from heartguard.lead_sets import complement
from heartguard.leads import LEADS, SAMPLING_RATE_HZ
from heartguard.measure import measure
from heartguard.together.placement import page_of, scaled_to, shifted
from heartguard.together.stack import stacked_ecg, stacked_page
from heartguard.traced import TracedEcg
from heartguard.values import Page
from heartguard.warning import Warning, caution, note

__all__ = ["belong_together", "join"]

_BETWEEN_S = 1.0
"""Left free between the seconds of two pages, as what was recorded between them, or whether at once, is not known."""

_SURELY_NAMED = 0.5
"""Share of the leads of a page whose printed names must have been read for it to be joined unasked."""


def belong_together(pages: Sequence[TracedEcg], other: TracedEcg) -> bool:
    """Return whether a further page shows other leads of the ECG of some pages: named, none twice, at the same speed.

    Rhythm strips may repeat leads.
    """
    same_speed = all(one.page.paper_speed_mm_per_s == other.page.paper_speed_mm_per_s for one in pages)
    # Pages of lines have their names as text, and no evidence on how surely they were read.
    named = all(one.page.evidence.get("names_agree", 1.0) >= _SURELY_NAMED for one in (*pages, other))
    shown = [lead for one in pages for lead in _short_leads(one.page)]
    return same_speed and named and complement(shown, _short_leads(other.page))


def _short_leads(page: Page) -> list[str]:
    return [panel.lead for panel in page.panels if not panel.rhythm]


def join(traced: Sequence[TracedEcg], *, asked: bool) -> TracedEcg:
    """Return the ECG that several pages show together.

    The pages are laid below each other in one picture at the scale of the first. Their seconds follow each other, with
    a second without any trace between two pages, so that no interval and no law reaches from one into another.

    Parameters
    ----------
    traced : sequence of TracedEcg
        In the order of their pages.
    asked : bool
        Whether somebody asked for it, rather than the pages themselves.
    """
    first = traced[0]
    laid = [scaled_to(one, first.page) for one in traced]
    starts_s = np.cumsum([0.0, *(one.signals.shape[1] / SAMPLING_RATE_HZ + _BETWEEN_S for one in laid[:-1])])
    tops = np.cumsum([0, *(page_of(one).image.shape[0] for one in laid[:-1])])
    rows = np.cumsum([0, *(1 + max(panel.row for panel in page_of(one).panels) for one in laid[:-1])])
    moved = [
        shifted(one, float(start), int(top), int(row))
        for one, start, top, row in zip(laid, starts_s, tops, rows, strict=True)
    ]
    said = _on_pages(traced, asked=asked)
    page = stacked_page(moved, traced, said)
    ecg = stacked_ecg(moved, page, starts_s)
    sheets = tuple(sheet for one in traced for sheet in one.sheets)
    return TracedEcg(page, ecg, measure(ecg), min(one.quality for one in traced), sheets=sheets)


def _on_pages(traced: Sequence[TracedEcg], *, asked: bool) -> Warning:
    """Say which pages were joined, and why; a caution where leads are on several of them."""
    sheets = [sheet for one in traced for sheet in one.sheets]
    same = len({name for name, _ in sheets}) == 1
    pages = ", ".join(str(page + 1) if same else f"{name} page {page + 1}" for name, page in sheets)
    why = "as was asked for" if asked else "as their lead names complement each other"
    text = (
        f"Pages {pages} were read as one ECG, {why}. Whether they were recorded at once is not known: their seconds "
        "are given one after the other, and no interval reaches from one page into the next."
    )
    counts = Counter(lead for one in traced for lead in set(_short_leads(one.page)))
    twice = [lead for lead in LEADS if counts[lead] > 1]
    if not twice:
        return note("file.together", text)
    return caution(
        "names.repeated", f"{text} On several of them are {', '.join(twice)}: check that they are of one ECG."
    )
