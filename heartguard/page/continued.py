"""Pages of which few leads go on in further rows: told by names and beats, and placed one row after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heartguard.arrays import Mask
from heartguard.in_turn import leads_in_turn, may_be_in_turn
from heartguard.leads import Layout, row_name
from heartguard.page.columns import row_extent
from heartguard.page.ends import Extent
from heartguard.page.print import PrintedName
from heartguard.page.printed_names import NamesInRows, plain, settle_names
from heartguard.page.recognise import Arrangement
from heartguard.page.rough import RoughTraces
from heartguard.values import Panel
from heartguard.warning import Warning, caution

__all__ = ["arrange_in_turn", "place_in_turn"]

_SURELY_READ = 0.5
"""Probability of a name that counts: of all that a word could be, the likelier one."""

_WHOLE_S = 0.1
"""Rows are of whole seconds; their ends are seen this exactly, as a pulse or a frame may hide the last 2 mm."""

_NOT_BY_LAWS = 0.0
"""Score of the layout: no law of the limb leads tells it, and neither contradicts it."""


def arrange_in_turn(
    rows: tuple[float, ...],
    extent: Extent,
    trace: Mask,
    names: Sequence[PrintedName],
    px_per_mm: float,
    px_per_s: float,
    in_text: Sequence[str] = (),
) -> Arrangement | None:
    """Return the arrangement of a page whose leads go on in further rows; None of any other page.

    Parameters
    ----------
    rows : tuple of float
        Isoelectric heights that were found, page pixels, from the top.
    extent : Extent
    trace : ndarray, shape (h, w), bool
        Ink of traces.
    names : sequence of PrintedName
        That were read anywhere on the page.
    px_per_mm, px_per_s : float
    in_text : sequence of str
        Leads that a header or footer names.
    """
    by_row = None if len(rows) < 2 else _names_by_row(settle_names(names, rows, extent, px_per_mm), rows)
    if by_row is None or not may_be_in_turn(by_row):
        return None
    columns = slice(max(0, round(extent.x0)), round(extent.x1) + 1)
    followed = RoughTraces.of(trace, px_per_mm).along(rows)[:, columns]
    leads, told = leads_in_turn(list(followed), px_per_s, by_row), _only_lead(names, in_text)
    # A page that names one lead in its text and none beside its rows shows no other.
    if leads == ("",) or (leads is None and told and in_text and not any(by_row)):
        leads = (told,)
    if leads is None:
        return None
    turns = len(rows) // len(leads)
    order = "printed" if any(leads) else "unnamed"
    layout = Layout(f"{len(rows)}x1 in turn", tuple((lead,) for lead in leads) * turns, 0, order, (), turns)
    named = float(np.mean([bool(lead) for lead in leads]))
    return Arrangement(
        layout, rows, 1.0, _on_names(leads), marked=1.0, score=_NOT_BY_LAWS, names_agree=named, names_differ=0.0
    )


def _names_by_row(settled: NamesInRows, rows: tuple[float, ...]) -> list[str] | None:
    """Return the lead that is printed at the beginning of each row; None where a row has names further on."""
    surest = [""] * len(rows)
    for row, column, name in sorted(settled.cells(rows, 1), key=lambda cell: cell[2].probability):
        if name.probability < _SURELY_READ or row < 0:
            continue
        if column < 0 or name.lead[0] == "-":
            return None
        surest[row] = plain(name)
    return surest


def _only_lead(names: Sequence[PrintedName], in_text: Sequence[str]) -> str:
    """Return the lead that a page names elsewhere than beside its rows, as those of watches do, if it names but one."""
    leads = {plain(name) for name in names if name.probability >= _SURELY_READ} | set(in_text)
    return leads.pop() if len(leads) == 1 else ""


def place_in_turn(
    layout: Layout, rows: tuple[float, ...], extent: Extent, trace: Mask, px_per_mm: float, px_per_s: float
) -> tuple[Panel, ...]:
    """Place rows in time, each after the row of the same lead above it.

    Parameters
    ----------
    layout : Layout
        With several turns.
    rows : tuple of float
    extent : Extent
        Of all rows together; one may begin later, or end earlier.
    trace : ndarray, shape (h, w), bool
    px_per_mm, px_per_s : float
    """
    length = extent.width / px_per_s
    if abs(length - round(length)) < _WHOLE_S:
        length = float(round(length))
    panels = []
    for row, (lead,) in enumerate(layout.rows):
        turn, number = divmod(row, layout.leads_in_turn)
        own = row_extent(extent, rows, row, trace, px_per_mm)
        x0, x1 = max(own.x0, extent.x0), min(own.x1, extent.x1)
        start = turn * length + (x0 - extent.x0) / px_per_s
        panels.append(Panel(lead or row_name(number), row, x0, x1, rows[row], start, start + (x1 - x0) / px_per_s))
    return tuple(panels)


def _on_names(leads: tuple[str, ...]) -> tuple[Warning, ...]:
    if all(leads):
        return ()
    text = (
        "The rows show the same lead one part after the other, but its name was not read: it is given as row 1. Name "
        "it by hand if the page tells it."
        if len(leads) == 1
        else "Leads go on in further rows, but not all of their names were read: those without are given as row 1, "
        "row 2. Name them by hand if the page tells them."
    )
    return (caution("names.unread", text),)
