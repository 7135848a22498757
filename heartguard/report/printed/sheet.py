"""The traces on ECG paper as geometry in millimetres, for PDF and SVG alike: 25 mm/s and 10 mm/mV.

x runs to the right, y down, from the upper left corner of the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, runs_of_true
from heartguard.leads import GAIN_MM_PER_MV, PAGE_SECONDS, PAPER_SPEED_MM_PER_S
from heartguard.report.printed.beat_lane import Bar, BeatLabel, beat_bars, beat_labels
from heartguard.report.printed.rows import Piece, rows_of
from heartguard.values import Reading

__all__ = ["HEIGHT_MM", "LANE_MM", "START_MM", "WIDTH_MM", "Label", "Sheet", "sheets_of"]

START_MM = 10.0
"""From the left edge to the first sample: room for the calibration pulse, 5 mm wide, with flat line around it."""

WIDTH_MM = START_MM + PAGE_SECONDS * PAPER_SPEED_MM_PER_S + 5.0
"""10 s, and a large square beyond."""

HEIGHT_MM = 140.0
"""What A4 across leaves under the head."""

LANE_MM = 10.0
"""At the bottom, for the marks of the beats."""

_LEAST_ROW_MM = 9.0
"""Rows closer than this go to a further sheet; 12 rows fit, as recorders print them."""

_TOLERANCE_MM = 0.01
"""Samples that change the line by less are left out: one microvolt, far finer than a printer's dot."""

_LABEL_MM = (1.0, 5.5)
"""Where a lead's name stands: right of the beginning of its trace, and above its 0 mV."""


class Label(NamedTuple):
    """A text and where it begins, mm."""

    x: float
    y: float
    text: str


class Sheet(NamedTuple):
    """One sheet of ECG paper.

    Attributes
    ----------
    start_s, end_s : float
        The part of the recording's axis.
    traces : tuple of ndarray, shape (n, 2), mm
        Lines without gaps.
    pulses : tuple of ndarray, shape (n, 2), mm
        A calibration pulse of 1 mV and 0.2 s before the rows, where there is room.
    separators : tuple of ndarray, shape (2, 2), mm
        Short upright lines where one lead follows another in a row.
    names : tuple of Label
    bars : tuple of Bar
        P, QRS and T of each beat, in the lane below the rows.
    beats : tuple of BeatLabel
        RR intervals and kinds of beats.
    """

    start_s: float
    end_s: float
    traces: tuple[Doubles, ...]
    pulses: tuple[Doubles, ...]
    separators: tuple[Doubles, ...]
    names: tuple[Label, ...]
    bars: tuple[Bar, ...]
    beats: tuple[BeatLabel, ...]


def sheets_of(reading: Reading) -> tuple[Sheet, ...]:
    """Lay the traces out as on the page that was read: one sheet for each 10 s, more where there are many rows.

    Parameters
    ----------
    reading : Reading
    """
    ecg = reading.ecg
    rows = rows_of(reading)
    seconds = ecg.signals.shape[1] / ecg.sampling_rate_hz
    most = int((HEIGHT_MM - LANE_MM) // _LEAST_ROW_MM)
    sheets = -(-len(rows) // most)
    per_sheet = -(-len(rows) // sheets) if sheets else 1
    groups = [rows[at : at + per_sheet] for at in range(0, len(rows), per_sheet)]
    starts = np.arange(0.0, max(seconds - 0.5, 0.1), PAGE_SECONDS)
    return tuple(_sheet(reading, group, float(start)) for start in starts for group in groups)


def _sheet(reading: Reading, rows: Sequence[Sequence[Piece]], start_s: float) -> Sheet:
    """Draw some rows of 10 s."""
    rate, end_s = reading.ecg.sampling_rate_hz, start_s + PAGE_SECONDS
    levels = _levels(rows, rate, start_s)
    traces, names, separators = [], [], []
    for level, row in zip(levels, rows, strict=True):
        for piece in (one for one in row if one.end_s > start_s and one.start_s < end_s):
            begin = START_MM + max(0.0, piece.start_s - start_s) * PAPER_SPEED_MM_PER_S
            traces += _lines(piece, rate, start_s, level)
            names.append(Label(begin + _LABEL_MM[0], level - _LABEL_MM[1], piece.name))
            if piece.start_s > start_s:
                separators.append(np.array([[begin, level - 4.0], [begin, level + 4.0]]))
    return Sheet(
        start_s,
        end_s,
        tuple(traces),
        tuple(_pulse(level) for level in _with_pulse(levels)),
        tuple(separators),
        tuple(names),
        beat_bars(reading.measurements, start_s, end_s, START_MM),
        beat_labels(reading.measurements, reading.ecg.seams, rate, start_s, end_s, START_MM),
    )


def _levels(rows: Sequence[Sequence[Piece]], rate: int, start_s: float) -> list[float]:
    """Return the height of 0 mV of each row, whole mm: room by how far the traces reach, closer where it is short."""
    up, down = np.array([_reach(row, rate, start_s) for row in rows]).T
    needed = np.concatenate([[up[0]], down[:-1] + up[1:], [down[-1]]])
    spare = HEIGHT_MM - LANE_MM - needed.sum()
    if spare >= 0:
        even = np.full(len(needed), spare / len(rows))
        even[[0, -1]] /= 2
        needed += even
    elif (
        len(rows) > 1
    ):  # Rows overlap, as on a recorder's paper; the first and the last keep their distance to its edge.
        needed[1:-1] *= 1 + spare / needed[1:-1].sum()
    levels: list[float] = np.round(np.cumsum(needed)[:-1]).tolist()
    return levels


def _reach(row: Sequence[Piece], rate: int, start_s: float) -> tuple[float, float]:
    """Return how far the traces of a row reach above and below 0 mV, mm; at least the pulse and half a square."""
    shown = np.concatenate([_shown(piece, rate, start_s) for piece in row])
    shown = shown[np.isfinite(shown)]
    high, low = (shown.max(), shown.min()) if shown.size else (0.0, 0.0)
    farthest = HEIGHT_MM / 4  # Of a trace with an artefact, which is cut at the edge of the paper.
    up, down = min(high * GAIN_MM_PER_MV, farthest), min(-low * GAIN_MM_PER_MV, farthest)
    return max(up, GAIN_MM_PER_MV) + 1.0, max(down, 2.5) + 1.0


def _shown(piece: Piece, rate: int, start_s: float) -> Floats:
    first = round(max(piece.start_s, start_s) * rate)
    shown: Floats = piece.signal[first : round(min(piece.end_s, start_s + PAGE_SECONDS) * rate)]
    return shown


def _lines(piece: Piece, rate: int, start_s: float, level: float) -> list[Doubles]:
    """Return the lines of one lead without its gaps."""
    shown = _shown(piece, rate, start_s)
    offset_s = max(0.0, piece.start_s - start_s)
    x = START_MM + (offset_s + np.arange(shown.size) / rate) * PAPER_SPEED_MM_PER_S
    points = np.stack([x, level - shown * GAIN_MM_PER_MV], axis=1)
    return [_thinned(points[first:last]) for first, last in runs_of_true(np.isfinite(shown)) if last - first > 1]


def _thinned(line: Doubles) -> Doubles:
    kept = cv2.approxPolyDP(line.astype(np.float32)[:, None], _TOLERANCE_MM, closed=False)
    return np.asarray(kept[:, 0], np.float64)


def _with_pulse(levels: Sequence[float]) -> list[float]:
    """Return the rows that get a pulse: from the top, those where it does not reach the pulse above."""
    chosen: list[float] = []
    for level in levels:
        if not chosen or level - GAIN_MM_PER_MV > chosen[-1]:
            chosen.append(level)
    return chosen


def _pulse(level: float) -> Doubles:
    """Return a calibration pulse of 1 mV and 0.2 s."""
    top, width = level - GAIN_MM_PER_MV, 0.2 * PAPER_SPEED_MM_PER_S
    left = 2.0
    corners = ((1.0, level), (left, level), (left, top), (left + width, top), (left + width, level), (8.0, level))
    return np.array(corners)
