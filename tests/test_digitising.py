from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
import pytest

from heartguard.intake import open_upload
from heartguard.leads import LAYOUTS
from heartlab.benchmarks.digitise import NAMES
from heartlab.data.tables import merged
from heartlab.evaluate import digitising_conditions
from heartlab.evaluate.digitising import CaseScore, score_case, summarise
from heartlab.evaluate.digitising_conditions import CONDITIONS, Case, make_case
from heartlab.simulate.ecg import simulate_ecg

SIGNALS = simulate_ecg("normal", seed=4).signals


@pytest.fixture(autouse=True)
def simulated_records(monkeypatch):
    monkeypatch.setattr(digitising_conditions, "read_record_500hz", lambda _: SIGNALS)


def score(page_db, ratio=100.0, quality=0.9, refusal="", **changes):
    fields = {
        "name": "page",
        "refusal": refusal,
        "layout_right": not refusal,
        "lead_db": np.full(12, page_db),
        "quality": np.full(12, quality),
        "plain_db": page_db - 1.0,
        "kaggle_ratio": ratio,
        "correlation": 0.9,
        "rmse_mv": 0.02,
        "best_shift_db": page_db,
        "rate_error_per_min": 1.0,
        "seconds": 2.0,
        "cpu_seconds": 1.0,
        "same_label": 1.0,
        "moved": 0.1,
    }
    return CaseScore(**{**fields, **changes})


@pytest.mark.parametrize("condition", ["clean 12x1", "clinic look 6x2+1", "simulated scans", "simulated screenshots"])
def test_a_case_is_a_picture_with_its_truth_and_layout(condition):
    case = make_case(condition, "record", 1)
    assert open_upload(case.encoded, name="x").image.ndim == 3
    assert case.layout in LAYOUTS
    shown = np.isfinite(case.truth)
    assert shown.any(axis=1).all()
    np.testing.assert_array_equal(case.truth[shown], SIGNALS[shown])
    assert (case.twin is not None) == (condition == "simulated scans")
    assert make_case(condition, "record", 1).encoded == case.encoded


def test_every_layout_has_a_clean_row():
    assert {f"clean {layout}" for layout in LAYOUTS} <= set(CONDITIONS)


def test_a_clean_page_is_read_well_and_answers_as_its_twin():
    clean = make_case("clean 3x4+1", "record", 0)
    found = score_case(Case("same", clean.encoded, clean.truth, clean.layout, twin=clean.encoded))
    assert found.refusal == ""
    assert found.layout_right
    assert found.page_db > 18
    assert found.correlation > 0.98
    assert found.rmse_mv < 0.05
    assert found.rate_error_per_min < 1
    assert found.same_label == 1
    assert found.moved == 0


def test_a_refused_page_is_zero_decibels_by_both_definitions():
    white = bytes(cv2.imencode(".png", np.full((600, 800, 3), 255, np.uint8))[1])
    found = score_case(Case("white", white, SIGNALS, "12x1", twin=None))
    assert found.refusal.startswith("NotAnEcgError")
    row = summarise("white", [found, found], peak_mb=100.0)
    assert row["read_percent"] == 0
    assert row["physionet_mean_db"] == row["kaggle_db"] == 0
    assert row["rmse_mv"] is None
    assert row["quality_spearman"] is None


def test_a_row_says_what_its_columns_promise():
    good, bad = score(20.0, 100.0), score(0.0, 1.0, refusal="no", same_label=0.0, moved=float("nan"))
    row = summarise("x", [good, good, good, bad], peak_mb=512.3)
    assert row["records"] == 4
    assert row["read_percent"] == row["layout_right_percent"] == row["same_label_percent"] == 75.0
    assert row["physionet_mean_db"] == 15.0
    assert row["physionet_median_db"] == 20.0
    assert row["physionet_low_db"] < 15.0 < row["physionet_high_db"]
    assert row["kaggle_db"] == pytest.approx(10 * np.log10((300 + 1) / 4), abs=0.01)
    assert row["kaggle_median_db"] == 20.0
    assert row["probability_moved"] == 0.1
    assert row["peak_mb"] == 512


def test_quality_that_predicts_the_error_has_rank_correlation_one():
    rising = np.linspace(5, 25, 12)
    row = summarise("x", [score(0, lead_db=rising, quality=rising / 30)], peak_mb=1)
    assert row["quality_spearman"] == 1.0


def test_rows_that_were_not_run_stay():
    old = [summarise(name, [score(10.0)], 1.0) for name in ("simulated photos", "clean 3x4", "no longer measured")]
    table = merged([summarise("clean 3x4", [score(30.0)], 2.0)], pd.DataFrame(old), ["condition"], NAMES)
    assert table["condition"].tolist() == ["clean 3x4", "simulated photos"]
    assert table["physionet_mean_db"].tolist() == [30.0, 10.0]
