"""The steps of intake on sizes, headers and values whose answers are known: where each limit is, and what is said."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heartguard.errors import (
    AnimatedImageError,
    DamagedFileError,
    FileTooLargeError,
    ImageTooSmallError,
    PageNumberError,
    UnreadableFileError,
    UnsupportedTypeError,
)
from heartguard.intake import documents, pictures
from heartguard.intake.detect import kind_of
from heartguard.intake.documents import _checked_count, _fineness, _Picture, _scale
from heartguard.intake.jpeg import JpegMarkers, is_complete, read_markers
from heartguard.intake.limits import (
    check_bytes,
    check_page_number,
    check_pages,
    check_size,
    stretch_of,
    working_size,
)
from heartguard.intake.pixels import fit, grey8, scaled_down, square
from heartguard.intake.source import digest, file_name, read_source
from heartguard.intake.tiff import _Frame


def test_a_file_of_50_mb_is_opened_and_none_of_more():
    check_bytes(50 * 2**20)
    with pytest.raises(FileTooLargeError, match="has 51 MB, more than the 50 MB"):
        check_bytes(51 * 2**20)
    with pytest.raises(FileTooLargeError):
        check_bytes(50 * 2**20 + 1)


def test_a_document_has_200_pages_at_most():
    check_pages(200)
    with pytest.raises(FileTooLargeError, match="more than 200 pages"):
        check_pages(201)


@pytest.mark.parametrize(
    ("page", "pages", "said"),
    [
        (-1, 1, "no page 0: the file has 1 page. Choose that."),
        (1, 1, "no page 2: the file has 1 page. Choose that."),
        (3, 3, "no page 4: the file has 3 pages. Choose a page from 1 to 3."),
    ],
)
def test_a_page_is_one_of_those_that_the_file_has(page, pages, said):
    for there in range(pages):
        check_page_number(there, pages)
    with pytest.raises(PageNumberError, match=said):
        check_page_number(page, pages)


@pytest.mark.parametrize("turned", [False, True])
def test_sizes_are_accepted_up_to_their_limits_either_way_round(turned):
    def check(width: int, height: int, *most: int) -> None:
        check_size(*((height, width) if turned else (width, height)), *most)

    for size in ((10_000, 8000), (4800, 400), (400, 200)):
        check(*size)
    check(12_000, 10_000, 120_000_000)
    with pytest.raises(FileTooLargeError, match="more than the 80 megapixels"):
        check(10_000, 8001)
    with pytest.raises(FileTooLargeError, match="more than the 120 megapixels"):
        check(12_000, 10_001, 120_000_000)
    with pytest.raises(ImageTooSmallError, match="a strip too narrow"):
        check(4801, 400)
    for size in ((399, 200), (400, 199)):
        with pytest.raises(ImageTooSmallError, match="at least 400 x 200"):
            check(*size)


@pytest.mark.parametrize(
    ("width", "height", "stretch"),
    [
        *((1.0, 1.01, 1), (1.0, 1.02, 1.02), (1.0, 4.0, 4), (1.0, 4.1, 1), (4.0, 1.0, 0.25), (4.1, 1.0, 1)),
        *((2.0, 2.0, 1), (0.0, 1.0, 1), (1.0, 0.0, 1), (-1.0, -2.0, 1), (1.0, np.inf, 1), (np.nan, 1.0, 1)),
    ],
)
def test_pixels_are_stretched_by_no_less_than_one_per_cent_and_no_more_than_four(width, height, stretch):
    assert stretch_of(width, height) == pytest.approx(stretch)


def test_pictures_are_scaled_down_to_twelve_megapixels():
    assert working_size(4000, 3000) == (4000, 3000)
    assert working_size(4002, 3000) == (4001, 2999)
    assert working_size(6000, 16_000) == (2121, 5657)
    assert working_size(120_000_000, 1)[1] == 1
    small = np.zeros((4, 5, 3), np.uint8)
    assert fit(small)[1] == ()
    assert scaled_down((4, 3), (4, 3)) == ()
    (note,) = scaled_down((8000, 6000), (4000, 3000))
    assert note.text == "The picture was scaled down from 8000 x 6000 to 4000 x 3000 pixels."


@pytest.mark.parametrize(("stretch", "turned"), [(2.0, False), (0.5, True)])
def test_pixels_that_are_added_are_between_their_neighbours(stretch, turned):
    column = np.repeat(np.array([[0], [100]], np.uint8), 3, axis=1)[..., None].repeat(3, axis=2)
    found, _ = square(column.swapaxes(0, 1) if turned else column, stretch)
    values = found[0, :, 0] if turned else found[:, 0, 0]
    assert values.tolist() == [0, 25, 75, 100]


@pytest.mark.parametrize(("stretch", "shape"), [(2.0, (200, 200, 3)), (0.5, (100, 400, 3)), (1.0, (100, 200, 3))])
def test_pixels_become_square_along_their_coarser_axis(stretch, shape):
    image = np.full((100, 200, 3), 7, np.uint8)
    found, notes = square(image, stretch)
    assert found.shape == shape
    assert [f"({stretch:.2f} times as high as wide)" in note.text for note in notes] == [True] * (stretch != 1)


@pytest.mark.parametrize(
    ("values", "bits", "grey"),
    [
        (np.array([0, 1, 3], np.uint8), None, [0, 85, 255]),  # two bits hold them
        (np.array([0, 1, 3], np.uint8), 8, [0, 1, 3]),
        (np.array([0, 1, 4], np.uint8), 2, [0, 36, 146]),  # the header says less than there is: three bits
        (np.array([0, 0], np.uint8), None, [0, 0]),
        (np.array([0, 4095], np.uint16), 12, [0, 255]),
        (np.array([-1, 0, 3], np.int16), None, [0, 64, 255]),
        (np.array([0.0, 0.5, 1.0]), None, [0, 128, 255]),
        (np.array([0.0, 51.0]), None, [0, 51]),
        (np.array([0.0, 2048.0]), None, [0, 128]),
        (np.array([20_000.0, 70_000.0]), None, [0, 255]),
        (np.array([0.0, 1.0, np.nan, np.inf]), None, [0, 255, 255, 255]),
        (np.array([np.nan]), None, [255]),
    ],
)
def test_grey_is_scaled_by_the_full_scale_of_its_values(values, bits, grey):
    assert grey8(values, bits).tolist() == grey


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def scan(*colours: int, last: int = 63, bits: int = 0) -> bytes:
    """Return a scan of colours up to a coefficient, and coded data in which FF 00 and FF D0 are no markers."""
    tables = b"".join(bytes([colour, 0]) for colour in colours)
    return segment(0xDA, bytes([len(colours)]) + tables + bytes([0, last, bits])) + b"\x12\xff\x00\x34\xff\xd0\x56"


SOI, EOI = b"\xff\xd8", b"\xff\xd9"
PREVIEW = segment(0xE1, b"Exif" + SOI + EOI)
"""A segment with a small JPEG of its own."""


@pytest.mark.parametrize(
    ("scans", "count", "full"),
    [
        ([scan(1, 2, 3)], 1, True),
        ([scan(1, 2, 3, last=62)], 1, False),
        ([scan(1), scan(2, last=0)], 2, False),
        ([scan(1), scan(2)], 2, True),
        ([scan(1, last=0), scan(1, bits=1)], 2, False),  # the last bit is missing
        ([scan(1, last=0), scan(1, bits=1), scan(1, bits=0x10)], 3, True),
        ([segment(0xDA, b"\x01\x07\x00")], 1, False),
        ([], 0, False),
    ],
)
def test_a_jpeg_is_full_when_every_colour_has_its_last_coefficient(scans, count, full):
    data = SOI + PREVIEW + b"".join(scans)
    assert read_markers(data) == JpegMarkers(count, full, None)
    assert read_markers(data + b"\xff" + EOI + scan(9)) == JpegMarkers(count, full, len(data))


def test_a_jpeg_of_more_than_64_scans_is_refused():
    assert read_markers(SOI + 64 * scan(1) + EOI).scans == 64
    with pytest.raises(FileTooLargeError, match="too many layers"):
        read_markers(SOI + 65 * scan(1) + EOI)


def test_a_jpeg_is_decoded_to_its_end_if_its_last_block_is():
    image, markers = np.full((16, 16, 3), 128, np.uint8), JpegMarkers(1, True, None)
    assert not is_complete(markers, image)
    image[11] = image[:, 11] = 0
    assert not is_complete(markers, image)
    image[12, 12, 0] = 129
    assert is_complete(markers, image)
    assert not is_complete(JpegMarkers(1, False, None), image)


def boxed(brand: bytes, *others: bytes, after: bytes = b"") -> bytes:
    """Return the head of a file of the ISO base media format."""
    body = b"ftyp" + brand + b"\0\0\0\0" + b"".join(others)
    return (len(body) + 4).to_bytes(4, "big") + body + after


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        *((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"MM\x00*", "tiff"), (b"II+\x00", "tiff")),
        *((b"RIFF\0\0\0\0WEBP", "webp"), (b"\xff\x4f\xff\x51", "jp2"), (b"P6\n# by hand", "ppm"), (b"P1 4 4", "ppm")),
        *((b"BM" + bytes(12) + b"\x28\0\0\0", "bmp"), (b"BM" + bytes(12) + b"\x7c\0\0\0", "bmp")),
        *((boxed(b"heic"), "heic"), (boxed(b"mif1", b"miaf", b"heix"), "heic")),
        *((bytes(128) + b"DICM", "dicom"), (b"\x08\x00\x05\x00CS", "dicom"), (b"\x02\x00\x10\x00UI", "dicom")),
        *((b"%PDF-1.7", "pdf"), (b" " * 1019 + b"%PDF-", "pdf")),
        *((b"<?xml ?><hl7:AnnotatedECG>", "aecg"), (b"<!-- <ecg> --><RestingECG>", "muse"), (b"<ECG>", "mortara")),
        *((b"<restingecgdata>", "philips"), (b"\xff\xfe" + "<CardiologyXML>".encode("utf-16-le"), "cardiosoft")),
        *((b"# by hand\nrec 1 500\nrec.dat 16+24 1", "wfdb_header"), (b"rec 1 500 10\nr.dat 212 ", "wfdb_header")),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(data, kind):
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        *((b" " * 1020 + b"%PDF-", "no picture of a page"), (b"BM" + bytes(12) + b"\x29\0\0\0", "no picture of a")),
        *((b"RIFF\0\0\0\0WAVE", "no picture of a page"), (b"P7 4 4", "no picture of a page")),
        *((boxed(b"avif", b"mif1", after=b"heic"), "AVIF picture"), (boxed(b"mp42"), "a video or an AVIF picture")),
        *((b"PK\x03\x04", "an archive"), (b"  <!DOCTYPE html>", "a text document"), (b"\xef\xbb\xbf<?xml ", "a text")),
        *((b"<?xml ?><sapphire>", "signals in GE Sapphire's XML"), (b"<ExamDescript>", "signals in Schiller's XML")),
        *((bytes(16) + b"SCPECG", "signals in SCP-ECG"), (b"ISHNE1.0", "the ISHNE format"), (b"0       ", "EDF")),
        *((bytes(15) + b"SCPECG", "no picture of a page"), ("<svg".encode("utf-16-le"), "a text document")),
        (b"GIF89a" + b"\x21\xf9\x04", "The picture is a GIF. Save it as PNG"),
    ],
)
def test_other_content_is_named(data, said):
    with pytest.raises(UnsupportedTypeError, match=said) as caught:
        kind_of(data)
    assert str(caught.value).endswith(
        "HeartGuard reads PNG, JPEG, HEIC, WebP, TIFF, BMP, JPEG 2000, PPM, PDF and DICOM, and signals in DICOM, WFDB "
        "and the XML of aECG, MUSE, CardioSoft, Philips and Mortara."
    )


def test_a_gif_of_two_frames_is_an_animation():
    with pytest.raises(AnimatedImageError, match="animated GIF"):
        kind_of(b"GIF87a" + 2 * b"\x21\xf9\x04")


def test_names_and_digests_of_files():
    assert file_name("C:\\scans\\e\x07cg.png", None) == "ecg.png"
    assert file_name(b"", "x" * 300) == "x" * 200
    assert (file_name(b"", None), file_name("a", "..\\"), file_name(b"", "\x07")) == ("upload", "..", "upload")
    assert digest(b"page", 0) == hashlib.sha256(b"page").hexdigest()
    assert digest(b"page", 2) == hashlib.sha256(b"page#page=2").hexdigest()


def test_a_path_that_is_no_file_is_said_by_its_name(tmp_path: Path):
    (tmp_path / "ecg.png").write_bytes(b"content")
    assert read_source(tmp_path / "ecg.png") == read_source(str(tmp_path / "ecg.png")) == b"content"
    for path, said in ((tmp_path, f"{tmp_path.name} is a folder"), (tmp_path / "none", "There is no file none.")):
        with pytest.raises(UnreadableFileError, match=said):
            read_source(path)
    with pytest.raises(UnreadableFileError, match=f"There is no file {'x' * 60}[.]"):
        read_source(tmp_path / ("x" * 100))
    with pytest.raises(UnreadableFileError, match="name of the file is empty"):
        read_source("")


def webp(chunk: bytes, at: int, value: bytes) -> bytes:
    data = bytearray(b"RIFF\0\0\0\0WEBP" + chunk + bytes(14))
    data[at : at + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        webp(b"VP8X", 24, b"\x57\x02\x00\x8f\x01\x00"),  # less one, 24 bits each
        webp(b"VP8L", 21, (599 | 399 << 14).to_bytes(4, "little")),  # less one, 14 bits each
        webp(b"VP8 ", 26, b"\x58\x02\x90\x01"),
    ],
)
def test_the_canvas_of_a_webp_is_in_its_header(data):
    assert pictures._webp_size(data) == (600, 400)


PAGE = _Frame(1, 3000, 2000, False)


@pytest.mark.parametrize(
    ("width", "height", "preview"),
    [
        *((1000, 667, True), (1001, 667, False), (667, 1000, False)),
        *((1000, 630, False), (1000, 640, True), (1000, 695, True), (1000, 710, False)),  # its shape but for 5 %
        *((399, 390, True), (900, 199, True), (600, 600, False)),  # too small to be read, whatever its shape
    ],
)
def test_a_preview_is_small_and_of_the_shape_of_its_page(width, height, preview):
    assert _Frame(0, width, height, False).is_preview_of(PAGE) == preview


def test_what_its_tags_call_a_copy_is_a_preview_of_what_is_none():
    copy = _Frame(0, 3000, 2000, True)
    assert copy.is_preview_of(PAGE)
    assert not PAGE.is_preview_of(copy)
    assert not copy.is_preview_of(copy)


@pytest.mark.parametrize(
    ("pixels", "points", "fineness"),
    [
        ((2000, 1000), (1000.0, 500.0), 2),
        ((2000, 1500), (1000.0, 500.0), 3),  # a fax: the finer axis
        ((1000, 2010), (500.0, 1000.0), 2.01),  # nearly square: the longer side
        ((2010, 1000), (1000.0, 500.0), 2.01),
    ],
)
def test_the_fineness_of_a_picture_is_that_of_its_longer_side(pixels, points, fineness):
    assert _fineness(pixels, points) == pytest.approx(fineness, rel=1e-5)
    assert _fineness(pixels, points) <= fineness


USUAL = 8 * 25.4 / 72
"""Pixels per point at 8 pixels per millimetre."""

A4 = 842.0 * 595.0


@pytest.mark.parametrize(
    ("size", "found", "drawn", "scale"),
    [
        ((842.0, 595.0), [], False, USUAL),
        ((100.0, 80.0), [], False, 20),  # 2000 pixels at least
        ((8000.0, 6000.0), [], False, 0.5),  # 12 megapixels at most
        ((842.0, 595.0), [_Picture(0.8 * A4, 1.5)], False, 1.5),  # a scan
        ((842.0, 595.0), [_Picture(0.8 * A4, 1.5)], True, USUAL),  # a drawing on a picture
        ((842.0, 595.0), [_Picture(0.8 * A4, 4.0)], True, 4),
        ((842.0, 595.0), [_Picture(0.5 * A4, 1.5), _Picture(0.3 * A4, 2.0)], False, 2),
        ((842.0, 595.0), [_Picture(0.79 * A4, 1.5)], False, USUAL),
        ((842.0, 595.0), [_Picture(0.05 * A4, 4.0)], False, 4),
        ((842.0, 595.0), [_Picture(0.049 * A4, 4.0)], False, USUAL),  # a logo
        ((842.0, 595.0), [_Picture(A4, 100.0)], False, np.sqrt(12e6 / A4)),
    ],
)
def test_a_page_of_a_pdf_is_drawn_as_fine_as_what_is_on_it(monkeypatch, size, found, drawn, scale):
    monkeypatch.setattr(documents, "_pictures", lambda leaf: iter(found))
    monkeypatch.setattr(documents, "_has_drawing", lambda leaf: drawn)
    assert _scale(SimpleNamespace(get_size=lambda: size)) == pytest.approx(scale)


@pytest.mark.parametrize("size", [(0.0, 595.0), (842.0, -1.0), (np.inf, 595.0), (np.nan, 595.0)])
def test_a_page_of_a_pdf_without_a_size_is_damaged(size):
    with pytest.raises(DamagedFileError, match="has no size"):
        _scale(SimpleNamespace(get_size=lambda: size))


def test_a_pdf_has_pages():
    document: Any = range(200)
    assert _checked_count(document) == 200
    with pytest.raises(DamagedFileError, match="has no pages"):
        _checked_count(())
    with pytest.raises(FileTooLargeError, match="200 pages"):
        _checked_count(range(201))
