"""Damaged files of every type: each is opened or refused by name (`heartlab bench fuzz` reads thousands to the end)."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from heartguard.errors import HeartGuardError, ModelError
from heartguard.intake import open_upload
from heartguard.intake.detect import KIND_NAMES, kind_of
from heartlab.benchmarks import fuzz
from heartlab.benchmarks.fuzz import MOST_MB, Outcome, judged, read_all, table_of
from heartlab.evaluate.mutations import MUTATIONS, Case, cases, drawn_files, recorded_files

SEED = 37
FILES = drawn_files() | recorded_files()


def test_every_accepted_type_is_damaged() -> None:
    assert {kind_of(data) for data in FILES.values()} == set(KIND_NAMES)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_damaged_file_is_opened_or_refused_by_name(mutation: str) -> None:
    """18 files of each of 11 kinds of damage."""
    ended = []
    for case in cases(len(FILES) * len(MUTATIONS), SEED, FILES):
        if case.mutation != mutation:
            continue
        tracemalloc.start()
        try:
            upload = open_upload(case.data, name=case.name)
            ended.append(upload.image.shape[2] == 3)
        except ModelError:
            raise
        except HeartGuardError as error:
            ended.append(str(error).endswith(".") and len(str(error)) > 20)
        assert tracemalloc.get_traced_memory()[1] < MOST_MB * 1e6, case.source
        tracemalloc.stop()
    assert ended == [True] * len(FILES)


def test_what_takes_too_long_or_too_much_is_no_reading() -> None:
    reading = Outcome("reading", "3x4", 4.0, 600.0)
    assert judged(reading) == reading
    assert judged(reading._replace(seconds=10.5))[:2] == ("other", "hang")
    assert judged(reading._replace(peak_mb=1300.0))[:2] == ("other", "memory")


def test_outcomes_are_counted_by_source_and_damage() -> None:
    case = Case(0, "png", "truncated", "0.png", b"")
    refused = Outcome("named error", "DamagedFileError", 0.25, 210.4)
    table = table_of([(case, refused), (case, refused._replace(seconds=0.5)), (case, Outcome("reading", "3x4"))])
    assert table.values.tolist() == [
        ["png", "truncated", "named error", "DamagedFileError", 2, 0.5, 210.0],
        ["png", "truncated", "reading", "3x4", 1, 0.0, 0.0],
    ]


def test_a_run_goes_on_with_the_files_that_are_not_in_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader:
        def read(self, case: Case) -> Outcome:
            numbers.append(case.number)
            return Outcome("reading", str(case.number), 0.5, 250.0)

    monkeypatch.setattr(fuzz, "Reader", Reader)
    numbers, log, made = list[int](), tmp_path / "log", [Case(n, "png", "truncated", "", b"") for n in range(4)]
    assert len(list(read_all(iter(made[:2]), log, SEED))) == 2
    with log.open("a") as file:
        file.write(f'[{SEED}, 2, "read')  # ended here
    found = list(read_all(iter(made), log, SEED))
    assert numbers == [0, 1, 2, 3]
    assert [outcome.detail for _, outcome in found] == ["0", "1", "2", "3"]
    assert list(read_all(iter(made), log, SEED)) == found
    with pytest.raises(SystemExit, match="another seed"):
        list(read_all(iter(made), log, SEED + 1))
