"""The normal beat that counterfactuals put in place of a lead or a wave: the textbook heart of the simulator.

    python -m heartlab.export.normal_beat

writes ``heartguard/explain/normal_beat.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import heartguard.explain
from heartguard.leads import LEADS, SAMPLING_RATE_HZ
from heartlab.simulate.ecg import simulate_ecg

STEP = 2
"""Every second sample is kept: 250 Hz, twice the rate of the drawing."""

RATE_BPM = 70.0
"""A normal resting rate."""

MARGIN_S = 0.02
"""Kept before P and after T."""

BORDERS = ("p_on", "qrs_on", "qrs_off", "t_off")
"""Fiducials that are stored."""


def write_normal_beat(path: Path) -> None:
    """Write one beat of all leads, mV, from before P to after T, with its fiducials in seconds from the R peak."""
    heart = simulate_ecg("normal", RATE_BPM, variety=0.0)
    beat = heart.fiducials[len(heart.fiducials) // 2]
    middle = round(beat.r * SAMPLING_RATE_HZ)
    before = round((beat.r - beat.p_on + MARGIN_S) * SAMPLING_RATE_HZ)
    after = round((beat.t_off - beat.r + MARGIN_S) * SAMPLING_RATE_HZ)
    window = heart.signals[:, middle - before : middle + after : STEP]
    facts = {
        "source": "heartlab.simulate.ecg, condition normal, variety 0",
        "rate_hz": SAMPLING_RATE_HZ // STEP,
        "first_s": -before / SAMPLING_RATE_HZ,
        "fiducials_s": {name: round(getattr(beat, name) - beat.r, 4) for name in BORDERS},
        "mv": {lead: np.round(row, 3).tolist() for lead, row in zip(LEADS, window.astype(float), strict=True)},
    }
    path.write_text(json.dumps(facts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_normal_beat(Path(heartguard.explain.__file__).parent / "normal_beat.json")
