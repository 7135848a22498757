"""The conditions under which digitising is measured: each makes a picture file and its truth of one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.leads import LAYOUTS, LEADS, SAMPLING_RATE_HZ
from heartlab.data.datasets import load_photos, read_photo_signal, read_record_500hz
from heartlab.simulate.page import PRESETS, PaperStyle, SimulatedPage, random_style, render_page
from heartlab.simulate.photo import PHOTO_KINDS, random_print, take_photo, take_screenshot

__all__ = ["CONDITIONS", "REAL_PHOTOS", "Case", "clean_twin", "make_case", "real_photo_case"]

REAL_PHOTOS = "real photos"
"""Name of the condition whose pictures are not simulated."""

PHOTO_LAYOUTS = ("3x4+1", "3x4+1", "3x4+1", "3x4", "3x4+3", "6x2", "6x2+1", "12x1")
"""Layouts of simulated scans and photos: half of them the usual one."""

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


Maker = Callable[[Floats, int], tuple[bytes, SimulatedPage]]


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
    return Case(str(photo["image"]), photo["path"].read_bytes(), truth, layout.name, _png(clean.image))


def clean_twin(signals: Floats, page: SimulatedPage) -> bytes:
    """Return the clean render of the same record in a page's layout, as PNG."""
    style = replace(PRESETS["clean"], layout=page.layout.name, rhythm_leads=page.rhythm_leads)
    return _png(render_page(signals, style, seed=0).image)


def _flat(style: PaperStyle) -> Maker:
    def make(signals: Floats, number: int) -> tuple[bytes, SimulatedPage]:
        page = render_page(signals, style, seed=number)
        return _png(page.image), page

    return make


def _scan(signals: Floats, number: int) -> tuple[bytes, SimulatedPage]:
    rng = np.random.default_rng([number, 7])
    style = replace(
        random_style(number),
        layout=str(rng.choice(PHOTO_LAYOUTS)),
        px_per_mm=float(rng.uniform(5.5, 9)),
        tilt_deg=float(rng.uniform(-5, 5)),
        blur_px=float(rng.uniform(0.4, 1.2)),
        row_spacing_mm=None,
        grey=True,
        jpeg_quality=None,
    )
    page = render_page(signals, style, seed=number)
    return bytes(cv2.imencode(".jpg", page.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 50])[1]), page


def _photo(kind: str) -> Maker:
    def make(signals: Floats, number: int) -> tuple[bytes, SimulatedPage]:
        page = render_page(signals, random_print(number, PHOTO_LAYOUTS), seed=number)
        return take_photo(page, PHOTO_KINDS[kind](number), seed=number).encoded, page

    return make


def _screenshot(signals: Floats, number: int) -> tuple[bytes, SimulatedPage]:
    page = render_page(signals, random_print(number, PHOTO_LAYOUTS), seed=number)
    return take_screenshot(page, seed=number).encoded, page


def _png(image: Image) -> bytes:
    return bytes(cv2.imencode(".png", image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


CONDITIONS: dict[str, Maker] = {
    **{f"clean {layout}": _flat(replace(PRESETS["clean"], layout=layout)) for layout in sorted(LAYOUTS)},
    "clean 3x4+1 at 50 mm/s": _flat(replace(PRESETS["clean"], speed_mm_per_s=50.0, page_seconds=5.0)),
    "clinic look 3x4+1": _flat(PRESETS["clinic-3x4"]),
    "clinic look 6x2+1": _flat(PRESETS["clinic-6x2"]),
    "simulated scans": _scan,
    "simulated photos": _photo("photo"),
    "simulated hard photos": _photo("hard"),
    "simulated photos of a screen": _photo("screen"),
    "simulated screenshots": _screenshot,
}
"""How the pictures of each condition are made."""
