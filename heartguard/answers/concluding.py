"""`conclude`: the models' answer, after what was measured has been set against it."""

from __future__ import annotations

from dataclasses import replace

from heartguard.answers.infarction import no_sign_of_infarction
from heartguard.answers.normal import NORMAL, why_not_normal
from heartguard.answers.withdrawn import without_refuted
from heartguard.statements import Case, Statements
from heartguard.values import Prediction

__all__ = ["conclude"]


def conclude(prediction: Prediction, case: Case, stated: Statements) -> Prediction:
    """Return the answer without findings that the measurements refute, and not Normal where they do not allow it.

    Parameters
    ----------
    prediction : Prediction
        Of the models; one that is withheld or out of distribution comes back unchanged.
    case : Case
    stated : Statements
        By the rules, of the same case.

    Returns
    -------
    Prediction
        Its label and probabilities are those of the models: where Normal is not allowed, it abstains.
    """
    if prediction.withheld or prediction.out_of_distribution:
        return prediction
    findings = without_refuted(prediction.findings, case.measured)
    reasons = why_not_normal(findings, case, stated) if prediction.label == NORMAL else ()
    judged = replace(
        prediction, findings=findings, abstained=prediction.abstained or bool(reasons), why_not_normal=reasons
    )
    return replace(judged, no_sign=no_sign_of_infarction(judged, case, stated))
