"""From which probability network and second opinion together report a statement, found on patients kept for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heartguard.classify.engine import VggEngine
from heartguard.classify.second_opinion import joint_share
from heartguard.classify.signal_network import stacked_signals
from heartguard.drawing import Pieces, condition, render
from heartguard.lab.augmentation import random_stretches
from heartguard.lab.datasets import calibration_signals, read_record_500hz
from heartguard.lab.family.tuned import TunedNetworks
from heartguard.lab.findings import LEAST_AUROC, SPECIFICITY
from heartguard.lab.metrics import auroc
from heartguard.lab.signal_labels import statements
from heartguard.values import Doubles, Floats

_SEED = 99


def finding_thresholds(engine: VggEngine, tuned: TunedNetworks, names: tuple[str, ...]) -> dict[str, float]:
    """Return the probability that 98 % of the records without a statement stay under.

    Statements that the network does not report, or whose AUROC on these records is under 0.85, have none.
    """
    index = calibration_signals()
    shares, truth = joint_shares(index, engine, tuned), said_of(index, names)
    reported = engine.finding_spec.thresholds if engine.finding_spec else {}
    found = {}
    for k, name in enumerate(names):
        positive, share = truth[:, k], shares[:, k]
        if name in reported and positive.any() and auroc(positive, share) >= LEAST_AUROC:
            found[name] = round(float(np.quantile(share[~positive], SPECIFICITY)), 4)
    return found


def said_of(index: pd.DataFrame, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which statements the records have, shape (records, names)."""
    return np.array([[name in statements(labels) for name in names] for labels in index["labels"].fillna("")])


def joint_shares(index: pd.DataFrame, engine: VggEngine, tuned: TunedNetworks) -> Doubles:
    """Return the probabilities of the statements by both models, shape (records, statements), from clean drawings."""
    drawn: list[Floats] = []
    signals: list[Floats] = []
    for number, record in enumerate(index["record_id"]):
        cut = random_stretches(read_record_500hz(record), np.random.default_rng((_SEED, number)))
        strip = None if cut.strip is None else condition(cut.strip[None])[0]
        logits = engine.predict(render(condition(cut.leads), strip)[None]).finding_logits
        if logits is None:
            raise ValueError("The network has no findings: run `heartguard train findings` first.")
        drawn.append(logits[0])
        signals.append(stacked_signals(Pieces(cut.leads, cut.strip, ())))
    by_network = 1 / (1 + np.exp(-np.stack(drawn).astype(np.float64)))
    by_signals = tuned.logits(np.stack(signals), "tags").astype(np.float64)
    return np.asarray(np.vectorize(joint_share)(by_network, by_signals), np.float64)
