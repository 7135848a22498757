"""Statements beside the class: those that stand out, and one click away all that was looked for, and what was not."""

from __future__ import annotations

import streamlit as st

from heartguard.answers import LOOKED_FOR, NOT_LOOKED_FOR
from heartguard.contradictions import CERTAIN_ENOUGH
from heartguard.statements import statements
from heartguard.ui.read.statements import not_stated
from heartguard.ui.shared.words import escape_markdown
from heartguard.values import Finding, Reading
from heartguard.vocabulary import finding_name, percent
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["show_findings", "stand_out"]

_HELP = (
    "Further outputs of the models, trained on cardiologists' statements of PTB-XL. A statement stands out from a "
    "probability that at most 2 in 100 records without it reach, and cannot be excluded from one that 95 in 100 with "
    "it reach; on other recorders both may be wrong more often. How often each was right on records kept apart stands "
    "under About."
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
        st.markdown(f"By rules, from the measurements: {', '.join(_by_rule())}.")
        for sentence in not_stated(statements(reading).withheld):
            st.markdown(escape_markdown(sentence))
        st.markdown(f"Not looked for: {', '.join(NOT_LOOKED_FOR)}.")


def _by_rule() -> list[str]:
    """Return what only the rules look for."""
    names = [subject.name for subject in LOOKED_FOR if not subject.findings]
    return [name[0].lower() + name[1:] if name[1].islower() else name for name in names]


def _row(finding: Finding) -> str:
    name, probability = finding_name(finding.scp_code), percent(finding.probability)
    if finding.withdrawn:
        return f"- {name}: {probability}, withdrawn. {finding.withdrawn}"
    if finding.present:
        return f"- **{name}: {probability}**, stands out"
    return f"- {name}: {probability}{', cannot be excluded' if finding.possible else ''}"
