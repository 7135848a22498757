"""The statements of a reading as plain values."""

from __future__ import annotations

from typing import Any

from heartguard.statements import Statements

__all__ = ["statements_json"]

_DECIMALS = 2
"""Hundredths of a millivolt or second: no finer than the paper."""


def statements_json(stated: Statements) -> dict[str, Any]:
    """Return the statements for ``json.dumps``.

    Examples
    --------
    >>> statements_json(Statements(withheld={"rate": "No beats were found."}))
    {'given': [], 'withheld': [{'subject': 'rate', 'reason': 'No beats were found.'}]}
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
    }
