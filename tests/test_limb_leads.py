from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from heartguard.lab.ecg_simulator import simulate_ecg
from heartguard.lab.paper import PRESETS, render_page
from heartguard.leads import LIMB_LEADS
from heartguard.page import find_page
from heartguard.trace.limb_leads import agree_limb_leads
from heartguard.trace.panels import Line, find_lines
from heartguard.values import Page, Upload

SIGNALS = simulate_ecg("normal", 72, seed=3).signals
UNSURE_PX = 12.0


def page_of(layout: str) -> tuple[Page, list[Line]]:
    made = render_page(SIGNALS, replace(PRESETS["clean"], layout=layout), seed=1)
    page = find_page(Upload("page.png", "0" * 64, "png", made.image))
    return page, find_lines(page)


@pytest.fixture(scope="module")
def full() -> tuple[Page, list[Line]]:
    return page_of("12x1")


def spoilt(lines: list[Line], lead: str, by: Callable[[Line, slice], np.ndarray], spread: float) -> list[Line]:
    """Lines of which one lead runs elsewhere over a fifth of its length, not sure of it."""
    out = list(lines)
    k = next(k for k, line in enumerate(lines) if line.panel.lead == lead)
    line = lines[k]
    part = slice(2 * len(line.x) // 5, 3 * len(line.x) // 5)
    y, unsure = line.y.copy(), line.spread.copy()
    y[part], unsure[part] = by(line, part), spread
    out[k] = replace(line, y=y, spread=unsure)
    return out


def higher(line: Line, part: slice) -> np.ndarray:
    return line.y[part] - 40


def furthest(lines: list[Line], others: list[Line]) -> float:
    return max(float(np.abs(a.y - b.y).max()) for a, b in zip(lines, others, strict=True))


@pytest.mark.parametrize("lead", LIMB_LEADS)
def test_the_other_limb_leads_say_where_an_unsure_one_runs(full, lead: str) -> None:
    page, lines = full
    wrong = spoilt(lines, lead, higher, UNSURE_PX)
    assert furthest(agree_limb_leads(page, wrong), lines) < 4 < 40 == pytest.approx(furthest(wrong, lines))


def test_two_leads_that_changed_places_change_back(full) -> None:
    page, lines = full
    of = {line.panel.lead: line for line in lines}
    drop = of["aVF"].panel.baseline_y - of["aVL"].panel.baseline_y
    wrong = spoilt(lines, "aVL", lambda line, part: of["aVF"].y[part] - drop / 2, UNSURE_PX)
    wrong = spoilt(wrong, "aVF", lambda line, part: of["aVL"].y[part] + drop / 2, UNSURE_PX)
    before, after = furthest(wrong, lines), furthest(agree_limb_leads(page, wrong), lines)
    assert before > 60
    assert after < 6


def test_what_is_sure_stays(full) -> None:
    page, lines = full
    assert furthest(agree_limb_leads(page, lines), lines) == 0
    wrong = spoilt(lines, "aVL", higher, UNSURE_PX)
    for before, after in zip(wrong, agree_limb_leads(page, wrong), strict=True):
        sure = before.spread == 0
        assert (after.y[sure] == before.y[sure]).all()
        assert (after.spread == before.spread).all()


def test_chest_leads_stay(full) -> None:
    page, lines = full
    wrong = spoilt(lines, "V3", higher, UNSURE_PX)
    assert furthest(agree_limb_leads(page, wrong), wrong) == 0


def test_leads_that_break_the_law_stay(full) -> None:
    page, lines = full
    name = {"II": "aVR", "aVR": "II"}
    swapped = [
        replace(line, panel=replace(line.panel, lead=name.get(line.panel.lead, line.panel.lead))) for line in lines
    ]
    wrong = spoilt(swapped, "I", higher, UNSURE_PX)
    assert furthest(agree_limb_leads(page, wrong), wrong) == 0


@pytest.mark.parametrize("layout", ["3x4", "6x2+1", "12x1 Cabrera"])
def test_it_holds_for_columns_strips_and_leads_drawn_upside_down(layout: str) -> None:
    page, lines = page_of(layout)
    wrong = spoilt(lines, "aVR", higher, UNSURE_PX)
    assert furthest(agree_limb_leads(page, wrong), lines) < 6


def test_leads_one_after_the_other_stay() -> None:
    page, lines = page_of("2x6")
    wrong = spoilt(lines, "aVR", higher, UNSURE_PX)
    assert furthest(agree_limb_leads(page, wrong), wrong) == 0
