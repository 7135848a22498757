"""From a file to a Reading: the five stages in their order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from heartguard.classify import classify
from heartguard.drawing import draw, segment_leads
from heartguard.intake import Source, open_upload
from heartguard.measure import measure
from heartguard.models import Models, shared_models
from heartguard.page import find_page
from heartguard.page_search import naming_the_ecg_page
from heartguard.signal_files import judge_recorded, sheet_ecg, sheet_page
from heartguard.trace import trace
from heartguard.values import NO_CORRECTIONS, Corrections, Ecg, Page, Prediction, Reading, Upload
from heartguard.vector import LineReading, read_lines
from heartguard.warning_rules import LOW_QUALITY, warnings_on

__all__ = ["read_ecg"]


def read_ecg(
    source: Source,
    *,
    name: str | None = None,
    page: int = 0,
    corrections: Corrections = NO_CORRECTIONS,
    models: Models | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Reading:
    """Read one page of a paper ECG, or ten seconds of a file of signals.

    Parameters
    ----------
    source : bytes, Path or str
        Content or path of a picture, a PDF, a DICOM file or a file of signals.
    name : str, optional
        Name to show; by default that of the path.
    page : int, default 0
        Page of a document, from 0.
    corrections : Corrections, optional
        Settings made by hand: turn, corners, layout, paper speed, gain.
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
    models = models or shared_models()
    stages = _Stopwatch(on_stage)
    with stages.timed("intake"):
        upload = open_upload(source, name=name, page=page)
    recorded = upload.signals
    with stages.timed("page"), naming_the_ecg_page(source, upload, models.page):
        lines = LineReading() if recorded is not None else read_lines(source, upload, corrections)
        upload = replace(upload, warnings=(*upload.warnings, *lines.notes))
        straight = lines.page or _page(upload, models, corrections)
    with stages.timed("trace"):
        ecg = lines.ecg or (trace(straight, models.line) if recorded is None else sheet_ecg(straight))
    with stages.timed("measure"):
        measurements = measure(ecg)
    with stages.timed("classify"):
        prediction = replace(_answer(ecg, models), withheld=_why_withheld(ecg))
    quality, of_leads = straight.quality, ecg.quality
    if recorded is not None:
        quality, of_leads = judge_recorded(ecg, recorded)
    elif lines.ecg is None:
        quality, of_leads = models.quality.judge(straight, ecg, measurements)
    ecg = replace(ecg, quality=of_leads)
    warnings = warnings_on(upload, straight, ecg, measurements, prediction, quality)
    if quality < LOW_QUALITY or prediction.withheld:  # the models cannot notice that their input is not this ECG
        prediction = replace(prediction, abstained=True, prediction_set=None, findings=(), signal_model=None)
    return Reading(
        upload=upload,
        page=straight,
        ecg=ecg,
        measurements=measurements,
        prediction=prediction,
        quality=quality,
        timings_ms=stages.timings_ms(),
        warnings=warnings,
        models=models.ids,
        corrections=corrections,
    )


def _page(upload: Upload, models: Models, corrections: Corrections) -> Page:
    """Return the sheet of a file that holds signals, or the page that a picture shows."""
    return find_page(upload, models.page, corrections) if upload.signals is None else sheet_page(upload, corrections)


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


class _Stopwatch:
    """Milliseconds per stage."""

    def __init__(self, on_stage: Callable[[str], None] | None) -> None:
        self._on_stage = on_stage
        self._began = time.perf_counter()
        self._spent: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        if self._on_stage is not None:
            self._on_stage(stage)
        start = time.perf_counter()
        yield
        self._spent[stage] = 1000 * (time.perf_counter() - start)

    def timings_ms(self) -> dict[str, float]:
        return {**self._spent, "total": 1000 * (time.perf_counter() - self._began)}
