"""From a file to a Reading: the five stages in their order, for one ECG, for all of a file, and for pages together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from heartguard.classify import classify
from heartguard.document import Sheet, Trace, continued, document_pages, joined
from heartguard.drawing import draw, segment_leads
from heartguard.errors import HeartGuardError, IntakeError, NotAnEcgError, PageNumberError
from heartguard.intake import Source
from heartguard.measure import with_marks
from heartguard.models import Models, shared_models
from heartguard.page_search import MOST_PAGES
from heartguard.traced import Stopwatch, TracedEcg, trace_ecgs
from heartguard.values import NO_CORRECTIONS, Corrections, Ecg, Prediction, Reading
from heartguard.warning_rules import LOW_QUALITY, warnings_on

__all__ = ["Refused", "read_ecg", "read_ecgs", "read_together"]


class Refused(NamedTuple):
    """A page of a document that could not be read: its number, from 0, how many there are, and why."""

    page: int
    pages: int
    error: HeartGuardError


def read_ecg(
    source: Source,
    *,
    name: str | None = None,
    page: int = 0,
    part: int = 0,
    alone: bool = False,
    corrections: Corrections = NO_CORRECTIONS,
    models: Models | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Reading:
    """Read one ECG of a paper page, or ten seconds of a file of signals.

    Parameters
    ----------
    source : bytes, Path or str
        Content or path of a picture, a PDF, a DICOM file or a file of signals.
    name : str, optional
        Name to show; by default that of the path.
    page : int, default 0
        Page of a document, from 0.
    part : int, default 0
        Which of several ECGs on that page, from 0 at the top.
    alone : bool, default False
        Whether the page is read by itself also where it shows but some leads, and pages beside it the others.
    corrections : Corrections, optional
        Settings made by hand: turn, corners, layout, paper speed, gain, lead names.
    models : Models, optional
        By default the shipped ones, loaded once a process, before the file is opened.
    on_stage : callable, optional
        Called with the name of each of `heartguard.vocabulary.STAGES` as it begins.

    Returns
    -------
    Reading

    Raises
    ------
    heartguard.errors.HeartGuardError
        One of its subclasses, each with a sentence on what is wrong and what to do.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> reading = read_ecg(list_samples()[0].path)
    >>> reading.page.layout.name, reading.prediction.label, round(reading.measurements.heart_rate_bpm)
    ('3x4+1', 'Normal', 72)
    """
    models, stages = models or shared_models(), Stopwatch(on_stage)
    found = _trace_page(Sheet(source, name, page), models, stages, corrections, alone=alone)
    if not 0 <= part < len(found):
        raise PageNumberError(f"The page shows {len(found)} ECGs; there is no number {part + 1}.")
    return _finished(found[part], models, stages, corrections)


def read_ecgs(
    source: Source,
    *,
    name: str | None = None,
    page: int | None = None,
    alone: bool = False,
    corrections: Corrections = NO_CORRECTIONS,
    models: Models | None = None,
) -> Iterator[Reading | Refused]:
    """Read every ECG of a file: of each page of a document, and each of several on one page.

    Parameters
    ----------
    source, name, corrections, models
        As of `read_ecg`.
    page : int, optional
        Only this page, from 0, by itself; by default the first `heartguard.page_search.MOST_PAGES` pages of a document,
        and the first ten seconds of a file of signals.
    alone : bool, default False
        Whether every page is an ECG by itself, also where it shows but some leads, and pages beside it the others.

    Yields
    ------
    Reading or Refused
        Pages without an ECG, such as covers, are passed over if any other has one.

    Raises
    ------
    heartguard.errors.HeartGuardError
        If no page shows an ECG, or the file cannot be opened.
    """
    models = models or shared_models()
    pages = document_pages(source) if page is None else 1
    if pages == 1:
        stages, sheet = Stopwatch(), Sheet(source, name, page or 0)
        for found in _trace_page(sheet, models, stages, corrections, alone=alone or page is not None):
            yield _finished(found, models, stages, corrections)
        return
    passed: list[NotAnEcgError] = []
    known: set[int] = set()
    for number in range(min(pages, MOST_PAGES)):
        if number in known:
            continue
        stages = Stopwatch()
        try:
            sheet = Sheet(source, name, number)
            ecgs = _trace_page(sheet, models, stages, corrections, alone=alone, search=False)
        except NotAnEcgError as error:
            passed.append(error)
            continue
        except IntakeError:
            raise
        except HeartGuardError as error:
            known.add(number)
            yield Refused(number, pages, error)
            continue
        for found in ecgs:
            known |= {read for _, read in found.sheets}
            yield _finished(found, models, stages, corrections)
    if not known:
        raise NotAnEcgError(f"{passed[0]} The document has {pages} pages; no other that was looked at shows an ECG.")


def read_together(
    sources: Sequence[Source],
    *,
    names: Sequence[str | None] | None = None,
    corrections: Corrections = NO_CORRECTIONS,
    models: Models | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Reading:
    """Read several files, and all pages of documents, as one ECG.

    Parameters
    ----------
    sources : sequence of bytes, Path or str
    names : sequence of str or None, optional
        Names to show; by default those of the paths.
    corrections : Corrections, optional
        Paper speed and gain, for all pages, and lead names as they are on the joined page.
    models, on_stage
        As of `read_ecg`.

    Returns
    -------
    Reading
        With the seconds of the pages one after the other.

    Raises
    ------
    heartguard.errors.HeartGuardError
    """
    models, stages = models or shared_models(), Stopwatch(on_stage)
    named = list(zip(sources, names or [None] * len(sources), strict=True))
    found = joined(named, _tracer(models, stages, search=False), corrections)
    return _finished(found, models, stages, corrections)


def _tracer(models: Models, stages: Stopwatch, *, search: bool = True) -> Trace:
    def trace(sheet: Sheet, corrections: Corrections) -> tuple[TracedEcg, ...]:
        source, name, page = sheet
        corrections = replace(corrections, marks=())  # of the measurements, not of the page
        return trace_ecgs(source, models, stages, name=name, page=page, corrections=corrections, search=search)

    return trace


def _trace_page(
    sheet: Sheet,
    models: Models,
    stages: Stopwatch,
    corrections: Corrections,
    *,
    alone: bool = False,
    search: bool = True,
) -> tuple[TracedEcg, ...]:
    """Return the ECGs of a page; one that its document continues on other pages is whole, unless it is read alone."""
    found = _tracer(models, stages, search=search)(sheet, corrections)
    if alone or len(found) > 1:
        return found
    return (continued(sheet, found[0], _tracer(models, stages, search=False), corrections),)


def _finished(found: TracedEcg, models: Models, stages: Stopwatch, corrections: Corrections) -> Reading:
    """Return the reading of a traced ECG."""
    page, ecg, measurements, quality = found.page, found.ecg, found.measurements, found.quality
    with stages.timed("classify"):
        prediction = replace(_answer(ecg, models), withheld=_why_withheld(ecg))
    warnings = warnings_on(page.upload, page, ecg, measurements, prediction, quality)
    if quality < LOW_QUALITY or prediction.withheld:  # the models cannot notice that their input is not this ECG
        prediction = replace(prediction, abstained=True, prediction_set=None, findings=(), signal_model=None)
    reading = Reading(
        upload=page.upload,
        page=page,
        ecg=ecg,
        measurements=measurements,
        prediction=prediction,
        quality=quality,
        timings_ms=stages.timings_ms(),
        warnings=warnings,
        models=models.ids,
        corrections=corrections,
        part=found.part,
        parts=found.parts,
        sheets=found.sheets,
    )
    return with_marks(reading, dict(corrections.marks)) if corrections.marks else reading


def _answer(ecg: Ecg, models: Models) -> Prediction:
    """Return VGG16's answer joined with the signal model's; alone where the drawing is out of distribution."""
    segments = segment_leads(ecg)
    prediction = classify(draw(segments), models.vgg16)
    if prediction.out_of_distribution:
        return prediction
    return models.signal.consult(prediction, segments, models.vgg16.spec.sha256)


def _why_withheld(ecg: Ecg) -> str | None:
    """Return why a page has no class: it does not have all twelve leads, or their names are not known."""
    if ecg.page is None or ecg.page.layout.complete:
        return None
    shown = (*ecg.shown, *ecg.others)
    return (
        f"The class needs all twelve leads, and this page has {', '.join(shown) or 'none of them'}: none is given. "
        "Rate and intervals are those of the leads that are there."
    )
