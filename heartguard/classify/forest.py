"""Boosted trees evaluated by numpy: each stored as a complete binary tree, all evaluated at once, level by level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats, Mask
from heartguard.errors import ModelError
from heartguard.weights import Weights


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees of one depth in heap order: the children of node ``i`` are ``2 i + 1`` and ``2 i + 2``.

    A value below the threshold goes left, a missing one to the side that was learnt for it. Where a branch ends early,
    its last node sends everything left (threshold infinity).

    Attributes
    ----------
    feature : ndarray, shape (trees, 2**depth - 1), int
    threshold : ndarray, shape (trees, 2**depth - 1), float32
    unknown_left : ndarray, shape (trees, 2**depth - 1), bool
    leaf : ndarray, shape (trees, 2**depth), float32
        Added to the logit of the tree's class.
    place : ndarray, shape (trees,), int
        Class of each tree.
    base : ndarray, shape (classes,), float32
    """

    feature: NDArray[np.int64]
    threshold: Floats
    unknown_left: Mask
    leaf: Floats
    place: NDArray[np.int64]
    base: Floats

    def logits(self, features: Floats) -> Floats:
        """Return the logits of one row of features, shape (features,) to (classes,)."""
        trees = np.arange(len(self.feature))
        node = np.zeros(len(trees), np.int64)
        for _ in range(int(np.log2(self.leaf.shape[1]))):
            value = features[self.feature[trees, node]]
            right = np.where(np.isnan(value), ~self.unknown_left[trees, node], value >= self.threshold[trees, node])
            node = 2 * node + 1 + right
        added = self.leaf[trees, node - self.feature.shape[1]]
        summed = np.bincount(self.place, weights=added, minlength=len(self.base))
        found: Floats = (self.base + summed).astype(np.float32)
        return found


_TABLES = ("feature", "threshold", "unknown_left", "leaf", "place", "base")
"""Attributes of `Forest` that are stored."""


def to_table(forest: Forest) -> Weights:
    """Return a forest as a table for `write_weights`, under names that keep their precision."""
    return {f"head/{name}": np.asarray(getattr(forest, name), np.float32) for name in _TABLES}


def from_table(table: Weights, features: int, classes: int) -> Forest:
    """Return the forest of a table.

    Raises
    ------
    ModelError
        If a part is missing, has another shape, or names a feature or class that does not exist.
    """
    try:
        parts = {name: table[f"head/{name}"] for name in _TABLES}
    except KeyError as error:
        raise ModelError(f"The trees of the signal model lack {error.args[0]}.") from error
    forest = Forest(
        parts["feature"].astype(np.int64),
        parts["threshold"],
        parts["unknown_left"] > 0,
        parts["leaf"],
        parts["place"].astype(np.int64),
        parts["base"],
    )
    trees, nodes = forest.feature.shape
    shapes = {forest.threshold.shape, forest.unknown_left.shape, (trees, nodes)}
    fits = len(shapes) == 1 and forest.leaf.shape == (trees, nodes + 1) and (nodes & (nodes + 1)) == 0
    fits &= forest.place.shape == (trees,) and forest.base.shape == (classes,)
    if not fits or not 0 <= forest.feature.min() <= forest.feature.max() < features or forest.place.max() >= classes:
        raise ModelError("The trees of the signal model do not fit together.")
    return forest
