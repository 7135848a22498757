"""``heartlab convert``: write the int8 file of the shipped model, and let it serve if it gives the same answers."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import json
import logging
from pathlib import Path

from heartguard.classify import load_engine, load_spec, models_folder, read_weights, save_spec
from heartguard.classify.int8 import Int8Spec, int8_path
from heartlab.checkout import RESULTS
from heartlab.data.page_set import add_page_arguments, load_traced_pages
from heartlab.export.litert_graph import FLOAT_LAYERS, litert_file
from heartlab.export.parity import measure_parity

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heartlab convert``."""
    parser.add_argument("model", nargs="?", choices=["vgg16"], default="vgg16", help="what to convert")
    parser.add_argument("--models", type=Path, default=models_folder(), metavar="DIR", help="weights and spec")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="tables")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="compare the answers on every N-th page only")
    parser.add_argument("--float-layers", type=int, default=FLOAT_LAYERS, help="convolutions that stay in float32")
    add_page_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Convert, compare, and write parity.json and the spec of the int8 file; return the exit status."""
    light = convert(args.models, args.model, args.float_layers)
    clinic = load_traced_pages(args)
    traces, pages = clinic.traces, clinic.labelled
    full_engine = load_engine(args.model, folder=args.models, int8=False)
    light_engine = load_engine(args.model, folder=args.models, int8=True)
    found = measure_parity(full_engine, light_engine, traces, pages, args.every)
    found = {"model": full_engine.spec.identity, "light_sha256": light.sha256, **found}
    (args.results / "parity.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    light = dataclasses.replace(light, serves=found["holds"], parity=found)
    save_spec(light, int8_path(args.models, args.model))
    log.info("parity %s: %s", "holds" if light.serves else "does not hold", found["probability_apart"])
    return 0


def convert(folder: Path, name: str, float_layers: int = FLOAT_LAYERS) -> Int8Spec:
    """Write ``{name}.tflite`` and its spec beside the weights of a model; it does not serve yet.

    Raises
    ------
    ModelError
        If the weights are missing or altered.
    """
    spec = load_spec(folder / f"{name}.json")
    content = litert_file(read_weights(folder / spec.weights_file, spec.sha256), *spec.input_size, float_layers)
    (folder / f"{name}.tflite").write_bytes(content)
    light = Int8Spec(
        backbone_sha256=spec.sha256,
        sha256=hashlib.sha256(content).hexdigest(),
        weights_file=f"{name}.tflite",
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        recipe={"kernels": "int8, a scale for each output channel", "float_layers": float_layers},
    )
    save_spec(light, int8_path(folder, name))
    log.info("int8 file of %s: %.1f MB", spec.identity, len(content) / 1e6)
    return light
