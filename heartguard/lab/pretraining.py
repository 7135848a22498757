"""Stage 1: teach VGG16 to read drawings of signals, before it sees any clinic page.

It learns three things at once from one picture: the waves of every stretch and the rhythm (dense targets that the
signal itself gives), PTB-XL's statements, and our four classes where a signal's label is safe. No page is used, so
one run serves every fold of the cross-validation.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.classify.architecture import region_weights
from heartguard.lab.augmentation import Strength, augmented_drawing, random_stretches
from heartguard.lab.datasets import open_signals, read_record_500hz
from heartguard.lab.signal_labels import CLASSES, class_targets, tag_targets
from heartguard.lab.vgg_torch import build_blocks, initial_weights, set_weights, to_input
from heartguard.lab.wave_targets import RHYTHMS, WAVES, lead_targets, rhythm_targets
from heartguard.values import Floats, Image

log = logging.getLogger(__name__)

OVERSAMPLE = {"MI": 4, "PMI": 2}


@dataclass(frozen=True)
class PretrainingRecipe:
    """Settings of stage 1.

    Attributes
    ----------
    images : tuple of int
        Drawings of each cycle, in which the learning rate rises once and falls.
    fade : float
        The learning rate's peak in a cycle against the one before.
    frozen : int
        Blocks that keep their initial weights.
    """

    images: tuple[int, ...] = (9600, 4800)
    fade: float = 0.5
    batch: int = 16
    learning_rate: float = 1.5e-4
    head_learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    warm_up: int = 30
    keep_every: int = 50
    seed: int = 7
    frozen: int = 2


@dataclass(frozen=True, eq=False)
class SignalSet:
    """All signals that may be trained on: (n, 12, 5000) float16 mV, tags (n, tags), class numbers (n,)."""

    signals: NDArray[np.float16]
    tag_names: tuple[str, ...]
    tags: Floats
    classes: NDArray[np.int64]


def load_signal_set(cache: Path) -> SignalSet:
    """Return the open signals, resampled once and kept in `cache`."""
    index = open_signals()
    names, tags = tag_targets(index)
    path = cache / "signals-500hz.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        stack = np.stack([read_record_500hz(record).astype(np.float16) for record in index["record_id"]])
        np.save(path, stack)
    return SignalSet(np.load(path, mmap_mode="r"), names, tags, class_targets(index))


class Batches:
    """An endless, seeded stream of augmented drawings with their targets."""

    def __init__(self, data: SignalSet, recipe: PretrainingRecipe) -> None:
        self.data, self.recipe = data, recipe
        repeats = [OVERSAMPLE.get(CLASSES[c], 1) if c >= 0 else 1 for c in data.classes]
        self.pool = np.repeat(np.arange(len(data.classes)), repeats)

    def __call__(self, first_step: int, steps: int) -> Iterator[dict[str, Any]]:
        """Yield the batches from `first_step` on; a resumed run draws what an unbroken one would."""
        for step in range(first_step, steps):
            rng = np.random.default_rng((self.recipe.seed, step))
            rows = rng.choice(self.pool, self.recipe.batch)
            made = [self._sample(int(row), rng) for row in rows]
            yield {
                "images": np.stack([m[0] for m in made]),
                "leads": np.stack([m[1] for m in made]),
                "rhythm": np.stack([m[2] for m in made]),
                "tags": self.data.tags[rows],
                "classes": self.data.classes[rows],
            }

    def _sample(self, row: int, rng: np.random.Generator) -> tuple[Image, Floats, Floats]:
        signals = self.data.signals[row].astype(np.float32)
        image, leads, strip = augmented_drawing(random_stretches(signals, rng), rng, Strength(drop_strip=0.1))
        return image, lead_targets(leads), rhythm_targets(strip)


class PretrainingModel:
    """The network of stage 1 with its three heads on standardised pooled features."""

    def __init__(self, tags: int, example: Image, frozen: int = PretrainingRecipe.frozen) -> None:
        import torch
        from torch import nn

        torch.manual_seed(0)
        self.blocks, self.frozen = build_blocks(), frozen
        set_weights(self.blocks, initial_weights())
        for block in self.blocks[:frozen]:
            block.requires_grad_(requires_grad=False).to(torch.bfloat16)
        self.regions = torch.from_numpy(region_weights().reshape(13, -1))
        self.heads = nn.ModuleDict(
            {
                "tags": nn.Linear(512, tags),
                "classes": nn.Linear(512, len(CLASSES)),
                "leads": nn.Linear(512, len(WAVES)),
                "rhythm": nn.Linear(512, len(RHYTHMS)),
            }
        )
        for head in self.heads.values():
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        self.scales = self._standardise(example)

    def _standardise(self, example: Image) -> dict[str, Any]:
        """Fix shift and scale of the pooled features from a first batch: most of a drawing is paper."""
        import torch

        with torch.no_grad():
            cells = self.cells(example)
            regions = torch.einsum("rc,ndc->nrd", self.regions, cells)
        scales = {"page": cells.mean(2), "leads": regions[:, :12].flatten(0, 1), "rhythm": regions[:, 12]}
        return {name: (values.mean(0), values.std(0) + 1e-3 * values.std() + 1e-6) for name, values in scales.items()}

    def cells(self, images: Image) -> Any:
        """Return the features of block 5, shape (n, 512, cells), float32."""
        import torch

        x = to_input(images)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.no_grad():
                for block in self.blocks[: self.frozen]:
                    x = block(x.to(torch.bfloat16))
            for block in self.blocks[self.frozen :]:
                x = block(x)
        return x.float().flatten(2)

    def outputs(self, images: Image) -> dict[str, Any]:
        """Return the answers of the heads: tags, classes, leads (n, 12, 8) and rhythm."""
        import torch

        cells = self.cells(images)
        regions = torch.einsum("rc,ndc->nrd", self.regions, cells)
        inputs = {"page": cells.mean(2), "leads": regions[:, :12], "rhythm": regions[:, 12]}
        scaled = {name: (x - self.scales[name][0]) / self.scales[name][1] for name, x in inputs.items()}
        return {
            "tags": self.heads["tags"](scaled["page"]),
            "classes": self.heads["classes"](scaled["page"]),
            "leads": self.heads["leads"](scaled["leads"]),
            "rhythm": self.heads["rhythm"](scaled["rhythm"]),
        }

    def parameters(self) -> tuple[list[Any], list[Any]]:
        """Return (convolutions to train, heads)."""
        return [p for p in self.blocks.parameters() if p.requires_grad], list(self.heads.parameters())


def losses(outputs: dict[str, Any], batch: dict[str, Any], weights: Any) -> dict[str, Any]:
    """Return the loss of each head; what a target leaves open (NaN, -1) is left out."""
    import torch
    from torch.nn import functional as f

    found = {}
    for name in ("leads", "rhythm"):
        target = torch.from_numpy(batch[name])
        known = torch.isfinite(target)
        errors = f.smooth_l1_loss(outputs[name], torch.nan_to_num(target), reduction="none", beta=0.3)
        found[name] = 3 * (errors * known).sum() / known.sum().clamp(min=1)
    target = torch.from_numpy(batch["tags"])
    known = torch.isfinite(target)
    errors = f.binary_cross_entropy_with_logits(outputs["tags"], torch.nan_to_num(target), reduction="none")
    found["tags"] = 4 * (errors * known).sum() / known.sum().clamp(min=1)
    classes = torch.from_numpy(batch["classes"])
    found["classes"] = f.cross_entropy(outputs["classes"], classes, weight=weights, ignore_index=-1, reduction="sum")
    found["classes"] = found["classes"] / len(classes)
    return found


def pretrain(folder: Path, data: SignalSet, recipe: PretrainingRecipe) -> PretrainingModel:
    """Run stage 1, or go on where it stopped; the model is kept in ``folder/pretrained.pt``."""
    import torch

    batches = Batches(data, recipe)
    cycles = [images // recipe.batch for images in recipe.images]
    steps = sum(cycles)
    example = np.concatenate([b["images"] for b in batches(0, 3)])
    model = PretrainingModel(len(data.tag_names), example, recipe.frozen)
    convolutions, heads = model.parameters()
    groups = [{"params": convolutions, "lr": recipe.learning_rate}, {"params": heads, "lr": recipe.head_learning_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, cycles, recipe))
    first = _restore(folder / "pretrained.pt", model, optimizer, schedule)
    counts = np.bincount(data.classes[batches.pool][data.classes[batches.pool] >= 0], minlength=len(CLASSES))
    weights = torch.from_numpy((counts.sum() / (len(CLASSES) * counts)) ** 0.5).float()
    begun = time.monotonic()
    mean: dict[str, float] = {}
    for step, batch in enumerate(batches(first, steps), start=first):
        found = losses(model.outputs(batch["images"]), batch, weights)
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(found.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(convolutions, 5.0)
        optimizer.step()
        schedule.step()
        mean = {name: 0.95 * mean.get(name, loss.item()) + 0.05 * loss.item() for name, loss in found.items()}
        if step % 20 == 19 or step + 1 == steps:
            log.info("stage 1 step %d/%d %.0f s %s", step + 1, steps, time.monotonic() - begun, _shown(mean))
        if (step + 1) % recipe.keep_every == 0 or step + 1 == steps:
            _keep(folder / "pretrained.pt", model, optimizer, schedule, step + 1)
        if step + 1 in np.cumsum(cycles):
            _keep(folder / f"pretrained-{(step + 1) * recipe.batch}.pt", model, optimizer, schedule, step + 1)
    return model


def _shown(mean: dict[str, float]) -> str:
    return " ".join(f"{name} {loss:.3f}" for name, loss in mean.items())


def _rate(step: int, cycles: Sequence[int], recipe: PretrainingRecipe) -> float:
    """Return the learning rate of a step against the first cycle's peak."""
    first = np.cumsum([0, *cycles])
    number = min(int(np.searchsorted(first, step, side="right")) - 1, len(cycles) - 1)
    return recipe.fade**number * _one_cycle(step - int(first[number]), cycles[number], recipe.warm_up)


def _one_cycle(step: int, steps: int, warm_up: int) -> float:
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * (step - warm_up) / max(1, steps - warm_up))))


def _keep(path: Path, model: PretrainingModel, optimizer: Any, schedule: Any, step: int) -> None:
    import torch

    state = {
        "blocks": model.blocks.state_dict(),
        "heads": model.heads.state_dict(),
        "scales": model.scales,
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
    }
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def _restore(path: Path, model: PretrainingModel, optimizer: Any, schedule: Any) -> int:
    import torch

    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    model.blocks.load_state_dict(state["blocks"])
    model.heads.load_state_dict(state["heads"])
    model.scales = state["scales"]
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
