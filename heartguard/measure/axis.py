"""The frontal QRS axis."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.leads import LEAD_INDEX, LIMB_LEADS
from heartguard.limb_law import frontal_vectors
from heartguard.measure.filters import samples

_LEAST_SHARE = 0.08


def frontal_axis(waves: Doubles, qrs_on: int, qrs_off: int) -> float | None:
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
    """
    known, areas, sizes = [], [], []
    for lead in LIMB_LEADS:
        qrs = waves[LEAD_INDEX[lead], qrs_on : qrs_off + 1]
        if not np.isfinite(qrs).all():
            continue
        qrs = qrs - st_step(qrs)
        known.append(lead)
        areas.append(float(qrs.sum()))
        sizes.append(float(np.abs(qrs).sum()))
    if len(known) < 2:
        return None
    (x, y), *_ = np.linalg.lstsq(frontal_vectors(known), np.array(areas), rcond=None)
    if np.hypot(x, y) < _LEAST_SHARE * max(sizes):
        return None
    degrees = float(np.rad2deg(np.arctan2(y, x)))
    return 180.0 if degrees == -180.0 else degrees


def st_step(qrs: Doubles) -> Doubles:
    """Return what a raised or sunken ST segment adds to the last 20 ms of a QRS complex, and the level before it.

    Without it the net area of a narrow complex in acute infarction would be ruled by the ST segment.
    """
    from_end = np.arange(qrs.size) - (qrs.size - 1)
    return np.asarray(qrs[0] + (qrs[-1] - qrs[0]) * np.clip(1 + from_end / samples(0.02), 0, 1), dtype=np.float64)
