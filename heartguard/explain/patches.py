"""The ink of a drawing as small patches, and their hierarchy: leads first, then time, then height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.drawing import LEAD_GROUPS
from heartguard.explain.cam import lead_group_of
from heartguard.explain.players import WHITE
from heartguard.values import Drawing

PATCH_PX = 4
"""Side of the smallest patch: 0.1 s by 0.3 mV."""

Tree = int | tuple["Tree", "Tree"]
"""A patch, or two subtrees."""


@dataclass(frozen=True, eq=False)
class Patches:
    """Parts of a drawing that can be made white.

    Attributes
    ----------
    image : ndarray, shape (h, w), uint8
        The drawing.
    place : ndarray, shape (h, w), int64
        Number of the patch that a pixel belongs to; the number of patches where there is no ink.
    names : tuple of str
        Of the patches: lead, row and column of the grid of patches.
    joins : ndarray, shape (patches - 1, 4), float64
        The tree in the form of scipy's linkage: two members, then twice the number of patches below.
    """

    image: Image
    place: NDArray[np.int64]
    names: tuple[str, ...]
    joins: Doubles

    def drawings(self, masks: Mask) -> Image:
        """Return the drawings of coalitions, masks of shape (n, patches), as images of shape (n, h, w)."""
        shown = np.concatenate([masks, np.zeros((len(masks), 1), bool)], axis=1)
        return np.where(shown[:, self.place], self.image, WHITE).astype(np.uint8)

    def spread(self, values: Doubles) -> Floats:
        """Return a map in which each pixel has the value of its patch, and pixels without ink 0; shape (h, w)."""
        return np.append(values, 0.0)[self.place].astype(np.float32)


def patches_of(drawing: Drawing) -> Patches:
    """Cut the ink of a drawing into patches.

    Parameters
    ----------
    drawing : Drawing

    Returns
    -------
    Patches
        The hierarchy halves each lead segment along its longer side; above it are the segments of one row, then the
        rows. So no group mixes parts of two leads unless it contains both leads.
    """
    height, width = drawing.image.shape
    place = np.full((height, width), -1, np.int64)
    names: list[str] = []
    segments: dict[str, list[tuple[int, int]]] = {player: [] for player in LEAD_GROUPS}
    numbers: dict[tuple[int, int], int] = {}
    for box in drawing.boxes:
        for row in range(round(box.y0), round(box.y1), PATCH_PX):
            for column in range(round(box.x0), round(box.x1), PATCH_PX):
                inside = (slice(row, min(row + PATCH_PX, height)), slice(column, min(column + PATCH_PX, width)))
                if drawing.image[inside].min() < WHITE:
                    place[inside] = numbers[row, column] = len(names)
                    segments[lead_group_of(box)].append((row, column))
                    names.append(f"{lead_group_of(box)} {row // PATCH_PX} {column // PATCH_PX}")
    place[place < 0] = len(names)
    trees = [_halved(cells, numbers) for cells in segments.values() if cells]
    return Patches(
        drawing.image, place, tuple(names), linkage(_paired(trees), len(names)) if trees else np.empty((0, 4))
    )


def _halved(cells: Sequence[tuple[int, int]], numbers: dict[tuple[int, int], int]) -> Tree:
    """Return the tree of patches at (row, column), halved recursively along the longer side."""
    if len(cells) == 1:
        return numbers[cells[0]]
    spans = np.ptp(np.array(cells), axis=0)
    axis = int(spans[1] >= spans[0])
    middle = min(cell[axis] for cell in cells) + spans[axis] / 2
    first = [cell for cell in cells if cell[axis] <= middle]
    second = [cell for cell in cells if cell[axis] > middle]
    return _halved(first, numbers), _halved(second, numbers)


def _paired(trees: Sequence[Tree]) -> Tree:
    """Return one tree that joins neighbouring trees in pairs, recursively."""
    if len(trees) == 1:
        return trees[0]
    middle = len(trees) // 2
    return _paired(trees[:middle]), _paired(trees[middle:])


def linkage(tree: Tree, patches: int) -> Doubles:
    """Return a tree as rows of joins, shape (patches - 1, 4); the last one is the root."""
    rows: list[tuple[int, int, int, int]] = []

    def join(node: Tree) -> tuple[int, int]:
        if isinstance(node, int):
            return node, 1
        (left, below_left), (right, below_right) = join(node[0]), join(node[1])
        count = below_left + below_right
        rows.append((left, right, count, count))
        return patches + len(rows) - 1, count

    join(tree)
    return np.array(rows, np.float64).reshape(-1, 4)
