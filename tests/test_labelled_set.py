"""Overruled cases as a set: what it holds, and that the laboratory loads and traces it as its own pages."""

from __future__ import annotations

import csv
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from heartguard.export import labelled_case, labelled_page, labelled_set
from heartguard.leads import LEAD_INDEX
from heartguard.review import accept, reviewed
from tests.handmade import make_prediction, make_reading
from tests.sample_readings import read_sample
from tests.test_review import reading_with_statements


def rows(data: bytes, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def test_the_tables_keep_both_answers_and_the_model():
    reading = reading_with_statements()
    review = reviewed(reading, "MI", wrong={"rhythm:AFIB"}, measured={"qrs_ms": 124}, note="=cmd()", initials="AB")
    data = labelled_set([labelled_case(reading, review)])
    (page,) = rows(data, "pages/pages.csv")
    assert (page["label"], page["program_label"], page["program_probability"]) == ("MI", "Normal", "0.9000")
    assert (page["model"], page["initials"], page["layout"], page["fold"]) == ("vgg16-0123abcd", "AB", "3x4", "4")
    assert page["note"] == "'=cmd()", "no spreadsheet runs it"
    verdicts = {row["code"]: row["verdict"] for row in rows(data, "statements.csv")}
    assert verdicts["rhythm:AFIB"] == "overruled"
    assert [(row["field"], row["read"], row["set"]) for row in rows(data, "measurements.csv")] == [
        ("qrs_ms", "88.0", "124.0")
    ]
    assert labelled_set([labelled_case(reading, review)]) == data


def test_a_case_without_a_class_has_its_page_but_no_label():
    reading = make_reading(prediction=make_prediction(abstained=True))
    data = labelled_set([labelled_case(reading, accept(reading))])
    assert rows(data, "pages/pages.csv") == []
    assert f"pages/hg-{'ab' * 8}-1-1.webp" in names(data)


@pytest.fixture(scope="module")
def sample_reading():
    return read_sample(1)


def test_the_page_is_cut_to_its_traces(sample_reading):
    page, cut = sample_reading.page, labelled_page(sample_reading)
    segments = sample_reading.ecg.segments
    lowest = max(float(np.nanmax(segment.y)) for segment in segments)
    highest = min(float(np.nanmin(segment.y)) for segment in segments)
    assert cut.shape[0] == pytest.approx(lowest - highest + 8 * page.px_per_mm, abs=2)
    assert cut.shape[0] < page.image.shape[0] - 15 * page.px_per_mm, "the header with the name is gone"
    assert labelled_page(make_reading()).shape == (1, 1, 3)


def test_the_laboratory_takes_the_set_as_it_is(sample_reading, tmp_path, monkeypatch):
    from heartlab.data import page_traces
    from heartlab.data.datasets import load_pages
    from heartlab.data.page_set import is_plain, page_set

    # In a thread: a process that has run networks may not be forked.
    monkeypatch.setattr(page_traces, "ProcessPoolExecutor", ThreadPoolExecutor)
    review = reviewed(sample_reading, "PMI", initials="AB")
    other = replace(sample_reading, upload=replace(sample_reading.upload, sha256="12" * 32))
    unclassed = reviewed(other, None)
    data = labelled_set([labelled_case(sample_reading, review), labelled_case(other, unclassed)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path / "set")
    monkeypatch.setenv("HEARTGUARD_DATA", str(tmp_path / "set"))
    pages = load_pages()
    assert pages["path"].map(lambda path: Image.open(path).format).tolist() == ["WEBP"]
    traces = page_traces.trace_pages(tmp_path / "cache", workers=1)
    labelled = page_set(pages, traces)
    assert (labelled.table["label"].tolist(), labelled.readable.tolist()) == (["PMI"], [True])
    assert labelled.folds.tolist() == [int(sample_reading.upload.sha256[:8], 16) % 5]
    assert is_plain(labelled.table).tolist() == [False], "the printed filter is not known"
    read, again = sample_reading.ecg.signals[LEAD_INDEX["V2"]], traces.signals[0, LEAD_INDEX["V2"]]
    both = np.isfinite(read) & np.isfinite(again)
    assert both.sum() > 1200
    assert np.corrcoef(read[both], again[both].astype(np.float32))[0, 1] > 0.97
