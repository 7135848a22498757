"""``heartlab train print``: the network that reads lead names, speed and gain, trained on simulated print."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.page.print.cuts import CUT_HEIGHT, FRAME, normalised
from heartguard.page.print.symbols import encoded
from heartguard.weights import Weights
from heartlab.networks.print import PRINT_LAYERS, print_network_file
from heartlab.train.averaging import add_to_average
from heartlab.train.layers_torch import fold
from heartlab.train.print.lessons import INK, ROOM, Lesson, make_lessons, read_lessons
from heartlab.train.print.network import build_trainee

__all__ = ["PrintRecipe", "batches", "fit", "learning_rate", "run", "ship_print", "varied"]

log = logging.getLogger(__name__)

_BLANK = 16
"""Columns of nothing left and right of a lesson: four answers of the network."""


@dataclasses.dataclass(frozen=True)
class PrintRecipe:
    """Everything that decides how the print network is trained.

    Attributes
    ----------
    pages : int
        Simulated pages, some 60 words each.
    epochs, batch : int
        Take 20 to 30 minutes on one core.
    rate : float
        Highest learning rate; it rises over `warm_up` of all steps and falls along half a cosine.
    warm_up : float
    averaging : float
        Share of the averaged weights that each step keeps; the average is what ships.
    ink : tuple of float
        Least and largest height of the letters in a cut, pixels: what the product cuts out may be a part, or more.
    blanks : float
        Share of the cuts without a word that are used: each looks like a stroke of a name to someone who expects one.
    inverted, grey : float
        Shares of cuts whose dark and light are exchanged, and which lose their colour.
    files_at_once : int
        Files of lessons that are shuffled together.
    seed : int
    """

    pages: int = 2000
    epochs: int = 8
    batch: int = 64
    rate: float = 4e-3
    warm_up: float = 0.04
    averaging: float = 0.998
    ink: tuple[float, float] = (15.5, 27.5)
    blanks: float = 0.3
    inverted: float = 0.06
    grey: float = 0.15
    files_at_once: int = 12
    seed: int = 0


def varied(lesson: Lesson, recipe: PrintRecipe, rng: np.random.Generator) -> Floats:
    """Cut a lesson a little larger or smaller, wider or narrower and off its middle; vary its ink.

    Returns
    -------
    ndarray, shape (`CUT_HEIGHT`, w, 3), float32
        As the network takes it.
    """
    height, width = lesson.image.shape[:2]
    scale = rng.uniform(*recipe.ink) / INK
    across = scale * rng.uniform(0.87, 1.15)
    left, right = rng.uniform(2, 12, 2)
    wide = (width - 2 * ROOM) * across + left + right
    size = (FRAME * max(3, round(wide / FRAME)), CUT_HEIGHT)
    spare = max(0.0, (CUT_HEIGHT - INK * scale) / 2)
    x, y = left - ROOM * across, CUT_HEIGHT / 2 - scale * height / 2 + rng.uniform(-0.6, 0.6) * spare
    onto = np.array([[across, 0, x], [0, scale, y]])
    cut = cv2.warpAffine(lesson.image, onto, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _ink(np.asarray(cut, np.uint8), recipe, rng)


def _ink(cut: Image, recipe: PrintRecipe, rng: np.random.Generator) -> Floats:
    """Vary sharpness, colour and noise of a cut."""
    kind = rng.random(4)
    if kind[0] < 0.2:
        cut = np.asarray(cv2.GaussianBlur(cut, (0, 0), float(rng.uniform(0.4, 1.2))), np.uint8)
    if kind[1] < recipe.inverted:
        cut = 255 - cut
    if kind[2] < 2 * recipe.grey:
        grey = cut.mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, axis=2)
        cut = grey if kind[2] < recipe.grey else np.ascontiguousarray(cut[..., ::-1])
    found = normalised(cut)
    if kind[3] < 0.2:
        found = found + np.float32(rng.uniform(0.05, 0.4)) * rng.standard_normal(found.shape).astype(np.float32)
    return found


def batches(paths: list[Path], recipe: PrintRecipe, epoch: int) -> Iterator[tuple[Floats, list[list[int]]]]:
    """Yield cuts of about one width, shape (n, 3, `CUT_HEIGHT`, w), and the symbols of each."""
    rng = np.random.default_rng([recipe.seed, epoch])
    order = rng.permutation(len(paths))
    for first in range(0, len(order), recipe.files_at_once):
        lessons = [one for k in order[first : first + recipe.files_at_once] for one in read_lessons(paths[k])]
        lessons = [one for one in lessons if one.text or rng.random() < recipe.blanks]
        widths = np.array([lesson.image.shape[1] for lesson in lessons]) * rng.uniform(0.9, 1.1, len(lessons))
        by_width = np.argsort(widths)
        starts = rng.permutation(np.arange(0, len(lessons) - recipe.batch + 1, recipe.batch))
        for start in starts:
            chosen = [lessons[k] for k in by_width[start : start + recipe.batch]]
            yield _padded([varied(lesson, recipe, rng) for lesson in chosen]), [encoded(one.text) for one in chosen]


def _padded(cuts: list[Floats]) -> Floats:
    """Return cuts with blank paper on both sides, as they are side by side in the product's strips."""
    width = max(cut.shape[1] for cut in cuts) + 2 * _BLANK
    out = np.zeros((len(cuts), 3, CUT_HEIGHT, width), np.float32)
    for place, cut in zip(out, cuts, strict=True):
        place[:, :, _BLANK : _BLANK + cut.shape[1]] = cut.transpose(2, 0, 1)
    return out


def learning_rate(done: float, recipe: PrintRecipe) -> float:
    """Return the learning rate after a share of the training."""
    if done < recipe.warm_up:
        return recipe.rate * (0.05 + 0.95 * done / recipe.warm_up)
    return recipe.rate * max(0.005, 0.5 + 0.5 * math.cos(math.pi * (done - recipe.warm_up) / (1 - recipe.warm_up)))


class _Run:
    """A training run and its state on disk, after each epoch."""

    def __init__(self, recipe: PrintRecipe, kept: Path, build: Callable[[], Any]) -> None:
        import torch

        self.recipe, self.kept = recipe, kept
        self.network, self.average = (build() for _ in range(2))
        self.network = self.network.to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=recipe.rate, weight_decay=1e-3)
        self.steps = 0
        self.losses: list[float] = []
        if kept.exists():
            state = torch.load(kept, weights_only=True)
            for part in ("network", "average", "optimiser"):
                getattr(self, part).load_state_dict(state[part])
            self.steps, self.losses = state["steps"], list(state["losses"])

    def save(self) -> None:
        """Keep the state."""
        import torch

        parts = {part: getattr(self, part).state_dict() for part in ("network", "average", "optimiser")}
        unfinished = self.kept.with_suffix(".part")
        torch.save({**parts, "steps": self.steps, "losses": self.losses}, unfinished)
        unfinished.rename(self.kept)

    def learn(self, cuts: Floats, texts: list[list[int]], rate: float) -> float:
        """Take one step; return its loss."""
        import torch

        for group in self.optimiser.param_groups:
            group["lr"], group["betas"] = rate, (0.9, 0.99)  # a short run cannot wait for the usual 0.999
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.network(torch.from_numpy(cuts).to(memory_format=torch.channels_last))
        shares = logits.float().log_softmax(2).transpose(0, 1)
        lengths = torch.tensor([len(text) for text in texts])
        targets = torch.tensor([number for text in texts for number in text], dtype=torch.long)
        given = torch.full((len(texts),), shares.shape[0])
        loss = torch.nn.functional.ctc_loss(shares, targets, given, lengths, reduction="none", zero_infinity=True)
        # Between a loss a cut, which lines of values would rule, and one a letter, which leads would.
        loss = (loss / (1 + lengths).sqrt()).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        add_to_average(self.average, self.network, self.recipe.averaging, self.steps)
        self.steps += 1
        return float(loss.detach())


def fit(
    paths: list[Path], recipe: PrintRecipe, kept: Path, build: Callable[[], Any] | None = None
) -> tuple[Any, list[float]]:
    """Train; return the averaged network and the loss of each epoch. A run that was stopped goes on where it was.

    Parameters
    ----------
    paths : list of Path
        Files of lessons.
    recipe : PrintRecipe
    kept : Path
        State of the run.
    build : callable, optional
        Gives the network to begin with; by default a new one.
    """
    running = _Run(recipe, kept, build or (lambda: build_trainee(recipe.seed)))
    running.network.train()
    per_epoch = max(1, sum(_used(path, recipe) for path in paths) // recipe.batch)
    for epoch in range(len(running.losses), recipe.epochs):
        started, found = time.monotonic(), []
        for number, (cuts, texts) in enumerate(batches(paths, recipe, epoch)):
            done = min(1.0, (epoch + number / per_epoch) / recipe.epochs)
            found.append(running.learn(cuts, texts, learning_rate(done, recipe)))
            if number % 100 == 99:
                log.info("epoch %d, step %d: loss %.3f", epoch + 1, number + 1, float(np.mean(found[-100:])))
        running.losses.append(float(np.mean(found)))
        running.save()
        seconds = time.monotonic() - started
        log.info("epoch %d of %d: loss %.4f in %.0f s", epoch + 1, recipe.epochs, running.losses[-1], seconds)
    return running.average.eval(), running.losses


def _used(path: Path, recipe: PrintRecipe) -> int:
    texts = [lesson.text for lesson in read_lessons(path)]
    return sum(bool(text) for text in texts) + round(recipe.blanks * texts.count(""))


def run(args: argparse.Namespace) -> int:
    """Draw lessons, train and ship, each from where an earlier run left it; return the exit status."""
    import torch

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    recipe = PrintRecipe()
    cache = args.cache.parent / "print"
    paths = make_lessons(cache, "lessons", recipe.pages)
    network, losses = fit(paths, recipe, cache / "print.pt")
    ship_print(args.out, fold(network, PRINT_LAYERS), recipe, losses)
    return 0


def ship_print(folder: Path, weights: Weights, recipe: PrintRecipe, losses: list[float]) -> None:
    """Write the LiteRT file of trained weights and the facts on it."""
    content = print_network_file(weights)
    (folder / "print.tflite").write_bytes(content)
    facts = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "weights_file": "print.tflite",
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "training_data": "words on simulated pages of open records and hearts; none of measure-only.csv or LUDB",
        "recipe": dataclasses.asdict(recipe),
        "loss": [round(loss, 4) for loss in losses],
    }
    (folder / "print.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
