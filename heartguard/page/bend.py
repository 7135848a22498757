"""Folds and curls: where the grid's own phase says that each point of a roughly straight page belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LARGE_SQUARE_MM
from heartguard.page.plate import plate

__all__ = [
    "NODE_MM",
    "at_moved",
    "crest_weights",
    "follow_grid",
    "grid_surety",
    "invert",
    "off_places",
    "rough_places",
    "side_by_side",
    "without_minor_lines",
]

Seen = TypeVar("Seen")
Found = TypeVar("Found")

NODE_MM = 2.5
"""Distance between the nodes at which the bend of a page is known."""

_STRIP_ROWS = 256
_MIN_COHERENCE, _MIN_SHARE = 0.12, 0.4
# Change of phase, radians, that makes a way neither better nor worse than a surer one.
_STILL = 0.15
_COARSE = 4
"""Pixels of the coarse demodulated marks to a standard deviation of their low-pass: enough not to be seen."""

_SURE_SHARE = 0.5
"""Share of the usual surety under which a node does not count: beside the paper, and under print."""

_FAINT = 0.3
# Standard deviations in a median deviation; crests of so many are noise, and sure when that many above it.
_DEVIATION, _NOISY, _CLEAR = 1.48, 3.0, 4.0


def follow_grid(
    marks: Floats,
    px_per_mm: float,
    reach_mm: float,
    stiffness: float,
) -> tuple[Doubles, Doubles]:
    """Measure how far each point of a page lies from where its grid says that it belongs.

    The grid's lines are a carrier with a period of 5 mm along x and along y, and a bend of the paper modulates its
    phase (fringe analysis). Each carrier is brought to rest and low-passed; its phase is unwrapped from the surest node
    outwards, along the ways on which it changes least, and a thin plate is laid through the phases, weighted by how
    sure they are.

    Parameters
    ----------
    marks : ndarray, shape (H, W), float32
        Thin dark lines of the page.
    px_per_mm : float
    reach_mm : float
        Standard deviation of the low-pass.
    stiffness : float
        Of the plate: greater is smoother.

    Returns
    -------
    shift : ndarray, shape (rows, columns, 2)
        What to add to a place on this page to get its true place, mm, at nodes every `NODE_MM` from the first pixel.
    surety : ndarray, shape (rows, columns)
        Share of the marks near each node that follow the grid along both axes, 0 to 1.
    """
    wave = _carriers(marks, px_per_mm, reach_mm)
    surety = np.minimum(np.abs(wave[0]), np.abs(wave[1]))

    def along_one(carrier: NDArray[np.complex128]) -> Doubles:
        phase = _unwrap(carrier, surety)
        known = np.isfinite(phase)
        usual = float(np.median(np.abs(carrier)[known]))
        weight = np.where(known, np.minimum(np.abs(carrier) / usual, 1.0) ** 2, 0.0)
        return plate(np.where(known, phase, 0.0) * LARGE_SQUARE_MM / (2 * np.pi), weight, stiffness, np.inf)

    return np.stack(side_by_side(along_one, wave), axis=-1), surety


def off_places(marks: Floats, px_per_mm: float, reach_mm: float) -> float:
    """Return how far the lines of a page's grid are off their places when it is read as a flat one.

    Parameters
    ----------
    marks : ndarray, shape (H, W), float32
        The 5 mm grid of a page that a rotation and a scale made straight.
    px_per_mm : float
    reach_mm : float
        Standard deviation of the low-pass, as for `follow_grid`.

    Returns
    -------
    float
        Root mean square over the nodes that surely show the grid, mm, of the axis that is worse. What an affine map
        would undo does not count.
    """
    wave = _carriers(marks, px_per_mm, reach_mm)
    surety = np.minimum(np.abs(wave[0]), np.abs(wave[1]))
    sure = surety > _SURE_SHARE * np.percentile(surety, 90)
    worst = 0.0
    for carrier in wave:
        phase = _unwrap(carrier, surety)
        known = sure & np.isfinite(phase)
        y, x = np.nonzero(known)
        places = np.stack([x, y, np.ones(len(x))], axis=1)
        left = phase[known] - places @ np.linalg.lstsq(places, phase[known], rcond=None)[0]
        worst = max(worst, float(np.sqrt(np.mean(left**2))) * LARGE_SQUARE_MM / (2 * np.pi))
    return worst


def grid_surety(marks: Floats, px_per_mm: float, reach_mm: float) -> Doubles:
    """Return how sure the grid is at each node, as `follow_grid` does, without following it."""
    upright, level = _carriers(marks, px_per_mm, reach_mm)
    return np.minimum(np.abs(upright), np.abs(level))


def _carriers(
    marks: Floats, px_per_mm: float, reach_mm: float
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return the complex amplitudes of the grid's vertical and horizontal lines at the nodes."""
    turned = np.ascontiguousarray(marks.T)
    return _carrier(marks, px_per_mm, reach_mm), _carrier(turned, px_per_mm, reach_mm).T


def crest_weights(heights: Doubles, around: Doubles) -> Doubles:
    """Return how much crests of some heights count, 0 to 1, beside usual ones and the noise of what is around them."""
    noise = _DEVIATION * float(np.median(np.abs(around))) + 1e-6
    usual = max(float(np.percentile(heights, 75)), 1e-6)
    strong = np.minimum(heights / usual, (heights / noise - _NOISY) / _CLEAR)
    return np.asarray(np.where(strong > _FAINT, np.clip(strong, 0, 1) ** 2, 0.0), np.float64)


def without_minor_lines(profiles: Doubles, px_per_mm: float) -> Doubles:
    """Return profiles across lines, shape (..., n - 2 mm), less the mean of what stands 1 mm to both sides.

    On paper with lines every millimetre the nearest line is seldom one of the 5 mm grid; what lines of the 5 mm grid
    have more than their neighbours stays.
    """
    mm = round(px_per_mm)
    profiles = profiles - np.median(profiles, axis=-1, keepdims=True)
    return profiles[..., mm:-mm] - (profiles[..., : -2 * mm] + profiles[..., 2 * mm :]) / 2


def _carrier(marks: Floats, px_per_mm: float, reach_mm: float) -> NDArray[np.complex128]:
    """Complex amplitude of the vertical lines of the 5 mm grid at the nodes, relative to all marks there."""
    sigma, step = reach_mm * px_per_mm, NODE_MM * px_per_mm
    rows, columns = (np.round(np.arange(0, side, step)).astype(int) for side in marks.shape)
    place = np.arange(marks.shape[1]) * (2 * np.pi / (LARGE_SQUARE_MM * px_per_mm))
    # A low-pass of some millimetres needs no more of the demodulated marks than their means over a few pixels.
    fine = max(1, int(sigma / _COARSE))
    height, width = (-(-side // fine) for side in marks.shape)
    padded = [(0, height * fine - marks.shape[0]), (0, width * fine - marks.shape[1])]
    real, imaginary, total = (
        cv2.GaussianBlur(
            cv2.resize(np.pad(marks * wave, padded, mode="edge"), (width, height), interpolation=cv2.INTER_AREA),
            (0, 0),
            sigmaX=sigma / fine,
        )
        for wave in (np.cos(place).astype(np.float32), np.sin(place).astype(np.float32), np.float32(1))
    )
    floor = 0.1 * float(total.mean()) + 1e-6
    at = np.ix_(rows[rows < marks.shape[0]] // fine, columns[columns < marks.shape[1]] // fine)
    return np.asarray((real[at] - 1j * imaginary[at]) / (total[at] + floor), np.complex128)


def _unwrap(carrier: NDArray[np.complex128], surety: Doubles) -> Doubles:
    """Add whole turns so that neighbours agree; NaN where no sure way leads.

    The ways are those of a spanning tree of least cost: over neighbours whose phases differ little and are sure. So a
    fold in which the phase leaps is met from both sides instead of being crossed at its first gap.
    """
    # Lines every millimetre share the marks with those of the 5 mm grid, and are many.
    sure = surety > min(_MIN_COHERENCE, _MIN_SHARE * float(np.percentile(surety, 90)))
    nodes, flat = np.arange(sure.size).reshape(sure.shape), carrier.ravel()
    ahead, behind = (
        np.concatenate([part.ravel() for part in parts])
        for parts in ((nodes[:, :-1], nodes[:-1]), (nodes[:, 1:], nodes[1:]))
    )
    both = sure.ravel()[ahead] & sure.ravel()[behind]
    ahead, behind = ahead[both], behind[both]
    change = np.abs(np.angle(flat[behind] * flat[ahead].conj()))
    cost = (change + _STILL) / np.sqrt(np.minimum(np.abs(flat[ahead]), np.abs(flat[behind])))
    tree = minimum_spanning_tree(coo_matrix((cost, (ahead, behind)), shape=(sure.size, sure.size)))
    start = int(np.argmax(cv2.GaussianBlur(surety, (0, 0), 3)))
    order, before = breadth_first_order(tree, start, directed=False)
    out = np.full(sure.size, np.nan)
    out[start] = np.angle(flat[start])
    turned = np.angle(flat * flat[np.maximum(before, 0)].conj())
    for node in order[1:]:
        out[node] = out[before[node]] + turned[node]
    return out.reshape(sure.shape)


def side_by_side(work: Callable[[Seen], Found], both: Iterable[Seen]) -> list[Found]:
    """Do the same along both axes, on two cores where there are; the solver lets others run."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, both))


def invert(shift: Doubles, rounds: int = 6) -> Doubles:
    """Return the field that undoes ``place + shift(place)``: at true places, what to add to come back, in mm.

    Parameters
    ----------
    shift : ndarray, shape (rows, columns, 2), float64
        At nodes every `NODE_MM`.
    rounds : int
        Of the fixed-point iteration.
    """
    rows, columns = shift.shape[:2]
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).astype(np.float32)
    field = (shift / NODE_MM).astype(np.float32)
    back = np.zeros_like(field)
    for _ in range(rounds):
        at = grid + back
        back = -cv2.remap(field, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(back * NODE_MM, np.float64)


def rough_places(inverse: Floats, step: float, shape: tuple[int, int]) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield strips of rows of a page and where their pixels stand when its bend is not undone.

    Strips, because the places of all pixels of a page would take ten times its memory.

    Parameters
    ----------
    inverse : ndarray, shape (rows, columns, 2), float32
        What to add to a true place, pixels, at nodes every `step` pixels.
    step : float
    shape : tuple of int
        Height and width of the page.

    Yields
    ------
    slice, ndarray, ndarray
        The rows of a strip, and x and y of each of its pixels, float32.
    """
    columns = np.arange(shape[1], dtype=np.float32)
    for top in range(0, shape[0], _STRIP_ROWS):
        rows = np.arange(top, min(top + _STRIP_ROWS, shape[0]), dtype=np.float32)
        x, y = np.meshgrid(columns / step, rows / step)
        back = cv2.remap(inverse, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        yield np.s_[top : top + len(rows)], columns + back[..., 0], rows[:, None] + back[..., 1]


def at_moved(field: Doubles, shift: Doubles) -> Doubles:
    """Return `field` at the places to which `shift` moves the nodes; both of shape (rows, columns, 2), mm."""
    rows, columns = field.shape[:2]
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
    place = (grid + shift / NODE_MM).astype(np.float32)
    moved = cv2.remap(
        field.astype(np.float32), place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float64)
