"""Printed lead names: their rows and columns, and the layout that they spell out."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.leads import CABRERA_LEADS, CHEST_LEADS, LAYOUTS, LIMB_LEADS, Layout
from heartguard.page.ends import Extent
from heartguard.page.name_table import printed_layout
from heartguard.page.print import PrintedName
from heartguard.page.printed_names import (
    NamesInRows,
    agreement,
    names_of,
    settle_names,
    strip_names,
)

MM = 8.0
EXTENT = Extent(200.0, 2200.0)


def printed(table: list[list[str]], *, above_mm: float = 8.0, p: float = 0.95) -> tuple[NamesInRows, list[float]]:
    """Print names at the beginning of their columns; an empty name is not printed."""
    rows = [300.0 + 200.0 * k for k in range(len(table))]
    width = EXTENT.width / max(map(len, table))
    names = [
        PrintedName(lead, EXTENT.x0 + column * width + 8, row - above_mm * MM, p)
        for row, leads in zip(rows, table, strict=True)
        for column, lead in enumerate(leads)
        if lead
    ]
    return settle_names(names, rows, EXTENT, MM), rows


@pytest.mark.parametrize("above_mm", [18.0, 8.0, 2.0, -6.0])
def test_names_above_or_below_their_rows_find_them(above_mm: float) -> None:
    table = [list(row) for row in LAYOUTS["3x4"].rows]
    names, rows = printed(table, above_mm=above_mm)
    assert len(names.names) == 12
    assert {name.y for name in names.names} == set(rows)
    assert printed_layout(rows, names) is LAYOUTS["3x4"]


@pytest.mark.parametrize("name", ["3x4", "6x2", "12x1", "2x6", "3x4 Cabrera", "6x2 Cabrera"])
def test_a_known_layout_is_spelt_out(name: str) -> None:
    layout = LAYOUTS[name]
    table = [[f"-{lead}" if lead in layout.inverted else lead for lead in row] for row in layout.rows]
    names, rows = printed(table)
    assert printed_layout(rows, names) is layout


def test_strips_bear_one_name_each() -> None:
    table = [*(list(row) for row in LAYOUTS["3x4"].rows), ["V1"], ["II"]]
    names, rows = printed(table)
    layout = printed_layout(rows, names)
    assert layout is LAYOUTS["3x4+2"]
    assert strip_names(layout, rows, names) == ("V1", "II")


@pytest.mark.parametrize(
    ("leads", "name"),
    [(LIMB_LEADS, "6x1"), (CHEST_LEADS, "6x1"), (("I", "II", "III"), "3x1"), (("V1", "V2", "V3R", "V4R"), "4x1")],
)
def test_pages_of_some_leads_have_these_alone(leads: tuple[str, ...], name: str) -> None:
    names, rows = printed([[lead] for lead in leads])
    layout = printed_layout(rows, names)
    assert layout is not None
    assert (layout.name, layout.rows, layout.complete) == (name, tuple((lead,) for lead in leads), False)


def test_a_strip_below_single_rows_and_a_misread_last_name() -> None:
    names, rows = printed([[lead] for lead in (*LIMB_LEADS, "II")])
    with_strip = printed_layout(rows, names)
    assert with_strip is not None
    assert (with_strip.name, strip_names(with_strip, rows, names)) == ("6x1+1", ("II",))
    names, rows = printed([[lead] for lead in (*CHEST_LEADS[:5], "V5")])
    chest = printed_layout(rows, names)
    assert chest is not None
    assert chest.rows == tuple((lead,) for lead in CHEST_LEADS)


def test_four_rows_of_three_columns() -> None:
    table = [["I", "aVL", "V3"], ["II", "aVF", "V4"], ["III", "V1", "V5"], ["aVR", "V2", "V6"]]
    names, rows = printed(table)
    layout = printed_layout(rows, names)
    assert layout is not None
    assert layout.name == "4x3"
    assert layout.rows == tuple(map(tuple, table))
    assert layout.complete


def test_names_that_were_not_read_are_told_by_their_neighbours() -> None:
    table = [["V1", "I"], ["", "II"], ["V3", ""], ["V4", "aVR"], ["V5", "aVL"], ["V6", "aVF"]]
    names, rows = printed(table)
    layout = printed_layout(rows, names)
    assert layout is not None
    assert layout.rows == tuple(zip(CHEST_LEADS, LIMB_LEADS, strict=True))


def test_the_one_name_that_is_missing_of_twelve_in_any_order() -> None:
    order = ["V4", "V1", "aVR", "I", "V5", "aVL", "V2", "II", "V6", "V3", "aVF", "III"]
    names, rows = printed([[lead] if lead != "II" else [""] for lead in order])
    layout = printed_layout(rows, names)
    assert layout is not None
    assert layout.rows == tuple((lead,) for lead in order)
    names, rows = printed([[lead] if lead not in ("II", "V6") else [""] for lead in order])
    layout = printed_layout(rows, names)
    assert layout is not None
    assert [row for row, (lead,) in enumerate(layout.rows) if not lead] == [7, 8]


def test_three_rows_of_four_leads_read_from_the_right_make_one_column_and_a_strip() -> None:
    order = ["V4", "V1", "aVR", "I", "V5", "V2", "aVL", "II", "V6", "V3", "aVF", "III"]
    for strip in ("", "II"):
        names, rows = printed([[lead] if lead not in ("I", "II", "V6") else [""] for lead in order] + [[strip]])
        layout = printed_layout(rows, names)
        assert layout is not None
        assert layout.name == "12x1+1"
        assert layout.rows == tuple((lead,) for lead in order)


@pytest.mark.parametrize("below", [6.0, -8.5, -34.0])
def test_names_that_are_nearer_to_another_row_than_to_their_own(below: float) -> None:
    pitch = 14.5 if below > -20 else 70.0
    rows = tuple(MM * (40.0 + pitch * row) for row in range(13))
    order = ["V4", "V1", "aVR", "I", "V5", "V2", "aVL", "II", "V6", "V3", "aVF", "III", "II"]
    names = [PrintedName(lead, EXTENT.x0, y + below * MM, 0.99) for lead, y in zip(order, rows, strict=True)]
    assert [name.y for name in settle_names(names, rows, EXTENT, MM).names] == list(rows)


def test_a_cabrera_page_whose_avr_is_upright() -> None:
    table = [[limb, chest] for limb, chest in zip(CABRERA_LEADS, CHEST_LEADS, strict=True)]
    names, rows = printed(table)
    layout = printed_layout(rows, names)
    assert layout is not None
    assert layout.inverted == ()


def test_too_few_names_spell_nothing() -> None:
    names, rows = printed([["I", "", "", ""], ["", "", "", ""], ["", "", "V3", ""]])
    assert printed_layout(rows, names) is None


def test_agreement_prefers_the_layout_that_is_printed() -> None:
    table = [list(row) for row in LAYOUTS["6x2 Cabrera"].rows]
    names, rows = printed(table)
    found = {name: agreement(LAYOUTS[name], rows, names) for name in ("6x2", "6x2 Cabrera")}
    assert found["6x2 Cabrera"] - found["6x2"] > 20
    assert names_of(LAYOUTS["6x2 Cabrera"], rows, names) == pytest.approx((0.95, 0.0))
    agree, differ = names_of(LAYOUTS["6x2"], rows, names)
    assert agree + differ == pytest.approx(0.95)
    assert agree == pytest.approx(0.95 * 6 / 12)


def test_names_in_the_first_column_alone_speak_for_one_column() -> None:
    names, rows = printed([[lead] for lead in LIMB_LEADS])
    six = printed_layout(rows, names)
    assert six is not None
    assert agreement(six, rows, names) - agreement(LAYOUTS["6x2"], rows, names) == pytest.approx(6 * 0.693, abs=0.01)


@pytest.mark.parametrize(("p", "cost"), [(0.98, 6.38), (0.5, 2.48)])
def test_a_doubtful_name_counts_less_than_a_sure_one(p: float, cost: float) -> None:
    names, rows = printed([["I"], ["II"], ["III"]], p=p)
    right, wrong = (
        Layout("3x1", tuple((lead,) for lead in leads), 0) for leads in (("I", "II", "III"), ("I", "II", "V9"))
    )
    assert agreement(right, rows, names) - agreement(wrong, rows, names) == pytest.approx(cost, abs=0.01)


def test_names_left_of_their_columns_are_those_of_the_columns() -> None:
    table = LAYOUTS["3x4"].rows
    rows = [300.0, 500.0, 700.0]
    width = EXTENT.width / 4
    names = [
        PrintedName(lead, EXTENT.x0 + column * width - 9 * MM, row, 0.95)
        for row, leads in zip(rows, table, strict=True)
        for column, lead in enumerate(leads)
    ]
    assert printed_layout(rows, settle_names(names, rows, EXTENT, MM)) is LAYOUTS["3x4"]


def test_marks_of_the_seconds_that_look_like_one_lead_are_no_names() -> None:
    table = [list(row) for row in LAYOUTS["3x4"].rows]
    names, rows = printed(table)
    ticks = [PrintedName("I", x, rows[0] - 18 * MM, 0.97) for x in np.arange(250.0, 2150.0, 200.0)]
    above = [name._replace(y=name.y - 8 * MM) for name in names.names]
    assert settle_names([*above, *ticks], rows, EXTENT, MM).names == names.names
    twice = [PrintedName("I", x, rows[0], 0.97) for x in (210.0, 2100.0)]
    assert settle_names(twice, rows, EXTENT, MM).names == tuple(twice)
