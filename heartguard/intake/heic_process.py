"""The process that decodes one HEIC photo: content in, a line of JSON and the pixels out."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from heartguard.arrays import Image
from heartguard.errors import HeartGuardError
from heartguard.intake.limits import check_size
from heartguard.intake.pixels import fit, rgb8


def main() -> None:
    """Decode the picture on standard input."""
    try:
        image, size = _decode(sys.stdin.buffer.read())
    except HeartGuardError as error:
        _answer({"error": type(error).__name__, "text": str(error)})
        return
    _answer({"size": size, "shape": image.shape})
    sys.stdout.buffer.write(image.data)


def _decode(data: bytes) -> tuple[Image, tuple[int, int]]:
    """Return the picture at no more than the working size, and its own size.

    libheif turns it upright itself, so its EXIF orientation is not applied again.
    """
    import pi_heif

    photo = pi_heif.open_heif(data)
    check_size(*photo.size)
    # Not by way of Pillow where it need not be: that would hold a large photo twice more. The array is a view into
    # libheif's memory, good for as long as `photo` is.
    whole = np.asarray(photo) if photo.mode == "RGB" else rgb8(photo.to_pillow()).image
    return fit(whole)[0].copy(), (whole.shape[1], whole.shape[0])


def _answer(head: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")


if __name__ == "__main__":
    main()
