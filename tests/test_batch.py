"""Batches on local processes: every file has its rows, whatever happens to files, workers or the run itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("distributed", reason="Dask is not installed")

from heartguard import cli
from heartguard.batch import Progress, ResultTable, files_in, read_rows, run_batch
from heartguard.batch.rows import rejected_row
from heartguard.batch.run import BatchError
from heartguard.errors import OutputError
from heartguard.samples import list_samples
from heartguard.weights import models_folder

ROOT = Path(__file__).parents[1]


def quick(path: str) -> list[dict[str, object]]:
    """Return a row without reading anything; a file named after it ends its worker process, or fails."""
    name = Path(path).name
    if "kills" in name:
        os._exit(1)
    if "fails" in name:
        raise RuntimeError("broken")
    time.sleep(0.02)
    return [{**rejected_row(path, ValueError()), "status": "ok", "error": None, "quality": float(os.getpid())}]


def folder_of(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "in"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def test_files_are_those_of_all_folders_in_order_without_hidden_ones(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "b.png", "ward/a.pdf", ".DS_Store", ".git/x.png")
    assert files_in(folder) == [str(folder / "b.png"), str(folder / "ward" / "a.pdf")]
    with pytest.raises(BatchError, match="has no files"):
        files_in(folder / ".empty" if (folder / ".empty").mkdir() is None else folder)
    with pytest.raises(BatchError, match="There is no folder"):
        files_in(tmp_path / "missing")


def test_a_table_is_read_as_one_and_what_was_half_written_is_gone(tmp_path: Path) -> None:
    table = ResultTable(tmp_path / "out")
    table.write([rejected_row("a.png", ValueError())])
    table.write([])
    table.write([rejected_row("b.png", ValueError()), rejected_row("c.png", ValueError())])
    (tmp_path / "out" / "part-00002.writing").write_bytes(b"half")
    again = ResultTable(tmp_path / "out")
    assert [part.name for part in again.parts] == ["part-00000.parquet", "part-00001.parquet"]
    assert not list((tmp_path / "out").glob("*.writing"))
    assert again.files() == {"a.png", "b.png", "c.png"}
    frame = pd.read_parquet(tmp_path / "out")
    assert list(frame.file) == ["a.png", "b.png", "c.png"]
    assert frame.dtypes["heart_rate_bpm"] == "float64"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be made"):
        ResultTable(tmp_path / "file" / "out")


def test_progress_has_a_rate_and_the_time_that_is_left() -> None:
    assert (Progress(30, 1, 90, 20.0).per_minute, Progress(30, 1, 90, 20.0).seconds_left) == (90, 40)
    assert (Progress(0, 0, 90, 0.0).per_minute, Progress(0, 0, 90, 0.0).seconds_left) == (0, None)


def test_files_beside_one_that_ends_its_worker_are_read(tmp_path: Path) -> None:
    """With one worker all files in its hands are blamed for its deaths."""
    folder = folder_of(tmp_path, *(f"{number}.png" for number in range(4)), "0 kills.png", "1 kills.png")
    done = run_batch(files_in(folder), ResultTable(tmp_path / "out"), workers=1, read=quick)
    assert (done.done, done.rejected) == (6, 2)
    frame = pd.read_parquet(tmp_path / "out").set_index("file")
    assert {Path(file).name for file in frame.index[frame.status == "rejected"]} == {"0 kills.png", "1 kills.png"}


def test_neither_a_bad_file_nor_a_dying_worker_stops_a_batch(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(20)]
    folder = folder_of(tmp_path, *names, "it kills.png", "it fails.png")
    table, seen = ResultTable(tmp_path / "out"), list[Progress]()
    done = run_batch(files_in(folder), table, workers=2, read=quick, on_progress=seen.append)
    frame = pd.read_parquet(tmp_path / "out").set_index("file")
    assert (done.done, done.rejected, done.total) == (22, 2, 22)
    assert [progress.done for progress in seen] == list(range(1, 23))
    assert sorted(frame.index) == files_in(folder)
    bad = frame[frame.status == "rejected"].sort_index()
    assert list(bad.index) == [str(folder / "it fails.png"), str(folder / "it kills.png")]
    assert list(bad.error) == ["RuntimeError", "KilledWorker"]
    assert frame.quality.nunique() > 1  # several processes
    assert run_batch(files_in(folder), table, read=quick) == Progress(0, 0, 0, 0.0)


_SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from heartguard.batch import ResultTable, files_in, run, run_batch
from tests.test_batch import quick
run._PART_FILES = 5
if __name__ == "__main__":
    run_batch(files_in(Path(sys.argv[1])), ResultTable(Path(sys.argv[2])), read=quick)
"""


def test_a_killed_batch_goes_on_without_repeating_what_is_written(tmp_path: Path) -> None:
    folder, out = folder_of(tmp_path, *(f"{n:03d}.png" for n in range(300))), tmp_path / "out"
    script = tmp_path / "batch.py"
    script.write_text(_SCRIPT.format(paths=[str(ROOT), *sys.path]), encoding="utf-8")
    first = subprocess.Popen([sys.executable, str(script), str(folder), str(out)])
    until = time.monotonic() + 120
    while not list(out.glob("part-*.parquet")) and time.monotonic() < until:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = pd.read_parquet(out)
    assert 0 < len(before) < 300
    subprocess.run([sys.executable, str(script), str(folder), str(out)], check=True)
    after = pd.read_parquet(out)
    assert sorted(after.file) == files_in(folder)
    assert after.file[: len(before)].to_list() == before.file.to_list()


def test_a_cluster_is_found_by_its_address(tmp_path: Path) -> None:
    from distributed import LocalCluster

    folder = folder_of(tmp_path, "a.png", "b.png")
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        done = run_batch(files_in(folder), ResultTable(tmp_path / "out"), scheduler=address, read=quick)
    assert (done.done, done.rejected) == (2, 0)


@pytest.mark.skipif(not (models_folder() / "vgg16.json").exists(), reason="no model is shipped")
def test_the_command_fills_a_table_that_pandas_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, "broken.png")
    sample = list_samples()[0]
    (folder / "ecg.png").write_bytes(sample.path.read_bytes())
    assert cli.main(["batch", str(folder), str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert "2 files in" in said.out
    assert "1 of them refused" in said.out
    assert "2 of 2 files" in said.err
    frame = pd.read_parquet(tmp_path / "out").set_index("file")
    (alone,) = read_rows(str(folder / "ecg.png"))
    read = frame.loc[str(folder / "ecg.png")]
    assert (read.label, read.heart_rate_bpm, read.sha256) == ("Normal", alone["heart_rate_bpm"], alone["sha256"])
    assert read.p_Normal == pytest.approx(alone["p_Normal"], abs=1e-6)
    refused = frame.loc[str(folder / "broken.png")]
    assert refused.status == "rejected"
    assert refused.reason.endswith(".")
    assert cli.main(["batch", str(folder), str(tmp_path / "out")]) == 0
    assert "0 files in 0 s, 0 of them refused, 2 were read before" in capsys.readouterr().out
    assert cli.main(["batch", str(tmp_path / "none"), str(tmp_path / "out")]) == 1
    assert "There is no folder" in capsys.readouterr().err
