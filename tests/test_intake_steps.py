"""Steps of intake on headers, planes and tags that are made for the test: what whole files rarely show."""

from __future__ import annotations

import json
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pi_heif
import pytest
from PIL import TiffImagePlugin as Tiff
from pydicom.uid import UID

from heartguard.errors import ImageTooSmallError, PageNumberError, UnsupportedTypeError
from heartguard.intake import dicom, documents, heic, heic_process, pictures, recorded, tiff
from heartguard.intake.companions import with_companions
from heartguard.intake.limits import MAX_JPEG_PIXELS, check_size, working_size
from heartguard.intake.pixels import grey8, square


def test_limits_are_in_pixels_to_the_last_one():
    check_size(12_000, 10_000, MAX_JPEG_PIXELS)
    assert MAX_JPEG_PIXELS == 12_000 * 10_000
    assert working_size(12_000_000, 1) == (12_000_000, 1)
    assert working_size(12_000_001, 1) == (12_000_000, 1)


@pytest.mark.parametrize("open_one", [pictures.open_jpeg, heic.open_heic])
def test_a_photo_has_one_page(open_one):
    with pytest.raises(PageNumberError, match="There is no page 2: the file has 1 page"):
        open_one(b"", 1)


@pytest.mark.parametrize(("paths", "drawn"), [(19, False), (20, True), (500, True)])
def test_a_page_has_a_drawing_from_twenty_paths_on(paths, drawn):
    leaf = SimpleNamespace(get_objects=lambda filter: iter(range(paths)))
    assert documents._has_drawing(leaf) == drawn


@pytest.mark.parametrize("size", [(1.0, 400.0), (400.0, 1.0), (0.5, 0.5)])
def test_a_page_of_a_pdf_may_be_as_small_as_it_says(monkeypatch, size):
    monkeypatch.setattr(documents, "_pictures", lambda leaf: ())
    assert documents._scale(SimpleNamespace(get_size=lambda: size)) == pytest.approx(
        min(2000 / max(size), np.sqrt(12e6 / (size[0] * size[1])))
    )


def test_content_of_no_kind_may_be_the_signals_of_a_record():
    with pytest.raises(UnsupportedTypeError, match=r"cannot be read without their header \(\.hea\)"):
        with_companions(bytes(range(64)), bytes(range(64)), "record.dat")
    assert with_companions(bytes(range(64)), bytes(range(64)), "record.png") == bytes(range(64))


# Pixels


def test_values_that_are_no_number_are_white():
    assert grey8(np.array([np.nan, 0.0, 0.5, 1.0], np.float32)).tolist() == [255, 0, 128, 255]
    assert grey8(np.array([np.inf, np.nan], np.float32)).tolist() == [255, 255]


@pytest.mark.parametrize(("stretch", "shape"), [(2.0, (2, 5, 3)), (0.5, (5, 2, 3))])
def test_a_picture_wider_than_it_becomes_high_is_made_finer_by_interpolation(stretch, shape):
    image = np.zeros(shape, np.uint8)
    image[1 if stretch > 1 else slice(None), slice(None) if stretch > 1 else 1] = 100
    found, _ = square(image, stretch)
    assert (found[:, 2, 0] if stretch > 1 else found[2, :, 0]).tolist() == [0, 25, 75, 100]


# DICOM


class Planes(dict):
    """A dataset of one overlay at a row and column, from 1."""

    def __init__(self, plane: Any, row: int, column: int) -> None:
        self.plane = plane
        self[dicom._OVERLAY_GROUPS[0], 0x3000] = None
        self[dicom._OVERLAY_GROUPS[0], 0x0040] = SimpleNamespace(value="G")
        self[dicom._OVERLAY_GROUPS[0], 0x0050] = SimpleNamespace(value=[row, column])

    def overlay_array(self, group: int) -> Any:
        return self.plane


@pytest.mark.parametrize(
    ("row", "column", "inked"),
    [
        (1, 1, [(0, 0), (1, 2)]),
        (3, 2, [(2, 1), (3, 3)]),
        (0, 1, [(0, 2)]),
        (1, -1, [(1, 0)]),
        (4, 4, [(3, 3)]),
    ],
)
def test_an_overlay_may_begin_outside_of_the_picture(row, column, inked):
    plane = np.zeros((2, 3), np.uint8)
    plane[0, 0] = plane[1, 2] = 1
    image = np.full((4, 5, 3), 200, np.uint8)
    assert dicom._overlays(Planes(plane, row, column), image) == [dicom._OVERLAY_GROUPS[0]]
    assert [tuple(at) for at in np.argwhere(image[..., 0] == 0)] == inked


@pytest.mark.parametrize(("grey", "ink"), [(127, 255), (128, 0)])
def test_an_overlay_is_black_on_a_picture_brighter_than_mid_grey(grey, ink):
    image = np.full((2, 2, 3), grey, np.uint8)
    dicom._overlays(Planes(np.ones((1, 1)), 2, 2), image)
    assert image[..., 0].tolist() == [[grey, grey], [grey, ink]]


def test_a_picture_compressed_in_an_unknown_form_is_refused():
    syntax = SimpleNamespace(TransferSyntaxUID=UID("1.2.3.4"))
    header = type("Header", (dict,), {"Rows": 500, "Columns": 700, "file_meta": syntax})(Rows=500, Columns=700)
    with pytest.raises(UnsupportedTypeError, match="compressed in a form that cannot be read"):
        dicom._check_picture(header)
    header.file_meta = SimpleNamespace(TransferSyntaxUID=UID("1.2.840.10008.1.2.1"))
    dicom._check_picture(header)


# TIFF


class Pictures:
    """The pictures of a TIFF: sizes, and the tag that says what each is."""

    def __init__(self, *frames: tuple[tuple[int, int], int]) -> None:
        self.frames = frames

    def seek(self, number: int) -> None:
        if number == len(self.frames):
            raise EOFError
        self.size, kind = self.frames[number]
        self.tag_v2 = {tiff._NEW_SUBFILE_TYPE: kind}


def test_previews_and_masks_are_no_pages_and_pages_of_several_are():
    pages = tiff._pages(Pictures(((2000, 1400), 2), ((1400, 1300), 2), ((500, 350), 1), ((2000, 1400), 4)))
    assert [(page.number, page.secondary) for page in pages] == [(0, False), (1, False)]


def test_pixels_are_square_where_one_resolution_alone_is_stated():
    for tags, stretch in (({Tiff.X_RESOLUTION: 2}, 1), ({Tiff.X_RESOLUTION: 200, Tiff.Y_RESOLUTION: 100}, 2)):
        assert tiff._stretch(SimpleNamespace(tag_v2=tags)) == stretch


# Signals, and photos of phones


def test_readers_that_were_never_tried_on_a_recorder_s_file_say_so():
    for kind in recorded.UNTESTED:
        (warning,) = recorded._on_test(kind)
        assert warning.code == "file.untested"
        assert recorded.UNTESTED[kind] in warning.text
    assert recorded._on_test("wfdb") == ()


class Photo:
    """A decoded photo of 4000 x 5000 pixels."""

    mode = "RGB"

    def __init__(self, height: int, width: int) -> None:
        self.size, self.pixels = (width, height), np.full((height, width, 3), 9, np.uint8)

    def __array__(self, *_: Any, **__: Any) -> Any:
        return self.pixels


@pytest.mark.parametrize(("height", "width"), [(500, 700), (100, 90)])
def test_the_process_for_heic_answers_with_sizes_or_with_the_reason(monkeypatch, height, width):
    output = BytesIO()
    monkeypatch.setattr(pi_heif, "open_heif", lambda data: Photo(height, width))
    monkeypatch.setattr(heic_process.sys, "stdin", SimpleNamespace(buffer=BytesIO(b"photo")))
    monkeypatch.setattr(heic_process.sys, "stdout", SimpleNamespace(buffer=output))
    heic_process.main()
    head, _, pixels = output.getvalue().partition(b"\n")
    if height == 500:
        assert json.loads(head) == {"size": [700, 500], "shape": [500, 700, 3]}
        assert pixels == bytes([9]) * (500 * 700 * 3)
    else:
        assert json.loads(head)["error"] == ImageTooSmallError.__name__
        assert pixels == b""
