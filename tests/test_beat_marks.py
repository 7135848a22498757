"""Marks of the waves of every beat, and kinds of beats, on rhythms put together wave by wave."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from heartguard.leads import LEADS, SAMPLING_RATE_HZ
from heartguard.measure import beat_marks, measure, morphology
from heartguard.report.beat_values import beats_json
from heartguard.wave_marks import MARKS
from heartlab.simulate.ecg.conditions import NORMAL, PVC_BEAT
from heartlab.simulate.ecg.dipole import Wave
from tests.drawn_rhythms import (
    QRS_ON_MS,
    complexes,
    ectopic,
    flutter,
    leads,
    p_waves,
    regular,
    shown,
    sinus,
    with_spikes,
)

P_ON_S, P_PEAK_S = QRS_ON_MS / 1000 - 0.16, QRS_ON_MS / 1000 - 0.16 + 0.055
"""Onset and middle of P from R, of a sinus rhythm with a PR of 160 ms."""


@pytest.mark.parametrize(("layout", "strip"), [("12x1", None), ("3x4+1", "II")])
def test_every_beat_has_its_waves_where_they_were_drawn(layout: str, strip: str | None) -> None:
    found = measure(shown(leads(sinus(72)), layout, strip))
    r_peaks, marks = found.beats_s, found.beats.marks
    inside = (r_peaks > 0.4) & (r_peaks < 9.4)
    for name, offset, tolerance in (
        ("p_on", P_ON_S, 0.015),
        ("p_peak", P_PEAK_S, 0.02),
        ("qrs_on", QRS_ON_MS / 1000, 0.012),
        ("r_peak", 0.0, 0.006),
        ("t_peak", 0.25, 0.012),
        ("t_off", 0.335, 0.02),
    ):
        drawn = regular(72)[:, None]
        distance = np.abs(getattr(marks, name)[None, inside] - drawn - offset).min(axis=0)
        assert distance.max() < tolerance, name


def test_marks_are_in_the_order_of_time_in_every_lead() -> None:
    beats = measure(shown(leads(sinus(72)))).beats
    assert set(beats.leads) == set(LEADS)
    for marks in (beats.marks, *beats.leads.values()):
        known = marks.table[1:-1]
        steps = np.diff(known, axis=1)
        assert (steps[np.isfinite(steps)] >= 0).all()
        assert np.isfinite(known[:, MARKS.index("r_peak")]).all()


def test_a_lead_has_marks_only_where_the_page_shows_it() -> None:
    found = measure(shown(leads(sinus(72)), "3x4+1", "II"))
    r_in_v1 = found.beats.leads["V1"].r_peak
    assert np.isfinite(r_in_v1[(found.beats_s > 5.1) & (found.beats_s < 7.4)]).all()
    assert np.isnan(r_in_v1[(found.beats_s < 4.9) | (found.beats_s > 7.6)]).all()
    assert np.isfinite(found.beats.leads["II"].r_peak[1:-1]).all()


def test_the_median_beat_of_a_lead_has_its_waves_and_their_heights() -> None:
    signals = leads(sinus(60), noise_mv=0.0)
    median = measure(shown(signals)).beats.median["II"]
    time = median.start_s + np.arange(median.wave.size) / SAMPLING_RATE_HZ
    assert time[int(np.nanargmax(median.wave))] == pytest.approx(0, abs=0.004)
    assert median.marks["r_peak"] == pytest.approx(0, abs=0.006)
    assert median.marks["p_peak"] == pytest.approx(P_PEAK_S, abs=0.02)
    assert median.beats >= 9


def test_without_p_waves_none_is_marked() -> None:
    marks = measure(shown(leads(complexes(regular(50))))).beats.marks
    assert np.isnan(marks.p_peak).all()
    assert np.isfinite(marks.t_peak[1:-1]).all()


def test_ventricular_beats_are_ectopic_and_have_marks_of_their_own() -> None:
    times, early = regular(60), np.array([3.9, 7.9])
    kept = times[~np.isin(np.round(times, 2), [4.45, 8.45])]
    dipole = complexes(kept) + p_waves(kept + P_ON_S) + ectopic(early)
    found = measure(shown(leads(dipole)))
    ectopics = np.flatnonzero([kind == "ectopic" for kind in found.beats.kinds])
    assert found.beats.count("ectopic") == 2
    assert found.beats_s[ectopics] == pytest.approx(early, abs=0.08)
    assert not found.beats.in_median[ectopics].any()
    assert not found.beats.usual_shape[ectopics].any()
    qrs_s = (found.beats.marks.qrs_off - found.beats.marks.qrs_on)[ectopics]
    assert (qrs_s > 0.13).all()
    assert np.isnan(found.beats.marks.p_on[ectopics]).all()


def test_a_premature_beat_of_the_usual_shape_is_ectopic_and_not_in_the_median() -> None:
    times = np.array([0.5, 1.4, 2.3, 3.2, 3.75, 4.8, 5.7, 6.6, 7.5, 8.4, 9.3])
    found = measure(shown(leads(complexes(times) + p_waves(times + P_ON_S))))
    assert found.beats.kinds.index("ectopic") == 4
    assert found.beats.count("ectopic") == 1
    assert found.beats.usual_shape.all()
    assert not found.beats.in_median[4]


def test_beats_of_fibrillation_are_not_called_ectopic() -> None:
    times = np.cumsum([0.3, 0.6, 1.1, 0.7, 0.95, 0.52, 1.2, 0.8, 0.65, 1.0, 0.9, 0.7])
    assert measure(shown(leads(complexes(times)))).beats.count("ectopic") == 0


def test_a_complex_that_begins_at_a_spike_is_paced() -> None:
    slow = (Wave(-25, 20, 20, (0.55, 0.75, 0.45)), Wave(22, 22, 26, (0.75, 0.90, 0.95)))
    dipole = complexes(regular(60), Wave(330, 60, 40, (-0.4, -0.3, -0.5)), slow)
    found = measure(shown(with_spikes(leads(dipole), regular(60) - 0.09)))
    assert set(found.beats.kinds[1:-1]) == {"paced"}


def test_an_atrial_spike_does_not_make_a_beat_paced() -> None:
    p_on = regular(60) + QRS_ON_MS / 1000 - 0.2
    found = measure(shown(with_spikes(leads(sinus(60, 0.2)), p_on - 0.02)))
    assert set(found.beats.kinds) == {"normal"}


def test_a_mixture_of_two_shapes_in_time_is_fused() -> None:
    times, early, fused = regular(60), 2.9, 6.45
    others = times[(np.abs(times - 3.45) > 0.1) & (np.abs(times - fused) > 0.1)]
    shares = [(0.3, NORMAL.qrs), (0.7, PVC_BEAT.qrs)]
    mixed = tuple(
        replace(wave, vector=tuple(share * part for part in wave.vector)) for share, waves in shares for wave in waves
    )
    dipole = complexes(others) + p_waves(others + P_ON_S) + ectopic([early]) + complexes([fused], qrs=mixed)
    found = measure(shown(leads(dipole)))
    place = int(np.argmin(np.abs(found.beats_s - fused)))
    assert found.beats.kinds[place] == "fused"
    assert found.beats.kinds[int(np.argmin(np.abs(found.beats_s - early)))] == "ectopic"
    assert found.beats.count("fused") == 1


def test_nothing_is_marked_where_there_is_no_beat() -> None:
    assert measure(shown(np.zeros((12, 5000), np.float32))).beats.kinds == ()


def test_beats_are_plain_values_of_one_length() -> None:
    found = measure(shown(leads(sinus(72)), "3x4+1", "II"))
    plain = json.loads(json.dumps(beats_json(found.beats), allow_nan=False))
    assert len(plain["list"]) == found.beats_s.size
    assert plain["list"][2]["marks_s"]["r_peak"] == pytest.approx(found.beats_s[2], abs=0.002)
    assert {len(values) for lead in plain["leads"].values() for values in lead.values()} == {found.beats_s.size}
    assert plain["leads"]["V1"]["r_peak"][0] is None
    assert len(plain["median"]["II"]["mv"]) == found.beats.median["II"].wave.size


def test_p_waves_that_no_complex_follows_are_found_in_a_second_degree_block() -> None:
    p_times = regular(75)
    conducted = np.array([place % 4 != 3 for place in range(p_times.size)])
    dipole = p_waves(p_times) + complexes(p_times[conducted] - P_ON_S)
    found = measure(shown(leads(dipole)))
    blocked = p_times[~conducted] + 0.055
    blocked = blocked[(blocked > found.beats_s[0]) & (blocked < found.beats_s[-1])]
    assert found.beats.lone_p_s == pytest.approx(blocked, abs=0.03)
    assert measure(shown(leads(sinus(75)))).beats.lone_p_s.size == 0


def test_a_t_wave_that_ends_after_the_median_beat_is_still_found() -> None:
    wave = np.tile(np.exp(-0.5 * ((np.arange(300) - 280) / 15.0) ** 2), (3, 1))
    later = np.roll(wave, 6, axis=1)
    assert beat_marks._best_shift(wave, np.roll(wave, -6, axis=1), slice(250, 310), 10, 0.8) == -6
    assert beat_marks._best_shift(wave, later, slice(305, 320), 10, 0.8) is None


@pytest.mark.parametrize("alike", [np.full((2, 2), -1.0), np.eye(6) + np.eye(6, k=1) + np.eye(6, k=-1)])
def test_beats_at_the_edge_and_chains_of_beats_still_have_a_prevailing_shape(alike: np.ndarray) -> None:
    rr = np.concatenate([[np.nan], np.full(len(alike) - 1, 400.0)])
    assert morphology._prevailing(alike, rr).any()


@pytest.mark.parametrize(("ventricles", "atria"), [(38, 85), (45, 100)])
def test_p_waves_independent_of_the_complexes_are_found_in_a_third_degree_block(ventricles: int, atria: int) -> None:
    p_times = regular(atria, 0.2)
    found = measure(shown(leads(complexes(regular(ventricles)) + p_waves(p_times))))
    assert found.pr_ms is None
    assert found.beats.lone_p_s.size >= 5
    assert np.abs(found.beats.lone_p_s[:, None] - p_times - 0.055).min(axis=1).max() < 0.05


def test_no_train_of_p_waves_is_found_in_a_slow_junctional_rhythm_or_in_flutter() -> None:
    for dipole in (complexes(regular(45)), flutter(240) + complexes(regular(60))):
        assert measure(shown(leads(dipole))).beats.lone_p_s.size == 0
