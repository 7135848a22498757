"""One sentence from a fixed grammar: the leads and the wave with the evidence for a class, and the leads against it."""

from __future__ import annotations

from collections.abc import Sequence

from heartguard.drawing import LEAD_GROUPS, RHYTHM
from heartguard.explain.evidence import Evidence
from heartguard.explain.waves import WAVES
from heartguard.leads import CHEST_LEADS

MIN_EVIDENCE_SHARE = 0.5
"""Leads are named, the strongest first, until together they hold this share of the evidence; a wave is named if it
holds this share of theirs: the majority."""

MOST_LEADS = 4
"""Leads that are named at most: more would not be read as a finding. Chosen by hand."""
NOTABLE = 0.05
"""A lead is named as against the class from this share of all absolute evidence: less can hardly be seen on the map.
Chosen by hand."""


def evidence_sentence(evidence: Evidence, class_name: str, *, signed: bool = True) -> str:
    """Return a sentence that names the leads with the evidence for a class.

    Parameters
    ----------
    evidence : Evidence
    class_name : str
        As the reader knows the class.
    signed : bool
        Whether the evidence can be negative; if not, the sentence says nothing about evidence against the class.

    Returns
    -------
    str
        ``For <class>: <n> % of the evidence lies in <leads>[, mostly <wave>][; against: <leads or none>].``

    Examples
    --------
    >>> evidence_sentence(Evidence({"V2": 3.5, "V3": 3.5, "I": -2.0, "II": 1.0}, {}), "MI")
    'For MI: 88 % of the evidence lies in V2-V3; against: lead I.'
    """
    shares = evidence.shares()
    against = f"; against: {_against(evidence)}" if signed else ""
    if not any(shares.values()):
        return f"For {class_name}: nothing speaks for it{against}."
    named = _strongest(shares)
    held = sum(shares[name] for name in named)
    wave = _wave(evidence, named)
    mostly = f", mostly {wave}" if wave else ""
    return f"For {class_name}: {100 * held:.0f} % of the evidence lies in {name_leads(named)}{mostly}{against}."


def name_leads(players: Sequence[str]) -> str:
    """Name players in the order of the leads, neighbouring chest leads as a range.

    Examples
    --------
    >>> name_leads(["V4", "V2", "V3", "I"]), name_leads(["rhythm"])
    ('I and V2-V4', 'the rhythm strip')
    """
    parts: list[str] = []
    run: list[str] = []
    for name in [*sorted(players, key=LEAD_GROUPS.index), ""]:
        if run and (name not in CHEST_LEADS or CHEST_LEADS.index(name) != CHEST_LEADS.index(run[-1]) + 1):
            parts.append(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}")
            run = []
        if name in CHEST_LEADS:
            run.append(name)
        elif name:
            parts.append("the rhythm strip" if name == RHYTHM else name)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _strongest(shares: dict[str, float]) -> list[str]:
    ranked = sorted(shares, key=lambda name: -shares[name])
    named: list[str] = []
    while len(named) < MOST_LEADS and sum(shares[name] for name in named) < MIN_EVIDENCE_SHARE:
        named.append(ranked[len(named)])
    return named


def _wave(evidence: Evidence, named: Sequence[str]) -> str:
    """Return the wave that holds most of the evidence within the leads; empty if none holds the majority."""
    sums = {wave: sum(evidence.by_wave.get((name, wave), 0.0) for name in named) for wave in ("", *WAVES)}
    total, best = sum(sums.values()), max(WAVES, key=lambda wave: sums[wave])
    return best if total > 0 and sums[best] >= MIN_EVIDENCE_SHARE * total else ""


def _against(evidence: Evidence) -> str:
    total = sum(abs(value) for value in evidence.by_lead.values())
    found = [name for name, value in evidence.by_lead.items() if value < 0 and -value >= NOTABLE * total]
    if not found:
        return "no lead in particular"
    text = name_leads(sorted(found, key=lambda name: evidence.by_lead[name])[:MOST_LEADS])
    return text if text.startswith("the") else f"lead {text}" if len(found) == 1 else f"leads {text}"
