"""Upload → Page for pages that a rotation and a scale make straight: scans, prints and screenshots."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from heartguard.arrays import Doubles, Image
from heartguard.errors import NotAnEcgError, TooTiltedError
from heartguard.leads import GAIN_MM_PER_MV, PAPER_SPEED_MM_PER_S, TIME_TOLERANCE
from heartguard.page.arrange import keep_separators, name_mask, settle_rows
from heartguard.page.ends import find_extent, fit_extent
from heartguard.page.grid import PAGE_WIDTH_MM, Grid, find_grid
from heartguard.page.ink import Contrasts, contrasts
from heartguard.page.make import PAGE_MM, PX_PER_MM, Found, Scale, make_page
from heartguard.page.marks import Pulse, find_lines, find_pulses, find_rows, trace_mask, without_specks
from heartguard.page.speed import read_speed
from heartguard.page.tilt import MAX_TILT_DEG, estimate_tilt
from heartguard.values import Corrections, Page, Upload

__all__ = ["find_flat"]

_WORKING_SIDE = 2400
_MAX_SIDE_MM = 620.0


def find_flat(upload: Upload, corrections: Corrections) -> Page:
    """Read a page that a homography makes straight: scans, prints and screenshots."""
    rotation, tilt = _straighten(upload.image)
    working = _warp(upload.image, rotation)
    seen = contrasts(working)
    grid = find_grid(seen.any_channel, seen.ink)
    scale = _grid_scale(grid) if grid else _scale_without_grid(seen)
    speed = corrections.speed_mm_per_s
    if speed is None:
        found, to_page, scale = _settle_scale(upload.image, rotation, scale)
        speed = read_speed(found.pulses) if scale.source == "grid" else PAPER_SPEED_MM_PER_S
    if speed != PAPER_SPEED_MM_PER_S or corrections.speed_mm_per_s is not None:
        found, to_page = _examine(upload.image, rotation, _at_speed(scale, speed))
    return make_page(upload, found, to_page, scale, tilt, corrections, speed)


def _straighten(image: Image) -> tuple[Doubles, float]:
    """Return the homography from upload to an upright picture of working size, and the tilt undone."""
    height, width = image.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    shrink = np.diag([scale, scale, 1.0])
    tilt = estimate_tilt(contrasts(_warp(image, shrink)).any_channel)
    if abs(tilt) > MAX_TILT_DEG:
        raise TooTiltedError(
            f"The page is rotated by about {abs(tilt):.0f} degrees; up to {MAX_TILT_DEG:.0f} can be straightened. "
            "Rotate the picture until the page is upright, and open that."
        )
    if abs(tilt) < 0.03:
        return shrink, 0.0
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D((width * scale / 2, height * scale / 2), tilt, 1.0)
    return turn @ shrink, tilt


def _warp(image: Image, homography: Doubles) -> Image:
    """Apply a homography, keep all of the picture in view, and fill the outside with paper white."""
    size, shift = _view(image, homography)
    flags = cv2.INTER_AREA if np.hypot(*homography[:2, 0]) < 0.7 else cv2.INTER_CUBIC
    if np.allclose(homography, np.diag(np.diag(homography))):
        if np.allclose(np.diag(homography), 1):
            return image
        resized: Image = cv2.resize(image, size, interpolation=flags)
        return resized
    warped: Image = cv2.warpPerspective(
        image, shift @ homography, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return warped


def _view(image: Image, homography: Doubles) -> tuple[tuple[int, int], Doubles]:
    """Size of the transformed picture and the shift that brings it into view."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], float) @ homography.T
    points = corners[:, :2] / corners[:, 2:]
    low, high = points.min(axis=0), points.max(axis=0)
    shift = np.eye(3)
    shift[:2, 2] = -low
    return (max(1, round(float(high[0] - low[0]))), max(1, round(float(high[1] - low[1])))), shift


def _grid_scale(grid: Grid) -> Scale:
    return Scale(grid.px_per_mm_x, grid.px_per_mm_y, "grid", grid.strength)


def _at_speed(scale: Scale, speed_mm_per_s: float) -> Scale:
    """Count the paper's millimetres along x as many times as they would be long at 25 mm/s."""
    return replace(scale, px_per_mm_x=scale.px_per_mm_x * speed_mm_per_s / PAPER_SPEED_MM_PER_S)


def _scale_without_grid(seen: Contrasts) -> Scale:
    """Scale from the calibration pulses (10 mm high), else from the width of the traces (250 mm)."""
    width = seen.ink.shape[1]
    for guess in (width / 280, width / 400, width / 255):
        ink = seen.ink & ~find_lines(seen.ink, seen.every_channel, guess).mask
        px_per_mm = _stacked_pulses(find_pulses(ink, guess), guess)
        if px_per_mm and PAGE_WIDTH_MM[0] < width / px_per_mm < PAGE_WIDTH_MM[1]:
            return Scale(px_per_mm, px_per_mm, "pulse")
    guess = width / 280
    ink = seen.ink & ~find_lines(seen.ink, seen.every_channel, guess).mask
    trace = trace_mask(ink, guess)
    px_per_mm = find_extent(trace, seen, find_rows(trace, guess), (), guess).width / PAGE_MM
    return Scale(px_per_mm, px_per_mm, "layout")


def _stacked_pulses(pulses: tuple[Pulse, ...], guess: float) -> float | None:
    """Scale by two or more pulses of one height above each other, 10 mm each; letters stand beside each other."""
    heights = np.array([pulse.height_mm * guess for pulse in pulses])
    places = np.array([pulse.x0 for pulse in pulses])
    if len(pulses) < 2 or np.ptp(heights) > 0.08 * np.median(heights) or np.ptp(places) > 3 * guess:
        return None
    return float(np.median(heights)) / GAIN_MM_PER_MV


def _settle_scale(image: Image, rotation: Doubles, scale: Scale) -> tuple[Found, Doubles, Scale]:
    """Bring the page to `PX_PER_MM`; a grid read an octave off, or seen where there is none, is put right.

    The judge is the 10 s that a page shows: a scale that makes it longer or shorter gives way to one that does not.
    """
    found, to_page = _examine(image, rotation, scale)
    if scale.source != "grid" or _shows_ten_seconds(found) or read_speed(found.pulses) != PAPER_SPEED_MM_PER_S:
        return found, to_page, scale
    factor = found.extent.width / PAGE_MM / PX_PER_MM
    octaves = [f for f in (2.0, 0.5) if abs(factor / f - 1) < TIME_TOLERANCE]
    others = [Scale(scale.px_per_mm_x * f, scale.px_per_mm_y * f, "grid", scale.strength) for f in octaves]
    for other in [*others, *_pulse_scale(found.pulses, scale)]:
        found_so, to_page_so = _examine(image, rotation, other)
        if _shows_ten_seconds(found_so):
            return found_so, to_page_so, other
    return found, to_page, scale


def _shows_ten_seconds(found: Found) -> bool:
    return abs(found.extent.width / PX_PER_MM / PAGE_MM - 1) < TIME_TOLERANCE


def _pulse_scale(pulses: tuple[Pulse, ...], scale: Scale) -> list[Scale]:
    """Scale by the pulses of a page that was brought to another scale, taking them as 10 mm; none without pulses."""
    if len(pulses) < 2:
        return []
    px_per_mm = scale.px_per_mm_y * float(np.median([pulse.height_mm for pulse in pulses])) / GAIN_MM_PER_MV
    return [Scale(px_per_mm, px_per_mm, "pulse")]


def _examine(image: Image, rotation: Doubles, scale: Scale) -> tuple[Found, Doubles]:
    zoom = np.diag([PX_PER_MM / scale.px_per_mm_x, PX_PER_MM / scale.px_per_mm_y, 1.0])
    homography = zoom @ rotation
    (width, height), shift = _view(image, homography)
    if max(width, height) > _MAX_SIDE_MM * PX_PER_MM or width < 100 * PX_PER_MM:
        raise NotAnEcgError("No ECG page with a readable grid was found. Open a page that shows a 12-lead ECG.")
    straight = _warp(image, homography)
    return _inspect(straight, contrasts(straight)), shift @ homography


def _inspect(straight: Image, contrast: Contrasts) -> Found:
    """Find rows, pulses and the ends of the traces."""
    solid = without_specks(contrast.ink, PX_PER_MM)
    lines = find_lines(solid, contrast.every_channel, PX_PER_MM)
    ink = solid & ~lines.mask
    pulses = find_pulses(ink, PX_PER_MM)
    trace = trace_mask(ink, PX_PER_MM)
    rows = find_rows(trace, PX_PER_MM)
    extent = find_extent(trace, contrast, rows, pulses, PX_PER_MM, exact=True)
    lines = keep_separators(lines, extent, PX_PER_MM)
    ink = solid & ~lines.mask
    trace = trace_mask(ink, PX_PER_MM)
    rows = settle_rows(trace, rows, pulses, extent, PX_PER_MM)
    names = name_mask(ink, trace, PX_PER_MM)
    return Found(straight, contrast, solid, lines, pulses, trace, names, rows, fit_extent(extent, lines, PX_PER_MM))
