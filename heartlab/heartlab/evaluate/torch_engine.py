"""The trained blocks in PyTorch's bfloat16 under any head: an engine for experiments with many drawings."""

from __future__ import annotations

from typing import Any

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify import FindingSpec, ModelSpec, Outputs, Weights
from heartguard.classify.architecture import MAP_STRIDE, roi_pooling_weights
from heartguard.classify.engine import check_images
from heartlab.train.vgg16.vgg_torch import build_blocks, set_weights, to_input

BATCH = 8
"""Drawings at once; bounds memory."""


class TorchEngine:
    """A model whose head can be another one than the shipped; the answers differ from float32 in the second decimal."""

    def __init__(self, spec: ModelSpec, weights: Weights) -> None:
        import torch

        self.spec = spec
        self.bias: Floats = weights["head/bias"]
        self.finding_spec: FindingSpec | None = None
        blocks = build_blocks()
        set_weights(blocks, weights)
        self._blocks = blocks.to(torch.bfloat16).eval()
        masks = roi_pooling_weights(*spec.input_size)
        heads = np.concatenate([weights["head/level4"], weights["head/level5"]], axis=1)
        cells = masks[0].size
        self._head = torch.from_numpy(np.einsum("rdk,ryx->kdyx", heads, masks).astype(np.float32) * cells)

    def predict(self, images: Image) -> Outputs:
        """Run the network on drawings; see `heartguard.classify.Engine`. It gives no findings."""
        import torch

        check_images(images, self.spec)
        height, width = self.spec.input_size
        maps = np.empty((len(images), len(self.bias), height // MAP_STRIDE, width // MAP_STRIDE), np.float32)
        with torch.inference_mode():
            for at in range(0, len(images), BATCH):
                levels = self._levels(to_input(images[at : at + BATCH]).to(torch.bfloat16))
                maps[at : at + BATCH] = torch.einsum("ndyx,kdyx->nkyx", levels, self._head).numpy()
        return Outputs(maps.mean(axis=(2, 3)) + self.bias, maps)

    def _levels(self, x: Any) -> Any:
        """Return the head's input: block 4 after its pooling, then block 5, shape (n, 1024, rows, columns)."""
        import torch

        for block in self._blocks[:4]:
            x = block(x)
        pooling, *rest = self._blocks[4]
        x = pooled = pooling(x)
        for layer in rest:  # its ReLUs work in place, and the pooled values are still wanted
            x = torch.relu(x) if isinstance(layer, torch.nn.ReLU) else layer(x)
        return torch.cat([pooled, x], dim=1).float()
