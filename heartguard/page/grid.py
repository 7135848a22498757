"""The pitch of the printed millimetre grid."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.leads import LARGE_SQUARE_MM

__all__ = ["PAGE_WIDTH_MM", "Grid", "find_grid"]

# A page shows 250 mm of trace (10 s at 25 mm/s): a tight crop is little wider, one with a desk around it up to twice.
PAGE_WIDTH_MM = (235.0, 520.0)
_MAX_ANISOTROPY = 0.035
_MIN_STRENGTH = 5.0
_FFT = 1 << 17


@dataclass(frozen=True)
class Grid:
    """Scale of a grid in pixels per millimetre along x and y, and how far its lines stand out of the noise."""

    px_per_mm_x: float
    px_per_mm_y: float
    strength: float


def find_grid(contrast: Floats, ink: Mask) -> Grid | None:
    """Find the pitch of solid, dotted or faint grids, with or without fine lines.

    Parameters
    ----------
    contrast : ndarray, shape (H, W), float32
        How much darker (in any channel) each pixel of the upright page is than the paper.
    ink : ndarray, shape (H, W), bool
        Trace and text, which are left out.

    Returns
    -------
    Grid or None
        None when no periodic marks are found along both axes with the same pitch.
    """
    marks = _grid_marks(contrast, ink)
    width = contrast.shape[1]
    pitches = np.geomspace(width / PAGE_WIDTH_MM[1], width / PAGE_WIDTH_MM[0], 600)
    spectra = [_Spectrum(marks.mean(axis=axis)) for axis in (0, 1)]
    scores_x, scores_y = (spectrum.comb(pitches) for spectrum in spectra)
    slack = int(np.ceil(_MAX_ANISOTROPY / np.log(pitches[1] / pitches[0])))
    best = (0.0, 0, 0)
    for i in range(len(pitches)):
        low, high = max(0, i - slack), min(len(pitches), i + slack + 1)
        j = low + int(np.argmax(scores_y[low:high]))
        best = max(best, (min(scores_x[i], 3 * scores_y[j]) + min(scores_y[j], 3 * scores_x[i]), i, j))
    strength = min(scores_x[best[1]], scores_y[best[2]])
    if strength < _MIN_STRENGTH:
        return None
    refined = [spectrum.refine(float(pitches[k])) for spectrum, k in zip(spectra, best[1:], strict=True)]
    if abs(np.log(refined[0] / refined[1])) > _MAX_ANISOTROPY:
        return None
    return Grid(refined[0], refined[1], float(strength))


def _grid_marks(contrast: Floats, ink: Mask) -> Floats:
    """Contrast without ink, capped so that no single stain outweighs the grid."""
    around = cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    light = contrast[~around]
    level = float(np.percentile(light, 99)) if light.size else 0.0
    marks = np.minimum(contrast, max(level, 1.0))
    marks[around] = float(light.mean()) if light.size else 0.0
    return marks


class _Spectrum:
    """Amplitude spectrum of one profile, in units of its own noise."""

    def __init__(self, profile: Floats) -> None:
        profile = profile.astype(np.float32)
        smooth = cv2.GaussianBlur(profile.reshape(1, -1), (0, 0), max(8.0, len(profile) / 60)).ravel()
        detail = (profile - smooth) * np.hanning(len(profile))
        self._amplitude: Doubles = np.abs(np.fft.rfft(detail, _FFT)).astype(np.float64)
        band = self._amplitude[int(_FFT / 80) : int(_FFT / 3)]
        self._noise = float(np.median(band)) + 1e-3 * len(profile)

    def at(self, period: Doubles) -> Doubles:
        """Amplitude at the given periods in pixels, relative to the noise."""
        index = np.clip(_FFT / period, 1, len(self._amplitude) - 1)
        values: Doubles = np.interp(index, np.arange(len(self._amplitude)), self._amplitude) / self._noise
        values[period < 2.2] = 0
        return values

    def comb(self, px_per_mm: Doubles) -> Doubles:
        """Evidence for each scale: large squares, their first overtone, and small squares."""
        large = px_per_mm * LARGE_SQUARE_MM
        return self.at(large) + 0.5 * np.minimum(self.at(large / 2), self.at(large)) + self.at(px_per_mm)

    def refine(self, px_per_mm: float) -> float:
        """Scale at the top of the peak of the large squares, sharpened by the small ones where both agree.

        Dotted grids are often printed on whole pixels, with a pitch that fits the large squares only.
        """
        large = self._top(px_per_mm * LARGE_SQUARE_MM, 0.015) / LARGE_SQUARE_MM
        small = self._top(px_per_mm, 0.015)
        has_large = self.at(np.array([large * LARGE_SQUARE_MM]))[0] >= _MIN_STRENGTH
        return small if abs(small / large - 1) < 0.003 or not has_large else large

    def _top(self, period: float, width: float) -> float:
        near = period * np.linspace(1 - width, 1 + width, 601)
        return float(near[int(np.argmax(self.at(near)))])
