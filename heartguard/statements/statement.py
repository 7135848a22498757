"""A statement in words with its numbers, and what may not be stated of a doubtful page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from heartguard.leads import LEAD_INDEX
from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.values import Ecg, LeadWaves, Measurements

__all__ = ["NO_DOUBTS", "Case", "Doubts", "Statement", "Statements"]

LEAST_LEAD_QUALITY = 0.5
"""As `heartguard.warning_rules.LOW_QUALITY`: a lead with less is called poor."""


@dataclass(frozen=True)
class Statement:
    """One sentence on an ECG, with what it rests on.

    Attributes
    ----------
    code : str
        ``family.name``, such as ``conduction.first_degree``.
    text : str
    values : mapping of str to float
        The numbers, by names that end in their unit.
    leads : tuple of str
        The leads that show it; empty where it is not of single leads.
    beats : tuple of int
        Places in ``Measurements.beats_s`` of the beats that show it; empty where it is of all.
    """

    code: str
    text: str
    values: Mapping[str, float] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    beats: tuple[int, ...] = ()


@dataclass(frozen=True)
class Statements:
    """What is stated of an ECG, and why other things are not looked for.

    Attributes
    ----------
    given : tuple of Statement
    withheld : mapping of str to str
        By subject, the sentence that says why nothing is stated of it.
    """

    given: tuple[Statement, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)

    def with_code(self, code: str) -> Statement | None:
        """Return the statement of a code, or None where it is not given."""
        return next((one for one in self.given if one.code == code), None)


@dataclass(frozen=True)
class Doubts:
    """Why times, heights, those of R and S alone, or names of a page are not trusted: a sentence each, or None."""

    time: str | None = None
    amplitude: str | None = None
    peaks: str | None = None
    names: str | None = None


NO_DOUBTS = Doubts()
"""Times, heights and names are trusted."""


@dataclass(frozen=True, eq=False)
class Case:
    """What the rules look at.

    Attributes
    ----------
    measured : Measurements
    ecg : Ecg
    patient : Patient
    """

    measured: Measurements
    ecg: Ecg
    patient: Patient = UNKNOWN_PATIENT

    @property
    def paced(self) -> bool:
        """Whether the median beat is one of paced beats: its shape tells nothing of conduction or infarction."""
        kinds = [
            kind for kind, inside in zip(self.measured.beats.kinds, self.measured.dominant, strict=False) if inside
        ]
        return 2 * kinds.count("paced") > len(kinds)

    @property
    def leads(self) -> dict[str, LeadWaves]:
        """The waves of the leads that were traced well."""
        good = {lead: self.ecg.quality[LEAD_INDEX[lead]] >= LEAST_LEAD_QUALITY for lead in self.measured.leads}
        return {lead: waves for lead, waves in self.measured.leads.items() if good[lead]}

    def beats_of(self, kind: str) -> tuple[int, ...]:
        """Return the places of the beats of a kind."""
        return tuple(int(place) for place in np.flatnonzero([one == kind for one in self.measured.beats.kinds]))
