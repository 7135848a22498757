"""Warnings of a reading: each has a code for programs, a severity, and a sentence for doctors.

A code is ``family.name``. The family says what the sentence is about:

=========  ==============================================================
family     about
=========  ==============================================================
file       the file: its format, its pages, its size
page       the picture of the page: straightened, turned, blurred, cut off
scale      paper speed, gain, and the grid that they are read from
layout     which leads are arranged where
names      which name a traced lead bears
trace      how well a lead was traced
measure    a measurement that is doubtful or withheld
rhythm     the rhythm
class      the class alone
=========  ==============================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["FAMILIES", "SEVERITIES", "Severity", "Warning", "caution", "fault", "note"]

Severity = Literal["note", "caution", "fault"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""``note``: a processing step or an observation. ``caution``: something may be wrong. ``fault``: something is wrong."""

FAMILIES = ("file", "page", "scale", "layout", "names", "trace", "measure", "rhythm", "class")
"""The families of codes, see above."""

_CODE = re.compile(rf"({'|'.join(FAMILIES)})(\.[a-z][a-z0-9_]*)+")
"""Form of a code."""


@dataclass(frozen=True)
class Warning:
    """One sentence for the doctor, with a code for programs.

    Attributes
    ----------
    code : str
        ``family.name``, the family being one of `FAMILIES`.
    severity : {"note", "caution", "fault"}
    text : str
        A sentence that a doctor understands and can act on.

    Raises
    ------
    ValueError
        For a code outside the families, or a severity that is none of the three.

    Examples
    --------
    >>> Warning("scale.gain", "note", "The calibration pulses show a gain of 5 mm/mV.").family
    'scale'
    """

    code: str
    severity: Severity
    text: str

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"The code {self.code!r} is not of the form family.name with a family of {FAMILIES}.")
        if self.severity not in SEVERITIES:
            raise ValueError(f"The severity {self.severity!r} is not known; expected one of {SEVERITIES}.")

    @property
    def family(self) -> str:
        """The part of the code before its first dot."""
        return self.code.partition(".")[0]

    def __str__(self) -> str:
        return self.text


def note(code: str, text: str) -> Warning:
    """Return a warning of severity ``note``: a processing step or an observation."""
    return Warning(code, "note", text)


def caution(code: str, text: str) -> Warning:
    """Return a warning of severity ``caution``: something may be wrong."""
    return Warning(code, "caution", text)


def fault(code: str, text: str) -> Warning:
    """Return a warning of severity ``fault``: something is wrong."""
    return Warning(code, "fault", text)
