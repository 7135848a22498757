"""The examples run on the shipped samples and print what the samples are known to show."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from heartguard.samples import list_samples
from tests.sample_readings import read_sample

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SAMPLES = {sample.path.name: sample for sample in list_samples()}


def run(monkeypatch: pytest.MonkeyPatch, name: str, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def test_one_page_is_read_and_its_answer_printed(monkeypatch, capsys):
    sample = SAMPLES["normal-3x4.png"]
    run(monkeypatch, "read_one_page.py", sample.path)
    printed = capsys.readouterr().out
    assert re.search(r"^Answer +Normal$", printed, re.M)
    rate = re.search(r"^Heart rate +(\d+) /min$", printed, re.M)
    assert rate is not None
    assert float(rate[1]) == pytest.approx(sample.heart_rate_bpm, abs=1)
    shares = [float(share) for share in re.findall(r"([\d.]+)%$", printed, re.M)[:4]]
    assert sum(shares) == pytest.approx(100, abs=0.3)


def test_a_picture_that_is_no_ecg_ends_in_a_sentence(monkeypatch):
    with pytest.raises(SystemExit, match=r"no-ecg\.jpg cannot be read\. No ECG was found"):
        run(monkeypatch, "read_one_page.py", SAMPLES["no-ecg.jpg"].path)


def test_a_folder_becomes_a_table_with_a_row_for_every_page(monkeypatch, tmp_path):
    chosen = ("mi-anterior.pdf", "no-ecg.jpg", "normal-3x4.png")
    for name in chosen:
        (tmp_path / name).write_bytes(SAMPLES[name].path.read_bytes())
    (tmp_path / "notes.txt").write_text("not a page")
    run(monkeypatch, "batch_to_table.py", tmp_path, tmp_path / "table.csv")
    table = pd.read_csv(tmp_path / "table.csv").set_index("file")
    assert list(table.index) == list(chosen)
    assert table.loc["normal-3x4.png", "answer"] == "Normal"
    assert table.loc["mi-anterior.pdf", "p_MI"] > 0.5
    for name in ("mi-anterior.pdf", "normal-3x4.png"):
        assert table.loc[name, "heart_rate_bpm"] == pytest.approx(SAMPLES[name].heart_rate_bpm, abs=1)
    assert table["refused"].notna().tolist() == [False, True, False]


def test_traces_are_drawn_where_the_ink_is(monkeypatch, tmp_path):
    run(monkeypatch, "draw_traces.py", SAMPLES["normal-3x4.png"].path, tmp_path / "traced.png")
    drawn = np.asarray(Image.open(tmp_path / "traced.png"))
    page = read_sample(0).page
    assert drawn.shape == page.image.shape
    painted = (drawn == (0, 114, 178)).all(axis=2)
    ten_seconds = 10 * page.px_per_s
    assert painted.any(axis=0).sum() == pytest.approx(ten_seconds, rel=0.03), "the rhythm strip is blue"
    near_ink = cv2.dilate((page.ink > 0.5).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert near_ink[painted].mean() > 0.9, "all but the names is on ink"


def test_an_inferior_infarction_is_explained_by_inferior_leads(monkeypatch, capsys):
    run(monkeypatch, "explain_by_lead.py", SAMPLES["mi-inferior.png"].path)
    sentence, *rows = capsys.readouterr().out.splitlines()
    assert sentence.startswith("For MI: ")
    shares = {row.split()[0]: float(row.split()[1].rstrip("%")) for row in rows}
    assert len(shares) == 13
    assert sum(shares.values()) == pytest.approx(100, abs=7)  # thirteen roundings to whole per cent
    assert set(list(shares)[:2]) == {"III", "aVF"}
