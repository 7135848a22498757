"""Upload → Page for photographed pages: straightened by their grid, their ink taken apart by the network."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from heartguard.arrays import Image
from heartguard.leads import PAPER_SPEED_MM_PER_S, TIME_TOLERANCE
from heartguard.page.arrange import keep_separators, name_mask, settle_rows
from heartguard.page.attached import attached_pulses, find_bars, join_lines, place_by_bars
from heartguard.page.bend import NODE_MM, invert
from heartguard.page.ends import Extent, find_extent, fit_extent
from heartguard.page.fine_lines import follow_fine_lines, moved_back
from heartguard.page.ink import Contrasts
from heartguard.page.ink_maps import InkMaps, InkNetwork, close_gaps
from heartguard.page.make import PAGE_MM, PX_PER_MM, Found, Scale, make_page
from heartguard.page.marks import find_lines, find_pulses, find_rows, trace_mask, without_specks
from heartguard.page.photo import StraightPhoto, settle_photo, straighten_photo
from heartguard.values import Corrections, Page, Upload
from heartguard.warning import note

__all__ = ["find_photo"]

# Lines of the grid that stand further from their places than this, mm, and the share of such lines that costs all.
_OFF_MM, _OFF_SHARE = 0.15, 0.08
# Share of the tiles that show a grid which must fit one perspective for a photo to count in full.
_FITTING_SHARE = 0.8
_TRACE_SHARE = 0.4
_PRINT_SHARE = 0.5
_BAR_SHARE = 0.06
_BAR_PX = (7, 25)


def find_photo(upload: Upload, network: InkNetwork | None, corrections: Corrections) -> Page | None:
    """Read a photographed page; None without a grid or the network, or at another speed than 25 mm/s."""
    if network is None or corrections.speed_mm_per_s not in (None, PAPER_SPEED_MM_PER_S):
        return None
    photo = straighten_photo(upload.image, PX_PER_MM)
    if photo is None:
        return None
    photo, maps, off = _settled(upload.image, photo, network.maps(photo.image, photo.paper))
    found = _inspect_photo(photo, maps)
    scale = Scale(PX_PER_MM, PX_PER_MM, "grid", photo.strength)
    tilt = float(np.rad2deg(np.arctan2(photo.to_page[0, 1], photo.to_page[0, 0])))
    page = make_page(upload, found, photo.to_page, scale, tilt, corrections)
    text = "Read as a photo: folds and perspective were undone by following the grid of the paper."
    warnings = (*page.warnings, note("page.photo", text))
    fits = min(1.0, photo.share / _FITTING_SHARE) * max(0.0, 1 - off / _OFF_SHARE)
    quality = round(page.quality * fits, 3)
    return replace(page, bend=photo.bend, quality=quality, warnings=warnings)


def _settled(image: Image, photo: StraightPhoto, maps: InkMaps) -> tuple[StraightPhoto, InkMaps, float]:
    """Follow the grid's lines once more, now that the ink beside them is known; also return the share of bent ones."""
    lines = follow_fine_lines(photo.image, np.maximum(maps.trace, maps.print), PX_PER_MM)
    back = np.asarray(invert(lines.shift) * PX_PER_MM, np.float32)
    moved = (moved_back(part, back, NODE_MM * PX_PER_MM).clip(0, 1) for part in (maps.trace, maps.print))
    seen = lines.left_mm[np.isfinite(lines.left_mm)]
    off = float((seen > _OFF_MM).mean()) if seen.size else 1.0
    return settle_photo(image, photo, lines.shift, PX_PER_MM), InkMaps(*moved), off


def _inspect_photo(photo: StraightPhoto, maps: InkMaps) -> Found:
    """Find rows, pulses and the ends of the traces on what the network took apart."""
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
    return Found(photo.image, contrast, solid, lines, pulses, trace, names, rows, _of_ten_seconds(extent))


def _of_ten_seconds(extent: Extent) -> Extent:
    """Keep the paper's own time on a photo: ends that were found within a few per cent of 10 s are 10 s apart."""
    middle, half = (extent.x0 + extent.x1) / 2, PAGE_MM * PX_PER_MM / 2
    if abs(extent.width / (2 * half) - 1) > TIME_TOLERANCE:
        return extent
    return Extent(middle - half, middle + half)
