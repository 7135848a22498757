"""Counterfactuals: the answer to the same ECG with one lead, or one wave of it, replaced by that of a normal heart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from heartguard.arrays import Doubles
from heartguard.classify import Engine, probabilities
from heartguard.drawing import draw, segment_leads
from heartguard.explain.waves import WAVES, known_waves, wave_at
from heartguard.leads import LEAD_INDEX, LEADS
from heartguard.values import Drawing, Ecg, Measurements

FADE_S = 0.016
"""Length of the blend at either end of a replaced wave: 8 samples, enough to leave no step. Chosen by hand."""


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """One change and the probabilities before and after it.

    Attributes
    ----------
    lead : str
    wave : str or None
        None for the whole lead.
    before, after : mapping of str to float
        Calibrated probabilities of all classes.
    drawing : Drawing
        Of the changed ECG.
    """

    lead: str
    wave: str | None
    before: Mapping[str, float]
    after: Mapping[str, float]
    drawing: Drawing


@dataclass(frozen=True, eq=False)
class NormalBeat:
    """One beat of the simulated normal heart: `mv`, shape (12, n), at `seconds` from the R peak, with its fiducials."""

    seconds: Doubles
    mv: Doubles
    fiducials_s: Mapping[str, float]


@cache
def normal_beat() -> NormalBeat:
    """Return the beat that `heartlab.export.normal_beat` wrote."""
    facts = json.loads((Path(__file__).parent / "normal_beat.json").read_text(encoding="utf-8"))
    mv = np.array([facts["mv"][lead] for lead in LEADS])
    return NormalBeat(facts["first_s"] + np.arange(mv.shape[1]) / facts["rate_hz"], mv, facts["fiducials_s"])


def counterfactual(
    ecg: Ecg, measurements: Measurements, engine: Engine, lead: str, wave: str | None = None
) -> Counterfactual:
    """Return the answer to the same ECG with one lead or wave replaced by a normal one.

    Parameters
    ----------
    ecg : Ecg
    measurements : Measurements
        Of this Ecg: its beats and fiducials give the position and the length of the normal waves.
    engine : Engine
    lead : str
        A lead; where it is the rhythm lead too, the strip changes with it.
    wave : str, optional
        One of `heartguard.explain.waves.WAVES`; the whole lead by default.

    Returns
    -------
    Counterfactual

    Raises
    ------
    ValueError
        If no beats were found, or the wave was not measured.
    """
    as_it_is, changed = (draw(segment_leads(one)) for one in (ecg, with_normal(ecg, measurements, lead, wave)))
    images = np.stack([as_it_is.image, changed.image])
    answers = probabilities(engine.predict(images).logits, engine.spec.temperature)
    before, after = (dict(zip(engine.spec.classes, map(float, row), strict=True)) for row in answers)
    return Counterfactual(lead, wave, before, after, changed)


def with_normal(ecg: Ecg, measurements: Measurements, lead: str, wave: str | None = None) -> Ecg:
    """Return the Ecg with one lead or wave of every beat replaced by that of the normal heart at the same times.

    Raises
    ------
    ValueError
        If no beats were found, or the wave was not measured.
    """
    if not measurements.beats_s.size:
        raise ValueError("No beats were found on this page, so there is nowhere to put a normal one.")
    if wave is not None and wave not in known_waves(measurements):
        raise ValueError(f"The borders of {wave} were not measured on this page, so it cannot be replaced.")
    seconds = np.arange(ecg.signals.shape[1]) / ecg.sampling_rate_hz
    normal = normal_lead(lead, seconds, measurements)
    signal = ecg.lead(lead).astype(np.float64)
    if wave is not None:
        weight = _fade_in(seconds, measurements, wave, ecg.sampling_rate_hz)
        normal = signal + weight * (normal - signal + _level(signal - normal, weight))
    signals = ecg.signals.copy()
    signals[LEAD_INDEX[lead]] = np.where(np.isfinite(signal), normal, np.nan)
    return replace(ecg, signals=signals)


def normal_lead(lead: str, seconds: Doubles, measurements: Measurements) -> Doubles:
    """Return the normal heart's signal of one lead, with a beat at each of the page's beats, mV.

    Time within a beat is warped piecewise linearly so that the template's fiducials coincide with the measured ones;
    for one that was not measured, the template's own time is used.
    """
    beat = normal_beat()
    names = ("p_on", "qrs_on", "qrs_off", "t_off")
    known = measurements.fiducials_s
    there = {name: known.get(name, beat.fiducials_s[name]) for name in names}
    anchors = sorted([(0.0, 0.0), *((there[name], beat.fiducials_s[name]) for name in names)])
    real, template = np.array(anchors).T
    trace = np.zeros(seconds.shape)
    for peak in measurements.beats_s:  # a later beat overwrites the end of a long T wave before it
        near = (seconds - peak >= real[0]) & (seconds - peak <= real[-1])
        phase = np.interp(seconds[near] - peak, real, template)
        trace[near] = np.interp(phase, beat.seconds, beat.mv[LEAD_INDEX[lead]])
    return trace


def _fade_in(seconds: Doubles, measurements: Measurements, wave: str, rate_hz: int) -> Doubles:
    """Return 1 inside of a wave, 0 outside, with short slopes at its borders."""
    inside = (wave_at(seconds, measurements) == WAVES.index(wave)).astype(np.float64)
    width = max(round(FADE_S * rate_hz), 1)
    return np.convolve(np.pad(inside, width, mode="edge"), np.ones(width) / width, mode="same")[width:-width]


def _level(difference: Doubles, weight: Doubles) -> float:
    """Return the median offset of the trace from the template outside of the replaced wave, mV."""
    outside = difference[(weight == 0) & np.isfinite(difference)]
    return float(np.median(outside)) if outside.size else 0.0
