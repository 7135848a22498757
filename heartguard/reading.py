"""The one way through: a file becomes a Reading."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

import numpy as np

from heartguard.classify import Engine, SecondModel, classify, load_engine, load_second, models_folder
from heartguard.drawing import draw
from heartguard.intake import Source, open_upload
from heartguard.leads import LEADS
from heartguard.measure import lead_disagreement, measure
from heartguard.page import find_page
from heartguard.trace import trace
from heartguard.values import (
    NO_CORRECTIONS,
    Corrections,
    Ecg,
    Measurements,
    Page,
    Prediction,
    Reading,
)

__all__ = ["LOW_QUALITY", "STAGES", "read_ecg", "shared_engine", "warnings_on"]

STAGES = ("intake", "page", "trace", "measure", "classify")
"""Names given to ``on_stage`` and keys of ``Reading.timings_ms``, in this order; the drawing is part of classify.
The first reading of a process also loads the model in classify."""

LOW_QUALITY = 0.5
"""Under this a page or a lead is called poor."""

LARGE_EINTHOVEN_MV = 0.1
"""One small square. Well traced pages give 0.01 to 0.06 mV; limb leads that disagree by more were misread somewhere."""

_LOADING = threading.Lock()


def read_ecg(
    source: Source,
    *,
    name: str | None = None,
    page: int = 0,
    corrections: Corrections = NO_CORRECTIONS,
    engine: Engine | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Reading:
    """Read one page of a paper ECG.

    Parameters
    ----------
    source : bytes, Path or str
        Content or path of a picture, PDF or DICOM file.
    name : str, optional
        Name to show; by default that of the path.
    page : int, default 0
        Page of a document, from 0.
    corrections : Corrections, optional
        What was set by hand: turn, corners, layout, paper speed, gain.
    engine : Engine, optional
        The model; by default the shipped VGG16, loaded once per process.
    on_stage : callable, optional
        Called with the name of each of `STAGES` as it begins.

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
    >>> reading.prediction.label, round(reading.measurements.heart_rate_bpm)
    ('Normal', 72)
    """
    stages = _Stopwatch(on_stage)
    with stages.timed("intake"):
        upload = open_upload(source, name=name, page=page)
    with stages.timed("page"):
        straight = find_page(upload, corrections)
    with stages.timed("trace"):
        ecg = trace(straight)
    with stages.timed("measure"):
        measurements = measure(ecg)
    with stages.timed("classify"):
        prediction = _answer(ecg, engine if engine is not None else shared_engine())
    quality = overall_quality(straight, ecg)
    warnings = warnings_on(straight, ecg, measurements, prediction, quality)
    if quality < LOW_QUALITY:  # the network cannot know that its drawing is not of this heart
        prediction = replace(prediction, abstained=True, possible=None, findings=(), second=None)
    return Reading(
        upload=upload,
        page=straight,
        ecg=ecg,
        measurements=measurements,
        prediction=prediction,
        quality=quality,
        timings_ms=stages.timings_ms(),
        warnings=warnings,
    )


def shared_engine(name: str = "vgg16") -> Engine:
    """Return the shipped model `name`, loaded once per process however many threads ask for it."""
    with _LOADING:
        return _load_once(name)


@lru_cache(maxsize=2)
def _load_once(name: str) -> Engine:
    return load_engine(name)


def _answer(ecg: Ecg, engine: Engine) -> Prediction:
    """Return the network's answer, with that of the second model where there is one."""
    prediction = classify(draw(ecg), engine)
    with _LOADING:
        second = _load_second_once()
    return prediction if second is None or prediction.unlike else second.consult(prediction, ecg, engine.spec.sha256)


@lru_cache(maxsize=1)
def _load_second_once() -> SecondModel | None:
    return load_second(models_folder())


def overall_quality(page: Page, ecg: Ecg) -> float:
    """Quality of the tracing, 0 to 1: the least of the page's, the mean over the twelve leads, and how leads agree.

    The minimum, because none makes up for another: clean lines at a wrong scale are as useless as a page that is well
    understood but whose lines cannot be followed, or lines that are named after leads which they do not show. A lead
    that is absent counts as 0. A disagreement up to 0.13 costs nothing; at 0.38 the reading becomes poor.
    """
    disagreement = lead_disagreement(ecg.independent)
    agreement = 1.0 if disagreement is None else 1.26 - 2 * disagreement
    return float(np.clip(min(page.quality, float(np.mean(ecg.quality)), agreement), 0.0, 1.0))


def warnings_on(
    page: Page, ecg: Ecg, measurements: Measurements, prediction: Prediction, quality: float
) -> tuple[str, ...]:
    """Return sentences on what is uncertain, most important first.

    Parameters
    ----------
    page, ecg, measurements, prediction
        The values of one reading.
    quality : float
        As `overall_quality` gives it.
    """
    return tuple(
        sentence
        for sentence in (
            _on_prediction(prediction),
            _on_quality(quality),
            _on_scale(page),
            *page.doubts,
            _on_leads(ecg),
            _on_einthoven(measurements),
        )
        if sentence
    )


def _on_prediction(prediction: Prediction) -> str:
    if not prediction.abstained:
        return ""
    if prediction.unlike:
        return (
            "This tracing is unlike those the model learnt from (leads may be missing or misread, or it is no 12-lead "
            "ECG), so the class is no answer. Compare the traces with the page."
        )
    best = prediction.probabilities[prediction.label]
    return f"The model is not sure: its best answer, {prediction.label}, has only {best:.0%}. Take it as no answer."


def _on_quality(quality: float) -> str:
    if quality >= LOW_QUALITY:
        return ""
    return (
        f"The page could be traced only poorly (quality {quality:.0%}), so the class is no answer. Compare the traces "
        "with the page, or scan it again, flat and evenly lit."
    )


def _on_scale(page: Page) -> str:
    return {
        "grid": "",
        "pulse": "The grid was not found; the scale was taken from the calibration pulse. Check rate and amplitudes.",
        "layout": "Neither grid nor calibration pulse was found; the scale was guessed from the layout. "
        "Do not rely on rate, intervals and amplitudes.",
    }[page.scale_source]


def _on_leads(ecg: Ecg) -> str:
    absent = [lead for lead in LEADS if not np.isfinite(ecg.lead(lead)).any()]
    poor = [
        lead
        for lead, quality in zip(LEADS, ecg.quality, strict=True)
        if lead not in absent and float(quality) < LOW_QUALITY
    ]
    parts = [
        f"{'not found: ' if leads is absent else 'traced poorly: '}{', '.join(leads)}"
        for leads in (absent, poor)
        if leads
    ]
    return f"Leads {'; '.join(parts)}. Judge these leads on the page itself." if parts else ""


def _on_einthoven(measurements: Measurements) -> str:
    residual = measurements.einthoven_residual_mv
    if residual is None or residual <= LARGE_EINTHOVEN_MV:
        return ""
    return (
        f"The limb leads disagree by {residual:.2f} mV (II should be I + III): a trace or a lead name may be misread. "
        "Compare the traces with the page."
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
