"""A picture that is no ECG."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Image

__all__ = ["landscape"]


def landscape(seed: int, height: int = 900, width: int = 1300) -> Image:
    """Draw hills under a sun, shape (height, width, 3), RGB: a picture that is no ECG."""
    rng = np.random.default_rng(seed)
    dusk = np.linspace(0, 1, height)[:, None, None]
    sky = (1 - dusk) * np.array([70, 130, 200]) + dusk * np.array([250, 215, 170])
    picture: Image = np.ascontiguousarray(np.broadcast_to(sky, (height, width, 3)).astype(np.uint8))
    cv2.circle(picture, (int(0.72 * width), int(0.3 * height)), 70, (255, 240, 190), -1, cv2.LINE_AA)
    x = np.arange(width)
    for ridge, colour in enumerate([(120, 140, 150), (85, 120, 90), (50, 90, 55), (30, 60, 35)]):
        waves = [rng.uniform(10, 45) * np.sin(x / rng.uniform(60, 260) + rng.uniform(0, 6)) for _ in range(4)]
        y = (0.5 + 0.12 * ridge) * height + np.sum(waves, axis=0)
        outline = np.concatenate([np.stack([x, y], axis=1), [[width, height], [0, height]]])
        cv2.fillPoly(picture, [np.round(outline).astype(np.int32)], colour, cv2.LINE_AA)
    cv2.putText(picture, "SIMULATED - no ECG", (20, height - 20), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (235, 235, 235), 1)
    return picture
