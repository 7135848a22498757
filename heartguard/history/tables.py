"""The tables of the history; `migrations` makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["AuditLine", "Base", "PatientRow", "ReadingRow", "ReviewRow"]

_ID, _WORD, _NAME = 32, 64, 255
"""Lengths of a random hex word, of a short word, and of a file's name."""

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of indices and constraints, so that later migrations can name them on every database."""


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=_NAMES)


class PatientRow(Base):
    """A patient by the number that the doctor gave; the audit trail names only `id`, which is random."""

    __tablename__ = "patients"
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    number: Mapped[str] = mapped_column(String(_WORD), unique=True)


class ReadingRow(Base):
    """A reading: its JSON, and the page without print."""

    __tablename__ = "readings"
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patients.id"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    file: Mapped[str] = mapped_column(String(_NAME))
    sha256: Mapped[str] = mapped_column(String(_WORD))
    place: Mapped[str] = mapped_column(String(_WORD))
    model: Mapped[str] = mapped_column(String(_NAME))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (Index("ix_readings_sha256_place", "sha256", "place"),)


class ReviewRow(Base):
    """A doctor's review; a later one does not replace it, the newest counts."""

    __tablename__ = "reviews"
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("readings.id"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    review: Mapped[dict[str, Any]] = mapped_column(JSON)


class AuditLine(Base):
    """Who did what, and when. The database refuses to change or delete one."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    who: Mapped[str] = mapped_column(String(_WORD))
    did: Mapped[str] = mapped_column(String(_WORD))
    reading_id: Mapped[str | None] = mapped_column(String(_ID))
    patient_id: Mapped[str | None] = mapped_column(String(_ID))
    detail: Mapped[str] = mapped_column(Text)
