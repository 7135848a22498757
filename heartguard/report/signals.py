"""The traced signals as CSV."""

from __future__ import annotations

import numpy as np

from heartguard.leads import LEADS
from heartguard.values import Ecg


def to_csv(ecg: Ecg) -> str:
    """Return all leads as CSV text: ``time_s``, one column for each of the twelve leads and of the others, in mV.

    One line for every sample of the common axis (500 a second: 5000 for the usual 10 s), rounded to 0.001 mV; a cell is
    empty where the page shows nothing. Pages that were read together have their seconds one after the other.

    Examples
    --------
    >>> import numpy as np
    >>> flat = Ecg(np.zeros((12, 5000), np.float32), np.ones(12, np.float32))
    >>> to_csv(flat).splitlines()[1]
    '0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000'
    """
    times = np.arange(ecg.signals.shape[1]) / ecg.sampling_rate_hz
    # Adding zero turns the -0.0 of rounding into 0.0.
    columns = np.round(np.vstack([ecg.signals, *ecg.others.values()]).T.astype(np.float64), 3) + 0.0
    lines = [",".join(("time_s", *LEADS, *ecg.others))]
    for time, row in zip(times.tolist(), columns.tolist(), strict=True):
        cells = (f"{value:.3f}" if value == value else "" for value in row)
        lines.append(f"{time:.3f},{','.join(cells)}")
    return "\n".join(lines) + "\n"
