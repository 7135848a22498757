"""``heartlab train ink``: the network that tells trace from print, grid and paper, trained on simulated pages."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from heartguard.page.ink_network import INK_LAYERS, PRINT, TRACE

from heartguard.arrays import Floats, Image
from heartlab.data.datasets import open_signals, read_record_500hz
from heartlab.train.device import device
from heartlab.train.ink.training_pages import InkPage, simulate_ink_page
from heartlab.train.layers_torch import ship, train
from heartlab.train.page_files import make_page_files

__all__ = ["InkRecipe", "cut_patches", "make_pages", "run"]

_FIRST_SEED = 5000
"""First seed of the training pages."""

_AROUND_TRACE, _AROUND_PRINT, _OF = 5, 7, 8
"""Of 8 patches, 5 are cut around traces, 2 around print and 1 anywhere; by hand."""

_TRACE_SHARE = 2.0
"""Weight of the loss of the trace against that of print; by hand."""


@dataclasses.dataclass(frozen=True)
class InkRecipe:
    """Settings of the training of the ink network.

    Attributes
    ----------
    pages : int
        Simulated photos and scans.
    patches : int
        Cut from each.
    side : int
        Of a patch, pixels.
    epochs, batch : int
    rate : float
        Highest learning rate; it falls along half a cosine.
    seed : int
    """

    pages: int = 160
    patches: int = 48
    side: int = 144
    epochs: int = 14
    batch: int = 16
    rate: float = 4e-3
    seed: int = 0


def run(args: argparse.Namespace) -> int:
    """Simulate, train and ship, each from where an earlier run left it; return the exit status."""
    import torch

    torch.set_num_threads(args.threads)
    recipe, cache = InkRecipe(), args.cache.parent / "ink"
    paths = make_pages(cache / "pages", recipe, args.threads)
    network, losses = fit(load_patches(paths, recipe), recipe, cache / "network.pt")
    facts = {
        "training_data": "simulated photos and scans of PTB-XL records outside the held-back patients",
        "recipe": dataclasses.asdict(recipe),
        "loss": [round(loss, 4) for loss in losses],
    }
    ship(args.out, "ink", network, INK_LAYERS, facts)
    return 0


def make_pages(cache: Path, recipe: InkRecipe, jobs: int) -> list[Path]:
    """Simulate the pages that are not there yet; return their files."""
    records = open_signals().query("source == 'PTB-XL' and fs == 500")["record_id"].tolist()
    return make_page_files(cache, records, recipe.pages, _make_page, jobs)


def _make_page(number: int, record_id: str) -> dict[str, Image]:
    page = simulate_ink_page(read_record_500hz(record_id), _FIRST_SEED + number)
    return {"image": page.image, "trace": page.trace, "print": page.print}


def cut_patches(page: InkPage, count: int, side: int, rng: np.random.Generator) -> list[tuple[Image, Image]]:
    """Cut pictures (side, side, 3) and truths (side, side, 2): most around a trace, some around print, few anywhere."""
    layers = {TRACE: page.trace, PRINT: page.print}
    truth = np.stack([layers[channel] for channel in sorted(layers)], axis=-1)
    traces, prints = (np.argwhere(layer[::2, ::2] > 127) * 2 for layer in (page.trace, page.print))
    height, width = page.trace.shape
    out = []
    for k in range(count):
        turn = k % _OF
        places = traces if turn < _AROUND_TRACE else prints if turn < _AROUND_PRINT else np.empty((0, 2))
        centre = places[rng.integers(len(places))] if len(places) else rng.integers(0, (height, width))
        corner = np.clip(centre + rng.integers(-side // 3, side // 3, 2) - side // 2, 0, (height - side, width - side))
        window = np.s_[corner[0] : corner[0] + side, corner[1] : corner[1] + side]
        out.append((page.image[window], truth[window]))
    return out


def load_patches(paths: list[Path], recipe: InkRecipe) -> tuple[Image, Image]:
    """Return pictures (n, side, side, 3) and truths (n, side, side, 2), uint8."""
    rng = np.random.default_rng(recipe.seed)
    found: list[tuple[Image, Image]] = []
    for path in paths:
        with np.load(path, allow_pickle=False) as kept:
            page = InkPage(kept["image"], kept["trace"], kept["print"])
        found += cut_patches(page, recipe.patches, recipe.side, rng)
    images, truths = (np.stack(part) for part in zip(*found, strict=True))
    return images, truths


def fit(patches: tuple[Image, Image], recipe: InkRecipe, kept: Path) -> tuple[Any, list[float]]:
    """Train; return the network and the loss of each epoch. A run that was stopped goes on from its last epoch."""
    import torch

    def losses_of(network: Any, epoch: int) -> Iterator[Any]:
        for pictures, truths in _batches(patches, recipe, epoch):
            with torch.autocast(device().type, torch.bfloat16):
                out = network(pictures.to(device()))
            yield _loss(out.float(), truths.to(device()))

    return train(INK_LAYERS, recipe, len(patches[0]) // recipe.batch, losses_of, kept)


def _loss(out: Any, truth: Any) -> Any:
    """Cross-entropy against the share of each pixel that is covered; the trace counts for more."""
    from torch.nn import functional

    each = functional.binary_cross_entropy_with_logits(out, truth, reduction="none").mean(dim=(0, 2, 3))
    return _TRACE_SHARE * each[TRACE] + each[PRINT]


def _batches(patches: tuple[Image, Image], recipe: InkRecipe, epoch: int) -> Iterator[tuple[Any, Any]]:
    import torch

    rng = np.random.default_rng([recipe.seed, epoch])
    order = rng.permutation(len(patches[0]))
    for k in range(0, len(order) - recipe.batch + 1, recipe.batch):
        chosen = order[k : k + recipe.batch]
        across, down = np.where(rng.random(2) < 0.5, -1, 1)
        pictures, truths = (np.ascontiguousarray(part[chosen][:, ::down, ::across]) for part in patches)
        yield (
            torch.from_numpy(_varied(pictures, rng)).permute(0, 3, 1, 2),
            torch.from_numpy(np.divide(truths, 255, dtype=np.float32)).permute(0, 3, 1, 2),
        )


def _varied(pictures: Image, rng: np.random.Generator) -> Floats:
    """Vary strength and colour of what stands on the paper, sharpness and noise; return pictures from -1 to 1."""
    dark = 250.0 - pictures.astype(np.float32)
    strength = rng.uniform(0.5, 1.3, (len(pictures), 1, 1, 1)) * rng.uniform(0.85, 1.15, (len(pictures), 1, 1, 3))
    grey = rng.random((len(pictures), 1, 1, 1)) < 0.25
    dark = np.where(grey, dark.mean(axis=3, keepdims=True), dark) * strength
    for picture in dark[: len(dark) // 3]:
        picture[:] = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.2)))
    noise = rng.standard_normal(dark.shape, np.float32) * rng.uniform(0, 8, (len(pictures), 1, 1, 1))
    return np.asarray((250.0 - dark + noise).clip(0, 255) / 127.5 - 1, np.float32)
