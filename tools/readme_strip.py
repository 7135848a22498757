"""Draw the strip of the README: a photo, its straight page, the twelve signals and the answer, all of one reading.

    python tools/readme_strip.py

The photo is a shipped sample page, photographed by the laboratory's simulator; what the strip shows is what HeartGuard
reads from it. Writes ``docs/strip.webp``, panels on a transparent ground, for light and dark pages alike.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from heartguard import read_ecg
from heartguard.arrays import Floats
from heartguard.leads import CHEST_LEADS, LIMB_LEADS
from heartguard.values import Image as Pixels
from heartguard.values import Reading
from heartguard.vocabulary import class_name, finding_name, percent
from heartlab.export.samples import RECIPES, simulate
from heartlab.simulate.page import render_page
from heartlab.simulate.photo import PhotoStyle, take_photo

STRIP = Path(__file__).resolve().parents[1] / "docs" / "strip.webp"
SAMPLE = "old-mi-anterior.png"
PHOTO = PhotoStyle(
    width_px=3000,
    height_px=3000,
    fill=0.92,
    turn_deg=-6,
    tilt_deg=20,
    tilt_towards_deg=70,
    distance=1.4,
    folds=1,
    fold_slope=0.12,
    curl=0.02,
    light_deg=40,
    gradient=0.2,
    shadows=1,
    shadow=0.25,
)

DRAWN_AT = 2  # pixels drawn for one shown: text and lines are smoothed when the picture is reduced
SIZE = (1600, 420)
WIDTHS = (376, 520, 350, 264)
GAP = (SIZE[0] - sum(WIDTHS)) // (len(WIDTHS) - 1)
HEAD = 44
MARGIN = 18

PANEL, EDGE, ARROW = "#ffffff", "#d0d7de", "#8b949e"
PAPER = "#fcfcfc"  # of the simulated page, so that the margins added to it are not seen
INK, QUIET, LINE, ACCENT = "#1f2328", "#59636e", "#0b4f8a", "#c2410c"


class Pen:
    """A drawing whose coordinates are pixels as shown."""

    def __init__(self, picture: Image.Image) -> None:
        self._draw = ImageDraw.Draw(picture)

    def text(self, at: tuple[float, float], words: str, size: float, colour: str, anchor: str = "ls") -> None:
        """Write words with their anchor, by default the left end of their base line, at a place."""
        font = ImageFont.load_default(size * DRAWN_AT)
        self._draw.text((at[0] * DRAWN_AT, at[1] * DRAWN_AT), words, fill=colour, font=font, anchor=anchor)

    def line(self, points: list[tuple[float, float]], width: float, colour: str) -> None:
        """Draw a line through points."""
        scaled = [(x * DRAWN_AT, y * DRAWN_AT) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * DRAWN_AT), joint="curve")

    def box(self, place: tuple[float, float, float, float], colour: str, radius: float = 0, edge: str = "") -> None:
        """Fill a rectangle, given as left, top, right and bottom, with round corners."""
        scaled = [side * DRAWN_AT for side in place]
        self._draw.rounded_rectangle(scaled, radius * DRAWN_AT, fill=colour, outline=edge or None, width=DRAWN_AT)


def photographed() -> tuple[Pixels, Reading]:
    """Return the photo of the sample, and what HeartGuard reads from its JPEG."""
    recipe = next(recipe for recipe in RECIPES if recipe.file == SAMPLE)
    style = replace(recipe.style, px_per_mm=10.0, jpeg_quality=None)
    photo = take_photo(render_page(simulate(recipe).signals, style, recipe.seed), PHOTO, seed=3)
    return photo.image, read_ecg(photo.encoded, name="photo.jpg")


def paper_of(reading: Reading) -> Pixels:
    """Return the straight page without the desk: the leads and what a recorder prints around them."""
    page = reading.page
    left, right = min(p.x0 for p in page.panels), max(p.x1 for p in page.panels)
    top, bottom = min(p.baseline_y for p in page.panels), max(p.baseline_y for p in page.panels)
    mm = page.px_per_mm
    rows = slice(max(0, round(top - 31 * mm)), round(bottom + 20 * mm))
    columns = slice(max(0, round(left - 16 * mm)), round(right + 10 * mm))
    return page.image[rows, columns]


def picture_panel(strip: Image.Image, pixels: Pixels, left: float, width: float) -> None:
    """Show a picture in a panel below its head."""
    size = (round((width - 2) * DRAWN_AT), round((SIZE[1] - HEAD - 1) * DRAWN_AT))
    mask = Image.new("L", size, 0)
    # The upper corners of the mask are above the picture, so that only the lower ones are round.
    ImageDraw.Draw(mask).rounded_rectangle((0, -40, size[0] - 1, size[1] - 1), 12 * DRAWN_AT, fill=255)
    strip.paste(
        ImageOps.pad(Image.fromarray(pixels), size, color=PAPER), (round((left + 1) * DRAWN_AT), HEAD * DRAWN_AT), mask
    )


def signals_panel(pen: Pen, reading: Reading, left: float, width: float) -> None:
    """Draw 2.5 s of each lead, the limb leads in the left column."""
    column, row = (width - 2 * MARGIN) / 2, (SIZE[1] - HEAD - MARGIN) / 6
    for number, lead in enumerate((*LIMB_LEADS, *CHEST_LEADS)):
        x, y = left + MARGIN + number // 6 * (column + 8), HEAD + (number % 6 + 0.5) * row
        pen.text((x, y - 12), lead, 13, QUIET)
        signal = first_seconds(reading.ecg.lead(lead), 2.5, reading.ecg.sampling_rate_hz)
        across = x + np.linspace(0, column - 8, signal.size)
        down = y + 6 - (signal - np.median(signal)) * 24
        pen.line(list(zip(across.tolist(), down.tolist(), strict=True)), 1.6, LINE)


def first_seconds(signal: Floats, seconds: float, rate_hz: int) -> Floats:
    """Return the first traced samples of a lead."""
    traced: Floats = signal[np.isfinite(signal)]
    return traced[: round(seconds * rate_hz)]


def answer_panel(pen: Pen, reading: Reading, left: float, width: float) -> None:
    """Write class, probabilities, findings and measurements."""
    prediction, measured = reading.prediction, reading.measurements
    x, right = left + MARGIN, left + width - MARGIN
    pen.text((x, 84), "Not sure" if prediction.abstained else class_name(prediction.label), 27, INK)
    found = [finding_name(f.scp_code) for f in prediction.findings if f.present]
    pen.text((x, 110), found[0] if found else "", 14, ACCENT)
    for number, (label, probability) in enumerate(prediction.probabilities.items()):
        y = 146 + 27 * number
        pen.text((x, y), label, 14, INK)
        pen.box((x + 62, y - 11, right - 52, y + 1), "#eaeef2", 3)
        pen.box((x + 62, y - 11, max(x + 65, x + 62 + probability * (right - x - 114)), y + 1), LINE, 3)
        pen.text((right, y), percent(probability), 14, INK, "rs")
    rows = (
        ("Heart rate", measured.heart_rate_bpm, "/min"),
        ("PR", measured.pr_ms, "ms"),
        ("QRS", measured.qrs_ms, "ms"),
        ("QT", measured.qt_ms, "ms"),
        ("Axis", measured.axis_deg, "°"),
    )
    for number, (name, value, unit) in enumerate(rows):
        y = 272 + 26 * number
        pen.text((x, y), name, 14, QUIET)
        pen.text((right, y), "not measured" if value is None else f"{value:.0f} {unit}", 14, INK, "rs")
    pen.text((x, SIZE[1] - 14), f"Tracing quality {reading.quality:.0%}", 13, QUIET)


def draw_strip() -> Image.Image:
    """Return the strip at its size."""
    photo, reading = photographed()
    strip = Image.new("RGBA", (SIZE[0] * DRAWN_AT, SIZE[1] * DRAWN_AT), (0, 0, 0, 0))
    pen = Pen(strip)
    lefts = [sum(WIDTHS[:number]) + GAP * number for number in range(len(WIDTHS))]
    titles = ("Photo", "Straight page", "Twelve signals, mV over s", "Answer")
    for number, (left, width, title) in enumerate(zip(lefts, WIDTHS, titles, strict=True), start=1):
        pen.box((left, 0, left + width - 1, SIZE[1] - 1), PANEL, 12, EDGE)
        pen.text((left + MARGIN, 30), f"{number}  {title}", 19, INK)
        if number < len(WIDTHS):
            x, y = left + width + GAP / 2, SIZE[1] / 2
            pen.line([(x - 5, y - 12), (x + 6, y), (x - 5, y + 12)], 4, ARROW)
    picture_panel(strip, photo, lefts[0], WIDTHS[0])
    picture_panel(strip, paper_of(reading), lefts[1], WIDTHS[1])
    signals_panel(pen, reading, lefts[2], WIDTHS[2])
    answer_panel(pen, reading, lefts[3], WIDTHS[3])
    return strip.resize(SIZE, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw_strip().save(STRIP, quality=88, method=6)
