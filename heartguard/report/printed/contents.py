"""What a printed report says, in one language, before it is laid out as PDF, HTML or text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from heartguard import __version__
from heartguard.contradictions import contradictions
from heartguard.patient import Patient
from heartguard.report.printed.german import german_sentence, german_statement
from heartguard.report.printed.hand_settings import setting_text
from heartguard.report.printed.options import ReportOptions
from heartguard.report.printed.review_text import doctors_answer, review_text
from heartguard.report.printed.values import ValueRow, value_rows
from heartguard.report.printed.words import WORDS, Language, day, word
from heartguard.statements import Statements, statements
from heartguard.values import Page, Prediction, Reading
from heartguard.vocabulary import percent, printable, with_minus
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["Contents", "contents_of"]


@dataclass(frozen=True)
class Contents:
    """The report in words.

    Attributes
    ----------
    language : {"en", "de"}
    source : str
        File, page and ECG of the page.
    patient : str
        Age and sex as far as given.
    made : str
    headline : str
        The answer.
    below : tuple of str
        What belongs to the answer: classes that are not ruled out, the other models.
    abstained : bool
        Whether no class is given, or an unsure one.
    values : tuple of ValueRow
    statements, withheld : tuple of str
        What the measurements show, and what was not judged, with the reason.
    classes, findings, shares : tuple of (str, float)
        Names and probabilities or shares, 0 to 1, the greatest first.
    quality : str
    poor : bool
        Whether the quality is so low that the traces are not to be trusted.
    uncertain : tuple of (str, str)
        Severity and sentence, the gravest first; notes last.
    by_hand, models : tuple of str
    scale : str
    doctor : str
        The doctor's answer in one line; empty where nobody reviewed the reading.
    review : tuple of str
        All of the doctor's review.
    """

    language: Language
    source: str
    patient: str
    made: str
    headline: str
    below: tuple[str, ...]
    abstained: bool
    values: tuple[ValueRow, ...]
    statements: tuple[str, ...]
    withheld: tuple[str, ...]
    classes: tuple[tuple[str, float], ...]
    findings: tuple[tuple[str, float], ...]
    shares: tuple[tuple[str, float], ...]
    quality: str
    poor: bool
    uncertain: tuple[tuple[str, str], ...]
    by_hand: tuple[str, ...]
    models: tuple[str, ...]
    scale: str
    doctor: str = ""
    review: tuple[str, ...] = ()

    def word(self, key: str, **filled: object) -> str:
        """Return a text of `heartguard.report.printed.words` in the report's language."""
        return word(key, self.language, **filled)

    @property
    def made_by(self) -> str:
        """That no device made it, and whether a doctor's review stands beside."""
        return f"{self.word('disclaimer')} {self.word('reviewed' if self.review else 'unconfirmed')}"

    @property
    def stated(self) -> tuple[str, ...]:
        """The statements; without any, that there are none, or why nothing was judged."""
        if self.statements:
            return self.statements
        return (self.word("statements.withheld"),) if self.withheld else (self.word("statements.none"),)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why values were not measured: those with one reason together."""
        by_reason: dict[str, list[str]] = {}
        for row in self.values:
            if row.reason:
                by_reason.setdefault(row.reason, []).append(row.name)
        return tuple(f"{', '.join(names)}: {reason}" for reason, names in by_reason.items())

    @property
    def doubts(self) -> int:
        """How many faults and cautions there are."""
        return sum(severity != self.word("severity.note") for severity, _ in self.uncertain)


def contents_of(reading: Reading, options: ReportOptions) -> Contents:
    """Write what is in a reading in the words of a report.

    Parameters
    ----------
    reading : Reading
    options : ReportOptions
    """
    language, prediction = options.language, reading.prediction
    stated = statements(reading, options.patient)
    given = prediction.withheld is None
    said = {one.code: german_statement(one) if language == "de" else with_minus(one.text) for one in stated.given}
    return Contents(
        language=language,
        source=_source(reading, language),
        patient=_patient(options.patient, language),
        made=word("made", language, day=day(options.made_on, language)),
        headline=_headline(prediction, language),
        below=tuple(_below(prediction, language)),
        abstained=prediction.abstained or not given,
        values=value_rows(reading.measurements, options),
        statements=tuple(said.values()),
        withheld=tuple(_withheld(stated, language)),
        classes=_ranked(prediction.probabilities, "class", language) if given else (),
        findings=_ranked({f.scp_code: f.probability for f in prediction.findings if f.present}, "finding", language),
        shares=_ranked(options.lead_shares, "shares", language) if given else (),
        quality=_quality(reading.quality, language),
        poor=reading.quality < LOW_QUALITY,
        uncertain=_uncertain(reading, language),
        by_hand=tuple(setting_text(one, language) for one in reading.by_hand),
        models=(f"HeartGuard {__version__}", prediction.model, *_others(reading)),
        scale=_scale(reading.page, language),
        doctor=doctors_answer(options.review, language),
        review=review_text(options.review, said, language),
    )


def _source(reading: Reading, language: Language) -> str:
    """Return where the ECG was read from: file, page and part of the page."""
    if len(reading.sheets) > 1:
        pages = (f"{printable(name)}, {word('page.single', language, page=at + 1)}" for name, at in reading.sheets)
        return "; ".join(pages)
    parts = [printable(reading.upload.name)]
    if reading.upload.pages > 1:
        parts.append(word("page", language, page=reading.upload.page + 1, pages=reading.upload.pages))
    if reading.parts > 1:
        parts.append(word("part", language, part=reading.part + 1, parts=reading.parts))
    return ", ".join(parts)


def _patient(patient: Patient, language: Language) -> str:
    known = [] if patient.age_years is None else [word("patient.age", language, age=f"{patient.age_years:g}")]
    return ", ".join([*known, *([] if patient.sex is None else [word(f"patient.{patient.sex}", language)])])


def _headline(prediction: Prediction, language: Language) -> str:
    if prediction.withheld is not None:
        return word("answer.none", language)
    name, share = _named("class", prediction.label, language), prediction.probabilities.get(prediction.label)
    headline = word("answer.unsure", language, name=name) if prediction.abstained else name
    return headline if share is None else f"{headline}, {percent(share)}"


def _below(prediction: Prediction, language: Language) -> Iterator[str]:
    """Yield what belongs to the answer: why there is none, or what is not ruled out and what each model says."""
    if prediction.withheld is not None:
        yield prediction.withheld
        return
    if prediction.prediction_set is not None:
        names = ", ".join(_named("class", label, language) for label in prediction.prediction_set)
        possible = word("answer.possible", language, coverage=percent(prediction.coverage), names=names)
        yield possible if names else word("answer.nothing_possible", language)
    second, network = prediction.signal_model, prediction.cnn_probabilities
    if second is not None:
        yield _said("answer.second", second.label, second.probabilities[second.label], language)
    if network is not None:
        best = max(network, key=lambda label: network[label])
        yield _said("answer.network", best, network[best], language)


def _said(key: str, label: str, share: float, language: Language) -> str:
    return word(key, language, name=_named("class", label, language), share=percent(share))


def _named(kind: str, label: str, language: Language) -> str:
    """Return the name of a class, finding or lead group; the label itself where it is not known here."""
    return word(f"{kind}.{label}", language) if f"{kind}.{label}" in WORDS else label


def _ranked(shares: Mapping[str, float], kind: str, language: Language) -> tuple[tuple[str, float], ...]:
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return tuple((_named(kind, label, language), float(share)) for label, share in ranked)


def _withheld(stated: Statements, language: Language) -> Iterator[str]:
    """Yield a sentence on the subjects that were not judged for each reason."""
    by_reason: dict[str, list[str]] = {}
    for subject, reason in stated.withheld.items():
        by_reason.setdefault(reason, []).append(_named("subject", subject, language))
    for reason, subjects in by_reason.items():
        yield f"{', '.join(subjects)}: {german_sentence(reason) if language == 'de' else reason}"


def _quality(quality: float, language: Language) -> str:
    shown = percent(quality)
    return shown if quality >= LOW_QUALITY else f"{shown}, {word('quality.poor', language)}"


def _uncertain(reading: Reading, language: Language) -> tuple[tuple[str, str], ...]:
    """Return what is doubtful: faults, cautions and contradictions first, then the notes."""
    ranks = {"fault": 0, "caution": 1, "note": 2}
    found = [(one.severity, one.text) for one in reading.warnings]
    found += [("caution", text) for text in contradictions(reading)]
    found.sort(key=lambda one: ranks[one[0]])
    return tuple((word(f"severity.{severity}", language), text) for severity, text in found)


def _others(reading: Reading) -> tuple[str, ...]:
    return tuple(f"{role}: {name}" for role, name in reading.models.items() if name != reading.prediction.model)


def _scale(page: Page, language: Language) -> str:
    speed, gain = f"{page.paper_speed_mm_per_s:g}", f"{page.gain_mm_per_mv:g}"
    return word("scale", language, speed=speed, gain=gain, layout=page.layout.name)
