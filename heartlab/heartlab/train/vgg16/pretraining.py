"""Stage 1: teach VGG16 to read drawings of signals, before it sees any clinic page.

It learns three things at once from one picture: the waves of every stretch and the rhythm (dense targets that the
signal itself gives), PTB-XL's statements, and our four classes where a signal's label is safe. No page is used, so
one run serves every fold of the cross-validation.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heartlab.train.signal_drawings import SignalDrawings, SignalSet
from heartlab.train.vgg16.multitask_network import MultitaskNetwork, losses, record_class_weights

log = logging.getLogger(__name__)


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


def pretrain(folder: Path, data: SignalSet, recipe: PretrainingRecipe, workers: int = 0) -> MultitaskNetwork:
    """Run stage 1, or go on where it stopped; the network is kept in ``folder/pretrained.pt``.

    Parameters
    ----------
    folder : Path
    data : SignalSet
    recipe : PretrainingRecipe
    workers : int
        Processes that draw ahead; 0 draws between the steps.
    """
    import torch

    drawings = SignalDrawings(data, recipe.batch, recipe.seed)
    cycles = [images // recipe.batch for images in recipe.images]
    steps = sum(cycles)
    example = np.concatenate([drawings[k]["images"] for k in range(3)])
    model = MultitaskNetwork(len(data.tag_names), example, recipe.frozen)
    convolutions, heads = model.parameters()
    groups = [{"params": convolutions, "lr": recipe.learning_rate}, {"params": heads, "lr": recipe.head_learning_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, cycles, recipe))
    first = _restore(folder / "pretrained.pt", model, optimizer, schedule)
    weights = record_class_weights(data.classes[drawings.pool])
    begun = time.monotonic()
    for step, batch in enumerate(drawings.stream(first, steps, workers), start=first):
        found = losses(model.outputs(batch["images"]), batch, weights)
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(found.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(convolutions, 5.0)
        optimizer.step()
        schedule.step()
        if step % 20 == 19 or step + 1 == steps:
            shown = " ".join(f"{name} {loss.item():.3f}" for name, loss in found.items())
            log.info("stage 1 step %d/%d %.0f s %s", step + 1, steps, time.monotonic() - begun, shown)
        if (step + 1) % recipe.keep_every == 0 or step + 1 == steps:
            _keep(folder / "pretrained.pt", model, optimizer, schedule, step + 1)
        if step + 1 in np.cumsum(cycles):
            _keep(folder / f"pretrained-{(step + 1) * recipe.batch}.pt", model, optimizer, schedule, step + 1)
    return model


def _rate(step: int, cycles: Sequence[int], recipe: PretrainingRecipe) -> float:
    """Return the learning rate of a step against the first cycle's peak."""
    first = np.cumsum([0, *cycles])
    number = min(int(np.searchsorted(first, step, side="right")) - 1, len(cycles) - 1)
    return recipe.fade**number * one_cycle(step - int(first[number]), cycles[number], recipe.warm_up)


def one_cycle(step: int, steps: int, warm_up: int) -> float:
    """Return the learning rate of a step against its peak: a straight rise, then half a cosine."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * (step - warm_up) / max(1, steps - warm_up))))


def _keep(path: Path, model: MultitaskNetwork, optimizer: Any, schedule: Any, step: int) -> None:
    import torch

    state = {**model.state(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "step": step}
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def _restore(path: Path, model: MultitaskNetwork, optimizer: Any, schedule: Any) -> int:
    import torch

    if not path.exists():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load(state)
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
