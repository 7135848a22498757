from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from heartguard.classify.signal_model import logit_average
from heartlab.train.signal import joint_findings
from heartlab.train.signal.joint_findings import WEIGHTS, join_findings

NAMES = ("super:NORM", "super:MI", "rhythm:AFIB", "form:STD")
RECORDS = 400


@pytest.fixture
def patients(monkeypatch):
    rng = np.random.default_rng(4)
    truth = rng.random((RECORDS, len(NAMES))) < 0.3
    noise = rng.normal(0, 1, (2, *truth.shape))

    def use(network: float, signals: float) -> np.ndarray:
        logits = np.stack([network * (truth - 0.5), signals * (truth - 0.5)]) + noise
        logits[:, :, 3] = noise[:, :, 3]
        joint_logits = np.stack([1 / (1 + np.exp(-logits[0])), logits[1]])
        monkeypatch.setattr(joint_findings, "calibration_signals", lambda: pd.DataFrame(index=range(RECORDS)))
        monkeypatch.setattr(joint_findings, "joint_logits", lambda *_: joint_logits)
        monkeypatch.setattr(joint_findings, "said_of", lambda *_: truth)
        return truth

    return use


def engine(*reported: str) -> SimpleNamespace:
    return SimpleNamespace(finding_spec=SimpleNamespace(thresholds=dict.fromkeys(reported, 0.5)))


def test_the_better_of_both_models_weighs_more(patients):
    patients(network=3, signals=3)
    assert join_findings(engine(), None, NAMES).share == WEIGHTS[0]
    patients(network=0, signals=3)
    assert join_findings(engine(), None, NAMES).share == WEIGHTS[-1]


def test_thresholds_stand_for_what_is_reported_and_ranked_well(patients):
    truth = patients(network=4, signals=4)
    found = join_findings(engine("rhythm:AFIB", "form:STD"), None, NAMES)
    assert found.thresholds.keys() == {"rhythm:AFIB"}
    shares = np.vectorize(logit_average)(
        *joint_findings.joint_logits(None, None, None)[:, ~truth[:, 2], 2], found.share
    )
    assert np.mean(shares < found.thresholds["rhythm:AFIB"]) == pytest.approx(0.98, abs=0.005)
