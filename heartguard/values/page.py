"""Page: the straight page with its scale, its ink and the positions of its leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartguard.leads import Layout, axis_samples
from heartguard.values.upload import Upload
from heartguard.warning import Warning

__all__ = ["DisplacementField", "Page", "Panel", "ScaleSource"]


ScaleSource = Literal["grid", "pulse", "layout"]


@dataclass(frozen=True)
class Panel:
    """The position of one segment of one lead on the straight page.

    Attributes
    ----------
    lead : str
    row : int
        Trace row, from the top.
    x0, x1 : float
        First and last column of the segment, page pixels.
    baseline_y : float
        Height of 0 mV, page pixels.
    start_s, end_s : float
        The part of the page's axis that it shows, seconds.
    rhythm : bool
        True for a full-length rhythm strip.
    inverted : bool
        True where the lead is drawn upside down, as aVR in Cabrera's order; signals are turned back.
    gain_mm_per_mv : float or None
        Where it is another than the page's: some recorders draw chest leads at half the gain.
    by_hand : bool
        Whether a doctor named the lead.
    """

    lead: str
    row: int
    x0: float
    x1: float
    baseline_y: float
    start_s: float
    end_s: float
    rhythm: bool = False
    inverted: bool = False
    gain_mm_per_mv: float | None = None
    by_hand: bool = False

    @property
    def label(self) -> str:
        """The lead as it is drawn, such as ``-aVR``."""
        return f"-{self.lead}" if self.inverted else self.lead


@dataclass(frozen=True, eq=False)
class DisplacementField:
    """The folds and curls of a page that remain after its homography: displacements in both directions (dewarping).

    Attributes
    ----------
    step : float
        Distance between the nodes of both fields, page pixels; the first node is the page's first pixel.
    forward : ndarray, shape (rows, columns, 2), float32, page pixels
        Added to a position that has only the homography applied, it gives the position on the flat page.
    inverse : ndarray, shape (rows, columns, 2), float32, page pixels
        Added to a position on the flat page, it gives the position that has only the homography applied.
    """

    step: float
    forward: Floats
    inverse: Floats


@dataclass(frozen=True, eq=False)
class Page:
    """A straightened page with its scale, its ink and the positions of its leads.

    Attributes
    ----------
    upload : Upload
    image : ndarray, shape (h, w, 3), uint8, RGB
        The straight page.
    to_page : ndarray, shape (3, 3), float64
        Homography from upload pixels to page pixels (homogeneous column vectors); on a flat page the whole mapping.
    ink : ndarray, shape (h, w), float32, 0 to 1
        Fraction of each pixel that is trace ink; grid, separators and lead names are removed as far as found.
    px_per_mm : float
        Scale of the straight page.
    scale_source : {"grid", "pulse", "layout"}
        The source of the scale, best first.
    layout : Layout
    panels : tuple of Panel
    quality : float, 0 to 1
        How well layout and scale agree with each other.
    speed_mm_per_s, gain_mm_per_mv : float
    paper_speed_mm_per_s : float
        Speed of the paper when it was recorded; a page at 50 mm/s is compressed along x to `speed_mm_per_s`.
    tilt_deg : float
        Rotation that was undone, positive clockwise.
    warnings : tuple of Warning
        Assumptions, parts that were not found, and parts that may be wrong.
    bend : DisplacementField or None
        Correction of folds and curls beyond the homography; None on a flat page.
    evidence : mapping of str to float
        What `heartguard.quality` tells the quality from.
    """

    upload: Upload
    image: Image
    to_page: Doubles
    ink: Floats
    px_per_mm: float
    scale_source: ScaleSource
    layout: Layout
    panels: tuple[Panel, ...]
    quality: float
    speed_mm_per_s: float = 25.0
    gain_mm_per_mv: float = 10.0
    paper_speed_mm_per_s: float = 25.0
    tilt_deg: float = 0.0
    warnings: tuple[Warning, ...] = ()
    bend: DisplacementField | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)

    def on_page(self, points: Doubles) -> Doubles:
        """Map points of the upload, shape (n, 2), to the page."""
        rough = _apply(self.to_page, points)
        return rough if self.bend is None else rough + _sample(self.bend.forward, rough / self.bend.step)

    def on_upload(self, points: Doubles) -> Doubles:
        """Map points of the page, shape (n, 2), to the upload: the inverse of `on_page`."""
        rough = points if self.bend is None else points + _sample(self.bend.inverse, points / self.bend.step)
        return _apply(np.asarray(np.linalg.inv(self.to_page), np.float64), rough)

    @property
    def samples(self) -> int:
        """Samples of its time axis at 500 Hz: 5000 for 10 s, or those of all the seconds of a longer page."""
        return axis_samples(max(panel.end_s for panel in self.panels))

    @property
    def px_per_s(self) -> float:
        """Page pixels for one second."""
        return self.px_per_mm * self.speed_mm_per_s

    @property
    def px_per_mv(self) -> float:
        """Page pixels for one millivolt."""
        return self.px_per_mm * self.gain_mm_per_mv


def _apply(homography: Doubles, points: Doubles) -> Doubles:
    mapped = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def _sample(field: Floats, places: Doubles) -> Doubles:
    """Interpolate a field bilinearly between its nodes; outside, the values at its edge are used."""
    last = np.array(field.shape[1::-1]) - 1
    inside = np.clip(places, 0, last)
    first = np.minimum(inside.astype(int), last - 1)
    (u, v), (x, y) = (inside - first).T[..., None], first.T
    upper = field[y, x] * (1 - u) + field[y, x + 1] * u
    lower = field[y + 1, x] * (1 - u) + field[y + 1, x + 1] * u
    return np.asarray(upper * (1 - v) + lower * v, np.float64)
