"""Which way up a picture of a page is: turned by quarters, mirrored, or neither, by all that tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from heartguard.arrays import Doubles, Floats, Image
from heartguard.leads import PAPER_SPEED_MM_PER_S
from heartguard.page.strips import HALF

__all__ = [
    "ACROSS",
    "AS_IT_IS",
    "DOWN",
    "SIDEWAYS",
    "Turn",
    "evidence_of_flips",
    "evidence_of_side",
    "homography",
    "logit",
    "turned",
]

SIDEWAYS = ("strokes", "rows", "text")
"""What tells a page on its side from an upright one; each is turned into its negative by a quarter turn."""

ACROSS = ("name_letters", "print_letters", "pulse_side", "name_side", "t_waves")
DOWN = ("name_letters", "print_letters", "pulse_roof", "name_height", "r_waves", "print_side")
"""What tells left from right and top from bottom; each is turned into its negative by a mirror."""

_LETTER_MM = (1.2, 8.0)
"""Height of a capital: 2 to 5 mm, more on a page of odd scale."""

_BESIDE_S = (0.12, 0.40)
"""From an R peak: the time in which a T wave follows it, and at most the small P wave comes before."""


@dataclass(frozen=True)
class Turn:
    """What makes a picture upright: quarter turns clockwise, then a mirror that exchanges left and right."""

    quarters: int = 0
    mirrored: bool = False

    def then(self, other: Turn) -> Turn:
        """Return one turn that does both, the other last."""
        # A turn before a mirror is the opposite turn after it.
        quarters = self.quarters + (-other.quarters if self.mirrored else other.quarters)
        return Turn(quarters % 4, self.mirrored != other.mirrored)

    @property
    def said(self) -> str:
        """The turn in words."""
        way = {1: "turned by 90 degrees clockwise", 2: "turned upside down", 3: "turned by 90 degrees anticlockwise"}
        return " and ".join(
            [*([way[self.quarters]] if self.quarters else []), *(["mirrored"] if self.mirrored else [])]
        )


AS_IT_IS = Turn()
"""Neither turned nor mirrored."""


def turned(picture: Image, turn: Turn) -> Image:
    """Apply a turn to a picture, shape (h, w) or (h, w, 3)."""
    out = np.rot90(picture, -turn.quarters)
    return np.ascontiguousarray(out[:, ::-1] if turn.mirrored else out)


def homography(turn: Turn, shape: tuple[int, int]) -> Doubles:
    """Return where a turn puts the pixels of a picture of some height and width, shape (3, 3)."""
    out = np.eye(3)
    height, width = shape
    for _ in range(turn.quarters):
        out = np.array([[0.0, -1.0, height - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ out
        height, width = width, height
    if turn.mirrored:
        out = np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) @ out
    return out


def logit(evidence: Doubles, weights: tuple[float, ...]) -> float:
    """Return the logarithm of the odds for what a kind of evidence speaks of."""
    return float(evidence @ np.array(weights))


def evidence_of_side(trace: Image, text: Image) -> Doubles:
    """Return the evidence of `SIDEWAYS` that rows of traces run along x, each from -1 to 1.

    Parameters
    ----------
    trace, text : ndarray, shape (h, w), uint8
        Shares of traces, and of all print, in each pixel.
    """
    seen = trace.astype(np.float32)
    along_x, along_y = (float(np.abs(np.diff(seen, axis=axis)).sum()) for axis in (1, 0))
    across, down = (_peaked(seen.mean(axis=axis)) for axis in (0, 1))
    letters = cv2.resize(text, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32)
    text_x, text_y = (float(np.abs(np.diff(letters, axis=axis)).sum()) for axis in (1, 0))
    return np.array([_against(along_y, along_x), _against(down, across), _against(text_y, text_x)])


def _against(one: float, other: float) -> float:
    """Return how much greater one of two amounts is, from -1 to 1."""
    return (one - other) / max(one + other, 1e-9)


def _peaked(profile: Floats) -> float:
    """Return how unevenly a profile is filled: its variance over the square of its mean."""
    coarse = cv2.resize(profile.reshape(1, -1), (200, 1), interpolation=cv2.INTER_AREA)
    return float(np.var(coarse) / max(float(np.mean(coarse)), 1e-9) ** 2)


@dataclass(frozen=True, eq=False)
class _Letters:
    """Connected marks of a letter's size: shape (n, 4), x, y, width, height in pixels, and their masks."""

    boxes: Doubles
    masks: list[Image]


def _letters(share: Image, px_per_mm: float) -> _Letters:
    count, labels, stats, _ = cv2.connectedComponentsWithStats((share > HALF).astype(np.uint8), connectivity=8)
    boxes, masks = [], []
    for k in range(1, count):
        x, y, width, height, _ = stats[k]
        if _LETTER_MM[0] < height / px_per_mm < _LETTER_MM[1]:
            boxes.append((x, y, width, height))
            masks.append(np.where(labels[y : y + height, x : x + width] == k, share[y : y + height, x : x + width], 0))
    return _Letters(np.array(boxes, float).reshape(-1, 4), [np.asarray(mask, np.uint8) for mask in masks])


def _lopsided(letters: _Letters, axis: int) -> float:
    """Return by how much of their half-size the ink of marks is before their middle along an axis, on average."""
    values = []
    for mask in letters.masks:
        profile = mask.sum(axis=1 - axis).astype(float)
        place = np.arange(len(profile)) + 0.5
        values.append(1 - 2 * float(np.average(place, weights=profile)) / len(profile))
    return float(np.mean(values)) if values else 0.0


def evidence_of_flips(
    shares: Mapping[str, Image], rows: tuple[float, ...], px_per_mm: float
) -> tuple[Doubles, Doubles]:
    """Return the evidence of `ACROSS` and of `DOWN` that a straight page is neither mirrored nor upside down.

    Parameters
    ----------
    shares : mapping of str to ndarray, shape (h, w), uint8
        By the names of `heartguard.page.structure.PLANES`.
    rows : tuple of float
        Heights of the rows of traces, pixels.
    px_per_mm : float
    """
    trace = shares["trace"]
    width = trace.shape[1]
    columns = np.flatnonzero((trace > HALF).any(axis=0))
    left, right = (float(columns[0]), float(columns[-1])) if len(columns) else (0.0, float(width))
    middle, half = (left + right) / 2, max(1.0, (right - left) / 2)
    names, text = _letters(shares["name"], px_per_mm), _letters(shares["print"], px_per_mm)
    pulse = (shares["pulse"] > HALF).astype(np.float32)
    pulse_x = _mean_place(pulse.sum(axis=0), middle)
    name_x = float(np.mean(names.boxes[:, 0] + names.boxes[:, 2] / 2)) if len(names.boxes) else middle
    after, upward = _waves(trace, rows, px_per_mm)
    across = np.array(
        [_lopsided(names, 1), _lopsided(text, 1), (middle - pulse_x) / half, (middle - name_x) / half, after]
    )
    down = np.array(
        [
            _lopsided(names, 0),
            _lopsided(text, 0),
            _roofs(pulse),
            _above_rows(names, rows, px_per_mm),
            upward,
            _print_side(shares["print"], rows),
        ]
    )
    return across, down


def _mean_place(profile: Floats, otherwise: float) -> float:
    total = float(profile.sum())
    return float((profile * np.arange(len(profile))).sum()) / total if total else otherwise


def _roofs(pulse: Floats) -> float:
    """Return how much more of the width of pulses is covered at their tops, by the roof, than at their bottoms."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pulse.astype(np.uint8), connectivity=8)
    values = []
    for k in range(1, count):
        x, y, width, height, area = stats[k]
        if area > 30 and height > 0.5 * width:
            part = labels[y : y + height, x : x + width] == k
            inner = part[:, width // 4 : max(width // 4 + 1, 3 * width // 4)]
            edge = max(1, height // 8)
            values.append(float(inner[:edge].any(axis=0).mean() - inner[-edge:].any(axis=0).mean()))
    return float(np.mean(values)) if values else 0.0


def _above_rows(names: _Letters, rows: tuple[float, ...], px_per_mm: float) -> float:
    """Return how far names are above the nearest row, in units of 10 mm, at most 1."""
    if not len(names.boxes) or not rows:
        return 0.0
    middle = names.boxes[:, 1] + names.boxes[:, 3] / 2
    nearest = np.array(rows)[np.abs(middle[:, None] - np.array(rows)).argmin(axis=1)]
    return float(np.clip(np.mean(nearest - middle) / (10 * px_per_mm), -1, 1))


def _print_side(text: Image, rows: tuple[float, ...]) -> float:
    """Return how much more print is above the first row than below the last: headers are larger than footers."""
    if not rows:
        return 0.0
    above, below = float(text[: max(0, round(rows[0]))].sum()), float(text[round(rows[-1]) :].sum())
    return _against(above, below) if above + below else 0.0


def _waves(trace: Image, rows: tuple[float, ...], px_per_mm: float) -> tuple[float, float]:
    """Return how much larger waves are after R peaks than before, and how much further traces go up than down."""
    after, upward = [], []
    for k, row in enumerate(rows):
        top = (rows[k - 1] + row) / 2 if k else row - 15 * px_per_mm
        bottom = (row + rows[k + 1]) / 2 if k + 1 < len(rows) else row + 15 * px_per_mm
        line = _line(trace[max(0, round(top)) : round(bottom)])
        if line is None:
            continue
        upward.append(float(np.mean(line**3)) / max(float(np.std(line)) ** 3, 1e-9))
        found = _after_beats(line, px_per_mm)
        if found is not None:
            after.append(found)
    return (float(np.mean(after)) if after else 0.0), (float(np.clip(np.mean(upward) / 5, -1, 1)) if upward else 0.0)


def _line(band: Image) -> Doubles | None:
    """Return the middle of the ink in each column of a band, upwards from its median; gaps bridged."""
    weight = band.astype(np.float64)
    total = weight.sum(axis=0)
    known = total > HALF
    if known.mean() < 0.2:
        return None
    y = (weight * np.arange(len(band))[:, None]).sum(axis=0) / np.maximum(total, 1)
    columns = np.flatnonzero(known)
    line = np.interp(np.arange(columns[0], columns[-1] + 1), columns, y[known])
    return np.asarray(np.median(line) - line, np.float64)


def _after_beats(line: Doubles, px_per_mm: float) -> float | None:
    px_per_s = px_per_mm * PAPER_SPEED_MM_PER_S
    steep = cv2.GaussianBlur(np.abs(np.gradient(line)).reshape(1, -1), (0, 0), 0.02 * px_per_s).ravel()
    reach, start = round(_BESIDE_S[1] * px_per_s), round(_BESIDE_S[0] * px_per_s)
    peaks: list[int] = []
    left = steep.copy()
    while len(peaks) < 12:
        at = int(np.argmax(left))
        if left[at] < 0.4 * steep.max() or left[at] <= 0:
            break
        peaks.append(at)
        left[max(0, at - reach) : at + reach] = 0
    inside = [at for at in peaks if reach < at < len(line) - reach]
    if not inside:
        return None
    before = np.mean([np.ptp(line[at - reach : at - start]) for at in inside])
    behind = np.mean([np.ptp(line[at + start : at + reach]) for at in inside])
    return _against(float(behind), float(before))
