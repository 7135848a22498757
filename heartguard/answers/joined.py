"""`joint_statements`: what rules and models say of the same thing, as one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from heartguard.answers.subjects import LOOKED_FOR
from heartguard.statements import Statements
from heartguard.values import Finding
from heartguard.vocabulary import finding_name

__all__ = ["JointStatement", "joint_statements"]


@dataclass(frozen=True)
class JointStatement:
    """One statement of rule and models.

    Attributes
    ----------
    code : str
        Of the rule where it gives the statement, such as ``rhythm.pause``; else of the models, such as ``sub:LVH``.
    text : str
        The rule's sentence with its numbers, or the name of what the models find.
    probability : float or None
        By the models; None where they do not look for it.
    found_by : {"rule", "models", "both"}
    withdrawn : str or None
        What was measured against it: then it is not given.
    """

    code: str
    text: str
    probability: float | None
    found_by: Literal["rule", "models", "both"]
    withdrawn: str | None = None


def joint_statements(findings: Sequence[Finding], stated: Statements) -> tuple[JointStatement, ...]:
    """Return the statements of the rules, each with the models' probability, and then those of the models alone.

    Parameters
    ----------
    findings : sequence of Finding
        Of the models; those that are neither present nor withdrawn only give their probability.
    stated : Statements
        Of the rules.

    Examples
    --------
    >>> from heartguard.statements import Statement
    >>> slow = Statement("rate.slow", "Slow: 44/min (below 50).")
    >>> found = joint_statements([Finding("rhythm:SBRAD", 0.8, True)], Statements((slow,)))
    >>> [(one.code, one.probability, one.found_by) for one in found]
    [('rate.slow', 0.8, 'both')]
    """
    by_code = {finding.scp_code: finding for finding in findings}
    found, used = list[JointStatement](), set[str]()
    for one in stated.given:
        finding = next((by_code[scp] for scp in _findings_of(one.code) if scp in by_code), None)
        if finding is None:
            found.append(JointStatement(one.code, one.text, None, "rule"))
            continue
        by: Literal["rule", "both"] = "both" if finding.present else "rule"
        found.append(JointStatement(one.code, one.text, finding.probability, by))
        used.add(finding.scp_code)
    for finding in findings:
        if finding.scp_code not in used and (finding.present or finding.withdrawn):
            name = finding_name(finding.scp_code)
            found.append(JointStatement(finding.scp_code, name, finding.probability, "models", finding.withdrawn))
    return tuple(found)


def _findings_of(code: str) -> tuple[str, ...]:
    """Return the findings of the models that mean the same as a statement of the rules."""
    return next((subject.findings for subject in LOOKED_FOR if code in subject.statements), ())
