"""The answer of a reading as plain values."""

from __future__ import annotations

from typing import Any

from heartguard.report.rounding import rounded
from heartguard.values import Finding, Prediction, SignalPrediction
from heartguard.vocabulary import CLASS_NAMES

__all__ = ["no_prediction_json", "prediction_json"]

_NO_MORE = dict.fromkeys(
    (
        "why_not_normal",
        "no_sign",
        "withheld",
        "possible",
        "possible_level",
        "novelty",
        "unlike",
        "findings",
        "second",
        "network",
    )
)
"""Keys beside label, abstained and probabilities, which are None for a rejected file."""


def prediction_json(prediction: Prediction) -> dict[str, Any]:
    """Return an answer for ``json.dumps``; probabilities 0 to 1, None where a class is withheld."""
    given, network = prediction.withheld is None, prediction.cnn_probabilities
    return {
        "label": prediction.label if given else None,
        "abstained": bool(prediction.abstained),
        "probabilities": {name: rounded(p, 4) if given else None for name, p in prediction.probabilities.items()},
        "why_not_normal": list(prediction.why_not_normal),
        "no_sign": prediction.no_sign,
        "withheld": prediction.withheld,
        "possible": None if prediction.prediction_set is None else list(prediction.prediction_set),
        "possible_level": prediction.coverage,
        "novelty": rounded(prediction.ood_score, 3),
        "unlike": prediction.out_of_distribution,
        "findings": [_finding(finding) for finding in prediction.findings],
        "second": _second(prediction.signal_model),
        "network": {name: rounded(p, 4) for name, p in network.items()} if network is not None and given else None,
    }


def no_prediction_json() -> dict[str, Any]:
    """Return the same keys for a file that was not read."""
    return {"label": None, "abstained": None, "probabilities": dict.fromkeys(CLASS_NAMES), **_NO_MORE}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "statement": finding.scp_code,
        "probability": rounded(finding.probability, 4),
        "present": finding.present,
        "possible": finding.possible,
        "withdrawn": finding.withdrawn,
    }


def _second(second: SignalPrediction | None) -> dict[str, Any] | None:
    if second is None:
        return None
    return {
        "label": second.label,
        "agrees": second.agrees,
        "probabilities": {name: rounded(p, 4) for name, p in second.probabilities.items()},
        "model": second.model,
    }
