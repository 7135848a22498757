"""The signals of a page as channels of one array."""

from __future__ import annotations

import numpy as np

from heartguard.drawing import PIECE_RATE_HZ, Pieces, condition
from heartguard.drawing.windows import COLUMN_SECONDS
from heartguard.values import Floats


def stacked_signals(pieces: Pieces) -> Floats:
    """Return a page's signals as channels that run at the same time, shape (16, 290), mV, 125 Hz.

    The twelve leads' stretches, then the four quarters of the strip that stand beside the four columns; 0 where nothing
    is traced.
    """
    leads = condition(pieces.leads)
    quarters = np.zeros((4, leads.shape[1]), np.float32)
    if pieces.strip is not None:
        strip = np.nan_to_num(condition(pieces.strip[None])[0])
        for number, row in enumerate(quarters):
            part = strip[(at := round(number * COLUMN_SECONDS * PIECE_RATE_HZ)) : at + row.size]
            row[: part.size] = part
    return np.concatenate([np.nan_to_num(leads), quarters])
