"""The history on SQLite and on a real PostgreSQL: what is kept, the audit trail, deletion, retention, kill -9."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heartguard.errors import HeartGuardError
from heartguard.report import to_json
from heartguard.review import reviewed
from tests.browser import free_port
from tests.handmade import make_reading
from tests.test_review import reading_with_statements

pytest.importorskip("sqlalchemy", reason="the extra history is not installed")
pytest.importorskip("alembic", reason="the extra history is not installed")

from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from heartguard.history import History, HistoryError, HistorySettings, history_settings
from heartguard.history.tables import Base

NUMBER = "patient-4711-secret"


def run_as(user: str, *command: str) -> None:
    """Run a command as another user, since PostgreSQL refuses to run as root."""
    change = [] if os.geteuid() else ["runuser", "-u", user, "--"]
    subprocess.run([*change, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[str]:
    """Start a PostgreSQL of its own; yields the address of an empty database."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = str(homes[-1]) if homes else str(Path(shutil.which("pg_ctl") or "").parent)
    if found == ".":
        pytest.skip("no PostgreSQL server is installed")
    if not os.geteuid() and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/heartguard-pg-XXXXXX"], text=True).strip())
    folder.chmod(0o700)
    if not os.geteuid():
        shutil.chown(folder, "postgres", "postgres")
    port, data = free_port(), str(folder / "data")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    try:
        run_as("postgres", f"{found}/initdb", "-D", data, "-A", "trust", "-U", "heartguard", "--no-sync")
        run_as("postgres", f"{found}/pg_ctl", "-D", data, "-o", options, "-w", "-l", str(folder / "log"), "start")
        yield f"postgresql+psycopg://heartguard@127.0.0.1:{port}/postgres"
    finally:
        if Path(data, "postmaster.pid").exists() or not os.geteuid():
            run_as("postgres", f"{found}/pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def history(request, tmp_path) -> Iterator[History]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'in' / 'history.db'}"
    else:
        url = request.getfixturevalue("postgres")
    opened = History(HistorySettings(url, days=30))
    yield opened
    if request.param == "postgresql":
        with opened._engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    opened.close()


def answer(**changes):
    return {**to_json(reading_with_statements()), **changes}


def lines(history: History) -> list[tuple[str, str, str]]:
    return [(line["who"], line["did"], line["detail"]) for line in reversed(history.audit())]


def test_nothing_is_kept_unless_the_operator_says_so(tmp_path):
    for said in ({}, {"HEARTGUARD_HISTORY": " "}, {"HEARTGUARD_HISTORY": "off"}, {"HEARTGUARD_HISTORY": "0"}):
        assert history_settings(said) is None
    on = history_settings({"HEARTGUARD_HISTORY": "on"})
    assert on.url.startswith("sqlite:///")
    assert on.url.endswith("heartguard/history.db")
    assert on.days == 365
    for days in ("0", "soon", "-3", "1.5"):
        with pytest.raises(HeartGuardError, match="Give the days"):
            history_settings({"HEARTGUARD_HISTORY": "on", "HEARTGUARD_HISTORY_DAYS": days})


def test_the_app_opens_no_database_without_it():
    script = (
        "import sys, heartguard.ui.shared.keeping as k; assert k.history() is None; print('sqlalchemy' in sys.modules)"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEARTGUARD_HISTORY")}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=clean, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("url", ["nonsense", "mysql://somewhere/x"])
def test_an_address_that_cannot_be_used_is_a_sentence(url):
    with pytest.raises(HistoryError, match="history"):
        History(HistorySettings(url))


def test_a_reading_and_its_reviews_are_kept_apart(history):
    kept = history.keep(answer(), b"picture", who="AB", place="0-0-found")
    assert history.keep(answer(timings_ms={}), b"picture", who="AB", place="0-0-found") == kept, "once"
    assert history.keep(answer(), b"picture", who="AB", place="1-0-found") != kept, "another page"
    review = reviewed(reading_with_statements(), "MI", initials="CD")
    said = to_json(reading_with_statements(), review=review)["review"]
    history.keep_review(kept, {**said, "verdict": "accepted"}, who="AB")
    history.keep_review(kept, said, who="CD")
    found = history.look(kept, who="EF")
    assert found.answer["prediction"]["label"] == "Normal"
    assert found.answer["review"]["doctor"] == {"label": "MI"}, "the newest"
    assert (found.model, found.reviews, found.at.tzinfo is not None) == ("vgg16-0123abcd", 2, True)
    history.exported(kept, "pdf", who="EF")
    assert lines(history) == [
        ("AB", "read", ""),
        ("AB", "read", ""),
        ("AB", "reviewed", "accepted"),
        ("CD", "reviewed", "overruled"),
        ("EF", "looked", ""),
        ("EF", "exported", "pdf"),
    ]


def test_a_long_address_is_cut_to_what_the_audit_trail_takes(history):
    history.keep(answer(), b"page", who=f"{'a' * 80}@ward.example")
    assert [line["who"] for line in history.audit()] == ["a" * 64]


def test_a_reading_that_came_out_otherwise_is_noted_as_changed(history):
    kept = history.keep(answer(), b"", who="AB")
    assert history.keep(answer(quality=0.1), b"", who="AB") == kept
    assert [did for _, did, _ in lines(history)] == ["read", "changed"]
    assert history.look(kept, who="AB").answer["quality"] == 0.1


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_audit_trail(history, statement):
    history.keep(answer(), b"", who="AB")
    with pytest.raises(DatabaseError, match="append-only"), history._engine.begin() as connection:
        connection.execute(text(statement))
    assert lines(history) == [("AB", "read", "")]


def test_a_patient_is_deleted_and_the_audit_line_stays_without_the_data(history, tmp_path):
    first = history.keep(answer(file=f"{NUMBER}.png"), b"picture of the page", who="AB", patient=NUMBER)
    other = history.keep(answer(), b"", who="AB", place="1", patient="another")
    history.keep_review(first, {"verdict": "accepted", "note": NUMBER}, who="AB")
    assert [one.id for one in history.of_patient(NUMBER, who="AB")] == [first]
    assert history.delete_patient(NUMBER, who="admin") == 1
    assert history.of_patient(NUMBER, who="AB") == []
    with pytest.raises(HistoryError, match="not kept any more"):
        history.look(first, who="AB")
    with pytest.raises(HistoryError, match="No patient"):
        history.delete_patient(NUMBER, who="admin")
    assert history.look(other, who="AB").id == other
    trail = history.audit()
    assert ("admin", "deleted", "1 readings") in lines(history)
    assert NUMBER not in json.dumps(trail, default=str)
    assert {line["reading_id"] for line in trail} >= {first}
    if history._engine.dialect.name == "sqlite":
        left = b"".join(path.read_bytes() for path in (tmp_path / "in").iterdir())
        assert NUMBER.encode() not in left, "not in the file's free pages nor in its log"
        assert b"picture of the page" not in left
        assert b"another" in left


def test_what_is_older_than_the_retention_period_goes(history):
    kept = history.keep(answer(), b"", who="AB", patient=NUMBER)
    now = datetime.now(UTC)
    assert history.expire(now + timedelta(days=29)) == 0
    assert history.count() == 1
    assert history.expire(now + timedelta(days=31)) == 1
    assert (history.count(), history.of_patient(NUMBER, who="AB")) == (0, [])
    assert lines(history)[-1] == ("retention", "expired", "")
    assert history.audit(1)[0]["reading_id"] == kept


def test_migrations_make_the_tables_that_the_code_uses_and_take_them_back(history):
    from alembic import command
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext

    import heartguard.history

    with history._engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        config = Config()
        config.set_main_option("script_location", str(Path(heartguard.history.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        command.upgrade(config, "head")
    History(history.settings).close()
    assert history.count() == 0


def test_many_threads_write_at_once(history):
    failed = []

    def write(number: int) -> None:
        try:
            for k in range(5):
                kept = history.keep(answer(sha256=f"{number}-{k}"), b"x" * 1000, who=str(number), patient=f"p{number}")
                history.keep_review(kept, {"verdict": "accepted"}, who=str(number))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert history.count() == 30
    assert len(history.audit(1000)) == 30 * 3


WRITER = """
import sys
from heartguard.history import History, HistorySettings
from heartguard.report import to_json
from tests.handmade import make_reading
history = History(HistorySettings(sys.argv[1]))
answer = to_json(make_reading())
for number in range(100000):
    kept = history.keep({**answer, "sha256": str(number)}, b"x" * 200000, who="AB", patient=str(number % 7))
    history.keep_review(kept, {"verdict": "accepted"}, who="AB")
    print(kept, flush=True)
"""


@pytest.mark.parametrize("after", [3, 10])
def test_kill_9_in_the_middle_of_a_write_leaves_nothing_lost_or_half_written(history, after):
    url = history.settings.url
    process = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True)
    confirmed = [process.stdout.readline().strip() for _ in range(after)]
    time.sleep(0.004 * after)
    process.send_signal(signal.SIGKILL)
    confirmed += [line.strip() for line in process.stdout if line.strip()]
    process.wait()
    reopened = History(HistorySettings(url))
    for kept in confirmed:
        found = reopened.look(kept, who="CD")
        assert (found.reviews, found.answer["review"]) == (1, {"verdict": "accepted"})
    with reopened._engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        ids = set(connection.execute(text("SELECT id FROM readings")).scalars())
        noted = set(connection.execute(text("SELECT reading_id FROM audit WHERE did = 'read'")).scalars())
        sizes = set(connection.execute(text("SELECT length(picture) FROM readings")).scalars())
        without = connection.execute(text("SELECT count(*) FROM readings WHERE patient_id IS NULL")).scalar()
    assert ids == noted, "a reading and its line are written together or not at all"
    assert len(ids) in (len(confirmed), len(confirmed) + 1)
    assert (sizes, without) == ({200000}, 0)
    reopened.keep(to_json(make_reading()), b"", who="AB")
    reopened.close()
