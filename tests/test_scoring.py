from __future__ import annotations

import numpy as np
import pytest

from heartlab.metrics.scoring import (
    agreement,
    align_kaggle,
    align_physionet,
    lead_physionet_db,
    page_kaggle_ratio,
)
from heartlab.simulate.ecg import simulate_ecg

SIGNALS = simulate_ecg("normal", seed=2).signals
LEAD = SIGNALS[1]


def with_noise(signals, decibels, seed=0):
    """Add white noise whose power over all leads lies so many dB under the signals'."""
    noise = np.random.default_rng(seed).normal(size=signals.shape)
    size = np.sqrt(np.mean(signals**2) / 10 ** (decibels / 10))
    return (signals + size * noise).astype(np.float32)


def shown_part(signals, columns=4):
    """Keep a quarter of each lead, as a 3x4 page does."""
    shown = np.full_like(signals, np.nan)
    for lead in range(12):
        part = slice((lead // 3) * 1250, (lead // 3 + 1) * 1250)
        shown[lead, part] = signals[lead, part]
    return shown


@pytest.mark.parametrize("decibels", [6.0, 12.0, 20.0])
def test_noise_of_known_power_has_the_known_ratio_by_both_definitions(decibels):
    noisy = with_noise(SIGNALS, decibels)
    assert 10 * np.log10(page_kaggle_ratio(SIGNALS, noisy)) == pytest.approx(decibels, abs=0.15)
    noisy_lead = with_noise(LEAD, decibels)
    assert lead_physionet_db(LEAD, noisy_lead) == pytest.approx(
        decibels, abs=0.5
    )  # in noise the best overlap is not the least error


@pytest.mark.parametrize("samples", [-90, -3, 0, 1, 90])
def test_a_shift_in_time_is_undone_by_both(samples):
    shifted = np.roll(LEAD, samples)
    for aligned in (align_physionet(LEAD, shifted), align_kaggle(LEAD, shifted)[1]):
        inside = aligned[100:-100]
        np.testing.assert_allclose(inside, LEAD[100:-100], atol=0.02)


def test_a_shift_beyond_its_limit_is_undone_by_physionet_only_up_to_half_a_second():
    late = np.roll(SIGNALS, 200, axis=1)  # 0.4 s: within 0.5 s, beyond 0.2 s
    assert lead_physionet_db(LEAD, late[1]) > 20
    assert 10 * np.log10(page_kaggle_ratio(SIGNALS, late)) < 3


@pytest.mark.parametrize("offset", [-0.6, 0.25])
def test_an_offset_is_undone_by_both_within_their_precision(offset):
    # 256 levels over the common range leave an error of at most half a level
    step = (np.ptp(LEAD) + abs(offset)) / 255
    np.testing.assert_allclose(align_physionet(LEAD, LEAD + offset), LEAD, atol=0.51 * step)
    np.testing.assert_allclose(align_kaggle(LEAD, LEAD + offset)[1], LEAD, atol=1e-5)


def test_physionet_leaves_more_than_a_millivolt_in_place():
    assert lead_physionet_db(LEAD, LEAD + 1.6) < 0


def test_gaps_cost_physionet_their_share_and_kaggle_their_power():
    half, noisy = LEAD.copy(), with_noise(LEAD, 20.0)
    half[2500:] = noisy[2500:] = np.nan
    assert lead_physionet_db(LEAD, noisy) == pytest.approx(0.5 * 20, abs=0.5)
    page, gone = np.tile(LEAD, (12, 1)), np.tile(half, (12, 1))
    assert 10 * np.log10(page_kaggle_ratio(page, gone)) < 4


def test_nothing_traced_is_zero_decibels():
    nothing = np.full_like(SIGNALS, np.nan)
    found = agreement(SIGNALS, nothing)
    np.testing.assert_array_equal(found.lead_db, 0.0)
    assert found.correlation == 0.0
    # what is left of the signal is its mean, which the offset takes
    assert 0 <= 10 * np.log10(found.kaggle_ratio) < 3


def test_a_page_is_compared_where_it_shows_its_leads():
    truth = shown_part(SIGNALS)
    found = agreement(truth, shown_part(SIGNALS))
    assert found.correlation == pytest.approx(1.0)
    assert found.rmse_mv == pytest.approx(0.0, abs=1e-6)
    assert (found.lead_db > 35).all()
    truth[5] = np.nan
    assert np.isnan(agreement(truth, truth).lead_db[5])


def test_the_error_of_a_scaled_lead_is_what_the_scale_makes_it():
    centred = SIGNALS - SIGNALS.mean(axis=1, keepdims=True)
    found = agreement(centred, (0.9 * centred).astype(np.float32))
    assert 10 * np.log10(found.kaggle_ratio) == pytest.approx(20.0, abs=0.05)
    assert found.rmse_mv == pytest.approx(0.1 * np.sqrt(np.mean(centred**2)), rel=0.01)
