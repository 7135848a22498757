"""The statements of a reading as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heartguard.answers import LOOKED_FOR, NOT_LOOKED_FOR, JointStatement
from heartguard.report.rounding import rounded
from heartguard.statements import Statements

__all__ = ["statements_json"]

_DECIMALS = 2
"""Hundredths of a millivolt or second: no finer than the paper."""


def statements_json(stated: Statements, joint: Sequence[JointStatement] = ()) -> dict[str, Any]:
    """Return the statements for ``json.dumps``.

    Parameters
    ----------
    stated : Statements
        Of the rules.
    joint : sequence of JointStatement
        The same with the models' probabilities, and those of the models alone.

    Examples
    --------
    >>> said = statements_json(Statements(withheld={"rate": "No beats were found."}))
    >>> said["given"], said["withheld"]
    ([], [{'subject': 'rate', 'reason': 'No beats were found.'}])
    """
    return {
        "given": [
            {
                "code": one.code,
                "text": one.text,
                "values": [
                    {"name": name, "value": round(float(value), _DECIMALS)} for name, value in one.values.items()
                ],
                "leads": list(one.leads),
                "beats": list(one.beats),
            }
            for one in stated.given
        ],
        "withheld": [{"subject": subject, "reason": reason} for subject, reason in stated.withheld.items()],
        "joint": [
            {
                "code": one.code,
                "text": one.text,
                "probability": rounded(one.probability, 4),
                "found_by": one.found_by,
                "withdrawn": one.withdrawn,
            }
            for one in joint
        ],
        "looked_for": [{"name": subject.name, "by": subject.by} for subject in LOOKED_FOR],
        "not_looked_for": list(NOT_LOOKED_FOR),
    }
