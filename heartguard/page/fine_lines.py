"""What is left of a page's bend once its ink is known: the grid's lines beside it are followed between pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image, Indices, Mask
from heartguard.leads import LARGE_SQUARE_MM
from heartguard.page.bend import (
    NODE_MM,
    at_moved,
    crest_weights,
    invert,
    rough_places,
    side_by_side,
    without_minor_lines,
)
from heartguard.page.plate import plate

__all__ = ["FineLines", "follow_fine_lines", "moved_back"]

Shown = TypeVar("Shown", Floats, Image)

_SEEK_MM = 1.0
_LINE_PX = 7
_CAP_PERCENTILE = 98.0
_NEAR_INK_PX = 7
_INK_SHARE = 0.1
_UNTOUCHED = 0.9
# Stiffness, tolerance of outliers, expected distance and length of lines in each pass.
_PASSES = ((0.3, 0.25, 0.3, 10.0), (0.03, 0.15, 0.25, 5.0))
_SEEN_SHARE = 0.25
_CREST_PX = 2
_FLANK = 0.25
_STRIP_COLUMNS = 256
"""Columns of a page that are averaged at once: of all, each of the five pictures that it takes has 16 MB."""


@dataclass(frozen=True, eq=False)
class FineLines:
    """Where the lines of a nearly straight page stand.

    Attributes
    ----------
    shift : ndarray, shape (rows, columns, 2)
        What to add to a place on this page to get its true place, mm, at nodes every `NODE_MM`.
    left_mm : ndarray, shape (rows, columns)
        How far lines still stand from their places when that is undone, mm; NaN where none is seen.
    """

    shift: Doubles
    left_mm: Doubles


def follow_fine_lines(image: Image, ink: Floats, px_per_mm: float) -> FineLines:
    """Measure what is left of the bend of a nearly straight page, at full size and away from ink.

    A steep stroke as dark as the grid looks like one of its lines; where the trace is known, it can be left out, and
    the lines may be followed more closely than `heartguard.page.bend.follow_lines` dares to.

    Parameters
    ----------
    image : ndarray, shape (h, w, 3), uint8, RGB
        Evenly lit.
    ink : ndarray, shape (h, w), float32, 0 to 1
        How much of each pixel is trace or print.
    px_per_mm : float
    """
    dark = cv2.morphologyEx(image.min(axis=2), cv2.MORPH_BLACKHAT, np.ones((_LINE_PX, _LINE_PX), np.uint8))
    marks = np.minimum(dark, np.percentile(dark[::3, ::3], _CAP_PERCENTILE)).astype(np.float32)
    grown = cv2.dilate((ink > _INK_SHARE).astype(np.uint8), np.ones((_NEAR_INK_PX, _NEAR_INK_PX), np.uint8))
    seen = grown == 0
    shift = np.zeros((*_nodes(marks, px_per_mm), 2))
    for number in range(len(_PASSES)):
        work = partial(_step, px_per_mm, number)
        upright, level = side_by_side(work, _both_ways(marks, seen, shift, px_per_mm))
        shift = shift + at_moved(np.stack([upright, level.T], axis=-1), shift)
    left = [_crests(*turned, px_per_mm, *_PASSES[-1][2:]) for turned in _both_ways(marks, seen, shift, px_per_mm)]
    across, down = (np.where(weight > 0, np.abs(value), np.nan) for value, weight in left)
    return FineLines(shift, np.fmax(across, down.T))


def _step(px_per_mm: float, number: int, turned: tuple[Floats, Mask]) -> Doubles:
    """Return what a pass adds to the places along one axis."""
    stiffness, outlier, prior, along = _PASSES[number]
    return plate(*_crests(*turned, px_per_mm, prior, along), stiffness, outlier)


def _nodes(marks: Floats, px_per_mm: float) -> tuple[int, int]:
    rows, columns = (len(np.arange(0, size, NODE_MM * px_per_mm)) for size in marks.shape)
    return rows, columns


def _both_ways(marks: Floats, seen: Mask, shift: Doubles, px_per_mm: float) -> list[tuple[Floats, Mask]]:
    """Return marks and where they may be looked at, the shift undone: as they are, and turned on their side."""
    if shift.any():
        back = np.asarray(invert(shift) * px_per_mm, np.float32)
        marks = moved_back(marks, back, NODE_MM * px_per_mm)
        seen = moved_back(seen.astype(np.float32), back, NODE_MM * px_per_mm) > _UNTOUCHED
    return [(marks, seen), (marks.T, seen.T)]


def moved_back(picture: Shown, inverse: Floats, step: float) -> Shown:
    """Return a picture, shape (h, w), read at ``place + inverse(place)``; the field has a node every `step` pixels."""
    moved = np.empty_like(picture)
    for strip, x, y in rough_places(inverse, step, (picture.shape[0], picture.shape[1])):
        moved[strip] = cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return moved


def _crests(marks: Floats, seen: Mask, px_per_mm: float, prior_mm: float, along_mm: float) -> tuple[Doubles, Doubles]:
    """Return how far from the vertical line on each node its truth is, mm, and a weight, both (rows, columns)."""
    step, seek = NODE_MM * px_per_mm, round(_SEEK_MM * px_per_mm)
    rows, columns = (np.round(np.arange(0, size, step)).astype(int) for size in marks.shape)
    on_line = np.arange(0, len(columns), round(LARGE_SQUARE_MM / NODE_MM))
    reach = seek + _CREST_PX + round(px_per_mm)
    places = columns[on_line][:, None] + np.arange(2 * reach + 1)
    lasting = _mean_along(marks, seen, round(along_mm * px_per_mm / 2), rows)
    near = np.pad(lasting, ((0, 0), (reach, reach)), constant_values=np.nan)[:, places]
    known = np.isfinite(near)
    level = np.nanmedian(np.where(known.any(axis=2, keepdims=True), near, 0.0), axis=2, keepdims=True)
    around = np.where(known, near - level, 0.0).astype(np.float64)
    profiles = without_minor_lines(around, px_per_mm)
    known = known[..., round(px_per_mm) : -round(px_per_mm)]
    expected = np.exp(-0.5 * (np.arange(-seek, seek + 1) / (prior_mm * px_per_mm)) ** 2)
    top = (profiles[..., _CREST_PX:-_CREST_PX] * expected).argmax(axis=2)[..., None]
    crest = np.take_along_axis(profiles, top + np.arange(2 * _CREST_PX + 1), axis=2)
    flanks = np.maximum(crest - _FLANK * crest.max(axis=2, keepdims=True), 0)
    between = (flanks * np.arange(-_CREST_PX, _CREST_PX + 1)).sum(axis=2) / np.maximum(flanks.sum(axis=2), 1e-6)
    values, weights = np.zeros((len(rows), len(columns))), np.zeros((len(rows), len(columns)))
    values[:, on_line] = -(top[..., 0] - seek + between) / px_per_mm
    here = crest[..., _CREST_PX]
    sure = np.take_along_axis(known, top + _CREST_PX, axis=2)[..., 0]
    weights[:, on_line] = np.where(sure, crest_weights(here, around), 0.0)
    return values, weights


def _mean_along(marks: Floats, seen: Mask, half: int, rows: Indices) -> Floats:
    """Mean of each column over `half` pixels to both sides of some rows, where it is seen; NaN where too little is."""
    found = np.empty((len(rows), marks.shape[1]), np.float32)
    for first in range(0, marks.shape[1], _STRIP_COLUMNS):
        here = np.s_[:, first : first + _STRIP_COLUMNS]
        share = np.ascontiguousarray(seen[here], np.float32)
        size = (1, 2 * half + 1)
        total, share = (cv2.blur(x, size, borderType=cv2.BORDER_REFLECT)[rows] for x in (marks[here] * share, share))
        found[here] = np.where(share > _SEEN_SHARE, total / np.maximum(share, _SEEN_SHARE), np.nan)
    return found
