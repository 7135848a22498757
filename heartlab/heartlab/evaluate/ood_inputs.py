"""Out-of-distribution inputs: pictures without an ECG, blank paper, other layouts, torn pages, noise.

A picture becomes a drawing as the seed project's pages did: its ink by Otsu's threshold, squashed to that size.
A reading would do the same if the page finder accepted such a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_WIDTH, draw, segment_leads
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLES
from heartguard.values import Ecg
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.landscape import landscape
from heartlab.simulate.page import PRESETS, random_style, render_page

PICTURE_SIZE = (700, 1000)
"""Height and width of the pictures, pixels."""

_BLANK = np.full((len(LEADS), SAMPLES), np.nan, np.float32)
"""An ECG without any trace."""

_WORDS = ("patient", "seen", "today", "on", "the", "ward", "pressure", "and", "pulse", "as", "before", "follow-up")
"""Words of the simulated text pages."""


def squashed(picture: Image) -> Image:
    """Return a picture, shape (h, w, 3), as a drawing: ink by Otsu's threshold, black on white, shape (160, 384)."""
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    _, paper = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    small: Image = cv2.resize(paper, (DRAWING_WIDTH, DRAWING_HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return small


def texture(seed: int) -> Image:
    """Return smooth noise whose power falls with frequency as a photo's does: clouds, stone, cloth."""
    rng = np.random.default_rng(seed)
    height, width = PICTURE_SIZE
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    falling = (fx**2 + fy**2 + 1e-5) ** (-rng.uniform(0.4, 1.1))
    phases = np.exp(2j * np.pi * rng.random(falling.shape))
    planes = np.fft.irfft2(falling * phases, s=PICTURE_SIZE)
    scaled = np.clip(128 + 50 * (planes - planes.mean()) / planes.std(), 0, 255).astype(np.uint8)
    return np.repeat(scaled[..., None], 3, axis=2)


def text_page(seed: int) -> Image:
    """Return a page of lines of text."""
    rng = np.random.default_rng(seed)
    page = np.full((*PICTURE_SIZE, 3), 255, np.uint8)
    size, step = rng.uniform(0.5, 1.1), int(rng.integers(22, 46))
    for y in range(50, PICTURE_SIZE[0] - 30, step):
        words = " ".join(rng.choice(_WORDS, int(rng.integers(4, 14))))
        cv2.putText(page, words, (40, y), cv2.FONT_HERSHEY_COMPLEX, size, (20, 20, 20), 1, cv2.LINE_AA)
    return page


def chart(seed: int) -> Image:
    """Return bars or random walks between two axes."""
    rng = np.random.default_rng(seed)
    height, width = PICTURE_SIZE
    page = np.full((height, width, 3), 255, np.uint8)
    cv2.line(page, (60, 30), (60, height - 60), (0, 0, 0), 3)
    cv2.line(page, (60, height - 60), (width - 30, height - 60), (0, 0, 0), 3)
    if rng.random() < 0.5:
        places = np.linspace(90, width - 60, int(rng.integers(5, 20))).astype(int)
        for x in places:
            top = int(rng.integers(50, height - 80))
            cv2.rectangle(page, (x - 12, top), (x + 12, height - 60), (60, 60, 160), -1)
        return page
    for _ in range(int(rng.integers(1, 5))):
        y = height / 2 + np.cumsum(rng.normal(0, 6, width - 100))
        points = np.stack([np.arange(65, width - 35), np.clip(y, 30, height - 65)], axis=1)
        cv2.polylines(page, [points.astype(np.int32)], isClosed=False, color=(30, 30, 120), thickness=2)
    return page


def no_ecg(seed: int) -> Image:
    """Return a picture without an ECG: texture, text, chart or landscape in turn."""
    makers: tuple[Callable[[int], Image], ...] = (texture, text_page, chart, landscape)
    return makers[seed % len(makers)](seed)


def blank_page(seed: int) -> Image:
    """Return a ruled page without any trace, name or pulse."""
    style = replace(random_style(seed), pulse="none", separators="none", lead_names=False, header=(), footer="")
    return render_page(_BLANK, replace(style, grid="solid" if style.grid == "none" else style.grid), seed).image


def other_layout(seed: int) -> Image:
    """Return a page of a simulated ECG, to be seen as a whole: a layout that is not the drawing's."""
    rng = np.random.default_rng(seed)
    names = [name for name in PRESETS if name != "skewed-scan"]
    style = replace(PRESETS[str(rng.choice(names))], tilt_deg=0.0)
    return render_page(simulate_ecg("normal", float(rng.uniform(50, 110)), seed).signals, style, seed).image


def single_lead(ecg: Ecg, seed: int) -> Ecg:
    """Return an ECG of which one lead is left."""
    kept = int(np.random.default_rng(seed).integers(len(LEADS)))
    return without_leads(ecg, [lead for number, lead in enumerate(LEADS) if number != kept])


def leads_missing(ecg: Ecg, seed: int) -> Ecg:
    """Return an ECG without three to eight of its leads."""
    rng = np.random.default_rng(seed)
    return without_leads(ecg, [str(lead) for lead in rng.choice(LEADS, int(rng.integers(3, 9)), replace=False)])


def without_leads(ecg: Ecg, leads: list[str]) -> Ecg:
    """Return an ECG without some leads; a rhythm strip of one of them goes too."""
    signals = ecg.signals.copy()
    signals[[LEAD_INDEX[lead] for lead in leads]] = np.nan
    return replace(ecg, signals=signals, rhythm_lead=None if ecg.rhythm_lead in leads else ecg.rhythm_lead)


def noise_ecg(seed: int) -> Ecg:
    """Return twelve leads of noise between white and brown, as large as an ECG."""
    rng = np.random.default_rng(seed)
    hz = np.fft.rfftfreq(SAMPLES, 1 / 500)
    shape = np.maximum(hz, 0.5) ** -rng.uniform(0, 1)
    planes = np.fft.irfft(np.fft.rfft(rng.normal(size=(len(LEADS), SAMPLES)), axis=1) * shape, n=SAMPLES, axis=1)
    signals: Floats = (planes / planes.std(axis=1, keepdims=True) * rng.uniform(0.1, 0.5)).astype(np.float32)
    return Ecg(signals, np.ones(len(LEADS), np.float32), rhythm_lead="II")


PICTURES: dict[str, Callable[[int], Image]] = {
    "no ECG": no_ecg,
    "blank paper": blank_page,
    "other layout": other_layout,
}
"""Kinds that begin as a picture: from a seed, shape (h, w, 3), RGB."""


def unlike_drawings(ecgs: list[Ecg], count: int, first_seed: int = 0) -> dict[str, Iterator[Image]]:
    """Yield `count` drawings of each kind, one kind at a time.

    Parameters
    ----------
    ecgs : list of Ecg
        Pages to take leads from, in turn.
    count : int
    first_seed : int
    """
    seeds = range(first_seed, first_seed + count)
    pages = [ecgs[seed % len(ecgs)] for seed in seeds]
    return {
        **{kind: map(squashed, map(make, seeds)) for kind, make in PICTURES.items()},
        "single lead": (
            draw(segment_leads(single_lead(ecg, seed))).image for seed, ecg in zip(seeds, pages, strict=True)
        ),
        "three or more leads missing": (
            draw(segment_leads(leads_missing(ecg, seed))).image for seed, ecg in zip(seeds, pages, strict=True)
        ),
        "noise": (draw(segment_leads(noise_ecg(seed))).image for seed in seeds),
    }
