"""The app as it is, but readings are made by hand from the names of files: ``python -m tests.hand_made_app run ...``.

``rate-52-HB-0.93.png`` is read within a tenth of a second, at 52/min and as HB with 93 %; ``unsure`` instead of a class
is "not sure", and a file whose name begins with ``bad`` is refused once.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

import heartguard
from heartguard.errors import NotAnEcgError
from heartguard.intake import open_upload
from heartguard.leads import LAYOUTS
from heartguard.values import Panel, Reading, Segment
from tests.handmade import make_ecg, make_measurements, make_page, make_prediction, make_reading

WORK_S = 0.1
_tried: set[str] = set()


def read_by_hand(data: bytes, *, name: str, page: int = 0, on_stage: Any, **_options: Any) -> Reading:
    """Return what the name of a file says."""
    on_stage("page")
    time.sleep(WORK_S)
    on_stage("trace")
    if name.startswith("bad") and name not in _tried:
        _tried.add(name)
        raise NotAnEcgError("No ECG was found in the picture.")
    upload = open_upload(data, name=name, page=page)
    _, rate, label, share, *_ = name.rsplit(".", 1)[0].split("-")
    p = float(share)
    rest = {each: round((1 - p) / 3, 4) for each in ("Normal", "MI", "PMI", "HB")}
    sure = label != "unsure"
    prediction = make_prediction(
        label=label if sure else "MI", abstained=not sure, probabilities={**rest, label if sure else "MI": p}
    )
    height, width = upload.image.shape[:2]
    line = (height / 2 + 20 * np.sin(np.arange(width - 80) / 15)).astype(np.float32)
    panel = Panel("II", 0, 40.0, width - 40.0, height / 2, 0.0, 10.0, rhythm=True)
    segments = (Segment(panel, line, 40, 0.9),)
    found = make_page(
        upload=upload, image=upload.image, ink=np.zeros((height, width), np.float32), layout=LAYOUTS["3x4+1"]
    )
    rates = {"heart_rate_bpm": float(rate), "rr_ms": 60_000 / float(rate), "qrs_ms": 80.0 + float(rate) / 10}
    measured = make_measurements(**rates, uncertainty={"heart_rate_bpm": 2.0, "qrs_ms": 10.0})
    return make_reading(
        upload=upload,
        page=found,
        ecg=replace(make_ecg(), segments=segments),
        measurements=measured,
        prediction=prediction,
        quality=0.95 if page == 0 else 0.6,
        sheets=((name, page),),
    )


def main() -> None:
    """Run Streamlit with it."""
    from streamlit.web.cli import main as streamlit

    from heartguard.ui.explanation import maps

    heartguard.read_ecg = read_by_hand
    maps.answer_shares = lambda reading: {}  # no network saw such a reading
    maps.evidence_shares = lambda reading: {}
    cv2.setNumThreads(1)
    streamlit()


if __name__ == "__main__":
    sys.exit(main())
