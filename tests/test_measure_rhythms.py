"""Measurements of rhythms put together wave by wave: each has a known answer that a beat detector is apt to miss."""

import numpy as np
import pytest

from heartguard.leads import LEAD_INDEX
from heartguard.measure import measure
from heartguard.measure.energy import crests
from heartguard.measure.lead_table import voltages
from heartguard.statements import Case, state
from heartlab.simulate.ecg.dipole import Wave
from tests.drawn_rhythms import (
    QRS_ON_MS,
    TALL_T,
    complexes,
    ectopic,
    fast_t,
    flutter,
    leads,
    p_waves,
    regular,
    rounded_flutter,
    shown,
    sinus,
    with_spikes,
)

LAYOUTS = [("12x1", None), ("3x4+1", "II"), ("6x2+1", "II"), ("3x4", None)]
"""Layout and rhythm lead of the pages."""

with_layouts = pytest.mark.parametrize(("layout", "strip"), LAYOUTS, ids=[name for name, _ in LAYOUTS])


@with_layouts
def test_a_normal_heart_has_the_intervals_that_it_was_drawn_with(layout: str, strip: str | None) -> None:
    found = measure(shown(leads(sinus(72)), layout, strip))
    assert found.heart_rate_bpm == pytest.approx(72, abs=0.5)
    assert found.p_ms == pytest.approx(104, abs=12)
    assert found.pr_ms == pytest.approx(160, abs=8)
    assert found.qrs_ms == pytest.approx(86, abs=16)
    assert found.qt_ms == pytest.approx(375, abs=12)


@with_layouts
def test_tall_narrow_t_waves_are_not_counted(layout: str, strip: str | None) -> None:
    found = measure(shown(leads(sinus(75, t_wave=TALL_T)), layout, strip))
    assert found.heart_rate_bpm == pytest.approx(75, abs=0.5)
    assert found.pr_ms == pytest.approx(160, abs=8)
    assert found.qrs_ms == pytest.approx(86, abs=18)


@pytest.mark.parametrize("height_mv", [0.25, 0.7, 2.0])
@pytest.mark.parametrize("rate", [20, 60])
def test_pacing_spikes_that_do_not_capture_are_not_counted(rate: int, height_mv: float) -> None:
    times = regular(rate, 0.85)
    found = measure(shown(with_spikes(leads(sinus(72)), times, height_mv), "3x4+1", "II"))
    assert found.heart_rate_bpm == pytest.approx(72, abs=0.5)
    assert found.pr_ms == pytest.approx(160, abs=8)


def test_pacing_spikes_are_told_with_their_times() -> None:
    times = np.array([0.85, 3.1, 5.35, 7.6])
    found = measure(shown(with_spikes(leads(sinus(72)), times)))
    assert found.spikes_s == pytest.approx(times, abs=0.006)
    assert measure(shown(leads(sinus(72)))).spikes_s.size == 0


@with_layouts
def test_atrial_pacing_is_neither_counted_nor_part_of_pr(layout: str, strip: str | None) -> None:
    p_on = regular(60) + QRS_ON_MS / 1000 - 0.2
    found = measure(shown(with_spikes(leads(sinus(60, 0.2)), p_on - 0.02), layout, strip))
    assert found.heart_rate_bpm == pytest.approx(60, abs=0.5)
    assert found.pr_ms == pytest.approx(200, abs=8)
    assert found.qrs_ms == pytest.approx(86, abs=18)


def test_a_paced_complex_begins_after_its_spike() -> None:
    slow = (Wave(-25, 20, 20, (0.55, 0.75, 0.45)), Wave(22, 22, 26, (0.75, 0.90, 0.95)))  # 162 ms
    paced = complexes(regular(60), Wave(330, 60, 40, (-0.4, -0.3, -0.5)), slow)
    found = measure(shown(with_spikes(leads(paced), regular(60) - 0.09)))
    assert found.heart_rate_bpm == pytest.approx(60, abs=0.5)
    assert found.qrs_ms == pytest.approx(162, abs=10)
    assert found.pr_ms is None


@pytest.mark.parametrize("coupling_s", [0.45, 0.5, 0.6])
@pytest.mark.parametrize(("layout", "strip"), LAYOUTS[:3])
def test_bigeminy_is_counted_whole_and_measured_on_the_sinus_beats(
    layout: str, strip: str | None, coupling_s: float
) -> None:
    times = regular(73 / 2)
    dipole = complexes(times) + p_waves(times + QRS_ON_MS / 1000 - 0.16) + ectopic(times + coupling_s)
    found = measure(shown(leads(dipole), layout, strip))
    assert found.heart_rate_bpm == pytest.approx(73, abs=4)  # it begins and ends with the shorter of its two intervals
    assert found.greatest_rate_bpm == pytest.approx(60 / coupling_s, rel=0.12)  # the ectopic peak is 160 ms wide
    assert found.dominant.sum() == pytest.approx(found.beats_s.size / 2, abs=1)
    assert found.qrs_ms == pytest.approx(86, abs=18)
    assert found.pr_ms == pytest.approx(160, abs=8)


@with_layouts
@pytest.mark.parametrize("rate", [55, 65, 80])
def test_a_heart_paced_in_both_chambers_is_measured(layout: str, strip: str | None, rate: int) -> None:
    slow = (Wave(-25, 20, 20, (0.55, 0.75, 0.45)), Wave(22, 22, 26, (0.75, 0.90, 0.95)))  # 162 ms
    times = regular(rate)
    dipole = complexes(times, Wave(330, 60, 40, (-0.4, -0.3, -0.5)), slow) + p_waves(times - 0.23)
    spiked = with_spikes(with_spikes(leads(dipole), times - 0.09), times - 0.25)
    found = measure(shown(spiked, layout, strip))
    assert found.heart_rate_bpm == pytest.approx(rate, abs=1)
    assert found.qrs_ms == pytest.approx(162, abs=12)


@pytest.mark.parametrize(("layout", "strip"), LAYOUTS[:2])
def test_a_complex_at_200_a_minute_is_not_measured_with_its_t_wave(layout: str, strip: str | None) -> None:
    found = measure(shown(leads(complexes(regular(200), fast_t(200))), layout, strip))
    assert found.heart_rate_bpm == pytest.approx(200, abs=1)
    assert found.qrs_ms == pytest.approx(86, abs=18)
    assert found.pr_ms is None
    assert "too fast" in found.missing_reasons["pr_ms"]


@with_layouts
def test_250_a_minute_is_counted_whole(layout: str, strip: str | None) -> None:
    found = measure(shown(leads(complexes(regular(250), fast_t(250))), layout, strip))
    assert found.heart_rate_bpm == pytest.approx(250, abs=2)


@pytest.mark.parametrize("pr_s", [0.3, 0.35, 0.4, 0.45])
@with_layouts
def test_a_long_pr_is_found(layout: str, strip: str | None, pr_s: float) -> None:
    found = measure(shown(leads(sinus(65, pr_s)), layout, strip))
    assert found.pr_ms == pytest.approx(1000 * pr_s, abs=10)


def test_a_p_wave_on_the_t_wave_is_named_as_the_reason() -> None:
    found = measure(shown(leads(sinus(80, 0.4))))
    assert found.pr_ms is None
    assert "T wave" in found.missing_reasons["pr_ms"]


@with_layouts
def test_a_junctional_rhythm_has_no_pr(layout: str, strip: str | None) -> None:
    found = measure(shown(leads(complexes(regular(50))), layout, strip))
    assert found.pr_ms is None
    assert "No P wave" in found.missing_reasons["pr_ms"]
    assert "fibrillation" not in found.missing_reasons["pr_ms"]


@pytest.mark.parametrize("atrial_rate", [240, 300])
@pytest.mark.parametrize("conducted", [3, 4])
def test_flutter_waves_are_no_p_waves(atrial_rate: int, conducted: int) -> None:
    rate = atrial_rate / conducted
    found = measure(shown(leads(flutter(atrial_rate) + complexes(regular(rate))), "3x4+1", "II"))
    assert found.heart_rate_bpm == pytest.approx(rate, abs=0.5)
    assert found.pr_ms is None
    assert found.qrs_ms == pytest.approx(86, abs=20)


@with_layouts
@pytest.mark.parametrize("atrial_rate", [250, 275, 300, 350])
def test_a_flutter_with_2_to_1_conduction_has_no_pr(layout: str, strip: str | None, atrial_rate: int) -> None:
    dipole = flutter(atrial_rate) + complexes(regular(atrial_rate / 2), fast_t(atrial_rate / 2))
    ecg = shown(leads(dipole), layout, strip)
    found = measure(ecg)
    assert found.heart_rate_bpm == pytest.approx(atrial_rate / 2, abs=1)
    assert found.pr_ms is None
    stated = state(Case(found, ecg))
    assert {one.code for one in stated.given} & {"rhythm.flutter", "rhythm.fast_without_p"}


@with_layouts
@pytest.mark.parametrize("atrial_rate", [250, 270])
def test_flutter_waves_that_return_after_half_an_rr_are_counted(
    layout: str, strip: str | None, atrial_rate: int
) -> None:
    low = Wave(210.0, 50.0, 40.0, (0.05, 0.08, -0.04))
    dipole = rounded_flutter(atrial_rate) + complexes(regular(atrial_rate / 2), low)
    found = measure(shown(leads(dipole), layout, strip))
    assert found.beats.flutter_bpm == pytest.approx(atrial_rate, abs=3)
    assert found.pr_ms is None
    assert "flutter" in found.missing_reasons["pr_ms"]


@pytest.mark.parametrize("rate", [100, 110, 120])
def test_a_fast_sinus_rhythm_is_no_flutter(rate: int) -> None:
    times = regular(rate)
    found = measure(shown(leads(p_waves(times + QRS_ON_MS / 1000 - 0.13) + complexes(times, fast_t(rate)))))
    assert found.beats.flutter_bpm is None
    assert found.pr_ms == pytest.approx(130, abs=8)


@with_layouts
@pytest.mark.parametrize("pr_s", [0.14, 0.15, 0.16])
def test_a_whole_p_wave_that_begins_on_the_t_wave_of_a_fast_rhythm_is_measured(
    layout: str, strip: str | None, pr_s: float
) -> None:
    times = regular(118)
    signals = leads(p_waves(times + QRS_ON_MS / 1000 - pr_s) + complexes(times, fast_t(118)))
    assert measure(shown(signals, layout, strip)).pr_ms == pytest.approx(1000 * pr_s, abs=14)


@pytest.mark.parametrize("noise_mv", [0.04, 0.052])
def test_a_p_wave_that_begins_at_rest_is_told_in_noise(noise_mv: float) -> None:
    dipole = p_waves(regular(60) + QRS_ON_MS / 1000 - 0.16) + complexes(regular(60))
    assert measure(shown(leads(dipole, noise_mv), "3x4+1", "II")).pr_ms == pytest.approx(160, abs=16)
    assert measure(shown(leads(complexes(regular(60)), noise_mv), "3x4+1", "II")).pr_ms is None


def test_a_complete_block_has_no_pr() -> None:
    found = measure(shown(leads(complexes(regular(38)) + p_waves(regular(85, 0.2))), "3x4+1", "II"))
    assert found.heart_rate_bpm == pytest.approx(38, abs=0.5)
    assert found.pr_ms is None
    assert "from beat to beat" in found.missing_reasons["pr_ms"]


def test_rate_and_rr_say_the_same() -> None:
    times = np.cumsum([0.3, *[0.8, 0.8, 0.8, 1.2] * 3])
    found = measure(shown(leads(complexes(times))))
    assert found.heart_rate_bpm is not None
    assert found.rr_ms == pytest.approx(60000 / found.heart_rate_bpm)
    assert found.least_rate_bpm == pytest.approx(50, abs=0.5)
    assert found.greatest_rate_bpm == pytest.approx(75, abs=0.5)


def test_qt_is_not_corrected_where_rr_varies_much() -> None:
    times = np.cumsum([0.3, *[0.55, 1.1, 0.7, 0.95] * 3])
    found = measure(shown(leads(complexes(times))))
    assert found.qt_ms is not None
    assert found.qtc_ms is None
    assert found.qtc_hodges_ms is None
    assert "differ too much" in found.missing_reasons["qtc_ms"]


@pytest.mark.parametrize(("layout", "strip"), LAYOUTS[:2])
def test_waves_of_each_lead_have_the_heights_of_the_signal(layout: str, strip: str | None) -> None:
    signals = leads(sinus(60), noise_mv=0.0)
    found = measure(shown(signals, layout, strip))
    first, last = (round(500 * (1.45 + s)) for s in (-0.042, 0.043))
    level = signals[:, first - 5]
    for lead in ("I", "II", "V2", "V5", "V6"):
        qrs = signals[LEAD_INDEX[lead], first:last] - level[LEAD_INDEX[lead]]
        assert found.leads[lead].r_mv == pytest.approx(qrs.max(), abs=0.025)
        assert found.leads[lead].s_mv == pytest.approx(qrs[qrs.argmax() :].min(), abs=0.025)
        assert found.leads[lead].st60_mv == pytest.approx(0, abs=0.025)
    t = signals[LEAD_INDEX["II"], last : last + 150] - level[LEAD_INDEX["II"]]
    assert found.leads["II"].t_mv == pytest.approx(t.max(), abs=0.025)
    assert found.leads["V6"].q_mv == pytest.approx(-0.16, abs=0.025)
    assert found.leads["V1"].q_mv is None
    assert found.sokolow_lyon_mv == voltages(found.leads)["sokolow_lyon_mv"]
    assert found.r_avl_mv == found.leads["aVL"].r_mv


def test_a_lead_that_is_not_on_the_page_has_no_waves_and_no_voltage() -> None:
    signals = leads(sinus(60))
    signals[LEAD_INDEX["V1"]] = np.nan
    found = measure(shown(signals))
    assert "V1" not in found.leads
    assert found.sokolow_lyon_mv is None
    assert "not all on the page" in found.missing_reasons["sokolow_lyon_mv"]
    assert found.cornell_mv is not None


@pytest.mark.parametrize("band", [(0.05, 40), (0.67, 25)])
def test_qrs_is_as_wide_in_a_narrow_band_as_in_the_whole(band: tuple[float, float]) -> None:
    from scipy.signal import butter, sosfiltfilt

    signals = leads(sinus(70), noise_mv=0.0)
    narrow = sosfiltfilt(butter(2, band, "bandpass", fs=500, output="sos"), signals).astype(np.float32)
    whole, filtered = measure(shown(signals)), measure(shown(narrow))
    assert whole.qrs_ms is not None
    assert filtered.qrs_ms == pytest.approx(whole.qrs_ms, abs=10)


def test_a_strip_of_low_voltage_leaves_the_r_peak_in_the_complex() -> None:
    times = regular(72)
    atria = p_waves(times + QRS_ON_MS / 1000 - 0.14)
    signals = leads(atria + complexes(times))
    signals[LEAD_INDEX["III"]] = leads(atria)[LEAD_INDEX["III"]]  # higher P waves than QRS complexes
    found = measure(shown(signals, "3x4+1", "III"))
    assert np.abs(found.beats_s[:, None] - times).min(axis=1).max() < 0.045
    assert found.qrs_ms == pytest.approx(86, abs=18)


def test_a_slurred_wave_within_a_regular_interval_is_no_beat() -> None:
    times = regular(75)
    found = measure(shown(leads(complexes(times) + p_waves(times - 0.1) + ectopic(times[5:6] + 0.3))))
    assert found.heart_rate_bpm == pytest.approx(75, abs=1)


def test_a_low_peak_on_the_flank_of_a_complex_is_no_beat() -> None:
    """A complex at 1 s whose function falls for 0.3 s, with a low peak of a T wave beyond the refractory time."""
    function = np.maximum(0, 1 - np.abs(np.arange(1000) - 500) / 150)
    function[610:620] += 0.12 * np.hanning(10)
    assert crests(function).tolist() == [500]
    function[740:780] += 0.9 * np.hanning(40)
    assert crests(function).tolist() == [500, 759]


def test_a_slip_at_the_end_of_a_column_is_no_pacing_spike() -> None:
    ecg = shown(leads(sinus(72), noise_mv=0.0), "3x4+1", "II")
    slipped = [LEAD_INDEX["aVR"], LEAD_INDEX["aVF"]]
    ecg.signals[slipped, 2488:2490] += 0.2  # aVR, aVL and aVF are shown from 2.5 s to 5 s
    assert measure(ecg).spikes_s.size == 0
    ecg.signals[slipped, 2188:2190] += 0.2
    assert measure(ecg).spikes_s == pytest.approx([4.377], abs=0.006)


def test_complexes_that_are_as_narrow_as_spikes_in_two_leads_are_none() -> None:
    times = regular(140)
    signals = leads(complexes(times, fast_t(140)), noise_mv=0.0)
    narrow = leads(complexes(times, None, (Wave(0, 5, 5, (0.6, 0.8, 0.4)),)), noise_mv=0.0)
    signals[:2] = narrow[:2]  # I and II as on a page that is read at too fine a scale
    found = measure(shown(signals))
    assert found.spikes_s.size == 0
    assert found.heart_rate_bpm == pytest.approx(140, abs=1)


@pytest.mark.parametrize("slip_s", [0.015, 0.03])
def test_a_slip_at_the_end_of_a_column_is_no_beat_where_the_strip_shows_none(slip_s: float) -> None:
    ecg = shown(leads(sinus(72)), "3x4+1", "II")
    end = 2500
    slip = end - round(slip_s * 500)
    for lead, height in (("aVR", 0.4), ("aVL", -0.8), ("aVF", 1.0)):
        ecg.signals[LEAD_INDEX[lead], slip:end] += height
    found = measure(ecg)
    assert found.heart_rate_bpm == pytest.approx(72, abs=0.5)
    assert np.abs(found.beats_s - slip / 500).min() > 0.1
