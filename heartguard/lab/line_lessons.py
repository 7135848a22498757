"""Crops of simulated pages as the reader cuts them, with the true line in each: the line network's lessons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from heartguard.errors import HeartGuardError
from heartguard.lab.augmentation import recorder_band
from heartguard.lab.paper import SimulatedPage, render_page
from heartguard.lab.paper_style import PRESETS, PaperStyle, random_style
from heartguard.lab.photo import take_photo
from heartguard.lab.photo_style import PHOTO_KINDS, random_print
from heartguard.leads import LEADS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.page import find_page
from heartguard.trace.crops import CROP_COLUMNS, POINTS, Crop, cut_crops, lowered, points_x, rows_of
from heartguard.trace.panels import FINER, Line, find_lines, seconds_per_px
from heartguard.values import Doubles, Floats, Image, Page, Panel, Upload

__all__ = ["Lessons", "simulate_lessons"]

_LAYOUTS = (
    "3x4+1", "3x4", "3x4+2", "3x4+3", "6x2", "6x2", "6x2+1", "6x2+1", "12x1", "12x1", "12x1", "2x6",
    "3x4+1 Cabrera", "6x2 Cabrera", "12x1 Cabrera",
)  # fmt: skip
_KINDS = ("clean", "scan", "clinic", "photo", "scan")
_CLINIC = ("clinic-3x4", "clinic-6x2", "clinic-6x2-no-grid")
_BANDED = 0.5
_CROPS = 48
_SHIFTS_PX = np.arange(-2.0, 2.05, 0.1)
_PHOTO_SHIFTS_PX = np.arange(-8.0, 8.05, 0.25)
_CLOSE_MV = 0.04


@dataclass(frozen=True, eq=False)
class Lessons:
    """Crops and the lines in them.

    Attributes
    ----------
    pictures : ndarray, shape (n, 3, CROP_ROWS, CROP_COLUMNS), uint8
        255 where all is ink.
    lines : ndarray, shape (n, CROP_COLUMNS * POINTS), float32
        Row of the true line at each point; NaN beyond the panel.
    """

    pictures: Image
    lines: Floats


def simulate_lessons(signals_mv: Floats, seed: int) -> Lessons | None:
    """Draw, scan or photograph a page, read it, and cut it; None where it is refused or not read as what it is.

    Parameters
    ----------
    signals_mv : ndarray, shape (12, 5000), float32, mV
    seed : int
        Of every choice.
    """
    rng = np.random.default_rng([seed, 9])
    if rng.random() < _BANDED:
        signals_mv = recorder_band(signals_mv, rng)
    made, encoded = _picture(signals_mv, seed, _KINDS[seed % len(_KINDS)], rng)
    try:
        page = find_page(Upload("simulated", "", "png", encoded))
    except HeartGuardError:
        return None
    if page.layout.name != made.layout.name:
        return None
    lines = find_lines(page)
    crops = list(cut_crops(lowered(page.ink), [line.path for line in lines], FINER))
    chosen = rng.permutation(len(crops))[:_CROPS]
    found = []
    for crop in (crops[k] for k in chosen):
        line = _true_line(page, made.truth, lines[crop.path], crop)
        if line is not None:
            found.append((np.round(255 * crop.picture).astype(np.uint8), line))
    if not found:
        return None
    return Lessons(*(np.stack(part) for part in zip(*found, strict=True)))


def _picture(signals_mv: Floats, seed: int, kind: str, rng: np.random.Generator) -> tuple[SimulatedPage, Image]:
    layout = str(rng.choice(_LAYOUTS))
    if kind == "photo":
        style = replace(random_print(seed, _LAYOUTS), layout=layout, rhythm_leads=None)
        page = render_page(signals_mv, style, seed=seed)
        encoded = np.frombuffer(take_photo(page, PHOTO_KINDS["photo"](seed), seed=seed).encoded, np.uint8)
        return page, np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
    if kind == "clean":
        style = replace(PRESETS["clean"], layout=layout, px_per_mm=float(rng.uniform(6, 10)))
    elif kind == "clinic":
        style = replace(PRESETS[str(rng.choice(_CLINIC))], px_per_mm=float(rng.uniform(4, 8.2)))
    else:
        style = _scan(layout, seed, rng)
    page = render_page(signals_mv, replace(style, trace_mm=float(rng.uniform(0.25, 0.5))), seed=seed)
    return page, page.image


def _scan(layout: str, seed: int, rng: np.random.Generator) -> PaperStyle:
    return replace(
        random_style(seed),
        layout=layout,
        px_per_mm=float(rng.uniform(5.5, 9)),
        blur_px=float(rng.uniform(0.2, 1.2)),
        row_spacing_mm=None,
        jpeg_quality=int(rng.integers(45, 90)),
    )


def _true_line(page: Page, truth: Floats, line: Line, crop: Crop) -> Floats | None:
    """Return the true rows of the points of a crop; None where the page does not lie as it should.

    The truth is moved to where it fits the plain parts of the traced line best: a page is never straightened without
    any error, which the line network is not to learn.
    """
    panel, x, traced = line.panel, line.x, line.y
    signal = truth[LEADS.index(panel.lead)]
    shifts = _SHIFTS_PX if page.bend is None else _PHOTO_SHIFTS_PX
    reach = CROP_COLUMNS if page.bend is not None else page.ink.shape[1]
    near = np.abs(x - crop.column - CROP_COLUMNS / 2) < reach
    if near.sum() < CROP_COLUMNS:
        return None
    fits = [_height(page, panel, signal, x[near] + shift) - traced[near] for shift in shifts]
    offsets = [float(np.nanmedian(fit)) for fit in fits]
    misfit = [float(np.nanmean(np.abs(fit - off).clip(0, 2.0))) for fit, off in zip(fits, offsets, strict=True)]
    best = int(np.nanargmin(misfit))
    if np.nanmedian(np.abs(fits[best] - offsets[best])) > _CLOSE_MV * page.px_per_mv:
        return None
    at = points_x(crop)
    rows = rows_of(_height(page, panel, signal, at + shifts[best]) - offsets[best]) - crop.row
    return np.asarray(rows, np.float32) if np.isfinite(rows[np.repeat(crop.wanted, POINTS)]).any() else None


def _height(page: Page, panel: Panel, signal: Floats, x: Doubles) -> Doubles:
    """Return the page heights of the true line at page columns; NaN beyond the panel."""
    seconds = panel.start_s + (x - panel.x0) * seconds_per_px(page, panel)
    time = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    millivolts = np.interp(seconds, time, signal)
    millivolts[(seconds < panel.start_s) | (seconds > panel.end_s)] = np.nan
    return np.asarray(panel.baseline_y - (-1 if panel.inverted else 1) * millivolts * page.px_per_mv, np.float64)
