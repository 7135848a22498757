"""``heartlab train line-further``: the shipped line network goes on learning, from the lessons of today, in Keras."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import logging
from collections.abc import Iterator
from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.layers import LAST_SHUFFLE
from heartguard.trace.crops import CROP_COLUMNS, CROP_ROWS, POINTS
from heartguard.trace.line_network import LINE_LAYERS, POWER, stacked_rows
from heartguard.weights import Weights, models_folder, read_network, write_weights
from heartlab.networks.layers import build_network
from heartlab.train.line.lessons import Lessons
from heartlab.train.line.training import load_lessons, make_lessons

__all__ = ["FurtherRecipe", "batches", "line_loss", "run", "train_further"]

log = logging.getLogger(__name__)

_MOVED = 4
"""Pixels by which crops are moved at random, as in the first training."""

_NOISY, _NOISE = 0.3, 0.06
"""Share of crops with noise, and its standard deviation in units of ink, as in the first training."""

_CLOSE_ROWS = 2.0
"""Distance of the mean row up to which its square counts, as in the first training."""

_HELD_BACK = 0.06
"""Share of the crops, the last pages', on which the loss before and after is measured."""


@dataclasses.dataclass(frozen=True)
class FurtherRecipe:
    """Settings of the training that goes on from given weights.

    Attributes
    ----------
    pages : int
        Simulated pages.
    epochs, batch : int
    rate : float
        Highest learning rate; it falls along half a cosine.
    spread : float
        Standard deviation, rows, of the target distribution around the true row.
    distance : float
        Weight of the distance of the mean row, beside the cross-entropy of the row probabilities.
    seed : int
    """

    pages: int = 320
    epochs: int = 4
    batch: int = 128
    rate: float = 1.2e-3
    spread: float = 0.7
    distance: float = 0.5
    seed: int = 0


def run(args: argparse.Namespace) -> int:
    """Simulate, train and ship; return the exit status."""
    recipe, folder = FurtherRecipe(), models_folder()
    lessons = load_lessons(make_lessons(args.cache.parent / "line-further" / "pages", recipe.pages, args.threads))
    new, losses = train_further(lessons, recipe, read_network(folder, "line")[0])
    digest = write_weights(new, args.out / "line.npz")
    further = {"crops": len(lessons.lines), "recipe": dataclasses.asdict(recipe), "held_back_loss": losses}
    facts = json.loads((folder / "line.json").read_text(encoding="utf-8"))
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    told = {**facts, "sha256": digest, "date": date, "further": further}
    (args.out / "line.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0


def batches(lessons: Lessons, recipe: FurtherRecipe, epoch: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield pictures as the network takes them, shape (batch, rows, columns, 6), and lines, shape (batch, points)."""
    rng = np.random.default_rng([recipe.seed, epoch])
    order = rng.permutation(len(lessons.lines))
    for at in range(0, len(order) - recipe.batch + 1, recipe.batch):
        chosen = np.sort(order[at : at + recipe.batch])
        yield _varied(_shares(lessons.pictures[chosen]), lessons.lines[chosen], rng)


def _varied(pictures: Floats, lines: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Mirror crops, move them, and spoil their ink."""
    if rng.random() < 0.5:
        pictures, lines = pictures[:, :, ::-1], CROP_ROWS - 1 - lines
    if rng.random() < 0.5:
        pictures, lines = pictures[..., ::-1], lines[:, ::-1]
    down, across = (int(step) for step in rng.integers(-_MOVED, _MOVED + 1, 2))
    pictures = np.roll(pictures, (down, across), (2, 3))
    lines = np.roll(lines, POINTS * across, 1) + np.float32(down)
    # What `roll` moves in from the other side is cleared.
    pictures[..., slice(0, across) if across >= 0 else slice(across, None)] = 0
    lines[:, slice(0, POINTS * across) if across >= 0 else slice(POINTS * across, None)] = np.nan
    count = len(pictures)
    power = rng.uniform(0.8, 1.25, (count, 1, 1, 1)).astype(np.float32)
    noisy = (rng.random((count, 1, 1, 1)) < _NOISY).astype(np.float32) * np.float32(_NOISE)
    ink = pictures[:, :1]
    noise = rng.standard_normal(ink.shape, np.float32) * noisy * (ink > 0)
    pictures[:, :1] = np.clip(ink**power + noise, 0, 1)
    return _as_input(pictures), np.asarray(lines, np.float32)


def _shares(pictures: Image) -> Floats:
    return np.asarray(pictures / np.float32(255), np.float32)


def _as_input(pictures: Floats) -> Floats:
    return np.ascontiguousarray(stacked_rows(pictures).transpose(0, 2, 3, 1))


def line_loss(out: Any, lines: Any, recipe: FurtherRecipe) -> Any:
    """Return cross-entropy of the rows' shares and distance of their mean, at the points whose row is known.

    Parameters
    ----------
    out : tensor, shape (n, CROP_ROWS / 2, CROP_COLUMNS, 4)
        Of the network.
    lines : tensor, shape (n, points)
        True rows; NaN where unknown.
    recipe : FurtherRecipe
    """
    import tensorflow as tf

    logits = tf.reshape(out, (-1, CROP_ROWS // LAST_SHUFFLE, CROP_COLUMNS, LAST_SHUFFLE, LAST_SHUFFLE))
    logits = tf.reshape(tf.transpose(logits, (0, 1, 3, 2, 4)), (-1, CROP_ROWS, CROP_COLUMNS * POINTS))
    rows = tf.range(CROP_ROWS, dtype=tf.float32)[None, :, None]
    known = tf.cast((lines >= 0) & (lines <= CROP_ROWS - 1), tf.float32)
    true = tf.where(known > 0, lines, 0.0)
    wanted = tf.nn.softmax(-tf.square(rows - true[:, None]) / (2 * recipe.spread**2), axis=1)
    entropy = -tf.reduce_sum(wanted * tf.nn.log_softmax(logits, axis=1), axis=1)
    mean = tf.reduce_sum(tf.nn.softmax(POWER * logits, axis=1) * rows, axis=1)
    far = tf.abs(mean - true)
    distance = tf.where(far < _CLOSE_ROWS, 0.5 * far**2 / _CLOSE_ROWS, far - 0.5 * _CLOSE_ROWS)
    return tf.reduce_sum((entropy + recipe.distance * distance) * known) / tf.maximum(tf.reduce_sum(known), 1.0)


def train_further(lessons: Lessons, recipe: FurtherRecipe, weights: Weights) -> tuple[Weights, list[float]]:
    """Train from given weights; return the new ones, and the loss on held back crops before and after each epoch."""
    import keras
    import tensorflow as tf

    shape = (recipe.batch, CROP_ROWS // LAST_SHUFFLE, CROP_COLUMNS, 2 * lessons.pictures.shape[1])
    network = build_network(LINE_LAYERS, weights, shape)
    cut = round(len(lessons.lines) * (1 - _HELD_BACK))
    taught = Lessons(lessons.pictures[:cut], lessons.lines[:cut])
    held = Lessons(lessons.pictures[cut:], lessons.lines[cut:])
    steps = cut // recipe.batch * recipe.epochs
    optimiser = keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(recipe.rate, steps), weight_decay=1e-4)

    @tf.function  # type: ignore[untyped-decorator]
    def step(pictures: Any, lines: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = line_loss(network(pictures, training=True)["out"], lines, recipe)
        optimiser.apply_gradients(
            zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables, strict=True)
        )
        return loss

    losses = [_held_loss(network, held, recipe)]
    for epoch in range(recipe.epochs):
        found = [float(step(*batch)) for batch in batches(taught, recipe, epoch)]
        losses.append(_held_loss(network, held, recipe))
        log.info("epoch %d: loss %.4f, held back %.4f", epoch + 1, np.mean(found), losses[-1])
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    new: Weights = {}
    for layer, convolution in zip(LINE_LAYERS, convolutions, strict=True):
        new[f"{layer.name}/kernel"], new[f"{layer.name}/bias"] = convolution.get_weights()
    return new, losses


def _held_loss(network: Any, held: Lessons, recipe: FurtherRecipe) -> float:
    """Return the mean loss on crops as they are."""
    losses = []
    for at in range(0, len(held.lines) - recipe.batch + 1, recipe.batch):
        here = slice(at, at + recipe.batch)
        pictures = _as_input(_shares(held.pictures[here]))
        losses.append(float(line_loss(network(pictures)["out"], held.lines[here], recipe)))
    return float(np.mean(losses)) if losses else float("nan")
