"""A fast surrogate of the network in the game of the leads, fitted to the network's own answers.

The logit is a sum over thirteen segments of the drawing, and the contribution of a segment depends mostly on its own
trace and less on neighbouring ones. So each segment has a small linear model of its own player, its neighbours and
their products. The surrogate is no explanation by itself: it reduces the variance of one (a control variate), see
`heartguard.explain.shapley`.
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
"""Penalty of the terms: there can be fewer evaluations than terms. Chosen by hand, not fitted."""

ENDS_WEIGHT = 1000.0
"""Weight of the empty and of the whole drawing, at which the surrogate must equal the network."""


def segment_contributions(class_maps: Floats) -> Doubles:
    """Return the contribution of each segment of the drawing to the logits.

    Parameters
    ----------
    class_maps : ndarray, shape (n, classes, rows, columns)

    Returns
    -------
    ndarray, shape (n, 13, classes)
        A cell on the border of two segments is divided by area; the sum over the segments plus the bias is the logit.
    """
    rows, columns = class_maps.shape[2:]
    masks = roi_pooling_weights(16 * rows, 16 * columns).astype(np.float64)
    shares = masks / masks.sum(axis=0)
    found: Doubles = np.einsum("nkyx,ryx->nrk", class_maps, shares) / (rows * columns)
    return found


@cache
def neighbours() -> tuple[tuple[int, ...], ...]:
    """Return for each segment the indices in `LEAD_GROUPS` of those whose boxes touch its box."""
    boxes = sorted(drawing_boxes(), key=lambda box: LEAD_GROUPS.index("rhythm" if box.rhythm else box.lead))
    return tuple(
        tuple(j for j, other in enumerate(boxes) if j != i and _touch(box, other)) for i, box in enumerate(boxes)
    )


def _touch(one: Box, other: Box) -> bool:
    across = one.x0 <= other.x1 and other.x0 <= one.x1
    return across and one.y0 <= other.y1 and other.y0 <= one.y1


@dataclass(frozen=True, eq=False)
class Surrogate:
    """The fitted surrogate: from masks of shape (n, players) to the probability of one class, shape (n,)."""

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
    """Fit the surrogate by ridge regression.

    Parameters
    ----------
    masks : ndarray of bool, shape (n, players)
        Coalitions that were evaluated.
    parts : ndarray, shape (n, 13, classes)
        The contributions of their segments, from `segment_contributions`.
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
    for segment in range(ROI_COUNT):
        terms = _terms(present, segment)
        penalty = RIDGE * np.eye(terms.shape[1])
        penalty[0, 0] = 1e-6
        weighted = (terms * weights).T
        solved = np.linalg.solve(weighted @ terms + penalty, weighted @ parts[:, segment])
        coefficients.append(np.asarray(solved, dtype=np.float64))
    return Surrogate(tuple(names), tuple(coefficients), bias, temperature, place)


def _by_player(masks: Mask, names: Sequence[str]) -> Doubles:
    """Return masks over all of `LEAD_GROUPS`; a lead that is no player is absent."""
    present = np.zeros((len(masks), len(LEAD_GROUPS)))
    present[:, [LEAD_GROUPS.index(name) for name in names]] = masks
    return present


def _terms(present: Doubles, segment: int) -> Doubles:
    """Return the terms of one segment: 1, its player, its neighbours, and the products with its player."""
    own, near = present[:, [segment]], present[:, list(neighbours()[segment])]
    return np.concatenate([np.ones((len(present), 1)), own, near, own * near], axis=1)
