"""The five stages in their order, with the networks and the corrections of one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict, Unpack

from heartguard.answers import conclude
from heartguard.classify import classify
from heartguard.document import Sheet, continued
from heartguard.drawing import draw, segment_leads
from heartguard.measure import with_marks
from heartguard.models import Models, shared_models
from heartguard.statements import Case, doubts_of, state
from heartguard.traced import Stopwatch, TracedEcg, trace_ecgs
from heartguard.values import NO_CORRECTIONS, Corrections, Ecg, Prediction, Reading
from heartguard.warning_rules import LOW_QUALITY, warnings_on

__all__ = ["Pipeline", "ReadOptions"]


class ReadOptions(TypedDict, total=False):
    """What every way of reading takes by keyword.

    Attributes
    ----------
    corrections : Corrections
        Settings made by hand: turn, corners, layout, paper speed, gain, lead names.
    models : Models
        By default the shipped ones, loaded once a process, before the file is opened.
    on_stage : callable
        Called with the name of each of `heartguard.vocabulary.STAGES` as it begins.
    """

    corrections: Corrections
    models: Models | None
    on_stage: Callable[[str], None] | None


class Pipeline:
    """Reads pages with the same networks and corrections; its stopwatch runs from the beginning, or `restart`.

    Parameters
    ----------
    **options : ReadOptions
    """

    def __init__(self, **options: Unpack[ReadOptions]) -> None:
        self.models = options.get("models") or shared_models()
        self.corrections = options.get("corrections", NO_CORRECTIONS)
        self._on_stage = options.get("on_stage")
        self.restart()

    def restart(self) -> None:
        """Count the milliseconds of each stage anew."""
        self._stages = Stopwatch(self._on_stage)

    def trace(self, sheet: Sheet, corrections: Corrections, *, search: bool = False) -> tuple[TracedEcg, ...]:
        """Return the ECGs of one page by itself.

        Parameters
        ----------
        sheet : Sheet
        corrections : Corrections
            Those of this page.
        search : bool, default False
            Whether a page without an ECG is refused with the number of one that has it.
        """
        source, name, page = sheet
        corrections = replace(corrections, marks=())  # of the measurements, not of the page
        return trace_ecgs(
            source, self.models, self._stages, name=name, page=page, corrections=corrections, search=search
        )

    def trace_page(self, sheet: Sheet, *, alone: bool = False, search: bool = True) -> tuple[TracedEcg, ...]:
        """Return the ECGs of a page; one that its document continues on other pages is whole, unless read alone."""
        found = self.trace(sheet, self.corrections, search=search)
        if alone or len(found) > 1:
            return found
        return (continued(sheet, found[0], self.trace, self.corrections),)

    def finish(self, found: TracedEcg) -> Reading:
        """Return the reading of a traced ECG: with its class, unless that is withheld, and its warnings."""
        page, ecg, measurements, quality = found.page, found.ecg, found.measurements, found.quality
        with self._stages.timed("classify"):
            prediction = replace(answer(ecg, self.models), withheld=_why_withheld(ecg))
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
            timings_ms=self._stages.timings_ms(),
            warnings=warnings,
            models=self.models.ids,
            corrections=self.corrections,
            part=found.part,
            parts=found.parts,
            sheets=found.sheets,
        )
        if self.corrections.marks:
            reading = with_marks(reading, dict(self.corrections.marks))
        return reading if quality < LOW_QUALITY else _concluded(reading)


def answer(ecg: Ecg, models: Models) -> Prediction:
    """Return VGG16's answer joined with the signal model's; alone where the drawing is out of distribution."""
    segments = segment_leads(ecg)
    prediction = classify(draw(segments), models.vgg16)
    if prediction.out_of_distribution:
        return prediction
    return models.signal.consult(prediction, segments, models.vgg16.spec.sha256)


def _concluded(reading: Reading) -> Reading:
    """Return a reading whose answer was set against its measurements, with the warnings on that answer."""
    case = Case(reading.measurements, reading.ecg)
    prediction = conclude(reading.prediction, case, state(case, doubts_of(reading.warnings)))
    warnings = warnings_on(reading.upload, reading.page, reading.ecg, reading.measurements, prediction, reading.quality)
    return replace(reading, prediction=prediction, warnings=warnings)


def _why_withheld(ecg: Ecg) -> str | None:
    """Return why a page has no class: it does not have all twelve leads, or their names are not known."""
    if ecg.page is None or ecg.page.layout.complete:
        return None
    shown = (*ecg.shown, *ecg.others)
    return (
        f"The class needs all twelve leads, and this page has {', '.join(shown) or 'none of them'}: none is given. "
        "Rate and intervals are those of the leads that are there."
    )
