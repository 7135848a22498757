"""How much of the text that names a patient is blanked on simulated pages, and how much of the ECG with it.

    heartlab bench deidentify [--sheets 120]

Needs no data: the simulator prints made-up persons and knows which letters it printed. Writes
``benchmarks/results/deidentify.csv``: a row for each way in which a page became a picture, shares of pixels with 95 %
intervals by bootstrap over the sheets.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from heartguard.arrays import Doubles, Mask
from heartguard.deidentify.blanking import blanked_pixels
from heartguard.deidentify.finding import find_text
from heartguard.errors import HeartGuardError
from heartguard.page import PageModels, find_page, load_page_models
from heartguard.values import Page, Upload
from heartguard.weights import models_folder
from heartlab.data.tables import write_table
from heartlab.simulate.ecg import CONDITIONS, simulate_ecg
from heartlab.simulate.recorders import CHANNELS, SimulatedSheet, simulate_sheet, vocabulary
from heartlab.simulate.recorders.scene import Item, Kind, Text

_FIRST_SEED = 98_500_000
"""Of pages that no network has seen."""

_HALF = 127
_REPEATS = 2000
_WRITTEN_EACH = 20
"""Sheets after which the table is written, so that a long run that ends early has measured something."""

_PARTS = ("identity", "script", "other print", "trace", "pulse", "name", "scale")
"""What is counted: text that may name a patient, the same by hand and by stamp, other print (measurements, statements,
footers), and what shall stay."""

_SHALL_GO = ("identity", "script")


class _Count(NamedTuple):
    """Pixels that there are, and that were blanked or are no longer on the page."""

    there: int = 0
    gone: int = 0


def _pattern(wording: str) -> str:
    """Return a regular expression of a wording of the simulator with its numbers."""
    return re.escape(wording).replace(re.escape("{0}"), r"\d{2}").replace(re.escape("{1}"), r"\d")


_DATED = ("When compared with ECG of 0{1}-JAN-20{0},", "Confirmed By: EXAMPLE, DR", "Printed 0{1}-0{1}-20{0} 1{1}:{0}")
_PLACES = ("General Hospital", "Cardiology Department", "St. Nowhere Clinic")
_NUMBERED = ("SN 00{0}{0}-{1}", "CID: 1{1}   EID:{0} EDT: ORDER: ACCOUNT:")
_SCALE = re.compile(r"^(?:(?!Hz).)*(?:mm|мм)\s?/\s?(?:sec|sn|s|с|mV|мВ)\b")
"""The part of a line up to its last speed or gain, where no filter comes before."""

_IDENTITY = re.compile("|".join(map(_pattern, (*vocabulary.PATIENT, *_DATED, *_PLACES, *_NUMBERED))))


def part_of(text: Text) -> str:
    """Return which of `_PARTS` a printed line is.

    Examples
    --------
    >>> line = Text("print", "ID: 00000042", 5, 5, 2, "default", (0, 0, 0))
    >>> part_of(line), part_of(replace(line, text="25 mm/s 10 mm/mV")), part_of(replace(line, text="Normal ECG"))
    ('identity', 'scale', 'other print')
    """
    if text.kind == "overlay":
        return "script"
    if text.kind == "name":
        return "name"
    if _SCALE.search(text.text):
        return "scale"
    return "identity" if _IDENTITY.fullmatch(text.text) else "other print"


def _counted(part: str, text: str) -> str:
    """Return the beginning of a line that is counted: of a line with a scale that to the end of the scale."""
    found = _SCALE.search(text) if part == "scale" else None
    return text if found is None else found.group()


def _letters(sheet: SimulatedSheet, truth: np.ndarray) -> dict[str, Mask]:
    """Return the pixels of the picture that show letters of each part, drawn once more by themselves."""
    planes: dict[str, Kind] = {"identity": "print", "scale": "name", "script": "pulse", "other print": "separator"}
    items: list[Item] = [
        replace(item, kind=planes[part], text=_counted(part, item.text))
        for item in sheet.scene.items
        if isinstance(item, Text) and (part := part_of(item)) in planes
    ]
    alone = replace(sheet, scene=replace(sheet.scene, items=items, pieces=()), neighbour=None).draw().truth
    shown = {
        part: truth[..., CHANNELS.index("overlay" if part == "script" else "print")] > _HALF for part in planes
    }  # what a label or a finger hides is not there
    found = {part: (alone[..., CHANNELS.index(plane)] > _HALF) & shown[part] for part, plane in planes.items()}
    return found | {part: truth[..., CHANNELS.index(part)] > _HALF for part in ("trace", "pulse", "name")}


def _on_page(page: Page, pixels: Mask) -> tuple[Doubles, Mask]:
    """Return the places of pixels of the picture on the page, whole pixels, and which of them are on it."""
    y, x = np.nonzero(pixels)
    places = np.rint(page.on_page(np.column_stack([x, y]).astype(np.float64)))
    height, width = page.image.shape[:2]
    inside = (places >= 0).all(axis=1) & (places[:, 0] < width) & (places[:, 1] < height)
    return places, np.asarray(inside)


def count_sheet(sheet: SimulatedSheet, models: PageModels) -> dict[str, _Count]:
    """Return the pixels of each part of a sheet, and those that are blanked; letters beside the page are gone.

    Raises
    ------
    HeartGuardError
        If the page cannot be read: nothing of it would be exported.
    """
    drawn = sheet.draw()
    page = find_page(Upload("sheet", "0" * 64, "png", drawn.image), models)
    gone = blanked_pixels(find_text(page, models))
    counts = {}
    for part, pixels in _letters(sheet, drawn.truth).items():
        places, inside = _on_page(page, pixels)
        x, y = places[inside].astype(int).T
        lost = int((~inside).sum()) if part in _SHALL_GO else 0
        counts[part] = _Count(int(inside.sum()) + lost, int(gone[y, x].sum()) + lost)
    return counts


def counted(sheets: int, models: PageModels) -> Iterator[tuple[str, dict[str, _Count] | None]]:
    """Yield the kind of each simulated sheet and its counts, None where it is not read."""
    conditions = tuple(CONDITIONS)
    for seed in range(_FIRST_SEED, _FIRST_SEED + sheets):
        sheet = simulate_sheet(simulate_ecg(conditions[seed % len(conditions)], seed=seed).signals, seed)
        try:
            yield sheet.kind, count_sheet(sheet, models)
        except HeartGuardError:
            yield sheet.kind, None


def share(counts: Sequence[_Count]) -> str:
    """Return the share of pixels that are gone, with its interval over sheets.

    Examples
    --------
    >>> share([_Count(10, 9), _Count(10, 9)])
    '90.0 (90.0 to 90.0; 2 sheets)'
    """
    those = np.array([count for count in counts if count.there], np.float64).reshape(-1, 2)
    if not len(those):
        return ""
    drawn = np.random.default_rng(0).integers(0, len(those), (_REPEATS, len(those)))
    there, gone = those[drawn].sum(axis=1).T
    low, high = np.quantile(100 * gone / there, [0.025, 0.975])
    middle = 100 * those[:, 1].sum() / those[:, 0].sum()
    return f"{middle:.1f} ({low:.1f} to {high:.1f}; {len(those)} sheets)"


def _row(kind: str, results: Sequence[dict[str, _Count] | None]) -> dict[str, str | int]:
    read = [counts for counts in results if counts is not None]
    shares = {f"{part} blanked, %": share([counts[part] for counts in read]) for part in _PARTS}
    wholly = [counts["identity"] for counts in read if counts["identity"].there]
    every = sum(count.gone >= 0.99 * count.there for count in wholly)
    return {
        "picture": kind,
        "sheets": len(results),
        "read": len(read),
        **shares,
        "99 % of identity blanked": f"{every} of {len(wholly)} sheets",
    }


def _rows(results: Sequence[tuple[str, dict[str, _Count] | None]]) -> list[dict[str, str | int]]:
    kinds = sorted({kind for kind, _ in results})
    by_kind = [(kind, [counts for each, counts in results if each == kind]) for kind in kinds]
    return [_row(kind, those) for kind, those in (("all", [counts for _, counts in results]), *by_kind)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--sheets", type=int, default=120, help="simulated sheets (default: 120)")


def run(args: argparse.Namespace) -> None:
    """Blank the sheets and write the table."""
    cv2.setNumThreads(1)
    models = load_page_models(models_folder())
    results: list[tuple[str, dict[str, _Count] | None]] = []
    for kind, counts in counted(args.sheets, models):
        results.append((kind, counts))
        print(len(results), kind, "not read" if counts is None else counts, flush=True)
        if len(results) % _WRITTEN_EACH == 0 or len(results) == args.sheets:
            write_table(_rows(results), "deidentify")
