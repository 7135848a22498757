"""``heartlab convert``: write the LiteRT file of the shipped VGG16, if it answers as the full weights do."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import logging
from pathlib import Path

from heartguard.classify import LiteRtBackbone, load_engine, load_spec, models_folder, read_weights, save_spec
from heartguard.classify.int8 import Int8Spec, int8_path
from heartlab.checkout import RESULTS
from heartlab.data.page_set import add_page_arguments, load_traced_pages
from heartlab.export.parity import measure_parity
from heartlab.networks.vgg16 import FLOAT_LAYERS, KerasBackbone, vgg16_file

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heartlab convert``."""
    parser.add_argument("--models", type=Path, default=models_folder(), metavar="DIR", help="weights and spec")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="tables")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="trace and compare every N-th page only")
    add_page_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Convert, compare, and write the file, its spec and parity.json; return the exit status."""
    spec = load_spec(args.models / "vgg16.json")
    weights = read_weights(args.models / spec.weights_file, spec.sha256)
    content = vgg16_file(weights, *spec.input_size)
    clinic = load_traced_pages(args, args.every)
    backbones = KerasBackbone(weights), LiteRtBackbone(content)
    full, light = (load_engine(folder=args.models, backbone=backbone) for backbone in backbones)
    facts = {"model": spec.identity, "light_sha256": hashlib.sha256(content).hexdigest()}
    found = {**facts, **measure_parity(full, light, clinic.traces, clinic.labelled)}
    (args.results / "parity.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    log.info("parity %s: %s", "holds" if found["holds"] else "does not hold", found["probability_apart"])
    if not found["holds"]:
        return 1
    write_int8(args.models, spec.name, content, found)
    return 0


def write_int8(folder: Path, name: str, content: bytes, parity: dict[str, object]) -> None:
    """Write ``{name}.tflite`` and its spec beside the weights of a model."""
    (folder / f"{name}.tflite").write_bytes(content)
    light = Int8Spec(
        backbone_sha256=load_spec(folder / f"{name}.json").sha256,
        sha256=hashlib.sha256(content).hexdigest(),
        weights_file=f"{name}.tflite",
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        parity=parity,
        recipe={"kernels": "int8, a scale for each output channel", "kept in float32": FLOAT_LAYERS},
    )
    save_spec(light, int8_path(folder, name))
    log.info("int8 file of %s: %.1f MB", name, len(content) / 1e6)
