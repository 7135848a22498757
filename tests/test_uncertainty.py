"""Half-widths of the measurements: told from errors, and given with each value."""

from __future__ import annotations

import pytest

from heartguard.measure import measure
from heartguard.measure.uncertainty import half_widths_of
from heartguard.values import LeadWaves, Measurements
from heartlab.train.uncertainty import errors_of, half_widths
from tests.drawn_rhythms import leads, shown, sinus

TRUTH = {"p": 100.0, "pr": 160.0, "qrs": 90.0, "qt": float("nan"), "rate": 70.0}


def test_errors_are_of_what_is_known_on_both_sides() -> None:
    found = Measurements(p_ms=110.0, qt_ms=400.0, axis_deg=179.0, leads={"I": LeadWaves(r_mv=1.1, j_mv=0.02)})
    drawn = Measurements(axis_deg=-178.0, leads={"I": LeadWaves(r_mv=1.0, j_mv=0.05), "II": LeadWaves(r_mv=1.0)})
    errors = dict(errors_of(found, TRUTH, drawn))
    assert errors == pytest.approx({"p_ms": 10.0, "axis_deg": -3.0, "wave_mv": 0.1, "st_mv": -0.03})


def test_a_half_width_holds_nineteen_of_twenty_errors() -> None:
    told = half_widths({"pr_ms": [*range(-95, 0), *(5 * [200])], "few": [1.0] * 5})
    assert 90 <= told["pr_ms"]["half_width"] <= 200
    assert "few" not in told


def test_every_value_of_a_page_has_a_half_width_of_a_sensible_size() -> None:
    found = measure(shown(leads(sinus(72)), "3x4+1", "II"))
    assert 5 < found.uncertainty["pr_ms"] < 40
    assert 8 < found.uncertainty["qrs_ms"] < 40
    assert 10 < found.uncertainty["qt_ms"] < 80
    assert 0.01 < found.uncertainty["wave_mv"] < 0.2
    assert {"qtc_ms", "qtc_hodges_ms", "rr_ms", "heart_rate_bpm", "p_ms", "axis_deg"} <= found.uncertainty.keys()


def test_what_is_not_given_has_none() -> None:
    assert "pr_ms" not in half_widths_of({"pr_ms": None, "qrs_ms": 90.0})
