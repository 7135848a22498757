"""The laws of the limb leads, rough traces and rhythm strips: what tells one layout from another."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from heartguard.leads import LAYOUTS, LEAD_INDEX
from heartguard.page.beats import beats_in_turn
from heartguard.page.ends import Extent
from heartguard.page.limbs import misfit, misfit_in_turn, swap_warnings
from heartguard.page.rough import RoughTraces, fit_strips
from heartguard.trace.strips import name_strips
from heartlab.simulate.ecg import simulate_ecg

SIGNALS = simulate_ecg("normal", 72, seed=3).signals
WHOLE = Extent(0.0, 5000.0)


def rows_of(name: str) -> np.ndarray:
    """Rows of a page as it would be traced without error, one sample a pixel."""
    layout = LAYOUTS[name]
    rows = []
    for leads in layout.rows:
        parts = np.array_split(np.arange(5000), layout.columns)
        signs = [-1 if lead in layout.inverted else 1 for lead in leads]
        pieces = zip(leads, parts, signs, strict=True)
        rows.append(np.concatenate([sign * SIGNALS[LEAD_INDEX[lead], part] for lead, part, sign in pieces]))
    return np.array([*rows, *[SIGNALS[LEAD_INDEX["II"]]] * layout.rhythm_strips], np.float64)


@pytest.mark.parametrize("shape", ["3x4", "6x2", "12x1"])
@pytest.mark.parametrize("order", ["standard", "Cabrera"])
def test_only_the_true_order_obeys_the_laws(shape, order):
    names = {"standard": shape, "Cabrera": f"{shape} Cabrera"}
    rows = rows_of(names[order])
    fits = {name: misfit(LAYOUTS[names[name]], rows, WHOLE)[1] for name in names}
    other = "Cabrera" if order == "standard" else "standard"
    assert fits[order] < 0.005
    assert fits[other] > 0.05


@pytest.mark.parametrize("order", ["2x6", "2x6 Cabrera"])
def test_heartbeats_of_leads_one_after_the_other_tell_their_order(order):
    rows = rows_of(order)
    rows += 0.2 * np.sin(np.arange(5000) / 700)  # breathing
    rows[:, 1700:2500] = np.nan  # no whole heartbeat in the third column
    fits = {name: misfit_in_turn(LAYOUTS[name], rows, WHOLE) for name in ("2x6", "2x6 Cabrera")}
    assert fits[order] < 0.1
    assert sum(fits.values()) == pytest.approx(1)


def test_without_heartbeats_leads_one_after_the_other_obey_no_law():
    seen = rows_of("2x6")
    seen[:, 2500:] = np.nan
    assert np.isnan(misfit_in_turn(LAYOUTS["2x6"], seen, WHOLE))
    assert np.isnan(misfit_in_turn(LAYOUTS["2x6"], rows_of("2x6"), Extent(9000.0, 14000.0)))
    assert np.isnan(misfit_in_turn(LAYOUTS["2x6"], rows_of("2x6")[:, ::500], Extent(0.0, 10.0)))


def test_one_lead_repeated_is_in_no_order():
    strips = SIGNALS[[LEAD_INDEX["II"], LEAD_INDEX["V1"]]].astype(float)
    assert np.isnan(misfit_in_turn(LAYOUTS["2x6 Cabrera"], strips, WHOLE))
    assert np.isfinite(misfit_in_turn(LAYOUTS["2x6 Cabrera"], strips, WHOLE, marked=True))


def test_gaps_in_heartbeats_are_bridged():
    rows = rows_of("2x6")
    rows[:, ::20] = np.nan
    assert misfit_in_turn(LAYOUTS["2x6"], rows, WHOLE) < 0.1


def test_heartbeats_are_laid_over_each_other_however_late_they_are():
    at = np.arange(400)
    columns = []
    for peak in (150, 165, 230):
        wave = np.exp(-(((at - peak) / 4) ** 2))
        columns.append(np.array([wave, 0.5 * wave]))
    first, *others, none = beats_in_turn([*columns, np.zeros((2, 400))], 200.0)
    assert none is None
    assert first.max() == pytest.approx(1, abs=0.02)
    for beat in others:
        assert beat == pytest.approx(first, abs=0.02)


def test_changed_and_inverted_leads_are_named():
    rows = rows_of("3x4")
    assert swap_warnings(LAYOUTS["3x4"], rows, WHOLE) == ()
    (note,) = swap_warnings(LAYOUTS["3x4"], rows[[1, 0, 2]], WHOLE)
    assert "I and II have changed places or III is upside down" in note.text
    turned = rows_of("6x2")
    turned[3, :2500] *= -1
    (note,) = swap_warnings(LAYOUTS["6x2"], turned, WHOLE)
    assert "aVR is upside down" in note.text


def test_strips_repeat_a_short_lead_and_short_rows_do_not():
    assert fit_strips(LAYOUTS["3x4+1"], rows_of("3x4+1"), WHOLE).misfit < 0.05
    assert fit_strips(LAYOUTS["3x4+3"], rows_of("6x2"), WHOLE).misfit > 0.3
    assert fit_strips(LAYOUTS["3x4"], rows_of("3x4"), WHOLE).misfit == 0


def test_a_wave_that_reaches_into_the_next_row_stays_with_its_own():
    trace = np.zeros((200, 300), np.uint8)
    wave = np.array([[0, 50], [100, 50], [120, 130], [140, 50], [299, 50]])
    cv2.polylines(trace, [wave], False, 1, 2)
    cv2.line(trace, (0, 160), (299, 160), 1, 2)
    upper, lower = RoughTraces.of(trace.astype(bool), 8.0).along((50.0, 160.0))
    assert upper.min() == pytest.approx(-10.0, abs=0.4)
    assert np.abs(lower).max() < 0.2


def _short(layout: str = "3x4") -> dict[str, np.ndarray]:
    short = {}
    for leads in LAYOUTS[layout].rows:
        for lead, part in zip(leads, np.array_split(np.arange(5000), len(leads)), strict=True):
            short[lead] = np.full(5000, np.nan, np.float32)
            short[lead][part] = SIGNALS[LEAD_INDEX[lead], part]
    return short


def test_strips_are_named_by_what_they_show_even_if_columns_begin_late():
    strips = [np.roll(SIGNALS[LEAD_INDEX[lead]], 20) for lead in ("V1", "II", "aVL")]
    assert name_strips(strips, _short()) == ["V1", "II", "aVL"]


def test_two_strips_never_share_a_name_and_noise_is_called_ii():
    assert name_strips([SIGNALS[1], SIGNALS[1]], _short())[0] == "II"
    assert len(set(name_strips([SIGNALS[1], SIGNALS[1]], _short()))) == 2
    noise = np.random.default_rng(1).normal(0, 0.3, 5000).astype(np.float32)
    assert name_strips([noise], _short()) == ["II"]
