"""Crops of simulated pages with their truth, drawn once and kept in files: the lessons of the structure network."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from heartguard.arrays import Doubles, Image
from heartlab.simulate.recorders import CHANNELS, PageCrop, SimulatedSheet, Window, simulate_sheet
from heartlab.simulate.recorders.capture import CaptureKind
from heartlab.simulate.recorders.chances import choose
from heartlab.simulate.recorders.grid import Grid
from heartlab.simulate.recorders.scene import Item, Text
from heartlab.train.structure.records import RecordPool, Split, load_pool

__all__ = ["CROPS_PER_FILE", "FIRST_SEED", "SIDE", "draw_crops", "kind_of", "make_files", "read_crops"]

log = logging.getLogger(__name__)

SIDE = 320
"""Of a crop, pixels: 4 to 10 cm of paper, so that two or three rows or a header with its first row are seen."""

CROPS_PER_FILE = 32
"""Bounds the work that an interrupted run loses; chosen by hand."""

CropSet = Literal["lessons", "edges", "check"]
"""``"edges"`` are lessons too: around the edges of sheets before a camera or on a scanner, which others seldom show."""

FIRST_SEED: dict[CropSet, int] = {"lessons": 1_000_000, "edges": 3_000_000, "check": 9_000_000}
"""Seeds of the pages of the sets; no page stands in two."""

_EDGE_KINDS: dict[CaptureKind, float] = {"photo": 0.7, "scan": 0.15, "screen photo": 0.15}
"""Shares of the captures whose pictures show edges of the sheet."""

_CROPS_PER_PAGE = 2
"""A page takes longer to draw than a crop to cut; more of one page would be much alike."""

_DARK, _DARK_LINES = 160, 0.1
"""A grid is dark if no channel of its colour is above this and its lines cover so many mm: as black as a fine trace."""

_AT_TRACE, _AT_START, _AT_RARE = 0.4, 0.15, 0.3
"""Shares of the crops around a place on a trace, the start of a row, and a thing of `_RARE`; the rest are anywhere."""

_RARE = ("pulse", "separator", "overlay")
"""Kinds of things that most crops would not show."""


def draw_crops(pool: RecordPool, seed: int, *, edges: bool = False) -> list[tuple[SimulatedSheet, PageCrop]]:
    """Design one page and draw crops of it, each of `SIDE` pixels; of the sheet's edges alone if so asked."""
    rng = np.random.default_rng([seed, 30])
    kind: CaptureKind | None = None
    if edges:
        on_edge: CaptureKind = choose(rng, _EDGE_KINDS)
        kind = on_edge
    sheet = simulate_sheet(pool.draw(seed), seed, kind)
    height, width = sheet.view.shape
    out = []
    for _ in range(_CROPS_PER_PAGE):
        x, y = _near(sheet, _place_on_edge(sheet, rng), rng) if edges else _centre(sheet, rng)
        # A picture that is smaller than a crop is continued beyond its edge.
        left = int(np.clip(x - SIDE / 2, 0, max(0, width - SIDE)))
        top = int(np.clip(y - SIDE / 2, 0, max(0, height - SIDE)))
        out.append((sheet, sheet.draw(Window(left, top, SIDE, SIDE))))
    return out


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
    kind : {"lessons", "edges", "check"}
    count : int
        Crops, rounded up to whole files.
    part : tuple of int
        Which of so many processes this is: each draws every so many-th file.
    """
    cv2.setNumThreads(1)
    split: Split = "check" if kind == "check" else "lessons"
    folder, prefix = home / f"crops-{split}", "edge-" if kind == "edges" else ""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{prefix}{number:05d}.npz" for number in range(-(-count // CROPS_PER_FILE))]
    pool = load_pool(split, home)
    for number, path in enumerate(paths):
        if number % part[1] == part[0] and not path.exists():
            first = FIRST_SEED[kind] + number * CROPS_PER_FILE // _CROPS_PER_PAGE
            _make_file(pool, first, path, edges=kind == "edges")
            log.info("%s: file %d of %d", kind, number + 1, len(paths))
    return paths


def _make_file(pool: RecordPool, first_seed: int, path: Path, *, edges: bool) -> None:
    images, truths, kinds = [], [], []
    for seed in range(first_seed, first_seed + CROPS_PER_FILE // _CROPS_PER_PAGE):
        for sheet, crop in draw_crops(pool, seed, edges=edges):
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
    make_files(args.cache, "check", args.check, part)
    return 0


def main() -> int:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder outside of the repository")
    parser.add_argument("--lessons", type=int, default=10240, help="crops to learn from")
    parser.add_argument("--edges", type=int, default=1536, help="crops of sheets' edges to learn from")
    parser.add_argument("--check", type=int, default=384, help="crops of other patients")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), help="which of so many processes this is")
    return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
