"""The pitch of the printed millimetre grid on a flat, upright page, from the maps of its lines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.leads import LARGE_SQUARE_MM

__all__ = ["MIN_STRENGTH", "GridPitch", "find_pitch"]

_PX_PER_MM = (1.6, 14.0)
"""Of pictures of at most 1.5 megapixels: from a sheet of half a metre to a single lead."""

_MAX_ANISOTROPY = 0.035
"""Scanners and printers stretch paper by up to 1.5 % each; more is another multiple of the pitch."""

MIN_STRENGTH = 8.0
"""Of both axes, in units of a spectrum's own noise: profiles without any grid reach 3 to 6."""

_LEAST_SUM = 22.0
"""Of both levels: 27 to 590 on simulated flat pages, and up to 20 on pages without a grid."""

_RULED = 0.3
"""Of the lines in most rows and columns, that a row or column of the grid has at least; bars of an app have none."""

_ALONE = 40.0
"""Of lines every 1 mm where none every 5 mm are seen: on flat pages they reach 42 to 230, on bent ones up to 25."""

_OVERTONES = (2, 3)
"""So many times as far apart a grid has no lines: every fifth is left out of the map of the others, and lines of a
third level are 25 mm apart, of which 10 and 15 mm are no fraction."""

_NEAR, _AGREE = 0.015, 0.003
"""Relative: how far from its coarse place a peak is sought, and how far both levels may be apart and agree."""

_LOCAL_PERIODS, _LAG_PERIODS, _LAG_SHARE = 2.0, 4.0, 0.1
"""Lines over which a phase is taken, and how far apart two phases are compared: in lines, and as a share of the side,
of which columns of a page then leave most comparisons within one of them."""

_SETTLINGS = 3
"""Phases are told by a period that is right to 1 %, then to 0.1 %, and once more."""

_FFT = 1 << 17
"""Points of a spectrum: profiles are padded so far that a pitch is read to 0.01 %."""


@dataclass(frozen=True)
class GridPitch:
    """Pixels to a millimetre along both axes, and how far the lines every 5 and 1 mm stand out of the noise."""

    px_per_mm_x: float
    px_per_mm_y: float
    major: float
    minor: float

    @property
    def strength(self) -> float:
        """Of both levels of the grid, on the weaker axis."""
        return self.major + self.minor


def find_pitch(major: Floats, minor: Floats) -> GridPitch | None:
    """Find the pitch of a grid along both axes; None where they show none, or none in common.

    Parameters
    ----------
    major, minor : ndarray, shape (h, w), float32
        Shares of the lines every 5 mm and every 1 mm.

    Examples
    --------
    >>> waves = [60 * (1 + np.cos(2 * np.pi * np.arange(side) / 20)) for side in (600, 800)]
    >>> lines = np.add.outer(*waves).astype(np.float32)
    >>> pitch = find_pitch(lines, np.zeros_like(lines))
    >>> round(pitch.px_per_mm_x, 3), round(pitch.px_per_mm_y, 3)
    (4.0, 4.0)
    """
    pitches = np.geomspace(*_PX_PER_MM, 1600)
    axes = [
        _Axis(*(np.compress(_ruled(major + minor, axis), level, axis=axis).mean(axis=axis) for level in (major, minor)))
        for axis in (0, 1)
    ]
    scores_x, scores_y = (axis.scores(pitches) for axis in axes)
    slack = int(np.ceil(_MAX_ANISOTROPY / np.log(pitches[1] / pitches[0])))
    best = (0.0, 0, 0)
    for i in range(len(pitches)):
        low = max(0, i - slack)
        j = low + int(np.argmax(scores_y[low : i + slack + 1]))
        # One axis alone makes no grid: lines of text repeat, and so do heartbeats.
        best = max(best, (min(scores_x[i], 3 * scores_y[j]) + min(scores_y[j], 3 * scores_x[i]), i, j))
    places = (float(pitches[best[1]]), float(pitches[best[2]]))
    major_size, minor_size = np.min([axis.sizes(place) for axis, place in zip(axes, places, strict=True)], axis=0)
    if major_size + minor_size < _LEAST_SUM or (major_size < MIN_STRENGTH and minor_size < _ALONE):
        return None
    x, y = (axis.refined(place) for axis, place in zip(axes, places, strict=True))
    return GridPitch(x, y, float(major_size), float(minor_size))


def _ruled(lines: Floats, axis: int) -> Mask:
    """Return which rows (axis 0) or columns (axis 1) have a grid, where it fills a part of the picture only."""
    level = lines.mean(axis=1 - axis)
    return np.asarray(level >= _RULED * np.percentile(level, 90))


class _Spectrum:
    """Amplitude spectrum of one profile, in units of its own noise."""

    def __init__(self, profile: Floats) -> None:
        profile = profile.astype(np.float32)
        smooth = cv2.GaussianBlur(profile.reshape(1, -1), (0, 0), max(8.0, len(profile) / 60)).ravel()
        self._detail = (profile - smooth).astype(np.float64)
        detail = self._detail * np.hanning(len(profile))
        self._amplitude: Doubles = np.abs(np.fft.rfft(detail, _FFT)).astype(np.float64)
        band = self._amplitude[int(_FFT / 80) : int(_FFT / 3)]
        self._noise = float(np.median(band)) + 1e-3 * len(profile)

    def at(self, period: Doubles) -> Doubles:
        """Amplitude at the given periods in pixels, relative to the noise."""
        index = np.clip(_FFT / period, 1, len(self._amplitude) - 1)
        values: Doubles = np.interp(index, np.arange(len(self._amplitude)), self._amplitude) / self._noise
        values[period < 2.0] = 0
        return values

    def top(self, period: float, width: float) -> float:
        """Period of the greatest amplitude near one."""
        near = period * np.linspace(1 - width, 1 + width, 601)
        return float(near[int(np.argmax(self.at(near)))])

    def within_panels(self, period: float) -> float:
        """Return the period by which lines go on nearly everywhere, told from how far their phase moves.

        Panels that are ruled one by one have one pitch, but the lines of one do not go on in the next: the spectrum of
        all then has its top beside the pitch.

        Parameters
        ----------
        period : float
            About so many pixels.
        """
        for _ in range(_SETTLINGS):
            period = self._settled(period)
        return period

    def _settled(self, period: float) -> float:
        waves = self._detail * np.exp(-2j * np.pi * np.arange(len(self._detail)) / period)
        spread = _LOCAL_PERIODS * period
        local = gaussian_filter1d(waves.real, spread) + 1j * gaussian_filter1d(waves.imag, spread)
        lag = round(max(_LAG_SHARE * len(local), _LAG_PERIODS * period))
        if 2 * lag >= len(local):
            return period
        moved = local[lag:] * np.conj(local[:-lag])
        angle, weight = np.angle(moved), np.sqrt(np.abs(moved))
        order = np.argsort(angle)
        share = np.cumsum(weight[order]) / weight.sum()
        usual = float(angle[order][int(np.searchsorted(share, 0.5))])
        return period / (1 + usual * period / (2 * np.pi * lag))


class _Axis:
    """The spectra of both levels of the grid along one axis."""

    def __init__(self, major: Floats, minor: Floats) -> None:
        self.major, self.minor = _Spectrum(major), _Spectrum(minor)

    def scores(self, px_per_mm: Doubles) -> Doubles:
        """Evidence for each scale: of its lines, without that of lines `_OVERTONES` times as far apart.

        Thin lines show a half and a third of their pitch nearly as strongly as the pitch itself.
        """
        large = LARGE_SQUARE_MM * px_per_mm
        lines, *apart = (self.major.at(k * large) + self.minor.at(k * px_per_mm) for k in (1, *_OVERTONES))
        return np.asarray(lines - np.maximum.reduce(apart), np.float64)

    def sizes(self, px_per_mm: float) -> Doubles:
        """Amplitudes of both levels at a scale, shape (2,)."""
        place = np.array([px_per_mm])
        return np.array([self.major.at(LARGE_SQUARE_MM * place)[0], self.minor.at(place)[0]])

    def refined(self, px_per_mm: float) -> float:
        """Scale at the top of the peak of the level that stands out more."""
        major, minor = self.sizes(px_per_mm)
        large = self.major.top(LARGE_SQUARE_MM * px_per_mm, _NEAR) / LARGE_SQUARE_MM
        small = self.minor.top(px_per_mm, _NEAR)
        if major < MIN_STRENGTH or (abs(small / large - 1) < _AGREE and minor > major):
            return small
        if abs(small / large - 1) < _AGREE:
            return large
        # Dots are often printed on whole pixels, with a pitch that fits the large squares only.
        within = self.major.within_panels(LARGE_SQUARE_MM * large) / LARGE_SQUARE_MM
        return within if abs(small / within - 1) < _AGREE else large
