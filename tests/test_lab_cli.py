"""The laboratory's command line: options and status go to the command, and one runner serves all benchmarks."""

from __future__ import annotations

import argparse
import importlib
import types
from typing import Any

import pandas as pd
import pytest

from heartlab import bench, cli
from heartlab.data.tables import merged, read_table, write_table


def command(status: int) -> types.SimpleNamespace:
    """Return a module whose command takes one option and gives it back."""
    return types.SimpleNamespace(
        __doc__="What it does.",
        add_arguments=lambda parser: parser.add_argument("--more", type=int, default=0),
        run=lambda args: status + args.more,
    )


def test_commands_get_their_options_and_give_their_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.importlib, "import_module", lambda name: command(7))
    assert cli.main(["train", "--more", "2"]) == 9


def test_a_missing_package_or_data_folder_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(error: Exception) -> Any:
        def import_module(name: str) -> Any:
            raise error

        return import_module

    monkeypatch.setattr(cli.importlib, "import_module", fails(ModuleNotFoundError("No module", name="torch")))
    assert cli.main(["train"]) == 1
    assert "needs the package torch" in capsys.readouterr().err
    monkeypatch.setattr(cli.importlib, "import_module", fails(FileNotFoundError("The data folder is not here.")))
    assert cli.main(["evaluate"]) == 1
    assert capsys.readouterr().err == "The data folder is not here.\n"


def test_the_runner_finds_a_benchmark_by_its_name_and_passes_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def import_module(name: str) -> Any:
        asked.append(name)
        return command(3)

    monkeypatch.setattr(bench.importlib, "import_module", import_module)
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    assert bench.run(parser.parse_args(["measure", "--more", "4"])) == 7
    assert asked == ["heartlab.benchmarks.measure"]
    with pytest.raises(SystemExit):
        parser.parse_args(["no-such-benchmark"])


@pytest.mark.parametrize("name", bench.names())
def test_every_benchmark_says_what_it_measures_and_how_it_is_called(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module = f"heartlab.benchmarks.{name.replace('-', '_')}"
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")
    with pytest.raises(SystemExit) as stopped:
        cli.main(["bench", name, "--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert f"heartlab bench {name}" in shown.replace("usage: heartlab bench", "", 1)
    assert "benchmarks/results" in shown


def test_rows_that_were_not_measured_again_stay_in_the_order_asked_for() -> None:
    kept = pd.DataFrame({"lever": ["a", "a", "b", "gone"], "setting": [1, 2, 1, 1], "f1": [0.1, 0.2, 0.3, 0.4]})
    fresh = [{"lever": "a", "setting": 2, "f1": 0.9}, {"lever": "c", "setting": 1, "f1": 0.5}]
    key = ["lever", "setting"]
    ordered = merged(fresh, kept, key, [("c", 1), ("b", 1), ("a", 2), ("a", 1), ("not run", 1)])
    assert ordered.to_dict("list") == {
        "lever": ["c", "b", "a", "a"],
        "setting": [1, 1, 2, 1],
        "f1": [0.5, 0.3, 0.9, 0.1],
    }
    unordered = merged(fresh, kept, key)
    assert unordered["f1"].tolist() == [0.1, 0.3, 0.4, 0.9, 0.5]


def test_a_table_comes_back_as_it_was_written_and_the_first_one_needs_no_earlier(tmp_path: Any) -> None:
    assert read_table("new", tmp_path).empty
    rows = [{"kind": "x", "share": 0.1 + 0.2, "note": None}, {"kind": "y", "share": 1 / 3, "note": "seen"}]
    write_table(merged(rows, read_table("new", tmp_path), ["kind"]), "new", tmp_path)
    first = (tmp_path / "new.csv").read_bytes()
    write_table(read_table("new", tmp_path), "new", tmp_path)
    assert (tmp_path / "new.csv").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]
