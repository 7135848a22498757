"""Features of the signal model's trees: waves of the leads and the rhythm, in the seconds that the drawing shows.

Everything is measured on the segments of the drawing, filtered to 0.67-25 Hz, so that the same ECG in another layout or
printed band gives the same features. The rhythm strip contributes beats only, never waves: which lead it shows depends
on the page and not on the heart.
"""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.classify.lead_waves import WAVES, known_part, lead_waves
from heartguard.drawing import SEGMENT_RATE_HZ, START_S, TRIM_START_S, LeadSegments
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.measure import BeatStudy, bridge_gaps, find_r_peaks, milliseconds, p_coherence, study_beats

RHYTHM = (
    "rate", "RR variation", "RMSSD", "longest RR", "shortest RR", "RR skew", "beats", "usual beats", "least likeness",
    "median likeness", "contrast", "P coherence", "P found", "PR ms", "QRS ms", "QT ms", "QTc ms",
)  # fmt: skip
"""Features of the rhythm and of the intervals."""

TERRITORIES = {
    "anterior": ("V1", "V2", "V3", "V4"),
    "inferior": ("II", "III", "aVF"),
    "lateral": ("I", "aVL", "V5", "V6"),
}
"""Contiguous leads by the wall of the left ventricle, as in definitions of infarction."""

_SUMS = ("Q", "J", "ST80", "T max", "T min", "R")
"""Waves that are averaged over a territory."""

_VECTORS = ("QRS axis cos", "QRS axis sin", "T axis cos", "T axis sin", "QRS-T angle cos", "Sokolow", "Cornell",
            "R progression", "transition", "ST up", "ST down", "inverted T")  # fmt: skip
"""Features of several leads together: axes, voltage criteria, R progression, ST deviation."""

FEATURES = (
    *RHYTHM,
    *(f"{lead} {wave}" for lead in LEADS for wave in WAVES),
    *(f"{area} {wave}" for area in TERRITORIES for wave in _SUMS),
    *_VECTORS,
)
"""Names of the features: mV, ms, beats a minute, or without unit."""

_UP = SAMPLING_RATE_HZ // SEGMENT_RATE_HZ
"""Samples at 500 Hz for one of a segment."""


def wave_features(segments: LeadSegments) -> Floats:
    """Measure the segments that the drawing shows.

    Parameters
    ----------
    segments : LeadSegments

    Returns
    -------
    ndarray, shape (len(FEATURES),), float32
        NaN for features that the segments do not show.
    """
    found = dict.fromkeys(FEATURES, np.nan)
    signals = bridge_gaps(_on_page(segments))
    beats, contrast = find_r_peaks(signals)
    if beats.size < 2:
        return np.array(list(found.values()), np.float32)
    study = study_beats(signals, beats)
    marks = study.fiducials
    found |= _rhythm(study)
    found |= {"usual beats": float(study.dominant.mean()), "contrast": contrast}
    if marks.qrs_on is not None and marks.qrs_off is not None:
        found |= _intervals(study, marks.qrs_on, marks.qrs_off)
        found |= lead_waves(study.median, marks.qrs_on, marks.qrs_off)
        found |= _joint(found, study.axis_deg)
    return np.array([found[name] for name in FEATURES], np.float32)


def _on_page(segments: LeadSegments) -> Doubles:
    """Return the segments at their times on the 10 s axis, shape (13, 5000), 500 Hz; the strip is the last row."""
    signals = np.full((len(LEADS) + 1, SAMPLES), np.nan)
    trimmed = round(TRIM_START_S * SAMPLING_RATE_HZ)
    for lead, wave in zip(LEADS, segments.leads, strict=True):
        _place(signals[LEAD_INDEX[lead]], wave, round(START_S[lead] * SAMPLING_RATE_HZ) + trimmed)
    if segments.strip is not None:
        _place(signals[-1], segments.strip, trimmed)
    return signals


def _place(row: Doubles, wave: Floats, start: int) -> None:
    """Interpolate a segment at 125 Hz into a row at 500 Hz."""
    known = np.isfinite(wave)
    if known.sum() < 2:
        return
    at = np.arange(min(wave.size * _UP, row.size - start))
    place = at / _UP
    fine = np.interp(place, np.flatnonzero(known), wave[known])
    fine[~known[np.minimum(np.round(place).astype(int), wave.size - 1)]] = np.nan
    row[start : start + at.size] = fine


def _rhythm(study: BeatStudy) -> dict[str, float]:
    rr, alike = np.diff(study.beats) / SAMPLING_RATE_HZ, study.template_correlation
    mean, spread = float(rr.mean()), float(rr.std())
    return {
        "rate": study.rhythm.heart_rate_bpm,
        "RR variation": study.rhythm.rr_variation,
        "RMSSD": float(np.sqrt(np.mean(np.diff(rr) ** 2))) / mean if rr.size > 1 else 0.0,
        "longest RR": float(rr.max()) / float(np.median(rr)),
        "shortest RR": float(rr.min()) / float(np.median(rr)),
        "RR skew": float(np.mean((rr - mean) ** 3)) / (spread**3 + 1e-6),
        "beats": float(study.beats.size),
        "least likeness": float(alike.min()),
        "median likeness": float(np.median(alike)),
    }


def _intervals(study: BeatStudy, on: int, off: int) -> dict[str, float]:
    marks, rr_s = study.fiducials, 60.0 / study.rhythm.heart_rate_bpm
    qt = milliseconds(marks.t_off - on) if marks.t_off is not None else np.nan
    return {
        "P coherence": p_coherence(study.median, on, rr_s),
        "P found": float(marks.p_on is not None),
        "PR ms": milliseconds(on - marks.p_on) if marks.p_on is not None else np.nan,
        "QRS ms": milliseconds(off - on),
        "QT ms": qt,
        "QTc ms": qt / np.sqrt(rr_s),
    }


def _joint(found: dict[str, float], axis: float | None) -> dict[str, float]:
    """Return the features of several leads together: territories, axes, voltage criteria, R progression."""
    joint = {
        f"{area} {wave}": known_part(np.mean, np.array([found[f"{lead} {wave}"] for lead in leads]))
        for area, leads in TERRITORIES.items()
        for wave in _SUMS
    }
    t_axis = _t_axis(found)
    if axis is not None:
        joint |= {"QRS axis cos": np.cos(np.deg2rad(axis)), "QRS axis sin": np.sin(np.deg2rad(axis))}
    if t_axis is not None:
        joint |= {"T axis cos": np.cos(t_axis), "T axis sin": np.sin(t_axis)}
    if axis is not None and t_axis is not None:
        joint["QRS-T angle cos"] = np.cos(np.deg2rad(axis) - t_axis)
    r, s = (np.array([found[f"V{n} {wave}"] for n in range(1, 7)]) for wave in ("R", "S"))
    joint["Sokolow"] = -s[0] + np.fmax(r[4], r[5])
    joint["Cornell"] = found["aVL R"] - s[2]
    joint["R progression"] = r[3] - r[0]
    joint["transition"] = known_part(np.sum, (r > -s).astype(float)) if np.isfinite(r + s).all() else np.nan
    j = np.array([found[f"{lead} ST40"] for lead in LEADS if lead != "aVR"])
    t = np.array([found[f"{lead} T area"] for lead in LEADS if lead not in ("aVR", "V1", "III")])
    joint["ST up"], joint["ST down"] = _second(j), -_second(-j)
    joint["inverted T"] = float(np.count_nonzero(t < 0))
    return {name: float(value) for name, value in joint.items()}


def _second(values: Doubles) -> float:
    """Return the second greatest of the known values, so that no feature depends on one lead alone."""
    known = np.sort(values[np.isfinite(values)])
    return float(known[-2]) if known.size > 1 else np.nan


def _t_axis(found: dict[str, float]) -> float | None:
    """Return the direction of T in the frontal plane, radians, from I and aVF."""
    x, y = found["I T area"], found["aVF T area"]
    return float(np.arctan2(y, x)) if np.isfinite(x + y) else None
