"""The shipped line network, taught further on pages in the manner of many recorders (PyTorch).

    python -m heartlab.train.line.further --cache DIR --out DIR

Batch normalisation is folded in its kernels, so that the network goes on as plain convolutions.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.trace.line_network import LINE_LAYERS
from heartguard.weights import Weights, models_folder, read_network
from heartlab.train.layers_torch import plain_network, write_network, written
from heartlab.train.line.lessons import Lessons
from heartlab.train.line.sheet_lessons import sheet_lessons
from heartlab.train.line.training import LineRecipe, batch_loss, load_lessons, make_lessons, varied
from heartlab.train.page_files import make_page_files
from heartlab.train.structure.records import load_pool

__all__ = ["FurtherRecipe", "held_loss", "teach"]

log = logging.getLogger(__name__)

_FIRST_SEED = 61_000_000
"""Of the pages; those of the structure network's lessons and of the judges begin elsewhere, and those of the run before
this one began at 60 million."""

_HELD = 10
"""One file in so many is kept back, to tell what the training brought."""


@dataclasses.dataclass(frozen=True)
class FurtherRecipe:
    """Settings of the further training.

    Attributes
    ----------
    sheets, pages : int
        Pages of any recorder, and of the kinds of the first training.
    steps, batch : int
    rate : float
        Highest learning rate; it falls along half a cosine.
    seed : int
    """

    sheets: int = 360
    pages: int = 144
    steps: int = 2000
    batch: int = 64
    rate: float = 1e-3
    seed: int = 0


def teach(lessons: Lessons, recipe: FurtherRecipe, weights: Weights) -> tuple[Weights, list[float]]:
    """Train further; return the new weights and the mean loss of every hundred steps."""
    import torch

    torch.manual_seed(recipe.seed)
    network = plain_network(LINE_LAYERS, weights).to(memory_format=torch.channels_last)
    rng = np.random.default_rng(recipe.seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=recipe.steps, pct_start=0.1)
    losses: list[float] = []
    order: list[int] = []
    for step in range(recipe.steps):
        if len(order) < recipe.batch:
            order = rng.permutation(len(lessons.lines)).tolist()
        chosen = np.array([order.pop() for _ in range(recipe.batch)])
        crops = torch.from_numpy(lessons.pictures[chosen]), torch.from_numpy(lessons.lines[chosen])
        loss = batch_loss(network, *varied(*crops, rng), LineRecipe())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % 100 == 99:
            log.info("step %d of %d: loss %.4f", step + 1, recipe.steps, np.mean(losses[-100:]))
    return written(network, LINE_LAYERS), [
        round(float(np.mean(losses[at : at + 100])), 4) for at in range(0, recipe.steps, 100)
    ]


def held_loss(lessons: Lessons, weights: Weights, batch: int = 64) -> float:
    """Return the mean loss of weights on crops as they are."""
    import torch

    network, losses = plain_network(LINE_LAYERS, weights).eval(), []
    for at in range(0, len(lessons.lines), batch):
        pictures = torch.from_numpy(lessons.pictures[at : at + batch]).float() / 255
        with torch.no_grad():
            losses.append(batch_loss(network, pictures, torch.from_numpy(lessons.lines[at : at + batch]), LineRecipe()))
    return round(float(torch.stack(losses).mean()), 4)


def _make_sheet(number: int, cache: str) -> dict[str, Any]:
    seed = _FIRST_SEED + number
    lessons = sheet_lessons(load_pool("lessons", Path(cache)).draw(seed), seed)
    return {} if lessons is None else dataclasses.asdict(lessons)


def main() -> int:
    """Read the command line, draw, train and write."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder outside of the repository")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = FurtherRecipe()
    sheets = make_page_files(args.cache / "line-sheets", [str(args.cache)], recipe.sheets, _make_sheet, args.threads)
    pages = make_lessons(args.cache / "line-pages", LineRecipe(pages=recipe.pages), args.threads)
    torch.set_num_threads(args.threads)
    files, before = [*sheets, *pages], read_network(models_folder(), "line")[0]
    held = load_lessons(files[::_HELD])
    lessons = load_lessons([path for number, path in enumerate(files) if number % _HELD])
    log.info(
        "%d crops, %d held; loss of those held: %.4f", len(lessons.lines), len(held.lines), held_loss(held, before)
    )
    weights, losses = teach(lessons, recipe, before)
    facts = {
        "training_data": "simulated sheets and pages of open records; none of measure-only.csv or LUDB",
        "crops": len(lessons.lines),
        "recipe": dataclasses.asdict(recipe),
        "loss": losses,
        "held_loss": [held_loss(held, before), held_loss(held, weights)],
    }
    write_network(args.out, "line", weights, facts)
    log.info("loss of those held: %s", facts["held_loss"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
