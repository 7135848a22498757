"""The judge of read pages finds out what is wrong with them; sheets keep their signals."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heartguard.leads import LAYOUTS, LEAD_INDEX, SAMPLES
from heartguard.values import Reading
from heartlab.metrics.right_pages import Judged, Stretch, judge_page
from heartlab.simulate.ecg import simulate_ecg
from heartlab.train.sheets import _pack, read_table
from tests.handmade import make_ecg, make_measurements, make_reading

TRUTH = simulate_ecg("normal", 72, seed=2).signals
STRETCHES = [
    Stretch(lead, 2.5 * column, 2.5 * (column + 1), 2.5 * column)
    for row in LAYOUTS["3x4"].rows
    for column, lead in enumerate(row)
]


def on_page(signals: np.ndarray, shift: int = 0) -> np.ndarray:
    """Return what a 3x4 page shows of signals, so many samples late."""
    shown = np.full((12, SAMPLES), np.nan, np.float32)
    for stretch in STRETCHES:
        lead, first, last = LEAD_INDEX[stretch.lead], round(stretch.start_s * 500), round(stretch.end_s * 500)
        last = min(last, SAMPLES - shift)
        shown[lead, first + shift : last + shift] = signals[lead, first:last]
    return shown


def reading(signals: np.ndarray, rate: float | None = 72.0) -> Reading:
    return make_reading(ecg=make_ecg(signals=signals), measurements=make_measurements(heart_rate_bpm=rate))


def judged(signals: np.ndarray, rate: float | None = 72.0) -> Judged:
    return judge_page(reading(signals, rate), TRUTH, STRETCHES, [72.0])


def test_a_perfect_page_is_right() -> None:
    found = judged(on_page(TRUTH))
    assert found.right
    assert found.mean_db > 40
    assert len(found.lead_db) == 12


def test_a_page_that_is_late_is_still_right() -> None:
    found = judged(on_page(TRUTH, shift=60))
    assert found.right
    assert found.mean_db > 20


def test_decibels_are_the_power_of_the_signal_over_that_of_the_error() -> None:
    noise = np.random.default_rng(0).standard_normal(TRUTH.shape).astype(np.float32)
    power = np.sqrt(np.mean((TRUTH - TRUTH.mean(axis=1, keepdims=True)) ** 2, axis=1, keepdims=True))
    found = judged(on_page(TRUTH + 0.1 * power * noise))
    assert found.mean_db == pytest.approx(20, abs=1.5)


@pytest.mark.parametrize(("factor", "right"), [(1.07, True), (1.2, False), (0.5, False)])
def test_a_wrong_scale_of_the_limb_leads_is_found_out(factor: float, right: bool) -> None:
    wrong = on_page(TRUTH)
    wrong[:6] *= factor
    found = judged(wrong)
    assert found.scale_right == right
    assert found.names_right
    assert found.right == right


def test_leads_that_changed_names_are_found_out() -> None:
    wrong = TRUTH.copy()
    wrong[[LEAD_INDEX["I"], LEAD_INDEX["aVR"]]] = TRUTH[[LEAD_INDEX["aVR"], LEAD_INDEX["I"]]]
    found = judged(on_page(wrong))
    assert not found.names_right
    assert found.lead_db["I"] < 5 < found.lead_db["II"]


def test_a_lead_that_was_not_drawn_is_a_wrong_name() -> None:
    few = [stretch for stretch in STRETCHES if stretch.lead != "V6"]
    assert not judge_page(reading(on_page(TRUTH)), TRUTH, few, [72.0]).names_right


def test_a_missing_lead_counts_as_nothing_read() -> None:
    wrong = on_page(TRUTH)
    wrong[LEAD_INDEX["V6"]] = np.nan
    found = judged(wrong)
    assert found.lead_db["V6"] == 0
    assert found.mean_db < judged(on_page(TRUTH)).mean_db


@pytest.mark.parametrize(("rate", "right"), [(75.0, True), (36.0, False), (None, False)])
def test_rates_are_right_within_five_percent(rate: float | None, right: bool) -> None:
    assert judged(on_page(TRUTH), rate).rate_right == right


def test_of_several_right_rates_any_will_do() -> None:
    assert judge_page(reading(on_page(TRUTH), 90.0), TRUTH, STRETCHES, [72.0, 90.0]).rate_right


def test_a_right_page_has_ten_decibels() -> None:
    found = Judged({"I": 8.0, "II": 11.9}, names_right=True, rate_right=True, scale_right=True)
    assert not found.right
    assert replace(found, lead_db={"I": 8.0, "II": 12.1}).right


def test_signals_of_sheets_come_back_as_they_were_packed(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    signals = rng.integers(-32000, 32000, (3, 12, 5000)).astype(np.int16)
    _pack(signals, tmp_path)
    with (tmp_path / "rendered.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["image", "group"])
        writer.writeheader()
        writer.writerow({"image": "sheet-000.png", "group": "scan"})
    rows, found = read_table(tmp_path)
    assert rows == [{"image": "sheet-000.png", "group": "scan"}]
    assert np.array_equal(np.round(found * 1000).astype(int), signals.astype(int))
