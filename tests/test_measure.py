"""Measurements on simulated hearts of known beats, intervals and axis, in every layout and on empty pages."""

import numpy as np
import pytest

from heartguard.leads import LAYOUTS, LEAD_INDEX, LEADS, PAGE_SECONDS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.measure import find_r_peaks, measure, study_beats
from heartguard.measure.axis import frontal_axis
from heartguard.measure.beats import detect_beats
from heartguard.measure.filters import bridge_gaps, smooth
from heartguard.measure.rhythm import rhythm_of
from heartguard.values import Ecg, Measurements, Panel, Segment
from heartlab.simulate.ecg import SimulatedEcg, simulate_ecg
from tests.drawn_rhythms import shown

FIELDS = (
    "heart_rate_bpm",
    "rr_ms",
    "least_rate_bpm",
    "greatest_rate_bpm",
    "p_ms",
    "pr_ms",
    "qrs_ms",
    "qt_ms",
    "qtc_ms",
    "qtc_fridericia_ms",
    "qtc_framingham_ms",
    "qtc_hodges_ms",
    "axis_deg",
    "p_axis_deg",
    "t_axis_deg",
    "sokolow_lyon_mv",
    "cornell_mv",
    "r_avl_mv",
    "rr_variation",
)


def assert_beats(found: Measurements, truth: SimulatedEcg, tolerance_s: float = 0.04) -> None:
    inside = [beat for beat in truth.beats_s if 0.1 < beat < PAGE_SECONDS - 0.1]
    for beat in inside:
        assert np.abs(found.beats_s - beat).min() < tolerance_s
    for beat in found.beats_s:
        assert np.abs(truth.beats_s - beat).min() < tolerance_s


@pytest.mark.parametrize(
    ("layout", "rhythm_lead"),
    [("3x4+1", "II"), ("3x4+1", "III"), ("3x4", None), ("6x2+1", "II"), ("6x2", None), ("12x1", None)],
)
@pytest.mark.parametrize("rate", [40, 72, 150])
def test_rate_is_that_of_the_beats_in_every_layout(layout: str, rhythm_lead: str | None, rate: int) -> None:
    truth = simulate_ecg("normal", rate, seed=rate, muscle_noise_mv=0.01)
    found = measure(shown(truth.signals, layout, rhythm_lead))
    assert found.heart_rate_bpm == pytest.approx(truth.truth.heart_rate_bpm, abs=1.0)
    assert_beats(found, truth)


def test_intervals_and_axis_of_a_normal_heart() -> None:
    truth = simulate_ecg("normal", 70, seed=3)
    found = measure(shown(truth.signals, "3x4+1", "II"))
    assert found.pr_ms == pytest.approx(truth.truth.pr_ms, abs=15)
    assert found.qrs_ms == pytest.approx(truth.truth.qrs_ms, abs=20)
    assert found.qt_ms == pytest.approx(truth.truth.qt_ms, abs=25)
    assert found.axis_deg == pytest.approx(truth.truth.axis_deg, abs=3)
    assert found.rr_variation is not None
    assert found.rr_variation < 0.06
    assert found.missing_reasons == {}


def test_qtc_follows_bazett_and_fridericia() -> None:
    found = measure(shown(simulate_ecg("normal", 90, seed=1).signals, "3x4+1", "II"))
    assert found.qt_ms is not None
    assert found.heart_rate_bpm is not None
    rr_s = 60 / found.heart_rate_bpm
    assert found.qtc_ms == pytest.approx(found.qt_ms / rr_s**0.5)
    assert found.qtc_fridericia_ms == pytest.approx(found.qt_ms / rr_s ** (1 / 3))


def test_fiducials_agree_with_the_intervals() -> None:
    found = measure(shown(simulate_ecg("normal", 60, seed=2).signals, "12x1", None))
    marks = found.fiducials_s
    assert 1000 * (marks["qrs_off"] - marks["qrs_on"]) == pytest.approx(found.qrs_ms)
    assert 1000 * (marks["qrs_on"] - marks["p_on"]) == pytest.approx(found.pr_ms)
    assert 1000 * (marks["t_off"] - marks["qrs_on"]) == pytest.approx(found.qt_ms)


@pytest.mark.parametrize("condition", ["lbbb", "rbbb"])
def test_a_bundle_branch_block_is_wide(condition: str) -> None:
    truth = simulate_ecg(condition, 70, seed=5)
    found = measure(shown(truth.signals, "3x4+1", "II"))
    assert found.qrs_ms is not None
    assert 120 <= found.qrs_ms <= 190
    assert_beats(found, truth, 0.08)


def test_atrial_fibrillation_has_no_pr_and_a_varying_rr() -> None:
    truth = simulate_ecg("af", 90, seed=4)
    found = measure(shown(truth.signals, "3x4+1", "II"))
    assert found.pr_ms is None
    assert "P wave" in found.missing_reasons["pr_ms"]
    assert found.rr_variation is not None
    assert found.rr_variation > 0.12
    assert found.heart_rate_bpm == pytest.approx(truth.truth.heart_rate_bpm, abs=1.0)


def test_premature_ventricular_beats_are_counted() -> None:
    truth = simulate_ecg("pvc", 75, seed=6)
    found = measure(shown(truth.signals, "3x4+1", "II"))
    assert len(found.beats_s) == len(truth.beats_s)
    assert found.heart_rate_bpm == pytest.approx(truth.truth.heart_rate_bpm, abs=2.0)


def test_a_rhythm_strip_almost_without_qrs_is_rescued_by_the_other_leads() -> None:
    truth = simulate_ecg("normal", 80, seed=7, muscle_noise_mv=0.01)
    signals = truth.signals.copy()
    signals[LEAD_INDEX["III"]] *= 0.05
    found = measure(shown(signals, "3x4+1", "III"))
    assert found.heart_rate_bpm == pytest.approx(truth.truth.heart_rate_bpm, abs=1.0)


def test_short_gaps_and_a_page_half_empty() -> None:
    truth = simulate_ecg("normal", 75, seed=8)
    signals = truth.signals.copy()
    signals[:, 1000:1040] = np.nan
    signals[:, 2500:] = np.nan
    found = measure(Ecg(signals, np.ones(12, np.float32)))
    first_half = truth.beats_s[truth.beats_s < 5]
    assert len(found.beats_s) == pytest.approx(len(first_half), abs=1)
    assert found.heart_rate_bpm == pytest.approx(60 / np.diff(first_half).mean(), abs=2)


@pytest.mark.parametrize("picture", ["flat", "empty", "white noise", "baseline wander"])
def test_nothing_is_measured_where_there_is_no_heart_beat(picture: str) -> None:
    rng = np.random.default_rng(0)
    signals = {
        "flat": np.zeros((12, SAMPLES)),
        "empty": np.full((12, SAMPLES), np.nan),
        "white noise": rng.normal(0, 0.1, (12, SAMPLES)),
        "baseline wander": np.cumsum(rng.normal(0, 0.02, (12, SAMPLES)), axis=1),
    }[picture]
    found = measure(shown(signals, "3x4+1", "II"))
    for field in FIELDS:
        assert getattr(found, field) is None
        assert found.missing_reasons[field].endswith(".")
    assert found.beats_s.size == 0


def test_one_beat_gives_no_rate() -> None:
    truth = simulate_ecg("normal", 60, seed=9)
    signals = truth.signals.copy()
    signals[:, 700:] = np.nan
    signals[:, : max(0, round((truth.beats_s[truth.beats_s > 0.5][0] - 0.45) * SAMPLING_RATE_HZ))] = np.nan
    found = measure(Ecg(signals, np.ones(12, np.float32)))
    assert found.heart_rate_bpm is None
    assert found.missing_reasons["heart_rate_bpm"]


def test_every_none_has_its_reason_and_nothing_else_has() -> None:
    for condition, rate in (("af", 130), ("pac", 100), ("lbbb", 180)):
        found = measure(shown(simulate_ecg(condition, rate, seed=1).signals, "3x4+1", "III"))
        missing = {field for field in (*FIELDS, "einthoven_residual_mv") if getattr(found, field) is None}
        assert missing == set(found.missing_reasons)


@pytest.mark.parametrize("axis", [-75.0, -20.0, 45.0, 100.0, 179.0])
def test_axis_of_one_vector_seen_by_any_two_limb_leads(axis: float) -> None:
    angles = {"I": 0, "II": 60, "III": 120, "aVR": -150, "aVL": -30, "aVF": 90}
    bump = np.exp(-((np.arange(61) - 30) ** 2) / 50)
    waves = np.full((12, 61), np.nan)
    for lead, angle in angles.items():
        gain = np.cos(np.pi / 6) if lead.startswith("a") else 1
        waves[LEAD_INDEX[lead]] = gain * np.cos(np.deg2rad(axis - angle)) * bump
    assert frontal_axis(waves, 0, 60) == pytest.approx(axis, abs=0.1)
    waves[[LEAD_INDEX[lead] for lead in ("I", "III", "aVR", "aVL")]] = np.nan
    assert frontal_axis(waves, 0, 60) == pytest.approx(axis, abs=0.1)


def test_axis_is_undefined_when_the_qrs_is_as_much_up_as_down() -> None:
    waves = np.tile(np.sin(np.linspace(0, 2 * np.pi, 61)), (len(LEADS), 1))
    assert frontal_axis(waves, 0, 60) is None


def test_a_very_fast_rhythm_is_counted() -> None:
    time = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    beats = np.arange(0.2, 9.9, 0.24)
    wave = sum(np.exp(-((time - beat) ** 2) / (2 * 0.012**2)) for beat in beats)
    found = measure(shown(np.tile(wave, (12, 1)), "3x4+1", "II"))
    assert found.heart_rate_bpm == pytest.approx(250, abs=1)


def test_smoothing_spreads_an_impulse_over_a_gaussian_of_three_sigmas() -> None:
    signals = np.zeros((1, 201))
    signals[0, 100] = 1.0
    kernel = np.exp(-0.5 * (np.arange(-30, 31) / 10) ** 2)  # 0.02 s are 10 samples
    soft = smooth(signals, 0.02)[0]
    assert soft[70:131] == pytest.approx(kernel / kernel.sum())
    assert not soft[:70].any()
    assert not soft[131:].any()


def test_smoothing_takes_nothing_from_a_gap() -> None:
    signals = np.ones((1, 200))
    signals[0, 80:120] = np.nan
    soft = smooth(signals, 0.02)
    assert np.allclose(soft[0, :80], 1)
    assert np.isnan(soft[0, 80:120]).all()


def test_only_short_gaps_are_bridged() -> None:
    signals = np.arange(400.0)[None].repeat(1, axis=0)
    signals[0, :10] = np.nan
    signals[0, 50:90] = np.nan
    signals[0, 200:300] = np.nan
    bridged = bridge_gaps(signals)
    assert np.allclose(bridged[0, 50:90], np.arange(50, 90))
    assert np.isnan(bridged[0, :10]).all()
    assert np.isnan(bridged[0, 200:300]).all()


def test_measuring_changes_no_input() -> None:
    ecg = shown(simulate_ecg("normal", 70, seed=1).signals, "3x4+1", "II")
    before = ecg.signals.copy()
    measure(ecg)
    assert np.array_equal(before, ecg.signals, equal_nan=True)
    detect_beats(bridge_gaps(ecg.signals))


def qrs_at(beats: list[int], heights: list[float]) -> np.ndarray:
    """Return twelve leads with a narrow QRS complex, and nothing else, at each sample."""
    time = np.arange(SAMPLES)
    wave = sum(h * np.exp(-0.5 * ((time - b) / 8) ** 2) for b, h in zip(beats, heights, strict=True))
    return np.outer(np.linspace(0.5, 1.5, 12), wave)


def test_r_peaks_are_where_the_complexes_are_highest() -> None:
    beats = list(range(300, 4800, 450))
    found = find_r_peaks(qrs_at(beats, [1.0] * len(beats)), "II")
    assert found.beats.tolist() == beats
    assert found.contrast > 10
    nothing = find_r_peaks(np.zeros((12, SAMPLES)))
    assert (nothing.beats.size, nothing.contrast) == (0, 0.0)


def test_a_study_takes_the_median_beat_of_the_dominant_beats_alone() -> None:
    beats = list(range(300, 4800, 450))
    upside_down = [1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    study = study_beats(qrs_at(beats, upside_down), np.array(beats))
    assert study.dominant.tolist() == [height > 0 for height in upside_down]
    assert study.template_correlation[3] == pytest.approx(-1, abs=0.01)
    assert study.template_correlation[[0, 9]] == pytest.approx(1, abs=0.01)
    assert study.rhythm.heart_rate_bpm == pytest.approx(60 / 0.9)
    assert study.median.counts.tolist() == [9] * 12
    assert study.median.waves[:, study.median.centre] == pytest.approx(np.linspace(0.5, 1.5, 12), abs=1e-3)
    on, off = study.fiducials.qrs_on, study.fiducials.qrs_off
    assert on is not None
    assert off is not None
    assert (study.median.centre - on) == pytest.approx(off - study.median.centre, abs=2)  # a symmetrical wave
    assert study.axis_deg == pytest.approx(frontal_axis(study.median.waves, on, off))


def segments(layout: str, *, seconds: float = 2.5, same_seconds: bool = False, strip: bool = False) -> list[Segment]:
    """Return where the leads of a page are, without their lines."""
    none = np.zeros(0, np.float32)
    panels = [
        Panel(lead, row, 500.0 * k, 500.0 * (k + 1), 0.0, 0.0 if same_seconds else seconds * k, seconds * (k + 1))
        for row, leads in enumerate(LAYOUTS[layout].rows)
        for k, lead in enumerate(leads)
    ]
    if strip:
        panels.append(Panel("II", 9, 0.0, 2000.0, 0.0, 0.0, PAGE_SECONDS, rhythm=True))
    return [Segment(panel, none, 0, 1.0) for panel in panels]


@pytest.mark.parametrize(
    ("options", "seams"),
    [
        ({}, (1250, 2500, 3750)),
        ({"strip": True}, ()),
        ({"same_seconds": True}, ()),
        ({"seconds": 2.4}, (1200, 2400, 3600)),
    ],
)
def test_time_may_leap_where_a_column_begins_and_no_strip_runs_on(
    options: dict[str, bool], seams: tuple[int, ...]
) -> None:
    ecg = Ecg(np.zeros((12, SAMPLES), np.float32), np.ones(12, np.float32), segments=segments("3x4", **options))
    assert ecg.seams == seams


def test_intervals_across_a_seam_are_no_heartbeats() -> None:
    beats = np.array([100, 500, 900, 1400, 1800, 2200])  # 0.8 s apart, but for 1 s across the seam
    assert rhythm_of(beats, (1250,)).heart_rate_bpm == pytest.approx(75)
    assert rhythm_of(beats, (1250,)).rr_variation == 0
    assert rhythm_of(beats).heart_rate_bpm < 72
    assert rhythm_of(np.array([1000, 1500]), (1250,)).heart_rate_bpm == 60, "the only one there is"


def test_a_beat_at_a_seam_belongs_to_the_column_that_begins() -> None:
    assert rhythm_of(np.array([400, 800, 1250, 1650]), (1250,)).rr_ms == 800


@pytest.mark.parametrize("seam", [1250, 1450])
def test_a_premature_beat_and_its_pause_count_together_or_not_at_all(seam: int) -> None:
    beats = np.array([0, 400, 800, 1200, 1400, 2000, 2400, 2800, 3200])
    assert rhythm_of(beats, (seam,)).heart_rate_bpm == pytest.approx(75)
    assert rhythm_of(beats).heart_rate_bpm == pytest.approx(75)
