"""A Reading as a few lines for a person at a terminal."""

from __future__ import annotations

from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.report.review_values import review_lines
from heartguard.report.structured import reason_of
from heartguard.review import Review
from heartguard.statements import Statements, statements
from heartguard.values import Measurements, Prediction, Reading
from heartguard.vocabulary import DISCLAIMER, class_name, finding_name, printable

_ROWS = (
    ("Heart rate", "heart_rate_bpm", "/min"),
    ("RR", "rr_ms", "ms"),
    ("PR", "pr_ms", "ms"),
    ("QRS", "qrs_ms", "ms"),
    ("QT", "qt_ms", "ms"),
    ("QTc (Bazett)", "qtc_ms", "ms"),
    ("QTc (Fridericia)", "qtc_fridericia_ms", "ms"),
    ("Frontal axis", "axis_deg", "degrees"),
)
"""Title, field and unit of each measurement, in the order of the lines."""


def to_text(
    reading: Reading,
    *,
    file: str | None = None,
    patient: Patient = UNKNOWN_PATIENT,
    review: Review | None = None,
) -> str:
    """Return the answer, the measurements, the statements and the warnings of `reading` as text of several lines.

    A doctor's `review` has lines of its own.

    Examples
    --------
    >>> from heartguard.samples import list_samples
    >>> from heartguard import read_ecg
    >>> print(to_text(read_ecg(list_samples()[0].path)))
    normal-3x4.png
      Answer            Normal...
      Heart rate        72 /min...
      ...
    """
    prediction = reading.prediction
    lines = [
        printable(file if file is not None else reading.upload.name),
        *_page(reading),
        *_answer(prediction),
        *_possible(prediction),
        *_findings(prediction),
        *_second(prediction),
        *review_lines(review),
        *(_row(reading.measurements, *row) for row in _ROWS),
        *_statements(statements(reading, patient)),
        f"  Layout            {reading.page.layout.name}, scale from the {reading.page.scale_source}",
        *(f"  Set by hand       {setting.text}" for setting in reading.by_hand),
        f"  Quality           {reading.quality:.0%}",
        f"  Time              {reading.timings_ms.get('total', 0.0) / 1000:.1f} s",
        *(f"  {warning.severity.capitalize():<17} {warning.text}" for warning in reading.warnings),
        f"  {DISCLAIMER}",
    ]
    return "\n".join(lines) + "\n"


def _answer(prediction: Prediction) -> list[str]:
    """Return the lines on the class and the probabilities; only that there is none where it is withheld."""
    if prediction.withheld:
        return ["  Answer            none"]
    ranked = sorted(prediction.probabilities.items(), key=lambda item: -item[1])
    name = class_name(prediction.label)
    answer = name if name == prediction.label else f"{name} ({prediction.label})"
    return [
        f"  Answer            {'not sure; closest: ' if prediction.abstained else ''}{answer}",
        f"  Probabilities     {'   '.join(f'{name} {p:.1%}' for name, p in ranked)}",
    ]


def _page(reading: Reading) -> list[str]:
    """Return the lines on which pages were read, and which ECG of a page; none where there is only one."""
    upload, lines = reading.upload, []
    if len(reading.sheets) > 1:
        pages = ", ".join(f"{printable(name)} page {page + 1}" for name, page in reading.sheets)
        lines.append(f"  Pages together    {pages}")
    elif upload.pages > 1:
        lines.append(f"  Page              {upload.page + 1} of {upload.pages}")
    if reading.parts > 1:
        lines.append(f"  ECG on the page   {reading.part + 1} of {reading.parts}, from the top")
    return lines


def _possible(prediction: Prediction) -> list[str]:
    """Return the line on the classes that cannot be ruled out; none without a prediction set."""
    if prediction.prediction_set is None:
        return []
    names = ", ".join(prediction.prediction_set) or "none of the four classes fits well"
    return [f"  Possible at {prediction.coverage:.0%}   {names}"]


def _findings(prediction: Prediction) -> list[str]:
    """Return the line on the findings that are present, and one on each that the measurements refute."""
    present = [f"{finding_name(f.scp_code)} {f.probability:.0%}" for f in prediction.findings if f.present]
    withdrawn = [finding for finding in prediction.findings if finding.withdrawn]
    return [
        *([f"  Findings          {'   '.join(present)}"] if present else []),
        *(f"  Withdrawn         {finding_name(f.scp_code)} {f.probability:.0%}: {f.withdrawn}" for f in withdrawn),
    ]


def _statements(stated: Statements) -> list[str]:
    """Return a line on each statement, and one on the subjects of which nothing is stated."""
    lines = [f"  Statement         {one.text}" for one in stated.given]
    by_reason: dict[str, list[str]] = {}
    for subject, reason in stated.withheld.items():
        by_reason.setdefault(reason, []).append(subject)
    withheld = (f"  Not stated        {', '.join(subjects)}: {reason}" for reason, subjects in by_reason.items())
    return [*lines, *withheld]


def _second(prediction: Prediction) -> list[str]:
    """Return the line on the signal model and VGG16; none where only VGG16 answered."""
    second = prediction.signal_model
    if second is None:
        return []
    network = prediction.cnn_probabilities or prediction.probabilities
    verdict = "agrees" if second.agrees else f"says {second.label}"
    return [
        f"  Signal model      {verdict} ({second.probabilities[second.label]:.0%}); VGG16 (image model) alone: "
        f"{max(network.values()):.0%} {max(network, key=lambda name: network[name])}"
    ]


def rejected_text(file: str, error: BaseException, *, page: int | None = None) -> str:
    """Return why a file, or a page of it, counted from 1, was not read, as two lines of text.

    Examples
    --------
    >>> from heartguard.errors import EmptyFileError
    >>> print(rejected_text("ecg.png", EmptyFileError("The file is empty.")))
    ecg.png
      Not read          The file is empty.
    <BLANKLINE>
    """
    where = "" if page is None else f", page {page}"
    return f"{printable(file)}{where}\n  Not read          {reason_of(error)}\n"


def _row(measurements: Measurements, title: str, key: str, unit: str) -> str:
    value: float | None = getattr(measurements, key)
    if value is None:
        return f"  {title:<17} not measured: {measurements.missing_reasons.get(key, 'it could not be trusted')}"
    half = measurements.uncertainty.get(key)
    return f"  {title:<17} {value:.0f} {unit}" + ("" if half is None else f" (± {max(half, 1):.0f})")
