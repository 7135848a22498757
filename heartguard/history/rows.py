"""Rows of the history: what is found, noted and deleted within one transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from heartguard.history.engine import HistoryError
from heartguard.history.tables import AuditLine, PatientRow, ReadingRow, ReviewRow

__all__ = ["aware", "delete_readings", "found_reading", "lasting", "new_id", "note", "now", "patient_of"]

_LONGEST_WHO = 64
"""Characters of a name that the table takes; addresses may be longer."""


def note(
    session: Session, who: str, did: str, *, reading: str | None = None, patient: str | None = None, detail: str = ""
) -> None:
    """Add a line to the audit trail; it must hold nothing of a patient but random ids.

    Parameters
    ----------
    session : Session
    who, did : str
    reading, patient : str, optional
        Ids.
    detail : str, optional
    """
    name = who[:_LONGEST_WHO] or "unknown"
    session.add(AuditLine(at=now(), who=name, did=did, reading_id=reading, patient_id=patient, detail=detail))


def found_reading(session: Session, reading: str) -> ReadingRow:
    """Return a reading by its id.

    Raises
    ------
    HistoryError
        If it is not kept.
    """
    row = session.get(ReadingRow, reading)
    if row is None:
        raise HistoryError("This reading is not kept any more.")
    return row


def patient_of(session: Session, number: str) -> PatientRow | None:
    """Return the patient of a number; None where nothing of that patient is kept."""
    return session.scalars(select(PatientRow).where(PatientRow.number == number)).first()


def delete_readings(session: Session, which: ColumnElement[bool]) -> Sequence[str]:
    """Delete readings with their reviews; return their ids."""
    chosen = select(ReadingRow.id).where(which)
    ids = session.scalars(chosen).all()
    session.execute(delete(ReviewRow).where(ReviewRow.reading_id.in_(chosen)))
    session.execute(delete(ReadingRow).where(which))
    return ids


def lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what differs each time a page is read."""
    plain: dict[str, Any] = json.loads(json.dumps(answer))
    return {key: value for key, value in plain.items() if key != "timings_ms"}


def new_id() -> str:
    """Return a random id, which tells nothing."""
    return secrets.token_hex(16)


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def aware(at: datetime) -> datetime:
    """Return a time with its zone, which SQLite does not keep: all times are UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
