from __future__ import annotations

import numpy as np
import pytest

from heartguard.leads import LEAD_INDEX
from heartlab.simulate.ecg import CONDITIONS, simulate_ecg
from heartlab.simulate.ecg.dipole import Wave

TEXTBOOK = {"variety": 0.0, "seed": 2}


def lead(ecg, name):
    return ecg.signals[LEAD_INDEX[name]].astype(float)


def at(ecg, name, moment_s):
    return np.interp(moment_s, np.arange(5000) / 500, lead(ecg, name))


def regular_beats(ecg):
    return [beat for beat in ecg.fiducials if beat.kind == "normal" and beat.qrs_on > 0.4 and beat.t_off < 9.9]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_limb_leads_obey_einthoven_and_goldberger(condition):
    ecg = simulate_ecg(condition, 80, 3, baseline_wander_mv=0.1, muscle_noise_mv=0.02, mains_noise_mv=0.02)
    assert ecg.signals.shape == (12, 5000)
    assert ecg.signals.dtype == np.float32
    one, two, three, right, left, foot = ecg.signals[:6].astype(float)
    assert np.abs(one + three - two).max() < 1e-6
    assert np.abs(right + left + foot).max() < 1e-6
    assert np.abs(left - (one - three) / 2).max() < 1e-6


@pytest.mark.parametrize("rate", [40, 72, 130, 180])
def test_the_rate_is_the_one_asked_for(rate):
    ecg = simulate_ecg("normal", rate, 1)
    assert ecg.truth.heart_rate_bpm == pytest.approx(rate, rel=0.02)
    assert len(ecg.beats_s) == pytest.approx(rate / 6, abs=1)
    assert ecg.truth.label == ("Normal" if 60 <= rate <= 100 else "HB")


def test_r_is_where_lead_ii_peaks():
    ecg = simulate_ecg("normal", 70, **TEXTBOOK)
    for beat in regular_beats(ecg):
        window = np.arange(round(beat.qrs_on * 500), round(beat.qrs_off * 500))
        assert window[np.argmax(lead(ecg, "II")[window])] / 500 == pytest.approx(beat.r, abs=0.006)


@pytest.mark.parametrize("condition", ["normal", "rbbb", "lbbb", "old_mi_inferior"])
def test_borders_are_where_the_waves_leave_and_meet_zero(condition):
    ecg = simulate_ecg(condition, 60, **TEXTBOOK)
    loudness = np.abs(ecg.signals).max(axis=0)
    for beat in regular_beats(ecg):
        assert np.interp(beat.p_on - 0.006, np.arange(5000) / 500, loudness) < 1e-6
        assert np.interp(beat.p_on + 0.016, np.arange(5000) / 500, loudness) > 2e-3
        quiet = slice(round((beat.p_off + 0.004) * 500), round((beat.qrs_on - 0.004) * 500))
        assert loudness[quiet].max() < 1e-6
        assert np.interp(beat.qrs_on + 0.008, np.arange(5000) / 500, loudness) > 0.01
        assert np.interp(beat.t_off + 0.006, np.arange(5000) / 500, loudness) < 1e-6


def test_intervals_of_the_truth_are_those_of_the_fiducials():
    ecg = simulate_ecg("normal", 75, 5)
    beat = regular_beats(ecg)[0]
    assert 1000 * (beat.qrs_on - beat.p_on) == pytest.approx(ecg.truth.pr_ms)
    assert 1000 * (beat.qrs_off - beat.qrs_on) == pytest.approx(ecg.truth.qrs_ms)
    assert 1000 * (beat.t_off - beat.qrs_on) == pytest.approx(ecg.truth.qt_ms)
    assert 80 <= ecg.truth.qrs_ms <= 100
    assert 120 <= ecg.truth.pr_ms <= 200


def test_a_normal_heart_looks_normal():
    ecg = simulate_ecg("normal", 70, **TEXTBOOK)
    beat = regular_beats(ecg)[2]
    qrs = slice(round(beat.qrs_on * 500), round(beat.qrs_off * 500) + 1)
    height = {name: lead(ecg, name)[qrs].max() for name in LEAD_INDEX}
    depth = {name: -lead(ecg, name)[qrs].min() for name in LEAD_INDEX}
    ratio = [height[f"V{n}"] / depth[f"V{n}"] for n in range(1, 7)]
    assert ratio == sorted(ratio)
    assert ratio[0] < 1 < ratio[3]
    assert all(at(ecg, name, beat.t_peak) > 0.1 for name in ("I", "II", "V2", "V3", "V4", "V5", "V6"))
    assert at(ecg, "aVR", beat.t_peak) < 0
    assert depth["aVR"] > 3 * height["aVR"]
    p_wave = lead(ecg, "II")[round(beat.p_on * 500) : round(beat.p_off * 500)].max()
    assert 0.1 < p_wave < 0.2
    assert 0 < ecg.truth.axis_deg < 80


def test_the_axis_is_that_of_the_net_area_of_qrs():
    ecg = simulate_ecg("normal", 70, 9)
    beat = regular_beats(ecg)[1]
    qrs = slice(round(beat.qrs_on * 500), round(beat.qrs_off * 500) + 1)
    one, foot = lead(ecg, "I")[qrs].sum(), lead(ecg, "aVF")[qrs].sum()
    assert np.degrees(np.arctan2(2 * foot / np.sqrt(3), one)) == pytest.approx(ecg.truth.axis_deg, abs=2)


def test_atrial_fibrillation_is_irregular_without_p():
    spreads = [np.std(rr) / np.mean(rr) for rr in (np.diff(simulate_ecg("af", 80, s).beats_s) for s in range(12))]
    assert np.mean(spreads) > 0.15
    calm = np.diff(simulate_ecg("normal", 80, 0).beats_s)
    assert np.std(calm) / np.mean(calm) < 0.05
    ecg = simulate_ecg("af", 80, 0)
    assert all(np.isnan(beat.p_on) for beat in ecg.fiducials)
    assert np.isnan(ecg.truth.pr_ms)


def test_premature_ventricular_beats_are_early_wide_and_followed_by_a_full_pause():
    ecg = simulate_ecg("pvc", 70, 6)
    kinds = [beat.kind for beat in ecg.fiducials]
    k = kinds.index("pvc")
    before, early, after = ecg.fiducials[k - 1 : k + 2]
    assert early.r - before.r < 0.75 * 60 / 70
    assert early.qrs_off - early.qrs_on > 0.12
    assert np.isnan(early.p_on)
    assert after.qrs_on - before.qrs_on == pytest.approx(2 * 60 / 70, rel=0.06)


def test_premature_atrial_beats_are_early_and_narrow_and_reset_the_sinus():
    ecg = simulate_ecg("pac", 70, 6)
    k = [beat.kind for beat in ecg.fiducials].index("pac")
    before, early, after = ecg.fiducials[k - 1 : k + 2]
    assert early.r - before.r < 0.75 * 60 / 70
    assert early.qrs_off - early.qrs_on < 0.1
    assert not np.isnan(early.p_on)
    assert after.r - before.r < 1.8 * 60 / 70


@pytest.mark.parametrize(
    ("condition", "raised", "sunk"),
    [
        ("stemi_anterior", ("V2", "V3", "V4"), ("III", "aVF")),
        ("stemi_inferior", ("II", "III", "aVF"), ("I", "aVL")),
        ("stemi_lateral", ("I", "aVL", "V5", "V6"), ("III", "V1")),
    ],
)
def test_st_is_raised_over_the_wall_and_sunk_opposite(condition, raised, sunk):
    ecg = simulate_ecg(condition, 80, 4)
    beat = regular_beats(ecg)[1]
    j_point = beat.qrs_off + 0.04
    assert all(at(ecg, name, j_point) > 0.1 for name in raised)
    assert all(at(ecg, name, j_point) < -0.05 for name in sunk)
    assert ecg.truth.label == "MI"


@pytest.mark.parametrize(
    ("condition", "leads"),
    [
        ("old_mi_anterior", ("V1", "V2", "V3")),
        ("old_mi_inferior", ("II", "III", "aVF")),
        ("old_mi_lateral", ("I", "aVL", "V5", "V6")),
    ],
)
def test_old_infarctions_begin_with_a_q_wave_and_invert_t(condition, leads):
    ecg = simulate_ecg(condition, 70, 4, variety=0.3)
    beat = regular_beats(ecg)[1]
    for name in leads:
        assert at(ecg, name, beat.qrs_on + 0.022) < -0.1
        assert at(ecg, name, beat.t_peak) < 0
    assert ecg.truth.label == "PMI"


def test_bundle_branch_blocks_are_wide_and_face_their_side():
    right, left = simulate_ecg("rbbb", 70, 4), simulate_ecg("lbbb", 70, 4)
    for ecg in (right, left):
        assert ecg.truth.qrs_ms >= 120
    late = regular_beats(right)[1].qrs_off - 0.04
    assert at(right, "V1", late) > 0.3
    assert at(right, "V6", late) < -0.2
    middle = regular_beats(left)[1]
    assert at(left, "V1", middle.r) < -0.5
    assert at(left, "V6", middle.r) > 0.5
    assert at(left, "V6", middle.t_peak) < 0


def test_hypertrophy_meets_the_sokolow_lyon_voltage():
    ecg = simulate_ecg("lvh", 70, **TEXTBOOK)
    assert -lead(ecg, "V1").min() + lead(ecg, "V5").max() > 3.5


def test_artefacts_have_the_strength_asked_for():
    clean = simulate_ecg("normal", 70, 1).signals
    for artefact in ("baseline_wander_mv", "muscle_noise_mv", "mains_noise_mv"):
        noise = simulate_ecg("normal", 70, 1, **{artefact: 0.05}).signals - clean
        assert np.sqrt(np.mean(noise[LEAD_INDEX["V3"]] ** 2)) == pytest.approx(0.05, rel=0.01)


def test_same_seed_same_ecg():
    np.testing.assert_array_equal(simulate_ecg("af", 90, 7).signals, simulate_ecg("af", 90, 7).signals)


def test_a_wave_is_zero_outside_of_its_borders_and_full_at_its_centre():
    wave = Wave(10, 4, 8, (1.0, -2.0, 0.5))
    dipole = wave.sample(np.array([wave.onset, 10.0, wave.offset]))
    np.testing.assert_allclose(dipole[:, 1], (1.0, -2.0, 0.5))
    np.testing.assert_allclose(dipole[:, [0, 2]], 0, atol=1e-12)
    assert (wave.onset, wave.offset) == (0, 30)


def test_unknown_conditions_and_rates_are_refused():
    with pytest.raises(ValueError, match="expected one of"):
        simulate_ecg("asystole")
    with pytest.raises(ValueError, match="30 to 200"):
        simulate_ecg("normal", 20)
