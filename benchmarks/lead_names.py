"""What a general OCR library reads of lead names and of "25 mm/s 10 mm/mV", and what that costs.

    pip install rapidocr-onnxruntime
    python benchmarks/lead_names.py [--pages 3]

Needs the shared data (see README) and a library that HeartGuard itself does not use. Writes
``benchmarks/results/lead-names.csv``: a row a kind of page. Names are counted whatever their case; an `l`, `|` or `1`
for an `I` counts as right. Seconds are of one core's time.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import cv2

from heartguard.lab.datasets import held_back_signals, load_pages, load_photos, read_record_500hz, scan_files
from heartguard.lab.paper import PRESETS, render_page
from heartguard.leads import LEADS
from heartguard.values import Image

RESULTS = Path(__file__).parent / "results" / "lead-names.csv"


def pictures(count: int) -> Iterator[tuple[str, list[Image]]]:
    """Yield some pages of each kind, RGB."""
    kinds = {
        "clinic pages": load_pages()["path"].iloc[:: max(1, len(load_pages()) // count)][:count],
        "real photos": load_photos()["path"].iloc[:: max(1, len(load_photos()) // count)][:count],
        "scans": scan_files()[:: max(1, len(scan_files()) // count)][:count],
    }
    records = list(held_back_signals()["record_id"])[:count]
    yield "simulated clean", [render_page(read_record_500hz(name), PRESETS["clean"]).image for name in records]
    for kind, paths in kinds.items():
        yield kind, [cv2.imread(str(path))[..., ::-1] for path in paths]


def score(ocr: Any, image: Image) -> tuple[int, bool, float]:
    """Return how many of the twelve names were read, whether the paper speed was, and the seconds."""
    start = time.process_time()
    found, _ = ocr(image[..., ::-1])
    texts = [line[1].strip() for line in found or []]
    spent = time.process_time() - start
    plain = {re.sub(r"[l|1](?=[Il|1]*$)", "I", text).lower() if len(text) <= 3 else text.lower() for text in texts}
    names = sum(lead.lower() in plain or lead.lower() in {text.lower() for text in texts} for lead in LEADS)
    return names, bool(re.search(r"25\s*mm\s*/\s*s", " ".join(texts), re.IGNORECASE)), spent


def main() -> None:
    """Read the pages and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=3, help="pages of each kind (default: 3)")
    options = parser.parse_args()
    from rapidocr_onnxruntime import RapidOCR

    cv2.setNumThreads(1)
    ocr = RapidOCR(use_cls=False, intra_op_num_threads=1)
    lines = ["kind,pages,names_of_12,speed_read,seconds"]
    for kind, images in pictures(options.pages):
        scores = [score(ocr, image) for image in images]
        names, speed, seconds = mean(s[0] for s in scores), sum(s[1] for s in scores), median(s[2] for s in scores)
        lines.append(f"{kind},{len(scores)},{names:.1f},{speed},{seconds:.1f}")
        print(lines[-1], flush=True)
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
