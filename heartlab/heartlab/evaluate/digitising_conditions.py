"""The conditions under which digitising is measured: each makes a picture file and its truth of one record."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LAYOUTS, LEADS, SAMPLING_RATE_HZ
from heartlab.data.datasets import load_photos, read_photo_signal, read_record_500hz
from heartlab.simulate.encoded import png
from heartlab.simulate.page import PRESETS, SimulatedPage, render_page
from heartlab.simulate.usual_pages import CONDITIONS

__all__ = ["CONDITIONS", "REAL_PHOTOS", "Case", "clean_twin", "make_case", "real_photo_case"]

REAL_PHOTOS = "real photos"
"""Name of the condition whose pictures are not simulated."""

WITH_TWIN = ("simulated scans", "simulated photos")
"""Conditions whose class answers are compared with those on clean renders; real photos are too."""


@dataclass(frozen=True, eq=False)
class Case:
    """One picture to be read.

    Attributes
    ----------
    name : str
    encoded : bytes
        The picture file.
    truth : ndarray, shape (12, 5000), float32, mV
        The parts that the page shows; NaN elsewhere.
    layout : str
        Key of `heartguard.leads.LAYOUTS`.
    twin : bytes or None
        A clean render of the same record in the same layout.
    """

    name: str
    encoded: bytes
    truth: Floats
    layout: str
    twin: bytes | None = None


def make_case(condition: str, record_id: str, number: int) -> Case:
    """Make the picture of a held-back record; `number` seeds every choice."""
    signals = read_record_500hz(record_id)
    encoded, page = CONDITIONS[condition](signals, number)
    twin = clean_twin(signals, page) if condition in WITH_TWIN else None
    return Case(record_id, encoded, page.truth, page.layout.name, twin)


def real_photo_case(row: int) -> Case:
    """Return one photo of the data folder: 3x4 with a strip of II, columns one after the other."""
    photo = load_photos().iloc[row]
    signals = read_photo_signal(int(photo["signal_row"]))
    layout = LAYOUTS["3x4+1"]
    truth = np.full_like(signals, np.nan)
    for leads in layout.rows:
        for column, lead in enumerate(leads):
            part = slice(*(round((column + end) * layout.column_seconds * SAMPLING_RATE_HZ) for end in (0, 1)))
            truth[LEADS.index(lead), part] = signals[LEADS.index(lead), part]
    truth[LEADS.index("II")] = signals[LEADS.index("II")]
    clean = render_page(signals, PRESETS["clean"], seed=0)
    return Case(str(photo["image"]), photo["path"].read_bytes(), truth, layout.name, png(clean.image))


def clean_twin(signals: Floats, page: SimulatedPage) -> bytes:
    """Return the clean render of the same record in a page's layout, as PNG."""
    style = replace(PRESETS["clean"], layout=page.layout.name, rhythm_leads=page.rhythm_leads)
    return png(render_page(signals, style, seed=0).image)
