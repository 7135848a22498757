"""The int8 file with access to its activations, split in two after its second block.

The first two blocks are expensive (float32, many pixels) and have a receptive field of 6 pixels to either side: for
drawings that differ in one lead, only the surroundings of that lead are computed again. The rest is cheap, and its
receptive field is the whole drawing.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify.architecture import CHANNEL_MEANS_BGR, VGG16_BLOCKS

LAYERS = ("block3_conv3", *(f"block{b}_conv{k}" for b in (4, 5) for k in range(1, len(VGG16_BLOCKS[b - 1]) + 1)))
"""The layers whose activations are available, from the image to the head."""

CUT = "pool2"
"""Tensor at which the file is split: the output of the second block after its pooling."""

CUT_STRIDE = 4
"""Drawing pixels per cell of that tensor."""

FAR = (*LAYERS, "pool4")
"""Outputs of the second half: those that maps and the linear head need."""

_IDENTIFIER = b"TFL3"
"""File identifier of the LiteRT (TensorFlow Lite) flatbuffer schema."""

_MEANS = np.array(CHANNEL_MEANS_BGR, np.float32)
"""As an array, for the preprocessing."""


class Int8Network:
    """Both halves of an int8 file; safe to share between threads, and nothing of a drawing is kept.

    Parameters
    ----------
    content : bytes
        Of the int8 file.
    threads : int

    Raises
    ------
    ModuleNotFoundError
        If LiteRT is not installed.
    """

    def __init__(self, content: bytes, threads: int = 2) -> None:
        self._threads, self._lock = threads, threading.Lock()
        self._near_half = cut_int8(content, None, [CUT])
        self._near: dict[tuple[int, ...], Any] = {}
        self._far = _interpreter(cut_int8(content, CUT, FAR), threads)

    def near(self, image: Image) -> Floats:
        """Return the output of the first two blocks for a drawing or a window of one.

        Parameters
        ----------
        image : ndarray, shape (h, w), uint8
            Sides are multiples of 4.

        Returns
        -------
        ndarray, shape (h / 4, w / 4, 128), float32
        """
        with self._lock:
            if image.shape not in self._near:
                self._near[image.shape] = _interpreter(self._near_half, self._threads, (1, *image.shape, 3))
            net = self._near[image.shape]
            return _run(net, image.astype(np.float32)[None, :, :, None] - _MEANS)[0]

    def far(self, pooled: Floats, names: Sequence[str] = FAR) -> list[Floats]:
        """Return outputs of layers in `FAR` for an output of `near`, each of shape (rows, columns, channels)."""
        with self._lock:
            return _run(self._far, pooled[None], [FAR.index(name) for name in names])


def cut_int8(content: bytes, after: str | None, outputs: Sequence[str]) -> bytes:
    """Return the part of an int8 file that leads from one tensor to others.

    Parameters
    ----------
    content : bytes
    after : str or None
        The tensor that becomes the input; None for the drawing.
    outputs : sequence of str
        Names of the output tensors.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    places = {tensor.name.decode(): number for number, tensor in enumerate(graph.tensors)}
    made = [operator.outputs[0] for operator in graph.operators]
    first = made.index(places[after]) + 1 if after else 0
    last = max(made.index(places[name]) for name in outputs)
    graph.operators = graph.operators[first : last + 1]
    graph.inputs = [places[after]] if after else graph.inputs
    graph.outputs = [places[name] for name in outputs]
    wanted = {place for operator in graph.operators for place in operator.inputs}
    for place, tensor in enumerate(graph.tensors):
        if place not in wanted:
            model.buffers[tensor.buffer].data = None
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _interpreter(content: bytes, threads: int, shape: tuple[int, ...] | None = None) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    net = Interpreter(model_content=content, num_threads=threads)
    if shape is not None:
        net.resize_tensor_input(net.get_input_details()[0]["index"], shape)
    net.allocate_tensors()
    return net


def _run(net: Any, values: Floats, wanted: Sequence[int] = (0,)) -> list[Floats]:
    net.set_tensor(net.get_input_details()[0]["index"], values)
    net.invoke()
    outputs = net.get_output_details()
    return [net.get_tensor(outputs[number]["index"])[0] for number in wanted]
