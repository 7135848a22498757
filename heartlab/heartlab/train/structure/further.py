"""The shipped structure network, taught further on crops that are there (PyTorch).

    python -m heartlab.train.structure.crops --cache DIR
    python -m heartlab.train.structure.further --cache DIR    # writes structure.pt into it, at any time
    python -m heartlab.train.structure.shipping --cache DIR

Batch normalisation is folded in its kernels, so that the network goes on as plain convolutions, at a low rate: what it
sees moves little, and the networks that learned from it still know it.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import time
from pathlib import Path

import cv2
import numpy as np

from heartguard.weights import models_folder
from heartlab.train.averaging import add_to_average
from heartlab.train.layers_torch import plain_network
from heartlab.train.structure.litert import weights_of
from heartlab.train.structure.network import STRUCTURE_LAYERS
from heartlab.train.structure.training import BETAS, StructureRecipe, batches, learning_rate, take_step

__all__ = ["FURTHER", "run"]

log = logging.getLogger(__name__)

FURTHER = StructureRecipe(steps=3600, rate=6e-4, warm_up=0.05, seed=1)
"""A thirteenth of the first training's rate: at that rate 5,000 steps more moved the maps so far that clean pages lost
2 to 3 dB with the line network of before."""


def run(args: argparse.Namespace) -> int:
    """Train; return the exit status."""
    import torch

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    recipe = dataclasses.replace(FURTHER, steps=args.steps)
    weights = weights_of(models_folder() / "structure.tflite")
    network = plain_network(STRUCTURE_LAYERS, weights).to(memory_format=torch.channels_last)
    average = plain_network(STRUCTURE_LAYERS, weights)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, betas=BETAS, weight_decay=1e-4)
    losses: list[float] = []
    recent: list[float] = []
    step, epoch, started = 0, 0, time.monotonic()
    while step < recipe.steps:
        for pictures, truths in batches(args.cache / "crops-lessons", recipe, epoch):
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(step, recipe)
            recent.append(take_step(network, optimiser, pictures, truths, 1.0))
            add_to_average(average, network, recipe.averaging, step)
            step += 1
            if step % args.every == 0 or step == recipe.steps:
                losses.append(float(np.mean(recent)))
                seconds = (time.monotonic() - started) / len(recent)
                log.info("step %d of %d: loss %.4f, %.2f s a step", step, recipe.steps, losses[-1], seconds)
                recent, started = [], time.monotonic()
                facts = {"step": step, "epoch": epoch, "losses": losses, "recipe": dataclasses.asdict(recipe)}
                unfinished = args.cache / "structure.part"
                torch.save({"plain": average.state_dict(), **facts}, unfinished)
                unfinished.rename(args.cache / "structure.pt")
            if step >= recipe.steps:
                break
        epoch += 1
    return 0


def main() -> int:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder outside of the repository")
    parser.add_argument("--steps", type=int, default=FURTHER.steps)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=100, help="steps between two states on disk")
    return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
