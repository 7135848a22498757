"""What the mutation benchmark knows of a room's tests: which function a line belongs to, and which tests call it."""

from __future__ import annotations

from pathlib import Path

import pytest

from heartlab.benchmarks.mutation import Mutant, mutants, sample
from heartlab.evaluate.fast_tests import Calls, function_at

SOURCE = '''\
from functools import cache

LIMIT: int = 3


@cache
def outer(x: int = 1) -> int:
    """Count."""
    def inner() -> int:
        return x + 1
    return inner()
'''


def written(folder: Path) -> Path:
    path = folder / "room.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_a_line_belongs_to_the_innermost_function_whose_body_holds_it(tmp_path):
    path = written(tmp_path)
    assert [function_at(path, line) for line in (3, 6, 7)] == [None] * 3
    assert [function_at(path, line) for line in (9, 10, 11)] == [f"{path}:6", f"{path}:9", f"{path}:6"]


def test_calls_are_recorded_by_the_same_names(tmp_path):
    path = written(tmp_path)
    room: dict = {}
    exec(compile(SOURCE, str(path), "exec"), room)
    called: set[str] = set()
    recording = Calls(tmp_path)._recorded(called)
    next(recording)
    assert room["outer"]() == 2
    assert list(recording) == []
    assert called == {function_at(path, 9), function_at(path, 10)}
    room["outer"](5)
    assert len(called) == 2


def test_mutants_leave_annotations_out_and_a_sample_takes_one_of_each_line_first(tmp_path):
    pytest.importorskip("cosmic_ray", reason="cosmic-ray is not installed")
    found = list(mutants(written(tmp_path)))
    assert {mutant.line for mutant in found} == {3, 6, 7, 10}
    assert "core/RemoveDecorator" in {mutant.operator for mutant in found if mutant.line == 6}
    chosen = sample(found, 4, seed=1)
    assert sorted(mutant.line for mutant in chosen) == [3, 6, 7, 10]
    assert sample(found, 4, seed=1) == chosen
    assert len(sample(found, 1000, seed=1)) == len(found)
    assert all(isinstance(mutant, Mutant) for mutant in chosen)
