"""What is normal in an adult at rest: ranges of the measurements, their sources, and names of what lies outside."""

from __future__ import annotations

from dataclasses import dataclass

from heartguard.values import Measurements

__all__ = ["IRREGULAR", "RANGES", "Range", "abnormal", "is_irregular", "value_text"]

IRREGULAR = 0.13
"""Standard deviation of RR over its mean from which beats are called irregular. Chosen by hand; not fitted."""


@dataclass(frozen=True)
class Range:
    """The normal range of one measurement.

    Attributes
    ----------
    field : str
        Attribute of `heartguard.values.Measurements`.
    low, high : float or None
        Limits that still count as normal; None where there is no agreed one.
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

    @property
    def decimals(self) -> int:
        """Decimals that are shown, and by which a value is judged."""
        return 2 if self.unit == "mV" else 0


_QTC = ("ms", 361, 459, "to 449 men, 459 women")
_QTC_SOURCE = (
    "Prolonged from 450 ms in men and 460 ms in women (AHA/ACCF/HRS recommendations, part IV, Rautaharju 2009); short "
    "QT syndrome is considered up to 360 ms (ESC guideline on ventricular arrhythmias, 2022)."
)
_BAZETT = f"QT / √RR: too high at fast rates, too low at slow ones. {_QTC_SOURCE}"
_FRIDERICIA = f"QT / ∛RR: steadier than Bazett away from 60/min. {_QTC_SOURCE}"
_RATE_SOURCE = (
    "From the mean RR interval of the page. Range: the usual convention for adults at rest; the 2018 ACC/AHA/HRS "
    "guideline calls a sinus rate bradycardia only below 50/min."
)
_PR_SOURCE = (
    "From the start of P to the start of QRS in the median beat. Above 200 ms: first-degree AV block "
    "(2018 ACC/AHA/HRS bradycardia guideline)."
)
_QRS_SOURCE = (
    "Median beat over all leads. In adults more than 110 ms is abnormal (AHA/ACCF/HRS recommendations, part III, "
    "Surawicz 2009)."
)
_AXIS_SOURCE = "Direction of the QRS in the frontal plane. Range for adults: as for QRS (Surawicz 2009)."

RANGES = (
    Range("heart_rate_bpm", "Rate", "/min", 60, 100, "60–100", _RATE_SOURCE),
    Range("pr_ms", "PR", "ms", 120, 200, "120–200", _PR_SOURCE),
    Range("qrs_ms", "QRS", "ms", None, 110, "up to 110", _QRS_SOURCE),
    Range("qt_ms", "QT", "ms", None, None, "", "Depends on the rate: judge QTc instead."),
    Range("qtc_ms", "QTc", *_QTC, _BAZETT, 449),
    Range("qtc_fridericia_ms", "QTc", *_QTC, _FRIDERICIA, 449),
    Range("axis_deg", "Axis", "°", -30, 90, "−30 to 90", _AXIS_SOURCE),
)
"""In the order in which they are read."""


def abnormal(entry: Range, measurements: Measurements) -> str:
    """Name what is not normal about a measurement, by its rounded value; empty where nothing is, or where it has none.

    Examples
    --------
    >>> abnormal(RANGES[2], Measurements(qrs_ms=132))
    'high'
    """
    value: float | None = getattr(measurements, entry.field)
    if value is None:
        return ""
    if entry.field == "axis_deg":
        return _axis(round(value))
    irregular = "irregular" if entry.field == "heart_rate_bpm" and is_irregular(measurements) else ""
    return ", ".join(filter(None, (_outside(round(value, entry.decimals), entry), irregular)))


def is_irregular(measurements: Measurements) -> bool:
    """Say whether the beats are irregular; False where that is not known."""
    return measurements.rr_variation is not None and measurements.rr_variation > IRREGULAR


def value_text(entry: Range, value: float) -> str:
    """Write a value with its unit.

    Examples
    --------
    >>> value_text(RANGES[1], 161.7), value_text(RANGES[6], -41)
    ('162 ms', '−41°')
    """
    number = f"{value:.{entry.decimals}f}".replace("-", "−")
    return number + entry.unit if entry.unit == "°" else f"{number} {entry.unit}"


def _outside(shown: float, entry: Range) -> str:
    if entry.low is not None and shown < entry.low:
        return "low"
    if entry.high is not None and shown > entry.high:
        return "high"
    return "high for men" if entry.high_men is not None and shown > entry.high_men else ""


def _axis(degrees: int) -> str:
    """Name an axis outside the normal quadrant (Surawicz 2009)."""
    if -30 <= degrees <= 90:
        return ""
    if degrees < -90:
        return "extreme axis"
    return "left axis" if degrees < 0 else "right axis"
