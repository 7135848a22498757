"""Seconds and megabytes of the structure network in OpenCV, ONNX Runtime and LiteRT, a process for each engine.

python -m heartlab.train.structure.engines --cache DIR [--threads 2] [--out FILE.md]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Floats
from heartguard.weights import NetworkSpec, Weights, read_spec, read_weights
from heartlab.metrics.memory import peak_memory_mb
from heartlab.train.structure.maps import Engine, loaded_graph, structure_graph
from heartlab.train.structure.network import STRIDE, STRUCTURE_LAYERS

__all__ = ["SIZES", "litert_content", "main", "measure"]

SIZES = {"1100x800": (800, 1120), "2200x1600": (1600, 2208)}
"""Pictures (height, width), rounded up to `STRIDE`."""

ENGINES = ("opencv", "onnxruntime", "litert", "litert-float16", "litert-int8")
_WARM, _RUNS = 1, 5
_MODULE = "heartlab.train.structure.engines"


def litert_content(weights: Weights, height: int, width: int, kind: str) -> bytes:
    """Return the network as a LiteRT file, by TensorFlow's converter.

    Parameters
    ----------
    weights : dict of str to ndarray
    height, width : int
        Multiples of `STRIDE`.
    kind : {"litert", "litert-float16", "litert-int8"}
        Kernels in float32, in float16, or in 8 bits with activations scaled as it runs.
    """
    import tensorflow as tf

    if height % STRIDE or width % STRIDE:
        raise ValueError(f"{height}x{width}: both sides must be multiples of {STRIDE}")
    network = _keras_network(weights, height, width)
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    if kind != "litert":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "litert-float16":
        converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def _keras_network(weights: Weights, height: int, width: int) -> Any:
    """Return the layers in Keras; its padding is written out, since "same" pads strided layers on other sides."""
    import keras

    image = keras.Input((height, width, 3), batch_size=1)
    values = {"image": image}
    for layer in STRUCTURE_LAYERS:
        parts = [values[name] for name in layer.sources]
        value = keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
        pad = layer.dilation * (layer.kernel // 2)
        value = keras.layers.ZeroPadding2D(pad)(value) if pad else value
        convolution = keras.layers.Conv2D(
            layer.outputs,
            layer.kernel,
            strides=layer.stride,
            dilation_rate=layer.dilation,
            activation="relu" if layer.active else None,
            name=layer.name,
        )
        value = convolution(value)
        convolution.set_weights([weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"]])
        values[layer.name] = keras.layers.UpSampling2D(layer.grown)(value) if layer.grown > 1 else value
    return keras.Model(image, values["out"])


def _litert(content: bytes, threads: int) -> Callable[[Floats], Floats]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    given, answer = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def forward(seen: Floats) -> Floats:
        interpreter.set_tensor(given, np.ascontiguousarray(seen.transpose(0, 2, 3, 1)))
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(answer), np.float32).transpose(0, 3, 1, 2)

    return forward


def measure(content: Path, engine: str, threads: int, shape: tuple[int, int]) -> dict[str, Any]:
    """Return the fastest and the median seconds of a picture, the peak of the process and a sample of the answer."""
    network = content.read_bytes()
    kind: Engine = "opencv" if engine == "opencv" else "onnxruntime"
    run = _litert(network, threads) if engine.startswith("litert") else loaded_graph(network, kind, threads)
    seen = np.random.default_rng(0).uniform(-1, 1, (1, 3, *shape)).astype(np.float32)
    for _ in range(_WARM):
        answer = run(seen)
    seconds = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        run(seen)
        seconds.append(time.perf_counter() - start)
    return {
        "fastest": min(seconds),
        "median": float(np.median(seconds)),
        "peak_mb": peak_memory_mb(),
        "sample": answer[0, :, 100, 100:103].ravel().tolist(),
    }


def _rows(weights: Weights, threads: int, folder: Path) -> list[str]:
    rows = []
    for size, shape in SIZES.items():
        expected: Floats | None = None
        for engine in ENGINES:
            path = folder / f"{engine}-{size}"
            litert = engine.startswith("litert")
            path.write_bytes(litert_content(weights, *shape, engine) if litert else structure_graph(weights, *shape))
            order = [sys.executable, "-m", _MODULE, "--one", engine, "--content", str(path)]
            order += ["--threads", str(threads), "--shape", *map(str, shape)]
            found = json.loads(
                subprocess.run(order, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
            )
            sample = np.array(found["sample"], np.float32)
            expected = sample if expected is None else expected
            away = float(np.abs(sample - expected).max())
            rows.append(
                f"| {engine} | {size} | {found['fastest']:.2f} | {found['median']:.2f} | {found['peak_mb']:.0f} "
                f"| {path.stat().st_size / 1e6:.2f} | {away:.4f} |"
            )
    return rows


def main() -> int:
    """Read the command line, measure every engine and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="folder of structure.json and structure.npz")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--one", choices=ENGINES)
    parser.add_argument("--content", type=Path)
    parser.add_argument("--shape", type=int, nargs=2)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.content, args.one, args.threads, tuple(args.shape))))  # noqa: T201
        return 0
    head = "| engine | picture | fastest, s | median, s | peak of the process, MB | file, MB | logits off by |"
    spec = read_spec(args.cache / "structure.json", NetworkSpec)
    weights = read_weights(args.cache / spec.weights_file, spec.sha256)
    rows = _rows(weights, args.threads, args.cache)
    text = "\n".join([head, "| --- |" + " --- |" * 6, *rows]) + "\n"
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    print(text)  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
