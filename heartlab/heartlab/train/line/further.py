"""The shipped line network, taught further on pages in the manner of many recorders (PyTorch).

    python -m heartlab.train.line.further --cache DIR --out DIR

Batch normalisation is folded in its kernels, so that the network goes on as plain convolutions.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.layers import LAST_SHUFFLE, Layer
from heartguard.trace.line_network import LINE_LAYERS, stacked_rows
from heartguard.weights import Weights, models_folder, read_network
from heartlab.train.layers_torch import write_network
from heartlab.train.line.lessons import Lessons
from heartlab.train.line.sheet_lessons import sheet_lessons
from heartlab.train.line.training import LineRecipe, load_lessons, loss_of, make_lessons, varied
from heartlab.train.page_files import make_page_files
from heartlab.train.structure.records import load_pool

__all__ = ["FurtherRecipe", "plain_network", "teach"]

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


def plain_network(layers: Sequence[Layer], weights: Weights) -> Any:
    """Return a network of written weights in PyTorch, without batch normalisation; it gives the finer pixels."""
    import torch
    from torch import nn

    class Plain(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleDict({layer.name: _convolution(layer, weights) for layer in layers})

        def forward(self, image: Any) -> Any:
            values = {"image": image}
            for layer in layers:
                value = self.layers[layer.name](torch.cat([values[name] for name in layer.sources], dim=1))
                value = nn.functional.relu(value) if layer.active else value
                grown = nn.functional.interpolate(value, scale_factor=layer.grown) if layer.grown > 1 else value
                values[layer.name] = grown
            return nn.functional.pixel_shuffle(values[layers[-1].name], LAST_SHUFFLE)

    return Plain()


def _convolution(layer: Layer, weights: Weights) -> Any:
    import torch
    from torch import nn

    padding = layer.dilation * (layer.kernel // 2)
    made = nn.Conv2d(layer.inputs, layer.outputs, layer.kernel, layer.stride, padding, layer.dilation)
    kernel = np.asarray(weights[f"{layer.name}/kernel"], np.float32).transpose(3, 2, 0, 1)
    made.weight.data = torch.from_numpy(np.ascontiguousarray(kernel))
    made.bias.data = torch.from_numpy(np.asarray(weights[f"{layer.name}/bias"], np.float32))
    return made


def _written(network: Any) -> Weights:
    weights: Weights = {}
    for layer in LINE_LAYERS:
        module = network.layers[layer.name]
        weights[f"{layer.name}/kernel"] = module.weight.detach().permute(2, 3, 1, 0).contiguous().numpy()
        weights[f"{layer.name}/bias"] = module.bias.detach().numpy()
    return weights


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
    return _written(network), [round(float(np.mean(losses[at : at + 100])), 4) for at in range(0, recipe.steps, 100)]


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
