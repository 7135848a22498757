"""The lines of the leads as a recorder draws them from a record: filtered, noisy, clipped, or off."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LEAD_INDEX, SAMPLING_RATE_HZ
from heartlab.simulate.recorders.arrangements import Stretch
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.fonts import print_font
from heartlab.simulate.recorders.plan import MEDIAN_COLUMN_S, Plan
from heartlab.simulate.recorders.scene import Item, Line, Piece, Text

__all__ = ["draw_medians", "draw_traces", "printed_through"]

_CUT_OFFS_HZ = {150.0: 5.0, 100.0: 2.0, 40.0: 4.0, 25.0: 1.0}
_GAUSSIAN = 0.1325
"""Standard deviation in seconds times cut-off in Hz of a Gaussian low-pass, -3 dB: sqrt(ln 2 / 2) / (2 pi), in s Hz."""


@dataclass(frozen=True)
class _Drawing:
    """How this recorder draws: a limit of the amplitude in mm (None is none), and lines joined over lead changes."""

    limit: float | None
    joined: bool
    off: str | None


def draw_traces(plan: Plan, signals_mv: Floats, rng: np.random.Generator) -> tuple[list[Item], tuple[Piece, ...]]:
    """Draw every stretch.

    Parameters
    ----------
    plan : Plan
    signals_mv : ndarray, shape (12, samples), float32, mV
        500 Hz; a page that is longer than the record begins it anew.
    rng : Generator

    Returns
    -------
    items : list of Item
        Lines, most of the kind ``"trace"``.
    pieces : tuple of Piece
        The same lines with what they show.
    """
    drawing = _Drawing(
        limit=plan.pitch * between(rng, 0.5, 0.95) if chance(rng, 0.12) else None,
        joined=chance(rng, 0.25) and plan.gap == 0,
        off=str(rng.choice(list(LEAD_INDEX))) if chance(rng, 0.05) else None,
    )
    signals = _recorded(signals_mv, rng)
    items: list[Item] = []
    pieces: list[Piece] = []
    for row, stretches in enumerate(plan.arrangement.rows):
        ends: list[Doubles] = []
        for column, stretch in enumerate(stretches):
            x = plan.column_x(column, len(stretches))
            runs = _runs(plan, drawing, signals, stretch, x, plan.baselines[row])
            items += [Line("trace", run, plan.inks.pen, plan.inks.trace) for run in runs]
            pieces += [
                Piece(stretch.label, row, stretch.start_s, stretch.end_s, plan.baselines[row], run) for run in runs
            ]
            ends += [run[[0, -1]] for run in runs]
        if drawing.joined:
            joins = [np.stack([left[1], right[0]]) for left, right in pairwise(ends)]
            items += [Line("separator", join, 0.7 * plan.inks.pen, plan.inks.trace) for join in joins]
    return items, tuple(pieces)


def draw_medians(plan: Plan, signals_mv: Floats, rng: np.random.Generator) -> list[Item]:
    """Draw one beat of each lead in columns right of the rows, as averaged beats are printed."""
    if not plan.medians:
        return []
    steep = np.abs(np.diff(np.nan_to_num(signals_mv[LEAD_INDEX["II"]])))
    peak = int(np.argmax(steep[250:-400])) + 250
    before, after = between(rng, 0.25, 0.35), between(rng, 0.35, 0.5)
    first, last = (round(peak + side * SAMPLING_RATE_HZ) for side in (-before, after))
    items: list[Item] = []
    font, size, up = print_font(rng), between(rng, 1.6, 3.0), between(rng, 5, 12)
    numbered, start = chance(rng, 0.4), plan.trace_end + between(rng, 4, 10)
    for place, (lead, number) in enumerate(LEAD_INDEX.items()):
        column, row = divmod(place, len(plan.baselines))
        if column >= plan.medians:
            break
        x, y = start + column * MEDIAN_COLUMN_S * plan.speed, plan.baselines[row]
        beat = np.nan_to_num(signals_mv[number, first:last]).astype(np.float64)
        time = np.arange(len(beat)) / SAMPLING_RATE_HZ
        points = np.stack([x + time * plan.speed, y - (beat - beat[0]) * plan.gain(lead)], axis=1)
        items += [Line("trace", points, plan.inks.pen, plan.inks.trace)]
        items.append(Text("name", lead, x, y - up, size, font, plan.inks.name))
        if numbered:
            text = f"{float(rng.normal(0, 1)):.1f}"
            items.append(Text("print", text, x + 2, y + 0.4 * plan.pitch, size, font, plan.inks.text))
    return items


def printed_through(plan: Plan, pieces: tuple[Piece, ...], rng: np.random.Generator) -> list[Item]:
    """Return the mirrored, pale print of a sheet that this one was stored face to face with; it is no trace."""
    shift, paleness = np.array([between(rng, -8, 8), between(rng, -12, 12)]), between(rng, 0.05, 0.22)
    return [
        Line("blank", piece.points * (-1, 1) + (plan.width, 0) + shift, plan.inks.pen, plan.inks.trace, paleness)
        for piece in pieces
    ]


def _recorded(signals_mv: Floats, rng: np.random.Generator) -> Floats:
    """Return the signals after a recorder's filter, with the noise that a fifth of the pages has."""
    cut_off = choose(rng, _CUT_OFFS_HZ)
    signals = np.nan_to_num(signals_mv - np.nanmedian(signals_mv, axis=1, keepdims=True))
    signals = gaussian_filter1d(signals, _GAUSSIAN / cut_off * SAMPLING_RATE_HZ, axis=1)
    time = np.arange(signals.shape[1]) / SAMPLING_RATE_HZ
    if chance(rng, 0.15):
        wave = np.sin(2 * np.pi * between(rng, 0.1, 0.5) * time + between(rng, 0, 6))
        signals = signals + np.outer(rng.uniform(0, 0.4, len(signals)), wave)
    if chance(rng, 0.1):
        hum = np.sin(2 * np.pi * choose(rng, {50.0: 1.0, 60.0: 1.0}) * time)
        signals = signals + np.outer(rng.uniform(0, 0.12, len(signals)), hum)
    if chance(rng, 0.12):
        signals = signals + between(rng, 0.01, 0.06) * rng.standard_normal(signals.shape)
    if chance(rng, 0.08):
        signals = signals * between(rng, 1.3, 2.0)
    return np.asarray(signals, np.float32)


def _runs(plan: Plan, drawing: _Drawing, signals: Floats, stretch: Stretch, x: float, baseline: float) -> list[Doubles]:
    """Return the polylines of a stretch, mm, cut where they leave the sheet."""
    first = round(stretch.start_s * SAMPLING_RATE_HZ)
    count = round((stretch.end_s - stretch.start_s) * SAMPLING_RATE_HZ) + 1
    values = np.take(signals[LEAD_INDEX[stretch.lead]], np.arange(first, first + count), mode="wrap").astype(np.float64)
    if stretch.label == drawing.off:
        values = 0.01 * values
    height = values * plan.gain(stretch.lead) * (-1 if stretch.inverted else 1)
    if drawing.limit:
        height = np.clip(height, -drawing.limit, drawing.limit)
    points = np.stack([x + np.arange(count) / SAMPLING_RATE_HZ * plan.speed, baseline - height], axis=1)
    on_sheet = (points[:, 1] > 0) & (points[:, 1] < plan.height) & (points[:, 0] < plan.width)
    runs = np.split(np.arange(count), np.flatnonzero(np.diff(on_sheet)) + 1)
    return [points[run] for run in runs if on_sheet[run[0]] and len(run) > 1]
