"""Texts that the whole product shares: classes, findings, stages of a reading, the disclaimer, safe display of names.

The order of the classes is a fact of each model (`heartguard.classify.ModelSpec.classes`), not of this table.
"""

from __future__ import annotations

import re

__all__ = [
    "CLASS_MEANING",
    "CLASS_NAMES",
    "DISCLAIMER",
    "FINDING_NAMES",
    "STAGES",
    "class_name",
    "finding_name",
    "percent",
    "printable",
    "with_minus",
]

DISCLAIMER = "Decision support for research and education, not a medical device."
"""Shown with every answer."""

CLASS_NAMES = {
    "Normal": "Normal",
    "MI": "Myocardial infarction",
    "PMI": "History of MI",
    "HB": "Abnormal heartbeat",
}
"""Full names of the classes, after the data set of the training pages."""

CLASS_MEANING = {
    "Normal": "The traces look like those of people recorded as normal. This does not rule out disease.",
    "MI": "The traces look like those of patients with an acute myocardial infarction. "
    "If the patient's state fits, act on the patient, not on this screen.",
    "PMI": "The traces look like those of patients who had a myocardial infarction before.",
    "HB": "The traces look like those of patients with an abnormal rhythm, conduction or beat shape. "
    "The class does not say which.",
}
"""One sentence on each class for a doctor: what the training pages of that class had in common."""

FINDING_NAMES = {
    "rhythm:AFIB": "Atrial fibrillation",
    "rhythm:SBRAD": "Sinus bradycardia",
    "rhythm:STACH": "Sinus tachycardia",
    "form:PVC": "Ventricular premature beats",
    "form:STD": "ST depression",
    "sub:AMI": "Anterior infarction pattern",
    "sub:AVB": "AV block",
    "sub:CLBBB": "Complete left bundle branch block",
    "sub:CRBBB": "Complete right bundle branch block",
    "sub:IMI": "Inferior infarction pattern",
    "sub:LAFB/LPFB": "Fascicular block",
    "sub:LVH": "Left ventricular hypertrophy",
}
"""Findings beside the class, by their labels, in words."""

STAGES = {
    "intake": "Opening the file",
    "page": "Straightening the page and finding its scale",
    "trace": "Tracing the leads",
    "measure": "Measuring rate, intervals and axis",
    "classify": "Asking VGG16 and the signal model",
}
"""Stages of `heartguard.read_ecg` in order, each with the text shown during it. The names are passed to ``on_stage``
and are keys of ``Reading.timings_ms``. The drawing is part of classify."""


def class_name(label: str) -> str:
    """Return the full name of a class, or the label itself for a class that is not known here.

    Examples
    --------
    >>> class_name("PMI")
    'History of MI'
    """
    return CLASS_NAMES.get(label, label)


def finding_name(statement: str) -> str:
    """Return a finding in words, or the statement itself where it is not known here."""
    return FINDING_NAMES.get(statement, statement)


def percent(probability: float) -> str:
    """Write a probability as a whole per cent; never as certainty.

    Examples
    --------
    >>> percent(0.871), percent(0.999), percent(0.001)
    ('87 %', '> 99 %', '< 1 %')
    """
    if probability > 0.99:
        return "> 99 %"
    if probability < 0.01:
        return "< 1 %"
    return f"{100 * probability:.0f} %"


def with_minus(text: str) -> str:
    """Return a sentence as it is shown: with a minus in place of each hyphen that is the sign of a number.

    Examples
    --------
    >>> with_minus("Left axis deviation: -42° (normal from -30 to 90), 3-lead.")
    'Left axis deviation: −42° (normal from −30 to 90), 3-lead.'
    """
    return re.sub(r"(?<!\w)-(?=\d)", "−", text)


def printable(text: str) -> str:
    r"""Return a name as it may be shown: control characters, line breaks and reversed writing as escapes.

    Examples
    --------
    >>> print(printable("ecg" + chr(27) + "[2J.png"))
    ecg\x1b[2J.png
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
