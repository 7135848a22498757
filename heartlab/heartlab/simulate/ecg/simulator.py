"""Twelve-lead ECGs of a moving dipole at 500 Hz, mostly of 10 s, whose every beat and fiducial is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LEAD_INDEX, PAGE_SECONDS, SAMPLING_RATE_HZ
from heartlab.simulate.ecg.artefacts import add_artefacts, fibrillation
from heartlab.simulate.ecg.conditions import CARDIAC_MODELS, PAC_BEAT, PVC_BEAT, CardiacModel
from heartlab.simulate.ecg.dipole import SUPPORT_SIGMAS, Plateau, Vector, Wave, independent_leads, twelve_leads
from heartlab.simulate.ecg.rhythm import beat_times

CONDITIONS = tuple(CARDIAC_MODELS)
"""Conditions that can be simulated."""

J_RAMP_MS = 20.0
"""Half the length of the transition from QRS to ST; chosen by hand."""

T_RISE_OF_QT = 0.14
"""Standard deviation of T's rise as a share of QT; chosen by hand."""

T_FALL_OF_QT = 0.09
"""That of its fall, which is steeper; chosen by hand."""


@dataclass(frozen=True)
class BeatBorders:
    """The exact borders of one beat, seconds from the first sample; NaN where the beat has no P.

    `r` is the moment of the longest dipole within QRS. `kind` is ``"normal"``, ``"pvc"`` or ``"pac"``.
    """

    kind: str
    p_on: float
    p_off: float
    qrs_on: float
    r: float
    qrs_off: float
    t_peak: float
    t_off: float


@dataclass(frozen=True)
class Truth:
    """True measurements of the regular beats: ms, degrees, beats a minute; `pr_ms` is NaN without P."""

    condition: str
    title: str
    label: str
    heart_rate_bpm: float
    pr_ms: float
    qrs_ms: float
    qt_ms: float
    axis_deg: float


@dataclass(frozen=True, eq=False)
class SimulatedEcg:
    """A simulated recording.

    Attributes
    ----------
    signals : ndarray, shape (12, T), float32, mV
        500 Hz, in the order of `heartguard.leads.LEADS`.
    beats_s : ndarray, shape (n,), float64
        R of every beat within the record, seconds.
    fiducials : tuple of BeatBorders
        Of the same beats; a border may be outside of the record.
    truth : Truth
    """

    signals: Floats
    beats_s: Doubles
    fiducials: tuple[BeatBorders, ...]
    truth: Truth


def simulate_ecg(
    condition: str = "normal",
    heart_rate_bpm: float = 70.0,
    seed: int = 0,
    *,
    variety: float = 1.0,
    baseline_wander_mv: float = 0.0,
    muscle_noise_mv: float = 0.0,
    mains_noise_mv: float = 0.0,
    seconds: float = PAGE_SECONDS,
) -> SimulatedEcg:
    """Simulate one 12-lead ECG.

    Parameters
    ----------
    condition : str
        One of `CONDITIONS`. Sinus bradycardia and tachycardia are ``"normal"`` at their rate.
    heart_rate_bpm : float
        30 to 200; the mean rate in atrial fibrillation.
    seed : int
    variety : float, 0 to 1
        How much hearts differ from seed to seed (axis, amplitudes); 0 gives the textbook heart.
    baseline_wander_mv, muscle_noise_mv, mains_noise_mv : float
        Root mean square of each artefact.
    seconds : float
        Length of the record.

    Returns
    -------
    SimulatedEcg

    Raises
    ------
    ValueError
        For an unknown condition or a rate out of range.
    """
    if condition not in CARDIAC_MODELS:
        raise ValueError(f"condition is {condition!r}, expected one of {', '.join(CONDITIONS)}")
    if not 30 <= heart_rate_bpm <= 200:
        raise ValueError(f"heart_rate_bpm is {heart_rate_bpm}, expected 30 to 200")
    rng = np.random.default_rng(seed)
    heart = CARDIAC_MODELS[condition]
    turn = _individual(rng, variety)
    beats = beat_times(heart.rhythm, heart_rate_bpm, rng, seconds)
    count = round(seconds * SAMPLING_RATE_HZ)
    time_ms = np.arange(count) * 1000 / SAMPLING_RATE_HZ
    dipole = fibrillation(rng, count) if heart.rhythm == "af" else np.zeros((3, count))
    fiducials = []
    for kind, reference_s in beats:
        waves, borders = _beat(_heart_of(kind, heart), kind, reference_s, heart_rate_bpm)
        dipole += sum(wave.sample(time_ms - 1000 * reference_s) for wave in waves)
        fiducials.append(borders)
    clean = independent_leads(turn @ dipole)
    noisy = add_artefacts(clean, rng, baseline_wander_mv, muscle_noise_mv, mains_noise_mv)
    inside = tuple(beat for beat in fiducials if 0 <= beat.r < seconds)
    truth = _truth(condition, heart, heart_rate_bpm, inside, turn)
    return SimulatedEcg(twelve_leads(noisy), np.array([beat.r for beat in inside]), inside, truth)


def _individual(rng: np.random.Generator, variety: float) -> Doubles:
    """Return a small rotation and scaling of the dipole, shape (3, 3), that makes one heart differ from another."""
    a, b, c = np.deg2rad(rng.uniform(-10, 10, 3)) * variety
    about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_y = np.array([[np.cos(b), 0, -np.sin(b)], [0, 1, 0], [np.sin(b), 0, np.cos(b)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
    gain = np.diag(1 + variety * rng.uniform(-0.12, 0.12, 3))
    return np.asarray(gain @ about_z @ about_y @ about_x)


def _heart_of(kind: str, heart: CardiacModel) -> CardiacModel:
    return {"pvc": PVC_BEAT, "pac": PAC_BEAT}.get(kind, heart)


def qt_ms(heart: CardiacModel, heart_rate_bpm: float) -> float:
    """Return QT at a rate, from QTc by Fridericia: QT = QTc * RR^(1/3), RR in seconds."""
    return float(heart.qtc_ms * (60 / heart_rate_bpm) ** (1 / 3))


def pr_ms(heart: CardiacModel, heart_rate_bpm: float) -> float:
    """Return PR at a rate: shorter by 0.3 ms for each beat a minute above 60, at least 110 ms."""
    return max(110.0, heart.pr_ms - 0.3 * (heart_rate_bpm - 60))


def _beat(heart: CardiacModel, kind: str, reference_s: float, rate: float) -> tuple[list[Wave | Plateau], BeatBorders]:
    """Return the waves of one beat, ms from its reference time, and its borders."""
    qrs_on, qrs_off = min(wave.onset for wave in heart.qrs), max(wave.offset for wave in heart.qrs)
    qt = qt_ms(heart, rate)
    t_peak = qrs_on + qt * (1 - SUPPORT_SIGMAS * T_FALL_OF_QT)
    t_off = qrs_on + qt
    p_on = qrs_on - pr_ms(heart, rate)
    waves: list[Wave | Plateau] = [*heart.qrs, Wave(t_peak, T_RISE_OF_QT * qt, T_FALL_OF_QT * qt, heart.t)]
    waves += [replace(wave, centre=wave.centre + p_on) for wave in heart.p]
    waves.append(Plateau(qrs_off - J_RAMP_MS, qrs_off + J_RAMP_MS, t_peak, t_off, heart.st))
    p_off = p_on + max((wave.offset for wave in heart.p), default=np.nan)
    borders = [p_on if heart.p else np.nan, p_off, qrs_on, _longest(heart.qrs), qrs_off, t_peak, t_off]
    return waves, BeatBorders(kind, *(reference_s + border / 1000 for border in borders))


def _longest(qrs: tuple[Wave, ...]) -> float:
    """Return the moment of the longest dipole, ms."""
    moments = np.arange(-60.0, 100.0, 0.5)
    length = np.linalg.norm(np.sum([wave.sample(moments) for wave in qrs], axis=0), axis=0)
    return float(moments[np.argmax(length)])


def true_axis_deg(qrs: tuple[Wave, ...], turn: Doubles) -> float:
    """Return the frontal axis in degrees from the net area of QRS in I and aVF: atan2(2 aVF / sqrt 3, I)."""
    area: Vector = tuple(np.sum([wave.sample(np.arange(-80.0, 120.0)).sum(axis=1) for wave in qrs], axis=0))
    leads = twelve_leads(independent_leads(turn @ np.reshape(area, (3, 1))))[:, 0]
    return float(np.degrees(np.arctan2(2 * leads[LEAD_INDEX["aVF"]] / np.sqrt(3), leads[LEAD_INDEX["I"]])))


def _truth(condition: str, heart: CardiacModel, rate: float, beats: tuple[BeatBorders, ...], turn: Doubles) -> Truth:
    intervals = np.diff([beat.r for beat in beats])
    mean_rate = 60 / float(np.mean(intervals)) if len(intervals) else rate
    unusual = heart.label == "Normal" and not 60 <= mean_rate <= 100
    qrs = max(wave.offset for wave in heart.qrs) - min(wave.onset for wave in heart.qrs)
    return Truth(
        condition=condition,
        title=heart.title,
        label="HB" if unusual else heart.label,
        heart_rate_bpm=mean_rate,
        pr_ms=pr_ms(heart, rate) if heart.p else float("nan"),
        qrs_ms=qrs,
        qt_ms=qt_ms(heart, rate),
        axis_deg=true_axis_deg(heart.qrs, turn),
    )
