"""The lines and words of a PDF page, in millimetres as the page is shown."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref, c_double, c_float, c_int, c_uint
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from heartguard.arrays import Doubles
from heartguard.vector.words import Character, Word, words_of

__all__ = ["MM_PER_POINT", "Contents", "Path", "page_contents"]

MM_PER_POINT = 25.4 / 72
"""A point is 1/72 inch."""

_MOST_OBJECTS = 60_000
"""Paths that are looked at: a page of twelve leads with a path for every sample; more would take over a second."""

_MOST_POINTS = 400_000
"""Points that are looked at: sixteen leads of 10 s at 2000 Hz, and a grid of dots."""

_MOST_CHARACTERS = 20_000
"""More than any report has on one page."""

_CURVE = np.linspace(0, 1, 9)[1:, None]
"""Where a Bézier curve is sampled."""

_FINER = 1000
"""Device units per point when PDFium is asked for the place of a point, which it rounds to whole units."""


@dataclass(frozen=True, eq=False)
class Path:
    """One connected line.

    Attributes
    ----------
    points : ndarray, shape (n, 2), mm
        From the left upper corner of the page, y down.
    closed, filled, stroked : bool
    style : tuple of float
        Red, green, blue and opacity of the stroke, or of the filling where there is no stroke, and the width in mm.
    """

    points: Doubles
    closed: bool
    filled: bool
    stroked: bool
    style: tuple[float, ...]

    @property
    def size(self) -> Doubles:
        """Width and height, mm."""
        return np.asarray(np.ptp(self.points, axis=0), np.float64)


@dataclass(frozen=True, eq=False)
class Contents:
    """What a page of a PDF is made of.

    Attributes
    ----------
    width, height : float, mm
    paths : tuple of Path
        In the order in which they are drawn.
    words : tuple of Word
    picture_share : float
        How much of the page its pictures cover, 0 to 1.
    """

    width: float
    height: float
    paths: tuple[Path, ...]
    words: tuple[Word, ...]
    picture_share: float


def page_contents(leaf: Any) -> Contents | None:
    """Return the lines and words of a page; None where it has more of them than a page of an ECG.

    Must run inside `heartguard.intake.guard.decoding`.

    Parameters
    ----------
    leaf : pypdfium2.PdfPage
    """
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH

    to_mm = _to_millimetres(leaf)
    width, height = (side * MM_PER_POINT for side in leaf.get_size())
    paths: list[Path] = []
    points, pictures = 0, 0.0
    objects = leaf.get_objects(filter=(FPDF_PAGEOBJ_PATH, FPDF_PAGEOBJ_IMAGE))
    for number, item in enumerate(islice(objects, _MOST_OBJECTS + 1)):
        matrix = to_mm @ _placed(item)
        if item.type == FPDF_PAGEOBJ_IMAGE:
            pictures += abs(float(np.linalg.det(matrix[:, :2])))
            continue
        found = list(_paths(item, matrix))
        points += sum(len(path.points) for path in found)
        if points > _MOST_POINTS or number == _MOST_OBJECTS:
            return None
        paths += found
    return Contents(width, height, tuple(paths), _words(leaf, to_mm), pictures / (width * height))


def _to_millimetres(leaf: Any) -> Doubles:
    """Return the affine map, shape (2, 3), from the page's own coordinates to millimetres as it is shown, y down."""
    from pypdfium2.raw import FPDF_PageToDevice

    width, height = leaf.get_size()
    x, y = c_int(), c_int()
    corners = np.array([(0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)])
    shown = []
    for corner in corners:
        FPDF_PageToDevice(
            leaf.raw, 0, 0, round(width * _FINER), round(height * _FINER), 0, *corner.tolist(), byref(x), byref(y)
        )
        shown.append((x.value, y.value))
    first, right, up = np.array(shown) * MM_PER_POINT / _FINER
    return np.column_stack([(right - first) / 1000, (up - first) / 1000, first])


def _placed(item: Any) -> Doubles:
    """Return the matrix, shape (3, 3), from an object's own coordinates to those of the page, through its forms."""
    matrix, form = item.get_matrix(), item.container
    while form is not None:
        matrix, form = matrix.multiply(form.get_matrix()), form.container
    return np.array([(matrix.a, matrix.c, matrix.e), (matrix.b, matrix.d, matrix.f), (0.0, 0.0, 1.0)])


def _paths(item: Any, matrix: Doubles) -> Iterator[Path]:
    from pypdfium2.raw import FPDFPageObj_GetFillColor, FPDFPageObj_GetStrokeColor, FPDFPath_GetDrawMode

    filling, stroke = c_int(), c_int()
    FPDFPath_GetDrawMode(item.raw, byref(filling), byref(stroke))
    stroked, filled = bool(stroke.value), bool(filling.value)
    if not (stroked or filled):
        return
    colour = _colour(item, FPDFPageObj_GetStrokeColor if stroked else FPDFPageObj_GetFillColor)
    style = (*colour, _width(item, matrix) if stroked else 0.0)
    for points, closed in _lines(item):
        shown = points @ matrix[:, :2].T + matrix[:, 2]
        if len(shown) > 1 and np.isfinite(shown).all():
            yield Path(shown, closed, filled, stroked, style)


def _lines(item: Any) -> Iterator[tuple[Doubles, bool]]:
    """Yield the points, shape (n, 2), of every connected line of a path, and whether it is closed."""
    from pypdfium2.raw import (
        FPDF_SEGMENT_BEZIERTO,
        FPDF_SEGMENT_MOVETO,
        FPDFPath_CountSegments,
        FPDFPath_GetPathSegment,
        FPDFPathSegment_GetClose,
        FPDFPathSegment_GetPoint,
        FPDFPathSegment_GetType,
    )

    x, y = c_float(), c_float()
    at_x, at_y = byref(x), byref(y)
    points: list[tuple[float, float]] = []
    curve: list[tuple[float, float]] = []
    segment = None
    for number in range(FPDFPath_CountSegments(item.raw)):
        following = FPDFPath_GetPathSegment(item.raw, number)
        kind = FPDFPathSegment_GetType(following)
        FPDFPathSegment_GetPoint(following, at_x, at_y)
        if kind == FPDF_SEGMENT_MOVETO and points:
            yield np.array(points), bool(FPDFPathSegment_GetClose(segment))
            points = []
        segment = following
        if kind != FPDF_SEGMENT_BEZIERTO:
            points.append((x.value, y.value))
            continue
        curve.append((x.value, y.value))
        if len(curve) == 3:
            points += _on_curve(points[-1], curve) if points else curve[2:]
            curve = []
    if points:
        yield np.array(points), bool(FPDFPathSegment_GetClose(segment))


def _on_curve(start: tuple[float, float], controls: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points of a cubic Bézier curve after its start."""
    first, second, end = controls
    t = _CURVE
    curve = (1 - t) ** 3 * np.array(start) + 3 * t * (1 - t) ** 2 * np.array(first)
    curve = curve + 3 * t**2 * (1 - t) * np.array(second) + t**3 * np.array(end)
    return [(float(x), float(y)) for x, y in curve]


def _colour(item: Any, getter: Any) -> tuple[float, ...]:
    parts = [c_uint() for _ in range(4)]
    getter(item.raw, *(byref(part) for part in parts))
    return tuple(float(part.value) for part in parts)


def _width(item: Any, matrix: Doubles) -> float:
    """Return the width of the stroke, mm."""
    from pypdfium2.raw import FPDFPageObj_GetStrokeWidth

    width = c_float()
    FPDFPageObj_GetStrokeWidth(item.raw, byref(width))
    return round(width.value * float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))), 3)


def _words(leaf: Any, to_mm: Doubles) -> tuple[Word, ...]:
    """Return the words of the page's text layer."""
    from pypdfium2.raw import FPDFText_GetCharBox, FPDFText_GetUnicode

    page = leaf.get_textpage()
    left, right, bottom, top = sides = [c_double() for _ in range(4)]
    places = [byref(side) for side in sides]
    characters = []
    for number in range(min(page.count_chars(), _MOST_CHARACTERS)):
        FPDFText_GetCharBox(page.raw, number, *places)
        corners = np.array([(left.value, bottom.value), (right.value, top.value)]) @ to_mm[:, :2].T + to_mm[:, 2]
        (x0, y0), (x1, y1) = np.sort(corners, axis=0).tolist()
        characters.append(Character(chr(FPDFText_GetUnicode(page.raw, number)), x0, y0, x1, y1))
    return words_of(characters)
