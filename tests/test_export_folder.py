"""The files of a batch: their names, what becomes of older ones, and what is said where one cannot be written."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from heartguard.errors import OutputError
from heartguard.export.folder import OutputFolder, Written


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def csv(text: str) -> dict[str, bytes]:
    return {".csv": text.encode()}


def test_inputs_of_one_name_get_files_of_their_own(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path)
    written = [folder.write(stem, csv(stem + text)) for stem, text in (("a", "1"), ("A", "2"), ("a", "3"), ("b", "4"))]
    assert contents(tmp_path) == {"a.csv": "a1", "A-2.csv": "A2", "a-3.csv": "a3", "b.csv": "b4"}
    assert written[1] == Written((str(tmp_path / "A-2.csv"),), None)
    assert all(file.warning is None for file in written)


def test_files_of_earlier_runs_are_kept_under_numbers(tmp_path: Path) -> None:
    said = [OutputFolder(tmp_path).write("a", csv(text)) for text in ("second", "first", "third", "fourth")]
    assert contents(tmp_path) == {
        "a.csv": "fourth",
        "a.older.csv": "second",
        "a.older-2.csv": "first",
        "a.older-3.csv": "third",
    }
    assert [file.paths for file in said] == [(str(tmp_path / "a.csv"),)] * 4
    assert said[0].warning is None
    kept = said[-1].warning
    assert kept is not None
    assert (kept.code, kept.severity) == ("file.signals_kept", "note")
    assert kept.text == "A file of that name with other content was there; it is now a.older-3.csv."


def test_a_file_of_the_same_signals_is_not_touched(tmp_path: Path) -> None:
    OutputFolder(tmp_path).write("a", csv("same"))
    before = (tmp_path / "a.csv").stat()
    assert OutputFolder(tmp_path).write("a", csv("same")) == Written((str(tmp_path / "a.csv"),), None)
    after = (tmp_path / "a.csv").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert contents(tmp_path) == {"a.csv": "same"}


def test_a_long_name_leaves_room_for_numbers_and_endings(tmp_path: Path) -> None:
    for text in ("first", "second"):
        folder = OutputFolder(tmp_path)
        names = {Path(folder.write("é" * 300, csv(text + str(number))).paths[0] or "").name for number in range(11)}
        assert len(names) == 11
    assert len(contents(tmp_path)) == 22
    assert all(name.startswith("é" * 100) for name in contents(tmp_path))


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    for _ in range(2):
        OutputFolder(tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder").is_dir()


@pytest.mark.parametrize("place", ["file", "file/under"])
def test_a_file_is_no_folder(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=rf"{place} cannot be made\. Give --out another one\."):
        OutputFolder(tmp_path / place)


@pytest.mark.parametrize(
    ("error", "why"),
    [(OSError(errno.ENOSPC, ""), "No space left on device"), (OSError(), "the disk does not take it")],
)
def test_a_file_that_cannot_be_written_leaves_no_part_and_the_older_one(
    error: OSError, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, data: bytes) -> int:
        path.open("wb").write(data[:1])
        raise error

    (tmp_path / "a.csv").write_text("older")
    monkeypatch.setattr(Path, "write_bytes", half)
    said = OutputFolder(tmp_path).write("a", csv("signals"))
    assert said.paths == (None,)
    assert said.warning is not None
    assert (said.warning.code, said.warning.severity) == ("file.signals_not_written", "caution")
    assert f"could not be written to {tmp_path} ({why})." in said.warning.text
    assert contents(tmp_path) == {"a.csv": "older"}


def test_a_folder_that_cannot_be_made_is_said_with_each_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "")

    monkeypatch.setattr(Path, "mkdir", deny)
    said = OutputFolder(tmp_path / "new").write("a", csv("signals"))
    assert said.paths == (None,)
    assert said.warning is not None
    assert "No such file or directory" in said.warning.text


def test_the_files_of_an_input_share_a_name_and_what_is_missing_is_said_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def refuse(path: Path, data: bytes) -> int:
        if path.name.endswith(".dcm.part"):
            raise OSError(errno.ENOSPC, "")
        return write(path, data)

    (tmp_path / "a.csv").write_text("older")
    monkeypatch.setattr(Path, "write_bytes", refuse)
    folder = OutputFolder(tmp_path)
    said = folder.write("a", {".csv": b"new", ".dcm": b"x", ".fhir.json": b"{}"})
    assert said.paths == (str(tmp_path / "a.csv"), None, str(tmp_path / "a.fhir.json"))
    assert said.warning is not None
    assert said.warning.code == "file.signals_not_written"
    assert folder.write("A", csv("2")).paths == (str(tmp_path / "A-2.csv"),)
    assert contents(tmp_path)["a.older.csv"] == "older"


_HALF_WRITTEN = """
import sys, time
from pathlib import Path
from heartguard.export import OutputFolder

def half(path, data):
    with path.open("wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        print("half", flush=True)
        time.sleep(60)

Path.write_bytes = half
OutputFolder(Path(sys.argv[1])).write("ecg", {".pdf": b"new" * 1000})
"""


def test_kill_9_in_the_middle_of_a_report_leaves_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "ecg.pdf").write_bytes(b"old")
    writing = subprocess.Popen([sys.executable, "-c", _HALF_WRITTEN, str(tmp_path)], stdout=subprocess.PIPE)
    assert writing.stdout.readline() == b"half\n"
    writing.kill()
    writing.wait()
    assert (tmp_path / "ecg.pdf").read_bytes() == b"old"
    OutputFolder(tmp_path).write("ecg", {".pdf": b"new"})
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"ecg.pdf": b"new", "ecg.older.pdf": b"old"}, "nothing half-written stays"
