"""What is removed of a page, in the app: found, left, added, and what the labelled set then holds."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures
from streamlit.testing.v1 import AppTest

from heartguard.deidentify import Choice, PageText, TextBox
from heartguard.review import reviewed
from heartguard.samples import list_samples
from heartguard.sessions import Chosen, Tab
from heartguard.ui.read.marked_page import box_title, marked
from heartguard.ui.shared import keeping, removal
from heartguard.values import Panel, Reading, Segment
from tests.handmade import make_ecg, make_page, make_reading
from tests.screens import violations
from tests.test_app import open_app, upload, wait, words

LONGEST_MS = 90_000
NAME = TextBox(300, 250, 400, 262)


@pytest.fixture
def reading() -> Reading:
    """Make a reading whose page has a name above its trace."""
    image = np.full((600, 900, 3), 250, np.uint8)
    image[300:303, 100:800] = 20
    image[252:260, 302:398] = 10
    panel = Panel("II", 0, 100.0, 800.0, 301.0, 0.0, 10.0, rhythm=True)
    line = Segment(panel, np.full(700, 301.0, np.float32) + np.linspace(-60, 40, 700, dtype=np.float32), 100, 1.0)
    return make_reading(page=make_page(image=image, panels=(panel,)), ecg=replace(make_ecg(), segments=(line,)))


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Tab:
    """Give the room of removal a tab in which the text was found already."""
    tab = Tab()
    monkeypatch.setattr(removal, "current_tab", lambda: tab)
    return tab


def chosen_with(tab: Tab, kept: np.ndarray | None = None) -> Chosen:
    chosen = Chosen("a.png", b"abc", "upload")
    tab.explained[f"text-{chosen.read_as}"] = PageText.of((NAME,), np.zeros((600, 900), bool) if kept is None else kept)
    return chosen


def dark_above_trace(picture: bytes) -> bool:
    page = np.asarray(Pictures.open(io.BytesIO(picture)).convert("L"))
    return bool(page[:45].min() < 100)


def test_the_labelled_page_has_no_name_unless_the_doctor_or_the_operator_leaves_it(
    reading: Reading, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, review = chosen_with(tab), reviewed(reading, "MI")
    tab.reviews[chosen.place], tab.overruled[chosen.place] = review, removal.labelled(chosen, reading, review)
    assert not dark_above_trace(tab.overruled[chosen.place].picture)
    removal.set_choice(chosen, reading, Choice().switched(NAME, on=False))
    assert dark_above_trace(tab.overruled[chosen.place].picture), "the case is made anew"
    removal.set_choice(chosen, reading, Choice())
    assert not dark_above_trace(tab.overruled[chosen.place].picture)
    monkeypatch.setenv("HEARTGUARD_DEIDENTIFY", "off")
    assert removal.without_text(chosen, reading) is reading.page.image


def test_a_box_of_a_doctor_is_blanked_in_the_history_too(
    reading: Reading, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, written = chosen_with(tab), []
    monkeypatch.setattr(keeping, "is_on", lambda: True)
    monkeypatch.setattr(keeping, "_keep", lambda *given: written.append(given[-1]))
    monkeypatch.setattr(keeping, "_write", lambda _tab, _chosen, act: act(None))
    tab.kept[chosen.place] = "1"
    mine = TextBox(90, 200, 500, 400, "added")
    removal.set_choice(chosen, reading, Choice().switched(NAME, on=False))
    assert written == [], "what was found is never in the history's picture"
    removal.set_choice(chosen, reading, Choice().with_box(mine))
    kept = np.asarray(Pictures.open(io.BytesIO(written[0])).convert("L"))
    assert kept[210:390, 110:490].min() > 240
    assert kept[:, 520:780].min() < 100, "the rest of the trace is there"


def test_a_box_is_called_by_its_kind_place_and_size_and_drawn_by_what_becomes_of_it(reading: Reading) -> None:
    page = reading.page
    assert box_title(NAME, page) == "Print, middle centre, 25 × 3 mm"
    assert box_title(TextBox(800, 590, 890, 598, "overlay"), page) == "Script or stamp, bottom right, 22 × 2 mm"
    gone, stays = marked(page, (NAME,), Choice()), marked(page, (NAME,), Choice().switched(NAME, on=False))
    assert gone[255, 301].tolist() != stays[255, 301].tolist()
    assert stays[250, 350].tolist() == [130, 130, 130]
    assert gone[250, 350].tolist() == [0, 92, 214]


@pytest.mark.usefixtures("read_once")
def test_the_dialog_lists_boxes_switches_them_and_adds_one() -> None:
    path = list_samples()[0].path
    app = upload(open_app(), path.name, path.read_bytes())
    wait(app, lambda a: any(button.key == "removal" for button in a.button))
    app.button("removal").click().run()
    boxes = [box for box in app.checkbox if (box.key or "").startswith("removal-")]
    assert len(boxes) > 3
    assert all(box.value for box in boxes)
    assert f"{len(boxes)} of {len(boxes)} boxes" in words(app)

    def again() -> None:  # this test's app runs the whole page, on which the dialog is open where its button is pressed
        app.button("removal").click().run()
        assert not app.exception

    boxes[0].uncheck()
    again()
    assert f"{len(boxes) - 1} of {len(boxes)} boxes" in words(app)
    app.number_input("removal-From the top").set_value(20.0)
    press_add(app)
    again()
    assert f"{len(boxes)} of {len(boxes) + 1} boxes" in words(app)
    assert any("Yours" in box.label for box in app.checkbox)
    app.number_input("removal-Width").set_value(0.0)
    press_add(app)
    again()
    assert "The box is empty" in words(app)
    assert f"{len(boxes)} of {len(boxes) + 1} boxes" in words(app)


def press_add(app: AppTest) -> None:
    app.button[[button.label for button in app.button].index("Add box")].click()


def test_a_doctor_sees_what_will_be_removed_and_takes_a_tick_by_keyboard(
    app_url: str, open_page: Any, tmp_path: Any
) -> None:
    page = open_page(app_url, viewport={"width": 1280, "height": 900})
    page.set_default_timeout(LONGEST_MS)
    page.locator(".st-key-sample-0 button").click()
    page.get_by_role("button", name="What will be removed").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("11 of 11 boxes").wait_for()
    first = dialog.get_by_role("checkbox").filter(has_not_text="Show").nth(1)
    first.focus()
    page.keyboard.press("Space")
    dialog.get_by_text("10 of 11 boxes").wait_for()
    dialog.get_by_role("button", name="Add box").focus()
    page.keyboard.press("Enter")
    dialog.get_by_text("11 of 12 boxes").wait_for()
    dialog.get_by_text("Show the page as it will be").click()
    dialog.get_by_text("Without what is removed.").wait_for()
    page.screenshot(path=tmp_path / "removal.png")
    assert [(rule, html) for rule, html in violations(page) if "removal" in html] == []
    assert dialog.evaluate("element => element.scrollWidth <= element.clientWidth + 1")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
