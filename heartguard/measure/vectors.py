"""What the limb leads must agree on: the frontal QRS axis, and the laws that bind the six leads together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heartguard.leads import LEAD_INDEX, LIMB_LEADS
from heartguard.measure.filters import Array, samples

_ANGLES_DEG = {"I": 0.0, "II": 60.0, "III": 120.0, "aVR": -150.0, "aVL": -30.0, "aVF": 90.0}
_AUGMENTED_GAIN = float(np.cos(np.pi / 6))
_LEAST_SHARE = 0.08
_LEAST_SAMPLES = 250


def frontal_axis(waves: Array, qrs_on: int, qrs_off: int) -> float | None:
    """Return the direction of the mean QRS vector in the frontal plane.

    The net QRS area of every limb lead known is fitted, by least squares, by the projection of one vector on the leads
    of Einthoven's triangle; an augmented lead is cos 30° as long as a bipolar one.

    Parameters
    ----------
    waves : ndarray, shape (12, W), mV
        Median beats, levelled.
    qrs_on, qrs_off : int
        Bounds of the QRS complex, samples.

    Returns
    -------
    float or None
        Degrees in (-180, 180]; None when fewer than two limb leads are known or when the complexes are as much up as
        down in all of them, so that the axis points nowhere in the frontal plane.

    Examples
    --------
    >>> waves = np.full((12, 60), np.nan)
    >>> waves[LEAD_INDEX["I"]] = waves[LEAD_INDEX["aVF"]] = np.sin(np.linspace(0, np.pi, 60))
    >>> round(frontal_axis(waves, qrs_on=0, qrs_off=59), 1)
    49.1
    """
    rows, areas, sizes = [], [], []
    for lead in LIMB_LEADS:
        qrs = waves[LEAD_INDEX[lead], qrs_on : qrs_off + 1]
        if not np.isfinite(qrs).all():
            continue
        qrs = qrs - st_step(qrs)
        gain = _AUGMENTED_GAIN if lead.startswith("a") else 1.0
        angle = np.deg2rad(_ANGLES_DEG[lead])
        rows.append([gain * np.cos(angle), gain * np.sin(angle)])
        areas.append(float(qrs.sum()))
        sizes.append(float(np.abs(qrs).sum()))
    if len(rows) < 2:
        return None
    (x, y), *_ = np.linalg.lstsq(np.array(rows), np.array(areas), rcond=None)
    if np.hypot(x, y) < _LEAST_SHARE * max(sizes):
        return None
    degrees = float(np.rad2deg(np.arctan2(y, x)))
    return 180.0 if degrees == -180.0 else degrees


def st_step(qrs: Array) -> Array:
    """Return what a raised or sunken ST segment adds to the last 20 ms of a QRS complex, and the level before it.

    Without it the net area of a narrow complex in acute infarction would be ruled by the ST segment.

    Examples
    --------
    >>> st_step(np.array([0.0] * 20 + [0.2])).round(2)[[0, 15, 20]]
    array([0. , 0.1, 0.2])
    """
    from_end = np.arange(qrs.size) - (qrs.size - 1)
    return np.asarray(qrs[0] + (qrs[-1] - qrs[0]) * np.clip(1 + from_end / samples(0.02), 0, 1), dtype=np.float64)


def einthoven_residual(signals: NDArray[np.float32]) -> float | None:
    """Return the root mean square, mV, of II - I - III and of aVR + aVL + aVF where they are traced together.

    Both are zero in any true recording, so what is left is error of tracing: of height, time or lead.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV

    Returns
    -------
    float or None
        None when the three leads of neither law share half a second.

    Examples
    --------
    >>> signals = np.zeros((12, 5000), np.float32)
    >>> signals[LEAD_INDEX["I"]], signals[LEAD_INDEX["II"]] = 0.3, 0.4  # III should be 0.1
    >>> round(einthoven_residual(signals), 3)
    0.071
    """
    lead = {name: signals[LEAD_INDEX[name]].astype(np.float64) for name in LIMB_LEADS}
    laws = (lead["II"] - lead["I"] - lead["III"], lead["aVR"] + lead["aVL"] + lead["aVF"])
    left = np.concatenate([law[np.isfinite(law)] for law in laws])
    return float(np.sqrt(np.mean(left**2))) if left.size >= _LEAST_SAMPLES else None


def lead_disagreement(signals: NDArray[np.float32]) -> float | None:
    """Return how far II is from I + III, relative to the size of the three leads.

    The standard deviation of II - I - III over the sum of those of I, II and III (and 0.05 mV, so that flat leads do
    not disagree by their noise): near 0 in any true recording, 0.58 for three leads that have nothing to do with each
    other, as when rows were mistaken for leads that they do not show.

    Parameters
    ----------
    signals : ndarray, shape (12, T), mV

    Returns
    -------
    float or None
        None when the leads do not share half a second.

    Examples
    --------
    >>> time = np.arange(5000) / 500
    >>> signals = np.zeros((12, 5000), np.float32)
    >>> signals[LEAD_INDEX["II"]] = signals[LEAD_INDEX["III"]] = np.sin(time)
    >>> lead_disagreement(signals)
    0.0
    """
    one, two, three = (signals[LEAD_INDEX[name]].astype(np.float64) for name in ("I", "II", "III"))
    both = np.isfinite(one + two + three)
    if np.count_nonzero(both) < _LEAST_SAMPLES:
        return None
    size = sum(float(np.std(lead[both])) for lead in (one, two, three))
    return float(np.std((two - one - three)[both])) / (size + 0.05)
