"""Augmented drawings of the open records, with the targets of the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats, Image
from heartlab.data.datasets import open_signals, read_record_500hz
from heartlab.data.signal_labels import CLASSES, class_targets, tag_targets
from heartlab.train.augmentation import Strength, augmented_drawing, random_stretches
from heartlab.train.wave_targets import lead_targets, rhythm_targets

OVERSAMPLE = {"MI": 4, "PMI": 2}
"""How often records of rare classes are repeated in each epoch; chosen by hand."""

Batch = dict[str, Any]
"""`images` (n, 160, 384) uint8, `leads` (n, 12, 8), `rhythm` (n, 3), `tags` (n, tags) and `classes` (n,)."""


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


class SignalDrawings:
    """Batches of augmented drawings by number; the same number gives the same batch, whoever draws it.

    Parameters
    ----------
    data : SignalSet
    batch : int
        Drawings of a batch.
    seed : int
    """

    def __init__(self, data: SignalSet, batch: int, seed: int) -> None:
        self.data, self.batch, self.seed = data, batch, seed
        self.pool = oversampled(data.classes)

    def __getitem__(self, number: int) -> Batch:
        rng = np.random.default_rng((self.seed, number))
        rows = rng.choice(self.pool, self.batch)
        made = [self._sample(int(row), rng) for row in rows]
        return {
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

    def stream(self, first: int, last: int, workers: int = 0) -> Iterator[Batch]:
        """Yield the batches `first` to `last` - 1 in order as tensors, drawn ahead by so many processes."""
        from torch.utils.data import DataLoader

        yield from DataLoader(
            self, batch_size=None, sampler=range(first, last), num_workers=workers, worker_init_fn=one_thread
        )


def oversampled(classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows to draw from, those of the scarce classes more than once; -1 is no class."""
    repeats = [OVERSAMPLE.get(CLASSES[c], 1) if c >= 0 else 1 for c in classes]
    return np.repeat(np.arange(len(classes)), repeats)


def one_thread(worker: int) -> None:
    """Keep each of many drawing processes to one thread."""
    del worker
    cv2.setNumThreads(1)
