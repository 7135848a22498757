"""Inputs of the models from the clinic pages: one array per view, computed once and cached."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import heartguard
from heartguard.arrays import Floats
from heartguard.classify.signal_network import stacked_signals
from heartguard.classify.wave_features import wave_features
from heartlab.data.kept import kept_array
from heartlab.data.page_set import Pages
from heartlab.data.page_traces import PageTraces

__all__ = ["SAME", "SIGNALS", "WAVES", "View"]

SAME = "2.3 s a lead and a 9.8 s strip, 0.67-25 Hz"
"""The input of most models, for the leaderboard."""


@dataclass(frozen=True)
class View:
    """One way to see the pages.

    Attributes
    ----------
    name : str
        Of the file in the cache.
    sees : str
        For the leaderboard: the seconds, the band and other properties of the input.
    make : callable
        Returns an array with one row a page.
    """

    name: str
    sees: str
    make: Callable[[Pages], Floats]

    def load(self, pages: Pages) -> Floats:
        """Return the view of every page, from the cache if this code has computed it from these traces before."""
        path = pages.cache / f"family-{self.name}-{_made_from(pages.traces)}.npy"
        return kept_array(path, lambda: self.make(pages))


def _waves(pages: Pages) -> Floats:
    return np.stack([wave_features(segments) for segments in pages.segments()])


def _signals(pages: Pages) -> Floats:
    return np.stack([stacked_signals(segments) for segments in pages.segments()])


WAVES = View("waves", f"waves and rhythm measured on {SAME}", _waves)
"""Input of the trees."""

SIGNALS = View("signals", f"signals at 125 Hz, {SAME}", _signals)
"""Input of the 1-D networks."""


def _made_from(traces: PageTraces) -> str:
    """Return a digest of the traces and of the code that measures and cuts them."""
    home = Path(heartguard.__file__).parent
    digest = hashlib.sha256(traces.signals.tobytes())
    rooms = (path for room in ("measure", "drawing") for path in (home / room).glob("*.py"))
    for path in sorted([home / "classify" / "wave_features.py", home / "classify" / "lead_waves.py", *rooms]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
