"""The shipped print network, taught further on more words (PyTorch).

    python -m heartlab.train.print.further --cache DIR --pages 320    # writes print.tflite and print.json into DIR

Batch normalisation is folded in its kernels, so that the network goes on as plain convolutions, at a low rate.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
from pathlib import Path

from heartguard.weights import Weights, models_folder
from heartlab.networks.litert import convolutions_of
from heartlab.networks.print import PRINT_LAYERS
from heartlab.train.layers_torch import written
from heartlab.train.print.lessons import make_lessons
from heartlab.train.print.network import plain_trainee
from heartlab.train.print.training import PrintRecipe, fit, ship_print

__all__ = ["FURTHER", "main", "shipped_weights"]

FURTHER = PrintRecipe(pages=608, epochs=8, rate=8e-4, seed=2)
"""A fifth of the first training's rate: what the network reads already it mostly goes on reading."""

_KEPT = 0.3
"""Share of the shipped weights in the mean that is written: without them the tests of small pages lost names; of 0,
0.3 and 0.5 the largest share with which names far apart are read."""


def shipped_weights(path: Path) -> Weights:
    """Return the kernels and biases of a shipped file."""
    weights: Weights = {}
    for layer, (kernel, bias) in zip(PRINT_LAYERS, convolutions_of(path), strict=True):
        weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"] = kernel, bias
    return weights


def main() -> int:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder outside of the repository")
    parser.add_argument("--pages", type=int, default=FURTHER.pages)
    parser.add_argument("--epochs", type=int, default=FURTHER.epochs)
    parser.add_argument("--draw-only", action="store_true", help="draw the lessons and stop")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = dataclasses.replace(FURTHER, pages=args.pages, epochs=args.epochs)
    paths = make_lessons(args.cache, "lessons", recipe.pages)
    if args.draw_only:
        return 0
    weights = shipped_weights(models_folder() / "print.tflite")
    network, losses = fit(paths, recipe, args.cache / "print.pt", lambda: plain_trainee(weights))
    taught = written(network, PRINT_LAYERS)
    mean = {name: _KEPT * weights[name] + (1 - _KEPT) * taught[name] for name in weights}
    ship_print(args.cache, mean, recipe, losses)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
