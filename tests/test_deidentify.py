"""De-identification: which pixels are blanked, which words stay, the pages of the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from heartguard import cli, read_ecg
from heartguard.deidentify import Choice, PageText, TextBox, blanked, removes_text
from heartguard.deidentify.blanking import blanked_pixels
from heartguard.deidentify.finding import find_text
from heartguard.deidentify.kept import scale_boxes
from heartguard.export import labelled_page
from heartguard.models import shared_models
from heartguard.page.print import Word
from heartguard.report import page_picture
from heartguard.samples import list_samples
from heartguard.values import Page, Reading
from tests.handmade import make_reading
from tests.sample_readings import read_sample

NAME = TextBox(10, 10, 60, 20)


def text_of(*boxes: TextBox, kept: np.ndarray | None = None) -> PageText:
    return PageText.of(boxes, np.zeros((100, 200), bool) if kept is None else kept)


def test_a_box_becomes_the_paper_beside_it_and_nothing_else_changes() -> None:
    page = np.full((100, 200, 3), (250, 240, 230), np.uint8)
    page[12:18, 12:58] = 0
    page[:, ::8] = (250, 180, 180)  # a grid is no paper
    cleaned = blanked(page, text_of(NAME))
    assert (cleaned[10:20, 10:60] == (250, 240, 230)).all()
    cleaned[10:20, 10:60] = page[10:20, 10:60]
    np.testing.assert_array_equal(cleaned, page)


def test_a_box_that_was_found_leaves_the_trace_and_one_of_a_person_does_not() -> None:
    kept = np.zeros((100, 200), bool)
    kept[15, :] = True
    found, added = text_of(NAME, kept=kept), text_of(replace(NAME, kind="added"), kept=kept)
    assert not blanked_pixels(found)[15].any()
    assert blanked_pixels(found)[14, 10:60].all()
    assert blanked_pixels(added)[15, 10:60].all()


def test_boxes_over_the_edge_of_the_page_are_cut_and_a_page_of_another_size_is_refused() -> None:
    page = np.full((100, 200, 3), 9, np.uint8)
    whole = text_of(TextBox(-5, -5, 500, 500, "added"))
    assert (blanked(page, whole) == 255).all(), "white where no paper is left to be seen"
    with pytest.raises(ValueError, match="found on"):
        blanked(page[:50], whole)


def test_a_box_is_left_on_the_page_and_taken_again() -> None:
    mine = TextBox(0, 50, 30, 60, "added")
    choice = Choice().switched(NAME, on=False).with_box(mine).with_box(mine)
    assert choice.of((NAME,)) == choice.hidden == (mine,)
    again = choice.switched(NAME, on=True).switched(mine, on=False)
    assert (again.of((NAME,)), again.adds) == ((NAME,), False)
    assert again.with_box(mine).hidden == (mine,)


def test_the_scale_stays_and_the_name_on_its_line_does_not() -> None:
    texts = ("doe", "jane", "25mm/s", "10", "mm/mv", "40hz")
    line = [Word(text, 100.0 * k, 0.0, 100.0 * k + 90, 20.0, 0.9, 3) for k, text in enumerate(texts)]
    other = [Word("1950", 0.0, 40.0, 90.0, 60.0, 0.9, 4)]
    assert [(box.x0, box.x1) for box in scale_boxes([*other, *line])] == [(200.0, 290.0), (300.0, 490.0)]


def test_the_operator_decides_whether_text_is_removed() -> None:
    assert [removes_text({"HEARTGUARD_DEIDENTIFY": word}) for word in ("", "on", "Off", "0")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.fixture(scope="module")
def named() -> tuple[Reading, Page, np.ndarray]:
    """Read a sample, and write a name over its rows, a note among them and a date across a trace."""
    reading = read_sample(0)
    image = reading.page.image.copy()
    lettering = np.zeros(image.shape[:2], np.uint8)
    top = min(int(np.nanmin(segment.y)) for segment in reading.ecg.segments)
    for text, x, y in (("Doe, Jane  ID 4711", 300, max(40, top - 150)), ("Ward 7", 900, image.shape[0] - 30)):
        cv2.putText(lettering, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2, cv2.LINE_AA)
    image[lettering > 90] = 20
    return reading, replace(reading.page, image=image), lettering > 90


def test_names_are_found_and_traces_and_lead_names_stay(named: tuple[Reading, Page, np.ndarray]) -> None:
    reading, page, lettering = named
    gone = blanked_pixels(find_text(page, shared_models().page))
    assert gone[lettering].mean() > 0.99
    traced = [(segment.x0 + np.arange(len(segment.y)), segment.y) for segment in reading.ecg.segments]
    x, y = (np.concatenate(part) for part in zip(*traced, strict=True))
    seen = np.isfinite(y)
    assert gone[y[seen].round().astype(int), x[seen].astype(int)].mean() < 0.005


def test_a_page_without_its_text_is_read_as_before(named: tuple[Reading, Page, np.ndarray], tmp_path: Path) -> None:
    reading, page, _ = named
    Pictures.fromarray(blanked(page.image, find_text(page, shared_models().page))).save(tmp_path / "page.png")
    again = read_ecg(tmp_path / "page.png")
    assert again.page.layout == reading.page.layout
    assert {p.lead for p in again.page.panels} == {p.lead for p in reading.page.panels}
    assert again.quality > 0.5
    assert again.measurements.heart_rate_bpm == pytest.approx(reading.measurements.heart_rate_bpm, abs=1)


def test_a_page_of_another_scale_has_its_boxes_in_its_own_pixels(named: tuple[Reading, Page, np.ndarray]) -> None:
    _, page, lettering = named
    small = cv2.resize(page.image, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    text = find_text(replace(page, image=small, px_per_mm=page.px_per_mm * 0.75), shared_models().page)
    letters = cv2.resize(lettering.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_AREA) > 0
    assert text.shape == small.shape[:2]
    assert blanked_pixels(text)[letters].mean() > 0.99


def test_what_is_exported_has_the_boxes_of_a_person_blanked() -> None:
    reading = make_reading()
    assert (labelled_page(reading, reading.page.image) == 255).all()
    page = replace(reading.page, image=np.full((600, 900, 3), 40, np.uint8))
    dark = replace(reading, page=page)
    shown = page_picture(dark, hidden=[(0.0, 0.0, 90.0, 60.0)])
    assert (shown[:60, :90] == 255).all()
    assert (page_picture(dark, deidentify=False, hidden=[(0.0, 0.0, 90.0, 60.0)]) == 40).all()


def test_the_command_writes_pages_and_says_what_it_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = list_samples()[0].path
    page = Pictures.open(sample).convert("RGB")
    document, out = tmp_path / "two.pdf", tmp_path / "out"
    page.save(document, "PDF", save_all=True, append_images=[Pictures.new("RGB", page.size, "white")])
    assert cli.main(["deidentify", str(sample), str(document), str(tmp_path / "none.png"), "--out", str(out)]) == 3
    single, two, none = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    (written,) = single["pages"]
    picture = Pictures.open(written["png"])
    assert (written["page"], single["rejected"]) == (1, [])
    assert picture.info == {}, "the pixels, and no data of a camera or a program"
    assert picture.size[0] == pytest.approx(written["width_mm"] * 8, abs=1)
    assert all(box["x_mm"] + box["width_mm"] <= written["width_mm"] + 0.1 for box in written["removed"])
    assert [Path(one["png"]).name for one in two["pages"]] == ["two-1.png"]
    assert [one["page"] for one in two["rejected"]] == [2]
    assert "No ECG" in two["rejected"][0]["reason"]
    assert none["pages"] == []
    assert "none.png" in none["rejected"][0]["reason"] or "found" in none["rejected"][0]["reason"]


def test_the_command_says_that_a_folder_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("")
    assert cli.main(["deidentify", str(list_samples()[0].path), "--out", str(tmp_path / "taken")]) == 1
    assert "Give --out another one" in capsys.readouterr().err
