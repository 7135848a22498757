"""Pictures of words for the print network: texts of our choice on simulated pages, cut out as the product cuts them.

Drawn once and kept in files: ``heartlab train print`` draws those that are missing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from heartguard.arrays import Doubles, Image
from heartguard.page.print.symbols import encoded
from heartlab.simulate.recorders import PageCrop, SimulatedSheet, Window, simulate_sheet
from heartlab.simulate.recorders.chances import between, choose
from heartlab.simulate.recorders.fonts import Font, letter_spacing, print_font, text_mask
from heartlab.simulate.recorders.scene import Item, Text
from heartlab.simulate.recorders.texts import font_for
from heartlab.train.print.texts import Wording, draw_name, draw_other, draw_value
from heartlab.train.structure.records import RecordPool, Split, load_pool

__all__ = ["INK", "ROOM", "Lesson", "draw_lessons", "make_lessons", "read_lessons", "write_lessons"]

log = logging.getLogger(__name__)

INK, ROOM = 24, 14
"""Height of the ink of a word in a lesson, and what is kept around it on every side, pixels: room to vary the cut."""

_WINDOW = (800, 560)
"""Largest part of a picture that is drawn, pixels: some hundred words fit."""

_TRIED, _BLANKS = 110, 6
"""Places that are tried for words on a page, and cuts without a word."""

_LEAST_PX = 5.5
"""A capital in fewer pixels is not to be read by a person either."""

_SIZES = {(1.4, 2.0): 2.0, (2.0, 3.2): 5.0, (3.2, 4.6): 1.5}
"""Heights of a capital, mm."""

_CLEAR_MM = 1.2
"""Between two words: less, and the product would cut them as one."""

_PAGES_PER_FILE = 16
"""Bounds the work that an interrupted run loses; chosen by hand."""

_FIRST_SEED: dict[Split, int] = {"lessons": 40_000_000, "check": 49_000_000}
"""Of the pages of the sets; no page is in two."""

_MEASURED_PX = 40.0
"""Size at which a text's extent is measured."""

Box = tuple[float, float, float, float]
"""x0, y0, x1 and y1, mm."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """A cut of shape (`INK` + 2 `ROOM`, w, 3), uint8, RGB, and what it says; nothing on a cut without a word."""

    image: Image
    text: str


@dataclass(frozen=True, eq=False)
class _Placed:
    wording: Wording
    items: tuple[Text, ...]
    box: Box


def draw_lessons(pool: RecordPool, seed: int) -> list[Lesson]:
    """Design one page, fill a part of it with words and cut them out.

    Parameters
    ----------
    pool : RecordPool
        Of which the traces are.
    seed : int
        Of every choice.
    """
    rng = np.random.default_rng([seed, 40])
    sheet = simulate_sheet(pool.draw(seed), seed)
    window = _window(sheet, rng)
    if window is None:
        return []
    free = [item for item in sheet.scene.items if not (isinstance(item, Text) and item.kind in ("name", "print"))]
    words = _placed(sheet, window, rng)
    items: list[Item] = [*free, *(item for word in words for item in word.items)]
    crop = replace(sheet, scene=replace(sheet.scene, items=items)).draw(window)
    lessons = [_lesson(sheet, crop, window, word.box, word.wording.text, rng) for word in words]
    boxes = [word.box for word in words]
    for _ in range(_BLANKS):
        size = between(rng, 1.5, 4.0)
        box = _box_at(_spot(sheet, window, rng), (between(rng, 1.0, 4.0) * size, size))
        if all(_apart(box, other) for other in boxes):
            lessons.append(_lesson(sheet, crop, window, box, "", rng))
    return [lesson for lesson in lessons if lesson is not None]


def _window(sheet: SimulatedSheet, rng: np.random.Generator) -> Window | None:
    """Return a part of the picture whose middle is on the sheet; None after some tries without one."""
    height, width = sheet.view.shape
    size = (min(_WINDOW[0], width), min(_WINDOW[1], height))
    for _ in range(6):
        left, top = (int(rng.integers(full - part + 1)) for full, part in zip((width, height), size, strict=True))
        middle = np.array([[left + size[0] / 2, top + size[1] / 2]])
        x, y = sheet.view.to_page(middle)[0]
        if 0 < x < sheet.scene.width and 0 < y < sheet.scene.height:
            return Window(left, top, *size)
    return None


def _spot(sheet: SimulatedSheet, window: Window, rng: np.random.Generator) -> Doubles:
    """Return a place in the window, mm."""
    at = rng.uniform((window.left, window.top), (window.left + window.width, window.top + window.height))
    return np.asarray(sheet.view.to_page(at[None])[0], np.float64)


def _placed(sheet: SimulatedSheet, window: Window, rng: np.random.Generator) -> list[_Placed]:
    """Put words where there is room for them; groups of them share a font."""
    placed: list[_Placed] = []
    least = _LEAST_PX / sheet.px_per_mm
    font, size, spacing = print_font(rng), 2.5, 0.0
    for number in range(_TRIED):
        if number % 12 == 0:
            font, size = print_font(rng), max(least, between(rng, *choose(rng, _SIZES)))
            spacing = letter_spacing(rng)
        draw = choose(rng, {draw_name: 5.0, draw_value: 2.5, draw_other: 3.0})
        colour = sheet.plan.inks.name if draw is draw_name else sheet.plan.inks.text
        wording = draw(rng)
        items, (width, height) = _set(wording, font, size, colour, spacing)
        box = _box_at(_spot(sheet, window, rng), (width, height))
        inside = box[0] > 0 and box[1] > 0 and box[2] < sheet.scene.width and box[3] < sheet.scene.height
        if encoded(wording.text) and inside and all(_apart(box, other.box) for other in placed):
            moved = tuple(replace(item, x=item.x + box[0], y=item.y + box[1]) for item in items)
            placed.append(_Placed(wording, moved, box))
    return placed


def _set(
    wording: Wording, font: Font, size: float, colour: tuple[int, int, int], spacing: float
) -> tuple[list[Text], tuple[float, float]]:
    """Return the items of a text whose ink begins at 0, 0, and the size of its ink, mm."""
    text, lowered = wording.text, wording.lowered
    font = font_for(text, font)
    body = text[: len(text) - lowered]
    left, top, right, bottom = _ink(body, font, size, spacing)
    items = [Text("print", body, -left, -top, size, font, colour, spacing=spacing)]
    width, height = right - left, bottom - top
    if lowered:
        small, down = 0.68 * size, 0.3 * size
        a, _, c, d = _ink(text[-lowered:], font, small, spacing)
        x = width + (0.08 + spacing) * size
        items.append(Text("print", text[-lowered:], x - a, -top + down, small, font, colour, spacing=spacing))
        width, height = x + c - a, max(height, -top + down + d)
    return items, (width, height)


def _ink(text: str, font: Font, size: float, spacing: float) -> Box:
    """Return the extent of a text's ink about the left end of its baseline, mm."""
    mask, (x, y) = text_mask(text, font, _MEASURED_PX, spacing)
    rows, columns = (np.flatnonzero(mask.max(axis=axis) > 127) for axis in (1, 0))
    if not len(rows):
        return (0.0, -size, size, 0.0)
    scale = size / _MEASURED_PX
    ends = (columns[0] - x, rows[0] - y, columns[-1] + 1 - x, rows[-1] + 1 - y)
    left, top, right, bottom = (float(scale * end) for end in ends)
    return (left, top, right, bottom)


def _box_at(corner: Doubles, size: tuple[float, float]) -> Box:
    return (float(corner[0]), float(corner[1]), float(corner[0]) + size[0], float(corner[1]) + size[1])


def _apart(box: Box, other: Box) -> bool:
    room = _CLEAR_MM
    across = box[0] > other[2] + 2 * room or other[0] > box[2] + 2 * room
    return across or box[1] > other[3] + room or other[1] > box[3] + room


def _lesson(
    sheet: SimulatedSheet, crop: PageCrop, window: Window, box: Box, text: str, rng: np.random.Generator
) -> Lesson | None:
    """Cut a box out, upright but for a little turn and shear; None where the window does not show it."""
    scale = INK / (box[3] - box[1])
    room = ROOM / scale
    corners = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
    middle = corners.mean(axis=0)
    turn, shear = np.deg2rad(rng.normal(0, 0.8)), rng.normal(0, 0.02)
    corners += np.array([[-room, -room], [room, -room], [room, room], [-room, room]])
    spread = np.array([[np.cos(turn), shear - np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    seen = sheet.view.to_image((corners - middle) @ spread.T + middle) - (window.left, window.top)
    inside = sheet.view.to_image(np.array([box[:2], box[2:]])) - (window.left, window.top)
    if inside.min() < 0 or (inside > (window.width, window.height)).any():
        return None
    size = (round((box[2] - box[0]) * scale) + 2 * ROOM, INK + 2 * ROOM)
    onto = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]]) - 0.5
    plane = cv2.getPerspectiveTransform(seen.astype(np.float32), onto.astype(np.float32))
    return Lesson(_warped(crop.image, plane, size, seen), text)


def _warped(image: Image, plane: Doubles, size: tuple[int, int], seen: Doubles) -> Image:
    """Return the cut; a part that is more than half as large again is averaged down."""
    zoom = size[1] / max(1.0, float(np.linalg.norm(seen[3] - seen[0])))
    if zoom < 0.66:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.4 / zoom), np.uint8)
    flags = cv2.INTER_LINEAR if zoom < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.warpPerspective(image, plane, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def write_lessons(path: Path, lessons: list[Lesson]) -> None:
    """Keep lessons in a file, side by side."""
    strip = np.concatenate([lesson.image for lesson in lessons], axis=1)
    widths = np.array([lesson.image.shape[1] for lesson in lessons], np.int32)
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(unfinished, strip=strip, widths=widths, texts=np.array([lesson.text for lesson in lessons]))
    unfinished.rename(path)


def read_lessons(path: Path) -> list[Lesson]:
    """Return the lessons of a file."""
    with np.load(path, allow_pickle=False) as kept:
        ends = np.cumsum(kept["widths"])
        strip, texts = kept["strip"], kept["texts"]
    parts = np.split(strip, ends[:-1], axis=1)
    return [Lesson(np.ascontiguousarray(part), str(text)) for part, text in zip(parts, texts, strict=True)]


def make_lessons(home: Path, split: Split, pages: int, part: tuple[int, int] = (0, 1)) -> list[Path]:
    """Draw the files of lessons that are not there yet; return all.

    Parameters
    ----------
    home : Path
        Cache folder, outside of the repository.
    split : {"lessons", "check"}
        Whose patients the traces are of.
    pages : int
        Rounded up to whole files.
    part : tuple of int
        Which of so many processes this is: each draws every so many-th file.
    """
    cv2.setNumThreads(1)
    folder = home / f"words-{split}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:05d}.npz" for number in range(-(-pages // _PAGES_PER_FILE))]
    pool = load_pool(split, home)
    for number, path in enumerate(paths):
        if number % part[1] == part[0] and not path.exists():
            first = _FIRST_SEED[split] + number * _PAGES_PER_FILE
            write_lessons(
                path, [one for seed in range(first, first + _PAGES_PER_FILE) for one in draw_lessons(pool, seed)]
            )
            log.info("%s: file %d of %d", split, number + 1, len(paths))
    return paths
