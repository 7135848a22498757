"""Shapley values of a game of few players: exact ones from all coalitions, or estimates from permutations.

The package shap has both; they are ours because importing it, and what it compiles on the first call, take 285 MB and
up to a minute on a server of 690 MB. The tests hold both to be equal to those of shap.
"""

from __future__ import annotations

from math import comb

import numpy as np

from heartguard.arrays import Doubles
from heartguard.explain.game import Coalitions

__all__ = ["exact_values", "permutation_values"]


def exact_values(game: Coalitions, count: int) -> Doubles:
    """Return the mean gain of each player over all coalitions of the others, sizes alike (Shapley, 1953).

    Parameters
    ----------
    game : callable
        From masks of bool, shape (n, players), to values, shape (n,).
    count : int
        Players; there are 2 ** count coalitions.

    Returns
    -------
    ndarray, shape (count,), float64

    Examples
    --------
    >>> exact_values(lambda masks: masks.all(axis=1) * 6.0, 3).tolist()
    [2.0, 2.0, 2.0]
    """
    numbers = np.arange(2**count)
    masks = (numbers[:, None] >> np.arange(count) & 1).astype(bool)
    values, sizes = np.asarray(game(masks), np.float64), masks.sum(axis=1)
    weights = np.array([1 / (count * comb(count - 1, size)) for size in range(count)])
    found = np.zeros(count)
    for player in range(count):
        without = numbers[~masks[:, player]]
        found[player] = weights[sizes[without]] @ (values[without | 1 << player] - values[without])
    return found


def permutation_values(game: Coalitions, count: int, permutations: int, seed: int = 0) -> Doubles:
    """Return the mean gain of each player who joins, and leaves, in the order of random permutations.

    Every permutation is walked forwards and backwards (antithetic: Mitchell et al., JMLR 23:43, 2022), so that
    interactions of two players are divided exactly, and the values add up to the whole.

    Parameters
    ----------
    game : callable
        From masks of bool, shape (n, players), to values, shape (n,).
    count, permutations, seed : int

    Returns
    -------
    ndarray, shape (count,), float64
    """
    random, order, total = np.random.RandomState(seed), np.arange(count), np.zeros(count)
    for _ in range(permutations):
        random.shuffle(order)
        masks = np.zeros((2 * count + 1, count), bool)
        for place, player in enumerate(order):
            masks[place + 1 : count + place + 1, player] = True  # joins in its turn, and leaves in the same
        gains = np.diff(np.asarray(game(masks), np.float64))
        total[order] += gains[:count] - gains[count:]
    return total / (2 * permutations)
