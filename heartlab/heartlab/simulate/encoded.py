"""Pictures in RGB as files, and what JPEG leaves of them."""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Image

__all__ = ["jpeg", "png", "through_jpeg"]


def png(image: Image) -> bytes:
    """Return a picture as PNG, compressed quickly rather than well."""
    return bytes(cv2.imencode(".png", image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def jpeg(image: Image, quality: int) -> bytes:
    """Return a picture as JPEG of a quality from 0 to 100."""
    return bytes(cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def through_jpeg(image: Image, quality: int) -> Image:
    """Return a picture as it is after it was stored as JPEG."""
    stored = np.frombuffer(jpeg(image, quality), np.uint8)
    return np.ascontiguousarray(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])
