"""Sorting and filtering the work list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from heartguard.normal_ranges import RANGES
from heartguard.review import Review
from heartguard.sessions import Entry, Place
from heartguard.ui.shared.words import quality_word
from heartguard.vocabulary import CLASS_NAMES, class_name

__all__ = ["NOT_REVIEWED", "NOT_SURE", "Column", "Filters", "arranged", "class_text", "rate_word", "review_word"]

Column = Literal["given", "name", "class", "confidence", "statement", "rate", "quality", "review"]

NOT_SURE, NOT_REVIEWED = "Not sure", "Not reviewed"
_RATE = next(entry for entry in RANGES if entry.field == "heart_rate_bpm")


@dataclass(frozen=True)
class Filters:
    """What is shown; an empty set shows all.

    Attributes
    ----------
    classes, statements, rates, qualities, reviews : frozenset of str
        Words of `class_text`, codes of statements, words of `rate_word`, `quality_word` and `review_word`.
    confidence : tuple of float
        Least and greatest probability of the most probable class.
    """

    classes: frozenset[str] = frozenset()
    statements: frozenset[str] = frozenset()
    rates: frozenset[str] = frozenset()
    qualities: frozenset[str] = frozenset()
    reviews: frozenset[str] = frozenset()
    confidence: tuple[float, float] = (0.0, 1.0)

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def class_text(entry: Entry) -> str:
    """Return the class that is named, that the models are not sure, or where the reading is."""
    if entry.summary is None:
        return {"refused": "Not read", "reading": "Reading", "stopped": "Stopped"}.get(entry.state, "Waiting")
    return NOT_SURE if entry.summary.label is None else class_name(entry.summary.label)


def rate_word(rate: float | None) -> str:
    """Say a rate as ``"slow"``, ``"normal"``, ``"fast"`` or ``"not measured"``.

    Examples
    --------
    >>> rate_word(44.0), rate_word(72.0), rate_word(None)
    ('slow', 'normal', 'not measured')
    """
    if rate is None:
        return "not measured"
    shown = round(rate)
    if _RATE.low is not None and shown < _RATE.low:
        return "slow"
    return "fast" if _RATE.high is not None and shown > _RATE.high else "normal"


def review_word(review: Review | None) -> str:
    """Say whether an ECG was reviewed, and how."""
    if review is None:
        return NOT_REVIEWED
    return "Overruled" if review.overrules else "Accepted"


def arranged(
    entries: Iterable[Entry],
    reviews: Mapping[Place, Review],
    filters: Filters = Filters(),
    by: Column = "given",
    *,
    descending: bool = False,
) -> list[Entry]:
    """Return the ECGs that are shown, in their order; what has no value for it comes last either way.

    Parameters
    ----------
    entries : iterable of Entry
    reviews : mapping of Place to Review
    filters : Filters, optional
    by : str, optional
    descending : bool, optional
    """
    shown = [entry for entry in entries if _passes(entry, reviews.get(entry.chosen.place), filters)]
    if by == "given":
        return shown[::-1] if descending else shown
    keys = {entry.word: _KEYS[by](entry, reviews.get(entry.chosen.place)) for entry in shown}
    known = [entry for entry in shown if keys[entry.word] is not None]
    known.sort(key=lambda entry: keys[entry.word], reverse=descending)  # type: ignore[arg-type, return-value]
    return known + [entry for entry in shown if keys[entry.word] is None]


def _passes(entry: Entry, review: Review | None, filters: Filters) -> bool:
    summary = entry.summary
    if filters.classes and class_text(entry) not in filters.classes:
        return False
    if filters.reviews and review_word(review) not in filters.reviews:
        return False
    if summary is None:
        return not (filters.statements or filters.rates or filters.qualities or filters.confidence != (0.0, 1.0))
    if filters.statements and not filters.statements & set(summary.statements):
        return False
    if filters.rates and rate_word(summary.rate) not in filters.rates:
        return False
    if filters.qualities and quality_word(summary.quality) not in filters.qualities:
        return False
    least, most = filters.confidence
    return filters.confidence == (0.0, 1.0) or (summary.confidence is not None and least <= summary.confidence <= most)


_CLASS_ORDER = {name: place for place, name in enumerate((*CLASS_NAMES.values(), NOT_SURE))}
_REVIEW_ORDER = {NOT_REVIEWED: 0, "Overruled": 1, "Accepted": 2}

Key = Callable[[Entry, Review | None], "float | str | None"]
_KEYS: dict[Column, Key] = {
    "name": lambda entry, review: entry.chosen.name.casefold(),
    "class": lambda entry, review: _CLASS_ORDER.get(class_text(entry)),
    "confidence": lambda entry, review: None if entry.summary is None else entry.summary.confidence,
    "statement": lambda entry, review: entry.summary.texts[0] if entry.summary and entry.summary.texts else None,
    "rate": lambda entry, review: None if entry.summary is None else entry.summary.rate,
    "quality": lambda entry, review: None if entry.summary is None else entry.summary.quality,
    "review": lambda entry, review: _REVIEW_ORDER[review_word(review)],
}
