"""The law of the limb leads on a set that obeys it, one with two leads exchanged, one with a lead upside down."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.leads import CABRERA_LEADS, LEAD_INDEX, LEADS, LIMB_LEADS
from heartguard.limb_law import (
    LIMB_LEAD_MATRIX,
    einthoven_residual,
    exchange_leads,
    fit_limb_leads,
    frontal_vectors,
    invert_lead,
    lead_disagreement,
    lead_matrix,
    limb_residual,
    residual_variance_ratio,
)

SECONDS = np.arange(1000) / 500
ONE, TWO = np.sin(2 * np.pi * 3 * SECONDS), 0.5 * np.sin(2 * np.pi * 7 * SECONDS)
"""Two voltages that share nothing: whole periods of two frequencies."""

OBEYING = np.array([ONE, TWO, TWO - ONE, -(ONE + TWO) / 2, ONE - TWO / 2, TWO - ONE / 2])
"""I, II, III, aVR, aVL, aVF, mV."""


def twelve(limb: np.ndarray) -> np.ndarray:
    signals = np.full((len(LEADS), limb.shape[1]), np.nan, np.float32)
    signals[: len(limb)] = limb
    return signals


def test_every_limb_lead_is_a_sum_of_i_and_ii():
    assert tuple(LIMB_LEAD_MATRIX) == LIMB_LEADS
    assert lead_matrix(LIMB_LEADS) @ np.array([ONE, TWO]) == pytest.approx(OBEYING)
    assert lead_matrix(["aVF", "aVR"], inverted=["aVR"]).tolist() == [[-0.5, 1.0], [0.5, 0.5]]


@pytest.mark.parametrize("leads", [("I", "II", "III"), ("aVR", "aVL", "aVF"), ("I", "aVF", "aVL"), LIMB_LEADS])
def test_nothing_is_left_of_leads_that_obey(leads):
    rows = OBEYING[[LEAD_INDEX[lead] for lead in leads]]
    assert limb_residual(rows, lead_matrix(leads)) == pytest.approx(np.zeros(rows.shape), abs=1e-12)
    assert residual_variance_ratio(rows + 3, lead_matrix(leads)) < 1e-6  # a row's own level tells nothing


def test_two_leads_exchanged_are_found_by_exchanging_them_back():
    matrix = lead_matrix(["I", "II", "III"])
    assert residual_variance_ratio(OBEYING[[2, 1, 0]], matrix) < 1e-6  # I and III: II = I + III all the same
    exchanged = OBEYING[[1, 0, 2]]  # II where I belongs
    assert residual_variance_ratio(exchanged, matrix) > 0.3
    assert residual_variance_ratio(exchanged, exchange_leads(matrix, 0, 1)) < 1e-6
    assert matrix.tolist() == [[1, 0], [0, 1], [-1, 1]]  # left as it was


def test_an_inverted_lead_is_found_by_inverting_it():
    leads = ["aVR", "aVL", "aVF"]
    turned = OBEYING[3:] * np.array([[-1.0], [1], [1]])
    assert residual_variance_ratio(turned, lead_matrix(leads)) > 0.3
    assert residual_variance_ratio(turned, invert_lead(lead_matrix(leads), 0)) < 1e-6
    assert residual_variance_ratio(turned, lead_matrix(leads, inverted=["aVR"])) < 1e-6


def test_leads_that_have_nothing_to_do_with_each_other_leave_nearly_all():
    rows = np.random.default_rng(0).normal(size=(3, 2000))
    assert 0.6 < residual_variance_ratio(rows, lead_matrix(["I", "II", "III"])) < 1.1
    assert np.isnan(residual_variance_ratio(rows[:, :99], lead_matrix(["I", "II", "III"])))
    assert np.isfinite(residual_variance_ratio(rows[:, :99], lead_matrix(["I", "II", "III"]), min_samples=99))


def test_a_tenth_of_spoiled_samples_costs_nothing_and_more_does():
    rows, matrix = OBEYING[:3].copy(), lead_matrix(["I", "II", "III"])
    rows[0, 100:150] += 5
    rows[0, 150:200] -= 5  # so that the median of the row hardly moves
    assert residual_variance_ratio(rows, matrix) < 0.01
    rows[0, 500:550] += 5
    rows[0, 550:600] -= 5
    assert residual_variance_ratio(rows, matrix) > 0.5


def test_samples_that_one_lead_does_not_show_are_left_out():
    rows, matrix = OBEYING[:3].copy(), lead_matrix(["I", "II", "III"])
    rows[0, 500:] = 5.0
    assert residual_variance_ratio(rows, matrix) > 0.1
    rows[1, 500:] = np.nan
    assert residual_variance_ratio(rows, matrix) < 1e-6


def test_the_fit_takes_an_unknown_lead_and_a_wrong_one_from_the_others():
    rows, variance = OBEYING.copy(), np.full(OBEYING.shape, 1e-4)
    rows[1, 200:300] = np.nan
    rows[4, 600:700] += 2.0  # a slip of the tracing in aVL
    fitted = fit_limb_leads(rows, variance, lead_matrix(LIMB_LEADS))
    assert fitted == pytest.approx(OBEYING, abs=0.002)


def test_a_lead_of_great_variance_gives_way():
    rows, variance = OBEYING[:3] + np.array([[0.3], [0], [0]]), np.full((3, 1000), 1e-4)
    variance[0] = 100.0
    fitted = fit_limb_leads(rows, variance, lead_matrix(["I", "II", "III"]))
    assert fitted == pytest.approx(OBEYING[:3], abs=1e-3)


def test_einthoven_residual_is_zero_for_true_leads_and_the_error_of_a_wrong_one():
    signals = twelve(OBEYING)
    assert einthoven_residual(signals) == pytest.approx(0, abs=1e-6)
    signals[LEAD_INDEX["III"]] += 0.3
    signals[LEAD_INDEX["aVR"] : LEAD_INDEX["aVF"] + 1] = np.nan
    assert einthoven_residual(signals) == pytest.approx(0.3, abs=1e-6)
    signals[LEAD_INDEX["I"], 249:] = np.nan
    assert einthoven_residual(signals) is None


def test_leads_disagree_by_what_ii_differs_from_i_and_iii():
    unrelated = twelve(np.random.default_rng(0).normal(size=(3, 5000)))
    assert lead_disagreement(unrelated) == pytest.approx(3**-0.5, abs=0.02)
    signals = twelve(OBEYING)
    assert lead_disagreement(signals) == pytest.approx(0, abs=1e-6)
    signals[LEAD_INDEX["III"]] *= -1  # II - I + III = 2 (II - I), of standard deviations sqrt(1/2) and sqrt(1/8)
    apart = 2 * np.sqrt(0.625)
    assert lead_disagreement(signals) == pytest.approx(apart / (np.sqrt(0.5) + np.sqrt(0.125) + np.sqrt(0.625) + 0.05))
    assert lead_disagreement(signals, min_samples=1001) is None
    signals[LEAD_INDEX["II"], 249:] = np.nan
    assert lead_disagreement(signals) is None


def test_flat_leads_do_not_disagree():
    noise = np.random.default_rng(1).normal(0, 0.001, (3, 1000))
    assert lead_disagreement(twelve(noise)) < 0.05


def test_the_limb_leads_point_to_their_angles_in_the_frontal_plane():
    x, y = frontal_vectors(LIMB_LEADS).T
    assert np.rad2deg(np.arctan2(y, x)) == pytest.approx([0, 60, 120, -150, -30, 90])
    assert np.hypot(x, y) == pytest.approx([1, 1, 1] + [np.sqrt(3) / 2] * 3)


def test_cabrera_goes_through_the_frontal_plane_in_steps_of_thirty_degrees():
    x, y = frontal_vectors(CABRERA_LEADS).T * np.array([-1 if lead == "aVR" else 1 for lead in CABRERA_LEADS])
    assert np.rad2deg(np.arctan2(y, x)).round().tolist() == [-30, 0, 30, 60, 90, 120]
