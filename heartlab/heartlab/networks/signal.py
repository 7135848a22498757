"""The 1-D residual networks of the signal model in Keras, all of them as one network with more groups.

`heartlab.train.signal.residual` trains them in PyTorch; here their table of weights, batch normalisation folded in,
becomes the LiteRT file that is shipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from heartguard.arrays import Floats
from heartguard.classify.signal_network import COLUMNS, SHAPE, SIGNATURE
from heartguard.weights import Weights
from heartlab.networks.litert import litert_file, with_half_precision

__all__ = ["CHANNELS", "HEADS", "build_signal_networks", "signal_networks_file"]

CHANNELS = [place for column in range(COLUMNS) for place in (3 * column, 3 * column + 1, 3 * column + 2, 12 + column)]
"""Order of the channels of `stacked_signals` column by column: three leads and their quarter of the strip."""

HEADS = {"classes": "pages", "statements": "tags"}
"""Outputs, and the heads of the trained networks that they are."""


def build_signal_networks(weights: Weights) -> Any:
    """Return the networks as one `keras.Model` whose outputs are the means over them.

    Parameters
    ----------
    weights : dict of str to ndarray
        ``net{n}/stem``, ``net{n}/block{k}/first``, ``.../second`` and ``.../shortcut``, each with ``/kernel``, shape
        (out, in of its column, samples), and ``/bias``; the heads ``net{n}/pages`` (classes) and ``net{n}/tags``
        (statements), each with ``/kernel``, shape (features, outputs), and ``/bias``.

    Returns
    -------
    keras.Model
        From `signals`, shape (n, 16, 290), mV, to `HEADS`.
    """
    import keras
    from keras import layers

    count = sum(name.endswith("stem/bias") for name in weights)
    blocks = sum(name.startswith("net0/") and name.endswith("first/bias") for name in weights)

    def stacked(name: str) -> Floats:
        return np.concatenate([weights[f"net{number}/{name}"] for number in range(count)])

    def convolved(name: str, value: Any, stride: int = 1) -> Any:
        kernel, bias = stacked(f"{name}/kernel"), stacked(f"{name}/bias")
        out, _, length = kernel.shape
        layer = layers.Conv1D(out, length, strides=stride, groups=COLUMNS * count)
        value = layer(layers.ZeroPadding1D(length // 2)(value))
        layer.set_weights([kernel.transpose(2, 1, 0), bias])
        return value

    signals = keras.Input(SHAPE, batch_size=1, name="signals")
    value = keras.ops.transpose(keras.ops.take(signals, np.array(CHANNELS * count), axis=1), (0, 2, 1))
    value = layers.ReLU()(convolved("stem", value, 2))
    for block in (f"block{number}" for number in range(1, blocks + 1)):
        inner = convolved(f"{block}/second", layers.ReLU()(convolved(f"{block}/first", value, 2)))
        halved = layers.AveragePooling1D(2, padding="same")(value)
        value = layers.ReLU()(inner + convolved(f"{block}/shortcut", halved))
    pooled = layers.Concatenate()([layers.GlobalAveragePooling1D()(value), layers.GlobalMaxPooling1D()(value)])
    return keras.Model(signals, {output: _head(weights, head, pooled, count) for output, head in HEADS.items()})


def _head(weights: Weights, head: str, pooled: Any, count: int) -> Any:
    """Return the mean over the networks of a linear head; `pooled` has the means of all networks, then the maxima."""
    from keras import layers

    halves = zip(*(np.split(weights[f"net{number}/{head}/kernel"], 2) for number in range(count)), strict=True)
    kernel = np.concatenate([part for half in halves for part in half])
    layer = layers.Dense(kernel.shape[1])
    summed = layer(pooled)
    layer.set_weights([kernel, sum(weights[f"net{number}/{head}/bias"] for number in range(count))])
    return summed / count


def signal_networks_file(weights: Weights) -> bytes:
    """Return the networks as a LiteRT file for `heartguard.classify.signal_network.SignalNetworks`.

    Parameters
    ----------
    weights : dict of str to ndarray
        As for `build_signal_networks`.
    """
    network = build_signal_networks(weights)
    return with_half_precision(litert_file({SIGNATURE: network}, {SIGNATURE: (1, *SHAPE)}))
