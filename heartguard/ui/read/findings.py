"""Statements beside the class: those that stand out, and one click away all that was looked for, and what was not."""

from __future__ import annotations

import streamlit as st

from heartguard.contradictions import CERTAIN_ENOUGH
from heartguard.statements import statements
from heartguard.ui.read.statements import not_stated
from heartguard.ui.shared.words import escape_markdown
from heartguard.values import Finding, Reading
from heartguard.vocabulary import finding_name, percent
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["show_findings", "stand_out"]

_NOT_LOOKED_FOR = (
    "Not looked for: ischaemia without changes of ST, pericarditis, electrolytes, drugs and QT-prolonging syndromes, "
    "pre-excitation, atrial flutter, other arrhythmias, a culprit vessel."
)
_MEASURED = (
    "By cited limits on the measurements, each stated where it is exceeded: rate, regularity, pauses, ectopic beats, "
    "pacing, AV conduction, axis, conduction blocks, QT, ST, Q waves, voltages, swapped electrodes."
)
_HELP = (
    "Further outputs of the models, trained on cardiologists' statements of PTB-XL. A statement stands out from a "
    "probability that 2 in 100 records without it reach; on other recorders it may be wrong more often. How often each "
    "was right on records kept apart stands under About."
)


def stand_out(reading: Reading) -> tuple[Finding, ...]:
    """Return the findings that are more probable than not; what is less is listed where it is opened."""
    return tuple(f for f in reading.prediction.findings if f.present and f.probability >= CERTAIN_ENOUGH)


def show_findings(reading: Reading) -> None:
    """Show what stands out as badges, and a button that lists all that was looked for."""
    for finding in stand_out(reading):
        st.badge(f"{finding_name(finding.scp_code)} · {percent(finding.probability)}", color="blue")
    with st.popover("What was looked for", icon=":material/search:", type="tertiary"):
        if reading.prediction.findings:
            st.markdown("\n".join(_row(finding) for finding in reading.prediction.findings), help=_HELP)
        elif reading.quality < LOW_QUALITY:
            st.markdown("Nothing: the page could not be traced well enough.")
        else:
            st.markdown("Nothing beside the four classes: the tracing is unlike those the models learnt from.")
        st.markdown(_MEASURED)
        for sentence in not_stated(statements(reading).withheld):
            st.markdown(escape_markdown(sentence))
        st.markdown(_NOT_LOOKED_FOR)


def _row(finding: Finding) -> str:
    name, probability = finding_name(finding.scp_code), percent(finding.probability)
    return f"- **{name}: {probability}**, stands out" if finding.present else f"- {name}: {probability}"
