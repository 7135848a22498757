"""Statements by rules: each on signals or waves with a known answer, and on a twin that must not have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from heartguard.leads import CHEST_LEADS, LEAD_INDEX, LEADS, LIMB_LEADS
from heartguard.measure import measure
from heartguard.normal_ranges import reference_ranges
from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.statements import THRESHOLDS, Case, Doubts, Statements, state, statements
from heartguard.statements.stating import doubts_of
from heartguard.values import Ecg, LeadWaves, Measurements
from heartguard.warning import caution, note
from heartguard.wave_marks import BeatKind, Beats, WaveMarks
from heartlab.simulate.ecg.dipole import Wave
from tests.drawn_rhythms import (
    QRS_ON_MS,
    complexes,
    ectopic,
    leads,
    p_waves,
    regular,
    shown,
    sinus,
    with_spikes,
)
from tests.handmade import make_reading

P_ON_S = QRS_ON_MS / 1000 - 0.16
UPRIGHT = LeadWaves(p_mv=0.1, r_mv=1.0, s_mv=-0.2, s_ms=20, t_mv=0.3, j_mv=0.0, st60_mv=0.0, st80_mv=0.0)


def of_signals(
    signals: Any, patient: Patient = UNKNOWN_PATIENT, layout: str = "12x1", strip: str | None = None
) -> Statements:
    ecg = shown(signals, layout, strip)
    return state(Case(measure(ecg), ecg, patient))


def of_beats(count: int) -> Beats:
    """Return normal beats without marks."""
    every = np.ones(count, dtype=bool)
    return Beats(("normal",) * count, every, every, WaveMarks(*np.full((9, count), np.nan)))


def of_values(patient: Patient = UNKNOWN_PATIENT, **values: Any) -> Statements:
    """State of measured values on ten regular beats."""
    known: dict[str, Any] = {
        "heart_rate_bpm": 70.0,
        "rr_variation": 0.02,
        "p_ms": 100.0,
        "pr_ms": 160.0,
        "qrs_ms": 92.0,
        "qtc_ms": 410.0,
        "axis_deg": 40.0,
        "beats_s": np.arange(10) * 0.86 + 0.5,
        "dominant": np.ones(10, dtype=bool),
        "beats": of_beats(10),
        "leads": dict.fromkeys(LEADS, UPRIGHT),
    }
    ecg = Ecg(np.tile(np.linspace(0, 1, 5000, dtype=np.float32), (12, 1)), np.ones(12, np.float32))
    return state(Case(Measurements(**(known | values)), ecg, patient))


def with_leads(**changed: LeadWaves) -> dict[str, LeadWaves]:
    return dict.fromkeys(LEADS, UPRIGHT) | changed


def codes(stated: Statements) -> set[str]:
    return {one.code for one in stated.given}


def test_a_normal_heart_has_no_statement() -> None:
    for layout, strip in (("12x1", None), ("3x4+1", "II")):
        assert of_signals(leads(sinus(72)), layout=layout, strip=strip) == Statements()
    assert of_values() == Statements()


@pytest.mark.parametrize(("rate", "code"), [(45, "rate.slow"), (50, None), (100, None), (118, "rate.fast")])
def test_a_slow_and_a_fast_rate(rate: int, code: str | None) -> None:
    stated = of_values(heart_rate_bpm=float(rate))
    assert codes(stated) == ({code} if code else set())
    if code:
        assert stated.given[0].values == {"heart_rate_bpm": rate}
        assert f"{rate}/min" in stated.given[0].text


def test_irregular_beats_without_p_waves_are_told_from_a_regular_junctional_rhythm() -> None:
    times = np.cumsum([0.3, 0.6, 1.1, 0.7, 0.95, 0.52, 1.2, 0.8, 0.65, 1.0, 0.9, 0.7])
    assert "rhythm.irregular_without_p" in codes(of_signals(leads(complexes(times))))
    assert not codes(of_signals(leads(complexes(regular(55))))) & {"rhythm.irregular_without_p", "rhythm.irregular"}


def test_a_sinus_arrhythmia_is_irregular_and_no_fibrillation() -> None:
    times = np.cumsum([0.4, *[0.75, 0.8, 1.0, 1.2, 1.1, 0.85] * 2])
    stated = of_signals(leads(complexes(times) + p_waves(times + P_ON_S)))
    assert "rhythm.irregular" in codes(stated)
    assert "rhythm.irregular_without_p" not in codes(stated)


def test_a_pause_is_given_with_its_two_beats() -> None:
    times = np.array([0.4, 1.3, 2.2, 3.1, 5.4, 6.3, 7.2, 8.1, 9.0])
    stated = of_signals(leads(complexes(times) + p_waves(times + P_ON_S)))
    pause = stated.with_code("rhythm.pause")
    assert pause is not None
    assert pause.values["longest_rr_s"] == pytest.approx(2.3, abs=0.02)
    assert pause.beats == (3, 4)
    assert "2.3 s" in pause.text
    assert of_signals(leads(sinus(35))).with_code("rhythm.pause") is None


@pytest.mark.parametrize(("pr_s", "given"), [(0.16, False), (0.26, True), (0.35, True)])
def test_a_long_pr_is_a_first_degree_block(pr_s: float, given: bool) -> None:
    stated = of_signals(leads(sinus(60, pr_s)))
    block = stated.with_code("conduction.first_degree")
    assert (block is not None) == given
    if block is not None:
        assert block.values["pr_ms"] == pytest.approx(1000 * pr_s, abs=12)


def test_ventricular_beats_are_counted_and_bigeminy_is_named() -> None:
    times = regular(73 / 2)
    bigeminy = of_signals(leads(complexes(times) + p_waves(times + P_ON_S) + ectopic(times + 0.5)))
    found = bigeminy.with_code("ectopy.ventricular")
    assert found is not None
    assert "in bigeminy" in found.text
    assert len(found.beats) == found.values["count"] == 6
    assert "ectopy.supraventricular" not in codes(bigeminy)


def test_a_premature_beat_of_the_usual_shape_is_supraventricular() -> None:
    times = np.array([0.5, 1.4, 2.3, 3.2, 3.75, 4.8, 5.7, 6.6, 7.5, 8.4, 9.3])
    stated = of_signals(leads(complexes(times) + p_waves(times + P_ON_S)))
    found = stated.with_code("ectopy.supraventricular")
    assert found is not None
    assert found.beats == (4,)
    assert "ectopy.ventricular" not in codes(stated)


def beats_with(kinds: str) -> dict[str, Any]:
    """Return beats 0.45 s apart by the first letters of their kinds; ectopic ones are wide and of another shape."""
    names: dict[str, BeatKind] = {"n": "normal", "e": "ectopic", "p": "paced"}
    ectopics = np.array([kind == "e" for kind in kinds])
    nothing, times = np.full(ectopics.size, np.nan), 0.5 + 0.45 * np.arange(ectopics.size)
    marks = WaveMarks(nothing, nothing, nothing, times - 0.08, times, times + 0.08, nothing, nothing, nothing)
    beats = Beats(tuple(names[kind] for kind in kinds), ~ectopics, ~ectopics, marks)
    return {"beats": beats, "beats_s": times, "dominant": ~ectopics}


def test_a_run_of_ventricular_beats_has_its_rate() -> None:
    run = of_values(**beats_with("nnneeeennnn")).with_code("ectopy.run")
    assert run is not None
    assert run.values == {"count": 4, "rate_bpm": pytest.approx(60 / 0.45)}
    assert run.beats == (3, 4, 5, 6)
    assert of_values(**beats_with("nnneennnn")).with_code("ectopy.run") is None


def test_trigeminy_is_named() -> None:
    found = of_values(**beats_with("nnennennenn")).with_code("ectopy.ventricular")
    assert found is not None
    assert found.text == "3 ventricular ectopic beats of 11, in trigeminy."


@pytest.mark.parametrize(("pr_ms", "code"), [(170.0, "conduction.second_degree"), (None, "conduction.third_degree")])
def test_p_waves_without_a_complex_are_an_av_block_of_second_or_third_degree(pr_ms: float | None, code: str) -> None:
    beats = replace(of_beats(10), lone_p_s=np.array([2.1, 4.6]))
    stated = of_values(beats=beats, pr_ms=pr_ms)
    assert codes(stated) == {code}
    assert stated.given[0].values["lone_p"] == 2


def test_ventricular_and_atrial_pacing_and_spikes_without_an_answer() -> None:
    slow = (Wave(-25, 20, 20, (0.55, 0.75, 0.45)), Wave(22, 22, 26, (0.75, 0.90, 0.95)))
    paced = complexes(regular(60), Wave(330, 60, 40, (-0.4, -0.3, -0.5)), slow)
    stated = of_signals(with_spikes(leads(paced), regular(60) - 0.09))
    assert {"pacing.ventricular"} <= codes(stated)
    assert not codes(stated) & {"pacing.atrial", "pacing.no_capture", "conduction.lbbb", "conduction.ivcd"}
    atrial = of_signals(with_spikes(leads(sinus(60, 0.2)), regular(60) + QRS_ON_MS / 1000 - 0.22))
    assert codes(atrial) == {"pacing.atrial"}
    lost = of_signals(with_spikes(leads(sinus(50)), regular(50) + 0.6))
    assert "pacing.no_capture" in codes(lost)
    assert not any(code.startswith("pacing") for code in codes(of_signals(leads(sinus(60)))))


@pytest.mark.parametrize(
    ("axis", "code"),
    [(-31, "axis.left"), (-30, None), (90, None), (91, "axis.right"), (-100, "axis.extreme"), (170, "axis.right")],
)
def test_the_axis_is_named_outside_its_normal_quadrant(axis: float, code: str | None) -> None:
    assert codes(of_values(axis_deg=float(axis))) == ({code} if code else set())


V1_LATE_R = LeadWaves(r_mv=0.2, s_mv=-0.4, r2_mv=0.9, j_mv=0.0, st80_mv=-0.1)
WIDE_S = replace(UPRIGHT, s_ms=55.0)
DOWN = LeadWaves(r_mv=0.1, s_mv=-1.5, j_mv=0.05, st80_mv=0.05)
NO_Q = LeadWaves(r_mv=1.2, j_mv=0.0, st80_mv=0.0)


@pytest.mark.parametrize(
    ("qrs_ms", "changed", "code"),
    [
        (134.0, {"V1": V1_LATE_R, "V6": WIDE_S}, "conduction.rbbb"),
        (114.0, {"V1": V1_LATE_R, "V6": WIDE_S}, "conduction.incomplete_rbbb"),
        (98.0, {"V1": V1_LATE_R, "V6": WIDE_S}, None),
        (150.0, {"V1": DOWN, "I": NO_Q, "V6": NO_Q}, "conduction.lbbb"),
        (100.0, {"V1": DOWN, "I": NO_Q, "V6": NO_Q}, None),
        (125.0, {}, "conduction.ivcd"),
        (110.0, {}, None),
    ],
)
def test_bundle_branch_blocks_by_width_and_shape(
    qrs_ms: float, changed: dict[str, LeadWaves], code: str | None
) -> None:
    assert codes(of_values(qrs_ms=qrs_ms, leads=with_leads(**changed))) == ({code} if code else set())


def test_fascicular_blocks_by_axis_and_shape() -> None:
    q_r, r_s = LeadWaves(q_mv=-0.05, q_ms=15, r_mv=0.9), LeadWaves(r_mv=0.2, s_mv=-0.8)
    anterior = of_values(axis_deg=-55.0, leads=with_leads(aVL=q_r, III=r_s))
    assert "conduction.lafb" in codes(anterior)
    assert "conduction.lafb" in codes(of_values(qrs_ms=126.0, axis_deg=-55.0, leads=with_leads(aVL=q_r, III=r_s)))
    assert "conduction.lafb" not in codes(of_values(qrs_ms=131.0, axis_deg=-55.0, leads=with_leads(aVL=q_r, III=r_s)))
    assert "conduction.lafb" not in codes(of_values(axis_deg=-55.0))
    posterior = of_values(axis_deg=120.0, leads=with_leads(I=r_s, aVL=r_s, III=q_r, aVF=q_r))
    assert "conduction.lpfb" in codes(posterior)
    assert "conduction.lpfb" not in codes(of_values(axis_deg=120.0))


@pytest.mark.parametrize(
    ("qtc", "sex", "code"),
    [
        (452.0, "male", "repolarisation.long_qt"),
        (452.0, "female", None),
        (452.0, None, None),
        (470.0, None, "repolarisation.long_qt"),
        (350.0, None, "repolarisation.short_qt"),
    ],
)
def test_qt_is_judged_by_sex(qtc: float, sex: Any, code: str | None) -> None:
    assert codes(of_values(Patient(sex=sex), qtc_ms=qtc)) == ({code} if code else set())


def test_qt_of_a_wide_complex_is_not_judged() -> None:
    assert "repolarisation.long_qt" not in codes(of_values(qtc_ms=500.0, qrs_ms=140.0))


def raised(mv: float, *names: str) -> dict[str, LeadWaves]:
    return with_leads(**{name: replace(UPRIGHT, j_mv=mv, st80_mv=mv) for name in names})


@pytest.mark.parametrize(
    ("patient", "waves", "found"),
    [
        (Patient(), raised(0.12, "II", "aVF"), ("II", "aVF")),
        (Patient(), raised(0.12, "II", "V5"), ()),
        (Patient(), raised(0.09, "II", "aVF"), ()),
        (Patient(50, "male"), raised(0.21, "V2", "V3"), ("V2", "V3")),
        (Patient(30, "male"), raised(0.21, "V2", "V3"), ()),
        (Patient(30, "male"), raised(0.26, "V2", "V3"), ("V2", "V3")),
        (Patient(50, "female"), raised(0.16, "V2", "V3"), ("V2", "V3")),
        (Patient(), raised(0.21, "V2", "V3"), ()),
    ],
)
def test_st_elevation_in_contiguous_leads_by_sex_and_age(
    patient: Patient, waves: dict[str, LeadWaves], found: tuple[str, ...]
) -> None:
    stated = of_values(patient, leads=waves).with_code("st.elevation")
    assert (() if stated is None else stated.leads) == found
    if stated is not None:
        assert set(stated.values) == {f"{lead}_j_mv" for lead in found}


def test_st_depression_must_be_horizontal_or_falling() -> None:
    assert of_values(leads=raised(-0.08, "V4", "V5")).with_code("st.depression") is not None
    rising = replace(UPRIGHT, j_mv=-0.08, st80_mv=0.05)
    assert of_values(leads=with_leads(V4=rising, V5=rising)).with_code("st.depression") is None
    assert of_values(leads=raised(-0.08, "V4")).with_code("st.depression") is None


def test_q_waves_must_be_long_deep_and_in_contiguous_leads() -> None:
    deep, thin = replace(UPRIGHT, q_mv=-0.3, q_ms=42.0), replace(UPRIGHT, q_mv=-0.3, q_ms=18.0)
    found = of_values(leads=with_leads(III=deep, aVF=deep)).with_code("infarction.q_waves")
    assert found is not None
    assert found.leads == ("III", "aVF")
    assert of_values(leads=with_leads(III=thin, aVF=thin)).with_code("infarction.q_waves") is None
    assert of_values(leads=with_leads(III=deep)).with_code("infarction.q_waves") is None


def test_low_voltage_needs_all_leads_of_its_plane() -> None:
    low = replace(UPRIGHT, r_mv=0.3, s_mv=-0.1)
    stated = of_values(leads=dict.fromkeys(LEADS, UPRIGHT) | dict.fromkeys(LIMB_LEADS, low))
    assert codes(stated) == {"voltage.low_limbs"}
    assert stated.given[0].values["highest_mv"] == pytest.approx(0.4)
    chest = of_values(leads=dict.fromkeys(LEADS, UPRIGHT) | dict.fromkeys(CHEST_LEADS, low))
    assert codes(chest) == {"voltage.low_chest"}
    assert codes(of_values(leads=dict.fromkeys(LIMB_LEADS[:5], low))) == set()


@pytest.mark.parametrize(
    ("values", "sex", "given"),
    [
        ({"sokolow_lyon_mv": 3.6}, None, True),
        ({"sokolow_lyon_mv": 3.4}, None, False),
        ({"cornell_mv": 2.2}, "female", True),
        ({"cornell_mv": 2.2}, "male", False),
        ({"r_avl_mv": 1.2}, None, True),
        ({"sokolow_lyon_mv": 3.6, "qrs_ms": 140.0}, None, False),
    ],
)
def test_hypertrophy_by_voltage(values: dict[str, float], sex: Any, given: bool) -> None:
    assert (of_values(Patient(sex=sex), **values).with_code("voltage.lvh") is not None) == given


def test_low_peaks_withhold_what_needs_their_height_alone() -> None:
    ecg = shown(leads(sinus(70)))
    doubts = doubts_of((caution("scale.amplitudes", "R and S may be too low."),))
    stated = state(Case(replace(measure(ecg), leads=raised(0.2, "II", "aVF")), ecg), doubts)
    assert stated.withheld == dict.fromkeys(("low voltage", "hypertrophy"), "R and S may be too low.")
    assert stated.with_code("st.elevation") is not None


def test_swapped_arm_electrodes_turn_lead_one_upside_down() -> None:
    signals = leads(sinus(70))
    swapped = signals.copy()
    for name, other, sign in (("I", "I", -1), ("II", "III", 1), ("III", "II", 1), ("aVR", "aVL", 1), ("aVL", "aVR", 1)):
        swapped[LEAD_INDEX[name]] = sign * signals[LEAD_INDEX[other]]
    assert "recording.arms_swapped" in codes(of_signals(swapped))
    assert "recording.arms_swapped" not in codes(of_signals(signals))


def test_a_lead_that_is_off_is_named() -> None:
    signals = leads(sinus(70))
    signals[LEAD_INDEX["V3"]] = 0.001
    off = of_signals(signals).with_code("recording.lead_off")
    assert off is not None
    assert off.leads == ("V3",)


@pytest.mark.parametrize(
    ("doubts", "kept", "gone"),
    [
        (Doubts(amplitude="The gain was assumed."), "conduction.first_degree", "st.elevation"),
        (Doubts(time="The speed is not known."), None, "conduction.first_degree"),
        (Doubts(names="Names were not read."), "conduction.first_degree", "st.elevation"),
    ],
)
def test_what_is_doubted_is_withheld_with_its_reason(doubts: Doubts, kept: str | None, gone: str) -> None:
    ecg = shown(leads(sinus(70)))
    measured = replace(measure(ecg), pr_ms=240.0, leads=raised(0.2, "II", "aVF"))
    stated = state(Case(measured, ecg), doubts)
    assert kept is None or stated.with_code(kept) is not None
    assert "regularity" not in stated.withheld
    assert stated.with_code(gone) is None
    assert set(stated.withheld.values()) == {doubts.time or doubts.amplitude or doubts.names}


def test_a_lead_of_poor_quality_counts_for_nothing() -> None:
    quality = np.ones(12, np.float32)
    quality[LEAD_INDEX["aVF"]] = 0.3
    ecg = replace(shown(leads(sinus(70))), quality=quality)
    measured = replace(measure(ecg), leads=raised(0.2, "II", "aVF"))
    assert state(Case(measured, ecg)).with_code("st.elevation") is None


def test_doubts_are_told_from_cautions_and_not_from_notes() -> None:
    assert doubts_of((note("scale.gain", "A gain of 5 is printed."),)) == Doubts()
    assert doubts_of((caution("names.unread", "No names."),)).names == "No names."


def test_nothing_is_stated_of_a_poor_page_or_without_beats() -> None:
    poor = statements(make_reading(quality=0.3))
    assert poor.given == ()
    assert "ST segment" in poor.withheld
    empty = of_signals(np.zeros((12, 5000), np.float32))
    assert empty.given == ()
    assert empty.withheld["rate"] == "No beats were found, or only one."


def test_every_threshold_has_a_unit_and_a_source() -> None:
    assert len(THRESHOLDS) > 35
    assert all(entry.unit and len(entry.source) > 10 for entry in THRESHOLDS.values())


@pytest.mark.parametrize(
    "wrong", [lambda: Patient(age_years=-1), lambda: Patient(age_years=200), lambda: Patient(sex="x")]
)  # type: ignore[arg-type]
def test_an_impossible_patient_is_refused(wrong: Callable[[], Patient]) -> None:
    with pytest.raises(ValueError, match="is not"):
        wrong()


def test_ranges_follow_sex_and_are_those_of_adults() -> None:
    def high(patient: Patient) -> dict[str, float | None]:
        return {entry.field: entry.high for entry in reference_ranges(patient)}

    women, men, unknown = (high(patient) for patient in (Patient(sex="female"), Patient(sex="male"), Patient()))
    assert (women["qtc_ms"], men["qtc_ms"], unknown["qtc_ms"]) == (459, 449, 459)
    assert (women["cornell_mv"], men["cornell_mv"], unknown["cornell_mv"]) == (2.0, 2.8, 2.8)
    assert "qt_ms" not in unknown
    assert all(entry.source for entry in reference_ranges())
    assert reference_ranges(Patient(age_years=12)) == ()


def test_a_complete_and_a_second_degree_block_of_a_drawn_heart() -> None:
    complete = of_signals(leads(complexes(regular(38)) + p_waves(regular(85, 0.2))))
    assert {"conduction.third_degree", "rate.slow"} <= codes(complete)
    two_to_one = of_signals(leads(complexes(regular(35)) + p_waves(regular(70, 0.2))))
    assert "conduction.second_degree" in codes(two_to_one)
    assert not codes(of_signals(leads(complexes(regular(45))))) & {
        "conduction.third_degree",
        "conduction.second_degree",
    }
