"""Naming the leads by hand: a choice for every part of the page, placed as the parts stand on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from heartguard.leads import CABRERA_LEADS, CHEST_LEADS, LEADS, LIMB_LEADS, is_row_name
from heartguard.ui.shared import session
from heartguard.ui.shared.fragments import fragment
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.values import Reading

__all__ = ["FURTHER_LEADS", "Part", "choose_names", "names_in_order", "parts_of", "show_lead_names"]

FURTHER_LEADS = ("V7", "V8", "V9", "V3R", "V4R", "V5R", "V6R")
"""Posterior and right-sided leads that recorders print beside the twelve."""

_CHOICES = ("", *LEADS, "-aVR", *FURTHER_LEADS)
"""None changed, the usual leads, Cabrera's aVR upside down, and further ones."""

_CABRERA = tuple("-aVR" if lead == "aVR" else lead for lead in CABRERA_LEADS)
_ORDERS = {
    "Limb leads": LIMB_LEADS,
    "Limb leads, Cabrera": _CABRERA,
    "Chest leads": CHEST_LEADS,
    "All twelve": LEADS,
    "All twelve, Cabrera": (*_CABRERA, *CHEST_LEADS),
}
"""Usual orders, down the columns from the left; one that is as long as the page has parts names them in one click."""


_CHOICE_PX = 160
"""Width of a choice: two of them stand side by side in the column beside the page."""


@dataclass(frozen=True)
class Part:
    """A stretch of a lead on the page, to be named.

    Attributes
    ----------
    name : str
        What it was called when it was read, by which `heartguard.values.Corrections.leads` names it.
    found : str
        The lead that HeartGuard takes it for; empty where that is not known.
    row, column : int
        Where it stands, from 0.
    strip : bool
    """

    name: str
    found: str
    row: int
    column: int
    strip: bool = False

    def place(self, columns: int) -> str:
        """Return where it stands on a page with so many columns, such as ``"Row 2, column 3"``, ``"Strip 1"``."""
        if self.strip:
            return self.name.capitalize()
        return f"Row {self.row + 1}, column {self.column + 1}" if columns > 1 else f"Row {self.row + 1}"


def parts_of(reading: Reading) -> tuple[Part, ...]:
    """Return the parts of a page in the order in which they were found, with the names from before any was named."""
    from heartguard.page import panel_columns
    from heartguard.panel_names import panel_names

    panels, given = reading.page.panels, dict(reading.corrections.leads)
    before = {lead: name for name, lead in given.items()}
    strips = iter([segment.panel.label for segment in reading.ecg.segments if segment.panel.rhythm])
    columns, parts = panel_columns(panels), list[Part]()
    for name, panel, column in zip(panel_names(panels), panels, columns, strict=True):
        if any(part.name == name for part in parts):
            continue  # A lead that goes on in a further row is named once.
        if panel.rhythm:
            followed = next(strips, "")
            parts.append(Part(name, "" if name in given else _known(followed), panel.row, 0, strip=True))
        else:
            called = before.get(panel.label, name) if panel.by_hand else name
            parts.append(Part(called, _known(called), panel.row, column))
    return tuple(parts)


def _known(label: str) -> str:
    return "" if is_row_name(label) else label


def names_in_order(parts: tuple[Part, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return the usual orders of leads that have as many as the page has parts, strips aside."""
    count = sum(not part.strip for part in parts)
    return {order: leads for order, leads in _ORDERS.items() if len(leads) == count}


def choose_names(parts: tuple[Part, ...], given: Mapping[str, str], key: str) -> tuple[tuple[str, str], ...]:
    """Offer a lead for every part; return those that were named, by what the parts are called.

    Parameters
    ----------
    parts : tuple of Part
    given : mapping of str to str
        What was named before.
    key : str
        Begins the keys of the choices.
    """
    _offer_orders(parts, key)
    chosen, columns = {}, 1 + max(part.column for part in parts)
    rows = [[part for part in parts if part.row == row] for row in sorted({part.row for part in parts})]
    for across in rows if columns > 1 else [list(parts)]:
        with st.container(horizontal=True, gap="xsmall"):
            for part in sorted(across, key=lambda part: (part.row, part.column)):
                place, one = part.place(columns), f"{key}-{part.name}"
                chosen[part.name] = _choose(place, part.found, given.get(part.name, ""), one)
    named = tuple((name, lead) for name, lead in chosen.items() if lead)
    twice = _twice(parts, chosen)
    if twice:
        st.warning(f"Two parts would be {' and '.join(twice)}: name each lead once.", icon=":material/report:")
    return named


def _offer_orders(parts: tuple[Part, ...], key: str) -> None:
    """Offer to name all parts in a usual order, in one click."""
    ordered = sorted((p for p in parts if not p.strip), key=lambda p: (p.column, p.row))

    def fill(leads: tuple[str, ...]) -> None:
        for part, lead in zip(ordered, leads, strict=True):
            st.session_state[f"{key}-{part.name}"] = lead

    with st.container(horizontal=True, gap="xsmall"):
        for order, leads in names_in_order(parts).items():
            st.button(f"{order}: {leads[0]} to {leads[-1]}", on_click=fill, args=(leads,), key=f"{key}-{order}")


def _choose(place: str, found: str, given: str, key: str) -> str:
    st.session_state.setdefault(key, given)
    as_found = f"as found: {found}" if found else "not named"
    return st.selectbox(place, _CHOICES, format_func=lambda lead: lead or as_found, key=key, width=_CHOICE_PX)


def _twice(parts: tuple[Part, ...], chosen: Mapping[str, str]) -> list[str]:
    """Return the leads that two parts would be, strips aside, which repeat one."""
    leads = [(chosen[p.name] or p.found).removeprefix("-") for p in parts if not p.strip]
    return [lead for lead, count in Counter(filter(None, leads)).items() if count > 1]


@fragment
@calm
def show_lead_names(chosen: Chosen, reading: Reading) -> None:
    """Offer to name the leads beside the page, where their names could not be read; else show nothing."""
    if not any(warning.code == "names.unread" for warning in reading.warnings):
        return
    given = chosen.corrections
    with st.expander("Name the leads", icon=":material/edit:"):
        st.caption("Compare with the page, from the top. A class is given once all twelve leads are named.")
        key = f"name-{chosen.digest[:12]}-{chosen.view}-{hash(given)}"
        leads = choose_names(parts_of(reading), dict(given.leads), key)
        ready = bool(leads) and leads != given.leads
        if st.button("Read again with these names", type="primary", disabled=not ready, key="name-go"):
            session.correct(replace(given, leads=leads))
            st.rerun()
