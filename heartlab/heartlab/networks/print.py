"""The print network in Keras, and its export as a LiteRT file; `heartlab.train.print` trains it in PyTorch."""

from __future__ import annotations

from typing import Any, NamedTuple

from heartguard.page.print.cuts import CUT_HEIGHT
from heartguard.page.print.network import INPUT, OUTPUT, SIGNATURE
from heartguard.page.print.symbols import SYMBOLS
from heartguard.weights import Weights
from heartlab.networks.litert import litert_file, with_half_precision

__all__ = ["PRINT_LAYERS", "Convolution", "build_print_network", "print_network_file"]


class Convolution(NamedTuple):
    """A layer of the print network; sizes are down and across. An added one is added to what it is given."""

    name: str
    inputs: int
    outputs: int
    kernel: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    dilation: int = 1
    padding: tuple[int, int] = (1, 1)
    added: bool = False
    active: bool = True


PRINT_LAYERS = (
    Convolution("halved", 3, 24, stride=(2, 2)),
    Convolution("quarter", 24, 32, stride=(2, 1)),
    Convolution("strokes", 32, 48, stride=(1, 2)),
    Convolution("eighth", 48, 64, stride=(2, 1)),
    Convolution("sixteenth", 64, 80, stride=(2, 1)),
    Convolution("letters", 80, 96, kernel=(2, 3), padding=(0, 1)),
    Convolution("beside", 96, 96, kernel=(1, 5), padding=(0, 2), added=True),
    Convolution("around", 96, 96, kernel=(1, 5), padding=(0, 4), dilation=2, added=True),
    Convolution("out", 96, len(SYMBOLS), kernel=(1, 1), padding=(0, 0), active=False),
)
"""Down, a cut becomes one row of letters; across, it keeps a column for every four, and the last layers see about 15
of these: three or four letters."""


def build_print_network(weights: Weights) -> Any:
    """Return the network as a `keras.Model` from `INPUT` to `OUTPUT`, shares of `SYMBOLS` for every column.

    Parameters
    ----------
    weights : dict of str to ndarray
        ``{layer}/kernel``, shape (h, w, in, out), and ``{layer}/bias``, batch normalisation folded in.
    """
    import keras
    from keras import layers

    strip = keras.Input((CUT_HEIGHT, None, 3), batch_size=1, name=INPUT)
    value = strip
    for layer in PRINT_LAYERS:
        # Written out, since "same" pads strided layers on other sides than PyTorch.
        padded = layers.ZeroPadding2D(layer.padding)(value) if any(layer.padding) else value
        sizes = {"strides": layer.stride, "dilation_rate": (1, layer.dilation)}
        convolution = layers.Conv2D(layer.outputs, layer.kernel, **sizes)
        found = convolution(padded)
        convolution.set_weights([weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"]])
        found = layers.ReLU()(found) if layer.active else layers.Softmax()(found)
        value = value + found if layer.added else found
    return keras.Model(strip, {OUTPUT: layers.Reshape((-1, len(SYMBOLS)))(value)})


def print_network_file(weights: Weights) -> bytes:
    """Return the network as a LiteRT file for `heartguard.page.print.network.PrintNetwork`."""
    network = build_print_network(weights)
    return with_half_precision(litert_file({SIGNATURE: network}, {SIGNATURE: (1, CUT_HEIGHT, None, 3)}))
