"""Crops of simulated pages as the reader cuts them, with the true line in each: the line network's lessons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartguard.errors import HeartGuardError
from heartguard.leads import LEADS, PAGE_SECONDS, PAPER_SPEED_MM_PER_S, SAMPLES, SAMPLING_RATE_HZ
from heartguard.page import find_page
from heartguard.trace.crops import CROP_COLUMNS, CROP_ROWS, POINTS, Crop, cut_crops, lowered, points_x, rows_of
from heartguard.trace.panels import FINER, Line, find_lines, seconds_per_px
from heartguard.values import Page, Panel, Upload
from heartlab.data.page_traces import reading_networks
from heartlab.simulate.page import PRESETS, PaperStyle, SimulatedPage, random_style, render_page
from heartlab.simulate.photo import PHOTO_KINDS, random_print, take_photo
from heartlab.train.augmentation import recorder_band

__all__ = ["Lessons", "simulate_lessons"]

_LAYOUTS = (
    "3x4+1", "3x4", "3x4+2", "3x4+3", "6x2", "6x2", "6x2+1", "6x2+1", "12x1", "12x1", "12x1", "2x6",
    "3x4+1 Cabrera", "6x2 Cabrera", "12x1 Cabrera",
)  # fmt: skip
_KINDS = ("clean", "scan", "clean", "scan", "clinic", "clean", "scan", "photo")
_CLINIC = ("clinic-3x4", "clinic-6x2", "clinic-6x2-no-grid")
_CROWDED = 0.6
_CROWDED_KINDS = ("clean", "scan")
_CROWDED_LAYOUTS = ("12x1", "12x1", "12x1", "12x1 Cabrera", "6x2", "6x2+1", "3x4+1")
_CROWDED_GAIN = (0.8, 2.0)
_PACED = 0.3
_OVERSHOOT = 0.5
_FAST, _OF_FAST = (2, 9), 32
"""Seeds, modulo `_OF_FAST`, whose pages are at 50 mm/s: a plain one and a scan."""
_BANDED = 0.5
_SAME_S = 0.1
_SHIFTS_PX = np.arange(-2.0, 2.05, 0.1)
_PHOTO_SHIFTS_PX = np.arange(-8.0, 8.05, 0.25)
_CLOSE_MV = 0.04
_ON_INK = 0.55


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
    kind = _KINDS[seed % len(_KINDS)]
    crowded = kind in _CROWDED_KINDS and rng.random() < _CROWDED
    made, encoded = _picture(_recorded(signals_mv, rng, crowded=crowded), seed, kind, rng, crowded=crowded)
    try:
        page = find_page(Upload("simulated", "", "png", encoded), reading_networks()[0])
    except HeartGuardError:
        return None
    seconds = max(panel.end_s for panel in page.panels)
    if page.layout.name != made.layout.name or abs(seconds - made.style.page_seconds) > _SAME_S:
        return None
    lines = _named(find_lines(page), made.rhythm_leads)
    if not {line.panel.lead for line in lines} <= set(LEADS):
        return None
    offsets: dict[tuple[int, int], tuple[float, float] | None] = {}
    found = []
    for crop in cut_crops(lowered(page.ink), [line.path for line in lines], FINER):
        # a photo's errors differ from crop to crop
        part = (crop.path, 0 if page.bend is None else crop.column)
        if part not in offsets:
            offsets[part] = _offset(page, made.truth, lines[crop.path], crop)
        rows = _true_rows(page, made.truth, lines[crop.path], crop, offsets[part])
        if rows is not None and _share_on_ink(crop.picture[0], rows) > _ON_INK:
            found.append((np.round(255 * crop.picture).astype(np.uint8), rows))
    if not found:
        return None
    return Lessons(*(np.stack(part) for part in zip(*found, strict=True)))


def _recorded(signals_mv: Floats, rng: np.random.Generator, *, crowded: bool) -> Floats:
    """Return what a recorder prints of signals; on a crowded page with higher waves, some of them paced."""
    if crowded and rng.random() < _PACED:
        signals_mv = _paced(signals_mv, rng)
    if rng.random() < _BANDED:
        signals_mv = recorder_band(signals_mv, rng)
    return signals_mv * np.float32(rng.uniform(*_CROWDED_GAIN)) if crowded else signals_mv


def _paced(signals_mv: Floats, rng: np.random.Generator) -> Floats:
    """Add the spikes of a pacemaker, one to three samples wide, each lead with its own height and sign."""
    out = signals_mv.copy()
    heights = (rng.normal(0, 1, len(out)) * rng.uniform(0.3, 2.0)).astype(np.float32)
    shape = np.ones(int(rng.integers(1, 4)), np.float32)
    if rng.random() < _OVERSHOOT:
        shape = np.append(shape, -rng.uniform(0.1, 0.8)).astype(np.float32)
    period = rng.uniform(0.6, 1.1) * SAMPLING_RATE_HZ
    for start in np.arange(rng.uniform(0, period), SAMPLES - len(shape), period).astype(int):
        out[:, start : start + len(shape)] += heights[:, None] * shape
    return out


def _picture(
    signals_mv: Floats, seed: int, kind: str, rng: np.random.Generator, *, crowded: bool
) -> tuple[SimulatedPage, Image]:
    layout = str(rng.choice(_CROWDED_LAYOUTS if crowded else _LAYOUTS))
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
    if seed % _OF_FAST in _FAST:
        style = replace(style, speed_mm_per_s=2 * PAPER_SPEED_MM_PER_S, page_seconds=PAGE_SECONDS / 2)
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


def _offset(page: Page, truth: Floats, line: Line, crop: Crop) -> tuple[float, float] | None:
    """Return how far across and down the truth lies from the plain parts of a line; None where it does not fit them.

    A page is never straightened without any error, which the line network is not to learn. Of a flat page the whole
    line counts, of a photo what is near the crop.
    """
    flat = page.bend is None
    near = np.abs(line.x - crop.column - CROP_COLUMNS / 2) < (page.ink.shape[1] if flat else CROP_COLUMNS)
    shifts = _SHIFTS_PX if flat else _PHOTO_SHIFTS_PX
    fits = [_height(page, line.panel, truth, line.x[near] + shift) - line.y[near] for shift in shifts]
    if min(np.isfinite(fit).sum() for fit in fits) < CROP_COLUMNS:
        return None
    offsets = [float(np.nanmedian(fit)) for fit in fits]
    misfit = [float(np.nanmean(np.abs(fit - off).clip(0, 2.0))) for fit, off in zip(fits, offsets, strict=True)]
    best = int(np.nanargmin(misfit))
    if np.nanmedian(np.abs(fits[best] - offsets[best])) > _CLOSE_MV * page.px_per_mv:
        return None
    return float(shifts[best]), offsets[best]


def _named(lines: Sequence[Line], strips: Sequence[str]) -> list[Line]:
    """Return lines with the rhythm strips named as they were drawn: a page does not know yet which leads they show."""
    names = iter(strips)
    return [replace(line, panel=replace(line.panel, lead=next(names))) if line.panel.rhythm else line for line in lines]


def _share_on_ink(ink: Floats, rows: Floats) -> float:
    """Return how inked a crop is along rows on average, a row up or down: little where they are of another line."""
    near = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    inside = (rows >= 0) & (rows <= CROP_ROWS - 1)
    columns = np.arange(len(rows)) // POINTS
    return float(near[np.round(rows[inside]).astype(int), columns[inside]].mean()) if inside.any() else 0.0


def _true_rows(page: Page, truth: Floats, line: Line, crop: Crop, offset: tuple[float, float] | None) -> Floats | None:
    """Return the true rows of the points of a crop, from its top; None where none is known of those wanted."""
    if offset is None:
        return None
    across, down = offset
    rows = rows_of(_height(page, line.panel, truth, points_x(crop) + across) - down) - crop.row
    return np.asarray(rows, np.float32) if np.isfinite(rows[np.repeat(crop.wanted, POINTS)]).any() else None


def _height(page: Page, panel: Panel, truth: Floats, x: Doubles) -> Doubles:
    """Return the page heights of the true line at page columns; NaN beyond the panel."""
    seconds = panel.start_s + (x - panel.x0) * seconds_per_px(panel)
    time = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    millivolts = np.interp(seconds, time, truth[LEADS.index(panel.lead)])
    millivolts[(seconds < panel.start_s) | (seconds > panel.end_s)] = np.nan
    return np.asarray(panel.baseline_y - (-1 if panel.inverted else 1) * millivolts * page.px_per_mv, np.float64)
