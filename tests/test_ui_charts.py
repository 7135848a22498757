from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heartguard.explain import Band
from heartguard.ui.charts import (
    AGAINST,
    FOR,
    change_bars,
    change_text,
    lead_bars,
    lead_bars_text,
    probability_bars,
    probability_text,
    waterfall,
    waterfall_text,
)
from heartguard.ui.signal_charts import evidence_chart, lead_chart, signal_table, signals_text, stacked_chart, thin_out
from tests.handmade import make_ecg

PROBABILITIES = {"Normal": 0.2, "MI": 0.7, "PMI": 0.06, "HB": 0.04}


def test_probabilities_are_ranked_and_named_in_full():
    spec = probability_bars(PROBABILITIES, "MI").to_dict()
    order = spec["layer"][0]["encoding"]["y"]["sort"]
    assert order == ["Myocardial infarction", "Normal", "History of MI", "Abnormal heartbeat"]
    rows = next(iter(spec["datasets"].values()))
    assert {row["Class"]: row["Text"] for row in rows}["Myocardial infarction"] == "70 %"
    assert [row["Class"] for row in rows if row["Answer"]] == ["Myocardial infarction"]


def test_probability_text_says_the_same_for_screen_readers():
    text = probability_text(PROBABILITIES)
    assert text.startswith("Probabilities: Myocardial infarction 70 %, Normal 20 %")


def test_lead_bars_keep_the_order_of_the_leads_and_colour_by_sign():
    spec = lead_bars({"V1": -0.5, "I": 0.2, "rhythm": 0.1}, "share").to_dict()
    assert spec["encoding"]["y"]["sort"] == ["I", "V1", "Strip"]
    assert spec["encoding"]["color"]["condition"]["value"] == FOR
    assert spec["encoding"]["color"]["value"] == AGAINST
    assert lead_bars_text({"V1": -0.5, "I": 0.2}, "MI") == (
        "Leads that weighed most on Myocardial infarction: V1 (against), I (for)."
    )


def test_thinning_keeps_peaks_and_breaks_at_gaps():
    signal = np.zeros(1000, np.float32)
    signal[123], signal[456] = 2.5, -1.5
    signal[600:800] = np.nan
    time, values = thin_out(signal, 500, 125)
    assert len(values) < 400
    assert np.nanmax(values) == 2.5
    assert np.nanmin(values) == -1.5
    assert time[np.nanargmax(values)] == pytest.approx(123 / 500)
    assert np.isnan(values).sum() == 1
    assert np.all(np.diff(time) > 0)


def test_a_signal_of_gaps_only_gives_no_rows():
    assert len(thin_out(np.full(100, np.nan, np.float32), 500, 125)[0]) == 0


def test_the_table_holds_what_the_page_shows():
    table = signal_table(make_ecg(), ["I", "II"], 250)
    ends = table.dropna().groupby("Lead")["Time"].max()
    assert ends["I"] == pytest.approx(2.5, abs=0.02)
    assert ends["II"] == pytest.approx(10.0, abs=0.02)


def test_stacked_leads_stand_apart_from_first_to_last():
    spec = stacked_chart(make_ecg(), np.array([1.0, 2.0])).to_dict()
    line = spec["layer"][1]
    rows = pd.DataFrame(spec["datasets"][line["data"]["name"]]).groupby("Lead")["Height"].max()
    assert rows["I"] > rows["II"] > rows["V6"]
    beats = spec["datasets"][spec["layer"][0]["data"]["name"]]
    assert [beat["Time"] for beat in beats] == [1.0, 2.0]


def test_one_lead_has_small_squares():
    spec = lead_chart(make_ecg(), "II", np.array([])).to_dict()
    ticks = spec["layer"][1]["encoding"]["y"]["axis"]["values"]
    assert np.diff(ticks) == pytest.approx(0.1, abs=0.011)
    assert spec["encoding"]["x"]["axis"]["values"][:3] == [0.0, 0.04, 0.08]


def test_signals_text_counts_leads_and_beats():
    assert signals_text(make_ecg(), np.array([1.0, 2.0, 3.0])) == "12 traced leads over 10 s with 3 beats marked."


def test_the_waterfall_goes_from_no_trace_to_all_leads_the_strongest_first():
    values = {"I": 0.1, "V2": 0.4, "rhythm": -0.2}
    spec = waterfall(values, 0.3, 0.6).to_dict()
    rows = next(iter(spec["datasets"].values()))
    assert [row["Lead"] for row in rows] == ["No trace", "V2", "Strip", "I", "All leads"]
    assert [row["Kind"] for row in rows] == ["end", "for", "against", "for", "end"]
    ends = [(row["Low"], row["High"]) for row in rows]
    assert np.allclose(ends, [(0, 0.3), (0.3, 0.7), (0.5, 0.7), (0.5, 0.6), (0, 0.6)])
    assert waterfall_text(values, 0.3, 0.6, "MI").startswith("From 30 % without any trace to 60 %. Leads that weighed")


def test_a_change_is_told_for_every_class():
    after = {"Normal": 0.5, "MI": 0.4, "PMI": 0.06, "HB": 0.04}
    rows = next(iter(change_bars(PROBABILITIES, after).to_dict()["datasets"].values()))
    assert [(row["Before"], row["After"]) for row in rows][1] == (0.7, 0.4)
    assert "Myocardial infarction from 70 % to 40 %" in change_text(PROBABILITIES, after)


def test_evidence_stands_behind_its_lead_in_its_colour_and_strength():
    bands = [Band("I", 0.0, 0.1, 2.0), Band("V1", 1.0, 1.1, -8.0)]
    spec = evidence_chart(make_ecg(), bands, (FOR, AGAINST), 0.5, 4.0).to_dict()
    rows = next(rows for rows in spec["datasets"].values() if "Strength" in rows[0])
    assert [(row["Lead"], row["Speaks"], row["Strength"]) for row in rows] == [
        ("I", "for", 0.25),
        ("V1", "against", 0.5),
    ]
    assert rows[0]["Foot"] > rows[1]["Height"]
    nothing = evidence_chart(make_ecg(), [Band("I", 0.0, 0.1, 0.0)], (FOR, AGAINST), 0.5, 0.0).to_dict()
    assert next(rows for rows in nothing["datasets"].values() if "Strength" in rows[0])[0]["Strength"] == 0
