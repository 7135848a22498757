"""``heartlab train line``: the network that locates lines in steep and shared ink, trained on simulated pages."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.leads import SAMPLES, SAMPLING_RATE_HZ
from heartguard.trace.crops import CROP_COLUMNS, CROP_ROWS, POINTS
from heartguard.trace.line_network import LINE_LAYERS, POWER, stacked_rows
from heartlab.data.datasets import open_signals, read_record_500hz
from heartlab.train.device import device
from heartlab.train.layers_torch import ship, train
from heartlab.train.line import lessons as line_lessons
from heartlab.train.line.lessons import Lessons, simulate_lessons
from heartlab.train.page_files import make_page_files

__all__ = ["LineRecipe", "batch_loss", "fit", "load_lessons", "loss_of", "make_lessons", "run", "varied"]

_MOVED = 4
"""Pixels by which crops are moved at random in training; by hand."""

_NOISY, _NOISE = 0.3, 0.06
"""Share of crops with noise, and its standard deviation in units of ink; by hand."""


@dataclasses.dataclass(frozen=True)
class LineRecipe:
    """Settings of the training of the line network.

    Attributes
    ----------
    pages : int
        Simulated pages.
    epochs, batch : int
    rate : float
        Highest learning rate; it falls along half a cosine.
    spread : float
        Standard deviation, rows, of the target distribution around the true row.
    distance : float
        Weight of the distance of the mean row, beside the cross-entropy of the row probabilities.
    seed : int
    """

    pages: int = 918
    epochs: int = 36
    batch: int = 256
    rate: float = 4e-3
    spread: float = 0.7
    distance: float = 0.5
    seed: int = 0


def run(args: argparse.Namespace) -> int:
    """Simulate, train and ship, each from where an earlier run left it; return the exit status."""
    import torch

    torch.set_num_threads(args.threads)
    recipe = LineRecipe()
    cache = args.cache.parent / f"line-{_version(recipe)}"
    lessons = load_lessons(make_lessons(cache / "pages", recipe, args.threads))
    network, losses = fit(lessons, recipe, cache / "network.pt")
    facts = {
        "training_data": "simulated pages, scans and photos of open records outside the held-back patients",
        "crops": len(lessons.lines),
        "recipe": dataclasses.asdict(recipe),
        "loss": [round(loss, 4) for loss in losses],
    }
    ship(args.out, "line", network, LINE_LAYERS, facts)
    return 0


def _version(recipe: LineRecipe) -> str:
    """Return a digest that changes with the recipe and with the code that makes the training crops."""
    lessons = Path(line_lessons.__file__).read_bytes()
    return hashlib.sha256(lessons + repr(recipe).encode()).hexdigest()[:8]


def make_lessons(cache: Path, recipe: LineRecipe, jobs: int) -> list[Path]:
    """Simulate the pages that are not there yet; return their files."""
    records = open_signals().query(f"fs == {SAMPLING_RATE_HZ} and samples == {SAMPLES}")["record_id"].tolist()
    return make_page_files(cache, records, recipe.pages, _make_page, jobs)


def _make_page(number: int, record_id: str) -> dict[str, Any]:
    lessons = simulate_lessons(read_record_500hz(record_id), number)
    return {} if lessons is None else dataclasses.asdict(lessons)


def load_lessons(paths: Sequence[Path]) -> Lessons:
    """Return the crops of all pages; the file of a page that was not read is empty."""
    lines = []
    for path in paths:
        with np.load(path, allow_pickle=False) as kept:
            if kept.files:
                lines.append((path, kept["lines"]))
    pictures = np.empty((sum(len(found) for _, found in lines), 3, CROP_ROWS, CROP_COLUMNS), np.uint8)
    at = 0
    for path, found in lines:
        with np.load(path, allow_pickle=False) as kept:
            pictures[at : at + len(found)] = kept["pictures"]
        at += len(found)
    return Lessons(pictures, np.concatenate([found for _, found in lines]))


def fit(lessons: Lessons, recipe: LineRecipe, kept: Path) -> tuple[Any, list[float]]:
    """Train; return the network and the loss of each epoch. A run that was stopped goes on from its last epoch."""
    import torch

    pictures, lines = (torch.from_numpy(part).to(device()) for part in (lessons.pictures, lessons.lines))
    steps = len(lessons.lines) // recipe.batch

    def losses_of(network: Any, epoch: int) -> Iterator[Any]:
        rng = np.random.default_rng([recipe.seed, epoch])
        order = torch.from_numpy(rng.permutation(len(lessons.lines))).to(device())
        for at in range(0, steps * recipe.batch, recipe.batch):
            chosen = order[at : at + recipe.batch]
            yield batch_loss(network, *varied(pictures[chosen], lines[chosen], rng), recipe)

    return train(LINE_LAYERS, recipe, steps, losses_of, kept)


def batch_loss(network: Any, pictures: Any, lines: Any, recipe: LineRecipe) -> Any:
    """Return the loss of crops, pictures from 0 to 1, as `varied` gives them; multiplied in 16 bits."""
    import torch

    with torch.autocast(pictures.device.type, torch.bfloat16):
        logits = network(stacked_rows(pictures).contiguous(memory_format=torch.channels_last))
    return loss_of(logits[:, 0].float(), lines, recipe)


def loss_of(logits: Any, lines: Any, recipe: LineRecipe) -> Any:
    """Return cross-entropy of the rows' shares, and distance of their mean, at the points whose row is known.

    Parameters
    ----------
    logits : torch.Tensor, shape (n, CROP_ROWS, points)
    lines : torch.Tensor, shape (n, points)
        Rows; NaN where none is known.
    recipe : LineRecipe
    """
    import torch
    from torch.nn import functional as f

    rows = torch.arange(CROP_ROWS, device=logits.device, dtype=torch.float32)[None, :, None]
    known = ((lines >= 0) & (lines <= CROP_ROWS - 1))[:, None]
    true = torch.nan_to_num(lines)[:, None]
    wanted = f.softmax(-((rows - true) ** 2) / (2 * recipe.spread**2), dim=1)
    entropy = -(wanted * f.log_softmax(logits, dim=1)).sum(1, keepdim=True)
    mean = (f.softmax(POWER * logits, dim=1) * rows).sum(1, keepdim=True)
    distance = f.smooth_l1_loss(mean, true, reduction="none", beta=2.0)
    return ((entropy + recipe.distance * distance) * known).sum() / known.sum().clamp(min=1)


def varied(pictures: Any, lines: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Mirror crops, move them, and spoil their ink.

    Parameters
    ----------
    pictures : torch.Tensor, shape (n, 3, CROP_ROWS, CROP_COLUMNS), uint8
    lines : torch.Tensor, shape (n, points), float32
    rng : numpy.random.Generator

    Returns
    -------
    pictures : torch.Tensor, float32, 0 to 1
    lines : torch.Tensor
    """
    import torch

    pictures = pictures.float() / 255
    if rng.random() < 0.5:
        pictures, lines = pictures.flip(2), CROP_ROWS - 1 - lines
    if rng.random() < 0.5:
        pictures, lines = pictures.flip(3), lines.flip(1)
    down, across = int(rng.integers(-_MOVED, _MOVED + 1)), int(rng.integers(-_MOVED, _MOVED + 1))
    pictures = pictures.roll((down, across), (2, 3))
    lines = lines.roll(POINTS * across, 1) + down
    # the part that `roll` moves in from the other side is cleared
    around = slice(0, across) if across >= 0 else slice(across, None)
    pictures[..., around] = 0
    lines[:, slice(0, POINTS * across) if across >= 0 else slice(POINTS * across, None)] = torch.nan
    ink = pictures[:, :1]
    torch.manual_seed(int(rng.integers(2**31)))
    power = torch.empty(len(ink), 1, 1, 1, device=ink.device).uniform_(0.8, 1.25)
    noise = (torch.rand(len(ink), 1, 1, 1, device=ink.device) < _NOISY) * _NOISE * torch.randn_like(ink)
    spoilt = (ink**power + noise * (ink > 0)).clip(0, 1)
    return torch.cat([spoilt, pictures[:, 1:]], dim=1), lines
