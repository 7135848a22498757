"""Models and pages for the tests of explanations: pages unseen by their head, and networks with shuffled parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heartguard.classify import Engine, ModelSpec, VggEngine, Weights, classify, load_spec, models_folder
from heartguard.drawing import draw, segment_leads
from heartguard.explain.maps import MapMaker
from heartguard.explain.network import InspectableNetwork
from heartguard.values import Ecg, Prediction
from heartlab.data.datasets import load_pages
from heartlab.data.page_set import PageSet, page_set
from heartlab.data.page_traces import PageTraces, trace_pages
from heartlab.data.signal_labels import CLASSES
from heartlab.networks.vgg16 import KerasBackbone
from heartlab.train.vgg16.cross_validation import fold_head, to_weights
from heartlab.train.vgg16.features import FeatureBank, build_bank
from heartlab.train.vgg16.heads import HeadRecipe


@dataclass(frozen=True, eq=False)
class TrialModel:
    """One network: an engine for its answers, and its maps."""

    engine: Engine
    maps: MapMaker

    def predict(self, ecg: Ecg) -> Prediction:
        """Answer on one Ecg."""
        return classify(draw(segment_leads(ecg)), self.engine)


@dataclass(frozen=True, eq=False)
class TrialPage:
    """A page that the model's head has not seen, with the group that it belongs to."""

    ecg: Ecg
    group: str
    model: TrialModel


@dataclass(frozen=True, eq=False)
class Bench:
    """The models and data of all tests, loaded once."""

    spec: ModelSpec
    pretrained: Path
    traces: PageTraces
    bank: FeatureBank
    pages: PageSet

    @classmethod
    def load(cls, cache: Path, workers: int) -> Bench:
        """Load the results of training from a folder."""
        spec = load_spec(models_folder() / "vgg16.json")
        traces = trace_pages(cache, workers)
        recipe = HeadRecipe(**spec.recipe["head"])
        bank = build_bank(cache, cache / "pretrained.pt", traces, recipe.copies)
        return cls(spec, cache / "pretrained.pt", traces, bank, page_set(load_pages(), traces))

    def fold_weights(self, fold: int) -> Weights:
        """Return the network with the head that has not seen one fold."""
        recipe = HeadRecipe(**self.spec.recipe["head"])
        return to_weights(self.pretrained, fold_head(self.bank, self.pages, fold, recipe))

    def held_pages(self, fold: int, weights: Weights, count: int, seed: int) -> Iterator[tuple[Ecg, str]]:
        """Give pages of one fold that the head calls MI, PMI or HB, as many of each true class as there are.

        Pages called Normal are left out: a blank drawing is called Normal too, so nothing on them can be deleted.
        """
        kernel = np.concatenate([weights["head/level4"], weights["head/level5"]], axis=1)
        called = (np.tensordot(self.bank.clean, kernel, axes=2) + weights["head/bias"]).argmax(axis=1)
        rng = np.random.default_rng((seed, fold))
        able = (self.pages.folds == fold) & self.pages.readable & (called != CLASSES.index("Normal"))
        queues = [rng.permutation(np.flatnonzero(able & (self.pages.classes == c))) for c in range(len(CLASSES))]
        for row in _take_turns([queue for queue in queues if len(queue)])[:count]:
            yield self.traces.ecg(int(row)), str(self.pages.table.loc[int(row), "group_id"])


def _take_turns(queues: list[NDArray[np.int64]]) -> list[int]:
    """Return the members of several queues, one of each in turn."""
    longest = max((len(queue) for queue in queues), default=0)
    return [int(queue[at]) for at in range(longest) for queue in queues if at < len(queue)]


def trial_model(spec: ModelSpec, weights: Weights) -> TrialModel:
    """Return a network from a table of weights."""
    backbone = KerasBackbone(weights)
    engine = VggEngine(spec, backbone, weights)
    return TrialModel(engine, MapMaker(engine, InspectableNetwork(spec, weights, backbone.activations)))


RANDOMISED = ("head", "block5", "block4", "block3", "block2", "block1")
"""From the answer back to the image."""


def shuffled(weights: Weights, down_to: str, seed: int = 0) -> Weights:
    """Return a table whose parts from the head down to one block are shuffled, each tensor within itself."""
    parts = RANDOMISED[: RANDOMISED.index(down_to) + 1]
    rng = np.random.default_rng(seed)
    return {
        name: rng.permutation(values.ravel()).reshape(values.shape) if name.startswith(parts) else values
        for name, values in sorted(weights.items())
    }
