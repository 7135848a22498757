"""A fast stand-in for the network in the game of the leads, fitted to what the network answered.

The logit is a sum over thirteen stretches of the drawing, and what a stretch adds depends on its own trace and, less,
on those around it. So each stretch gets a small linear model of its own player, its neighbours and their products. It
is no explanation by itself: it takes the noise out of one (a control variate), see `heartguard.explain.shapley`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.classify import ROI_COUNT, probabilities, roi_pooling_weights
from heartguard.drawing import LEAD_GROUPS, drawing_boxes
from heartguard.values import Box

RIDGE = 0.3
ENDS_WEIGHT = 1000.0
"""Weight of the empty and of the whole drawing, which must come out right."""


def stretch_parts(class_maps: Floats) -> Doubles:
    """Return what each stretch of the drawing adds to the logits.

    Parameters
    ----------
    class_maps : ndarray, shape (n, classes, rows, columns)

    Returns
    -------
    ndarray, shape (n, 13, classes)
        A cell on the border of two stretches is shared by area; the sum over the stretches plus the bias is the logit.
    """
    rows, columns = class_maps.shape[2:]
    masks = roi_pooling_weights(16 * rows, 16 * columns).astype(np.float64)
    shares = masks / masks.sum(axis=0)
    found: Doubles = np.einsum("nkyx,ryx->nrk", class_maps, shares) / (rows * columns)
    return found


@cache
def neighbours() -> tuple[tuple[int, ...], ...]:
    """Return for each stretch the places in `LEAD_GROUPS` of those whose boxes touch its box."""
    boxes = sorted(drawing_boxes(), key=lambda box: LEAD_GROUPS.index("rhythm" if box.rhythm else box.lead))
    return tuple(
        tuple(j for j, other in enumerate(boxes) if j != i and _touch(box, other)) for i, box in enumerate(boxes)
    )


def _touch(one: Box, other: Box) -> bool:
    across = one.x0 <= other.x1 and other.x0 <= one.x1
    return across and one.y0 <= other.y1 and other.y0 <= one.y1


@dataclass(frozen=True, eq=False)
class Surrogate:
    """The fitted stand-in: from masks of shape (n, players) to the probability of one class, shape (n,)."""

    names: tuple[str, ...]
    coefficients: tuple[Doubles, ...]
    bias: Floats
    temperature: float
    place: int

    def __call__(self, masks: NDArray[np.generic]) -> Doubles:
        """Return the probabilities of coalitions."""
        present = _by_player(np.asarray(masks) != 0, self.names)
        logits = self.bias + sum(_terms(present, r) @ c for r, c in enumerate(self.coefficients))
        return probabilities(logits, self.temperature)[:, self.place]


def fit_surrogate(
    masks: Mask, parts: Doubles, names: Sequence[str], bias: Floats, temperature: float, place: int
) -> Surrogate:
    """Fit the stand-in by ridge regression.

    Parameters
    ----------
    masks : ndarray of bool, shape (n, players)
        Coalitions that the network was asked about.
    parts : ndarray, shape (n, 13, classes)
        Its answers, from `stretch_parts`.
    names : sequence of str
        The players.
    bias : ndarray, shape (classes,)
    temperature : float
    place : int
        Of the class.
    """
    present = _by_player(masks, names)
    ends = masks.all(axis=1) | ~masks.any(axis=1)
    weights = np.where(ends, ENDS_WEIGHT, 1.0)[:, None]
    coefficients = []
    for stretch in range(ROI_COUNT):
        terms = _terms(present, stretch)
        penalty = RIDGE * np.eye(terms.shape[1])
        penalty[0, 0] = 1e-6
        weighted = (terms * weights).T
        solved = np.linalg.solve(weighted @ terms + penalty, weighted @ parts[:, stretch])
        coefficients.append(np.asarray(solved, dtype=np.float64))
    return Surrogate(tuple(names), tuple(coefficients), bias, temperature, place)


def _by_player(masks: Mask, names: Sequence[str]) -> Doubles:
    """Return masks over all of `LEAD_GROUPS`; who is no player is absent."""
    present = np.zeros((len(masks), len(LEAD_GROUPS)))
    present[:, [LEAD_GROUPS.index(name) for name in names]] = masks
    return present


def _terms(present: Doubles, stretch: int) -> Doubles:
    """Return the terms of one stretch: 1, its player, its neighbours, and the products with its player."""
    own, near = present[:, [stretch]], present[:, list(neighbours()[stretch])]
    return np.concatenate([np.ones((len(present), 1)), own, near, own * near], axis=1)
