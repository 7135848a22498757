"""`measure`: from twelve leads to rate, intervals and axis, each None with its reason where it cannot be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np

from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.limb_law import einthoven_residual
from heartguard.measure.filters import bridge_gaps, milliseconds
from heartguard.measure.axis import frontal_axis
from heartguard.measure.beat_review import review_beats
from heartguard.measure.delineation import Delineation, delineate
from heartguard.measure.intervals import Fiducials
from heartguard.measure.median_beat import MedianBeat, median_beat
from heartguard.measure.morphology import dominant_beats
from heartguard.measure.pacing import find_spikes, without_spikes
from heartguard.measure.rhythm import Rhythm, rhythm_of
from heartguard.measure.study import find_r_peaks
from heartguard.values import Ecg, Measurements

LEAST_CONTRAST = 1.35
"""How far the beats must stand out of the rest of the page to be believed."""

BEFORE_S = 0.62
"""Length of the median beat before R: a PR of 0.5 s and half a QRS complex."""

_RATE_FIELDS = ("heart_rate_bpm", "rr_ms", "rr_variation")
_WAVE_FIELDS = ("p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc_ms", "qtc_fridericia_ms", "axis_deg")
_NOTHING = "No heart beats were found: the traces are empty, flat or too noisy. Measure by hand on the page."
_ONE_BEAT = "Only one heart beat is on the page: there is no interval to take a rate from."
_NO_LIMBS = "The limb leads I, II and III are not traced together anywhere on the page, so they cannot be checked."
_QRS = "The beginning or end of the QRS complex is not clear in the median beat. Measure it by hand."
_P = "No P wave of constant shape stands before the QRS complexes (as in atrial fibrillation), or it is hidden."
_T = "The end of the T wave is not clear in the median beat. Measure it by hand."
_AXIS = "The limb leads are missing, or their QRS complexes are as much up as down, so the axis is undefined."


def measure(ecg: Ecg) -> Measurements:
    """Measure beats, rate, intervals and axis.

    Parameters
    ----------
    ecg : Ecg
        Any pattern of gaps; leads need not be shown at the same time.

    Returns
    -------
    Measurements
        ``heart_rate_bpm`` is 60 over the mean RR of the page, ``rr_ms`` the median RR. PR, QRS and QT are global: from
        the earliest onset to the latest offset over the leads' median beats. QTc: Bazett, QT / sqrt(RR), and
        Fridericia, QT / cbrt(RR), with the mean RR in seconds. Bad signals raise nothing: fields are None
        and `reasons` says why.

    Examples
    --------
    >>> import numpy as np
    >>> flat = Ecg(np.zeros((12, 5000), np.float32), np.ones(12, np.float32))
    >>> measure(flat).heart_rate_bpm is None
    True
    """
    residual = einthoven_residual(ecg.unreconciled_signals)
    reasons = {} if residual is not None else {"einthoven_residual_mv": _NO_LIMBS}
    signals = bridge_gaps(np.vstack([ecg.signals, *ecg.others.values()]))
    signals = without_spikes(signals, find_spikes(signals))
    beats, contrast = find_r_peaks(signals, ecg.rhythm_lead)
    beats = review_beats(signals, beats)
    if contrast < LEAST_CONTRAST:
        reasons |= dict.fromkeys(_RATE_FIELDS + _WAVE_FIELDS, _NOTHING)
        return Measurements(einthoven_residual_mv=residual, missing_reasons=reasons)
    if beats.size < 2:
        reasons |= dict.fromkeys(_RATE_FIELDS + _WAVE_FIELDS, _ONE_BEAT)
        return Measurements(beats_s=beats / SAMPLING_RATE_HZ, einthoven_residual_mv=residual, missing_reasons=reasons)
    rhythm = rhythm_of(beats, ecg.seams)
    dominant = dominant_beats(signals, beats)
    median = median_beat(signals, beats[dominant], before_s=BEFORE_S)
    found = delineate(median, rhythm.rr_ms / 1000, rhythm.rr_variation)
    waves = _waves(median, found, rhythm, reasons)
    return Measurements(
        heart_rate_bpm=rhythm.heart_rate_bpm,
        rr_ms=rhythm.rr_ms,
        rr_variation=rhythm.rr_variation,
        beats_s=beats / SAMPLING_RATE_HZ,
        einthoven_residual_mv=residual,
        missing_reasons=reasons,
        **waves,
    )


def _waves(median: MedianBeat, found: Delineation, rhythm: Rhythm, reasons: dict[str, str]) -> dict[str, Any]:
    """Return the fields taken from the median beat; the reason of each None goes into `reasons`."""
    marks = found.fiducials
    if marks.qrs_on is None or marks.qrs_off is None:
        reasons |= dict.fromkeys(_WAVE_FIELDS, found.reasons["QRS"])
        return {}
    values: dict[str, Any] = {
        "qrs_ms": milliseconds(marks.qrs_off - marks.qrs_on),
        "fiducials_s": _seconds(marks, median.centre),
    }
    if marks.p_on is None or marks.p_off is None:
        reasons |= dict.fromkeys(("p_ms", "pr_ms"), found.reasons["P"])
    else:
        values["p_ms"] = milliseconds(marks.p_off - marks.p_on)
        values["pr_ms"] = milliseconds(marks.qrs_on - marks.p_on)
    if marks.t_off is None:
        reasons |= dict.fromkeys(("qt_ms", "qtc_ms", "qtc_fridericia_ms"), found.reasons["T"])
    else:
        qt, rr_s = milliseconds(marks.t_off - marks.qrs_on), 60.0 / rhythm.heart_rate_bpm
        values |= {"qt_ms": qt, "qtc_ms": qt / np.sqrt(rr_s), "qtc_fridericia_ms": qt / np.cbrt(rr_s)}
    values["axis_deg"] = frontal_axis(median.waves, marks.qrs_on, marks.qrs_off)
    if values["axis_deg"] is None:
        reasons["axis_deg"] = _AXIS
    return {name: float(value) if isinstance(value, np.floating) else value for name, value in values.items()}


def _seconds(marks: Fiducials, centre: int) -> dict[str, float]:
    """Return the fiducials found, in seconds from the R peak."""
    places = {"p_on": marks.p_on, "p_off": marks.p_off, "qrs_on": marks.qrs_on, "qrs_off": marks.qrs_off, "t_off": marks.t_off}
    return {name: (place - centre) / SAMPLING_RATE_HZ for name, place in places.items() if place is not None}
