"""Measurements as cards: a value, its normal range where doctors agree on one, and where the range comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from heartguard.values import Measurements

__all__ = ["FORMULAS", "IRREGULAR", "RANGES", "Card", "Range", "measurement_cards", "measurement_rows"]


IRREGULAR = 0.13
"""Standard deviation of RR over its mean from which beats are called irregular."""


@dataclass(frozen=True)
class Range:
    """How one measurement is shown.

    Attributes
    ----------
    field : str
        Attribute of `heartguard.values.Measurements`.
    low, high : float or None
        Limits that still count as normal for an adult at rest; None where there is no agreed one.
    text : str
        The range in words; empty where there is none.
    source : str
        What the value is, and where its range comes from.
    drawn : str
        What the viewer shows of it.
    high_men : float or None
        The upper limit for men, where it is lower than `high`.
    """

    field: str
    label: str
    unit: str
    low: float | None
    high: float | None
    text: str
    source: str
    drawn: str
    high_men: float | None = None


@dataclass(frozen=True)
class Card:
    """One measurement, ready to be shown.

    Attributes
    ----------
    value : str
        Number and unit, or a dash.
    flag : str
        Such as ``"low"``, ``"high"``, ``"high for men"``, ``"extreme axis"``; empty where the value is ordinary.
    note : str
        The normal range, or what else stands beside the value.
    reason : str
        Why there is no value; empty when there is one.
    drawn : str
        What the viewer shows of it; empty where there is no value.
    """

    field: str
    label: str
    value: str
    flag: str
    note: str
    reason: str
    help: str
    drawn: str


_QTC_RANGE = ("ms", 361, 459, "to 449 men, 459 women")
_QTC_SOURCE = (
    "Prolonged from 450 ms in men and 460 ms in women (AHA/ACCF/HRS recommendations, part IV, Rautaharju 2009); short "
    "QT syndrome is considered up to 360 ms (ESC guideline on ventricular arrhythmias, 2022)."
)
_QT_DRAWN = "from the start of QRS to the end of T of the median beat, drawn at every beat."

RANGES = (
    Range(
        "heart_rate_bpm",
        "Rate",
        "/min",
        60,
        100,
        "60–100",
        "From the mean RR interval of the page. Range: the usual convention for adults at rest; the 2018 ACC/AHA/HRS "
        "guideline calls a sinus rate bradycardia only below 50/min.",
        "the R peaks that were found, and the milliseconds between them.",
    ),
    Range(
        "pr_ms",
        "PR",
        "ms",
        120,
        200,
        "120–200",
        "From the start of P to the start of QRS in the median beat. Above 200 ms: first-degree AV block "
        "(2018 ACC/AHA/HRS bradycardia guideline).",
        "from the start of P to the start of QRS of the median beat, drawn at every beat.",
    ),
    Range(
        "qrs_ms",
        "QRS",
        "ms",
        None,
        110,
        "up to 110",
        "Median beat over all leads. In adults more than 110 ms is abnormal (AHA/ACCF/HRS recommendations, "
        "part III, Surawicz 2009).",
        "from the start to the end of QRS of the median beat, drawn at every beat.",
    ),
    Range("qt_ms", "QT", "ms", None, None, "", "Depends on the rate: judge QTc instead.", _QT_DRAWN),
    Range(
        "qtc_ms",
        "QTc",
        *_QTC_RANGE,
        f"QT / √RR: too high at fast rates, too low at slow ones. {_QTC_SOURCE}",
        f"QT, {_QT_DRAWN}",
        449,
    ),
    Range(
        "qtc_fridericia_ms",
        "QTc",
        *_QTC_RANGE,
        f"QT / ∛RR: steadier than Bazett away from 60/min. {_QTC_SOURCE}",
        f"QT, {_QT_DRAWN}",
        449,
    ),
    Range(
        "axis_deg",
        "Axis",
        "°",
        -30,
        90,
        "−30 to 90",
        "Direction of the QRS in the frontal plane. Range for adults: AHA/ACCF/HRS recommendations, part III, "
        "Surawicz 2009.",
        "the limb leads, from whose QRS areas it is fitted.",
    ),
)

FORMULAS = {"Bazett": "qtc_ms", "Fridericia": "qtc_fridericia_ms"}
"""Formulas of QTc, of which one is shown at a time; the first at the start."""


def measurement_cards(measurements: Measurements) -> tuple[Card, ...]:
    """Return one card for each entry of `RANGES`, in that order."""
    return tuple(_card(entry, measurements) for entry in RANGES)


def _card(entry: Range, measurements: Measurements) -> Card:
    value: float | None = getattr(measurements, entry.field)
    if value is None:
        reason = measurements.missing_reasons.get(entry.field, "It could not be measured with confidence.")
        return Card(entry.field, entry.label, "–", "", f"Not measurable. {reason}", reason, entry.source, "")
    flag = _axis_flag(round(value)) if entry.field == "axis_deg" else _flag(round(value), entry)
    if entry.field == "heart_rate_bpm" and _irregular(measurements):
        flag = f"{flag}, irregular" if flag else "irregular"
    note = _rhythm(measurements, entry.text) if entry.field == "heart_rate_bpm" else entry.text
    return Card(
        entry.field,
        entry.label,
        _number(value, entry.unit),
        flag,
        note,
        "",
        entry.source,
        f"{entry.label} {_number(value, entry.unit)}: {entry.drawn}",
    )


def _flag(shown: int, entry: Range) -> str:
    if entry.low is not None and shown < entry.low:
        return "low"
    if entry.high is not None and shown > entry.high:
        return "high"
    return "high for men" if entry.high_men is not None and shown > entry.high_men else ""


def _axis_flag(degrees: int) -> str:
    """Name an axis outside the normal quadrant (Surawicz 2009)."""
    if -30 <= degrees <= 90:
        return ""
    if degrees < -90:
        return "extreme axis"
    return "left axis" if degrees < 0 else "right axis"


def _rhythm(measurements: Measurements, text: str) -> str:
    """Return the range of the rate, and the RR interval beside it."""
    if measurements.rr_ms is None:
        return text
    varies = "" if measurements.rr_variation is None else f" ± {100 * measurements.rr_variation:.0f} %"
    return f"{text} · RR {measurements.rr_ms:.0f} ms{varies}"


def _irregular(measurements: Measurements) -> bool:
    return measurements.rr_variation is not None and measurements.rr_variation > IRREGULAR


def _number(value: float, unit: str) -> str:
    number = f"{value:.0f}".replace("-", "−")
    return number + unit if unit == "°" else f"{number} {unit}"


def measurement_rows(measurements: Measurements) -> list[dict[str, str]]:
    """Return the cards as plain values for the viewer; those of QTc name their formula."""
    formulas = {field: name for name, field in FORMULAS.items()}
    return [{**asdict(card), "formula": formulas.get(card.field, "")} for card in measurement_cards(measurements)]
