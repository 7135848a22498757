"""Where two parts of a reading disagree: a sentence for each, so that nobody has to find it out by comparing them."""

from __future__ import annotations

from heartguard.answers import LOOKED_FOR, NORMAL
from heartguard.normal_ranges import RANGES, abnormal, is_irregular, value_text
from heartguard.statements import Statements, statements
from heartguard.values import Finding, Prediction, Reading
from heartguard.vocabulary import FINDING_NAMES, class_name, finding_name, percent
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["CERTAIN_ENOUGH", "contradictions"]

CERTAIN_ENOUGH = 0.5
"""Probability from which a finding is shown beside the answer: more probable than not."""

_INFARCTIONS = {"sub:AMI", "sub:IMI"}
_RATES = {"rhythm:SBRAD", "rhythm:STACH"}
_IRREGULAR_RHYTHMS = ("rhythm:AFIB", "form:PVC", "sub:AVB")
_DOES_NOT_FIT = {NORMAL: set(FINDING_NAMES) - _RATES, "HB": _INFARCTIONS}
"""Findings that a class contradicts; what is said of a rate is measured, and said there."""

_SUBJECTS = {
    "sub:AVB": "AV conduction",
    "rhythm:AFIB": "regularity",
    "form:PVC": "ectopic beats",
    "form:STD": "ST segment",
    "sub:CLBBB": "conduction blocks",
    "sub:CRBBB": "conduction blocks",
    "sub:LAFB/LPFB": "conduction blocks",
    "sub:LVH": "hypertrophy",
}
"""Subject of the rules that each finding belongs to, without rates, which are measured: where it is withheld, nothing
disagrees."""


def contradictions(reading: Reading) -> tuple[str, ...]:
    """Return a sentence for each two parts of a reading that disagree; none where it gives no answer at all."""
    if reading.quality < LOW_QUALITY or reading.prediction.out_of_distribution:
        return ()
    stated = _stated_against(reading.prediction.findings, statements(reading))
    parts = (*_measured_against(reading), *_findings_against(reading.prediction), *(stated or _rhythm_against(reading)))
    return (*_found_against(reading), *parts)


def _found_against(reading: Reading) -> tuple[str, ...]:
    """Name what was set by hand to something else than the page shows."""
    other = [one.text for one in reading.by_hand if one.field != "marks" and one.found not in (None, one.given)]
    return (f"Set by hand against what the page shows: {'; '.join(other)}.",) if other else ()


def _measured_against(reading: Reading) -> tuple[str, ...]:
    """Name each measurement that is not normal beside a normal answer, QTc by the first of its formulas alone."""
    if reading.prediction.label != NORMAL or reading.prediction.why_not_normal:  # which name what was measured
        return ()
    measured, outside = reading.measurements, dict[str, str]()
    for entry in RANGES:
        what = abnormal(entry, measured)
        if what:
            value = value_text(entry, getattr(measured, entry.field))
            outside.setdefault(entry.label, f"{entry.label} {value} ({what})")
    if not outside:
        return ()
    return (f"{_said(reading.prediction)}, but not every measurement is: {', '.join(outside.values())}.",)


def _findings_against(prediction: Prediction) -> tuple[str, ...]:
    if prediction.why_not_normal:  # which name the findings
        return ()
    against = [
        finding
        for finding in prediction.findings
        if finding.present
        and finding.probability >= CERTAIN_ENOUGH
        and finding.scp_code in _DOES_NOT_FIT.get(prediction.label, ())
    ]
    if not against:
        return ()
    parts = ", ".join(f"{finding_name(f.scp_code)} ({percent(f.probability)})" for f in against)
    return (f"{_said(prediction)}, but a finding does not fit it: {parts}.",)


def _stated_against(findings: tuple[Finding, ...], stated: Statements) -> tuple[str, ...]:
    """Name the findings that the models give and the rules do not, and the other way round."""
    alone, missed = [], []
    for finding in findings:
        if finding.scp_code not in _SUBJECTS:
            continue
        codes = next(one.statements for one in LOOKED_FOR if finding.scp_code in one.findings)
        by_rule = any(stated.with_code(code) for code in codes)
        named = f"{finding_name(finding.scp_code)} ({percent(finding.probability)})"
        if by_rule and not finding.present:
            missed.append(named)
        elif finding.present and finding.probability >= CERTAIN_ENOUGH and not by_rule:
            alone += [named] if _SUBJECTS[finding.scp_code] not in stated.withheld else []
    return (
        *([f"Measured, but the models do not find it: {', '.join(missed)}. Judge the tracing."] if missed else []),
        *(
            [f"Found by the models, but no measurement shows it: {', '.join(alone)}. Judge the tracing."]
            if alone
            else []
        ),
    )


def _rhythm_against(reading: Reading) -> tuple[str, ...]:
    measured, findings = reading.measurements, reading.prediction.findings
    rhythms = [finding for finding in findings if finding.scp_code in _IRREGULAR_RHYTHMS]
    if not is_irregular(measured) or not rhythms or any(finding.present for finding in rhythms):
        return ()
    varies = 100 * (measured.rr_variation or 0)
    named = ", ".join(f"{finding_name(f.scp_code)} {percent(f.probability)}" for f in rhythms)
    return (f"The beats are irregular (RR varies by {varies:.0f} %), yet no rhythm stands out: {named}.",)


def _said(prediction: Prediction) -> str:
    return f"The {'closest class' if prediction.abstained else 'answer'} is {class_name(prediction.label)}"
