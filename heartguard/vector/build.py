"""Page and Ecg from leads that are lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

from heartguard.arrays import Doubles, Floats
from heartguard.in_turn import on_rows_in_turn
from heartguard.intake.limits import WORKING_PIXELS
from heartguard.leads import (
    LEAD_INDEX,
    LEADS,
    LIMB_LEADS,
    PAGE_SECONDS,
    SAMPLING_RATE_HZ,
    TIME_TOLERANCE,
    axis_samples,
    is_row_name,
)
from heartguard.strip_scale import on_own_scale
from heartguard.values import Ecg, Page, Panel, ScaleSource, Segment, Upload
from heartguard.vector.arrange import Cell
from heartguard.vector.checks import LAWFUL, columns_together, drawn_inverted, law_ratio, quality_of
from heartguard.vector.contents import Contents
from heartguard.vector.grid import Grid
from heartguard.vector.place import Placed, arrangement, place_cells
from heartguard.vector.scale import Scale, gain_of
from heartguard.warning import Warning, caution, note

__all__ = ["build_ecg"]

PX_PER_MM = 8.0
"""Scale of the page, as that of pages that are read as pictures."""

_SUBPIXEL_BITS = 4
"""Lines are drawn into the ink to a sixteenth of a pixel."""

_END_S = 0.001
"""Half a sample: what digits of a file cut off at the ends of a lead."""


def build_ecg(
    upload: Upload, contents: Contents, cells: Sequence[Cell], scale: Scale, paper: tuple[Grid, ScaleSource]
) -> Ecg:
    """Return the Ecg of leads that were found as lines, with its page.

    Parameters
    ----------
    upload : Upload
        The page as a picture.
    contents : Contents
    cells : sequence of Cell
        In true millimetres.
    scale : Scale
    paper : (Grid, {"grid", "pulse"})
        True millimetres for one of the page, and what shows them.

    Raises
    ------
    NotArrangedError
        Where a lead is shown twice.
    """
    placed, signals = _in_time(cells, scale)
    flipped = drawn_inverted(signals, placed)
    if flipped:
        placed = tuple(replace(one, inverted=True) if one.lead == "aVR" else one for one in placed)
        signals = {lead: -signal if lead == "aVR" else signal for lead, signal in signals.items()}
    law = law_ratio(signals, placed)
    doubtful = any(gain_of(one.cell, scale)[1] for one in placed)
    named = any(one.cell.name for one in placed)
    assumed = scale.speed_assumed or scale.gain_assumed or doubtful
    quality = quality_of(law, named=named, assumed=assumed)
    by_lines = note("page.vector", "The traces were read from the lines of the PDF itself, not from a picture of it.")
    on_scale, on_names = _on_scale(scale, paper[1], doubtful), _on_names(placed, law, flipped)
    page = _page(upload, contents, placed, scale, paper, quality)
    on_length = on_rows_in_turn(page.layout, page.panels) or _on_length(placed)
    warnings = (*on_scale, *_on_strips(placed), *on_names, *on_length, by_lines)
    of_chest = quality_of(None if law is None else 0.0, named=named, assumed=assumed)
    return _ecg(replace(page, warnings=warnings), placed, signals, of_chest)


def _in_time(cells: Sequence[Cell], scale: Scale) -> tuple[tuple[Placed, ...], dict[str, Floats]]:
    """Return the leads with their seconds, and their signals."""
    speed = scale.speed_mm_per_s
    placed = place_cells(cells, speed, same_seconds=True)
    if columns_together(together := _signals(placed, scale), placed):
        return placed, together
    placed = place_cells(cells, speed)
    return placed, _signals(placed, scale)


def _signals(placed: Sequence[Placed], scale: Scale) -> dict[str, Floats]:
    """Return the signal of each lead, mV; that of a strip where there is one, else of its column."""
    signals: dict[str, Floats] = {}
    time = np.arange(axis_samples(_longest(placed))) / SAMPLING_RATE_HZ
    for one in placed:
        signal = _sampled(one, gain_of(one.cell, scale)[0], time)
        if one.lead in signals:
            signal = np.asarray(np.where(np.isfinite(signal), signal, signals[one.lead]), np.float32)
        signals[one.lead] = signal
    return signals


def _sampled(one: Placed, gain: float, time: Doubles) -> Floats:
    """Return one lead at the times of an axis, above its median; NaN where it is not shown."""
    seconds, above = _curve(one)
    # Programs leave out the samples that the pen hides: between those left the curve bends, without new extremes.
    height = PchipInterpolator(seconds, above / gain)(np.clip(time, seconds[0], seconds[-1]))
    shown = (time > seconds[0] - _END_S) & (time < seconds[-1] + _END_S)
    if not shown.any():
        return np.full(len(time), np.nan, np.float32)
    signal = np.where(shown, height - np.median(height[shown]), np.nan)
    return np.asarray(-signal if one.inverted else signal, np.float32)


def _curve(one: Placed) -> tuple[Doubles, Doubles]:
    """Return the points of a trace at rising times, mm above its baseline; of several at one time the furthest."""
    seconds, above = np.maximum.accumulate(one.seconds), one.cell.trace.baseline - one.cell.trace.points[:, 1]
    furthest_first = np.lexsort((-np.abs(above), seconds))
    times, first = np.unique(seconds[furthest_first], return_index=True)
    return times, np.asarray(above[furthest_first][first], np.float64)


def _page(
    upload: Upload,
    contents: Contents,
    placed: Sequence[Placed],
    scale: Scale,
    paper: tuple[Grid, ScaleSource],
    quality: float,
) -> Page:
    grid, source = paper
    width, height = contents.width * grid.x, contents.height * grid.y
    px_per_mm = min(PX_PER_MM, float(np.sqrt(WORKING_PIXELS / (width * height))))
    size = (round(width * px_per_mm), round(height * px_per_mm))
    rows, columns = upload.image.shape[:2]
    x, y = size[0] / columns, size[1] / rows
    # The centre of the first pixel is the origin of both pictures.
    to_page = np.array([(x, 0.0, (x - 1) / 2), (0.0, y, (y - 1) / 2), (0.0, 0.0, 1.0)])
    return Page(
        upload=upload,
        image=cv2.resize(upload.image, size, interpolation=cv2.INTER_AREA if x < 1 else cv2.INTER_LINEAR),
        to_page=to_page,
        ink=_ink(placed, size, px_per_mm),
        px_per_mm=px_per_mm,
        scale_source=source,
        layout=arrangement(placed),
        panels=tuple(_panel(one, px_per_mm) for one in placed),
        quality=quality,
        speed_mm_per_s=scale.speed_mm_per_s,
        gain_mm_per_mv=gain_of(placed[0].cell, scale)[0],
        paper_speed_mm_per_s=scale.speed_mm_per_s,
    )


def _pixels(one: Placed, px_per_mm: float) -> Doubles:
    return np.asarray(one.cell.trace.points * px_per_mm - 0.5, np.float64)


def _ink(placed: Sequence[Placed], size: tuple[int, int], px_per_mm: float) -> Floats:
    ink = np.zeros(size[::-1], np.uint8)
    for one in placed:
        points = np.round(_pixels(one, px_per_mm) * 2**_SUBPIXEL_BITS).astype(np.int32)
        pen = max(1, round(one.cell.trace.pen_mm * px_per_mm))
        cv2.polylines(ink, [points], False, 255, pen, cv2.LINE_AA, _SUBPIXEL_BITS)
    return np.asarray(ink / 255, np.float32)


def _panel(one: Placed, px_per_mm: float) -> Panel:
    trace = one.cell.trace
    x0, x1, y = (place * px_per_mm - 0.5 for place in (trace.x0, trace.x1, trace.baseline))
    end_s = float(one.seconds[-1])
    cell = one.cell
    gain = _own_gain(cell)
    return Panel(one.lead, cell.row, x0, x1, y, one.start_s, end_s, one.rhythm, one.inverted, gain, cell.by_hand)


def _ecg(page: Page, placed: Sequence[Placed], signals: dict[str, Floats], of_chest: float) -> Ecg:
    """Return the Ecg; the chest leads have a quality of their own, as the equations are about the limb leads."""
    of_twelve = np.full((len(LEADS), page.samples), np.nan, np.float32)
    quality = np.zeros(len(LEADS), np.float32)
    for lead in LEADS:
        if lead in signals:
            of_twelve[LEAD_INDEX[lead]] = signals[lead]
            quality[LEAD_INDEX[lead]] = page.quality if lead in LIMB_LEADS else of_chest
    strips = [one.lead for one in placed if one.rhythm and one.lead in LEAD_INDEX]
    return Ecg(
        of_twelve,
        quality,
        strips[0] if strips else None,
        tuple(_segment(panel, _pixels(one, page.px_per_mm)) for panel, one in zip(page.panels, placed, strict=True)),
        page,
        others={lead: signal for lead, signal in signals.items() if lead not in LEAD_INDEX},
    )


def _segment(panel: Panel, points: Doubles) -> Segment:
    x0 = int(np.ceil(panel.x0))
    columns = np.arange(x0, int(np.floor(panel.x1)) + 1)
    y = np.interp(columns, np.maximum.accumulate(points[:, 0]), points[:, 1])
    return Segment(panel, y.astype(np.float32), x0, 1.0)


def _on_scale(scale: Scale, source: ScaleSource, doubtful: bool) -> list[Warning]:
    found = []
    if source == "pulse":
        text = "No grid was found; the scale was taken from the calibration pulse and the printed gain."
        found.append(note("scale.grid", text))
    if scale.speed_assumed:
        text = f"No paper speed is printed; {scale.speed_mm_per_s:g} mm/s was assumed. Check the rate."
        found.append(caution("scale.speed", text))
    if scale.gain_assumed:
        text = f"No gain is printed; {scale.gains.limb:g} mm/mV was assumed. Check the amplitudes."
        found.append(caution("scale.gain", text))
    if doubtful:
        text = (
            f"The printed gain ({scale.gains.limb:g} mm/mV, chest leads {scale.gains.chest:g}) differs from the "
            "calibration pulses, which were believed. Check the amplitudes, and set the gain by hand."
        )
        found.append(caution("scale.gain", text))
    return found


def _on_strips(placed: Sequence[Placed]) -> list[Warning]:
    strips = enumerate((one for one in placed if one.rhythm), 1)
    return [said for number, one in strips for said in on_own_scale(number, one.cell.speed, _own_gain(one.cell))]


def _own_gain(cell: Cell) -> float | None:
    return None if cell.gains is None else cell.gains.of(cell.name or "")


def _on_names(placed: Sequence[Placed], law: float | None, flipped: bool) -> list[Warning]:
    found = []
    unnamed = list(dict.fromkeys(one.lead for one in placed if is_row_name(one.lead)))
    if unnamed:
        text = f"No lead name is printed beside {', '.join(unnamed)}, counted from the top. Compare with the page."
        found.append(caution("names.unnamed", text))
    if flipped:
        text = "The lead named aVR is drawn upside down, as -aVR: by the other limb leads. It was turned back."
        found.append(note("names.inverted", text))
    if law is not None and law > LAWFUL:
        text = (
            "The limb leads do not fit each other under their printed names (II should be I + III, and aVR + aVL + aVF "
            "zero). Electrodes may have been exchanged, or names be wrong: compare the traces with the page."
        )
        found.append(caution("names.limb_leads", text))
    return found


def _on_length(placed: Sequence[Placed]) -> tuple[Warning, ...]:
    longest = _longest(placed)
    if longest < PAGE_SECONDS * (1 + TIME_TOLERANCE):
        return ()
    text = f"The page shows {longest:.0f} s, and all were read. A class is told from the first {PAGE_SECONDS:g}."
    return (note("layout.length", text),)


def _longest(placed: Sequence[Placed]) -> float:
    """Return the last second that is shown."""
    return max(float(one.seconds[-1]) for one in placed)
