"""The rows of traces of a page: which lead is shown in each, and from when to when."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LEADS
from heartguard.values import Page, Reading, Segment

__all__ = ["Piece", "rows_of"]


class Piece(NamedTuple):
    """A lead in a row, and from when to when it is shown there.

    Attributes
    ----------
    name : str
        Empty for a strip whose lead is not known.
    signal : ndarray, shape (T,), mV
        On the axis of the Ecg.
    start_s, end_s : float
    """

    name: str
    signal: Floats
    start_s: float
    end_s: float


def rows_of(reading: Reading) -> list[list[Piece]]:
    """Return the leads of each row from the top, as on the page; without panels every lead has a row of its own.

    Parameters
    ----------
    reading : Reading
    """
    ecg, page = reading.ecg, reading.page
    signals = {**{lead: ecg.lead(lead) for lead in LEADS}, **ecg.others}
    end_s = ecg.signals.shape[1] / ecg.sampling_rate_hz
    traced = {segment.panel: segment for segment in ecg.segments}  # Their strips are named by their signals.
    panels = tuple(traced) or page.panels
    if not panels:
        return [[Piece(name, line, 0.0, end_s)] for name, line in signals.items() if np.isfinite(line).any()]
    rows: dict[int, list[Piece]] = {}
    for panel in sorted(panels, key=lambda one: (one.row, one.start_s)):
        signal = signals.get(panel.lead)
        if signal is None and panel in traced:
            signal = _signal(traced[panel], page, ecg.sampling_rate_hz, ecg.signals.shape[1])
        if signal is not None:
            rows.setdefault(panel.row, []).append(Piece(panel.lead, signal, panel.start_s, panel.end_s))
    return [rows[row] for row in sorted(rows)]


def _signal(segment: Segment, page: Page, rate: int, samples: int) -> Floats:
    """Return the traced line of a strip that belongs to no lead, on the axis of the Ecg, mV."""
    panel = segment.panel
    gain = panel.gain_mm_per_mv or page.gain_mm_per_mv
    columns = segment.x0 + np.arange(segment.y.size)
    seconds = panel.start_s + (columns - panel.x0) / (panel.x1 - panel.x0) * (panel.end_s - panel.start_s)
    height = (panel.baseline_y - segment.y) / (page.px_per_mm * gain)
    axis = np.arange(samples) / rate
    return np.asarray(np.interp(axis, seconds, height, left=np.nan, right=np.nan), np.float32)
