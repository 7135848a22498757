"""PDF pages whose traces are lines, drawn from known signals by three libraries: names, decibels, seconds.

    pip install -e './heartlab[vector]'
    heartlab bench vector

Draws twelve pages of one ECG of known leads by matplotlib, reportlab and fpdf2; needs no data. Writes
``benchmarks/results/vector.csv``: a row a page. Decibels are those of the worst lead, of every sample that is drawn, a
missing one counted as an error as large as itself; names and arrangement are right where all are. Seconds are of a
core's time, from the file to the signals.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from heartguard.arrays import Doubles
from heartguard.intake import open_upload
from heartguard.leads import CHEST_LEADS, LEADS, LIMB_LEADS
from heartguard.values import NO_CORRECTIONS, Ecg
from heartguard.vector import read_lines
from heartlab.data.tables import write_table
from heartlab.simulate.vector_pages import (
    CABRERA_6X2,
    FIFTEEN,
    STANDARD_6X2,
    Plan,
    by_fpdf,
    by_matplotlib,
    by_reportlab,
    drawn_leads,
    known_ecg,
)

__all__ = ["least_db", "run"]

_SECONDS = 30.0
"""Of the record, as long as the longest page."""

_REPEATS = 3
"""Readings, of which the quickest is timed: others of the machine make it slower."""


class Page(NamedTuple):
    """A page to draw: by which library, how it is described, its plan and what else the library is told."""

    library: str
    arrangement: str
    plan: Plan
    draw: Callable[[Plan, dict[str, Doubles]], bytes]


_ONE_ROW_EACH = tuple((lead,) for lead in LEADS)
_LIMB = tuple((lead,) for lead in LIMB_LEADS)
_CHEST = tuple((lead,) for lead in CHEST_LEADS)

PAGES = (
    Page("matplotlib", "3x4+1", Plan(strips=("II",)), by_matplotlib),
    Page("matplotlib", "6x2 at 5 mm/mV, no pulse", Plan(STANDARD_6X2, gain=5, pulses=False), by_matplotlib),
    Page("matplotlib", "12x1", Plan(_ONE_ROW_EACH), by_matplotlib),
    Page("matplotlib", "6x1 at 20 mm/mV", Plan(_LIMB, gain=20), by_matplotlib),
    Page("reportlab", "6x1 at 50 mm/s", Plan(_LIMB, speed=50, seconds=5), by_reportlab),
    Page("reportlab", "6x2+1 Cabrera, -aVR", Plan(CABRERA_6X2, strips=("II",)), by_reportlab),
    Page("reportlab", "15 leads, 3x5", Plan(FIFTEEN), by_reportlab),
    Page(
        "reportlab",
        "3x4+3, pieces of 100 points",
        Plan(strips=("V1", "II", "V5")),
        lambda plan, ecg: by_reportlab(plan, ecg, piece=100),
    ),
    Page("fpdf2", "3x4+1", Plan(strips=("II",)), by_fpdf),
    Page("fpdf2", "6x1, chest leads", Plan(_CHEST), by_fpdf),
    Page("fpdf2", "I in three rows in turn", Plan((("I",),) * 3, in_turn=1), by_fpdf),
    Page("fpdf2", "12x1 of 30 s", Plan(_ONE_ROW_EACH, seconds=_SECONDS), by_fpdf),
)
"""Twelve pages as different as recorders' are."""


def least_db(plan: Plan, drawn: dict[str, Doubles], ecg: Ecg) -> float:
    """Return the decibels of the worst lead, over every part of it that is drawn."""
    found = []
    for one in drawn_leads(plan, drawn):
        lead = one.lead.lstrip("-")
        here = slice(one.start, one.start + len(one.points))
        wanted = drawn[lead][here] - drawn[lead][here].mean()
        signal = ecg.lead(lead) if lead in LEADS else ecg.others.get(lead, np.full(ecg.signals.shape[1], np.nan))
        got = np.asarray(signal[here], np.float64)
        level = float(np.nanmean(got)) if np.isfinite(got).any() else 0.0
        error = np.nan_to_num(got - level) - wanted
        found.append(10 * np.log10(np.sum(wanted**2) / np.sum(error**2)))
    return float(min(found))


def _row(page: Page, drawn: dict[str, Doubles]) -> dict[str, Any]:
    data = page.draw(page.plan, drawn)
    spent = []
    for _ in range(_REPEATS):
        began = time.process_time()
        read = read_lines(data, open_upload(data, name="page.pdf"), NO_CORRECTIONS)
        spent.append(time.process_time() - began)
    facts = {"library": page.library, "arrangement": page.arrangement, "read_as_lines": bool(read.ecgs)}
    if not read.ecgs:
        return {**facts, "names_right": False, "least_db": None, "quality": None, "seconds": round(min(spent), 2)}
    (ecg,) = read.ecgs
    assert ecg.page is not None
    rows = tuple(tuple(lead.lstrip("-") for lead in row) for row in page.plan.rows)
    strips = tuple(panel.lead for panel in ecg.page.panels if panel.rhythm)
    right = ecg.page.layout.rows == rows and strips == page.plan.strips
    db, quality = round(least_db(page.plan, drawn, ecg), 1), round(ecg.page.quality, 2)
    return {**facts, "names_right": right, "least_db": db, "quality": quality, "seconds": round(min(spent), 2)}


def run(args: argparse.Namespace) -> None:
    """Draw and read the pages and write the table."""
    drawn = known_ecg(_SECONDS)
    print(write_table([_row(page, drawn) for page in PAGES], "vector").to_string(index=False))
