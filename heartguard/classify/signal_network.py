"""The 1-D residual networks of the signal model, on the signals of the drawing, from a LiteRT file.

`heartlab.networks.signal` defines them and writes the file, whose outputs are the means over the networks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from heartguard.arrays import Floats
from heartguard.drawing import COLUMN_SECONDS, SEGMENT_RATE_HZ, LeadSegments
from heartguard.errors import ModelError
from heartguard.leads import LEADS
from heartguard.litert import LiteRtFile

COLUMNS = 4
"""Columns of the drawing: the leads of one column are simultaneous with each other and a quarter of the strip."""

SHAPE = (len(LEADS) + COLUMNS, 290)
"""Shape of `stacked_signals`; a lead's segment on the drawing has 2.32 s."""

SIGNATURE = "mean_logits"
"""Name of the function in the LiteRT file."""


def stacked_signals(segments: LeadSegments) -> Floats:
    """Return the signals of the drawing as channels, shape (16, 290), mV, 125 Hz.

    The segments of the twelve leads, then the quarters of the strip that are simultaneous with the four columns; 0 in
    gaps.
    """
    quarters = np.zeros((COLUMNS, segments.leads.shape[1]), np.float32)
    if segments.strip is not None:
        strip = np.nan_to_num(segments.strip)
        for number, row in enumerate(quarters):
            part = strip[(at := round(number * COLUMN_SECONDS * SEGMENT_RATE_HZ)) : at + row.size]
            row[: part.size] = part
    return np.concatenate([np.nan_to_num(segments.leads), quarters])


class SignalNetworks:
    """The networks as one; safe to share between threads.

    Parameters
    ----------
    content : bytes or Path
        A LiteRT file, or its content.
    classes, statements : int
        Outputs that it must have.

    Raises
    ------
    ModelError
        If it has others.
    """

    def __init__(self, content: bytes | Path, classes: int, statements: int) -> None:
        self._file = LiteRtFile(content)
        found = tuple(len(logits) for logits in self.logits(np.zeros(SHAPE, np.float32)))
        if found != (classes, statements):
            raise ModelError("The signal networks of the signal model do not fit its classes and statements.")

    def logits(self, signals: Floats) -> tuple[Floats, Floats]:
        """Return the logits of the classes and of the statements, means over the networks.

        Parameters
        ----------
        signals : ndarray, shape (16, 290), float32, mV
            From `stacked_signals`.
        """
        found = self._file.run(SIGNATURE, signals=signals[None])
        return found["classes"][0], found["statements"][0]
