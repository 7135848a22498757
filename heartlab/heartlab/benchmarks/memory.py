"""Where memory goes in one process: libraries, models, the stages of a page and of a photo, and SHAP by lead.

    heartlab bench memory [--code "this version"]

Of each step the resident memory after it, that without what is mapped from files (which a container must keep), the
proportional share, and the greatest memory meanwhile, without what is mapped from files. Linux only. Writes
``benchmarks/results/memory.csv``; rows of other names of the code are kept, so that two versions stand side by side.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from typing import Any

from heartlab.data.tables import merged, read_table, write_table
from heartlab.metrics.memory import share_mb, status_mb

WATCH_S = 0.005
"""Between two looks at the memory: an array of a stage lives for some tens of milliseconds."""

PAGES = (0, 3)
"""A page and a photo, of the ten of `heartlab.benchmarks.load`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--code", default="this version", help="name of the code in the table (default: this version)")


def run(args: argparse.Namespace) -> None:
    """Read a page and a photo and explain the last, as the app does, and write what each step takes."""
    from heartguard.memory import give_back, keep_arrays_out_of_pools
    from heartlab.benchmarks.load import asked_pages

    keep_arrays_out_of_pools()
    pages = asked_pages(PAGES)
    give_back(collect=True)
    steps = Steps()
    steps.end("simulated pages, in place of the app")
    _read_and_explain(pages, steps)
    rows = [{"code": args.code, **row} for row in steps.rows]
    print(write_table(merged(rows, read_table("memory"), ["code", "step"]), "memory").to_string(index=False))


def _read_and_explain(pages: list[Any], steps: Steps) -> None:
    from heartguard import read_ecg
    from heartguard.explain import lead_shap
    from heartguard.memory import give_back
    from heartguard.models import shared_models

    models = shared_models()
    steps.end("models loaded")
    for page in pages:
        kind, begun = page.name.split()[0], list[str]()

        def on_stage(stage: str, kind: str = kind, begun: list[str] = begun) -> None:
            give_back()
            if begun:
                steps.end(f"{kind}: {begun[-1]}")
            begun.append(stage)

        reading = read_ecg(page.data, name=page.name, models=models, on_stage=on_stage)
        steps.end(f"{kind}: {begun[-1]}")
        ecg, label = reading.ecg, reading.prediction.label
        del reading
    give_back(collect=True)
    steps.end("readings let go of, but for the page that is explained")
    lead_shap(ecg, models.vgg16, label, batch=4)
    steps.end("SHAP by lead")
    del ecg
    give_back(collect=True)
    steps.end("all let go of")


class Steps:
    """Memory of this process after each step, and its peak within."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._most_mb = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self, step: str) -> None:
        """End a step, and begin the next one."""
        own = status_mb("RssAnon")
        self.rows.append(
            {
                "step": step,
                "rss_mb": round(status_mb("VmRSS")),
                "without_files_mb": round(own),
                "share_mb": round(share_mb(os.getpid())),
                "peak_without_files_mb": round(max(self._most_mb, own)),
            }
        )
        self._most_mb = own

    def _watch(self) -> None:
        while True:
            self._most_mb = max(self._most_mb, status_mb("RssAnon"))
            time.sleep(WATCH_S)
