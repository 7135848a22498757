"""The rules that raise the warnings of a whole reading, beside those that intake, page and trace raise themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from heartguard.leads import LEADS, PAPER_SPEED_MM_PER_S
from heartguard.likely_speed import SURE, chance_of_fast_paper, chance_of_true_time
from heartguard.values import Ecg, Measurements, Page, Prediction, Upload
from heartguard.warning import Warning, caution, fault, note

__all__ = ["LOW_QUALITY", "NOT_NORMAL", "UNSURE", "warnings_on"]

LOW_QUALITY = 0.5
"""A page or a lead with less is called poor: the middle of the scale, chosen by hand."""

SURE_QUALITY = 0.8
"""From it on, what made single parts look doubtful is outweighed by the rest: their cautions become notes."""

_ON_THE_PAGE = ("page", "scale", "layout", "names", "trace")
"""Families of what quality is told from."""

_UNTOLD = ("scale.speed_doubted", "scale.speed_unsure")
"""Cautions that stay at any quality: a page read at half its speed has clear lines and leads that fit each other."""

_LENGTH = "scale.length"
"""Caution that a page does not show 10 s. Excerpts do not either: with a grid, beats as fast and as wide as hearts make
them show that the seconds are right, and it becomes a note."""

_INFARCTION = "MI"
_NO_AGE = (
    "They tell an infarction, not its age: it may be an old one. Compare earlier ECGs, and act on the patient's state."
)
"""The records that they were fitted to seldom tell the age of an infarction."""

UNSURE = "class.unsure"
"""Code of the warning that no class is probable enough, which the app shows as its headline "Not sure"."""

NOT_NORMAL = "class.not_normal"
"""Code of the warning that the most probable class is Normal and measurements do not allow it; shown there too."""

FLAT_MV, LEAST_COMPLEX_MV = 0.06, 0.3
"""A lead no higher than two pen widths shows no complex; the highest lead of an ECG with low voltage reaches 0.5 mV in
the limb leads and 1 mV in the chest leads."""

LARGE_EINTHOVEN_MV = 0.1
"""One small square. Well traced pages give 0.01 to 0.06 mV; limb leads that disagree by more were misread somewhere."""


def warnings_on(
    upload: Upload, page: Page, ecg: Ecg, measurements: Measurements, prediction: Prediction, quality: float
) -> tuple[Warning, ...]:
    """Return all warnings of a reading, each once: uncertainties, most important first, then the notes.

    Parameters
    ----------
    upload, page, ecg, measurements, prediction
        The values of one reading; upload, page and ecg bring warnings of their own.
    quality : float
        Of the whole reading, 0 to 1.
    """
    said = (_on_models(prediction), _on_prediction(prediction), _on_sign(prediction), _on_source(prediction))
    answer = (*said, _on_quality(quality, upload))
    traces = (_on_speed(page, measurements), _on_leads(page, ecg), _on_flat_leads(ecg), _on_einthoven(measurements))
    found = (*answer, *page.warnings, *traces, *upload.warnings, *ecg.warnings)
    granted = _LENGTH if _time_is_sure(page, measurements) else None
    kept = dict.fromkeys(_weighed(warning, quality, granted) for warning in found if warning is not None)
    return tuple(sorted(kept, key=lambda warning: warning.severity == "note"))


def _time_is_sure(page: Page, measurements: Measurements) -> bool:
    chance = chance_of_true_time(measurements)
    return page.scale_source == "grid" and chance is not None and chance >= SURE


def _weighed(warning: Warning, quality: float, granted: str | None) -> Warning:
    """Return a note in place of a caution on the page where its quality is high, as it is right in four of five cases.

    `granted` is the code of one that is a note at any quality.
    """
    told = warning.family in _ON_THE_PAGE and warning.code not in _UNTOLD
    if warning.severity != "caution" or not told or (quality < SURE_QUALITY and warning.code != granted):
        return warning
    return replace(warning, severity="note")


def _on_models(prediction: Prediction) -> Warning | None:
    if prediction.signal_model is not None or prediction.out_of_distribution or prediction.withheld:
        return None
    return caution(
        "class.vgg16_alone",
        "No beats could be measured, so the signal model, which has most of the weight, took no part: the class is "
        "that of VGG16 alone. Compare it with the page.",
    )


def _on_prediction(prediction: Prediction) -> Warning | None:
    if prediction.withheld:
        return fault("class.withheld", prediction.withheld)
    if not prediction.abstained:
        return None
    if prediction.out_of_distribution:
        return fault(
            "class.unlike",
            "This tracing is unlike those the models learnt from (leads may be missing or misread, or it is no 12-lead "
            "ECG), so the class is no answer. Compare the traces with the page.",
        )
    best = prediction.probabilities[prediction.label]
    if prediction.why_not_normal:
        reasons = " ".join(prediction.why_not_normal)
        return caution(NOT_NORMAL, f"The models' best answer, Normal ({best:.0%}), is not given: {reasons}")
    if prediction.not_named:
        return caution(UNSURE, prediction.not_named)
    return caution(
        UNSURE,
        f"The models are not sure: their best answer, {prediction.label}, has only {best:.0%}. Take it as no answer.",
    )


def _on_sign(prediction: Prediction) -> Warning | None:
    return None if prediction.no_sign is None else caution("class.no_sign", prediction.no_sign)


def _on_source(prediction: Prediction) -> Warning | None:
    if prediction.elsewhere is None:
        return None
    if prediction.abstained or prediction.label != _INFARCTION:
        return note("class.elsewhere", prediction.elsewhere)
    return caution("class.elsewhere", f"{prediction.elsewhere} {_NO_AGE}")


def _on_quality(quality: float, upload: Upload) -> Warning | None:
    if quality >= LOW_QUALITY:
        return None
    if upload.signals is not None:
        return fault(
            "page.quality",
            f"The signals of the file are doubtful (quality {quality:.0%}), so the class is no answer. The reasons "
            "follow.",
        )
    return fault(
        "page.quality",
        f"The page could be traced only poorly (quality {quality:.0%}), so the class is no answer. Compare the traces "
        "with the page itself, or give a larger and sharper picture of it.",
    )


def _on_speed(page: Page, measurements: Measurements) -> Warning | None:
    """Doubt the usual speed where nothing states it and the beats are slow and yet wide, as at half their speed."""
    if page.evidence.get("speed_stated", 1.0) or page.speed_mm_per_s != PAPER_SPEED_MM_PER_S:
        return None
    chance = chance_of_fast_paper(measurements)
    if chance is None or chance < SURE:
        return None
    return caution(
        "scale.speed_doubted",
        f"No paper speed was read, and 25 mm/s was taken. At it QRS ({measurements.qrs_ms:.0f} ms) and QT "
        f"({measurements.qt_ms:.0f} ms) are so wide at {measurements.heart_rate_bpm:.0f}/min that the paper may have "
        "run at 50 mm/s: then the rate is twice as high, and all intervals are half. Check the print, and set the "
        "speed by hand.",
    )


def _on_leads(page: Page, ecg: Ecg) -> Warning | None:
    printed = {lead for row in page.layout.rows for lead in row}
    absent = [lead for lead in LEADS if lead in printed and not np.isfinite(ecg.lead(lead)).any()]
    poor = [
        lead
        for lead, quality in zip(LEADS, ecg.quality, strict=True)
        if lead in ecg.shown and float(quality) < LOW_QUALITY
    ]
    named = {"not found": absent, "traced poorly": poor}
    parts = [f"{what}: {', '.join(leads)}" for what, leads in named.items() if leads]
    if not parts:
        return None
    text = f"Leads {'; '.join(parts)}. Judge these leads on the page itself."
    return fault("trace.missing", text) if absent else caution("trace.poor", text)


def _on_flat_leads(ecg: Ecg) -> Warning | None:
    """Tell of leads that are a straight line while others show complexes: an electrode is off, or the lead was lost."""
    heights = {lead: float(np.nanmax(ecg.lead(lead)) - np.nanmin(ecg.lead(lead))) for lead in ecg.shown}
    flat = [lead for lead, height in heights.items() if height < FLAT_MV]
    if not flat or max(heights.values()) < LEAST_COMPLEX_MV:
        return None
    return caution(
        "measure.flat_lead",
        f"A straight line and no complexes: {', '.join(flat)}. An electrode may be off: record the ECG again.",
    )


def _on_einthoven(measurements: Measurements) -> Warning | None:
    residual = measurements.einthoven_residual_mv
    if residual is None or residual <= LARGE_EINTHOVEN_MV:
        return None
    return caution(
        "names.limb_leads_disagree",
        f"The limb leads disagree by {residual:.2f} mV (II should be I + III): a trace or a lead name may be misread. "
        "Compare the traces with the page.",
    )
