"""Pages of the arrangements that HeartGuard reads, as pictures of each condition of the digitising benchmark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LAYOUTS
from heartlab.simulate.encoded import jpeg, png
from heartlab.simulate.page import PRESETS, PaperStyle, SimulatedPage, random_style, render_page
from heartlab.simulate.photo import PHOTO_KINDS, random_print, take_photo, take_screenshot

__all__ = ["CONDITIONS"]

PHOTO_LAYOUTS = ("3x4+1", "3x4+1", "3x4+1", "3x4", "3x4+3", "6x2", "6x2+1", "12x1")
"""Layouts of simulated scans and photos: half of them the usual one."""

Maker = Callable[[Floats, int], tuple[bytes, SimulatedPage]]


def _flat(style: PaperStyle) -> Maker:
    def make(signals: Floats, number: int) -> tuple[bytes, SimulatedPage]:
        page = render_page(signals, style, seed=number)
        return png(page.image), page

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
    return jpeg(page.image, 50), page


def _photo(kind: str) -> Maker:
    def make(signals: Floats, number: int) -> tuple[bytes, SimulatedPage]:
        page = render_page(signals, random_print(number, PHOTO_LAYOUTS), seed=number)
        return take_photo(page, PHOTO_KINDS[kind](number), seed=number).encoded, page

    return make


def _screenshot(signals: Floats, number: int) -> tuple[bytes, SimulatedPage]:
    page = render_page(signals, random_print(number, PHOTO_LAYOUTS), seed=number)
    return take_screenshot(page, seed=number).encoded, page


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
