"""Leads named by hand in the app: what the parts of a page are called, and where they stand on it."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.leads import CHEST_LEADS, LEADS, Layout
from heartguard.page import columns_of, panel_columns
from heartguard.ui.preprocessing.lead_names import Part, names_in_order, parts_of
from heartguard.ui.shared.words import answer_text, leads_text
from heartguard.ui.viewer.payload import ecg_payload
from heartguard.values import (
    NO_CORRECTIONS,
    Corrections,
    Ecg,
    HandSetting,
    Measurements,
    Page,
    Panel,
    Prediction,
    Reading,
    Segment,
    Upload,
)

ROWS = tuple(f"row {number}" for number in range(1, 4))
UPLOAD = Upload("made.png", "0", "png", np.full((90, 300, 3), 255, np.uint8))


def panels_of(*rows: tuple[str, ...], strips: tuple[str, ...] = (), by_hand: bool = False) -> tuple[Panel, ...]:
    """Return panels in columns of 100 pixels and 10 seconds, with strips below them."""
    short = [
        Panel(lead, row, 5 + 100 * column, 95 + 100 * column, 20.0 * row, 0.0, 10.0, by_hand=by_hand)
        for row, leads in enumerate(rows)
        for column, lead in enumerate(leads)
        if lead
    ]
    long = [Panel(lead, len(rows) + k, 5, 295, 70.0, 0.0, 10.0, rhythm=True) for k, lead in enumerate(strips)]
    return (*short, *long)


def reading_of(panels: tuple[Panel, ...], corrections: Corrections = NO_CORRECTIONS, **more: object) -> Reading:
    """Return a reading of a page with these panels, each traced as a line of 1 mV over the first second."""
    line = np.full(5000, np.nan, np.float32)
    line[:500] = 1.0
    signals = np.full((12, 5000), np.nan, np.float32)
    others = {}
    for panel in panels:
        if panel.lead in LEADS:
            signals[LEADS.index(panel.lead)] = line
        else:
            others[panel.lead] = line
    rows = tuple((panel.lead,) for panel in panels if not panel.rhythm)
    layout = Layout(f"{len(rows)}x1", rows, 0, "printed", ())
    page = Page(UPLOAD, UPLOAD.image, np.eye(3), np.zeros((90, 300), np.float32), 8.0, "grid", layout, panels, 1.0)
    segments = tuple(Segment(panel, np.full(90, panel.baseline_y, np.float32), 5, 0.9) for panel in panels)
    ecg = Ecg(signals, np.ones(12, np.float32), segments=segments, page=page, others=others)
    withheld = Prediction("MI", True, {"MI": 1.0}, np.zeros((1, 1, 1)), np.zeros(1), 1.0, "m", withheld="No class.")
    return Reading(UPLOAD, page, ecg, Measurements(), withheld, 0.9, {}, corrections=corrections, **more)  # type: ignore[arg-type]


def test_a_page_has_the_columns_of_its_fullest_row():
    panels = panels_of(("I", "V1"), ("II", ""), ("", "V3"))
    assert panel_columns(panels) == (0, 1, 0, 1)
    assert columns_of(panels) == [["I", "II"], ["V1", "V3"]]
    assert columns_of(panels_of(("I",), strips=("II",))) == [["I"]]
    assert columns_of(()) == []


def test_parts_keep_the_names_from_before_they_were_named():
    found = parts_of(reading_of(panels_of(*((row,) for row in ROWS))))
    assert [(part.name, part.found, part.place(1)) for part in found] == [
        ("row 1", "", "Row 1"),
        ("row 2", "", "Row 2"),
        ("row 3", "", "Row 3"),
    ]
    given = Corrections(leads=(("row 1", "V1"), ("row 3", "V4R")))
    named = (
        *panels_of(("V1",), by_hand=True),
        Panel("row 2", 1, 5, 95, 20, 0, 10),
        Panel("V4R", 2, 5, 95, 40, 0, 10, by_hand=True),
    )
    assert [part.name for part in parts_of(reading_of(named, given))] == ["row 1", "row 2", "row 3"]


def test_strips_are_parts_of_their_own():
    parts = parts_of(reading_of(panels_of(("I", "aVR"), strips=("II",))))
    assert [part.place(2) for part in parts] == ["Row 1, column 1", "Row 1, column 2", "Strip 1"]
    assert (parts[-1].name, parts[-1].found, parts[-1].strip) == ("strip 1", "II", True)


@pytest.mark.parametrize(("count", "orders"), [(6, 3), (12, 2), (4, 0)])
def test_usual_orders_are_offered_where_they_name_every_part(count, orders):
    parts = tuple(Part(f"row {row}", "", row, 0) for row in range(count))
    offered = names_in_order((*parts, Part("strip 1", "II", count, 0, strip=True)))
    assert len(offered) == orders
    assert all(len(leads) == count for leads in offered.values())
    if count == 6:
        assert offered["Chest leads"] == CHEST_LEADS
        assert offered["Limb leads, Cabrera"] == ("aVL", "I", "-aVR", "II", "aVF", "III")


def test_the_viewer_gets_every_lead_and_row_as_the_page_has_them():
    sent = ecg_payload(reading_of(panels_of(("V1",), ("V4R",), ("row 3",))))
    assert [panel["label"] for panel in sent["page"]["panels"]] == ["V1", "V4R", "row 3"]
    assert list(sent["signals"]["leads"]) == ["V1", "V4R", "row 3"]
    assert sent["signals"]["layout"] == "page"
    assert sent["signals"]["columns"] == [["V1", "V4R", "row 3"]]
    assert sent["leads"]["V1"] == "Traced good (100 of 100)."
    assert sent["leads"]["V4R"] == "Followed over 90% of its length; its quality is not judged by itself."
    assert set(sent["leads"]) == {"V1", "V4R", "row 3"}


def test_the_strip_counts_lead_names_that_are_many():
    from heartguard.ui.shared.frame import strip_html
    from heartguard.ui.shared.session import Chosen

    chosen, panels = Chosen("a.png", b"", "upload"), panels_of(("V1",), ("V2",), ("V3",), by_hand=True)
    leads = tuple((f"row {number}", f"V{number}") for number in range(1, 4))
    many = strip_html(chosen, reading_of(panels, Corrections(layout="rows", leads=leads)))
    assert "By hand: 3 leads named" in many
    assert "By hand: arrangement with each row a lead of its own" in many
    assert "lead names V1 for row 1" in strip_html(chosen, reading_of(panels, Corrections(leads=leads[:1])))


def test_it_is_said_in_a_few_words_why_there_is_no_class():
    chest = reading_of(panels_of(*((lead,) for lead in CHEST_LEADS)))
    assert answer_text(chest) == "No class: 6 of the 12 leads"
    assert leads_text(reading_of(panels_of(("row 1",))).ecg) == "leads not named"


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_turn_of_a_page_is_told_from_where_its_pixels_went(quarters, mirrored):
    from heartguard.page import apply_corrections
    from heartguard.page.corrections import turn_of

    _, to_page = apply_corrections(UPLOAD, Corrections(quarters, mirrored=mirrored))
    layout = Layout("1x1", (("I",),), 0, "printed", ())
    page = Page(UPLOAD, UPLOAD.image, to_page, np.zeros((1, 1), np.float32), 8.0, "grid", layout, (), 1.0)
    assert turn_of(page) == (quarters, mirrored)


def test_a_mirror_and_a_turn_that_is_undone_stand_beside_what_was_found():
    mirrored = HandSetting("mirrored", True, False)
    assert mirrored.text == "left and right exchanged (found: as they are)"
    found = {"quarter_turns": 2, "mirrored": False}
    undone = reading_of((), Corrections(mirrored=False), found=found)
    assert [setting.text for setting in undone.by_hand] == ["turned by 0 degrees (found: 180 degrees)"]
    assert reading_of((), Corrections(), found=found).by_hand == ()
