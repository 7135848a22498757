"""HEIC photos of phones through libheif, in a process of its own.

pi-heif 1.4 crashes on some damaged files (metadata of a type that is no UTF-8 is enough), which no `except` can catch;
a server must not die of one upload.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from heartguard import errors
from heartguard.intake.limits import HEIC_SECONDS, check_page_number
from heartguard.intake.pixels import Decoded, scaled_down


def open_heic(data: bytes, page: int) -> Decoded:
    """Decode the main picture of a HEIC file, scaled down to the working size where it is larger.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    check_page_number(page, 1)
    # The process finds the package where this one found it, installed or not; with -P it runs nothing of the working
    # folder, which may hold a stranger's numpy.py beside the photo.
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)}
    done = subprocess.run(  # nosec B603
        [sys.executable, "-P", "-m", "heartguard.intake.heic_process"],
        input=data,
        capture_output=True,
        env=surroundings,
        timeout=HEIC_SECONDS,
        check=True,
    )
    head, _, pixels = done.stdout.partition(b"\n")
    answer = json.loads(head)
    if "error" in answer:
        raise getattr(errors, answer["error"])(answer["text"])
    image = np.frombuffer(pixels, np.uint8).reshape(answer["shape"]).copy()
    return Decoded(image, warnings=scaled_down(answer["size"], (image.shape[1], image.shape[0])))
