"""Seconds, memory and agreement of the structure network on a page, by engine and by strips; a process for each row.

python -m heartlab.train.structure.engines --cache DIR [--threads 2] [--out FILE.md]

A figure of seconds holds for an idle machine alone; processor seconds hold for a busy one too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.layers import shuffled
from heartguard.page.strips import Run, seen_in_strips, strips_of
from heartguard.page.structure import fitted, structure_run
from heartguard.weights import NetworkSpec, Weights, read_spec, read_weights
from heartlab.metrics.memory import forget_peak_memory, memory_mb, peak_memory_mb
from heartlab.simulate.recorders import simulate_sheet
from heartlab.train.structure.litert import Precision, litert_content
from heartlab.train.structure.maps import Engine, loaded_graph, structure_graph
from heartlab.train.structure.network import STRIDE
from heartlab.train.structure.records import load_pool

__all__ = ["ENGINES", "PLANS", "EngineName", "disagreement", "example_page", "main", "measure"]

EngineName = Literal["opencv", "onnxruntime", "litert-float32", "litert-float16", "litert-int8"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
"""All of them."""

PLANS = ((1, 0), (5, 96))
"""Strips and halo, pixels."""

_MORE_PLANS: dict[EngineName, tuple[tuple[int, int], ...]] = {
    "litert-float16": ((3, 64), (3, 96), (4, 96), (5, 48), (6, 96), (5, 128)),
    "litert-int8": ((6, 96),),
}
"""Tried with the engines that may be chosen alone."""

_RUNS = 3
"""The quickest counts: other work on the machine only adds."""

_AWAY = round(0.02 * 255)
"""Maps agree where shares differ by no more than this of 255."""

_PAGE_SEED = 9_100_003
"""A page of the check set (`crops.FIRST_SEED`) that no lesson holds."""

_MODULE = "heartlab.train.structure.engines"
"""Called again for each engine, in a process of its own, whose memory is then that engine's."""


def example_page(cache: Path) -> Image:
    """Return the scan of a simulated page of 1.5 megapixels, shape (h, w, 3), uint8."""
    path = cache / "engines" / "page.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        seed = _PAGE_SEED
        sheet = simulate_sheet(load_pool("check", cache).draw(seed), seed, "scan")
        while sheet.view.shape[0] * sheet.view.shape[1] < 1_500_000 or sheet.plan.theme == "dark":
            seed += 1
            sheet = simulate_sheet(load_pool("check", cache).draw(seed), seed, "scan")
        np.save(path, fitted(sheet.draw().image)[0])
    return np.asarray(np.load(path), np.uint8)


def disagreement(maps: Image, expected: Image) -> tuple[float, float]:
    """Return the share of all pixels of all maps that are more than 0.02 away, and the greatest distance as a share."""
    away = np.abs(maps.astype(np.int16) - expected)
    return float((away > _AWAY).mean()), float(away.max() / 255)


def _run_of(engine: EngineName, content: Path, shape: tuple[int, int], threads: int) -> Run:
    if engine.startswith("litert"):
        return structure_run(content.read_bytes(), threads)
    kind: Engine = "opencv" if engine == "opencv" else "onnxruntime"
    forward = loaded_graph(content.read_bytes(), kind, threads)

    def run(seen: Floats) -> Image:
        if seen.shape[:2] != shape:
            raise ValueError(f"the file is for {shape}, the picture has {seen.shape[:2]}")
        logits = shuffled(forward(np.ascontiguousarray(seen.transpose(2, 0, 1)[None])))[0]
        shares = 255 / (1 + np.exp(-np.clip(logits, -30, 30))) + 0.5
        return np.asarray(shares.astype(np.uint8).transpose(1, 2, 0))

    return run


def measure(
    engine: EngineName, content: Path, page: Image, plan: tuple[int, int], shape: tuple[int, int], threads: int
) -> tuple[dict[str, float], Image]:
    """Return seconds and megabytes of one way to look at a page, and its maps.

    Parameters
    ----------
    engine : EngineName
    content : Path
        The network's file.
    page : ndarray, shape (h, w, 3), uint8
    plan : tuple of int
        Strips and halo.
    shape : tuple of int
        Of a strip.
    threads : int
    """
    __import__("ai_edge_litert.interpreter" if engine.startswith("litert") else engine.replace("opencv", "cv2"))
    before = memory_mb()
    forget_peak_memory()
    run = _run_of(engine, content, shape, threads)
    maps = seen_in_strips(page, run, *plan)
    seconds, processor = [], []
    for _ in range(_RUNS):
        wall, work = time.perf_counter(), time.process_time()
        maps = seen_in_strips(page, run, *plan)
        seconds.append(time.perf_counter() - wall)
        processor.append(time.process_time() - work)
    figures = {"fastest": min(seconds), "median": float(np.median(seconds)), "processor": min(processor)}
    return {**figures, "above_mb": peak_memory_mb() - before}, maps


def _strip_shape(page: Image, plan: tuple[int, int]) -> tuple[int, int]:
    height, width = (-(-side // STRIDE) * STRIDE for side in page.shape[:2])
    strip = strips_of(max(height, width), *plan)[0]
    side = strip.stop - strip.start
    return (side, width) if height >= width else (height, side)


def _file(engine: EngineName, weights: Weights, shape: tuple[int, int], folder: Path) -> Path:
    """Write the network for an engine; only LiteRT's file is for every size."""
    litert = engine.startswith("litert")
    path = folder / (f"{engine}.tflite" if litert else f"structure-{shape[0]}x{shape[1]}.onnx")
    if litert:
        precision: dict[str, Precision] = {
            "litert-float32": "float32",
            "litert-float16": "float16",
            "litert-int8": "int8",
        }
        path.write_bytes(litert_content(weights, precision[engine]))
    else:
        path.write_bytes(structure_graph(weights, *shape))
    return path


def _row(engine: EngineName, plan: tuple[int, int], path: Path, cache: Path, threads: int) -> str:
    folder = cache / "engines"
    order = [sys.executable, "-m", _MODULE, "--cache", str(cache), "--one", engine, "--content", str(path)]
    order += ["--threads", str(threads), "--plan", *map(str, plan)]
    answer = subprocess.run(order, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    found: dict[str, Any] = json.loads(answer)
    maps, whole = np.load(folder / "maps.npy"), folder / "whole.npy"
    if (engine, plan) == (ENGINES[0], PLANS[0]):
        np.save(whole, maps)
    away, worst = disagreement(maps, np.load(whole))
    return (
        f"| {engine} | {plan[0]} | {plan[1]} | {found['fastest']:.2f} | {found['median']:.2f} "
        f"| {found['processor']:.2f} | {found['above_mb']:.0f} | {path.stat().st_size / 1e6:.2f} "
        f"| {100 * away:.3f} % | {worst:.2f} |"
    )


def main() -> int:
    """Read the command line, measure every engine and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder of structure.json and structure.npz")
    parser.add_argument("--weights", type=Path, help="folder of the weights, by default the cache")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--one", choices=ENGINES)
    parser.add_argument("--content", type=Path)
    parser.add_argument("--plan", type=int, nargs=2)
    args = parser.parse_args()
    if args.one:
        page, plan = example_page(args.cache), (args.plan[0], args.plan[1])
        figures, maps = measure(args.one, args.content, page, plan, _strip_shape(page, plan), args.threads)
        np.save(args.cache / "engines" / "maps.npy", maps)
        print(json.dumps(figures))  # noqa: T201
        return 0
    home = args.weights or args.cache
    spec = read_spec(home / "structure.json", NetworkSpec)
    weights = read_weights(home / spec.weights_file, spec.sha256)
    head = "| engine | strips | halo, px | fastest, s | median, s | processors, s | MB above | file, MB |"
    lines = [head + " away by 0.02 | at most |", "| --- |" + " --- |" * 9]
    page = example_page(args.cache)
    for engine in args.engines:
        for plan in (*PLANS, *_MORE_PLANS.get(engine, ())):
            shape = _strip_shape(page, plan)
            if plan == PLANS[0] or not engine.startswith("litert"):
                path = _file(engine, weights, shape, args.cache / "engines")
            lines.append(_row(engine, plan, path, args.cache, args.threads))
            print(lines[-1], flush=True)  # noqa: T201
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
