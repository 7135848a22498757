"""Frozen networks on pictures: VGG16 on the seed's page picture, ResNet50 and InceptionV3 on small drawings."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from heartguard.arrays import Floats, Image
from heartlab.train.vgg16.vgg_torch import build_blocks, initial_weights, set_weights, to_input

log = logging.getLogger(__name__)

CROP = (0.19, 0.93, 0.04, 0.98)
"""Top, bottom, left and right of the part of a page that the seed keeps: the traces, without header and footer."""

SQUARE = 224
"""Side of the picture, pixels: the input size of ImageNet networks, which the seed used."""

BATCH = 16
"""Pictures at once; bounds memory."""


def page_picture(path: Path) -> Image:
    """Return the seed's input: the page cropped to its traces, ink by Otsu's threshold, squashed to 224 x 224.

    Returns
    -------
    ndarray, shape (224, 224), uint8
        Black ink on white.
    """
    page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if page is None:
        raise FileNotFoundError(f"The page {path.name} is not in the data folder.")
    height, width = page.shape
    top, bottom, left, right = CROP
    part = page[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
    _, ink = cv2.threshold(cv2.GaussianBlur(part, (3, 3), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    squashed: Image = cv2.resize(ink, (SQUARE, SQUARE), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return squashed


def vgg_features(pictures: Iterable[Image]) -> Floats:
    """Return pooled features of the frozen initial VGG16, mean and maximum over the picture, shape (n, 1024)."""
    import torch

    blocks = build_blocks()
    set_weights(blocks, initial_weights())
    blocks = blocks.to(torch.bfloat16).eval()
    found = []
    with torch.inference_mode():
        for batch in _batches(pictures):
            x = to_input(np.stack(batch)).to(torch.bfloat16)
            for block in blocks:
                x = block(x)
            maps = x.float().flatten(2)
            found.append(torch.cat([maps.mean(2), maps.amax(2)], dim=1).numpy())
            log.info("pictures seen by VGG16: %d", sum(map(len, found)))
    return np.concatenate(found)


def random_features(name: str, drawings: Iterable[Image], seed: int = 0) -> Floats:
    """Return the pooled features of an untrained network, shape (n, 2048).

    No weights of this architecture can be had without a download, and a CPU cannot train it on five folds in reasonable
    time. So the result is that of the architecture as a random projection with a trained head.

    Parameters
    ----------
    name : {"resnet50", "inceptionv3"}
    drawings : iterable of ndarray, shape (160, 384), uint8
        Shown at half size.
    """
    import keras

    keras.utils.set_random_seed(seed)
    builders: dict[str, Any] = {
        "resnet50": keras.applications.ResNet50,
        "inceptionv3": keras.applications.InceptionV3,
    }
    network = builders[name](weights=None, include_top=False, pooling="avg", input_shape=(80, 192, 3))
    found = []
    for batch in _batches(drawings):
        small = np.stack([cv2.resize(d, (192, 80), interpolation=cv2.INTER_AREA) for d in batch])
        x = np.repeat((small.astype(np.float32) / 127.5 - 1)[..., None], 3, axis=-1)
        found.append(np.asarray(network(x, training=False), np.float32))
    return np.concatenate(found)


def _batches(pictures: Iterable[Image]) -> Iterable[list[Image]]:
    batch = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
