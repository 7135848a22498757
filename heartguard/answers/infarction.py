"""`no_sign_of_infarction`: whether an infarction that the models name shows in any measured wave."""

from __future__ import annotations

from collections.abc import Iterable

from heartguard.statements import Case, Statements, contiguous, limit
from heartguard.values import LeadWaves, Prediction
from heartguard.vocabulary import class_name, finding_name

__all__ = ["no_sign_of_infarction"]

_CLASSES = ("MI", "PMI")
_FINDINGS = ("sub:AMI", "sub:IMI")
_SIGNS = ("st.elevation", "st.depression", "infarction.q_waves")
_NEEDED = ("ST segment", "Q waves")
"""Subjects of the rules: where one is withheld, that there is no sign is not known."""


def no_sign_of_infarction(prediction: Prediction, case: Case, stated: Statements) -> str | None:
    """Return that an infarction is named and no wave shows it, as a sentence; None where that is not so.

    Not where ST segment and T wave follow from the QRS complex (pacing, 120 ms and more), or heights or names are
    doubted.
    """
    qrs, named = case.measured.qrs_ms, ", ".join(_named(prediction))
    if not named or not case.leads or qrs is None or round(qrs) >= limit("complete_block") or case.paced:
        return None
    if any(subject in stated.withheld for subject in _NEEDED) or any(stated.with_code(code) for code in _SIGNS):
        return None
    if contiguous({lead for lead, waves in case.leads.items() if lead != "aVR" and inverted_t(waves)}):
        return None
    return (
        f"The models name an infarction ({named}), but no ST change, Q wave or T inversion that shows one was measured "
        "in neighbouring leads. Judge the tracing."
    )


def inverted_t(waves: LeadWaves) -> bool:
    """Return whether T is inverted in a lead with an R wave higher than S is deep.

    Examples
    --------
    >>> inverted_t(LeadWaves(r_mv=0.9, s_mv=-0.2, t_mv=-0.15)), inverted_t(LeadWaves(r_mv=0.2, s_mv=-0.9, t_mv=-0.15))
    (True, False)
    """
    if waves.t_mv is None or waves.r_mv is None or waves.r_mv <= abs(waves.s_mv or 0.0):
        return False
    return waves.t_mv < limit("t_inversion")


def _named(prediction: Prediction) -> Iterable[str]:
    """Yield the infarctions that are named: as the class, and as findings."""
    if prediction.label in _CLASSES and not prediction.abstained:
        yield class_name(prediction.label)
    for finding in prediction.findings:
        if finding.present and finding.scp_code in _FINDINGS:
            yield finding_name(finding.scp_code)
