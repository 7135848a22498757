"""Each network by our own code and by a library: answers, processor time, memory, megabytes, lines of our code.

    heartlab bench networks [--before CHECKOUT] [--pages LIST]

Each way runs in a process of its own, on the same inputs: simulated ECGs, or pages that a text file lists. ``--before``
is a checkout of commit 831edc0 with its ``.venv``, in which VGG16 and the 1-D networks were our own; without it those
rows are kept as they are. Writes ``benchmarks/results/networks.csv``. The difference is that of the probability of a
class, of a statement, of a row being the line's, to the first way of the same network.
"""

from __future__ import annotations

import argparse
import os
import runpy
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from heartguard import read_ecg
from heartguard.arrays import Floats
from heartguard.classify.signal_network import stacked_signals
from heartguard.drawing import LeadSegments, draw, segment_leads
from heartguard.values import Ecg
from heartguard.weights import models_folder
from heartlab.checkout import CHECKOUT
from heartlab.data.tables import merged, read_table, write_table
from heartlab.simulate.ecg import CONDITIONS, simulate_ecg

_COMMON = """
import sys, time
import numpy as np
from heartlab.metrics.memory import peak_memory_mb

def softmax(logits, axis=-1):
    odds = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return odds / odds.sum(axis=axis, keepdims=True)

def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))

inputs = np.load(sys.argv[1])
{program}
answers = [run(values) for values in inputs]
start = time.process_time()
for values in inputs[:20]:
    run(values)
spent = (time.process_time() - start) / len(inputs[:20])
np.save(sys.argv[2], np.array(answers))
print(1000 * spent, peak_memory_mb())
"""
"""What every measured process does."""

_VGG16 = """
from heartguard.classify import load_engine
engine = load_engine({backbone})
run = lambda image: softmax(engine.predict(image[None]).logits[0] / engine.spec.temperature)
"""
"""Runs the shipped engine, or the engine on another backbone."""

_KERAS = """
from heartguard.classify import load_spec, models_folder, read_weights
from heartlab.networks.vgg16 import KerasBackbone
spec = load_spec(models_folder() / "vgg16.json")
backbone = KerasBackbone(read_weights(models_folder() / spec.weights_file, spec.sha256))
"""
"""VGG16 in float32, as it is defined."""

_SIGNAL = """
from heartguard.classify import load_signal_model, models_folder
networks = load_signal_model(models_folder()).networks
{before}
def run(signals):
    classes, statements = {logits}
    return np.concatenate([softmax(classes), sigmoid(statements)])
"""
"""Runs the 1-D networks, on one ECG at a time."""

_LAYERS = """
import cv2
from heartguard.layers import network_graph, shuffled
from heartguard.weights import models_folder, read_network
from {module} import {layers} as layers
weights, _ = read_network(models_folder(), "{name}")
shape = (1, inputs.shape[1], *inputs.shape[2:])
"""
"""Reads the layers and weights of a network of our own layer table."""

_OPENCV = """
size = (shape[2] // {stride}, shape[3] // {stride})
net = cv2.dnn.readNetFromONNX(np.frombuffer(network_graph("{name}", layers, weights, shape, size), np.uint8))
def run(picture):
    net.setInput(picture[None])
    return {probability}(shuffled(net.forward())[0, 0])
"""
"""Runs it by our ONNX writer and OpenCV."""

_LITERT = """
from heartguard.litert import LiteRtFile
file = LiteRtFile(open(sys.argv[1].replace("inputs.npy", "{name}.tflite"), "rb").read())
def run(picture):
    out = file.run("network", image=np.ascontiguousarray(picture.transpose(1, 2, 0))[None])["out"]
    return {probability}(shuffled(out.transpose(0, 3, 1, 2))[0, 0])
"""
"""Runs it by the LiteRT file that the benchmark has written."""


class Way(NamedTuple):
    """One way to run a network.

    Attributes
    ----------
    network, way : str
        Shown.
    inputs : str
        Which ones.
    program : str
        Defines `run`, from one input to probabilities.
    files : tuple of str
        Shipped in ``models/``, or written by the benchmark.
    code : tuple of str
        Modules that this way needs and another would not.
    before : bool
        Runs in the older checkout.
    """

    network: str
    way: str
    inputs: str
    program: str
    files: tuple[str, ...]
    code: tuple[str, ...]
    before: bool = False


_LAB = "heartlab/heartlab"
"""Folder of the laboratory's package in the repository."""

_OURS = ("heartguard/onnx.py", "heartguard/layers.py")
"""Code that the ONNX way needs and the LiteRT way would not."""

_VGG_BEFORE = tuple(
    f"heartguard/classify/{name}.py" for name in ("backbone", "onnx_graph", "int8_network", "keras_vgg")
)
"""Code of VGG16 in the older checkout."""

_VGG_NOW = ("heartguard/litert.py", "heartguard/classify/backbone.py", f"{_LAB}/networks/vgg16.py")
"""Code of VGG16 in this one."""

_LINE = {"module": "heartguard.trace.line_network", "layers": "LINE_LAYERS", "name": "line"}
"""The line network in the programs above."""

WAYS = (
    Way("VGG16", "LiteRT file and cuts by our own writer", "drawings", _VGG16.format(backbone=""), ("vgg16.tflite",),
        (*_VGG_BEFORE, "heartguard/explain/extractors.py", f"{_LAB}/export/litert_graph.py",
         f"{_LAB}/evaluate/torch_engine.py"), before=True),
    Way("VGG16", "LiteRT file by the converter and ai-edge-quantizer", "drawings", _VGG16.format(backbone=""),
        ("vgg16.tflite",), (*_VGG_NOW, f"{_LAB}/networks/litert.py")),
    Way("VGG16", "Keras float32 at run time", "drawings", _KERAS + _VGG16.format(backbone="backbone=backbone"),
        ("vgg16.npz",), _VGG_NOW[1:]),
    Way("1-D networks", "numpy", "signals", _SIGNAL.format(
        before="from heartguard.classify.signal_network import mean_logits", logits="mean_logits(networks, signals)"),
        ("second.npz",), ("heartguard/classify/signal_network.py",), before=True),
    Way("1-D networks", "LiteRT file by the converter and ai-edge-quantizer", "signals", _SIGNAL.format(
        before="", logits="networks.logits(signals)"), ("second.npz", "second.tflite"),
        ("heartguard/classify/signal_network.py", f"{_LAB}/networks/signal.py")),
    Way("line network", "ONNX by our own writer, OpenCV", "line",
        _LAYERS.format(**_LINE) + _OPENCV.format(name="line", stride=1, probability="softmax"), ("line.npz",), _OURS),
    Way("line network", "LiteRT file by the converter", "line",
        _LAYERS.format(**_LINE) + _LITERT.format(name="line", probability="softmax"), ("line.tflite",),
        ("heartguard/litert.py", f"{_LAB}/networks/layers.py")),
)  # fmt: skip
"""In the order of the table; the first way of a network is what the others are compared with."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--before", type=Path, help="a checkout of commit 831edc0 with its .venv")
    parser.add_argument("--pages", type=Path, help="a text file with one page a line, instead of simulated ECGs")
    parser.add_argument("--count", type=int, default=200, help="simulated ECGs (default: 200)")


def run(args: argparse.Namespace) -> None:
    """Measure every way and write the table."""
    pages = args.pages.read_text(encoding="utf-8").split() if args.pages else []
    ecgs = [read_ecg(page).ecg for page in pages] or [simulated(number) for number in range(args.count)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, values in _inputs([segment_leads(ecg) for ecg in ecgs]).items():
            (folder / kind).mkdir()
            np.save(folder / kind / "inputs.npy", values)
        _export(folder)
        first: dict[str, Floats] = {}
        rows = []
        for way in WAYS:
            if way.before and args.before is None:
                continue
            answers, spent, peak = measured(way, folder / way.inputs, args.before if way.before else CHECKOUT)
            apart = float(np.abs(answers - first.setdefault(way.network, answers)).max())
            figures = {"inputs": len(answers), "greatest_difference": round(apart, 6), "processor_ms": round(spent, 2)}
            rows.append(
                {"network": way.network, "way": way.way, **figures, "peak_mb": round(peak), **_sizes(way, folder, args)}
            )
    order = [(way.network, way.way) for way in WAYS]
    print(
        write_table(merged(rows, read_table("networks"), ["network", "way"], order), "networks").to_string(index=False)
    )


def simulated(number: int) -> Ecg:
    """Return a simulated ECG, another condition and rate for each number."""
    condition = list(CONDITIONS)[number % len(CONDITIONS)]
    signals = simulate_ecg(condition, 50 + 7 * number % 80, seed=number).signals
    return Ecg(signals, np.ones(len(signals), np.float32), "II")


def _inputs(segments: list[LeadSegments]) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        "drawings": np.stack([draw(one).image for one in segments]),
        "signals": np.stack([stacked_signals(one) for one in segments]),
        "line": rng.uniform(0, 1, (20, 6, 96, 64)).astype(np.float32),
    }


def _export(folder: Path) -> None:
    """Write the LiteRT file of the line network, which does not ship."""
    from heartguard.trace.line_network import LINE_LAYERS
    from heartguard.weights import read_network
    from heartlab.networks.layers import build_network
    from heartlab.networks.litert import litert_file

    for name, layers in (("line", LINE_LAYERS),):
        _, channels, height, width = np.load(folder / name / "inputs.npy").shape
        shape = (1, height, width, channels)
        network = build_network(layers, read_network(models_folder(), name)[0], shape)
        (folder / name / f"{name}.tflite").write_bytes(litert_file({"network": network}, {"network": shape}))


def measured(way: Way, folder: Path, checkout: Path) -> tuple[Floats, float, float]:
    """Return answers, milliseconds of the processor for one input, and the peak of the process, MB."""
    program = _COMMON.replace("{program}", way.program)
    order = [
        str(checkout / ".venv" / "bin" / "python"),
        "-c",
        program,
        str(folder / "inputs.npy"),
        str(folder / "out.npy"),
    ]
    path = os.pathsep.join([str(checkout), str(checkout / "heartlab")])
    done = subprocess.run(
        order, cwd=checkout, env={**os.environ, "PYTHONPATH": path}, check=True, stdout=subprocess.PIPE, text=True
    )
    spent, peak = map(float, done.stdout.split()[-2:])
    return np.load(folder / "out.npy"), spent, peak


def _sizes(way: Way, folder: Path, args: argparse.Namespace) -> dict[str, float]:
    """Return the megabytes of a way's files and the lines of its code."""
    home = args.before if way.before else CHECKOUT
    code_lines = runpy.run_path(str(CHECKOUT / "tools" / "count_lines.py"))["code_lines"]
    places = [folder / way.inputs, home / "models"]
    files = [next(place / name for place in places if (place / name).exists()) for name in way.files]
    return {
        "files_mb": round(sum(path.stat().st_size for path in files) / 1e6, 2),
        "own_lines": sum(code_lines((home / name).read_text(encoding="utf-8")) for name in way.code),
    }
