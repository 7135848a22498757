"""The int8 file with its inside open, cut in two behind its second block.

The first two blocks are dear (float32, many pixels) and see only 6 pixels around: between drawings that differ in one
lead, only that lead's surroundings need them again. The rest is cheap and sees everything.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify.architecture import CHANNEL_MEANS_BGR, VGG16_BLOCKS

LAYERS = ("block3_conv3", *(f"block{b}_conv{k}" for b in (4, 5) for k in range(1, len(VGG16_BLOCKS[b - 1]) + 1)))
"""The layers whose activations can be asked for, from the image to the head."""

CUT = "pool2"
CUT_STRIDE = 4
FAR = (*LAYERS, "pool4")
"""What the second half answers: all that maps and the linear head ask for."""

_IDENTIFIER = b"TFL3"
_MEANS = np.array(CHANNEL_MEANS_BGR, np.float32)


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
        """Return what the first two blocks answer on a drawing or a window of one.

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
        """Return the answers of some of the layers in `FAR` on what `near` gave, each (rows, columns, channels)."""
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
        Names of the tensors to answer with.
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
