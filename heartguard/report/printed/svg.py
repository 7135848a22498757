"""One sheet of ECG paper as SVG, its size in millimetres: true to scale where the browser prints at 100 %."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise

from heartguard.arrays import Doubles
from heartguard.report.printed.colours import FINE_GRID, FRAME, GRID, INK, NAMES, WAVES
from heartguard.report.printed.sheet import HEIGHT_MM, LANE_MM, WIDTH_MM, Sheet

__all__ = ["to_svg"]

_PAPER_MM = HEIGHT_MM - LANE_MM
"""Height of the paper above the lane of the beats."""


def to_svg(sheet: Sheet, title: str) -> str:
    """Return a sheet as SVG.

    Parameters
    ----------
    sheet : Sheet
    title : str
        What it shows, for those who cannot see it.
    """
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" '
        f'viewBox="0 0 {WIDTH_MM:g} {HEIGHT_MM:g}" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        _grid(1.0, FINE_GRID, 0.06),
        _grid(5.0, GRID, 0.14),
        _lines(sheet.separators, 0.14),
        _lines(sheet.pulses, 0.25),
        # A trace that leaves the paper is cut at its edge.
        f'<svg width="{WIDTH_MM:g}" height="{_PAPER_MM:g}">{_lines(sheet.traces, 0.25)}</svg>',
        *(_text(name.x, name.y, name.text, 3.0, NAMES, "bold", rim=True) for name in sheet.names),
        *_lane(sheet),
        "</svg>",
    )
    return "".join(parts)


def _grid(step_mm: float, colour: str, width_mm: float) -> str:
    """Return the lines of a grid as one path."""
    upright = (f"M{at * step_mm:g} 0V{_PAPER_MM:g}" for at in range(int(WIDTH_MM / step_mm) + 1))
    level = (f"M0 {at * step_mm:g}H{WIDTH_MM:g}" for at in range(int(_PAPER_MM / step_mm) + 1))
    path = "".join((*upright, *level))
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width_mm}"/>'


def _lines(lines: Iterable[Doubles], width_mm: float) -> str:
    points = (" ".join(f"{x:.2f},{y:.2f}" for x, y in line) for line in lines)
    shapes = "".join(f'<polyline points="{one}"/>' for one in points)
    look = f'fill="none" stroke="{INK}" stroke-width="{width_mm}" stroke-linejoin="round"'
    return f"<g {look}>{shapes}</g>"


def _text(x: float, y: float, text: str, size: float, colour: str, weight: str = "normal", *, rim: bool = False) -> str:
    look = ' stroke="#fff" stroke-width="0.6" paint-order="stroke"' if rim else ""
    place = f'x="{x:.2f}" y="{y:.2f}" font-size="{size}" fill="{colour}" font-weight="{weight}"'
    return f"<text {place}{look}>{escape(text)}</text>"


def _lane(sheet: Sheet) -> Iterator[str]:
    """Yield bars for the waves, the RR intervals between the beats, and letters at unusual beats."""
    yield f'<rect x="0" y="{_PAPER_MM:g}" width="{WIDTH_MM:g}" height="{LANE_MM:g}" fill="#fff" stroke="{FRAME}" '
    yield 'stroke-width="0.14"/>'
    for bar in sheet.bars:
        yield f'<rect x="{bar.x0:.2f}" y="{_PAPER_MM + 1.7:.2f}" width="{bar.x1 - bar.x0:.2f}" height="1.4" '
        yield f'fill="{WAVES[bar.wave]}"/>'
    for name, x in zip(WAVES, (0.8, 2.6, 7.4), strict=True):
        yield _text(x, _PAPER_MM + 3.0, name, 2.0, WAVES[name], "bold")
    yield _text(0.8, _PAPER_MM + 7.8, "RR ms", 2.0, INK)
    for before, beat in pairwise(sheet.beats):
        if beat.rr_ms is not None:
            middle = f'x="{(before.x + beat.x) / 2:.2f}" y="{_PAPER_MM + 8.0:.2f}" text-anchor="middle"'
            yield f'<text {middle} font-size="2.3" fill="{INK}">{beat.rr_ms}</text>'
    for beat in sheet.beats:
        tick = f"M{beat.x:.2f} {_PAPER_MM + 5.6:.2f}v3.4"
        yield f'<path d="{tick}" stroke="{INK}" stroke-width="0.14"/>'
        yield _text(beat.x + 0.5, _PAPER_MM + 6.2, beat.kind, 2.1, NAMES, "bold") if beat.kind else ""
