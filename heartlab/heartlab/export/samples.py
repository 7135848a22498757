"""Draw the sample pages of `assets/samples`: ``python -m heartlab.export.samples [folder]``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PilImage
from PIL import ImageOps

from heartguard import read_ecg
from heartguard.arrays import Image
from heartguard.samples import SAMPLES_FOLDER, thumbnail_of
from heartlab.simulate.ecg import SimulatedEcg, simulate_ecg
from heartlab.simulate.landscape import landscape
from heartlab.simulate.page import PRESETS, PaperStyle, render_page
from heartlab.simulate.page.paper_style import GRID_COLOURS

JPEG_QUALITY = 72
"""Quality of the shipped JPEGs: small files without visible blocks. Chosen by hand."""

PALETTE = 48
"""Colours of the shipped PNGs; chosen by hand to keep files small."""

THUMBNAIL = (480, 320)
"""Pixels of the small picture of a sample: twice its size on the screen."""

PX_PER_MM = 7.0
"""Resolution of the samples, about 180 dpi."""


@dataclass(frozen=True)
class Recipe:
    """How one sample page is simulated and drawn."""

    file: str
    title: str
    description: str
    condition: str
    heart_rate_bpm: float
    style: PaperStyle
    seed: int


RECIPES = (
    Recipe(
        "normal-3x4.png",
        "Normal sinus rhythm",
        "A 3×4 page with a rhythm strip, as a clinic's recorder prints it.",
        "normal",
        72,
        PRESETS["clinic-3x4"],
        3,
    ),
    Recipe(
        "mi-inferior.png",
        "Acute inferior infarction",
        "ST elevation in II, III and aVF with its mirror in I and aVL, on red paper.",
        "stemi_inferior",
        84,
        PRESETS["red-ticks"],
        5,
    ),
    Recipe(
        "old-mi-anterior.png",
        "Old anterior infarction",
        "Q waves and inverted T waves in V1 to V3, on pink paper with three rhythm strips.",
        "old_mi_anterior",
        66,
        PaperStyle(layout="3x4+3", grid_colour=GRID_COLOURS["pink"], row_spacing_mm=27, separators="ticks"),
        8,
    ),
    Recipe(
        "atrial-fibrillation.png",
        "Atrial fibrillation",
        "Irregular beats without P waves: an abnormal heartbeat.",
        "af",
        92,
        replace(PRESETS["clinic-3x4"], grid_colour=GRID_COLOURS["grey"]),
        11,
    ),
    Recipe(
        "normal-6x2.png",
        "Normal sinus rhythm, 6×2",
        "Six rows of two leads and a rhythm strip, close to each other.",
        "normal",
        70,
        PRESETS["clinic-6x2"],
        17,
    ),
    Recipe(
        "skewed-scan.jpg",
        "A skewed grey scan",
        "Old anterior infarction on a sheet that lay 3° askew in a poor scanner.",
        "old_mi_anterior",
        78,
        replace(PRESETS["skewed-scan"], noise=2.5),
        17,
    ),
    Recipe(
        "mi-anterior.pdf",
        "Acute anterior infarction, PDF",
        "ST elevation in V1 to V5, as a page of a PDF document.",
        "stemi_anterior",
        90,
        PaperStyle(grid="major", grid_colour=GRID_COLOURS["orange"], separators="ticks"),
        19,
    ),
)
"""The shipped samples, in the order to show them: each class on other paper.

Pages without a grid are read with a quality near 0.4 (seeds 1 to 4 of a 6x2 page were tried), so none is shown. The
models never name simulated acute infarctions; two stay, and their cards say so. They take simulated bundle branch
blocks and premature beats for normal, so none of those is shown, and the first screen says that too."""


def draw_samples(folder: Path = SAMPLES_FOLDER, unsure: Collection[str] = ()) -> list[Path]:
    """Draw every sample and write `samples.json`, its index.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    unsure : collection of str
        Files for which the models name no class, as `unsure_samples` finds them.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for recipe in RECIPES:
        ecg = simulate(recipe)
        style = replace(recipe.style, px_per_mm=PX_PER_MM, jpeg_quality=None)
        _save(folder / recipe.file, render_page(ecg.signals, style, recipe.seed).image)
        truth = {"label": ecg.truth.label, "heart_rate_bpm": round(ecg.truth.heart_rate_bpm, 1)}
        unnamed = recipe.file in unsure
        entries.append({**_entry(recipe.file, recipe.title, recipe.description, truth), "unsure": unnamed})
    _save(folder / "no-ecg.jpg", landscape(seed=23))
    nothing = {"label": None, "heart_rate_bpm": None}
    entries.append(
        _entry("no-ecg.jpg", "No ECG at all", "A drawn landscape, to see how HeartGuard refuses it.", nothing)
    )
    index = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    (folder / "samples.json").write_text(index, encoding="utf-8")
    return [folder / entry["file"] for entry in entries]


def unsure_samples(folder: Path = SAMPLES_FOLDER) -> set[str]:
    """Return the files of ECG samples for which the shipped models name no class."""
    return {recipe.file for recipe in RECIPES if read_ecg(folder / recipe.file).prediction.abstained}


def simulate(recipe: Recipe) -> SimulatedEcg:
    """Return the ECG of a sample, with the small artefacts of a good recording."""
    return simulate_ecg(
        recipe.condition,
        recipe.heart_rate_bpm,
        recipe.seed,
        variety=0.6,
        baseline_wander_mv=0.02,
        muscle_noise_mv=0.006,
    )


def _entry(file: str, title: str, description: str, truth: dict[str, Any]) -> dict[str, Any]:
    return {"file": file, "title": title, "description": f"Simulated. {description}", "truth": truth}


def _save(path: Path, image: Image) -> None:
    picture = PilImage.fromarray(image)
    _save_thumbnail(path, picture)
    if path.suffix == ".png":
        picture.quantize(PALETTE, dither=PilImage.Dither.NONE).save(path, optimize=True)
    elif path.suffix == ".pdf":
        # fixed dates, so that the same seed gives the same file
        born, dpi = time.gmtime(0), PX_PER_MM * 25.4
        picture.save(path, resolution=dpi, quality=JPEG_QUALITY, creationDate=born, modDate=born, title="SIMULATED ECG")
    else:
        grey = bool(np.all(image[..., :1] == image))
        picture.convert("L" if grey else "RGB").save(path, quality=JPEG_QUALITY, optimize=True)


def _save_thumbnail(path: Path, picture: PilImage.Image) -> None:
    """Save the middle of a sample as the small picture of the first screen, which is then there at once."""
    small = ImageOps.fit(picture.convert("RGB"), THUMBNAIL, PilImage.Resampling.LANCZOS)
    small.save(thumbnail_of(path), quality=JPEG_QUALITY, optimize=True)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES_FOLDER
    draw_samples(chosen)
    draw_samples(chosen, unsure_samples(chosen))
