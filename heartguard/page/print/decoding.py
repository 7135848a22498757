"""From the network's shares of symbols to texts and their probabilities (connectionist temporal classification)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from heartguard.arrays import Doubles, Floats

__all__ = ["Letter", "likeliest_letters", "probabilities"]


class Letter(NamedTuple):
    """A symbol, the first and the last of the columns that show it."""

    number: int
    first: int
    last: int


def likeliest_letters(shares: Floats) -> list[Letter]:
    """Return the symbols that are likeliest column by column; the same one in neighbouring columns counts once.

    Parameters
    ----------
    shares : ndarray, shape (columns, symbols)
    """
    letters: list[Letter] = []
    before = 0
    for column, number in enumerate(shares.argmax(axis=1).tolist()):
        if number and number == before:
            letters[-1] = letters[-1]._replace(last=column)
        elif number:
            letters.append(Letter(number, column, column))
        before = number
    return letters


def probabilities(shares: Floats, texts: Sequence[Sequence[int]]) -> Doubles:
    """Return the probability of each of some texts: the sum over all ways in which columns can spell it.

    Parameters
    ----------
    shares : ndarray, shape (columns, symbols)
    texts : sequence of sequence of int
        Numbers of symbols.

    Returns
    -------
    ndarray, shape (texts,), float64

    Examples
    --------
    >>> import numpy as np
    >>> shares = np.zeros((2, 62), np.float32)
    >>> shares[:, 1], shares[:, 0] = (0.5, 0.75), (0.5, 0.25)
    >>> probabilities(shares, [[1], [], [1, 1]])
    array([0.875, 0.125, 0.   ])
    """
    longest = max((len(text) for text in texts), default=0)
    # Blanks between, before and after the symbols: a state for each.
    states = np.zeros((len(texts), 2 * longest + 1), np.intp)
    for row, text in zip(states, texts, strict=True):
        row[1 : 2 * len(text) : 2] = text
    # A blank may be left out between two symbols that differ.
    skips = np.zeros(states.shape)
    skips[:, 2:] = (states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2])
    emitted = shares.astype(np.float64)[:, states]
    reached = np.zeros(states.shape)
    reached[:, :2] = emitted[0, :, :2]
    for seen in emitted[1:]:
        onward = reached.copy()
        onward[:, 1:] += reached[:, :-1]
        onward[:, 2:] += skips[:, 2:] * reached[:, :-2]
        reached = onward * seen
    ends = 2 * np.array([len(text) for text in texts], np.intp)
    rows = np.arange(len(texts))
    return np.asarray(reached[rows, ends] + np.where(ends > 0, reached[rows, ends - 1], 0.0), np.float64)
