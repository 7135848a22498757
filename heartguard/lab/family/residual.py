"""A residual 1-D network taught on the records' statements and safe classes; its features of the pages get a head."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.drawing import Pieces
from heartguard.lab.augmentation import Strength, augment, random_stretches
from heartguard.lab.family.signals import stacked_signals
from heartguard.lab.pretraining import OVERSAMPLE, SignalSet
from heartguard.lab.signal_labels import CLASSES
from heartguard.values import Floats

log = logging.getLogger(__name__)

GROUPS = 4
"""Columns of a page: the leads of one run at the same time, beside a quarter of the strip."""

ORDER = [place for column in range(GROUPS) for place in (3 * column, 3 * column + 1, 3 * column + 2, 12 + column)]


@dataclass(frozen=True)
class ResidualRecipe:
    """Settings of the teaching.

    Attributes
    ----------
    copies : int
        Times that each record is cut and disturbed as a page would show it.
    steps, batch : int
    widths : tuple of int
        Channels of each column after the stem and after each block, which halves the samples.
    """

    copies: int = 6
    steps: int = 900
    batch: int = 64
    learning_rate: float = 2.5e-3
    widths: tuple[int, ...] = (24, 32, 48, 64, 96)
    seed: int = 5


def build_residual(tags: int, recipe: ResidualRecipe) -> Any:
    """Return the network: `features` gives means and maxima over time; `tags` and `classes` are linear heads on it."""
    import torch
    from torch import nn

    class Block(nn.Module):  # type: ignore[misc]
        """Two convolutions in each column beside a shortcut."""

        def __init__(self, before: int, width: int) -> None:
            super().__init__()
            self.path = nn.Sequential(
                nn.Conv1d(before, width, 5, 2, 2, groups=GROUPS, bias=False),
                nn.BatchNorm1d(width),
                nn.ReLU(),
                nn.Conv1d(width, width, 5, padding=2, groups=GROUPS, bias=False),
                nn.BatchNorm1d(width),
            )
            self.shortcut = nn.Sequential(
                nn.AvgPool1d(2, ceil_mode=True),
                nn.Conv1d(before, width, 1, groups=GROUPS, bias=False),
                nn.BatchNorm1d(width),
            )

        def forward(self, x: torch.Tensor) -> Any:
            return torch.relu(self.path(x) + self.shortcut(x))

    class Residual(nn.Module):  # type: ignore[misc]
        """Stem, blocks, pooling, heads."""

        def __init__(self) -> None:
            super().__init__()
            widths = [GROUPS * width for width in recipe.widths]
            stem = nn.Conv1d(len(ORDER), widths[0], 7, 2, 3, groups=GROUPS, bias=False)
            blocks = [Block(*pair) for pair in pairwise(widths)]
            self.body = nn.Sequential(stem, nn.BatchNorm1d(widths[0]), nn.ReLU(), *blocks)
            self.tags = nn.Linear(2 * widths[-1], tags)
            self.classes = nn.Linear(2 * widths[-1], len(CLASSES))

        def features(self, x: torch.Tensor) -> Any:
            maps = self.body(x[:, ORDER])
            return torch.cat([maps.mean(2), maps.amax(2)], dim=1)

    return Residual()


def record_copies(data: SignalSet, recipe: ResidualRecipe) -> NDArray[np.float16]:
    """Return every record as pages would show it, shape (copies, records, 16, 290), mV."""
    strength = Strength(drop_lead=0.0, drop_strip=0.0, wander_mv=0.04, noise_mv=0.015)
    copies = np.zeros((recipe.copies, len(data.classes), 16, 290), np.float16)
    for number, copy in enumerate(copies):
        for row, kept in enumerate(copy):
            rng = np.random.default_rng((recipe.seed, number, row))
            cut = augment(random_stretches(data.signals[row].astype(np.float32), rng), rng, strength)
            kept[:] = stacked_signals(Pieces(cut.leads, cut.strip, ()))
        log.info("residual network: copy %d of the records made", number + 1)
    return copies


def teach(path: Path, data: SignalSet, recipe: ResidualRecipe) -> Any:
    """Teach the network on the records, or read what an earlier run has taught it."""
    import torch

    torch.manual_seed(recipe.seed)
    network = build_residual(len(data.tag_names), recipe)
    if path.exists():
        network.load_state_dict(torch.load(path, weights_only=True))
        return network.eval()
    copies = record_copies(data, recipe)
    rng = np.random.default_rng(recipe.seed)
    repeats = [OVERSAMPLE.get(CLASSES[c], 1) if c >= 0 else 1 for c in data.classes]
    pool = np.repeat(np.arange(len(data.classes)), repeats)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, total_steps=recipe.steps)
    for step in range(recipe.steps):
        rows = rng.choice(pool, recipe.batch)
        loss = _loss(network, _batch(copies, rows, rng), data, rows)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 99:
            log.info("residual network: step %d of %d, loss %.3f", step + 1, recipe.steps, loss.item())
    torch.save(network.state_dict(), path)
    return network.eval()


def _loss(network: Any, x: Any, data: SignalSet, rows: NDArray[np.int64]) -> Any:
    """Return the loss of statements and classes; what a record leaves open (NaN, -1) is left out."""
    import torch
    from torch.nn import functional as f

    seen = f.dropout(network.features(x), 0.2)
    said = torch.from_numpy(data.tags[rows])
    known = torch.isfinite(said)
    errors = f.binary_cross_entropy_with_logits(network.tags(seen), torch.nan_to_num(said), reduction="none")
    classes = torch.from_numpy(data.classes[rows])
    of_classes = f.cross_entropy(network.classes(seen), classes, ignore_index=-1, reduction="sum") / len(rows)
    return 4 * (errors * known).sum() / known.sum().clamp(min=1) + of_classes


def _batch(copies: NDArray[np.float16], rows: NDArray[np.int64], rng: np.random.Generator) -> Any:
    """Return records in a random copy each, their gain and noise changed and a few leads left out."""
    import torch

    x = copies[rng.integers(0, len(copies), len(rows)), rows].astype(np.float32)
    x *= np.exp(rng.uniform(-0.2, 0.2, (len(x), 1, 1)))
    x += rng.normal(size=x.shape) * rng.uniform(0, 0.015, (len(x), 1, 1))
    x[rng.random(x.shape[:2]) < np.where(rng.random((len(x), 1)) < 0.3, 0.15, 0.0)] = 0.0
    return torch.from_numpy(x.astype(np.float32))


def residual_features(network: Any, signals: Floats) -> Floats:
    """Return the network's features of signals of shape (n, 16, 290)."""
    import torch

    with torch.inference_mode():
        parts = [network.features(torch.from_numpy(signals[at : at + 64])).numpy() for at in range(0, len(signals), 64)]
    return np.concatenate(parts)
