"""A refusal of one page of a document names another one that looks like an ECG."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from heartguard import errors, page_search, read_ecg
from heartguard.intake import open_upload
from heartguard.page_search import find_ecg_page, naming_the_ecg_page
from heartguard.samples import list_samples
from tests.files import corner, packed, pdf
from tests.networks import page_models


def test_the_page_with_the_ecg_is_named() -> None:
    sample = next(sample for sample in list_samples() if sample.label == "Normal")
    with Image.open(sample.path) as picture:
        ecg = picture.convert("RGB")
    cover = Image.new("RGB", ecg.size, "white")
    data = packed(cover, "TIFF", save_all=True, append_images=[cover, ecg], compression="tiff_deflate")
    with pytest.raises(errors.NotAnEcgError, match=r"page 1 of 3; page 3 looks like an ECG: choose that one\.$"):
        read_ecg(data)


def test_without_such_a_page_the_refusal_says_which_page_it_is_about() -> None:
    data = pdf(3)
    with pytest.raises(errors.LayoutError) as caught, naming_the_ecg_page(data, open_upload(data), page_models()):
        raise errors.LayoutError("Two rows.")
    assert str(caught.value) == "Two rows. This is page 1 of 3; choose the one with the ECG."


def test_a_picture_of_one_page_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_search, "_looks_like_ecg", lambda source, page, models: pytest.fail("searched"))
    data = packed(corner())
    with pytest.raises(errors.NotAnEcgError) as caught, naming_the_ecg_page(data, open_upload(data), page_models()):
        raise errors.NotAnEcgError("Nothing.")
    assert str(caught.value) == "Nothing."


def test_the_search_is_bounded_in_pages_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    data, seen, clock = pdf(30), [], [0.0]
    upload = open_upload(data, page=1)

    def look(source: bytes | Path | str, page: int, models: object) -> bool:
        seen.append(page)
        clock[0] += step
        return False

    monkeypatch.setattr(page_search, "_looks_like_ecg", look)
    monkeypatch.setattr(page_search.time, "monotonic", lambda: clock[0])
    step = 0.0
    assert find_ecg_page(data, upload, page_models()) is None
    assert seen == [0, 2, 3, 4, 5, 6, 7, 8]
    seen.clear()
    step = 3.0
    assert find_ecg_page(data, upload, page_models()) is None
    assert seen == [0, 2, 3]


def test_what_was_set_wrong_by_hand_is_no_question_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_search, "_looks_like_ecg", lambda source, page, models: True)
    data = pdf(2)
    with pytest.raises(errors.CorrectionError) as caught, naming_the_ecg_page(data, open_upload(data), page_models()):
        raise errors.CorrectionError("The corners cross.")
    assert str(caught.value) == "The corners cross."
