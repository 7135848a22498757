"""Stage 2, first half: what the network of stage 1 sees in each stretch of every page, kept once worked out."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heartguard.classify.architecture import region_weights
from heartguard.drawing import DRAWING_VERSION, cut_pieces, draw
from heartguard.lab.augmentation import Strength, Stretches, augmented_drawing
from heartguard.lab.page_traces import PageTraces
from heartguard.lab.vgg_torch import build_blocks, to_input
from heartguard.values import Floats, Image

log = logging.getLogger(__name__)

BATCH = 16


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
    blocks.load_state_dict(torch.load(pretrained, weights_only=True)["blocks"])
    return blocks.to(torch.bfloat16).eval()


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

    weights = region_weights(*images.shape[1:]) if regions is None else regions
    regions_by_cell = torch.from_numpy(weights.reshape(len(weights), -1))
    found = []
    with torch.inference_mode():
        for at in range(0, len(images), BATCH):
            x = to_input(images[at : at + BATCH]).to(next(blocks.parameters()).dtype)
            for block in blocks[:4]:
                x = block(x)
            pooling, *rest = blocks[4]
            levels = [x := pooling(x)]
            for layer in rest:
                x = layer(x) if not isinstance(layer, torch.nn.ReLU) else torch.relu(x)
            levels.append(x)
            means = [torch.einsum("rc,ndc->nrd", regions_by_cell, level.float().flatten(2)) for level in levels]
            found.append(torch.cat(means, dim=2).numpy())
    return np.concatenate(found)


def build_bank(folder: Path, pretrained: Path, traces: PageTraces, copies: int, seed: int = 11) -> FeatureBank:
    """Work out, or read, the features of all pages."""
    key = hashlib.sha256(pretrained.read_bytes() + traces.signals.tobytes() + DRAWING_VERSION.encode()).hexdigest()
    home = folder / f"features-{key[:12]}"
    home.mkdir(parents=True, exist_ok=True)
    blocks = trained_blocks(pretrained)
    rows = range(len(traces.page_ids))
    clean = _kept(home / "pooled-clean.npy", blocks, (draw(traces.ecg(row)).image for row in rows))
    augmented = [
        _kept(home / f"pooled-{k}.npy", blocks, _augmented_pages(traces, np.random.default_rng((seed, k))))
        for k in range(copies)
    ]
    return FeatureBank(clean, augmented)


def _kept(path: Path, blocks: Any, drawings: Iterable[Image]) -> Floats:
    if not path.exists():
        part = path.with_suffix(".part.npy")
        np.save(part, pooled_features(blocks, np.stack(list(drawings))))
        part.replace(path)
        log.info("stage 2: features %s kept", path.stem)
    kept: Floats = np.load(path)
    return kept


def _augmented_pages(traces: PageTraces, rng: np.random.Generator) -> Iterable[Image]:
    for row in range(len(traces.page_ids)):
        pieces = cut_pieces(traces.ecg(row))
        yield augmented_drawing(Stretches(pieces.leads, pieces.strip), rng, Strength())[0]
