"""What a general OCR library reads of lead names and of "25 mm/s 10 mm/mV", and what that costs.

    pip install rapidocr-onnxruntime
    heartlab bench lead-names [--pages 3]

Needs the shared data (see README) and a library that HeartGuard itself does not use. Writes
``benchmarks/results/lead-names.csv``: a row a kind of page. Names are counted whatever their case; an `l`, `|` or `1`
for an `I` counts as right. Seconds are of one core's time.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import cv2
import numpy as np
from PIL import Image as PilImage

from heartguard.arrays import Image
from heartguard.leads import LEADS
from heartlab.data.datasets import held_back_signals, load_pages, load_photos, read_record_500hz, scan_files
from heartlab.data.tables import write_table
from heartlab.simulate.page import PRESETS, render_page


def pictures(count: int) -> Iterator[tuple[str, list[Image]]]:
    """Yield some pages of each kind, RGB."""
    kinds: dict[str, Iterable[Path]] = {
        "clinic pages": load_pages()["path"].iloc[:: max(1, len(load_pages()) // count)][:count],
        "real photos": load_photos()["path"].iloc[:: max(1, len(load_photos()) // count)][:count],
        "scans": scan_files()[:: max(1, len(scan_files()) // count)][:count],
    }
    records = list(held_back_signals()["record_id"])[:count]
    yield "simulated clean", [render_page(read_record_500hz(name), PRESETS["clean"]).image for name in records]
    for kind, paths in kinds.items():
        yield kind, [np.asarray(PilImage.open(path).convert("RGB")) for path in paths]


def score(ocr: Any, image: Image) -> tuple[int, bool, float]:
    """Return how many of the twelve names were read, whether the paper speed was, and the seconds."""
    start = time.process_time()
    found, _ = ocr(image[..., ::-1])
    texts = [line[1].strip() for line in found or []]
    spent = time.process_time() - start
    plain = {re.sub(r"[l|1](?=[Il|1]*$)", "I", text).lower() if len(text) <= 3 else text.lower() for text in texts}
    names = sum(lead.lower() in plain or lead.lower() in {text.lower() for text in texts} for lead in LEADS)
    return names, bool(re.search(r"25\s*mm\s*/\s*s", " ".join(texts), re.IGNORECASE)), spent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--pages", type=int, default=3, help="pages of each kind (default: 3)")


def run(args: argparse.Namespace) -> None:
    """Read the pages and write the table."""
    from rapidocr_onnxruntime import RapidOCR

    cv2.setNumThreads(1)
    ocr = RapidOCR(use_cls=False, intra_op_num_threads=1)
    rows = []
    for kind, images in pictures(args.pages):
        names, speeds, seconds = zip(*(score(ocr, image) for image in images), strict=True)
        row = {"kind": kind, "pages": len(images), "names_of_12": round(mean(names), 1)}
        rows.append({**row, "speed_read": sum(speeds), "seconds": round(median(seconds), 1)})
        print(rows[-1], flush=True)
        write_table(rows, "lead-names")
