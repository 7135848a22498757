"""Stage 2, first half: the features of stage 1's network for each segment of every page, cached."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify.architecture import roi_pooling_weights
from heartguard.drawing import DRAWING_VERSION, RawSegments, cut_segments, draw, segment_leads
from heartlab.data.page_traces import PageTraces
from heartlab.train.augmentation import Strength, Stretches, augmented_drawing
from heartlab.train.device import device
from heartlab.train.signal_drawings import one_thread
from heartlab.train.vgg16.vgg_torch import build_blocks, to_input

log = logging.getLogger(__name__)

BATCH = 16
"""Drawings at once; bounds memory."""

_SEED = 11
"""Seed of the augmented copies."""


@dataclass(frozen=True, eq=False)
class FeatureBank:
    """Mean features of each stretch, arrays of shape (pages, 13, 1024): block 4 after its pooling, then block 5.

    Attributes
    ----------
    clean : ndarray
        Every page as it is drawn for a reader.
    copies : list of ndarray
        Every page, augmented.
    """

    clean: Floats
    copies: list[Floats]


def trained_blocks(pretrained: Path) -> Any:
    """Return the blocks of stage 1 in bfloat16."""
    import torch

    blocks = build_blocks()
    blocks.load_state_dict(torch.load(pretrained, map_location="cpu", weights_only=True)["blocks"])
    return blocks.to(device(), torch.bfloat16).eval()


def pooled_features(blocks: Any, images: Image, regions: Floats | None = None) -> Floats:
    """Return the mean features of each stretch of drawings, shape (n, 13, 1024).

    Parameters
    ----------
    blocks : torch.nn.ModuleList
    images : ndarray, shape (n, h, w), uint8
    regions : ndarray, shape (k, h / 16, w / 16), float32, optional
        Weight of each map cell in each stretch, where the drawing shows others than the canonical thirteen.
    """
    import torch

    weights = roi_pooling_weights(*images.shape[1:]) if regions is None else regions
    first = next(blocks.parameters())
    regions_by_cell = torch.from_numpy(weights.reshape(len(weights), -1)).to(first.device)
    found = []
    with torch.inference_mode():
        for at in range(0, len(images), BATCH):
            x = to_input(torch.as_tensor(images[at : at + BATCH]).to(first.device)).to(first.dtype)
            for block in blocks[:4]:
                x = block(x)
            pooling, *rest = blocks[4]
            levels = [x := pooling(x)]
            for layer in rest:
                x = layer(x) if not isinstance(layer, torch.nn.ReLU) else torch.relu(x)
            levels.append(x)
            means = [torch.einsum("rc,ndc->nrd", regions_by_cell, level.float().flatten(2)) for level in levels]
            found.append(torch.cat(means, dim=2).cpu().numpy())
    return np.concatenate(found)


def build_bank(folder: Path, pretrained: Path, traces: PageTraces, copies: int, workers: int = 0) -> FeatureBank:
    """Work out, or read, the features of all pages; so many processes draw."""
    key = hashlib.sha256(pretrained.read_bytes() + traces.signals.tobytes() + DRAWING_VERSION.encode()).hexdigest()
    home = folder / f"features-{key[:12]}"
    home.mkdir(parents=True, exist_ok=True)
    names = ("clean", *map(str, range(copies)))
    missing = [name for name in names if not (home / f"pooled-{name}.npy").exists()]
    blocks = trained_blocks(pretrained) if missing else None
    for name, images in zip(missing, drawn(traces, missing, workers), strict=True):
        part = home / f"pooled-{name}.part.npy"
        np.save(part, pooled_features(blocks, images))
        part.replace(home / f"pooled-{name}.npy")
        log.info("stage 2: features %s kept", name)
    clean, *augmented = (np.load(home / f"pooled-{name}.npy") for name in names)
    return FeatureBank(clean, augmented)


def drawn(traces: PageTraces, names: Sequence[str], workers: int = 0) -> Iterator[Any]:
    """Yield drawings of all pages, tensors of shape (pages, 160, 384), uint8.

    Parameters
    ----------
    traces : PageTraces
    names : sequence of str
        ``"clean"`` as a reader sees the pages, or the number of an augmented copy of them.
    workers : int
        Processes that draw.
    """
    from torch.utils.data import DataLoader

    copies: Any = _Copies(traces)
    yield from DataLoader(copies, batch_size=None, sampler=names, num_workers=workers, worker_init_fn=one_thread)


class _Copies:
    """Drawings of all pages by name."""

    def __init__(self, traces: PageTraces) -> None:
        self.traces = traces

    def __getitem__(self, name: str) -> Image:
        rows = range(len(self.traces.page_ids))
        if name == "clean":
            return np.stack([draw(segment_leads(self.traces.ecg(row))).image for row in rows])
        rng = np.random.default_rng((_SEED, int(name)))
        return np.stack([_augmented(cut_segments(self.traces.ecg(row)), rng) for row in rows])


def _augmented(raw: RawSegments, rng: np.random.Generator) -> Image:
    return augmented_drawing(Stretches(raw.leads, raw.strip), rng, Strength())[0]
