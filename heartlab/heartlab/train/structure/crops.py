"""Crops of simulated pages with their truth, drawn once and kept in files: the lessons of the structure network."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from heartguard.arrays import Doubles, Image
from heartlab.simulate.recorders import CHANNELS, PageCrop, SimulatedSheet, Window, simulate_sheet
from heartlab.simulate.recorders.capture import CaptureKind
from heartlab.simulate.recorders.chances import chance, choose
from heartlab.simulate.recorders.creases import LIGHT_MM
from heartlab.simulate.recorders.grid import Grid
from heartlab.simulate.recorders.scene import Item, Text
from heartlab.train.structure.records import RecordPool, Split, load_pool

__all__ = ["CROPS_PER_FILE", "FIRST_SEED", "SIDE", "draw_crops", "kind_of", "make_files", "read_crops"]

log = logging.getLogger(__name__)

SIDE = 320
"""Of a crop, pixels: 4 to 10 cm of paper, so that two or three rows or a header with its first row are seen."""

CROPS_PER_FILE = 32
"""Bounds the work that an interrupted run loses; chosen by hand."""

CropSet = Literal["lessons", "edges", "tips", "bare", "check"]
"""``"edges"``, ``"tips"`` and ``"bare"`` are lessons too: around the edges of sheets before a camera or on a scanner,
around the tips of tall waves and where creases cross traces, and of sheets without a grid, which others seldom show."""

FIRST_SEED: dict[CropSet, int] = {
    "lessons": 1_000_000,
    "edges": 3_000_000,
    "tips": 5_000_000,
    "bare": 7_000_000,
    "check": 9_000_000,
}
"""Seeds of the pages of the sets; no page stands in two."""

_PREFIX: dict[CropSet, str] = {"edges": "edge-", "tips": "tip-", "bare": "bare-"}
"""Of the names of files that lie among the lessons."""

_EDGE_KINDS: dict[CaptureKind, float] = {"photo": 0.7, "scan": 0.15, "screen photo": 0.15}
"""Shares of the captures whose pictures show edges of the sheet."""

_PAPER_KINDS: dict[CaptureKind, float] = {"scan": 0.6, "photo": 0.4}
"""Captures that may show creased paper, and their shares of such crops."""

_ON_PAPER = 0.6
"""Share of the crops around tips that are drawn from sheets of paper."""

_TALLEST = 0.97
"""Quantile of a lead's heights from which on a place is a tip: a QRS lasts about a tenth of a beat."""

_AROUND_CREASE_MM, _CREASE_DEPTH = 4.0, 0.12
"""A crease is darker by so much than the mean within so many mm: less is no darker than a facet."""

_CROPS_PER_PAGE = 2
"""A page takes longer to draw than a crop to cut; more of one page would be much alike."""

_DARK, _DARK_LINES = 160, 0.1
"""A grid is dark if no channel of its colour is above this and its lines cover so many mm: as black as a fine trace."""

_AT_TRACE, _AT_START, _AT_RARE = 0.4, 0.15, 0.3
"""Shares of the crops around a place on a trace, the start of a row, and a thing of `_RARE`; the rest are anywhere."""

_RARE = ("pulse", "separator", "overlay")
"""Kinds of things that most crops would not show."""


def draw_crops(pool: RecordPool, seed: int, kind: CropSet = "lessons") -> list[tuple[SimulatedSheet, PageCrop]]:
    """Design one page and draw crops of it, each of `SIDE` pixels, around what the set is of."""
    rng = np.random.default_rng([seed, 30])
    capture: CaptureKind | None = None
    if kind == "edges":
        on_edge: CaptureKind = choose(rng, _EDGE_KINDS)
        capture = on_edge
    elif kind == "tips" and chance(rng, _ON_PAPER):
        on_paper: CaptureKind = choose(rng, _PAPER_KINDS)
        capture = on_paper
    sheet = simulate_sheet(pool.draw(seed), seed, capture)
    if kind == "bare":
        sheet = replace(sheet, scene=replace(sheet.scene, grid=None))
    height, width = sheet.view.shape
    out = []
    for _ in range(_CROPS_PER_PAGE):
        x, y = _middle(sheet, kind, rng)
        # A picture that is smaller than a crop is continued beyond its edge.
        left = int(np.clip(x - SIDE / 2, 0, max(0, width - SIDE)))
        top = int(np.clip(y - SIDE / 2, 0, max(0, height - SIDE)))
        out.append((sheet, sheet.draw(Window(left, top, SIDE, SIDE))))
    return out


def _middle(sheet: SimulatedSheet, kind: CropSet, rng: np.random.Generator) -> tuple[float, float]:
    """Return where a crop of a set has its middle, pixels."""
    if kind == "edges":
        return _near(sheet, _place_on_edge(sheet, rng), rng)
    if kind == "tips" and sheet.scene.pieces:
        crossing = _place_on_crease(sheet, rng)
        return _near(sheet, _place_on_tip(sheet, rng) if crossing is None else crossing, rng)
    return _centre(sheet, rng)


def _place_on_tip(sheet: SimulatedSheet, rng: np.random.Generator) -> Doubles:
    """Return the tip of a tall wave of any lead, mm."""
    points = sheet.scene.pieces[int(rng.integers(len(sheet.scene.pieces)))].points
    height = np.abs(points[:, 1] - np.median(points[:, 1]))
    tall = np.flatnonzero(height >= np.quantile(height, _TALLEST))
    return np.asarray(points[int(rng.choice(tall))], np.float64)


def _place_on_crease(sheet: SimulatedSheet, rng: np.random.Generator) -> Doubles | None:
    """Return a place in mm where the darkest creases cross a trace, or None where the paper has none."""
    relief = getattr(sheet.view, "relief", None)
    if relief is None:
        return None
    points = np.concatenate([piece.points for piece in sheet.scene.pieces])
    around = cv2.GaussianBlur(relief.light, (0, 0), _AROUND_CREASE_MM / LIGHT_MM)
    at = np.clip(np.round(points / LIGHT_MM).astype(int), 0, np.array(relief.light.shape)[::-1] - 1)
    darker = around[at[:, 1], at[:, 0]] - relief.light[at[:, 1], at[:, 0]]
    crossing = np.flatnonzero(darker > _CREASE_DEPTH)
    return np.asarray(points[int(rng.choice(crossing))], np.float64) if crossing.size else None


def _centre(sheet: SimulatedSheet, rng: np.random.Generator) -> tuple[float, float]:
    """Return where a crop has its middle, pixels."""
    height, width = sheet.view.shape
    kind = float(rng.random())
    pieces = sheet.scene.pieces
    rare = [item for item in sheet.scene.items if item.kind in _RARE]
    if kind < _AT_RARE and rare:
        return _near(sheet, _place_on_rare(rare, rng), rng)
    kind = (kind - _AT_RARE) if kind >= _AT_RARE else kind * (1 - _AT_RARE) / _AT_RARE
    if kind >= _AT_TRACE + _AT_START or not pieces:
        return float(rng.uniform(0, width)), float(rng.uniform(0, height))
    points = pieces[int(rng.integers(len(pieces)))].points
    at = points[0] if kind > _AT_TRACE else points[int(rng.integers(len(points)))]
    return _near(sheet, at, rng)


def _near(sheet: SimulatedSheet, at: Doubles, rng: np.random.Generator) -> tuple[float, float]:
    """Return a place up to a third of a crop from a place in mm, pixels."""
    x, y = sheet.view.to_image(at[None])[0] + rng.uniform(-SIDE / 3, SIDE / 3, 2)
    return float(x), float(y)


def _place_on_edge(sheet: SimulatedSheet, rng: np.random.Generator) -> Doubles:
    """Return a place on the edge of the sheet, or of the screen, mm."""
    x0, y0, x1, y1 = sheet.screen or (0.0, 0.0, sheet.scene.width, sheet.scene.height)
    place, side = rng.uniform((x0, y0), (x1, y1)), int(rng.integers(4))
    place[side % 2] = (x0, y0, x1, y1)[side]
    return np.asarray(place, np.float64)


def _place_on_rare(items: list[Item], rng: np.random.Generator) -> Doubles:
    """Return a place on a thing, mm: each kind of those that a page has is as likely as the others."""
    kinds = sorted({item.kind for item in items})
    kind = kinds[int(rng.integers(len(kinds)))]
    alike = [item for item in items if item.kind == kind]
    item = alike[int(rng.integers(len(alike)))]
    if isinstance(item, Text):
        return np.array([item.x, item.y])
    return np.asarray(item.points[int(rng.integers(len(item.points)))], np.float64)


def make_files(home: Path, kind: CropSet, count: int, part: tuple[int, int] = (0, 1)) -> list[Path]:
    """Draw crops into files that are not there yet; return the files of all.

    Parameters
    ----------
    home : Path
    kind : {"lessons", "edges", "tips", "bare", "check"}
    count : int
        Crops, rounded up to whole files.
    part : tuple of int
        Which of so many processes this is: each draws every so many-th file.
    """
    cv2.setNumThreads(1)
    split: Split = "check" if kind == "check" else "lessons"
    folder, prefix = home / f"crops-{split}", _PREFIX.get(kind, "")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{prefix}{number:05d}.npz" for number in range(-(-count // CROPS_PER_FILE))]
    pool = load_pool(split, home)
    for number, path in enumerate(paths):
        if number % part[1] == part[0] and not path.exists():
            first = FIRST_SEED[kind] + number * CROPS_PER_FILE // _CROPS_PER_PAGE
            _make_file(pool, first, path, kind)
            log.info("%s: file %d of %d", kind, number + 1, len(paths))
    return paths


def _make_file(pool: RecordPool, first_seed: int, path: Path, kind: CropSet) -> None:
    images, truths, kinds = [], [], []
    for seed in range(first_seed, first_seed + CROPS_PER_FILE // _CROPS_PER_PAGE):
        for sheet, crop in draw_crops(pool, seed, kind):
            images.append(crop.image)
            truths.append(crop.truth)
            kinds.append(kind_of(sheet))
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(unfinished, images=np.stack(images), truths=np.stack(truths), kinds=np.array(kinds))
    unfinished.rename(path)


def kind_of(sheet: SimulatedSheet) -> str:
    """Return the kind of page under which results are told: what is hardest about it, else how it was captured."""
    grid = sheet.scene.grid
    if sheet.negative or sheet.plan.theme == "dark":
        return "dark mode or negative"
    if grid is not None and "dots" in {level.pattern for level in (grid.minor, grid.major) if level}:
        return "dotted grid"
    if grid is not None and max(grid.colour) < _DARK and _blackness(grid) > _DARK_LINES:
        return "dark grid"
    return str(sheet.kind)


def _blackness(grid: Grid) -> float:
    """Return the widest line of a grid times its strength, mm."""
    return max(level.width * level.strength for level in (grid.minor, grid.major) if level is not None)


def read_crops(path: Path) -> tuple[Image, Image, list[str]]:
    """Return pictures (n, h, w, 3), truths (n, h, w, 9), uint8, and kinds of one file."""
    with np.load(path, allow_pickle=False) as kept:
        truths = kept["truths"]
        if truths.shape[-1] != len(CHANNELS):
            raise ValueError(
                f"{path.name} has {truths.shape[-1]} planes of truth, expected {len(CHANNELS)}: make it anew"
            )
        return kept["images"], truths, [str(kind) for kind in kept["kinds"]]


def run(args: argparse.Namespace) -> int:
    """Draw the crops of both splits; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    part = (args.part[0], args.part[1])
    make_files(args.cache, "lessons", args.lessons, part)
    make_files(args.cache, "edges", args.edges, part)
    make_files(args.cache, "tips", args.tips, part)
    make_files(args.cache, "bare", args.bare, part)
    make_files(args.cache, "check", args.check, part)
    return 0


def main() -> int:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder outside of the repository")
    parser.add_argument("--lessons", type=int, default=10240, help="crops to learn from")
    parser.add_argument("--edges", type=int, default=1536, help="crops of sheets' edges to learn from")
    parser.add_argument("--tips", type=int, default=4800, help="crops of tips and creases to learn from")
    parser.add_argument("--bare", type=int, default=1024, help="crops of sheets without a grid to learn from")
    parser.add_argument("--check", type=int, default=384, help="crops of other patients")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), help="which of so many processes this is")
    return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
