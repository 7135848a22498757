"""`without_refuted`: findings of the models that the measurements refute are withdrawn, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from heartguard.statements import limit
from heartguard.values import Finding, Measurements

__all__ = ["without_refuted"]


def without_refuted(findings: Sequence[Finding], measured: Measurements) -> tuple[Finding, ...]:
    """Return the findings, those that the measurements refute as not present and with the reason.

    Atrial fibrillation needs irregular RR intervals; tachycardia and bradycardia are a rate. What was not measured
    refutes nothing.

    Examples
    --------
    >>> found = without_refuted([Finding("rhythm:AFIB", 0.7, True)], Measurements(rr_variation=0.012))
    >>> found[0].present, found[0].withdrawn
    (False, 'The RR intervals vary by 1.2 %: too regular for atrial fibrillation (from 4 % on).')
    """
    return tuple(_judged(finding, measured) for finding in findings)


def _judged(finding: Finding, measured: Measurements) -> Finding:
    refutes = _REFUTED.get(finding.scp_code)
    reason = refutes(measured) if refutes is not None and finding.present else None
    return finding if reason is None else replace(finding, present=False, withdrawn=reason)


def _regular(measured: Measurements) -> str | None:
    variation, least = measured.rr_variation, limit("fibrillation")
    if variation is None or variation >= least:
        return None
    return (
        f"The RR intervals vary by {100 * variation:.1f} %: too regular for atrial fibrillation "
        f"(from {100 * least:.0f} % on)."
    )


def _not_slow(measured: Measurements) -> str | None:
    rate, most = measured.heart_rate_bpm, limit("sinus_bradycardia")
    if rate is None or round(rate) < most:
        return None
    return f"The rate is {rate:.0f}/min: bradycardia is below {most:.0f}/min."


def _not_fast(measured: Measurements) -> str | None:
    rate, least = measured.heart_rate_bpm, limit("tachycardia")
    if rate is None or round(rate) > least:
        return None
    return f"The rate is {rate:.0f}/min: tachycardia is over {least:.0f}/min."


_REFUTED: Mapping[str, Callable[[Measurements], str | None]] = {
    "rhythm:AFIB": _regular,
    "rhythm:SBRAD": _not_slow,
    "rhythm:STACH": _not_fast,
}
"""By finding, what returns why the measurements refute it."""
