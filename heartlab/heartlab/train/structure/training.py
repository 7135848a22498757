"""Training of the structure network on simulated pages: one network for every page, flat or photographed.

    python -m heartlab.train.structure.crops --cache DIR      # draws the crops (any time, goes on where it stopped)
    python -m heartlab.train.structure.training --cache DIR   # learns from those that are there
    python -m heartlab.train.structure.shipping --cache DIR   # writes the weights, at any time

A run that was stopped goes on from its last state; fewer `--steps` make it finish sooner.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartlab.train.averaging import add_to_average
from heartlab.train.layers_torch import build_network
from heartlab.train.structure.crops import read_crops
from heartlab.train.structure.losses import structure_loss
from heartlab.train.structure.network import STRUCTURE_LAYERS

__all__ = ["BETAS", "StructureRecipe", "batches", "learning_rate", "run", "take_step", "varied"]

log = logging.getLogger(__name__)

BETAS = (0.9, 0.99)
"""Adam's averages; a short run cannot wait for the usual 0.999 to forget the first, large gradients."""


@dataclasses.dataclass(frozen=True)
class StructureRecipe:
    """Everything that decides how the structure network is trained.

    Attributes
    ----------
    steps, batch : int
        So many of 4 crops take 20 to 30 minutes on two cores without other work.
    rate : float
        Highest learning rate; it rises over the first `warm_up` of all steps and falls along half a cosine.
    warm_up : float
    averaging : float
        Share of the averaged weights that each step keeps; the average is what ships.
    files_at_once : int
        Files of crops that are shuffled together.
    seed : int
    """

    steps: int = 2800
    batch: int = 4
    rate: float = 8e-3
    warm_up: float = 0.04
    averaging: float = 0.995
    files_at_once: int = 6
    seed: int = 0


def learning_rate(step: int, recipe: StructureRecipe) -> float:
    """Return the learning rate of a step."""
    done = min(1.0, step / recipe.steps)
    if done < recipe.warm_up:
        return recipe.rate * (0.05 + 0.95 * done / recipe.warm_up)
    share = (done - recipe.warm_up) / (1 - recipe.warm_up)
    return recipe.rate * max(0.005, 0.5 + 0.5 * math.cos(math.pi * share))


def batches(folder: Path, recipe: StructureRecipe, epoch: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield pictures (n, 3, h, w) from -1 to 1 and truths (n, 9, h, w) from 0 to 1, of all files that are there.

    Files may be added meanwhile: the next epoch finds them.
    """
    rng = np.random.default_rng([recipe.seed, epoch])
    paths = sorted(path for path in folder.glob("*.npz") if ".part" not in path.name)
    order = rng.permutation(len(paths))
    for first in range(0, len(order), recipe.files_at_once):
        read = [read_crops(paths[k]) for k in order[first : first + recipe.files_at_once]]
        images, truths = (np.concatenate([crops[part] for crops in read]) for part in (0, 1))
        shuffled = rng.permutation(len(images))
        for start in range(0, len(shuffled) - recipe.batch + 1, recipe.batch):
            chosen = shuffled[start : start + recipe.batch]
            pictures, planes = _turned(images[chosen], truths[chosen], rng)
            yield varied(pictures, rng).transpose(0, 3, 1, 2), _planes(planes)


def _planes(truths: Image) -> Floats:
    return np.divide(truths.transpose(0, 3, 1, 2), 255, dtype=np.float32)


def _turned(images: Image, truths: Image, rng: np.random.Generator) -> tuple[Image, Image]:
    """Turn or mirror one batch in eight as a whole, beyond the pages that are simulated so."""
    kind = int(rng.integers(24))
    if kind == 0:
        return images.transpose(0, 2, 1, 3), truths.transpose(0, 2, 1, 3)
    across, down = {1: (-1, 1), 2: (1, -1)}.get(kind, (1, 1))
    return images[:, ::down, ::across], truths[:, ::down, ::across]


def varied(pictures: Image, rng: np.random.Generator) -> Floats:
    """Vary contrast, colour and sharpness a little; return pictures from -1 to 1, shape (n, h, w, 3), float32."""
    out = pictures.astype(np.float32) / 127.5 - 1
    count = len(out)
    out = out * rng.uniform(0.8, 1.2, (count, 1, 1, 1)) + rng.uniform(-0.15, 0.15, (count, 1, 1, 1))
    out = out + rng.uniform(-0.05, 0.05, (count, 1, 1, 3))
    for number in np.flatnonzero(rng.random(count) < 0.15):
        out[number] = cv2.GaussianBlur(out[number], (0, 0), float(rng.uniform(0.3, 0.9)))
    for number in np.flatnonzero(rng.random(count) < 0.1):
        out[number] = out[number].mean(axis=2, keepdims=True)
    return np.asarray(np.clip(out, -1, 1), np.float32)


class _Run:
    """A training run and its state on disk."""

    def __init__(self, recipe: StructureRecipe, kept: Path) -> None:
        import torch

        self.recipe, self.kept = recipe, kept
        self.network = build_network(STRUCTURE_LAYERS, recipe.seed).to(memory_format=torch.channels_last)
        self.average = build_network(STRUCTURE_LAYERS, recipe.seed)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=recipe.rate, weight_decay=1e-3)
        self.step = self.epoch = 0
        self.losses: list[float] = []
        if kept.exists():
            state = torch.load(kept, weights_only=True)
            for part in ("network", "average", "optimiser"):
                getattr(self, part).load_state_dict(state[part])
            self.step, self.epoch, self.losses = state["step"], state["epoch"], list(state["losses"])

    def save(self) -> None:
        """Keep the state."""
        import torch

        parts: dict[str, Any] = {part: getattr(self, part).state_dict() for part in ("network", "average", "optimiser")}
        parts["recipe"] = dataclasses.asdict(self.recipe)
        unfinished = self.kept.with_suffix(".part")
        torch.save({**parts, "step": self.step, "epoch": self.epoch, "losses": self.losses}, unfinished)
        unfinished.rename(self.kept)

    def learn(self, pictures: Floats, truths: Floats) -> float:
        """Take one step; return its loss."""
        for group in self.optimiser.param_groups:
            group["lr"], group["betas"] = learning_rate(self.step, self.recipe), BETAS
        loss = take_step(self.network, self.optimiser, pictures, truths, 5.0)
        add_to_average(self.average, self.network, self.recipe.averaging, self.step)
        self.step += 1
        return loss


def take_step(network: Any, optimiser: Any, pictures: Floats, truths: Floats, most_norm: float) -> float:
    """Take one step on a batch, its gradients clipped to a norm; return its loss."""
    import torch

    seen = torch.from_numpy(np.ascontiguousarray(pictures)).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(seen)
    loss = structure_loss(logits.float(), torch.from_numpy(truths))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), most_norm)
    optimiser.step()
    return float(loss.detach())


def run(args: argparse.Namespace) -> int:
    """Train, from where an earlier run left it; return the exit status."""
    import torch

    handlers: list[logging.Handler] = [logging.StreamHandler(), logging.FileHandler(args.cache / "training.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    recipe = StructureRecipe(steps=args.steps)
    running = _Run(recipe, args.cache / "structure.pt")
    running.network.train()
    recent: list[float] = []
    started = time.monotonic()
    while running.step < recipe.steps:
        for pictures, truths in batches(args.cache / "crops-lessons", recipe, running.epoch):
            recent.append(running.learn(pictures, truths))
            if running.step % args.every == 0:
                running.losses.append(float(np.mean(recent)))
                seconds = (time.monotonic() - started) / args.every
                log.info(
                    "step %d of %d: loss %.4f, %.2f s a step", running.step, recipe.steps, running.losses[-1], seconds
                )
                recent, started = [], time.monotonic()
                running.save()
            if running.step >= recipe.steps:
                break
        running.epoch += 1
    running.save()
    return 0


def main() -> int:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder outside of the repository")
    parser.add_argument("--steps", type=int, default=StructureRecipe.steps)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=50, help="steps between two states on disk")
    return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
