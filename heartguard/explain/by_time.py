"""A map reduced to time: the mean evidence of each lead in bands of 0.1 s."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heartguard.arrays import Floats
from heartguard.explain.waves import column_seconds
from heartguard.values import Drawing

BAND_PX = 4
"""Columns of the drawing to one band: 0.1 s, the finest map's cell."""


class Band(NamedTuple):
    """Mean evidence of one lead from one second of the page's axis to another."""

    lead: str
    start_s: float
    end_s: float
    value: float


def time_bands(heat: Floats, drawing: Drawing) -> tuple[Band, ...]:
    """Return the mean of a map over each lead's row, in bands of 0.1 s.

    Parameters
    ----------
    heat : ndarray, shape (h, w), float32
    drawing : Drawing
        With its Ecg.

    Returns
    -------
    tuple of Band
        Where the strip and a short segment show the same lead at the same time, their evidence is added.

    Raises
    ------
    ValueError
        If the drawing keeps no Ecg.
    """
    if drawing.ecg is None:
        raise ValueError("The drawing keeps no ECG, so its columns belong to no moment.")
    found: dict[tuple[str, float], Band] = {}
    for box in drawing.boxes:
        row = heat[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)].mean(axis=0)
        edges = column_seconds(box, drawing.ecg)
        width = (box.end_s - box.start_s) / row.size
        for at in range(0, row.size, BAND_PX):
            part = row[at : at + BAND_PX]
            start = round(float(edges[at] - width / 2), 3)
            before = found[box.lead, start].value if (box.lead, start) in found else 0.0
            end = round(start + part.size * width, 3)
            found[box.lead, start] = Band(box.lead, start, end, before + float(np.mean(part)))
    return tuple(found.values())
