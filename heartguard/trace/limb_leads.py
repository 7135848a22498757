"""Reconcile the limb leads: where the ink of one is ambiguous, its course follows from the others.

All six are weighted sums of two voltages (Einthoven 1913, Goldberger 1942). Where at least three are shown at the same
time, the two voltages are fitted to them, each lead weighted by its confidence. A lead is moved only where the line
network was uncertain of it, only onto ink, and only if the leads satisfy the equations in the QRS complexes that the
network located with fair confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Mask, runs_of_true
from heartguard.leads import LIMB_LEADS, SAMPLING_RATE_HZ
from heartguard.limb_law import fit_limb_leads, lead_matrix, limb_residual, residual_variance_ratio
from heartguard.trace.panels import Line, above_rest, seconds_of, seconds_per_px
from heartguard.values import Page, Panel

__all__ = ["reconcile_limb_leads"]

_STEP_S = 0.001
"""Step of the common time axis: finer than a page pixel, 5 ms, and than the signals' 2 ms."""

_LEAST_LEADS = 3
"""Two voltages are fitted, so only a third lead can contradict them."""

_LEAST_COVERED = 0.5
"""Share of a lead's columns that must have ink, as for it to count as traced in `heartguard.trace.tracer`."""

_GAP_PX = 2.0
"""Points further apart are the two sides of a gap; the points of a line are at most one pixel apart."""

_SURE_PX = 2.4
"""A line is moved where its spread is greater, and by the whole difference where it is twice as great; 0.3 mm, chosen
by hand: smaller values move lines that were right, larger ones leave wrong tips."""

_LEAST_SPREAD_PX = 1.2
"""Added to the spread of every line, as variances: one that the network did not see has a spread of 0. By hand."""

_STRANGE, _STRANGE_COMPLEX = 0.1, 0.05
"""Limits of `residual_variance_ratio` for true limb leads, over all samples and in QRS complexes; chosen by hand."""

_NEAR_PX = 4
"""A moved point counts as on ink within this distance, 0.5 mm: about the thickness of a trace."""

_INKED, _MOSTLY = 0.3, 0.8
"""Ink probability that counts as ink, and the share of a part's points that must be on it; chosen by hand."""


def reconcile_limb_leads(page: Page, lines: Sequence[Line]) -> list[Line]:
    """Return the lines with low-confidence parts of limb leads replaced by the values that the other limb leads imply.

    Parameters
    ----------
    page : Page
    lines : sequence of Line
        Unchanged are chest leads and rhythm strips, limb leads of which fewer than three show the same time, and limb
        leads that contradict the equations where they are certain, as when leads are misnamed or not simultaneous.
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
    time = np.arange(0, page.samples / SAMPLING_RATE_HZ, _STEP_S)
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
    """Return height above the row's baseline and spread of a line, pixels, at each time; NaN where there is no line."""
    seconds = seconds_of(line)
    if len(seconds) < 2:
        return np.full(len(time), np.nan), np.full(len(time), np.nan)
    after = np.clip(np.searchsorted(seconds, time), 1, len(seconds) - 1)
    gap = (seconds[after] - seconds[after - 1]) > _GAP_PX * seconds_per_px(line.panel)
    outside = gap | (time < seconds[0]) | (time > seconds[-1])
    above = np.interp(time, seconds, above_rest(line))
    return np.where(outside, np.nan, above), np.where(outside, np.nan, np.interp(time, seconds, line.spread))


def _levels(heights: Doubles, spread: Doubles, matrix: Doubles) -> Doubles | None:
    """Return each lead's constant offset from the fit, shape (leads, 1), pixels; None where too little is certain."""
    sure = np.isfinite(heights).all(axis=0) & (spread <= _SURE_PX).all(axis=0)
    if not residual_variance_ratio(heights[:, sure], matrix) < _STRANGE:
        return None
    level = np.median(heights[:, sure], axis=1, keepdims=True)
    left = limb_residual(heights[:, sure] - level, matrix)
    return np.asarray(level + np.median(left, axis=1, keepdims=True), np.float64)


def _is_consistent(heights: Doubles, spread: Doubles, matrix: Doubles) -> bool:
    """Return whether the leads fit the equations in the QRS complexes that the network located with fair confidence."""
    greatest = spread.max(axis=0)
    clear = np.isfinite(heights).all(axis=0) & (greatest > _SURE_PX) & (greatest < 2 * _SURE_PX)
    return residual_variance_ratio(heights[:, clear], matrix) < _STRANGE_COMPLEX


def _moved(page: Page, line: Line, time: Doubles, above: Doubles) -> Line:
    """Move a line to the fit in proportion to its uncertainty; a part that would leave the ink is not moved at all."""
    up = np.interp(seconds_of(line), time, above)
    there = line.panel.baseline_y - (-up if line.panel.inverted else up)
    share = np.clip(line.spread / _SURE_PX - 1, 0, 1)
    inked = _inked(page.ink, line.x, there)
    for first, last in runs_of_true(share > 0):
        if np.mean(inked[first:last]) < _MOSTLY:
            share[first:last] = 0
    return replace(line, y=np.where(share > 0, line.y + share * (there - line.y), line.y))


def _inked(ink: Floats, x: Doubles, y: Doubles) -> Mask:
    """Return whether there is ink within `_NEAR_PX` of each position."""
    near = cv2.dilate((ink > _INKED).astype(np.uint8), np.ones((2 * _NEAR_PX + 1, 2 * _NEAR_PX + 1), np.uint8))
    row, column = (np.clip(np.round(at).astype(int), 0, size - 1) for at, size in zip((y, x), ink.shape, strict=True))
    return np.asarray(near[row, column] > 0, np.bool_)
