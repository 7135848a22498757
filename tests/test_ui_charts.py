from __future__ import annotations

import numpy as np

from heartguard.ui.shared.charts import (
    AGAINST,
    FOR,
    change_bars,
    lead_bars,
    probability_bars,
    waterfall,
)

PROBABILITIES = {"Normal": 0.2, "MI": 0.7, "PMI": 0.06, "HB": 0.04}


def test_probabilities_are_ranked_and_named_in_full():
    spec = probability_bars(PROBABILITIES, "MI", 0.88)[0].to_dict()
    order = spec["layer"][0]["encoding"]["y"]["sort"]
    assert order == ["Myocardial infarction", "Normal", "History of MI", "Abnormal heartbeat"]
    tables = list(spec["datasets"].values())
    rows = next(table for table in tables if len(table) == 4)
    assert [row["Text"] for row in next(table for table in tables if len(table) == 1)] == ["named from 88 %"]
    assert {row["Class"]: row["Text"] for row in rows}["Myocardial infarction"] == "70 %"
    assert [row["Class"] for row in rows if row["Answer"]] == ["Myocardial infarction"]


def test_probability_text_says_the_same_for_screen_readers():
    _, text = probability_bars(PROBABILITIES, "MI", 0.88)
    assert text.startswith("Probabilities: Myocardial infarction 70 %, Normal 20 %")
    assert text.endswith("a class is named from 88 %.")


def test_lead_bars_keep_the_order_of_the_leads_and_colour_by_sign():
    chart, text = lead_bars({"V1": -0.5, "I": 0.2, "rhythm": 0.1}, "share", "MI")
    spec = chart.to_dict()
    assert spec["encoding"]["y"]["sort"] == ["I", "V1", "Strip"]
    assert spec["encoding"]["color"]["condition"]["value"] == FOR
    assert spec["encoding"]["color"]["value"] == AGAINST
    assert text == "Leads that weighed most on Myocardial infarction: V1 (against), I (for), Strip (for)."


def test_the_waterfall_goes_from_no_trace_to_all_leads_the_strongest_first():
    values = {"I": 0.1, "V2": 0.4, "rhythm": -0.2}
    chart, text = waterfall(values, 0.3, 0.6, "MI")
    spec = chart.to_dict()
    rows = next(iter(spec["datasets"].values()))
    assert [row["Lead"] for row in rows] == ["No trace", "V2", "Strip", "I", "All leads"]
    assert [row["Kind"] for row in rows] == ["end", "for", "against", "for", "end"]
    ends = [(row["Low"], row["High"]) for row in rows]
    assert np.allclose(ends, [(0, 0.3), (0.3, 0.7), (0.5, 0.7), (0.5, 0.6), (0, 0.6)])
    assert text.startswith("From 30 % without any trace to 60 %. Leads that weighed")


def test_a_change_is_told_for_every_class():
    after = {"Normal": 0.5, "MI": 0.4, "PMI": 0.06, "HB": 0.04}
    chart, text = change_bars(PROBABILITIES, after)
    rows = next(iter(chart.to_dict()["datasets"].values()))
    assert [(row["Before"], row["After"]) for row in rows][1] == (0.7, 0.4)
    assert "Myocardial infarction from 70 % to 40 %" in text
