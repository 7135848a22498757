"""The benchmark of intervals: its truth is that of the shared script, and its figures are right on made-up rows."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from heartguard.leads import LEADS
from heartguard.values import Measurements
from heartguard.wave_marks import Beats, WaveMarks
from heartlab.benchmarks.measure import INTERVALS, summary, trimmed
from heartlab.data.datasets import data_folder, read_ludb_waves, read_signal
from heartlab.data.ludb import lawful, marks_of, truth_of
from heartlab.evaluate.rhythm_pages import rhythm_table
from heartlab.evaluate.wave_detection import found_waves, wave_table


def shared_script() -> ModuleType:
    folder = data_folder()
    path = None if folder is None else Path(folder) / "eval_ludb.py"
    if path is None or not path.is_file():
        pytest.skip("the shared ECG data is not here")
    sys.path.insert(0, str(path.parent))
    try:
        spec = importlib.util.spec_from_file_location("eval_ludb", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return module


def test_truth_and_signals_are_those_of_the_shared_script() -> None:
    theirs = shared_script()
    for record, waves in read_ludb_waves().groupby("record_id", sort=False):
        rows = waves[["wave", "onset", "peak", "offset"]].itertuples(index=False, name=None)
        marks: dict[str, list[tuple[str, int, int, int]]] = {}
        for lead, row in zip(waves.lead, rows, strict=True):
            marks.setdefault(lead, []).append(row)
        expected = {k: np.nan if v is None else v for k, v in theirs.truth(marks).items()}
        assert truth_of(marks_of(waves)) == pytest.approx(expected, nan_ok=True), record
    signals = read_signal("ludb-1")[0] if "ludb-1" in set(read_ludb_waves().record_id) else read_signal(str(record))[0]
    assert lawful(signals) == pytest.approx(theirs.lawful(signals), abs=1e-6)


def test_the_errors_are_trimmed_of_the_farthest() -> None:
    errors = np.append(np.zeros(24), 100.0)
    assert trimmed(errors).tolist() == [0.0] * 24


def test_the_summary_counts_what_is_withheld() -> None:
    truth = {"true_p": 100.0, "true_pr": 160.0, "true_qrs": 130.0, "true_qt": 400.0, "true_rate": 60.0}
    said = {"p": 104.0, "pr": np.nan, "qrs": 125.0, "qt": 390.0, "rate": 64.0}
    rows = [{"on": "signals", "method": "HeartGuard", "part": "held", **truth, **said} for _ in range(3)]
    rows.append({**rows[0], "true_p": np.nan, "true_qrs": 90.0, "pr": 150.0, "rate": 70.0})
    line = summary(pd.DataFrame(rows)).iloc[0]
    assert line["p_ms"] == "+4.0 ± 0.0"
    assert line["pr_given"] == "1 of 4"
    assert line["qrs_ms"] == "+5.0 ± 17.3"
    assert (line["wide_found"], line["wide_false"]) == ("3 of 3", "1 of 1")
    assert (line["pr_without_p"], line["rate_within_5"]) == ("1 of 1", "3 of 4")
    assert set(INTERVALS) == {"p", "pr", "qrs", "qt"}


def test_a_wave_is_found_where_one_is_marked_within_150_ms() -> None:
    marks = {f"{lead} QRS": np.array([[480.0, 500, 520], [980, 1000, 1020], [1480, 1500, 1520]]) for lead in LEADS}
    beats, nothing = np.array([500.0, 1000.0, 1500.0]), np.full(3, np.nan)
    own = WaveMarks(*3 * [nothing], nothing, np.array([1.0, 2.1, 2.6]), *4 * [nothing])
    measured = Measurements(beats=Beats(leads=dict.fromkeys(LEADS, own)))
    rows = {row["wave"]: row for row in found_waves(marks, beats, measured)}
    assert rows["QRS"] == {"wave": "QRS", "marked": 36, "found": 24, "given": 36, "right": 24}
    assert rows["T"]["marked"] == rows["T"]["given"] == 0
    line = wave_table([{"part": "held", **rows["QRS"]}]).iloc[0]
    assert line["sensitivity"] == "66.7 (66.7 to 66.7; 24 of 36)"


def test_rhythms_count_rates_and_pr_by_what_is_known_of_them() -> None:
    base = {"record": "r", "read": True, "agreed": True, "without_p": False, "paced": False}
    rows = [
        {**base, "rhythm": "flutter", "rate": 76.0, "reference": 75.0, "pr": np.nan, "without_p": True},
        {**base, "rhythm": "flutter", "rate": 150.0, "reference": 75.0, "pr": 120.0, "without_p": True},
        {**base, "rhythm": "pacing", "rate": 60.0, "reference": 62.0, "pr": 180.0, "paced": True},
        {**base, "rhythm": "first degree AV block", "rate": np.nan, "reference": 62.0, "pr": 230.0},
    ]
    table = rhythm_table(pd.DataFrame(rows)).set_index("rhythm")
    assert table.loc["flutter", "rate_within_5"].endswith("1 of 2)")
    assert table.loc["flutter", "pr_withheld_without_p"].endswith("1 of 2)")
    assert table.loc["all", "rate_within_5"].endswith("2 of 4)")
    assert table.loc["all", "pr_given_with_p"].endswith("1 of 1)")
    assert table.loc["pacing", "pr_withheld_without_p"] == ""
