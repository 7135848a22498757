"""Signals as whole numbers, for formats that store 16 bits a sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats
from heartguard.values import Ecg

__all__ = ["MISSING", "Steps", "as_steps", "shown_leads"]

MISSING = -(2**15)
"""Stands for a moment that the page does not show: WFDB's code in format 16, and what DICOM's padding value states."""

_MOST = 2**15 - 1
"""Greatest number of 16 bits."""


class Steps(NamedTuple):
    """Signals in steps of whole microvolts.

    Attributes
    ----------
    leads : tuple of str
    values : ndarray, shape (T, leads), int16
        `MISSING` where nothing is shown.
    microvolts : int
        Size of a step.
    """

    leads: tuple[str, ...]
    values: NDArray[np.int16]
    microvolts: int


def shown_leads(ecg: Ecg) -> dict[str, Floats]:
    """Return the leads of which something is shown, those of the twelve first, then other leads and rows; mV."""
    others = {name: signal for name, signal in ecg.others.items() if np.isfinite(signal).any()}
    return {**{lead: ecg.lead(lead) for lead in ecg.shown}, **others}


def as_steps(leads: Mapping[str, Floats]) -> Steps:
    """Write signals in the smallest step of whole microvolts by which all of them fit.

    Parameters
    ----------
    leads : mapping of str to ndarray, shape (T,), mV
        NaN where nothing is shown; at least one value is finite.

    Examples
    --------
    >>> steps = as_steps({"I": np.array([0.5, np.nan, -0.0012], np.float32)})
    >>> steps.microvolts, steps.values[:, 0].tolist()
    (1, [500, -32768, -1])
    >>> as_steps({"I": np.array([40.0], np.float32)}).microvolts
    2
    """
    microvolts = 1e3 * np.column_stack([signal.astype(np.float64) for signal in leads.values()])
    step = max(1, int(np.ceil(np.nanmax(np.abs(microvolts)) / _MOST)))
    counts = np.where(np.isfinite(microvolts), np.rint(microvolts / step), MISSING)
    return Steps(tuple(leads), counts.astype(np.int16), step)
