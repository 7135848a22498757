"""The command line: answers, exit status, and a batch that goes on whatever a file holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from heartguard import cli, errors, models, reading
from heartguard.samples import list_samples
from tests.handmade import make_measurements, make_reading
from tests.test_reading import needs_model


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int | None]]:
    """Replace the reading: names with 'bad' are refused, with 'fault' fail, with 'noisy' print; calls are noted."""
    calls: list[tuple[str, int | None]] = []

    def read(file: str, *, page: int | None, **options: Any) -> Any:
        calls.append((file, page))
        if "bad" in file:
            raise errors.NotAnEcgError("No ECG traces are found in the picture. Open a page with an ECG.")
        if "fault" in file:
            raise KeyError("secret of the program")
        if "noisy" in file:
            sys.stdout.write("a library prints this\n")
        yield make_reading()

    monkeypatch.setattr(reading, "read_ecgs", read)
    monkeypatch.setattr(models, "shared_models", lambda: None)
    return calls


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_lines_in_order_and_a_batch_that_goes_on(reader: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    files = ["a.png", "bad.png", "fault.png", "noisy.png"]
    assert cli.main(["read", *files, "--json"]) == 3
    captured = capsys.readouterr()
    answers = rows(captured.out)
    assert [row["file"] for row in answers] == files
    assert [row["status"] for row in answers] == ["ok", "rejected", "rejected", "ok"]
    assert answers[1]["reason"].startswith("No ECG traces are found")
    assert (answers[1]["error"], answers[2]["error"]) == ("NotAnEcgError", "KeyError")
    assert "secret" not in captured.out
    assert "a library prints this" in captured.err
    assert {frozenset(row) for row in answers} == {frozenset(answers[0])}


def test_age_and_sex_move_the_limits_of_the_statements(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long_qt = make_reading(measurements=make_measurements(qtc_ms=452.0))
    monkeypatch.setattr(reading, "read_ecgs", lambda *_args, **_options: iter([long_qt]))
    monkeypatch.setattr(models, "shared_models", lambda: None)
    assert cli.main(["read", "a.png", "--age", "61", "--sex", "male"]) == 0
    assert "Long QT: QTc (Bazett) 452 ms" in capsys.readouterr().out
    assert cli.main(["read", "a.png", "--sex", "female"]) == 0
    assert "Long QT" not in capsys.readouterr().out


def test_all_read_is_status_0_and_pages_count_from_1(reader: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", "a.pdf", "--page", "3"]) == 0
    assert reader == [("a.pdf", 2)]
    out = capsys.readouterr().out
    assert out.startswith("a.pdf\n")
    assert "Answer            Normal\n" in out
    assert "Heart rate        72 /min" in out


def test_text_of_a_rejected_file_says_why(reader: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", "bad.png"]) == 3
    assert "Not read          No ECG traces are found" in capsys.readouterr().out


def test_signals_of_one_name_do_not_overwrite_each_other(
    reader: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "signals"
    assert cli.main(["read", "x/ecg.png", "y/ecg.jpg", "ecg-2.png", "bad.png", "--json", "--out", str(out)]) == 3
    assert sorted(path.name for path in out.iterdir()) == ["ecg-2-2.csv", "ecg-2.csv", "ecg.csv"]
    assert (out / "ecg.csv").read_text().startswith("time_s,I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6\n0.000,")
    assert [Path(row["signals_csv"]).name if row["signals_csv"] else None for row in rows(capsys.readouterr().out)] == [
        "ecg.csv",
        "ecg-2.csv",
        "ecg-2-2.csv",
        None,
    ]


def test_an_output_folder_that_cannot_be_is_said_once(
    reader: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert cli.main(["read", "a.png", "--out", str(blocked)]) == 1
    assert "cannot be made" in capsys.readouterr().err
    assert reader == []


def test_missing_files_folders_and_junk_are_rejected_with_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    junk = tmp_path / "ecg.png"
    junk.write_bytes(b"this is no picture at all")
    assert cli.main(["read", str(tmp_path / "gone.png"), str(tmp_path), str(junk), "--json"]) == 3
    answers = rows(capsys.readouterr().out)
    assert [row["error"] for row in answers] == ["UnreadableFileError", "UnreadableFileError", "UnsupportedTypeError"]
    assert "no file gone.png" in answers[0]["reason"]
    assert "folder" in answers[1]["reason"]


def test_a_file_that_may_not_be_read_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = tmp_path / "ecg.png"
    closed.write_bytes(b"x")

    def deny(*args: Any, **options: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert cli.main(["read", str(closed), "--json"]) == 3
    assert "right to read" in rows(capsys.readouterr().out)[0]["reason"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["read"],
        ["read", "a.png", "--page", "0"],
        ["read", "a.png", "--age", "200"],
        ["read", "a.png", "--page", "x"],
        ["fly"],
        ["train", "vgg16"],
    ],
)
def test_commands_that_are_not_understood_are_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert "usage: heartguard" in capsys.readouterr().err


def test_help_teaches_and_is_light() -> None:
    code = (
        "import sys; from heartguard.cli import main\n"
        "try: main(['read', '--help'])\n"
        "finally: assert not {'torch', 'tensorflow', 'cv2', 'numpy'} & set(sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "examples:" in run.stdout
    assert "exit status:" in run.stdout


def test_module_entry_point_rejects_and_exits_3(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "heartguard", "read", str(tmp_path / "gone.png"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3
    assert rows(run.stdout)[0]["status"] == "rejected"
    assert "Traceback" not in run.stderr


@needs_model
def test_shipped_samples_through_the_real_entry_point(tmp_path: Path) -> None:
    page = next(sample for sample in list_samples() if sample.label == "Normal")
    landscape = next(sample for sample in list_samples() if sample.label is None)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "heartguard", "read"),
            *(str(page.path), str(landscape.path), "--json", "--out", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3, run.stderr
    read, rejected = rows(run.stdout)
    assert (read["status"], rejected["status"]) == ("ok", "rejected")
    assert read["measurements"]["heart_rate_bpm"] == pytest.approx(page.heart_rate_bpm, abs=5)
    assert sum(read["prediction"]["probabilities"].values()) == pytest.approx(1, abs=0.001)
    lines = (tmp_path / f"{page.path.stem}.csv").read_text().splitlines()
    assert len(lines) == 5001
    assert rejected["signals_csv"] is None
