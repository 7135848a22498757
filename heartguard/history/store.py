"""Keeping, finding, exporting and deleting; every act leaves its line in the audit trail, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from heartguard.history.engine import HistoryError, opened, settle
from heartguard.history.rows import aware, delete_readings, found_reading, lasting, new_id, note, now, patient_of
from heartguard.history.settings import HistorySettings
from heartguard.history.tables import AuditLine, PatientRow, ReadingRow, ReviewRow

__all__ = ["History", "HistoryError", "Kept"]

_LONGEST = 255
"""Characters of a file's name that are kept."""


@dataclass(frozen=True)
class Kept:
    """A reading that is kept.

    Attributes
    ----------
    id : str
    at : datetime
    file : str
    model : str
    answer : dict
        As `heartguard.report.to_json` gave it, with the newest review as its ``review``.
    reviews : int
        How many reviews there are.
    """

    id: str
    at: datetime
    file: str
    model: str
    answer: dict[str, Any]
    reviews: int


class History:
    """The history of one installation. Safe to share between threads.

    Parameters
    ----------
    settings : HistorySettings

    Raises
    ------
    HistoryError
        If the database cannot be used.
    """

    def __init__(self, settings: HistorySettings) -> None:
        self.settings = settings
        self._engine = opened(settings.url)

    def keep(
        self, answer: dict[str, Any], picture: bytes, *, who: str, place: str = "", patient: str | None = None
    ) -> str:
        """Keep a reading; return its id. One of the same page by the same model is kept once.

        Parameters
        ----------
        answer : dict
            As `heartguard.report.to_json` gives it.
        picture : bytes
            The page without print.
        who : str
            Who read it.
        place : str, optional
            Which page of the file and which ECG of the page.
        patient : str, optional
            The patient's number.
        """
        with Session(self._engine) as session, session.begin():
            known = select(ReadingRow).where(
                ReadingRow.sha256 == answer["sha256"],
                ReadingRow.place == place,
                ReadingRow.model == answer["model"],
            )
            row = session.scalars(known).first()
            if row is None:
                row = ReadingRow(id=new_id(), at=now(), sha256=answer["sha256"], place=place, model=answer["model"])
                row.file, row.answer, row.picture = answer["file"][:_LONGEST], answer, picture
                session.add(row)
                note(session, who, "read", reading=row.id)
            elif lasting(row.answer) != lasting(answer):
                row.answer, row.picture = answer, picture
                note(session, who, "changed", reading=row.id)
            if patient:
                self._assign(session, row, patient, who)
            return row.id

    def _assign(self, session: Session, row: ReadingRow, number: str, who: str) -> None:
        found = patient_of(session, number)
        if found is None:
            found = PatientRow(id=new_id(), number=number)
            session.add(found)
            session.flush()
        if row.patient_id != found.id:
            row.patient_id = found.id
            note(session, who, "assigned", reading=row.id, patient=found.id)

    def keep_review(self, reading: str, review: dict[str, Any], *, who: str) -> None:
        """Add a review, as `heartguard.report.to_json` writes it under ``review``; earlier ones stay."""
        with Session(self._engine) as session, session.begin():
            found_reading(session, reading)
            session.add(ReviewRow(id=new_id(), reading_id=reading, at=now(), review=review))
            note(session, who, "reviewed", reading=reading, detail=str(review["verdict"]))

    def look(self, reading: str, *, who: str) -> Kept:
        """Return a reading, and note that it was looked at."""
        with Session(self._engine) as session, session.begin():
            row = found_reading(session, reading)
            note(session, who, "looked", reading=reading)
            return self._kept(session, row)

    def of_patient(self, number: str, *, who: str) -> list[Kept]:
        """Return the readings of a patient, the oldest first, and note that they were looked at."""
        with Session(self._engine) as session, session.begin():
            patient = patient_of(session, number)
            if patient is None:
                return []
            note(session, who, "looked", patient=patient.id)
            rows = session.scalars(
                select(ReadingRow).where(ReadingRow.patient_id == patient.id).order_by(ReadingRow.at)
            )
            return [self._kept(session, row) for row in rows]

    def exported(self, reading: str, form: str, *, who: str) -> None:
        """Note that a reading left the program as a file."""
        with Session(self._engine) as session, session.begin():
            note(session, who, "exported", reading=reading, detail=form)

    def delete_patient(self, number: str, *, who: str) -> int:
        """Delete a patient with all readings and reviews; the audit line stays, without any of it.

        Returns
        -------
        int
            Readings that were deleted.

        Raises
        ------
        HistoryError
            If no such patient is kept.
        """
        with Session(self._engine) as session, session.begin():
            patient = patient_of(session, number)
            if patient is None:
                raise HistoryError("No patient of this number is kept.")
            ids = delete_readings(session, ReadingRow.patient_id == patient.id)
            session.delete(patient)
            note(session, who, "deleted", patient=patient.id, detail=f"{len(ids)} readings")
        settle(self._engine)
        return len(ids)

    def expire(self, at: datetime | None = None) -> int:
        """Delete what is older than the retention period, and patients of whom nothing is left; return how many."""
        before = (at or now()) - timedelta(days=self.settings.days)
        with Session(self._engine) as session, session.begin():
            ids = delete_readings(session, ReadingRow.at < before)
            for number in ids:
                note(session, "retention", "expired", reading=number)
            kept = select(ReadingRow.patient_id).where(ReadingRow.patient_id.is_not(None))
            session.execute(delete(PatientRow).where(PatientRow.id.not_in(kept)))
        if ids:
            settle(self._engine)
        return len(ids)

    def audit(self, last: int = 100) -> list[dict[str, Any]]:
        """Return the last lines of the audit trail, the newest first."""
        with Session(self._engine) as session:
            lines = session.scalars(select(AuditLine).order_by(AuditLine.number.desc()).limit(last))
            names = ("number", "at", "who", "did", "reading_id", "patient_id", "detail")
            return [{name: getattr(line, name) for name in names} for line in lines]

    def count(self) -> int:
        """Return how many readings are kept."""
        with Session(self._engine) as session:
            return session.scalar(select(func.count()).select_from(ReadingRow)) or 0

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _kept(self, session: Session, row: ReadingRow) -> Kept:
        said = session.scalars(
            select(ReviewRow).where(ReviewRow.reading_id == row.id).order_by(ReviewRow.at.desc())
        ).all()
        answer = {**row.answer, "review": said[0].review if said else None}
        return Kept(row.id, aware(row.at), row.file, row.model, answer, len(said))
