"""What the print network reads of lead names, speed and gain: on simulated pages, and on pages by other programs.

    heartlab bench names [--pages 60] [--cache DIR]

Needs the shared data (see README). Writes ``benchmarks/results/names.csv``: names by lead, by the height of a capital
and by how the page became a picture; then the pages of ``rendered``, by program, against the leads that they show.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd

from heartguard.arrays import Doubles
from heartguard.errors import HeartGuardError
from heartguard.intake import open_upload
from heartguard.models import Models, shared_models
from heartguard.page.print import PrintedName, PrintedScale, names_on, read_print, values_on
from heartguard.page.straight import PX_PER_MM, StraightPage, straighten
from heartguard.page.without_grid import straighten_by_marks
from heartguard.printed import gains_printed, lead_named, speed_printed
from heartguard.reading import read_ecg
from heartlab.checkout import CACHE
from heartlab.data.datasets import data_folder
from heartlab.data.tables import write_table
from heartlab.simulate.recorders import SimulatedSheet, simulate_sheet
from heartlab.simulate.recorders.scene import Text
from heartlab.train.structure.records import load_pool

_FIRST_SEED = 97_000_000
"""Of pages that neither network has seen."""

_REACH_MM = 2.5
"""Between the middle of a name and where it was read: photos are straight to about a millimetre."""

_LETTER_WIDTH = 0.6
"""Of a letter, in heights of a capital, about."""

_SIZES_MM = (2.0, 2.5, 3.0, 4.6)
_SIZES_PX = (7.0, 9.0, 12.0, 16.0, 60.0)
_QUALITY = 0.5


class _Drawn(NamedTuple):
    """A name on the straight page: its lead, its middle in page pixels, and its height on paper and in the picture."""

    lead: str
    x: float
    y: float
    height_mm: float
    height_px: float


class _Count(NamedTuple):
    """Names, or values, that there are, that were read, and that were read as others."""

    names: int = 0
    read: int = 0
    wrong: int = 0

    def plus(self, *, read: bool, wrong: bool) -> _Count:
        """Count one more name."""
        return _Count(self.names + 1, self.read + read, self.wrong + wrong)


def drawn_names(sheet: SimulatedSheet, page: StraightPage) -> list[_Drawn]:
    """Return the names that a simulated page shows upright, where they are on the straight page."""
    found = []
    height, width = page.image.shape[:2]
    for item in sheet.scene.items:
        lead = lead_named(item.text) if isinstance(item, Text) and item.kind == "name" else None
        if lead is None or not isinstance(item, Text):
            continue
        seen = sheet.view.to_image(_ends(item))
        (x0, y0), (x1, y1) = _straight(page, seen)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        on_page = x1 > x0 and y1 < y0 and 0 < x < width and 0 < y < height
        if on_page and _shown(sheet, seen):
            found.append(_Drawn(lead, x, y, item.height, item.height * sheet.px_per_mm))
    return found


def _straight(page: StraightPage, places: Doubles) -> Doubles:
    """Return places of the straight page for those of the picture, both of shape (n, 2)."""
    flat = cv2.perspectiveTransform(places[None].astype(np.float64), page.to_page)[0]
    if page.bend is None:
        return np.asarray(flat, np.float64)
    rows, columns = page.bend.forward.shape[:2]
    x, y = np.round(flat / page.bend.step).astype(int).T
    return np.asarray(flat + page.bend.forward[y.clip(0, rows - 1), x.clip(0, columns - 1)], np.float64)


def _at(drawn: _Drawn, names: tuple[PrintedName, ...]) -> PrintedName | None:
    """Return the name that was read at the place of a drawn one."""
    near = [name for name in names if np.hypot(name.x - drawn.x, name.y - drawn.y) < _REACH_MM * PX_PER_MM]
    return min(near, key=lambda name: np.hypot(name.x - drawn.x, name.y - drawn.y), default=None)


def simulated(models: Models, pages: int, cache: Path) -> Iterator[tuple[str, str, _Count]]:
    """Yield a part, a kind and its count of names and, as ``speed`` and ``gain``, of values."""
    counts: dict[tuple[str, str], _Count] = defaultdict(_Count)
    pool = load_pool("check", cache)
    for seed in range(_FIRST_SEED, _FIRST_SEED + pages):
        sheet = simulate_sheet(pool.draw(seed), seed)
        image = sheet.draw().image
        page = straighten(image, models.page.structure.maps(image), models.page.structure.maps)
        if page is None:
            continue
        words = read_print(page, models.page.print)
        names = names_on(words)
        drawn = drawn_names(sheet, page)
        for one in drawn:
            name = _at(one, names)
            result = {"read": name is not None and name.lead == one.lead}
            result["wrong"] = name is not None and not result["read"]
            for part, kind in _kinds(one, sheet):
                counts[part, kind] = counts[part, kind].plus(**result)
        if drawn:
            for part, kind, told in _values(sheet, values_on(words)):
                counts[part, kind] = counts[part, kind].plus(**told)
    for (part, kind), count in sorted(counts.items()):
        yield part, kind, count


def _kinds(drawn: _Drawn, sheet: SimulatedSheet) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    yield "lead", drawn.lead
    yield "capital, mm", f"up to {min(size for size in _SIZES_MM if drawn.height_mm <= size):g}"
    yield "capital, pixels", f"up to {min(size for size in _SIZES_PX if drawn.height_px <= size):02g}"
    yield "picture", sheet.kind


def _values(sheet: SimulatedSheet, scale: PrintedScale) -> Iterator[tuple[str, str, dict[str, bool]]]:
    """Yield whether the speed and the gain were read where the picture shows one wholly."""
    lines = [item for item in sheet.scene.items if isinstance(item, Text) and item.kind == "print"]
    seen = [line.text for line in lines if _shown(sheet, sheet.view.to_image(_ends(line)))]
    speeds = {speed for text in seen if (speed := speed_printed(text)) is not None}
    gains = {gains.limb for text in seen if (gains := gains_printed(text)) is not None}
    for kind, printed, found in (("speed", speeds, scale.speed), ("gain", gains, scale.limb_gain)):
        if len(printed) == 1:
            read = found is not None and found.value in printed
            yield "value", kind, {"read": read, "wrong": found is not None and not read}


def _ends(text: Text) -> Doubles:
    """Return the lower left and about the upper right end of a text, mm, shape (2, 2)."""
    right = text.x + _LETTER_WIDTH * text.height * len(text.text)
    return np.array([[text.x, text.y], [right, text.y - text.height]])


def _shown(sheet: SimulatedSheet, seen: Doubles) -> bool:
    """Tell whether places are in the picture."""
    return bool((seen > 0).all() and (seen < np.array(sheet.view.shape[::-1])).all())


def rendered(models: Models, folder: Path) -> Iterator[tuple[str, str, _Count]]:
    """Yield the programs with the names that were read of those that their pages show, upright ones alone."""
    counts: dict[tuple[str, str], _Count] = defaultdict(_Count)
    for row in pd.read_csv(folder / "rendered.csv").itertuples():
        if row.turned_deg:
            continue
        upload = open_upload(folder / str(row.image))
        maps = models.page.structure.maps(upload.image)
        page = straighten(upload.image, maps) or straighten_by_marks(upload.image, maps)
        names = () if page is None else names_on(read_print(page, models.page.print))
        there = Counter(lead for lead, *_ in json.loads(str(row.leads)))
        found = Counter(name.lead.removeprefix("-") for name in names)
        part = _part(folder / str(row.image), models)
        for lead, number in there.items():
            for at in range(number):
                for kind in (str(row.group), "all"):
                    counts[part, kind] = counts[part, kind].plus(read=found[lead] > at, wrong=False)
        for kind in (str(row.group), "all"):
            more = sum((found - there).values())
            counts[part, kind] = counts[part, kind]._replace(wrong=counts[part, kind].wrong + more)
    for (part, kind), count in sorted(counts.items()):
        yield part, kind, count


def _part(path: Path, models: Models) -> str:
    try:
        quality = read_ecg(path, models=models).quality
    except HeartGuardError:
        return "rendered, refused"
    return f"rendered, quality {'at least' if quality >= _QUALITY else 'under'} {_QUALITY:g}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--pages", type=int, default=60, help="simulated pages (default: 60)")
    parser.add_argument("--cache", type=Path, default=CACHE.parent / "print", help="where the records are unpacked")


def run(args: argparse.Namespace) -> None:
    """Read the pages and write the table."""
    cv2.setNumThreads(1)
    models, data = shared_models(), data_folder()
    assert data is not None, "this benchmark needs the shared data"
    rows = []
    for part, kind, count in (*simulated(models, args.pages, args.cache), *rendered(models, data / "rendered")):
        shares = {"read_share": round(count.read / count.names, 3), "wrong_share": round(count.wrong / count.names, 4)}
        rows.append({"part": part, "kind": kind, **count._asdict(), **shares})
        print(rows[-1], flush=True)
    write_table(rows, "names")
