"""A doctor's review as plain values, and as lines of text."""

from __future__ import annotations

from typing import Any

from heartguard.report.rounding import rounded
from heartguard.review import Review
from heartguard.vocabulary import class_name, percent, printable

__all__ = ["review_json", "review_lines"]


def review_json(review: Review | None) -> dict[str, Any] | None:
    """Return a review for ``json.dumps``, the program's answer beside the doctor's; None where there is none.

    Examples
    --------
    >>> from heartguard.review import ProgramAnswer
    >>> said = review_json(Review(ProgramAnswer("Normal", 0.91, "vgg16-0123abcd"), "MI", initials="AB"))
    >>> said["verdict"], said["program"]["label"], said["doctor"]["label"], said["program"]["model"]
    ('overruled', 'Normal', 'MI', 'vgg16-0123abcd')
    """
    if review is None:
        return None
    program = review.program
    return {
        "verdict": review.verdict,
        "program": {
            "label": program.label,
            "probability": rounded(program.probability, 4),
            "model": program.model,
        },
        "doctor": {"label": review.label},
        "statements": [{"code": s.code, "text": s.text, "verdict": s.verdict} for s in review.statements],
        "measurements": [
            {"field": m.field, "read": rounded(m.read, 2), "set": rounded(m.set, 2)} for m in review.measurements
        ],
        "note": review.note,
        "initials": review.initials,
        "at": review.at.isoformat(),
    }


def review_lines(review: Review | None) -> list[str]:
    """Return a review as the lines of the text report; none where there is none."""
    if review is None:
        return []
    program, by = review.program, f", {printable(review.initials)}" if review.initials else ""
    said = "no class" if program.label is None else f"{class_name(program.label)} {percent(program.probability or 0)}"
    doctor = "no class" if review.label is None else class_name(review.label)
    lines = [
        f"  Doctor's answer   {doctor} ({review.verdict}{by}, {review.at:%Y-%m-%d %H:%M} UTC)",
        f"  Reviewed was      {said}, by {program.model}",
        *(f"  Doctor: wrong     {one.text}" for one in review.overruled_statements),
        *(f"  Doctor: measured  {m.field} {m.set:g} (read: {_read(m.read)})" for m in review.measurements),
    ]
    return [*lines, *([f"  Doctor's note     {printable(review.note)}"] if review.note else [])]


def _read(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.0f}" if abs(value) >= 10 else f"{value:.2f}"
