"""Measurements as cards: a value, its normal range, what is not normal about it, and what the viewer shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from heartguard.normal_ranges import RANGES, Range, abnormal, reference_ranges, value_text
from heartguard.values import Measurements

__all__ = ["FORMULAS", "Card", "compared_ranges", "measurement_cards", "measurement_rows"]

FORMULAS = {
    "Bazett": "qtc_ms",
    "Fridericia": "qtc_fridericia_ms",
    "Framingham": "qtc_framingham_ms",
    "Hodges": "qtc_hodges_ms",
}
"""Formulas of QTc, of which one is shown at a time; the first at the start."""

_QT_DRAWN = "from the start of QRS to the end of T of the median beat, drawn at every beat."
_LIMBS = "the limb leads, from whose areas of the wave it is fitted."
_DRAWN = {
    "heart_rate_bpm": "the R peaks that were found, and the milliseconds between them.",
    "pr_ms": "from the start of P to the start of QRS of the median beat, drawn at every beat.",
    "qrs_ms": "from the start to the end of QRS of the median beat, drawn at every beat.",
    "qt_ms": _QT_DRAWN,
    "qtc_ms": f"QT, {_QT_DRAWN}",
    "qtc_fridericia_ms": f"QT, {_QT_DRAWN}",
    "qtc_framingham_ms": f"QT, {_QT_DRAWN}",
    "qtc_hodges_ms": f"QT, {_QT_DRAWN}",
    "p_ms": "from the start to the end of P of the median beat, drawn at every beat.",
    "p_axis_deg": _LIMBS,
    "t_axis_deg": _LIMBS,
    "least_rate_bpm": "the R peaks; the longest distance counts.",
    "greatest_rate_bpm": "the R peaks; the shortest distance counts.",
    "sokolow_lyon_mv": "V1, whose S counts, and V5 and V6, of which the higher R counts.",
    "cornell_mv": "aVL, whose R counts, and V3, whose S counts.",
    "r_avl_mv": "aVL.",
    "axis_deg": "the limb leads, from whose QRS areas it is fitted.",
}
"""What the viewer shows of each measurement."""


_LIMITS = {entry.field: entry for entry in reference_ranges()}


def _further(field: str, label: str, unit: str, text: str, what: str) -> Range:
    """Return a range as a card shows it; the axis of P has one in words alone, since it is not high or low."""
    limits = _LIMITS.get(field)
    if limits is None or unit == "°":
        return Range(field, label, unit, None, None, text, what if limits is None else f"{what} {limits.source}")
    return Range(field, label, unit, limits.low, limits.high, text, f"{what} {limits.source}")


_QTC_TEXT = next(entry.text for entry in RANGES if entry.field == "qtc_ms")
_MORE = (
    _further("qtc_framingham_ms", "QTc", "ms", _QTC_TEXT, "QT + 154 ms × (1 − RR in s)."),
    _further("qtc_hodges_ms", "QTc", "ms", _QTC_TEXT, "QT + 1.75 ms × (rate − 60/min)."),
    _further("p_ms", "P", "ms", "below 120", "Over all leads."),
    _further("p_axis_deg", "P axis", "°", "0 to 75", "Direction of P in the frontal plane."),
    _further("t_axis_deg", "T axis", "°", "", "Direction of T in the frontal plane: judge it beside that of QRS."),
    _further("least_rate_bpm", "Slowest", "/min", "", "60 s over the longest RR interval."),
    _further("greatest_rate_bpm", "Fastest", "/min", "", "60 s over the shortest RR interval."),
    _further("sokolow_lyon_mv", "Sokolow", "mV", "up to 3.5", "S in V1 and R in V5 or V6."),
    _further("cornell_mv", "Cornell", "mV", "to 2.8 men, 2.0 women", "R in aVL and S in V3."),
    _further("r_avl_mv", "R aVL", "mV", "up to 1.1", "R in aVL."),
)
"""Those beside `heartguard.normal_ranges.RANGES`: shown where all are asked for, the formulas of QTc at once."""

_BY_MARKS = {
    "p_ms": ("p_on", "p_off"),
    "pr_ms": ("p_on", "qrs_on"),
    "qrs_ms": ("qrs_on", "qrs_off"),
    "qt_ms": ("qrs_on", "t_off"),
    **dict.fromkeys(FORMULAS.values(), ("qrs_on", "t_off")),
}
"""Marks that bound an interval."""


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
        The normal range, what else stands beside the value, or why there is none.
    drawn : str
        What the viewer shows of it; empty where there is no value.
    """

    field: str
    label: str
    value: str
    flag: str
    note: str
    help: str
    drawn: str


def measurement_cards(measurements: Measurements) -> tuple[Card, ...]:
    """Return one card for each measurement, those of `heartguard.normal_ranges.RANGES` first."""
    return tuple(_card(entry, measurements) for entry in (*RANGES, *_MORE))


def compared_ranges() -> tuple[Range, ...]:
    """Return the measurements that two ECGs are compared by, in the order of the cards."""
    return (*RANGES, *_MORE)


def _card(entry: Range, measurements: Measurements) -> Card:
    value: float | None = getattr(measurements, entry.field)
    if value is None:
        reason = measurements.missing_reasons.get(entry.field, "It could not be measured with confidence.")
        return Card(entry.field, entry.label, "–", "", f"Not measurable. {reason}", entry.source, "")
    text, flag = value_text(entry, value), abnormal(entry, measurements)
    note = _rhythm(measurements, entry.text) if entry.field == "heart_rate_bpm" else entry.text
    half = measurements.uncertainty.get(entry.field)
    within = "" if half is None else f" ± {value_text(entry, half)}"
    drawn = f"{entry.label} {text}{within}: {_DRAWN[entry.field]}"
    return Card(entry.field, entry.label, text, flag, note, entry.source, drawn)


def _rhythm(measurements: Measurements, text: str) -> str:
    """Return the range of the rate, and the RR interval beside it."""
    if measurements.rr_ms is None:
        return text
    varies = "" if measurements.rr_variation is None else f" ± {100 * measurements.rr_variation:.0f} %"
    return f"{text} · RR {measurements.rr_ms:.0f} ms{varies}"


def measurement_rows(measurements: Measurements, moved: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return the cards as plain values for the viewer; those of QTc name their formula.

    Parameters
    ----------
    measurements : Measurements
    moved : iterable of str
        Marks that were moved by hand: the note of what they bound says so.
    """
    formulas = {field: name for name, field in FORMULAS.items()}
    shown = {entry.field for entry in RANGES} | set(formulas)
    rows = []
    for card in measurement_cards(measurements):
        by_hand = set(moved) & set(_BY_MARKS.get(card.field, ()))
        note = f"mark moved by hand · {card.note}" if by_hand else card.note
        more = card.field not in shown
        rows.append({**asdict(card), "note": note, "formula": formulas.get(card.field, ""), "more": more})
    return rows
