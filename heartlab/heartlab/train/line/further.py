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

from heartguard.trace.line_network import LINE_LAYERS, stacked_rows
from heartguard.weights import Weights, models_folder, read_network
from heartlab.train.layers_torch import plain_network, write_network, written
from heartlab.train.line.lessons import Lessons
from heartlab.train.line.sheet_lessons import sheet_lessons
from heartlab.train.line.training import LineRecipe, load_lessons, loss_of, make_lessons, varied
from heartlab.train.page_files import make_page_files
from heartlab.train.structure.records import load_pool

__all__ = ["FurtherRecipe", "teach"]

log = logging.getLogger(__name__)

_FIRST_SEED = 60_000_000
"""Of the pages; those of the structure network's lessons and of the judges begin elsewhere."""


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

    sheets: int = 290
    pages: int = 141
    steps: int = 1350
    batch: int = 64
    rate: float = 1e-3
    seed: int = 0


def teach(lessons: Lessons, recipe: FurtherRecipe, weights: Weights) -> tuple[Weights, list[float]]:
    """Train further; return the new weights and the mean loss of every hundred steps."""
    import torch

    torch.manual_seed(recipe.seed)
    network, rng = plain_network(LINE_LAYERS, weights), np.random.default_rng(recipe.seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=recipe.steps, pct_start=0.1)
    losses: list[float] = []
    order: list[int] = []
    for step in range(recipe.steps):
        if len(order) < recipe.batch:
            order = rng.permutation(len(lessons.lines)).tolist()
        chosen = np.array([order.pop() for _ in range(recipe.batch)])
        crops = torch.from_numpy(lessons.pictures[chosen]), torch.from_numpy(lessons.lines[chosen])
        pictures, lines = varied(*crops, rng)
        loss = loss_of(network(stacked_rows(pictures))[:, 0], lines, LineRecipe())
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


def _make_sheet(number: int, cache: str) -> dict[str, Any]:
    seed = _FIRST_SEED + number
    lessons = sheet_lessons(load_pool("lessons", Path(cache)).draw(seed), seed)
    return {} if lessons is None else dataclasses.asdict(lessons)


def main() -> int:
    """Read the command line, draw, train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder outside of the repository")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = FurtherRecipe()
    sheets = make_page_files(args.cache / "line-sheets", [str(args.cache)], recipe.sheets, _make_sheet, args.threads)
    pages = make_lessons(args.cache / "line-pages", LineRecipe(pages=recipe.pages), args.threads)
    weights, losses = teach(load_lessons([*sheets, *pages]), recipe, read_network(models_folder(), "line")[0])
    write_network(args.out, "line", weights, {"recipe": dataclasses.asdict(recipe), "loss": losses})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
