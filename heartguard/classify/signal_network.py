"""A residual 1-D network on the signals of the drawing, evaluated by numpy from a table of weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Floats
from heartguard.drawing import COLUMN_SECONDS, SEGMENT_RATE_HZ, LeadSegments
from heartguard.errors import ModelError
from heartguard.weights import Weights

COLUMNS = 4
"""Columns of the drawing: the leads of one column are simultaneous with each other and a quarter of the strip."""

CHANNELS = [place for column in range(COLUMNS) for place in (3 * column, 3 * column + 1, 3 * column + 2, 12 + column)]
"""Order of the channels of `stacked_signals` column by column: three leads and their quarter of the strip."""

STEM = 7
"""Samples of the first convolution's kernel, 56 ms; chosen by hand."""

KERNEL = 5
"""Samples of the other kernels; chosen by hand."""


def stacked_signals(segments: LeadSegments) -> Floats:
    """Return the signals of the drawing as channels, shape (16, 290), mV, 125 Hz.

    The segments of the twelve leads, then the quarters of the strip that are simultaneous with the four columns; 0 in
    gaps.
    """
    quarters = np.zeros((COLUMNS, segments.leads.shape[1]), np.float32)
    if segments.strip is not None:
        strip = np.nan_to_num(segments.strip)
        for number, row in enumerate(quarters):
            part = strip[(at := round(number * COLUMN_SECONDS * SEGMENT_RATE_HZ)) : at + row.size]
            row[: part.size] = part
    return np.concatenate([np.nan_to_num(segments.leads), quarters])


@dataclass(frozen=True, eq=False)
class SignalNetwork:
    """One network: a stem, residual blocks that halve the samples, means and maxima over time, and a linear head.

    Attributes
    ----------
    weights : dict of str to ndarray
        ``stem``, ``block{k}/first``, ``block{k}/second`` and ``block{k}/shortcut``, each with ``/kernel``, shape (out,
        in of its column, samples), and ``/bias``, batch normalisation folded in; the heads `pages` (classes) and `tags`
        (statements), each with ``/kernel``, shape (features, outputs), and ``/bias``.
    """

    weights: Weights

    @property
    def blocks(self) -> int:
        """Number of residual blocks."""
        return sum(name.endswith("first/kernel") for name in self.weights)

    def features(self, signals: Floats) -> Floats:
        """Return means and maxima over time of the last block, of signals of shape (16, samples)."""
        x = np.maximum(self._convolved("stem", signals[CHANNELS], 2), 0)
        for number in range(1, self.blocks + 1):
            inner = np.maximum(self._convolved(f"block{number}/first", x, 2), 0)
            inner = self._convolved(f"block{number}/second", inner, 1)
            x = np.maximum(inner + self._convolved(f"block{number}/shortcut", _halved(x), 1), 0)
        return np.concatenate([x.mean(axis=1), x.max(axis=1)])

    def logits(self, signals: Floats) -> tuple[Floats, Floats]:
        """Return the logits of the classes and of the statements, of signals of shape (16, samples)."""
        features = self.features(signals)
        classes, statements = (
            features @ self.weights[f"{head}/kernel"] + self.weights[f"{head}/bias"] for head in ("pages", "tags")
        )
        return classes, statements

    def _convolved(self, name: str, x: Floats, stride: int) -> Floats:
        return convolve(x, self.weights[f"{name}/kernel"], self.weights[f"{name}/bias"], stride)


def convolve(x: Floats, kernel: Floats, bias: Floats, stride: int) -> Floats:
    """Convolve the channels of each column separately (a grouped convolution), with zero padding.

    Parameters
    ----------
    x : ndarray, shape (in, samples)
    kernel : ndarray, shape (out, in / columns, k)
    bias : ndarray, shape (out,)
    stride : int
    """
    out, inputs, length = kernel.shape
    columns = len(x) // inputs
    padded = np.pad(x, ((0, 0), (length // 2, length // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, length, axis=1)[:, ::stride]
    rows = windows.reshape(columns, inputs, -1, length).transpose(0, 2, 1, 3).reshape(columns, -1, inputs * length)
    found = rows @ kernel.reshape(columns, out // columns, inputs * length).transpose(0, 2, 1)
    return np.asarray(found.transpose(0, 2, 1).reshape(out, -1) + bias[:, None], np.float32)


def _halved(x: Floats) -> Floats:
    """Average pairs of samples; a last one without a partner is kept."""
    even = x.shape[1] // 2 * 2
    pairs = x[:, :even].reshape(len(x), -1, 2).mean(axis=2)
    return np.concatenate([pairs, x[:, even:]], axis=1)


def mean_logits(networks: tuple[SignalNetwork, ...], signals: Floats) -> tuple[Floats, Floats]:
    """Return the logits of classes and of statements, each the mean over networks."""
    classes, statements = zip(*(network.logits(signals) for network in networks), strict=True)
    return np.mean(classes, axis=0), np.mean(statements, axis=0)


def networks_of(table: Weights, classes: int, statements: int) -> tuple[SignalNetwork, ...]:
    """Return the networks of a table whose names begin with ``net{n}/``; none where it has none.

    Raises
    ------
    ModelError
        If a part is missing or has another shape.
    """
    count = len({name.split("/")[0] for name in table if name.startswith("net")})
    parts = [f"net{number}/" for number in range(count)]
    found = tuple(SignalNetwork({k[len(p) :]: v for k, v in table.items() if k.startswith(p)}) for p in parts)
    try:
        answers = [network.logits(np.zeros((len(CHANNELS), 290), np.float32)) for network in found]
    except (KeyError, ValueError) as error:
        raise ModelError("The signal networks of the signal model do not fit together.") from error
    if any((len(one), len(other)) != (classes, statements) for one, other in answers):
        raise ModelError("The signal networks of the signal model do not fit its classes and statements.")
    return found
