from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heartguard.leads import LEAD_INDEX
from heartguard.trace import together
from heartguard.trace.line import line_through
from heartguard.trace.path import PathCosts, follow
from heartguard.trace.runs import find_runs
from heartguard.trace.together import Track, follow_all
from heartguard.values import Ecg, Upload
from heartlab.metrics.snr import lead_snr_db, page_snr_db
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.page import PRESETS, render_page
from tests.networks import read_page, trace_page

SIGNALS = simulate_ecg("normal", 72, seed=3).signals


def traced(preset: str, signals: np.ndarray = SIGNALS, **changes: object) -> tuple[np.ndarray, Ecg]:
    page = render_page(signals, replace(PRESETS[preset], **changes), seed=1)
    return page.truth, trace_page(read_page(Upload("page.png", "0" * 64, "png", page.image)))


def test_runs_have_sub_pixel_ends() -> None:
    ink = np.zeros((10, 2), np.float32)
    ink[3:6, 0] = 1
    ink[2, 0] = 0.25
    runs = find_runs(ink)
    assert runs.first.tolist() == [0, 1, 1]
    # Half the ink is passed a third of the way from the pixel of 0.25 to the pixel of 1, and half-way below.
    assert runs.top[0] == pytest.approx(2 + 1 / 3)
    assert runs.bottom[0] == pytest.approx(5.5)


def test_the_path_stays_on_its_own_row_where_another_crosses() -> None:
    ink = np.zeros((100, 60), np.float32)
    ink[29:32] = 1
    ink[69:72] = 1
    ink[29:72, 28:31] = 1
    runs = find_runs(ink)
    for baseline in (30, 70):
        path, _ = follow(runs, 0, 60, baseline, PathCosts())
        away = np.r_[0:28, 31:60]
        assert np.abs(runs.centre[path[away]] - baseline).max() <= 1


def wandering_rows(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw rows 60 pixels apart that wander down together by a whole row; return the ink and the lines."""
    columns = np.arange(1200)
    lines = 60 * np.arange(1, rows + 1)[:, None] + 60 * np.sin(np.pi * columns / 1200) ** 2
    heights = np.arange(60 * (rows + 3))[:, None]
    return np.max([np.abs(heights - line) <= 1.5 for line in lines], axis=0).astype(np.float32), lines


@pytest.mark.parametrize("rows", [2, 3, 4])
@pytest.mark.parametrize("first", [0, 150])
def test_rows_that_wander_into_the_next_one_are_not_followed_twice(rows: int, first: int) -> None:
    ink, lines = wandering_rows(rows)
    runs = find_runs(ink)
    tracks = [Track(first * (row % 2), 1200, 60.0 * (row + 1)) for row in range(rows)]
    alone = [follow(runs, t.x0, t.x1, t.baseline_y, PathCosts())[0][-1200 + first :] for t in tracks]
    assert np.mean(alone[0][-900:] == alone[1][-900:]) > 0.2
    for path, track, line in zip(follow_all(runs, tracks, PathCosts()), tracks, lines, strict=True):
        assert np.abs(runs.centre[path] - line[track.x0 :]).max() < 2


def test_lines_that_only_cross_are_followed_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ink = np.zeros((100, 90), np.float32)
    ink[29:32] = 1
    ink[69:72] = 1
    ink[29:72, 20:70] = 1
    ink[24:27, 20:70] = 1  # another way for the upper one
    runs = find_runs(ink)
    tracks = [Track(0, 90, 30.0), Track(0, 90, 70.0)]
    alone = [follow(runs, 0, 90, t.baseline_y, PathCosts())[0] for t in tracks]
    assert all((path == other).all() for path, other in zip(follow_all(runs, tracks, PathCosts()), alone, strict=True))
    monkeypatch.setattr(together, "_LONG", 40)
    assert (follow_all(runs, tracks, PathCosts())[0] != alone[0]).any()


def test_a_gap_is_bridged_and_marked() -> None:
    ink = np.zeros((40, 50), np.float32)
    ink[19:22] = 1
    ink[:, 20:25] = 0
    path, _ = follow(find_runs(ink), 0, 50, 20, PathCosts())
    assert (path[20:25] == -1).all()
    assert (path[np.r_[0:20, 25:50]] >= 0).all()


def test_the_pen_is_undone_at_a_narrow_peak() -> None:
    columns = np.arange(60)
    line = 50 - np.clip(30 - 8 * np.abs(columns - 30.0), 0, None)
    stroke = 4.0
    fine = np.linspace(0, 59, 5900)
    drawn = np.interp(fine, columns, line)
    reach = np.sqrt(np.clip(4 - (fine[None] - columns[:, None]) ** 2, 0, None))
    near = np.abs(fine[None] - columns[:, None]) <= 2
    top = np.where(near, drawn[None] - reach, np.inf).min(axis=1)
    bottom = np.where(near, drawn[None] + reach, -np.inf).max(axis=1)
    x, y = line_through(top, bottom, stroke)
    assert y.min() == pytest.approx(20, abs=0.6)
    assert x[np.argmin(y)] == pytest.approx(30, abs=0.5)
    assert np.abs(np.interp(columns, x, y) - line).max() < 1.6


@pytest.mark.parametrize(
    ("preset", "at_least_db"), [("clean", 22), ("clinic-3x4", 17), ("clinic-6x2", 17), ("skewed-scan", 15)]
)
def test_a_simulated_page_is_traced_to_its_truth(preset: str, at_least_db: float) -> None:
    truth, ecg = traced(preset)
    assert page_snr_db(truth, ecg.signals).mean() > at_least_db


def test_each_lead_covers_what_the_page_shows_and_no_more() -> None:
    truth, ecg = traced("clinic-3x4")
    shown, found = ~np.isnan(truth), ~np.isnan(ecg.signals)
    assert (found & ~shown).sum(axis=1).max() < 25
    assert (shown & ~found).sum(axis=1).max() < 50


@pytest.mark.parametrize("lead", ["II", "III", "V1"])
def test_the_rhythm_strip_is_named_by_what_it_shows_and_fills_its_lead(lead: str) -> None:
    _, ecg = traced("clean", rhythm_leads=(lead,))
    assert ecg.rhythm_lead == lead
    assert np.isfinite(ecg.lead(lead)).mean() > 0.98


def test_amplitude_is_in_millivolts() -> None:
    truth, ecg = traced("clean")
    for lead in ("I", "II", "V4"):
        x, y = truth[LEAD_INDEX[lead]], ecg.lead(lead)
        assert np.nanmax(y) - np.nanmin(y) == pytest.approx(np.nanmax(x) - np.nanmin(x), rel=0.05)


def test_a_missing_lead_stays_empty() -> None:
    signals = SIGNALS.copy()
    signals[LEAD_INDEX["V5"]] = np.nan
    _, ecg = traced("clean", signals)
    assert np.isnan(ecg.lead("V5")).all()
    assert ecg.quality[LEAD_INDEX["V5"]] < 0.5
    assert any("V5" in warning.text for warning in ecg.warnings if warning.code == "trace.no_line")


def test_snr_is_infinite_only_for_the_truth_and_zero_for_nothing() -> None:
    truth = SIGNALS[1]
    assert lead_snr_db(truth, truth + 0.3) > 80
    assert lead_snr_db(truth, np.full_like(truth, np.nan)) == 0
    noise = np.random.default_rng(0).normal(0, truth.std() / 10, truth.shape).astype(np.float32)
    assert lead_snr_db(truth, truth + noise) == pytest.approx(20, abs=0.3)
    assert lead_snr_db(truth, np.roll(truth, 40)) > 15
