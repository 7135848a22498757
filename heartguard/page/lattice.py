"""The grid seen in perspective: its local directions and pitches, tile by tile, and the homography that squares it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.fft import rfft2
from scipy.ndimage import maximum_filter1d
from scipy.optimize import least_squares

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.leads import LARGE_SQUARE_MM

__all__ = ["LATTICE_SIDE", "Lattice", "find_lattice"]

LATTICE_SIDE = 1400
"""Longer side of the picture that `find_lattice` looks at: 5 mm are 10 to 36 pixels on it."""

_TILE = 160
_STRIDE = 80
_FFT = 512
_OCTAVE = 36
_LOG_STEP = np.log(2) / _OCTAVE
_COMB_STEPS = 2 * _OCTAVE
# From the longest period to the shortest, pixels of the working picture.
_PERIODS = 36.0 * np.exp(-_LOG_STEP * np.arange(_COMB_STEPS))
_COMB = ((0.5, -0.5), (1, 1.0), (1.5, -0.85), (2, 0.7), (2.5, -0.55), (3, 0.4), (3.5, -0.2))
_ANGLES = np.arange(0.0, 180.0, 1.0)
_MAX_SKEW_DEG = 25.0
_MAX_ANISOTROPY = 0.4
_NEAR_DEG = 14
_NEAR_STEPS = 12
_MIN_TILES = 12
_MIN_STRENGTH = 3.0
_MIN_CONTRAST = 1.0
_FITS = 0.08


@dataclass(frozen=True, eq=False)
class Lattice:
    """The homography under which the grid is square.

    Attributes
    ----------
    to_mm : ndarray, shape (3, 3), float64
        Picture pixels to millimetres of paper, up to a shift and a quarter turn.
    centres : ndarray, shape (n, 2), float64
        Middles of the tiles that show the grid, picture pixels.
    share : float
        How many of the tiles that show anything periodic fit the homography, 0 to 1.
    strength : float
        Evidence of the grid's lines over that of directions without any.
    """

    to_mm: Doubles
    centres: Doubles
    share: float
    strength: float


def find_lattice(marks: Floats) -> Lattice | None:
    """Find the 5 mm grid of paper that is seen from any side.

    The windowed spectrum of each tile is sampled along rays; a comb of a period and its overtones scores every
    direction and pitch. The tiles' sum gives the two directions of the grid, and the tiles' own peaks near it the local
    wave vectors, whose change over the picture is the perspective.

    Parameters
    ----------
    marks : ndarray, shape (H, W), float32
        Lines every 5 mm of a picture whose longer side is about `LATTICE_SIDE` pixels.

    Returns
    -------
    Lattice or None
        None when the picture shows no grid.
    """
    centres, scores = _tile_scores(marks)
    if len(scores) < _MIN_TILES:
        return None
    pair = _dominant_pair(np.asarray(scores.sum(axis=0), np.float64))
    if pair is None:
        return None
    first, second, strength = pair
    waves, weights = _local_waves(scores, first, second)
    keep = weights > 0.35 * np.percentile(weights, 90)
    if keep.sum() < _MIN_TILES:
        return None
    to_mm, fits = _fit(centres[keep], waves[keep], weights[keep])
    if fits.sum() < _MIN_TILES:
        return None
    return Lattice(to_mm, centres[keep][fits], float(fits.mean()), strength)


def _tile_scores(marks: Floats) -> tuple[Doubles, Floats]:
    """Return the middles of the tiles and their comb scores, shape (n, angles, periods)."""
    window = np.outer(np.hanning(_TILE), np.hanning(_TILE)).astype(np.float32)
    rays = _rays()
    centres, scores = [], []
    for y in range(0, max(1, marks.shape[0] - _TILE // 2), _STRIDE):
        for x in range(0, max(1, marks.shape[1] - _TILE // 2), _STRIDE):
            tile = marks[y : y + _TILE, x : x + _TILE]
            if tile.shape != (_TILE, _TILE):
                tile = np.pad(tile, ((0, _TILE - tile.shape[0]), (0, _TILE - tile.shape[1])), mode="reflect")
            spread = float(tile.std())
            if spread < _MIN_CONTRAST:
                continue
            scores.append(_comb((tile - tile.mean()) / spread * window, rays))
            centres.append((x + _TILE / 2 - 0.5, y + _TILE / 2 - 0.5))
    return np.array(centres, float).reshape(-1, 2), np.array(scores, np.float32)


def _rays() -> tuple[Floats, Floats]:
    """Where in a half-spectrum (rows ky, columns kx >= 0) the waves of all angles and frequencies stand."""
    frequencies = np.exp(_LOG_STEP * np.arange(-_OCTAVE, _COMB_STEPS + 2 * _OCTAVE)) / _PERIODS[0]
    radians = np.deg2rad(_ANGLES)[:, None]
    column, row = np.cos(radians) * _FFT * frequencies, np.sin(radians) * _FFT * frequencies
    mirrored = column < 0
    column, row = np.where(mirrored, -column, column), np.where(mirrored, -row, row) + _FFT // 2
    return column.astype(np.float32), row.astype(np.float32)


def _comb(tile: Floats, rays: tuple[Floats, Floats]) -> Floats:
    """Lines of one period stand at it and its overtones and not between them; shadows and edges stand everywhere."""
    spectrum = np.abs(rfft2(tile, (_FFT, _FFT))).astype(np.float32)
    spectrum = np.roll(spectrum / (float(np.median(spectrum[:, 10:120])) + 1e-6), _FFT // 2, axis=0)
    polar = np.asarray(cv2.remap(spectrum, *rays, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)
    score = np.zeros((len(_ANGLES), _COMB_STEPS), np.float32)
    for overtone, weight in _COMB:
        first = _OCTAVE + round(np.log(overtone) / _LOG_STEP)
        score += weight * polar[:, first : first + _COMB_STEPS]
    return score


def _dominant_pair(total: Doubles) -> tuple[tuple[int, int], tuple[int, int], float] | None:
    """Return the (angle, period) places of the grid's two directions, the one nearer to the picture's x first.

    Both must be strong: the weaker one decides, so that one fold or the grain of a table makes no grid.
    """
    alike = maximum_filter1d(total, 2 * round(_MAX_ANISOTROPY / _LOG_STEP) + 1, axis=1, mode="constant")
    skew = round(_MAX_SKEW_DEG / (_ANGLES[1] - _ANGLES[0]))
    across = maximum_filter1d(np.roll(alike, -len(_ANGLES) // 2, axis=0), 2 * skew + 1, axis=0, mode="wrap")
    joint = np.minimum(total, across) + 0.2 * np.maximum(total, across)
    first = _place(joint)
    turned = np.abs((_ANGLES - _ANGLES[first[0]] + 90) % 180 - 90)
    like = np.abs(np.log(_PERIODS / _PERIODS[first[1]])) < _MAX_ANISOTROPY
    second = _place(np.where((turned >= 90 - _MAX_SKEW_DEG)[:, None] & like[None], total, -np.inf))
    strength = float(min(total[first], total[second]) / np.std(total))
    if strength < _MIN_STRENGTH:
        return None
    lying = [abs((_ANGLES[place[0]] + 90) % 180 - 90) for place in (first, second)]
    return (first, second, strength) if lying[0] <= lying[1] else (second, first, strength)


def _place(score: Doubles) -> tuple[int, int]:
    angle, period = np.unravel_index(int(np.argmax(score)), score.shape)
    return int(angle), int(period)


def _local_waves(scores: Floats, first: tuple[int, int], second: tuple[int, int]) -> tuple[Doubles, Doubles]:
    """Wave vectors of both directions in every tile, shape (n, 2, 2), cycles per pixel, and their weight."""
    waves, tops = [], []
    for angle, period in (first, second):
        angles = (angle + np.arange(-_NEAR_DEG, _NEAR_DEG + 1)) % len(_ANGLES)
        low, high = max(0, period - _NEAR_STEPS), min(len(_PERIODS), period + _NEAR_STEPS + 1)
        part = scores[:, angles, low:high]
        flat = part.reshape(len(part), -1)
        place = flat.argmax(axis=1)
        degrees = _ANGLES[angle] + place // (high - low) - _NEAR_DEG
        # of the two opposite vectors, the one to the right, or down
        wave = np.stack([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))], axis=1)
        waves.append(wave / _PERIODS[low + place % (high - low)][:, None])
        tops.append(flat.max(axis=1) - np.median(scores, axis=(1, 2)))
    one, two = waves
    if np.cos(np.deg2rad(_ANGLES[first[0]])) < 0:
        one = -one
    if np.sin(np.deg2rad(_ANGLES[second[0]])) < 0:
        two = -two
    return np.stack([one, two], axis=1), np.minimum(*tops).astype(np.float64)


def _fit(centres: Doubles, waves: Doubles, weights: Doubles) -> tuple[Doubles, Mask]:
    """Fit a homography whose gradients are the wave vectors; return it (in mm) and which tiles it fits."""
    middle, size = centres.mean(axis=0), float(np.ptp(centres, axis=0).max()) + 1
    at = (centres - middle) / size
    measured = waves * size
    start = np.concatenate([np.median(measured, axis=0).ravel(), [0.0, 0.0]])
    unit = float(np.linalg.norm(start[:2]))

    def misfit(p: Doubles) -> Doubles:
        return (_gradients(p, at) - measured) / unit

    def residuals(p: Doubles) -> Doubles:
        return np.asarray((misfit(p) * np.sqrt(weights / weights.max())[:, None, None]).ravel(), np.float64)

    solution = least_squares(residuals, start, loss="soft_l1", f_scale=0.02).x
    fits = np.abs(misfit(solution)).max(axis=(1, 2)) < _FITS
    a, b, c, d, g, h = solution
    inner = np.array([[a, b, 0], [c, d, 0], [g, h, 1.0]])
    normalise = np.array([[1 / size, 0, -middle[0] / size], [0, 1 / size, -middle[1] / size], [0, 0, 1]])
    return np.diag([LARGE_SQUARE_MM, LARGE_SQUARE_MM, 1.0]) @ inner @ normalise, fits


def _gradients(p: Doubles, at: Doubles) -> Doubles:
    """Gradients of both coordinates of a homography without shift, shape (n, 2, 2)."""
    linear, g, h = p[:4].reshape(2, 2), p[4], p[5]
    depth = 1 + at @ np.array([g, h])
    values = at @ linear.T
    gradient = linear[None] / depth[:, None, None] - values[:, :, None] * np.array([g, h]) / depth[:, None, None] ** 2
    return np.asarray(gradient, np.float64)
