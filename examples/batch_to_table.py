"""Read every page of a folder into one table: ``python examples/batch_to_table.py scans table.csv``."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from heartguard import read_ecg
from heartguard.errors import HeartGuardError


def row_of(path: Path) -> dict[str, Any]:
    """Return one row: the answer and the measurements, or the reason why there is none."""
    try:
        reading = read_ecg(path)
    except HeartGuardError as error:
        return {"file": path.name, "refused": str(error)}
    return {
        "file": path.name,
        "answer": "not sure" if reading.prediction.abstained else reading.prediction.label,
        **{f"p_{name}": round(p, 4) for name, p in reading.prediction.probabilities.items()},
        "heart_rate_bpm": reading.measurements.heart_rate_bpm,
        "qrs_ms": reading.measurements.qrs_ms,
        "layout": reading.page.layout.name,
        "quality": round(reading.quality, 3),
        "refused": None,
    }


def main(folder: str, table: str) -> None:
    """Write the table of all pictures and PDFs of `folder`, in the order of their names."""
    endings = {".png", ".jpg", ".jpeg", ".pdf", ".tif", ".tiff", ".webp", ".bmp", ".dcm"}
    files = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in endings)
    rows = pd.DataFrame([row_of(path) for path in files])
    rows.to_csv(table, index=False)
    print(f"{len(rows)} files, {rows['refused'].isna().sum()} read: {table}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
