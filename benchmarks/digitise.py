"""Signal-to-noise ratio of simulated pages of held-back PTB-XL records, traced and compared with the truth.

    python benchmarks/digitise.py [--records 60]

Needs the shared data (see README). Writes ``benchmarks/results/digitise.csv``: one row a condition, the mean over leads
and records with a 95 % interval (bootstrap over records). The definition stands in
`heartguard.lab.digitisation.lead_snr_db`; a page that is refused counts as 0 dB.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from heartguard.errors import HeartGuardError
from heartguard.lab.datasets import held_back_signals, read_record_500hz
from heartguard.lab.digitisation import page_snr_db
from heartguard.lab.paper import PRESETS, PaperStyle, render_page
from heartguard.page import find_page
from heartguard.trace import trace
from heartguard.values import Floats, Upload

RESULTS = Path(__file__).parent / "results" / "digitise.csv"
CONDITIONS: dict[str, tuple[PaperStyle, float]] = {
    "clean 3x4+1": (PRESETS["clean"], 0.0),
    "rotated up to 5 degrees": (PRESETS["clean"], 5.0),
    "clinic look 3x4+1": (PRESETS["clinic-3x4"], 0.0),
    "clinic look 6x2+1": (PRESETS["clinic-6x2"], 0.0),
    "grey scan, 3 degrees, blur, noise, JPEG 70": (PRESETS["skewed-scan"], 0.0),
}


def measure_page(record_id: str, style: PaperStyle, seed: int) -> tuple[Floats, bool]:
    """Return the SNR of the twelve leads and whether the page was read in the right layout."""
    page = render_page(read_record_500hz(record_id), style, seed=seed)
    try:
        found = find_page(Upload("simulated.png", "", "png", page.image))
        ecg = trace(found)
    except HeartGuardError:
        return np.zeros(12, np.float32), False
    return page_snr_db(page.truth, ecg.signals), found.layout.name == page.layout.name


def summarise(condition: str, snr: Floats, read: list[bool]) -> dict[str, object]:
    """One row of the table."""
    rng = np.random.default_rng(0)
    means = [snr[rng.integers(0, len(snr), len(snr))].mean() for _ in range(2000)]
    low, high = np.percentile(means, [2.5, 97.5])
    return {
        "condition": condition,
        "records": len(snr),
        "layout_right_percent": round(100 * float(np.mean(read)), 1),
        "snr_mean_db": round(float(snr.mean()), 2),
        "snr_mean_low_db": round(float(low), 2),
        "snr_mean_high_db": round(float(high), 2),
        "snr_median_db": round(float(np.median(snr)), 2),
        "snr_p10_db": round(float(np.percentile(snr, 10)), 2),
    }


def main() -> None:
    """Run all conditions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=60)
    records = list(held_back_signals()["record_id"])
    chosen = records[:: max(1, len(records) // parser.parse_args().records)][: parser.parse_args().records]
    rows = []
    for condition, (style, tilt) in CONDITIONS.items():
        tilts = np.full(len(chosen), style.tilt_deg)
        if tilt:
            tilts = np.random.default_rng(1).uniform(-tilt, tilt, len(chosen))
        pages = [
            measure_page(record, replace(style, tilt_deg=float(t)), seed)
            for seed, (record, t) in enumerate(zip(tqdm(chosen, desc=condition), tilts, strict=True))
        ]
        rows.append(summarise(condition, np.stack([snr for snr, _ in pages]), [right for _, right in pages]))
        print(rows[-1])
        pd.DataFrame(rows).to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main()
