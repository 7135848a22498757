"""The limb leads bind each other: where the ink leaves one of them open, the others say where it runs.

All six are sums of two voltages (Einthoven 1913, Goldberger 1942). Where several show the same time, these two are
fitted to what is known of each, the sure ones first. A lead is moved only where the line network was unsure of it, only
onto ink, and only if the leads obey the law in the QRS complexes of which the network is fairly sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Mask, runs_of_true
from heartguard.leads import LIMB_LEADS, PAGE_SECONDS
from heartguard.limb_law import fit_limb_leads, lead_matrix, limb_residual, residual_variance_ratio
from heartguard.trace.panels import Line, above_rest, seconds_of, seconds_per_px
from heartguard.values import Page, Panel

__all__ = ["reconcile_limb_leads"]

_STEP_S = 0.001
_LEAST_LEADS = 3
_LEAST_COVERED = 0.5
_GAP_PX = 2.0
_SURE_PX = 2.4
"""A line is moved where its spread is greater, and altogether where it is twice as great."""
_LEAST_SPREAD_PX = 1.2
_STRANGE, _STRANGE_COMPLEX = 0.1, 0.05
"""`residual_variance_ratio` that true limb leads stay below, over all and in their QRS complexes."""
_NEAR_PX = 4
_INKED, _MOSTLY = 0.3, 0.8


def reconcile_limb_leads(page: Page, lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the unsure parts of limb leads where the other limb leads have them.

    Parameters
    ----------
    page : Page
    lines : sequence of Line
        Left alone: all but the short limb leads, those of which fewer than three show the same time, and those that do
        not obey the law where they are sure, as when leads are wrongly named or not simultaneous.
    """
    out = list(lines)
    limbs = [
        k
        for k, line in enumerate(lines)
        if line.panel.lead in LIMB_LEADS and not line.panel.rhythm and line.covered > _LEAST_COVERED
    ]
    for _, together in groupby(sorted(limbs, key=lambda k: _shown(lines[k].panel)), lambda k: _shown(lines[k].panel)):
        group = list(together)
        if len(group) >= _LEAST_LEADS:
            for k, line in zip(group, _reconciled(page, [lines[k] for k in group]), strict=True):
                out[k] = line
    return out


def _shown(panel: Panel) -> tuple[float, float]:
    return panel.start_s, panel.end_s


def _reconciled(page: Page, lines: Sequence[Line]) -> list[Line]:
    time = np.arange(0, PAGE_SECONDS, _STEP_S)
    heights, spread = (np.stack(part) for part in zip(*(_sampled(page, line, time) for line in lines), strict=True))
    matrix = lead_matrix([line.panel.lead for line in lines])
    level = _levels(heights, spread, matrix)
    if level is None or not _is_consistent(heights - level, spread, matrix):
        return list(lines)
    unsure = (np.isfinite(heights) & (spread > _SURE_PX)).any(axis=0)
    variance = spread[:, unsure] ** 2 + _LEAST_SPREAD_PX**2
    fitted = fit_limb_leads(heights[:, unsure] - level, variance, matrix) + level
    return [_moved(page, line, time[unsure], row) for line, row in zip(lines, fitted, strict=True)]


def _sampled(page: Page, line: Line, time: Doubles) -> tuple[Doubles, Doubles]:
    """Return how far a line stands above its row's rest, and its spread, pixels, at each time; NaN where it is not."""
    seconds = seconds_of(page, line)
    if len(seconds) < 2:
        return np.full(len(time), np.nan), np.full(len(time), np.nan)
    after = np.clip(np.searchsorted(seconds, time), 1, len(seconds) - 1)
    gap = (seconds[after] - seconds[after - 1]) > _GAP_PX * seconds_per_px(page, line.panel)
    outside = gap | (time < seconds[0]) | (time > seconds[-1])
    above = np.interp(time, seconds, above_rest(line))
    return np.where(outside, np.nan, above), np.where(outside, np.nan, np.interp(time, seconds, line.spread))


def _levels(heights: Doubles, spread: Doubles, matrix: Doubles) -> Doubles | None:
    """Return how far each lead stands from where the law would have it, shape (leads, 1); None where little is sure."""
    sure = np.isfinite(heights).all(axis=0) & (spread <= _SURE_PX).all(axis=0)
    if not residual_variance_ratio(heights[:, sure], matrix) < _STRANGE:
        return None
    level = np.median(heights[:, sure], axis=1, keepdims=True)
    left = limb_residual(heights[:, sure] - level, matrix)
    return np.asarray(level + np.median(left, axis=1, keepdims=True), np.float64)


def _is_consistent(heights: Doubles, spread: Doubles, matrix: Doubles) -> bool:
    """Whether the leads obey the law where the network was asked and fairly sure of all: in clear QRS complexes."""
    greatest = spread.max(axis=0)
    clear = np.isfinite(heights).all(axis=0) & (greatest > _SURE_PX) & (greatest < 2 * _SURE_PX)
    return residual_variance_ratio(heights[:, clear], matrix) < _STRANGE_COMPLEX


def _moved(page: Page, line: Line, time: Doubles, above: Doubles) -> Line:
    """Put a line where it was fitted, as far as it was unsure: each part as a whole, or not at all if it leaves ink."""
    up = np.interp(seconds_of(page, line), time, above)
    there = line.panel.baseline_y - (-up if line.panel.inverted else up)
    share = np.clip(line.spread / _SURE_PX - 1, 0, 1)
    inked = _inked(page.ink, line.x, there)
    for first, last in runs_of_true(share > 0):
        if np.mean(inked[first:last]) < _MOSTLY:
            share[first:last] = 0
    return replace(line, y=np.where(share > 0, line.y + share * (there - line.y), line.y))


def _inked(ink: Floats, x: Doubles, y: Doubles) -> Mask:
    """Whether there is ink at or close to each place."""
    near = cv2.dilate((ink > _INKED).astype(np.uint8), np.ones((2 * _NEAR_PX + 1, 2 * _NEAR_PX + 1), np.uint8))
    row, column = (np.clip(np.round(at).astype(int), 0, size - 1) for at, size in zip((y, x), ink.shape, strict=True))
    return np.asarray(near[row, column] > 0, np.bool_)
