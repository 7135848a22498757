"""What is normal in an adult at rest: ranges of the measurements, their sources, and names of what lies outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from heartguard.patient import UNKNOWN_PATIENT, Patient
from heartguard.values import Measurements

__all__ = [
    "IRREGULAR",
    "RANGES",
    "Range",
    "ReferenceRange",
    "abnormal",
    "is_irregular",
    "reference_ranges",
    "value_text",
]

ADULT_YEARS = 16
"""From this age on the ranges of adults are given, as in the recommendations of the AHA, ACCF and HRS."""

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


class ReferenceRange(NamedTuple):
    """Limits of one field of `heartguard.values.Measurements` that still count as normal, and where they come from."""

    field: str
    low: float | None
    high: float | None
    source: str


_ATRIAL = "AHA/ACCF/HRS recommendations, part V (Hancock 2009): a P wave of 120 ms and more, left atrial abnormality."
_P_AXIS = "Sinus rhythm: P upright in I, II and aVF (AHA/ACCF/HRS recommendations, part II, Mason 2007)."
_VOLTAGES = "AHA/ACCF/HRS recommendations, part V (Hancock 2009): voltages of left ventricular hypertrophy."
_QTC_FIELDS = ("qtc_ms", "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms")


def reference_ranges(patient: Patient = UNKNOWN_PATIENT) -> tuple[ReferenceRange, ...]:
    """Return the ranges of all measurements that have one, for adults, by sex where that is given.

    Where the sex is not known, the wider range is returned. Ranges of children are not known here: for an age below 16
    none is returned.

    Examples
    --------
    >>> [entry.high for entry in reference_ranges(Patient(sex="male")) if entry.field == "qtc_ms"]
    [449]
    >>> reference_ranges(Patient(age_years=5))
    ()
    """
    if patient.age_years is not None and patient.age_years < ADULT_YEARS:
        return ()
    male = patient.sex == "male"
    shown = [ReferenceRange(entry.field, entry.low, _high(entry, male=male), entry.source) for entry in RANGES]
    longest = 449 if male else 459
    further = [
        ReferenceRange("p_ms", None, 119, _ATRIAL),
        *(ReferenceRange(name, 361, longest, _QTC_SOURCE) for name in _QTC_FIELDS[2:]),
        ReferenceRange("p_axis_deg", 0, 75, _P_AXIS),
        ReferenceRange("sokolow_lyon_mv", None, 3.5, _VOLTAGES),
        ReferenceRange("cornell_mv", None, 2.0 if patient.sex == "female" else 2.8, _VOLTAGES),
        ReferenceRange("r_avl_mv", None, 1.1, _VOLTAGES),
    ]
    return tuple(entry for entry in (*shown, *further) if (entry.low, entry.high) != (None, None))


def _high(entry: Range, *, male: bool) -> float | None:
    return entry.high_men if male and entry.high_men is not None else entry.high


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
