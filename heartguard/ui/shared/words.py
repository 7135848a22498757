"""The words that the app puts on classes, probabilities and qualities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from heartguard.leads import is_row_name
from heartguard.values import Ecg, Reading
from heartguard.vocabulary import class_name, percent

if TYPE_CHECKING:
    from heartguard.review import Review

__all__ = [
    "NEEDS_SHAP",
    "answer_text",
    "escape_markdown",
    "leads_text",
    "likelihood",
    "natural_frequency",
    "possible_text",
    "quality_text",
    "quality_word",
    "review_headline",
    "second_text",
    "sentence_list",
]

NEEDS_SHAP = (
    "Not offered here, because the package shap is not installed. Whoever installed HeartGuard can add it: "
    "pip install shap."
)

_LIKELIHOODS = ((0.95, "very likely"), (0.80, "likely"), (0.50, "more likely than not"))
_QUALITIES = ((0.75, "good"), (0.5, "fair"))


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


def possible_text(possible: Sequence[str], classes: int) -> str:
    """Say which of so many classes cannot be ruled out.

    Examples
    --------
    >>> possible_text(("HB", "Normal"), 4)
    'Cannot be ruled out: **Abnormal heartbeat** or **Normal**.'
    >>> possible_text(("HB", "Normal", "MI", "PMI"), 4)
    'None of the four classes can be ruled out.'
    """
    if not possible:
        return "None of the four classes fits well: this ECG looks unlike the pages that the models know."
    if len(possible) == classes:
        return "None of the four classes can be ruled out."
    return "Cannot be ruled out: " + " or ".join(f"**{class_name(label)}**" for label in possible) + "."


def second_text(network: tuple[str, float], second: tuple[str, float]) -> str:
    """Say what VGG16 and the signal model answer, each as (class, probability).

    Examples
    --------
    >>> second_text(("HB", 0.5), ("HB", 0.62))
    'Both models alone: Abnormal heartbeat (image 50 %, signal 62 %).'
    >>> second_text(("MI", 0.5), ("HB", 0.62))
    'The models disagree: image **Myocardial infarction** (50 %), signal **Abnormal heartbeat** (62 %).'
    """
    (first_label, first), (label, probability) = network, second
    if label == first_label:
        return f"Both models alone: {class_name(label)} (image {percent(first)}, signal {percent(probability)})."
    return (
        f"The models disagree: image **{class_name(first_label)}** ({percent(first)}), signal **{class_name(label)}** "
        f"({percent(probability)})."
    )


def quality_word(quality: float) -> str:
    """Say a quality of 0 to 1 as ``"good"``, ``"fair"`` or ``"poor"``."""
    for least, word in _QUALITIES:
        if quality >= least:
            return word
    return "poor"


def quality_text(quality: float) -> str:
    """Say a quality of 0 to 1 as a word and a number.

    Examples
    --------
    >>> quality_text(0.9), quality_text(0.27)
    ('good (90 of 100)', 'poor (27 of 100)')
    """
    return f"{quality_word(quality)} ({100 * quality:.0f} of 100)"


def leads_text(ecg: Ecg) -> str:
    """Say in a few words why the leads of a page are too few for a class."""
    if any(is_row_name(lead) for lead in ecg.others):
        return "leads not named"
    return f"{len(ecg.shown)} of the 12 leads"


def answer_text(reading: Reading) -> str:
    """Say the answer in a few words: the class and its probability, that the models are not sure, or why none."""
    prediction = reading.prediction
    if prediction.withheld:
        return f"No class: {leads_text(reading.ecg)}"
    if prediction.abstained:
        return "Not sure"
    return f"{class_name(prediction.label)} · {percent(prediction.probabilities[prediction.label])}"


def review_headline(review: Review) -> str:
    """Say a doctor's answer in a few words, and that it differs from the program's where it does.

    Examples
    --------
    >>> from heartguard.review import ProgramAnswer, Review
    >>> review_headline(Review(ProgramAnswer("Normal", 0.9, "vgg16-0123abcd"), "MI", initials="AB"))
    'Doctor AB: Myocardial infarction (overruled)'
    >>> review_headline(Review(ProgramAnswer("Normal", 0.9, "vgg16-0123abcd"), "Normal"))
    'Doctor: Normal (accepted)'
    """
    by = f"Doctor {review.initials}" if review.initials else "Doctor"
    name = "no class" if review.label is None else class_name(review.label)
    parts = "accepted" if review.verdict == "accepted" else "overruled"
    if review.verdict == "accepted" and review.overrules:
        parts = "class accepted, details overruled"
    return f"{by}: {name} ({parts})"


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
    return "\n".join(f"- {sentence}" for sentence in dict.fromkeys(filter(None, sentences)))
