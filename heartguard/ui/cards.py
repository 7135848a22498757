"""Measurements as cards: a value, its normal range where doctors agree on one, and where the range comes from."""

from __future__ import annotations

from dataclasses import dataclass

from heartguard.values import Measurements

__all__ = ["RANGES", "Card", "Range", "measurement_cards"]


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
    high_men: float | None = None


@dataclass(frozen=True)
class Card:
    """One measurement, ready to be shown.

    Attributes
    ----------
    value : str
        Number and unit, or a dash.
    flag : str
        ``"low"``, ``"high"``, ``"high for men"`` or ``"irregular"`` when the value is out of the ordinary, else empty.
    note : str
        The normal range, or what else stands under the value.
    reason : str
        Why there is no value; empty when there is one.
    """

    label: str
    value: str
    flag: str
    note: str
    reason: str
    help: str


RANGES = (
    Range(
        "heart_rate_bpm",
        "Heart rate",
        "/min",
        60,
        100,
        "60–100",
        "From the mean RR interval of the page. Range: the usual convention for adults at rest; the 2018 ACC/AHA/HRS "
        "guideline calls a sinus rate bradycardia only below 50/min.",
    ),
    Range(
        "rr_ms",
        "RR interval",
        "ms",
        None,
        None,
        "",
        "Median time from R peak to R peak. Called irregular when it varies by more than 13 %.",
    ),
    Range(
        "pr_ms",
        "PR interval",
        "ms",
        120,
        200,
        "120–200",
        "From the start of P to the start of QRS in the median beat. Above 200 ms: first-degree AV block "
        "(2018 ACC/AHA/HRS bradycardia guideline).",
    ),
    Range(
        "qrs_ms",
        "QRS duration",
        "ms",
        None,
        110,
        "up to 110",
        "Median beat over all leads. In adults more than 110 ms is abnormal (AHA/ACCF/HRS recommendations, "
        "part III, Surawicz 2009).",
    ),
    Range("qt_ms", "QT interval", "ms", None, None, "", "Depends on the rate: judge the corrected QTc instead."),
    Range(
        "qtc_ms",
        "QTc (Bazett)",
        "ms",
        391,
        459,
        "> 390, < 450 men, < 460 women",
        "QT / √RR. Prolonged from 450 ms in men and 460 ms in women, short up to 390 ms (AHA/ACCF/HRS "
        "recommendations, part IV, Rautaharju 2009). Too high at fast rates, too low at slow ones.",
        449,
    ),
    Range(
        "qtc_fridericia_ms",
        "QTc (Fridericia)",
        "ms",
        391,
        459,
        "> 390, < 450 men, < 460 women",
        "QT / ∛RR. Steadier than Bazett away from 60/min; the same limits are used (Rautaharju 2009).",
        449,
    ),
    Range(
        "axis_deg",
        "Frontal axis",
        "°",
        -30,
        90,
        "−30 to 90",
        "Direction of the QRS in the frontal plane. Range for adults: AHA/ACCF/HRS recommendations, part III, "
        "Surawicz 2009.",
    ),
)


def measurement_cards(measurements: Measurements) -> tuple[Card, ...]:
    """Return one card for each entry of `RANGES`, in that order."""
    return tuple(_card(entry, measurements) for entry in RANGES)


def _card(entry: Range, measurements: Measurements) -> Card:
    value: float | None = getattr(measurements, entry.field)
    if value is None:
        reason = measurements.missing_reasons.get(entry.field, "It could not be measured with confidence.")
        return Card(entry.label, "–", "", "", reason, entry.source)
    note = f"Normal {entry.text}" if entry.text else _remark(entry, measurements)
    flag = _flag(value, entry) or _irregularity(entry, measurements)
    return Card(entry.label, _number(value, entry.unit), flag, note, "", entry.source)


def _flag(value: float, entry: Range) -> str:
    shown = round(value)
    if entry.low is not None and shown < entry.low:
        return "low"
    if entry.high is not None and shown > entry.high:
        return "high"
    return "high for men" if entry.high_men is not None and shown > entry.high_men else ""


def _irregularity(entry: Range, measurements: Measurements) -> str:
    variation = measurements.rr_variation
    return "irregular" if entry.field == "rr_ms" and variation is not None and variation > IRREGULAR else ""


def _number(value: float, unit: str) -> str:
    number = f"{value:.0f}".replace("-", "−")
    return number + unit if unit == "°" else f"{number} {unit}"


def _remark(entry: Range, measurements: Measurements) -> str:
    if entry.field == "rr_ms" and measurements.rr_variation is not None:
        return f"Varies by {100 * measurements.rr_variation:.0f} %"
    return "Judge by QTc" if entry.field == "qt_ms" else ""
