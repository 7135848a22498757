"""What the members of the family see of the pages: one array a view, worked out once and kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import heartguard
from heartguard.classify.signal_network import stacked_signals
from heartguard.classify.wave_features import wave_features
from heartguard.drawing import LeadSegments, draw, segment_leads
from heartguard.lab.cross_validation import PageSet
from heartguard.lab.family.pictures import page_picture, random_features, vgg_features
from heartguard.lab.family.residual import ResidualRecipe, make_records, residual_features, teach
from heartguard.lab.page_traces import PageTraces
from heartguard.lab.signal_drawings import load_signal_set
from heartguard.values import Floats

log = logging.getLogger(__name__)

TAUGHT = "residual1d-{}.pt"
"""The 1-D network that was taught on records, in the cache."""


@dataclass(frozen=True, eq=False)
class Pages:
    """The labelled pages, their traces, and where work on them is kept."""

    labelled: PageSet
    traces: PageTraces
    cache: Path

    def segments(self) -> Iterator[LeadSegments]:
        """Yield what the drawing shows of each page."""
        return (segment_leads(self.traces.ecg(row)) for row in range(len(self.traces.page_ids)))


@dataclass(frozen=True)
class View:
    """One way to see the pages.

    Attributes
    ----------
    sees : str
        For the leaderboard: which seconds, which band, what else.
    make : callable
        Returns an array with one row a page.
    """

    sees: str
    make: Callable[[Pages], Floats]


def _waves(pages: Pages) -> Floats:
    return np.stack([wave_features(segments) for segments in pages.segments()])


def _signals(pages: Pages) -> Floats:
    return np.stack([stacked_signals(segments) for segments in pages.segments()])


def _seed_pictures(pages: Pages) -> Floats:
    return vgg_features(page_picture(path) for path in pages.labelled.table["path"])


def _random_network(name: str) -> Callable[[Pages], Floats]:
    def make(pages: Pages) -> Floats:
        rows = range(len(pages.traces.page_ids))
        return random_features(name, (draw(segment_leads(pages.traces.ecg(row))).image for row in rows))

    return make


def _residual(pages: Pages) -> Floats:
    recipe = ResidualRecipe()
    records = make_records(pages.cache, load_signal_set(pages.cache), recipe)
    taught = teach(pages.cache / TAUGHT.format(recipe.seed), records, recipe)
    return residual_features(taught, load_view("signals", pages))


_SAME = "2.3 s a lead and a 9.8 s strip, 0.67-25 Hz"
VIEWS = {
    "waves": View(f"waves and rhythm measured on {_SAME}", _waves),
    "signals": View(f"signals at 125 Hz, {_SAME}", _signals),
    "resnet1d": View(f"signals at 125 Hz, {_SAME}; taught on 2,096 records before", _residual),
    "seed-vgg16": View(
        "the page itself: all its seconds, its own band, layout, lead names and separators", _seed_pictures
    ),
    "resnet50": View(f"drawing at half size, {_SAME}", _random_network("resnet50")),
    "inceptionv3": View(f"drawing at half size, {_SAME}", _random_network("inceptionv3")),
}


def load_view(name: str, pages: Pages) -> Floats:
    """Return what a view shows of every page, from the cache if this code has made it of these traces before."""
    path = pages.cache / f"family-{name}-{_made_from(pages.traces)}.npy"
    if not path.exists():
        pages.cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, VIEWS[name].make(pages))
        part.replace(path)
        log.info("view %s of the pages kept", name)
    kept: Floats = np.load(path)
    return kept


def _made_from(traces: PageTraces) -> str:
    """Return a digest of the traces and of the code that measures and cuts them."""
    home = Path(heartguard.__file__).parent
    digest = hashlib.sha256(traces.signals.tobytes())
    rooms = (path for room in ("measure", "drawing") for path in (home / room).glob("*.py"))
    for path in sorted([home / "classify" / "wave_features.py", home / "classify" / "lead_waves.py", *rooms]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
