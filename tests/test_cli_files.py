"""The command line with names, folders and disks as people have them."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from heartguard import cli, cli_read, models
from heartguard.errors import ModelError, OutputError
from heartguard.export import OutputFolder
from tests.files import corner, packed
from tests.test_cli import reader, rows

__all__ = ["reader"]


def test_a_name_with_a_dash_is_read_or_explained(
    reader: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-x.png").write_bytes(b"")
    assert cli.main(["read", "--", "-x.png"]) == 0
    assert cli.main(["read", "./-x.png"]) == 0
    assert [name for name, _ in reader] == ["-x.png", "./-x.png"]
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        cli.main(["read", "--json", "-x.png"])
    assert stopped.value.code == 2
    assert "'-x.png' begins with a dash" in (said := capsys.readouterr().err)
    assert "write './-x.png' instead" in said


def test_wildcards_that_no_shell_expanded_are_expanded(
    reader: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.png", "a.png", "c.jpg", "page[1].png"):
        Path(name).write_bytes(b"")
    assert cli.main(["read", "*.png", "page[1].png", str(tmp_path / "?.jpg")]) == 0
    names = [name for name, _ in reader]
    assert names == ["a.png", "b.png", "page[1].png", "page[1].png", str(tmp_path / "c.jpg")]


def test_a_wildcard_that_matches_nothing_is_a_missing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["read", "*.png", "--json"]) == 3
    assert rows(capsys.readouterr().out)[0]["reason"].startswith("There is no file *.png.")


def test_a_dash_reads_what_is_piped_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    piped = packed(corner())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped)))
    assert cli.main(["read", "-", "-", "--json"]) == 3
    first, second = rows(capsys.readouterr().out)
    assert (first["file"], first["error"]) == ("-", "NotAnEcgError")
    assert second["error"] == "EmptyFileError"


def test_piped_in_signals_have_a_name(reader: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heartguard.cli_read._source", lambda file: "piped")
    assert cli.main(["read", "-", "--out", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["stdin.csv"]


def test_control_characters_of_names_are_not_printed(reader: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", "e\x1b[2J\ncg.png", "bad\x07\u202e.png"]) == 3
    assert cli.main(["read", "gone\x1b[2J.png"]) == 0
    out = capsys.readouterr().out
    assert "e\\x1b[2J\\ncg.png\n" in out
    assert "bad\\x07\\u202e.png\n" in out
    assert all(character.isprintable() or character == "\n" for character in out)


def test_control_characters_are_not_printed_in_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", "gone\x1b[2J.png"]) == 3
    out = capsys.readouterr().out
    assert "There is no file gone\\x1b[2J.png." in out
    assert "\x1b" not in out


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_without_room_for_the_signals_the_answer_is_printed_and_says_so(
    code: int,
    reader: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def half(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(code, "")

    monkeypatch.setattr(Path, "write_bytes", half)
    assert cli.main(["read", "a.png", "--json", "--out", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    row = rows(captured.out)[0]
    assert (row["status"], row["signals_csv"]) == ("ok", None)
    assert row["warnings"][-1]["code"] == "file.signals_not_written"
    assert "could not be written" in captured.err
    assert list(tmp_path.iterdir()) == [], "no part of a CSV under any name"
    assert cli.main(["read", "a.png", "--out", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "Heart rate        72 /min" in out
    assert "could not be written" in out


def test_a_folder_that_may_not_be_made_does_not_keep_the_answers_back(
    reader: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def deny(*args: Any, **options: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", deny)
    assert cli.main(["read", "a.png", "bad.png", "--json", "--out", str(tmp_path / "new")]) == 3
    answers = rows(capsys.readouterr().out)
    assert [(row["status"], row["signals_csv"]) for row in answers] == [("ok", None), ("rejected", None)]


def test_an_older_csv_is_kept_and_said(reader: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for older in ("first", "second"):
        (tmp_path / "a.csv").write_text(older)
        assert cli.main(["read", "a.png", "--json", "--out", str(tmp_path)]) == 0
        captured = capsys.readouterr()
        row = rows(captured.out)[0]
        assert Path(row["signals_csv"]).name == "a.csv"
        assert row["warnings"][-1]["code"] == "file.signals_kept"
        assert "it is now a.older" in captured.err
    assert (tmp_path / "a.older.csv").read_text() == "first"
    assert (tmp_path / "a.older-2.csv").read_text() == "second"
    assert (tmp_path / "a.csv").read_text().startswith("time_s,I,II")


def test_a_batch_that_is_run_again_changes_nothing(reader: list[Any], tmp_path: Path) -> None:
    batch = ["read", "x/a.png", "y/a.png", "--out", str(tmp_path)]
    assert cli.main(batch) == cli.main(batch) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.csv", "a.csv"]


@pytest.mark.parametrize(("stem", "name"), [("e\x1bcg", "ecg.csv"), ("\x07", "ecg.csv"), ("a.b", "a.b.csv")])
def test_signals_have_names_that_every_disk_takes(stem: str, name: str, tmp_path: Path) -> None:
    assert Path(OutputFolder(tmp_path).write(stem, {".csv": b"x"}).paths[0] or "").name == name
    assert OutputFolder(tmp_path).write("é" * 300, {".csv": b"x"}).paths[0] is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_output_to_a_full_disk_ends_in_one_sentence(options: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "heartguard", "read", "gone.png", *options],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == 1
    said = [line for line in run.stderr.splitlines() if not line.startswith("INFO:")]  # LiteRT's own
    assert said == ["The answer could not be written (No space left on device). Send the output to another disk."]


def test_json_names_are_whole(reader: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", "e\x1bcg.png", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == "e\x1bcg.png"


def test_a_missing_model_ends_the_run_and_blames_no_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise ModelError("vgg16.json is missing from the models folder.")

    monkeypatch.setattr(models, "shared_models", missing)
    assert cli.main(["read", "a.png", "b.png"]) == 1
    assert capsys.readouterr() == ("", "vgg16.json is missing from the models folder.\n")


def test_without_standard_output_or_input_it_says_so(
    reader: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stdout", None)
        assert cli.main(["read", "a.png"]) == 1
    assert capsys.readouterr().err.startswith("There is no standard output")
    monkeypatch.setattr(sys, "stdin", None)
    assert cli_read._source("-") == b""


def test_a_folder_is_named_without_its_control_characters(tmp_path: Path) -> None:
    odd = tmp_path / "a\x1b[31m"
    odd.write_bytes(b"")
    with pytest.raises(OutputError, match=r"a\\x1b\[31m cannot be made"):
        OutputFolder(odd)
