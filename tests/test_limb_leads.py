from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from heartguard.leads import LIMB_LEADS
from heartguard.trace import tracer
from heartguard.trace.limb_leads import reconcile_limb_leads
from heartguard.trace.panels import Line, find_lines, seconds_per_px
from heartguard.values import Page, Upload
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.page import PRESETS, render_page
from tests.networks import read_page, trace_page

SIGNALS = simulate_ecg("normal", 72, seed=3).signals
UNSURE_PX, FAIRLY_SURE_PX = 12.0, 3.0
OFF_PX = 40


def page_of(layout: str, signals: np.ndarray = SIGNALS) -> Page:
    made = render_page(signals, replace(PRESETS["clean"], layout=layout), seed=1)
    return read_page(Upload("page.png", "0" * 64, "png", made.image))


def lines_of(page: Page) -> list[Line]:
    """Lines of a page as the network gives them where it is fairly sure: its spread is wider in steep parts."""
    found = []
    for line in find_lines(page):
        steep = np.abs(np.gradient(line.y, line.x)) > 1
        near = np.convolve(steep, np.ones(9), mode="same") > 0
        found.append(replace(line, spread=np.where(near, FAIRLY_SURE_PX, 0.0)))
    return found


@pytest.fixture(scope="module")
def page() -> Page:
    return page_of("12x1")


@pytest.fixture(scope="module")
def lines(page: Page) -> list[Line]:
    return lines_of(page)


def changed(lines: list[Line], lead: str, change: Callable[[Line], Line]) -> list[Line]:
    return [change(line) if line.panel.lead == lead and not line.panel.rhythm else line for line in lines]


def spoilt(lines: list[Line], lead: str, spread: float = UNSURE_PX, by: float = OFF_PX, part=(2, 3)) -> list[Line]:
    """Lines of which one lead runs elsewhere in a fifth of its length, not sure of it."""

    def change(line: Line) -> Line:
        here = slice(part[0] * len(line.x) // 5, part[1] * len(line.x) // 5)
        y, unsure = line.y.copy(), line.spread.copy()
        y[here] -= by
        unsure[here] = np.maximum(unsure[here], spread)
        return replace(line, y=y, spread=unsure)

    return changed(lines, lead, change)


def furthest(lines: list[Line], others: list[Line]) -> float:
    return max(float(np.abs(a.y - b.y).max()) for a, b in zip(lines, others, strict=True))


@pytest.mark.parametrize("lead", LIMB_LEADS)
def test_the_other_limb_leads_say_where_an_unsure_one_runs(page: Page, lines: list[Line], lead: str) -> None:
    wrong = spoilt(lines, lead)
    assert furthest(wrong, lines) == pytest.approx(OFF_PX)
    assert (
        furthest(reconcile_limb_leads(page, wrong), lines) < 10
    )  # a fine, steep stroke of this page is placed to 1 mm


def test_two_leads_that_changed_places_change_back(page: Page, lines: list[Line]) -> None:
    of = {line.panel.lead: line for line in lines}
    drop = of["aVF"].panel.baseline_y - of["aVL"].panel.baseline_y
    half = len(of["aVL"].x) // 2

    def put(other: str, by: float) -> Callable[[Line], Line]:
        return lambda line: replace(
            line,
            y=np.where(np.arange(len(line.x)) < half, line.y, np.interp(line.x, of[other].x, of[other].y) + by),
            spread=np.where(np.arange(len(line.x)) < half, line.spread, UNSURE_PX),
        )

    wrong = changed(changed(lines, "aVL", put("aVF", -drop / 2)), "aVF", put("aVL", drop / 2))
    assert furthest(wrong, lines) > 60
    # one trusts leads less that do not fit, or both would pull the four that are right
    assert furthest(reconcile_limb_leads(page, wrong), lines) < 12


def test_two_wrong_leads_do_not_pull_four_right_ones(page: Page, lines: list[Line]) -> None:
    unsure = lines
    for lead in LIMB_LEADS:
        unsure = spoilt(unsure, lead, spread=10, by={"aVL": 80, "aVF": -80}.get(lead, 0))
    assert furthest(reconcile_limb_leads(page, unsure), lines) < 32


def test_what_is_sure_stays_and_what_is_half_sure_goes_half_the_way(page: Page, lines: list[Line]) -> None:
    assert furthest(reconcile_limb_leads(page, lines), lines) < 3
    for spread, share in ((2.3, 0.0), (3.6, 0.5), (4.8, 1.0)):
        wrong = spoilt(lines, "aVL", spread, by=6)
        found = reconcile_limb_leads(page, wrong)
        k = [line.panel.lead for line in lines].index("aVL")
        flat = (wrong[k].y != lines[k].y) & (lines[k].spread == 0)
        assert np.median((found[k].y - wrong[k].y)[flat]) == pytest.approx(6 * share, abs=1.5 if share else 0)
        for before, after in zip(wrong, found, strict=True):
            sure = before.spread <= 2.4
            assert (after.y[sure] == before.y[sure]).all()


def test_chest_leads_stay(page: Page, lines: list[Line]) -> None:
    wrong = spoilt(lines, "V3")
    found = reconcile_limb_leads(page, wrong)
    assert furthest(found[6:], wrong[6:]) == 0


def test_a_row_whose_rest_is_misplaced_is_no_error(page: Page, lines: list[Line]) -> None:
    shifted = changed(
        lines, "II", lambda line: replace(line, panel=replace(line.panel, baseline_y=line.panel.baseline_y + 30))
    )
    assert (
        furthest(reconcile_limb_leads(page, spoilt(shifted, "aVL")), lines) < 10
    )  # a fine, steep stroke of this page is placed to 1 mm


def test_a_gap_stays_a_gap_and_a_lost_lead_is_not_asked(page: Page, lines: list[Line]) -> None:
    def cut(line: Line) -> Line:
        keep = np.abs(line.x - line.x.mean()) > 100
        return replace(line, x=line.x[keep], y=line.y[keep], spread=line.spread[keep])

    gap = spoilt(changed(lines, "I", cut), "aVL")
    found = reconcile_limb_leads(page, gap)
    assert [len(line.x) for line in found] == [len(line.x) for line in gap]
    assert max(furthest([a], [b]) for a, b in zip(found, lines, strict=True) if len(a.x) == len(b.x)) < 6
    lost = changed(lines, "I", lambda line: replace(line, y=line.y - OFF_PX * np.sin(line.x / 50), covered=0.4))
    found = reconcile_limb_leads(page, spoilt(lost, "aVL"))
    assert furthest([found[0]], [lost[0]]) == 0
    assert furthest(found[1:], lines[1:]) < 10  # a fine, steep stroke of this page is placed to 1 mm


def test_a_lead_is_not_moved_to_where_there_is_no_ink(page: Page, lines: list[Line]) -> None:
    blank = replace(page, ink=np.zeros_like(page.ink))
    wrong = spoilt(lines, "aVL")
    assert furthest(reconcile_limb_leads(blank, wrong), wrong) == 0


def swap(first: str, second: str) -> Callable[[Page, list[Line]], list[Line]]:
    name = {first: second, second: first}

    def change(page: Page, lines: list[Line]) -> list[Line]:
        return [replace(a, panel=replace(a.panel, lead=name.get(a.panel.lead, a.panel.lead))) for a in lines]

    return change


def turn(page: Page, lines: list[Line]) -> list[Line]:
    return changed(lines, "aVL", lambda line: replace(line, panel=replace(line.panel, inverted=True)))


def late(page: Page, lines: list[Line]) -> list[Line]:
    return changed(lines, "II", lambda line: replace(line, x=line.x + 0.02 / seconds_per_px(line.panel)))


@pytest.mark.parametrize(
    "change", [swap("I", "III"), swap("I", "aVF"), swap("III", "aVL"), swap("II", "aVR"), turn, late]
)
def test_leads_that_break_the_law_stay(page: Page, lines: list[Line], change) -> None:
    wrong = spoilt(change(page, lines), "aVR")
    assert furthest(reconcile_limb_leads(page, wrong), wrong) == 0


def test_little_that_is_sure_proves_nothing(page: Page, lines: list[Line]) -> None:
    everywhere = changed(lines, "III", lambda line: replace(line, spread=np.full(len(line.x), UNSURE_PX)))
    wrong = spoilt(everywhere, "aVL")
    assert furthest(reconcile_limb_leads(page, wrong), wrong) == 0


@pytest.mark.parametrize("layout", ["3x4", "6x2+1", "12x1 Cabrera"])
def test_it_holds_for_columns_strips_and_leads_drawn_upside_down(layout: str) -> None:
    page = page_of(layout)
    lines = lines_of(page)
    assert furthest(reconcile_limb_leads(page, spoilt(lines, "aVR")), lines) < 12


def test_leads_one_after_the_other_stay() -> None:
    page = page_of("2x6")
    wrong = spoilt(lines_of(page), "aVR")
    assert furthest(reconcile_limb_leads(page, wrong), wrong) == 0


def test_the_trace_keeps_what_was_followed_to_be_judged_by(page: Page, lines: list[Line], monkeypatch) -> None:
    wrong = spoilt(lines, "aVL")
    monkeypatch.setattr(tracer, "refine_lines", lambda *_: wrong)
    ecg = trace_page(page)
    assert "Parts of aVL were placed by the other limb leads" in " ".join(warning.text for warning in ecg.warnings)
    assert np.nanmax(np.abs(ecg.unreconciled_signals - ecg.signals)[4]) == pytest.approx(
        OFF_PX / page.px_per_mv, abs=0.1
    )
    assert np.nanmax(np.abs(ecg.signals[4] - trace_page(page, refined=False).signals[4])) < 0.1
    monkeypatch.setattr(tracer, "refine_lines", lambda *_: lines_of(page)[:6] + lines[6:])
    calm = trace_page(page)
    assert not any("placed by" in note.text for note in calm.warnings)
