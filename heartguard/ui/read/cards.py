"""Measurements as cards: a value, its normal range, what is not normal about it, and what the viewer shows of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from heartguard.normal_ranges import RANGES, Range, abnormal, value_text
from heartguard.values import Measurements

__all__ = ["FORMULAS", "Card", "measurement_cards", "measurement_rows"]

FORMULAS = {"Bazett": "qtc_ms", "Fridericia": "qtc_fridericia_ms"}
"""Formulas of QTc, of which one is shown at a time; the first at the start."""

_QT_DRAWN = "from the start of QRS to the end of T of the median beat, drawn at every beat."
_DRAWN = {
    "heart_rate_bpm": "the R peaks that were found, and the milliseconds between them.",
    "pr_ms": "from the start of P to the start of QRS of the median beat, drawn at every beat.",
    "qrs_ms": "from the start to the end of QRS of the median beat, drawn at every beat.",
    "qt_ms": _QT_DRAWN,
    "qtc_ms": f"QT, {_QT_DRAWN}",
    "qtc_fridericia_ms": f"QT, {_QT_DRAWN}",
    "axis_deg": "the limb leads, from whose QRS areas it is fitted.",
}
"""What the viewer shows of each measurement."""


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
    """Return one card for each entry of `heartguard.normal_ranges.RANGES`, in that order."""
    return tuple(_card(entry, measurements) for entry in RANGES)


def _card(entry: Range, measurements: Measurements) -> Card:
    value: float | None = getattr(measurements, entry.field)
    if value is None:
        reason = measurements.missing_reasons.get(entry.field, "It could not be measured with confidence.")
        return Card(entry.field, entry.label, "–", "", f"Not measurable. {reason}", entry.source, "")
    text, flag = value_text(entry, value), abnormal(entry, measurements)
    note = _rhythm(measurements, entry.text) if entry.field == "heart_rate_bpm" else entry.text
    drawn = f"{entry.label} {text}: {_DRAWN[entry.field]}"
    return Card(entry.field, entry.label, text, flag, note, entry.source, drawn)


def _rhythm(measurements: Measurements, text: str) -> str:
    """Return the range of the rate, and the RR interval beside it."""
    if measurements.rr_ms is None:
        return text
    varies = "" if measurements.rr_variation is None else f" ± {100 * measurements.rr_variation:.0f} %"
    return f"{text} · RR {measurements.rr_ms:.0f} ms{varies}"


def measurement_rows(measurements: Measurements) -> list[dict[str, str]]:
    """Return the cards as plain values for the viewer; those of QTc name their formula."""
    formulas = {field: name for name, field in FORMULAS.items()}
    return [{**asdict(card), "formula": formulas.get(card.field, "")} for card in measurement_cards(measurements)]
