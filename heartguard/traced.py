"""From a page of a file to the ECGs that it shows, as signals with their quality: all that needs no class."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

import numpy as np

from heartguard.intake import Source, open_upload
from heartguard.measure import measure
from heartguard.models import Models
from heartguard.page import find_pages
from heartguard.page_search import naming_the_ecg_page
from heartguard.quality import AMPLITUDES_TOLD
from heartguard.signal_files import judge_recorded, sheet_ecg, sheet_page
from heartguard.trace import trace
from heartguard.values import NO_CORRECTIONS, Corrections, Ecg, Measurements, Page, Upload
from heartguard.vector import read_lines
from heartguard.warning import caution, note

__all__ = ["Stopwatch", "TracedEcg", "trace_ecgs"]

_MOST_WITH_FAULTY_SCALE = 0.6
"""Quality of a page with a fault on its scale, at most: "fair", however well its lines were followed, since values in
ms or mV are not to be relied on; not "poor", since the leads are what they are. By hand."""

_AMPLITUDES = (
    "The lines may end below the tips of narrow waves, so that R and S come out too low. Compare their heights with "
    "the page before voltages are used."
)


@dataclass(frozen=True, eq=False)
class TracedEcg:
    """One ECG of a page, traced and judged.

    Attributes
    ----------
    page : Page
    ecg : Ecg
        With the qualities of its leads.
    measurements : Measurements
    quality : float, 0 to 1
    part, parts : int
        Which of the ECGs of its page it is, from 0, and how many there are.
    sheets : tuple of (str, int)
        File name and page number, from 0, of every page that it was read from.
    """

    page: Page
    ecg: Ecg
    measurements: Measurements
    quality: float
    part: int = 0
    parts: int = 1
    sheets: tuple[tuple[str, int], ...] = ()


@dataclass(eq=False)
class Stopwatch:
    """Milliseconds of each stage, over all pages.

    Attributes
    ----------
    on_stage : callable or None
        Called with the name of each stage as it begins.
    """

    on_stage: Callable[[str], None] | None = None
    _began: float = field(default_factory=time.perf_counter)
    _spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the time inside as that of a stage."""
        if self.on_stage is not None:
            self.on_stage(stage)
        start = time.perf_counter()
        yield
        self._spent[stage] = self._spent.get(stage, 0.0) + 1000 * (time.perf_counter() - start)

    def timings_ms(self) -> dict[str, float]:
        """Return the milliseconds by stage, and of all time since the beginning as ``total``."""
        return {**self._spent, "total": 1000 * (time.perf_counter() - self._began)}


def trace_ecgs(
    source: Source,
    models: Models,
    stages: Stopwatch,
    *,
    name: str | None = None,
    page: int = 0,
    corrections: Corrections = NO_CORRECTIONS,
    search: bool = True,
) -> tuple[TracedEcg, ...]:
    """Trace every ECG of one page; see `heartguard.read_ecg` for the other parameters.

    Parameters
    ----------
    stages : Stopwatch
    search : bool
        Whether a page without an ECG is refused with the number of one that has it.

    Returns
    -------
    tuple of TracedEcg
        From the top of the page; mostly one.

    Raises
    ------
    heartguard.errors.HeartGuardError
    """
    with stages.timed("intake"):
        upload = open_upload(source, name=name, page=page)
    pointing = naming_the_ecg_page(source, upload, models.page) if search else nullcontext()
    with stages.timed("page"), pointing:
        if upload.signals is not None:
            return (_recorded(sheet_page(upload, corrections)),)
        lines = read_lines(source, upload, corrections)
        upload = replace(upload, warnings=(*upload.warnings, *lines.notes))
        pages = () if lines.ecgs else find_pages(upload, models.page, corrections)
    with stages.timed("trace"):
        ecgs = lines.ecgs or tuple(trace(page, models.line) for page in pages)
    with stages.timed("measure"):
        traced = [_judged(ecg, models, by_lines=bool(lines.ecgs)) for ecg in ecgs]
    return tuple(_part(one, part, len(traced)) for part, one in enumerate(traced))


def _recorded(page: Page) -> TracedEcg:
    """Return the ECG of the sheet of a file that holds signals."""
    upload, ecg = page.upload, sheet_ecg(page)
    assert upload.signals is not None
    quality, of_leads = judge_recorded(ecg, upload.signals)
    return TracedEcg(page, replace(ecg, quality=of_leads), measure(ecg), quality, sheets=_sheet(upload))


def _judged(ecg: Ecg, models: Models, *, by_lines: bool) -> TracedEcg:
    page, measurements = ecg.page, measure(ecg)
    assert page is not None
    whole, of_leads = page.quality, ecg.quality
    if not by_lines:
        quality = models.quality.judge(page, ecg, measurements)
        whole, of_leads = quality.page, quality.leads
        if quality.amplitudes_off >= AMPLITUDES_TOLD:
            page = replace(page, warnings=(*page.warnings, caution("scale.amplitudes", _AMPLITUDES)))
    best = _best_quality(page)
    ecg = replace(ecg, page=page, quality=np.minimum(of_leads, best))
    return TracedEcg(page, ecg, measurements, min(whole, best), sheets=_sheet(page.upload))


def _best_quality(page: Page) -> float:
    """Return the most that the quality of a page can be: less where the scale is set against it, or it has none."""
    faulty = any(warning.severity == "fault" and warning.family == "scale" for warning in page.warnings)
    return _MOST_WITH_FAULTY_SCALE if faulty else 1.0


def _sheet(upload: Upload) -> tuple[tuple[str, int], ...]:
    return ((upload.name, upload.page),)


def _part(traced: TracedEcg, part: int, parts: int) -> TracedEcg:
    """Return an ECG that knows of the others of its page."""
    if parts == 1:
        return traced
    text = f"The page shows {parts} ECGs, one below the other; this is number {part + 1}. They are not mixed."
    page = replace(traced.page, warnings=(note("page.several", text), *traced.page.warnings))
    return replace(traced, page=page, ecg=replace(traced.ecg, page=page), part=part, parts=parts)
