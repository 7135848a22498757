"""A residual 1-D network trained on the records: their statements, certain classes, and the waves of every lead."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats
from heartguard.classify.signal_network import COLUMNS, SHAPE, stacked_signals
from heartguard.drawing import RawSegments, preprocess
from heartlab.data.signal_labels import CLASSES
from heartlab.networks.signal import CHANNELS
from heartlab.train.augmentation import Strength, augment, random_stretches
from heartlab.train.device import device
from heartlab.train.signal_drawings import SignalSet, oversampled
from heartlab.train.wave_targets import RHYTHMS, WAVES, lead_targets, rhythm_targets

log = logging.getLogger(__name__)

MEASURED = 12 * len(WAVES) + len(RHYTHMS)
"""Number of regression targets: waves of twelve leads, and the rhythm."""

_DISTURBED = Strength(drop_lead=0.0, drop_strip=0.0, wander_mv=0.04, noise_mv=0.015)
"""Strength of the simulated disturbances; chosen by hand."""


STEM, KERNEL = 7, 5
"""Samples of the kernels of the first convolution (56 ms) and of the others; chosen by hand."""

TAUGHT = "residual1d-{}.pt"
"""File of the 1-D network trained on records, in the cache, by its seed."""


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
    dropout : float
        Share of the pooled features left out at a step.
    """

    copies: int = 8
    steps: int = 1200
    batch: int = 64
    learning_rate: float = 2.5e-3
    widths: tuple[int, ...] = (24, 32, 48, 64, 96)
    dropout: float = 0.3
    seed: int = 5


@dataclass(frozen=True, eq=False)
class Records:
    """Copies of the records as pages would show them, and the targets of the network.

    Attributes
    ----------
    signals : ndarray, shape (copies, n, 16, 290), float16, mV
    measured : ndarray, shape (copies, n, MEASURED), float16
        Waves of the leads, then the rhythm; NaN where nothing can be measured.
    tags : ndarray, shape (n, tags), float32
        Statements; NaN where a source does not use them.
    classes : ndarray, shape (n,)
        -1 where no class is safe.
    """

    signals: NDArray[np.float16]
    measured: NDArray[np.float16]
    tags: Floats
    classes: NDArray[np.int64]

    @cached_property
    def tensors(self) -> dict[str, Any]:
        """All of it as tensors, on a GPU where there is one."""
        import torch

        parts = {"signals": self.signals, "measured": self.measured, "tags": self.tags, "classes": self.classes}
        return {name: torch.from_numpy(part).to(device()) for name, part in parts.items()}

    @cached_property
    def pool(self) -> NDArray[np.int64]:
        """Rows to draw from, the scarce classes more than once."""
        return oversampled(self.classes)


def make_records(cache: Path, data: SignalSet, recipe: ResidualRecipe) -> Records:
    """Cut and disturb the records, or read the result of an earlier run from `cache`."""
    path = cache / f"records1d-{recipe.copies}-{recipe.seed}.npz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        shape = (recipe.copies, len(data.classes))
        signals, measured = np.zeros((*shape, *SHAPE), np.float16), np.zeros((*shape, MEASURED), np.float16)
        for copy, row in np.ndindex(*shape):
            rng = np.random.default_rng((recipe.seed, copy, row))
            signals[copy, row], measured[copy, row] = _copy_of(data.signals[row].astype(np.float32), rng)
        part = path.with_suffix(".part.npz")
        np.savez(part, signals=signals, measured=measured)
        part.replace(path)
        log.info("1-D network: %d copies of %d records kept", *shape)
    with np.load(path, allow_pickle=False) as kept:
        return Records(kept["signals"], kept["measured"], data.tags, data.classes)


def _copy_of(signals: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    cut = augment(random_stretches(signals, rng), rng, _DISTURBED)
    segments = preprocess(RawSegments(cut.leads, cut.strip))
    measured = np.concatenate([lead_targets(segments.leads).ravel(), rhythm_targets(segments.strip)])
    return stacked_signals(segments), measured


def build_residual(tags: int, recipe: ResidualRecipe) -> Any:
    """Return the network: `features` gives means and maxima over time, the input of each linear head.

    The heads are `tags`, `classes` (of the records), `pages` (classes of the clinic pages) and `measured`.
    """
    import torch
    from torch import nn

    def convolution(before: int, width: int, length: int, stride: int = 1) -> Any:
        """Convolve each column apart, then normalise."""
        layer = nn.Conv1d(before, width, length, stride, length // 2, groups=COLUMNS, bias=False)
        return nn.Sequential(layer, nn.BatchNorm1d(width))

    class Block(nn.Module):  # type: ignore[misc]
        """Two convolutions in each column beside a shortcut."""

        def __init__(self, before: int, width: int) -> None:
            super().__init__()
            self.first = convolution(before, width, KERNEL, 2)
            self.second = convolution(width, width, KERNEL)
            self.shortcut = convolution(before, width, 1)
            self.halve = nn.AvgPool1d(2, ceil_mode=True)

        def forward(self, x: torch.Tensor) -> Any:
            return torch.relu(self.second(torch.relu(self.first(x))) + self.shortcut(self.halve(x)))

    class Residual(nn.Module):  # type: ignore[misc]
        """Stem, blocks, pooling, heads."""

        def __init__(self) -> None:
            super().__init__()
            widths = [COLUMNS * width for width in recipe.widths]
            self.stem = convolution(len(CHANNELS), widths[0], STEM, 2)
            self.blocks = nn.ModuleList(Block(*pair) for pair in pairwise(widths))
            self.dropout = nn.Dropout(recipe.dropout)
            outputs = {"tags": tags, "classes": len(CLASSES), "pages": len(CLASSES), "measured": MEASURED}
            self.heads = nn.ModuleDict({name: nn.Linear(2 * widths[-1], n) for name, n in outputs.items()})

        def features(self, x: torch.Tensor) -> Any:
            x = torch.relu(self.stem(x[:, CHANNELS]))
            for block in self.blocks:
                x = block(x)
            return torch.cat([x.mean(2), x.amax(2)], dim=1)

    return Residual()


def teach(path: Path, records: Records, recipe: ResidualRecipe, seed: int | None = None) -> Any:
    """Train the network on the records, or read the weights of an earlier run."""
    import torch

    torch.manual_seed(recipe.seed if seed is None else seed)
    rng = np.random.default_rng(recipe.seed if seed is None else seed)
    network = build_residual(records.tags.shape[1], recipe)
    network.to(device())
    if path.exists():
        network.load_state_dict(torch.load(path, map_location=device(), weights_only=True))
        return network.eval()
    optimizer, schedule = optimiser(network, recipe.learning_rate, recipe.steps)
    for step in range(recipe.steps):
        loss = record_loss(network, records, recipe.batch, rng)
        descend(network, loss, optimizer, schedule)
        if step % 100 == 99:
            log.info("1-D network: step %d of %d, loss %.3f", step + 1, recipe.steps, loss.item())
    torch.save(network.state_dict(), path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)
    return network.eval()


def optimiser(network: Any, rate: float, steps: int) -> tuple[Any, Any]:
    """Return AdamW and one cycle of its learning rate."""
    import torch

    adam = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02)
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=steps)


def descend(network: Any, loss: Any, optimizer: Any, schedule: Any) -> None:
    """Take one step down a loss."""
    import torch

    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimizer.step()
    schedule.step()


def record_loss(network: Any, records: Records, batch: int, rng: np.random.Generator) -> Any:
    """Return the loss on a batch of records; unknown targets (NaN, -1) are left out."""
    import torch
    from torch.nn import functional as f

    kept = records.tensors
    where = kept["signals"].device
    rows = torch.from_numpy(rng.choice(records.pool, batch)).to(where)
    copies = torch.from_numpy(rng.integers(0, len(records.signals), batch)).to(where)
    seen = network.dropout(network.features(varied(kept["signals"][copies, rows].float())))
    said, measured = kept["tags"][rows], kept["measured"][copies, rows].float()
    of_tags = f.binary_cross_entropy_with_logits(network.heads["tags"](seen), torch.nan_to_num(said), reduction="none")
    of_waves = f.smooth_l1_loss(network.heads["measured"](seen), torch.nan_to_num(measured), reduction="none", beta=0.3)
    classes = kept["classes"][rows]
    of_classes = f.cross_entropy(network.heads["classes"](seen), classes, ignore_index=-1, reduction="sum") / batch
    return 4 * _mean_of_known(of_tags, said) + 2 * _mean_of_known(of_waves, measured) + of_classes


def _mean_of_known(errors: Any, target: Any) -> Any:
    known = target.isfinite()
    return (errors * known).sum() / known.sum().clamp(min=1)


def varied(signals: Any) -> Any:
    """Change gain, time scale and noise of signals, and leave a few leads out.

    Parameters
    ----------
    signals : torch.Tensor, shape (n, 16, samples), float32
        Random numbers are from PyTorch's own generator.
    """
    import torch

    count, channels = signals.shape[:2]

    def uniform(low: float, high: float, *shape: int) -> Any:
        return torch.empty(count, *shape, device=signals.device).uniform_(low, high)

    gain = torch.exp(uniform(-0.2, 0.2, 1, 1) + uniform(-0.05, 0.05, channels, 1))
    moved = _moved_in_time(signals * gain, uniform(0.92, 1.08, 1), uniform(-12, 12, 1))
    moved = moved + torch.randn_like(moved) * uniform(0, 0.015, 1, 1)
    share_lost = torch.where(uniform(0, 1, 1) < 0.3, 0.12, 0.0)
    return moved * (uniform(0, 1, channels) >= share_lost)[..., None]


def _moved_in_time(signals: Any, scale: Any, shift: Any) -> Any:
    """Read every row `scale` times as fast, from `shift` samples later; both of shape (n, 1)."""
    import torch

    samples = signals.shape[2]
    middle = samples / 2
    at = ((torch.arange(samples, device=signals.device) - middle) * scale + middle + shift).clamp(0, samples - 1)
    left = at.long().clamp(max=samples - 2)
    part = (at - left)[:, None]
    before, after = (signals.gather(2, (left + k)[:, None].expand_as(signals)) for k in (0, 1))
    return before * (1 - part) + after * part


def residual_features(network: Any, signals: Floats) -> Floats:
    """Return the network's features of signals of shape (n, 16, 290)."""
    import torch

    with torch.inference_mode():
        batches = (torch.from_numpy(signals[at : at + 64]).to(device()) for at in range(0, len(signals), 64))
        parts = [network.features(batch).cpu().numpy() for batch in batches]
    return np.concatenate(parts)
