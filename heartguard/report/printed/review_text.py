"""A doctor's review in the words of a report, apart from the program's answer."""

from __future__ import annotations

from collections.abc import Mapping

from heartguard.report.printed.words import WORDS, Language, day, number, word
from heartguard.review import MeasurementReview, Review
from heartguard.vocabulary import percent, printable

__all__ = ["doctors_answer", "review_text"]


def doctors_answer(review: Review | None, language: Language) -> str:
    """Return the doctor's answer as one line; empty where nobody reviewed the reading.

    Examples
    --------
    >>> from heartguard.review import ProgramAnswer
    >>> doctors_answer(Review(ProgramAnswer("Normal", 0.9, "vgg16-0123abcd"), "MI", initials="AB"), "en")
    'Doctor (AB): Myocardial infarction, overruled'
    """
    if review is None:
        return ""
    name = word("review.no_class", language) if review.label is None else word(f"class.{review.label}", language)
    by = f" ({printable(review.initials)})" if review.initials else ""
    return f"{word('review.doctor', language)}{by}: {name}, {word(f'review.{review.verdict}', language)}"


def review_text(review: Review | None, stated: Mapping[str, str], language: Language) -> tuple[str, ...]:
    """Return a review in sentences: both answers, what was wrong, the note, who and when; none without a review.

    Parameters
    ----------
    review : Review or None
    stated : mapping of str to str
        Statements in the report's language, by code.
    language : {"en", "de"}
    """
    if review is None:
        return ()
    program, note = review.program, printable(review.note)
    said = word("review.no_class", language)
    if program.label is not None:
        said = f"{word(f'class.{program.label}', language)}, {percent(program.probability or 0.0)}"
    wrong = (_statement(one.code, one.text, stated, language) for one in review.overruled_statements)
    signed = word("review.signed", language, day=day(review.at.date(), language), initials=printable(review.initials))
    return (
        doctors_answer(review, language),
        word("review.program", language, said=said, model=program.model),
        *(word("review.wrong", language, statement=one) for one in wrong),
        *(_measured(one, language) for one in review.measurements),
        *([word("review.note", language, note=note)] if note else []),
        signed if review.initials else word("review.unsigned", language, day=day(review.at.date(), language)),
    )


def _statement(code: str, text: str, stated: Mapping[str, str], language: Language) -> str:
    return word(f"finding.{code}", language) if f"finding.{code}" in WORDS else stated.get(code, text)


def _measured(one: MeasurementReview, language: Language) -> str:
    decimals = 2 if one.field.endswith("_mv") else 0
    read = word("not_measured", language) if one.read is None else number(one.read, decimals, language)
    given = number(one.set, decimals, language)
    return word("review.measured", language, name=word(one.field, language), set=given, read=read)
