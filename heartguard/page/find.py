"""Upload → Page: straighten, scale, separate the ink, and name the places of the leads.

A page that a rotation and a scale make straight is read as it is; else the grid itself is followed (`photo`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.errors import NotAnEcgError, PageError, TooTiltedError
from heartguard.leads import GAIN_MM_PER_MV, GAINS_MM_PER_MV, PAGE_SECONDS, PAPER_SPEED_MM_PER_S
from heartguard.page.arrange import keep_separators, make_panels, name_mask, settle_rows
from heartguard.page.attached import attached_pulses, find_bars, join_lines, place_by_bars
from heartguard.page.corrections import apply_corrections, by_hand_notes
from heartguard.page.ends import Extent, find_extent, fit_extent
from heartguard.page.grid import PAGE_WIDTH_MM, Grid, find_grid
from heartguard.page.ink import Contrasts, contrasts
from heartguard.page.ink_maps import InkNetwork, close_gaps, load_ink_network
from heartguard.page.marks import Lines, Pulse, find_lines, find_pulses, find_rows, trace_mask, without_specks
from heartguard.page.photo import StraightPhoto, shows_a_desk, straighten_photo
from heartguard.page.recognise import choose_layout
from heartguard.page.speed import read_speed, seconds_shown, speed_notes
from heartguard.page.tilt import MAX_TILT_DEG, estimate_tilt
from heartguard.values import NO_CORRECTIONS, Corrections, Doubles, Floats, Image, Page, ScaleSource, Upload

__all__ = ["PX_PER_MM", "find_page"]

PX_PER_MM = 8.0
"""Scale of every straight page."""

_WORKING_SIDE = 2400
_PAGE_MM = PAGE_SECONDS * PAPER_SPEED_MM_PER_S
_SECONDS_TOLERANCE = 0.07
_MAX_SIDE_MM = 620.0
_GOOD_QUALITY = 0.75
_CLEARLY_BETTER = 0.1
# A photo's quality does not yet tell a bent reading from a true one (docs/digitisation.md): its class stays "not sure".
_PHOTO_QUALITY = 0.45
# Share of the tiles that show a grid which must fit one perspective for a photo to count in full.
_FITTING_SHARE = 0.8
_TRACE_SHARE = 0.4
_PRINT_SHARE = 0.5
_BAR_SHARE = 0.06
_BAR_PX = (7, 25)


@dataclass(frozen=True)
class _Scale:
    px_per_mm_x: float
    px_per_mm_y: float
    source: ScaleSource
    strength: float = 0.0


@dataclass(frozen=True, eq=False)
class _Found:
    """What stands on a straight page of known scale."""

    image: Image
    contrast: Contrasts
    solid: NDArray[np.bool_]
    lines: Lines
    pulses: tuple[Pulse, ...]
    trace: NDArray[np.bool_]
    names: NDArray[np.bool_]
    rows: tuple[float, ...]
    extent: Extent


def find_page(upload: Upload, corrections: Corrections = NO_CORRECTIONS) -> Page:
    """Straighten an upload and find its scale, ink, layout and leads.

    Parameters
    ----------
    upload : Upload
    corrections : Corrections
        What was set by hand.

    Returns
    -------
    Page
        At `PX_PER_MM` pixels per millimetre along both axes.

    Raises
    ------
    NotAnEcgError, TooTiltedError, LayoutError, CorrectionError
        When the picture cannot be understood; the message says what to do.
    """
    given, by_hand = apply_corrections(upload, corrections)
    page = _find(given, corrections)
    if corrections == NO_CORRECTIONS:
        return page
    notes = (*by_hand_notes(corrections), *page.notes)
    return replace(page, upload=upload, to_page=page.to_page @ by_hand, notes=notes)


def _find(upload: Upload, corrections: Corrections) -> Page:
    """Read a page as a flat one, and as a photographed one where that fails or is poor; on a desk, the other way round.

    A flat reading of a photo knows nothing of its perspective, and may think well of itself.
    """
    on_desk = shows_a_desk(upload.image)
    photo = _photo_or_none(upload, corrections) if on_desk else None
    if photo is not None:
        return photo
    try:
        flat = _find_flat(upload, corrections)
    except PageError:
        photo = None if on_desk else _find_photo(upload, corrections)
        if photo is None:
            raise
        return photo
    if on_desk or flat.quality >= _GOOD_QUALITY:
        return flat
    photo = _photo_or_none(upload, corrections)
    return photo if photo is not None and photo.quality > flat.quality + _CLEARLY_BETTER else flat


def _photo_or_none(upload: Upload, corrections: Corrections) -> Page | None:
    try:
        return _find_photo(upload, corrections)
    except PageError:
        return None


def _find_flat(upload: Upload, corrections: Corrections) -> Page:
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
    return _page(upload, found, to_page, scale, tilt, corrections, speed)


def _find_photo(upload: Upload, corrections: Corrections) -> Page | None:
    """Read a photographed page; None without a grid or the network, or at another speed than 25 mm/s."""
    network = load_ink_network()
    if network is None or corrections.speed_mm_per_s not in (None, PAPER_SPEED_MM_PER_S):
        return None
    photo = straighten_photo(upload.image, PX_PER_MM)
    if photo is None:
        return None
    found = _inspect_photo(photo, network)
    scale = _Scale(PX_PER_MM, PX_PER_MM, "grid", photo.strength)
    tilt = float(np.rad2deg(np.arctan2(photo.to_page[0, 1], photo.to_page[0, 0])))
    page = _page(upload, found, photo.to_page, scale, tilt, corrections)
    notes = (*page.notes, "Read as a photo: folds and perspective were undone by following the grid of the paper.")
    fits = min(1.0, photo.share / _FITTING_SHARE)
    quality = min(_PHOTO_QUALITY, round(page.quality * fits, 3))
    return replace(page, bend=photo.bend, quality=quality, notes=notes)


def _page(
    upload: Upload,
    found: _Found,
    to_page: Doubles,
    scale: _Scale,
    tilt: float,
    corrections: Corrections,
    speed: float = PAPER_SPEED_MM_PER_S,
) -> Page:
    marks = (found.lines, found.trace, found.names)
    arranged = choose_layout(found.rows, found.extent, *marks, PX_PER_MM, corrections)
    layout, certainty = arranged.layout, arranged.certainty
    gain, pulse_error = _gain(found.pulses)
    if corrections.gain_mm_per_mv is not None:
        gain, pulse_error = corrections.gain_mm_per_mv, None
    seconds = found.extent.width / (PX_PER_MM * PAPER_SPEED_MM_PER_S)
    shown = seconds_shown(seconds, speed)
    panels = make_panels(layout, arranged.rows, found.extent, ("II", "V1", "V5")[: layout.rhythm_strips], shown)
    return Page(
        upload=upload,
        image=found.image,
        to_page=to_page,
        ink=_soft_ink(found),
        px_per_mm=PX_PER_MM,
        scale_source=scale.source,
        layout=layout,
        panels=panels,
        quality=_quality(scale, certainty, pulse_error, seconds / shown),
        gain_mm_per_mv=gain,
        paper_speed_mm_per_s=speed,
        tilt_deg=tilt,
        notes=(
            *_notes(scale, gain, certainty),
            *speed_notes(seconds, speed, corrections.speed_mm_per_s is not None),
            *arranged.notes,
        ),
    )


def _straighten(image: Image) -> tuple[Doubles, float]:
    """Return the homography from upload to an upright picture of working size, and the tilt undone."""
    height, width = image.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    shrink = np.diag([scale, scale, 1.0])
    tilt = estimate_tilt(contrasts(_warp(image, shrink)).any_channel)
    if abs(tilt) > MAX_TILT_DEG:
        raise TooTiltedError(
            f"The page is rotated by about {abs(tilt):.0f} degrees; up to {MAX_TILT_DEG:.0f} can be straightened. "
            "Rotate the picture, or scan the page flat."
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


def _grid_scale(grid: Grid) -> _Scale:
    return _Scale(grid.px_per_mm_x, grid.px_per_mm_y, "grid", grid.strength)


def _at_speed(scale: _Scale, speed_mm_per_s: float) -> _Scale:
    """Count the paper's millimetres along x as many times as they would be long at 25 mm/s."""
    return replace(scale, px_per_mm_x=scale.px_per_mm_x * speed_mm_per_s / PAPER_SPEED_MM_PER_S)


def _scale_without_grid(seen: Contrasts) -> _Scale:
    """Scale from the calibration pulses (10 mm high), else from the width of the traces (250 mm)."""
    width = seen.ink.shape[1]
    for guess in (width / 280, width / 400, width / 255):
        ink = seen.ink & ~find_lines(seen.ink, seen.every_channel, guess).mask
        px_per_mm = _stacked_pulses(find_pulses(ink, guess), guess)
        if px_per_mm and PAGE_WIDTH_MM[0] < width / px_per_mm < PAGE_WIDTH_MM[1]:
            return _Scale(px_per_mm, px_per_mm, "pulse")
    guess = width / 280
    ink = seen.ink & ~find_lines(seen.ink, seen.every_channel, guess).mask
    trace = trace_mask(ink, guess)
    px_per_mm = find_extent(trace, seen, find_rows(trace, guess), (), guess).width / _PAGE_MM
    return _Scale(px_per_mm, px_per_mm, "layout")


def _stacked_pulses(pulses: tuple[Pulse, ...], guess: float) -> float | None:
    """Scale by two or more pulses of one height above each other, 10 mm each; letters stand beside each other."""
    heights = np.array([pulse.height_mm * guess for pulse in pulses])
    places = np.array([pulse.x0 for pulse in pulses])
    if len(pulses) < 2 or np.ptp(heights) > 0.08 * np.median(heights) or np.ptp(places) > 3 * guess:
        return None
    return float(np.median(heights)) / GAIN_MM_PER_MV


def _settle_scale(image: Image, rotation: Doubles, scale: _Scale) -> tuple[_Found, Doubles, _Scale]:
    """Bring the page to `PX_PER_MM`; a grid read an octave off, or seen where there is none, is put right.

    The judge is the 10 s that a page shows: a scale that makes it longer or shorter gives way to one that does not.
    """
    found, to_page = _examine(image, rotation, scale)
    if scale.source != "grid" or _shows_ten_seconds(found) or read_speed(found.pulses) != PAPER_SPEED_MM_PER_S:
        return found, to_page, scale
    factor = found.extent.width / _PAGE_MM / PX_PER_MM
    octaves = [f for f in (2.0, 0.5) if abs(factor / f - 1) < _SECONDS_TOLERANCE]
    others = [_Scale(scale.px_per_mm_x * f, scale.px_per_mm_y * f, "grid", scale.strength) for f in octaves]
    for other in [*others, *_pulse_scale(found.pulses, scale)]:
        found_so, to_page_so = _examine(image, rotation, other)
        if _shows_ten_seconds(found_so):
            return found_so, to_page_so, other
    return found, to_page, scale


def _shows_ten_seconds(found: _Found) -> bool:
    return abs(found.extent.width / PX_PER_MM / _PAGE_MM - 1) < _SECONDS_TOLERANCE


def _pulse_scale(pulses: tuple[Pulse, ...], scale: _Scale) -> list[_Scale]:
    """Scale by the pulses of a page that was brought to another scale, taking them as 10 mm; none without pulses."""
    if len(pulses) < 2:
        return []
    px_per_mm = scale.px_per_mm_y * float(np.median([pulse.height_mm for pulse in pulses])) / GAIN_MM_PER_MV
    return [_Scale(px_per_mm, px_per_mm, "pulse")]


def _examine(image: Image, rotation: Doubles, scale: _Scale) -> tuple[_Found, Doubles]:
    zoom = np.diag([PX_PER_MM / scale.px_per_mm_x, PX_PER_MM / scale.px_per_mm_y, 1.0])
    homography = zoom @ rotation
    (width, height), shift = _view(image, homography)
    if max(width, height) > _MAX_SIDE_MM * PX_PER_MM or width < 100 * PX_PER_MM:
        raise NotAnEcgError("No ECG page with a readable grid was found. Upload a page that shows a 12-lead ECG.")
    straight = _warp(image, homography)
    return _inspect(straight, contrasts(straight)), shift @ homography


def _inspect(straight: Image, contrast: Contrasts) -> _Found:
    """Find rows, pulses and the ends of the traces."""
    solid = without_specks(contrast.ink, PX_PER_MM)
    lines = find_lines(solid, contrast.every_channel, PX_PER_MM)
    ink = solid & ~lines.mask
    pulses = find_pulses(ink, PX_PER_MM)
    trace = trace_mask(ink, PX_PER_MM)
    rows = find_rows(trace, PX_PER_MM)
    extent = find_extent(trace, contrast, rows, pulses, PX_PER_MM)
    lines = keep_separators(lines, extent, PX_PER_MM)
    ink = solid & ~lines.mask
    trace = trace_mask(ink, PX_PER_MM)
    rows = settle_rows(trace, rows, pulses, extent, PX_PER_MM)
    names = name_mask(ink, trace, PX_PER_MM)
    return _Found(straight, contrast, solid, lines, pulses, trace, names, rows, fit_extent(extent, lines, PX_PER_MM))


def _inspect_photo(photo: StraightPhoto, network: InkNetwork) -> _Found:
    """Find rows, pulses and the ends of the traces on what the network took apart."""
    maps = network.maps(photo.image, photo.paper)
    soft = close_gaps(maps.trace)
    other = without_specks(maps.print > _PRINT_SHARE, PX_PER_MM)
    lines = find_lines(other, maps.print * 100, PX_PER_MM)
    other &= ~lines.mask
    # A bar that crosses the trace is seen as both; the merged strokes of a narrow QRS are as thick, but no print.
    partly = cv2.blur(maps.print, _BAR_PX) > _BAR_SHARE
    pulses = find_pulses(other, PX_PER_MM)
    for pulse in pulses:
        partly[:, max(0, round(pulse.x0) - _BAR_PX[0]) : round(pulse.x1) + _BAR_PX[0]] = False
    bars = find_bars((soft + maps.print > _TRACE_SHARE) & partly, PX_PER_MM)
    soft[bars.mask] = 0
    contrast = Contrasts(maps.trace * 100, soft * 100, soft > _TRACE_SHARE, 100.0)
    solid = without_specks(contrast.ink, PX_PER_MM)
    trace = trace_mask(solid, PX_PER_MM)
    rows = find_rows(trace, PX_PER_MM)
    if len(pulses) < 2:
        pulses = attached_pulses(solid | other, np.maximum(soft, maps.print), rows, PX_PER_MM)
    extent = place_by_bars(find_extent(trace, contrast, rows, (), PX_PER_MM), bars, True, PX_PER_MM)
    lines = keep_separators(join_lines(lines, bars), extent, PX_PER_MM)
    rows = settle_rows(trace, rows, pulses, extent, PX_PER_MM)
    names = name_mask(other, np.zeros_like(other), PX_PER_MM)
    if not bars.vertical_x:
        extent = fit_extent(extent, lines, PX_PER_MM)
    return _Found(photo.image, contrast, solid, lines, pulses, trace, names, rows, _of_ten_seconds(extent))


def _of_ten_seconds(extent: Extent) -> Extent:
    """Keep the paper's own time on a photo: ends that were found within a few per cent of 10 s are 10 s apart."""
    middle, half = (extent.x0 + extent.x1) / 2, _PAGE_MM * PX_PER_MM / 2
    if abs(extent.width / (2 * half) - 1) > _SECONDS_TOLERANCE:
        return extent
    return Extent(middle - half, middle + half)


def _soft_ink(found: _Found) -> Floats:
    """Ink from 0 to 1 with its soft edges, without ruled lines and free-standing print."""
    ink = found.contrast.soft_ink
    print_ = cv2.dilate(found.names.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    near = cv2.dilate(found.solid.astype(np.uint8), np.ones((5, 3), np.uint8)).astype(bool)
    ink[~near | found.lines.mask | (print_ & ~found.trace)] = 0
    return ink


def _gain(pulses: tuple[Pulse, ...]) -> tuple[float, float | None]:
    """Gain in mm/mV that the pulses show, and how far they are from it (relative)."""
    if len(pulses) < 2:
        return GAIN_MM_PER_MV, None
    height = float(np.median([pulse.height_mm for pulse in pulses]))
    gain = min(GAINS_MM_PER_MV, key=lambda g: abs(np.log(height / g)))
    error = abs(height / gain - 1)
    return (gain, error) if error < 0.12 else (GAIN_MM_PER_MV, error)


def _quality(scale: _Scale, certainty: float, pulse_error: float | None, length: float) -> float:
    by_source = {"grid": min(1.0, 0.7 + 0.03 * scale.strength), "pulse": 0.8, "layout": 0.5}[scale.source]
    by_pulse = 0.9 if pulse_error is None else float(np.clip(1.1 - 3 * pulse_error, 0.3, 1))
    by_time = float(np.clip(1.2 - 5 * abs(length - 1), 0.2, 1))
    return round(by_source * by_pulse * by_time * (0.5 + 0.5 * certainty), 3)


def _notes(scale: _Scale, gain: float, certainty: float) -> tuple[str, ...]:
    notes = []
    if scale.source == "pulse":
        notes.append("No grid was found; the scale was taken from the calibration pulses (10 mm for 1 mV).")
    if scale.source == "layout":
        notes.append(
            "Neither a grid nor calibration pulses were found; the scale assumes that the traces span 10 s at 25 mm/s, "
            "and 10 mm/mV. Do not rely on amplitudes or intervals."
        )
    if gain != GAIN_MM_PER_MV:
        notes.append(f"The calibration pulses show a gain of {gain:.0f} mm/mV, not the usual 10.")
    if certainty < 0.7:
        notes.append("The arrangement of the leads is a guess; check the lead names on the overlay.")
    return tuple(notes)
