"""The database: opened, set up so that nothing is half-written or lingers, and brought to the current version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from heartguard.errors import HeartGuardError

__all__ = ["HistoryError", "opened", "settle"]

_BUSY_MS = 20_000
"""SQLite lets one write at a time; another waits so long: longer than a reading is written."""

_LOCK = 4859  # any number that no other program takes on the same server
"""PostgreSQL's advisory lock, held while tables are brought to a version: servers may start at once."""


class HistoryError(HeartGuardError):
    """The history cannot be kept; nothing of it was written."""


def opened(url: str) -> Engine:
    """Return the engine of a database at the current version.

    Parameters
    ----------
    url : str
        Of SQLAlchemy.

    Raises
    ------
    HistoryError
        For a URL that cannot be read, or another database than SQLite and PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise HistoryError(
            "The address of the history cannot be read. Write it as sqlite:////folder/file.db."
        ) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise HistoryError("The history is kept in SQLite or PostgreSQL alone.")
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    _bring_to_version(engine)
    return engine


def settle(engine: Engine) -> None:
    """Take what was deleted out of SQLite's log too, where it would linger; PostgreSQL's vacuum does that by itself."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()  # outside of a transaction
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, those that change tables too
    cursor = connection.cursor()
    for setting in (
        "journal_mode=WAL",  # readers do not wait for a write
        "synchronous=FULL",  # what was confirmed outlives a loss of power
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten
        f"busy_timeout={_BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer: a reader that wants to write later is refused at once where another wrote meanwhile."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _bring_to_version(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
