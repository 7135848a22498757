"""Fit how far each measurement may be off: pages of LUDB's records of even place, read and measured.

    python -m heartlab.train.uncertainty [--traces DIR] [--limit N]

The pages are those that the shared ``eval_ludb.py`` draws; DIR keeps their traces, so that no page is read twice (give
changed code a new folder). Times are compared with the cardiologists' marks, heights, voltages and axes with those that
the same code measures on the signals that were drawn (LUDB's heights are no millivolts, but how far a trace is off is
of the paper). The half-width that 95 % of the errors are within is written to ``heartguard/measure/uncertainty.json``.
The records of odd place are left to ``heartlab bench measure``.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

import heartguard.measure
from heartguard.arrays import Doubles
from heartguard.errors import HeartGuardError
from heartguard.intake import open_upload
from heartguard.measure import measure
from heartguard.measure.uncertainty import AMPLITUDES, POOLED
from heartguard.models import shared_models
from heartguard.page import find_page
from heartguard.trace import trace
from heartguard.values import Ecg, Measurements
from heartlab.data.datasets import read_ludb_waves, read_signal, shared_script
from heartlab.data.ludb import lawful, marks_of, page_view, truth_of

__all__ = ["errors_of", "half_widths"]

LEVEL = 95.0
"""Percentage of the errors that are within the half-width."""

TIMES = {"p": "p_ms", "pr": "pr_ms", "qrs": "qrs_ms", "qt": "qt_ms", "rate": "heart_rate_bpm"}
"""Names of the truth, and their fields of `heartguard.values.Measurements`."""

FEWEST = 20
"""No half-width is told from fewer errors: the 95th percentile would be the largest."""

Errors = dict[str, list[float]]


def errors_of(found: Measurements, truth: dict[str, float], drawn: Measurements) -> Iterator[tuple[str, float]]:
    """Yield the name and the error of each value of a page that was read.

    Parameters
    ----------
    found : Measurements
        Of the page.
    truth : dict of str to float
        From `truth_of`.
    drawn : Measurements
        Of the signals that the page shows.
    """
    for name, field in TIMES.items():
        value: float | None = getattr(found, field)
        if value is not None and np.isfinite(truth[name]):
            yield field, value - truth[name]
    for field in AMPLITUDES:
        value, true = getattr(found, field), getattr(drawn, field)
        if value is not None and true is not None:
            off = value - true
            yield field, (off + 180.0) % 360.0 - 180.0 if field.endswith("_deg") else off
    for lead in found.leads.keys() & drawn.leads.keys():
        for pooled, fields in POOLED.items():
            for field in fields:
                value, true = getattr(found.leads[lead], field), getattr(drawn.leads[lead], field)
                if value is not None and true is not None:
                    yield pooled, value - true


def half_widths(errors: Errors) -> dict[str, dict[str, float]]:
    """Return the half-width of each value and how many errors it rests on.

    Examples
    --------
    >>> half_widths({"p_ms": [float(error) for error in range(-100, 101)]})
    {'p_ms': {'half_width': 95.0, 'errors': 201}}
    """
    return {
        name: {"half_width": round(float(np.percentile(np.abs(off), LEVEL)), 3), "errors": len(off)}
        for name, off in sorted(errors.items())
        if len(off) >= FEWEST
    }


def _traced(record: str, signals: Doubles, draw: Callable[[Doubles], Image.Image], folder: Path) -> Ecg | None:
    """Return a record as read from its page; None where it was refused. Traces are kept in the folder."""
    kept = folder / f"{record}.npz"
    if not kept.exists():
        encoded = io.BytesIO()
        draw(signals).save(encoded, "PNG")
        models = shared_models()
        try:
            ecg = trace(find_page(open_upload(encoded.getvalue()), models.page), models.line)
        except HeartGuardError:
            return None
        np.savez_compressed(kept, signals=ecg.signals, quality=ecg.quality, rhythm=ecg.rhythm_lead or "")
    with np.load(kept) as found:
        return Ecg(found["signals"], found["quality"], str(found["rhythm"]) or None)


def main() -> None:
    """Draw, read, compare and write the half-widths."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, help="only the first N records of even place")
    parser.add_argument("--traces", type=Path, help="folder that keeps the traces of the pages")
    parser.add_argument("--out", type=Path, default=Path(heartguard.measure.__file__).parent / "uncertainty.json")
    args = parser.parse_args()
    waves = dict(tuple(read_ludb_waves().groupby("record_id", sort=False)))
    draw = shared_script("eval_ludb").page
    errors: Errors = defaultdict(list)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.traces or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for record in tqdm(list(waves)[::2][: args.limit]):
            signals = lawful(read_signal(str(record))[0])
            ecg = _traced(str(record), signals, draw, folder)
            if ecg is None:
                continue
            truth = truth_of(marks_of(waves[record]))
            for name, error in errors_of(measure(ecg), truth, measure(page_view(signals))):
                errors[name].append(error)
    args.out.write_text(json.dumps(half_widths(errors), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
