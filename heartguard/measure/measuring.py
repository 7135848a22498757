"""`measure`: from leads to rate, intervals, axes and waves, each None with its reason where it cannot be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Indices
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.limb_law import einthoven_residual
from heartguard.measure.atrial import lone_p_waves
from heartguard.measure.axis import frontal_axis
from heartguard.measure.beat_kinds import kinds_of
from heartguard.measure.beat_marks import mark_beats
from heartguard.measure.beat_review import review_beats
from heartguard.measure.delineation import Delineation, delineate
from heartguard.measure.filters import bridge_gaps, milliseconds, samples
from heartguard.measure.intervals import Fiducials
from heartguard.measure.lead_table import lead_table, voltages
from heartguard.measure.median_beat import MedianBeat, align_beats, align_columns, median_beat
from heartguard.measure.morphology import Shapes, compare_beats
from heartguard.measure.p_train import dissociated_p_waves
from heartguard.measure.pacing import are_complexes, find_spikes, seen_whole, without_spikes
from heartguard.measure.qtc import corrected_qt
from heartguard.measure.rhythm import rates_of, rhythm_of, variation_between
from heartguard.measure.study import find_r_peaks
from heartguard.measure.uncertainty import half_widths_of
from heartguard.values import Ecg, Measurements
from heartguard.wave_marks import Beats

LEAST_CONTRAST = 1.35
"""How far the beats must stand out of the rest of the page to be believed."""

BEFORE_S = 0.62
"""Length of the median beat before R: a PR of 0.5 s and half a QRS complex."""

_WIDE_SHIFT_S = 0.08
"""How far beats are moved to fit each other: the steepest moment of a paced complex of 160 ms differs so much from lead
to lead, and a page shows other leads in each column."""

_SLOW_S = 0.9
"""Only from this RR on P waves are looked for that are independent of the QRS complexes: escape rhythms are slow."""

_UNSTEADY = 0.15
"""Variation of RR from which QT is not corrected for the rate."""

RATE_FIELDS = ("heart_rate_bpm", "rr_ms", "least_rate_bpm", "greatest_rate_bpm", "rr_variation")
"""What is measured on the distances of the beats."""

_QTC_FIELDS = ("qtc_ms", "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms")
_AXIS_FIELDS = ("axis_deg", "p_axis_deg", "t_axis_deg")
_VOLTAGE_FIELDS = ("sokolow_lyon_mv", "cornell_mv", "r_avl_mv")
WAVE_FIELDS = ("p_ms", "pr_ms", "qrs_ms", "qt_ms", *_QTC_FIELDS, *_AXIS_FIELDS, *_VOLTAGE_FIELDS)
"""What is measured on the median beat."""

_NOTHING = "No heart beats were found: the traces are empty, flat or too noisy. Measure by hand on the page."
_ONE_BEAT = "Only one heart beat is on the page: there is no interval to take a rate from."
_NO_LIMBS = "The limb leads I, II and III are not traced together anywhere on the page, so they cannot be checked."
_AXIS = "The limb leads are missing, or their waves are as much up as down, so the axis is undefined."
_LEADS = "The leads that this voltage is added up from are not all on the page."
_IRREGULAR = "The RR intervals differ too much to correct QT for the rate. Judge QT by several beats of like RR."


def measure(ecg: Ecg) -> Measurements:
    """Measure beats, rate, intervals, axes and the waves of each lead.

    Parameters
    ----------
    ecg : Ecg
        Any pattern of gaps; leads need not be shown at the same time.

    Returns
    -------
    Measurements
        P, PR, QRS and QT are global, on the median beats of the prevailing shape. Bad signals raise nothing: fields are
        None and `missing_reasons` says why.

    Examples
    --------
    >>> import numpy as np
    >>> flat = Ecg(np.zeros((12, 5000), np.float32), np.ones(12, np.float32))
    >>> measure(flat).heart_rate_bpm is None
    True
    """
    residual = einthoven_residual(ecg.unreconciled_signals)
    reasons = {} if residual is not None else {"einthoven_residual_mv": _NO_LIMBS}
    shown = bridge_gaps(np.vstack([ecg.signals, *ecg.others.values()]))
    spikes = find_spikes(shown)
    signals = without_spikes(shown, spikes)
    beats = _find_beats(signals, ecg.rhythm_lead)
    if are_complexes(spikes, beats):
        spikes, signals = spikes[:0], shown
        beats = _find_beats(signals, ecg.rhythm_lead)
    spikes = seen_whole(shown, spikes)
    always: dict[str, Any] = {
        "beats_s": beats / SAMPLING_RATE_HZ,
        "spikes_s": spikes / SAMPLING_RATE_HZ,
        "einthoven_residual_mv": residual,
        "missing_reasons": reasons,
    }
    if beats.size < 2:
        reasons |= dict.fromkeys(RATE_FIELDS + WAVE_FIELDS, _ONE_BEAT if beats.size else _NOTHING)
        return Measurements(**always)
    shapes = compare_beats(signals, beats)
    median = median_beat(signals, beats[shapes.dominant], before_s=BEFORE_S)
    rr_s = rhythm_of(beats, ecg.seams).rr_ms / 1000
    found = delineate(median, rr_s, variation_between(beats, shapes.dominant))
    rates: dict[str, Any] = _rates(beats, ecg.seams)
    waves = waves_of(median, found, rates, reasons)
    always["beats"] = _beats(signals, beats, shapes, median, found, rr_s, spikes, ecg.seams)
    uncertainty = half_widths_of({**rates, **{name: waves.get(name) for name in WAVE_FIELDS}})
    return Measurements(dominant=shapes.dominant, uncertainty=uncertainty, **always, **rates, **waves)


def _find_beats(signals: Doubles, rhythm_lead: str | None) -> Indices:
    """Return the R peaks of all beats that stand out, samples."""
    beats, contrast = find_r_peaks(signals, rhythm_lead)
    beats = review_beats(signals, beats) if contrast >= LEAST_CONTRAST else beats[:0]
    beats = align_columns(signals, beats, _WIDE_SHIFT_S)
    return np.unique(align_beats(signals, beats, rhythm_lead, _WIDE_SHIFT_S))


def _beats(
    signals: Doubles,
    beats: Indices,
    shapes: Shapes,
    median: MedianBeat,
    found: Delineation,
    rr_s: float,
    spikes: Indices,
    seams: tuple[int, ...],
) -> Beats:
    """Return every beat with its kind and its waves."""
    bounds = found.fiducials
    marked = mark_beats(signals, beats, shapes, median, bounds, rr_s)
    bounds_s = np.stack([marked.marks.qrs_on, marked.marks.qrs_off], axis=1)
    kinds = kinds_of(signals, beats, shapes, spikes, bounds_s * SAMPLING_RATE_HZ, seams)
    lone = lone_p_waves(signals, beats, median, bounds)
    flutter = found.flutter_bpm is not None
    if (
        bounds.p_on is None
        and bounds.qrs_on is not None
        and bounds.t_off is not None
        and rr_s > _SLOW_S
        and not flutter
    ):
        lone = dissociated_p_waves(signals, beats, bounds.qrs_on - median.centre, bounds.t_off - median.centre)
    return Beats(
        kinds, shapes.usual, shapes.dominant, marked.marks, marked.leads, marked.median, lone, found.flutter_bpm
    )


def waves_of(
    median: MedianBeat, found: Delineation, rates: Mapping[str, float], reasons: dict[str, str]
) -> dict[str, Any]:
    """Return intervals, axes, voltages and the table of the leads by the marks of a median beat.

    Parameters
    ----------
    median : MedianBeat
    found : Delineation
    rates : mapping of str to float
        ``heart_rate_bpm`` and ``rr_variation``.
    reasons : dict of str to str
        Gets the reason of each value that is None.

    Returns
    -------
    dict
        Fields of `heartguard.values.Measurements`; those that are None may be missing.
    """
    waves = _intervals(found, reasons) | _of_leads(median, found.fiducials, reasons)
    return waves | _corrected(waves.get("qt_ms"), rates, reasons)


def _rates(beats: Indices, seams: tuple[int, ...]) -> dict[str, float]:
    rhythm, (least, greatest) = rhythm_of(beats, seams), rates_of(beats, seams)
    return {
        "heart_rate_bpm": rhythm.heart_rate_bpm,
        "rr_ms": 60000.0 / rhythm.heart_rate_bpm,
        "least_rate_bpm": least,
        "greatest_rate_bpm": greatest,
        "rr_variation": rhythm.rr_variation,
    }


def _intervals(found: Delineation, reasons: dict[str, str]) -> dict[str, Any]:
    """Return the global intervals; the reason of each None goes into `reasons`."""
    marks = found.fiducials
    values: dict[str, Any] = {}
    if marks.qrs_on is None or marks.qrs_off is None:
        reasons["qrs_ms"] = found.reasons["QRS"]
    else:
        values["qrs_ms"] = milliseconds(marks.qrs_off - marks.qrs_on)
    if marks.p_on is None or marks.p_off is None or marks.qrs_on is None:
        reasons |= dict.fromkeys(("p_ms", "pr_ms", "p_axis_deg"), found.reasons["P"])
    else:
        values["p_ms"] = milliseconds(marks.p_off - marks.p_on)
        values["pr_ms"] = milliseconds(marks.qrs_on - marks.p_on)
    if marks.t_off is None or marks.qrs_on is None:
        reasons |= dict.fromkeys(("qt_ms", *_QTC_FIELDS, "t_axis_deg"), found.reasons["T"])
    else:
        values["qt_ms"] = milliseconds(marks.t_off - marks.qrs_on)
    return values


def _corrected(qt_ms: float | None, rates: Mapping[str, float], reasons: dict[str, str]) -> dict[str, float]:
    """Return QTc; the American recommendations (Circulation 119, 2009, e241) do not correct QT where RR varies much."""
    if qt_ms is None:
        return {}
    if rates["rr_variation"] > _UNSTEADY:
        reasons |= dict.fromkeys(_QTC_FIELDS, _IRREGULAR)
        return {}
    return corrected_qt(qt_ms, rates["heart_rate_bpm"])


def _of_leads(median: MedianBeat, marks: Fiducials, reasons: dict[str, str]) -> dict[str, Any]:
    """Return fiducials, axes, voltages and the table of the leads; the reason of each None goes into `reasons`."""
    leads = lead_table(median, marks)
    values: dict[str, Any] = _axes(median, marks) | voltages(leads)
    reasons |= {name: _AXIS for name in _AXIS_FIELDS if values.get(name) is None and name not in reasons}
    reasons |= {name: _LEADS for name in _VOLTAGE_FIELDS if values.get(name) is None}
    return values | {"leads": leads, "fiducials_s": _seconds(marks, median.centre)}


def _axes(median: MedianBeat, marks: Fiducials) -> dict[str, float | None]:
    on, off = marks.qrs_on, marks.qrs_off
    if on is None or off is None:
        return {}
    axes = {"axis_deg": frontal_axis(median.waves, on, off)}
    if marks.p_on is not None and marks.p_off is not None:
        axes["p_axis_deg"] = frontal_axis(median.waves, marks.p_on, marks.p_off)
    if marks.t_off is not None:
        before = median.waves[:, max(0, on - samples(0.016)) : on + 1]
        level = np.where(np.isfinite(before).all(axis=1), before.mean(axis=1), np.nan)
        t_waves = median.waves[:, off + samples(0.06) : marks.t_off + 1] - level[:, None]
        axes["t_axis_deg"] = frontal_axis(np.pad(t_waves, ((0, 0), (1, 1))), 0, t_waves.shape[1] + 1)
    return axes


def _seconds(marks: Fiducials, centre: int) -> dict[str, float]:
    """Return the fiducials found, in seconds from the R peak."""
    names = ("p_on", "p_off", "qrs_on", "qrs_off", "t_off")
    places = ((name, getattr(marks, name)) for name in names)
    return {name: (place - centre) / SAMPLING_RATE_HZ for name, place in places if place is not None}
