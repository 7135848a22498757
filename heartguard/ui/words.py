"""The words that the app puts on classes, probabilities and qualities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from heartguard.vocabulary import class_name

__all__ = [
    "FINDING_NAMES",
    "INFARCTIONS",
    "NEEDS_SHAP",
    "RATES",
    "escape_markdown",
    "finding_name",
    "likelihood",
    "natural_frequency",
    "percent",
    "possible_help",
    "possible_text",
    "quality_word",
    "second_text",
    "sentence_list",
]

NEEDS_SHAP = (
    "Not offered here, because the package shap is not installed. Whoever installed HeartGuard can add it: "
    "pip install shap."
)

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

INFARCTIONS = ("sub:AMI", "sub:IMI")
"""Findings that an answer without an infarction contradicts."""

RATES = ("rhythm:SBRAD", "rhythm:STACH")
"""Findings that the measured rate says better."""

_LIKELIHOODS = ((0.95, "very likely"), (0.80, "likely"), (0.50, "more likely than not"))
_QUALITIES = ((0.75, "good"), (0.5, "fair"))


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


def likelihood(probability: float) -> str:
    """Say a probability in words, such as ``"likely"``."""
    for least, word in _LIKELIHOODS:
        if probability >= least:
            return word
    return "possible, but less likely than not"


def natural_frequency(probability: float) -> str:
    """Say a calibrated probability as a count out of 100."""
    count = min(max(round(100 * probability), 1), 99)
    return f"Of 100 test pages with this score, about {count} belonged to this class."


def possible_text(possible: Sequence[str]) -> str:
    """Say which classes cannot be ruled out.

    Examples
    --------
    >>> possible_text(("HB", "Normal"))
    'Cannot be ruled out: **Abnormal heartbeat** or **Normal**'
    """
    if not possible:
        return "None of the four classes fits well: this ECG looks unlike the pages that the model knows"
    return "Cannot be ruled out: " + " or ".join(f"**{class_name(label)}**" for label in possible)


def possible_help(level: float) -> str:
    """Explain the set of possible classes."""
    return (
        f"Of the test pages of each class, {100 * level:.0f} in 100 had their own class in such a list (conformal "
        "prediction). Your patients may differ from the test pages."
    )


def second_text(network: tuple[str, float], second: tuple[str, float]) -> str:
    """Say what VGG16 and the signal model answer, each as (class, probability).

    Examples
    --------
    >>> second_text(("HB", 0.5), ("HB", 0.62))
    'The signal model agrees: Abnormal heartbeat (62 %; VGG16, the image model, alone 50 %).'
    """
    (first_label, first), (label, probability) = network, second
    if label == first_label:
        agrees = f"The signal model agrees: {class_name(label)} ({percent(probability)};"
        return f"{agrees} VGG16, the image model, alone {percent(first)})."
    return (
        f"The signal model says **{class_name(label)}** ({percent(probability)}); VGG16, the image model, alone says "
        f"**{class_name(first_label)}** ({percent(first)})."
    )


def quality_word(quality: float) -> str:
    """Say a quality of 0 to 1 as ``"good"``, ``"fair"`` or ``"poor"``."""
    for least, word in _QUALITIES:
        if quality >= least:
            return word
    return "poor"


def escape_markdown(text: str) -> str:
    r"""Return text with its Markdown characters made harmless: a file may bear the name of a picture elsewhere.

    Examples
    --------
    >>> print(escape_markdown("ecg_[1].png"))
    ecg\_\[1\].png
    """
    return "".join(f"\\{character}" if character in r"\`*_{}[]()#+-!|~:$<>" else character for character in text)


def sentence_list(sentences: Iterable[str]) -> str:
    """Return sentences as a Markdown list, each once, in their order."""
    unique: Sequence[str] = tuple(dict.fromkeys(sentence for sentence in sentences if sentence))
    return "\n".join(f"- {sentence}" for sentence in unique)
