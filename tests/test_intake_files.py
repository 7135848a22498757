"""Files as people have them: each opens with the pixels that it shows, or is refused by what it is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from heartguard import errors
from heartguard.intake import open_upload, origin_of, page_count, portfolio
from heartguard.intake.jpeg import read_markers
from heartguard.values import Upload
from heartlab.simulate.heic_page import HEIC
from tests.files import (
    BLUE,
    HEIGHT,
    RED,
    WIDTH,
    corner,
    dicom,
    dynamic_form,
    motion_photo,
    packed,
    pdf,
    pdf_carrying,
    pdf_scan,
    white_is_zero_tiff,
    without_preamble,
)
from tests.test_intake import is_corner


def codes(upload: Upload) -> list[str]:
    return [warning.code for warning in upload.warnings]


def test_the_film_behind_a_motion_photo_is_left_alone() -> None:
    upload = open_upload(motion_photo())
    assert (upload.kind, upload.pages, upload.warnings) == ("jpeg", 1, ())
    assert np.array_equal(upload.image, open_upload(packed(corner(), "JPEG")).image)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_end_marker_is_read_to_its_last_row(progressive: bool) -> None:
    data = packed(corner(), "JPEG", progressive=progressive)
    assert read_markers(data).end == len(data) - 2
    upload = open_upload(data[:-2])
    assert np.array_equal(upload.image, open_upload(data).image)
    assert codes(upload) == ["file.no_end_marker"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_breaks_off_is_refused(share: float, progressive: bool) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    data = packed(Image.fromarray(noise), "JPEG", progressive=progressive)
    markers = read_markers(data[: int(len(data) * share)])
    if progressive and share == 0.9:
        assert markers.full, "only the last bits of the finest waves are missing"
        assert codes(open_upload(data[: int(len(data) * share)])) == ["file.no_end_marker"]
        return
    with pytest.raises(errors.DamagedFileError, match="breaks off"):
        open_upload(data[: int(len(data) * share)])


def test_a_jpeg_that_breaks_off_is_refused_whichever_way_it_was_held() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    upside_down = Image.Exif()
    upside_down[0x0112] = 3
    data = packed(Image.fromarray(noise), "JPEG", exif=upside_down)
    with pytest.raises(errors.DamagedFileError, match="breaks off"):
        open_upload(data[: int(len(data) * 0.6)])
    assert np.array_equal(open_upload(data[:-2]).image, open_upload(data).image)


def test_a_jpeg_of_108_megapixels_is_decoded_at_half_its_size() -> None:
    upload = open_upload(packed(corner(90, "L", 255, size=(12000, 9000)), "JPEG"))
    assert upload.image.shape == (3000, 4000, 3)
    assert is_corner(upload.image, (90, 90, 90), 2)
    assert "from 6000 x 4500 to 4000 x 3000" in upload.warnings[0].text


def test_heic_is_read_and_turned_upright_once() -> None:
    upload = open_upload(HEIC, name="IMG_0001.HEIC")
    assert (upload.kind, upload.image.shape) == ("heic", (HEIGHT, WIDTH, 3))
    assert is_corner(upload.image)


def test_heic_runs_nothing_of_the_folder_it_is_read_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('this ran')")
    monkeypatch.chdir(tmp_path)
    assert is_corner(open_upload(HEIC).image)


@pytest.mark.parametrize(
    ("form", "options", "kind"),
    [
        ("JPEG2000", {}, "jp2"),
        ("JPEG2000", {"no_jp2": True}, "jp2"),
        ("PPM", {}, "ppm"),
    ],
)
def test_jpeg_2000_and_ppm_are_read(form: str, options: dict[str, Any], kind: str) -> None:
    upload = open_upload(packed(corner(), form, **options))
    assert upload.kind == kind
    assert is_corner(upload.image)


def test_plain_and_deep_ppm_are_read() -> None:
    plain = b"P2\n# a comment\n600 400\n9\n" + b"9 " * (600 * 400)
    assert open_upload(plain).image.min() == 255
    deep = b"P5 600 400 1023\n" + np.full((400, 600), 1023, ">u2").tobytes()
    assert open_upload(deep).image.min() == 255


@pytest.mark.parametrize("bits", [1, 4, 10])
def test_grey_of_few_bits_in_16_is_shown_white_on_white(bits: int) -> None:
    values = np.full((HEIGHT, WIDTH), 2**bits - 1, np.uint16)
    values[:100, :150] = 0
    for form in ("PNG", "TIFF"):
        assert is_corner(open_upload(packed(Image.fromarray(values), form)).image, (0, 0, 0), 0)


@pytest.mark.parametrize("size", [(160, 107), (320, 213)])
def test_a_preview_before_the_page_of_a_tiff_is_not_a_page(size: tuple[int, int]) -> None:
    page = corner(size=(1500, 1000))
    data = packed(page.resize(size), "TIFF", save_all=True, append_images=[page, corner(BLUE, size=(1500, 1000))])
    assert page_count(data) == 2
    first, second = open_upload(data), open_upload(data, page=1)
    assert (first.image.shape, first.page, first.pages) == ((1000, 1500, 3), 0, 2)
    assert is_corner(first.image)
    assert is_corner(second.image, BLUE)
    assert (codes(first), codes(second)) == (["file.preview"], [])
    with pytest.raises(errors.PageNumberError, match="2 pages"):
        open_upload(data, page=2)


def test_a_tiff_page_that_calls_itself_a_smaller_copy_is_not_a_page() -> None:
    small, page = corner(BLUE, size=(900, 600)), corner(size=(1500, 1000))
    buffer = io.BytesIO()
    page.encoderinfo = {"tiffinfo": {}}
    small.save(buffer, "TIFF", tiffinfo={254: 1}, save_all=True, append_images=[page])
    upload = open_upload(buffer.getvalue())
    assert upload.pages == 1
    assert is_corner(upload.image, RED)


def test_pages_of_other_sizes_are_all_pages() -> None:
    data = packed(corner(size=(800, 600)), "TIFF", save_all=True, append_images=[corner(size=(1600, 1200))])
    assert page_count(data) == 2
    assert open_upload(data).image.shape == (600, 800, 3)


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_tiff_in_which_zero_is_white(order: str) -> None:
    values = np.zeros((HEIGHT, WIDTH), np.uint16)
    values[:100, :150] = 65535
    assert is_corner(open_upload(white_is_zero_tiff(values, order)).image, (0, 0, 0), 0)


@pytest.mark.parametrize(
    ("dpi", "shape"), [((204, 98), (833, 600)), ((98, 204), (400, 1249)), ((204, 196), (416, 600))]
)
def test_a_fax_gets_square_pixels(dpi: tuple[int, int], shape: tuple[int, int]) -> None:
    upload = open_upload(packed(corner(0, "1", 1), "TIFF", dpi=dpi, compression="group4"))
    assert upload.image.shape == (*shape, 3)
    assert is_corner(upload.image, (0, 0, 0))
    assert codes(upload) == ["file.pixel_shape"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_fax_on_its_side_gets_square_pixels_along_the_right_axis(orientation: int) -> None:
    data = packed(corner(0, "1", 1), "TIFF", dpi=(200, 100), tiffinfo={274: orientation})
    assert open_upload(data).image.shape == ((600, 800, 3) if orientation > 4 else (2 * HEIGHT, WIDTH, 3))


@pytest.mark.parametrize("dpi", [(300, 300), (300, 299), (300, 1)])
def test_square_and_unbelievable_resolutions_change_nothing(dpi: tuple[int, int]) -> None:
    upload = open_upload(packed(corner(), "TIFF", dpi=dpi))
    assert (upload.image.shape, upload.warnings) == ((HEIGHT, WIDTH, 3), ())


@pytest.mark.parametrize(("page", "user_unit"), [((84.2, 63.15), 10.0), ((150, 112.5), 1.0), ((8000, 6000), 1.0)])
def test_a_pdf_scan_has_its_own_pixels_whatever_its_page_says(page: tuple[float, float], user_unit: float) -> None:
    upload = open_upload(pdf_scan(corner(size=(1600, 1200)), page, user_unit))
    assert abs(upload.image.shape[0] - 1200) <= 1
    assert abs(upload.image.shape[1] - 1600) <= 1
    assert is_corner(upload.image)


def test_a_small_drawn_pdf_page_is_drawn_large_enough_to_be_read() -> None:
    assert open_upload(pdf(size=(84.2, 59.5))).image.shape[1] == pytest.approx(2000, abs=1)


def test_a_portfolio_is_the_files_in_it() -> None:
    data = pdf_carrying({"a.png": packed(corner()), "b.pdf": pdf(2)}, b"/Collection << /View /T >>")
    assert page_count(data) == 3
    upload = open_upload(data)
    assert (upload.kind, upload.page, upload.pages) == ("pdf", 0, 3)
    assert is_corner(upload.image)
    assert codes(upload) == ["file.embedded"]
    assert "a.png" in upload.warnings[0].text
    assert open_upload(data, page=2).image.min() == 255


def test_files_in_an_ordinary_pdf_follow_its_pages() -> None:
    data = pdf_carrying({"values.csv": b"1,2,3", "ecg.jpg": packed(corner(), "JPEG")})
    assert page_count(data) == 2
    assert open_upload(data).image.min() == 255
    assert is_corner(open_upload(data, page=1).image)


def test_a_file_too_large_for_intake_is_not_copied_out_of_its_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = packed(corner())
    data = pdf_carrying({"a.png": picture})
    monkeypatch.setattr(portfolio, "MAX_BYTES", len(picture))
    assert page_count(data) == 2
    monkeypatch.setattr(portfolio, "MAX_BYTES", len(picture) - 1)
    monkeypatch.setattr(pypdfium2.PdfAttachment, "get_data", lambda attachment: pytest.fail("copied"))
    assert page_count(data) == 1


def test_a_portfolio_without_a_page_and_a_dynamic_form_are_named() -> None:
    with pytest.raises(errors.UnsupportedTypeError, match=r"is a portfolio.*save the file with the ECG"):
        open_upload(pdf_carrying({"values.csv": b"1,2,3"}, b"/Collection << >>"))
    with pytest.raises(errors.UnsupportedTypeError, match=r"dynamic form \(XFA\).*print it to a new PDF"):
        open_upload(dynamic_form())


@pytest.mark.parametrize("bits", [1, 3, 6])
def test_dicom_of_few_bits_is_shown_white_on_white(bits: int) -> None:
    values = np.full((HEIGHT, WIDTH), 2**bits - 1, np.uint8)
    values[:100, :150] = 0
    upload = open_upload(dicom(values, BitsStored=bits, HighBit=bits - 1))
    assert is_corner(upload.image, (0, 0, 0), 0)


def test_dicom_packed_to_one_bit_a_pixel_is_shown_white_on_white() -> None:
    values = np.ones((HEIGHT, WIDTH), np.uint8)
    values[:100, :150] = 0
    bits = np.packbits(values, bitorder="little").tobytes()
    upload = open_upload(dicom(values, BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=bits))
    assert is_corner(upload.image, (0, 0, 0), 0)


def test_dicom_colour_of_few_bits() -> None:
    values = np.array(corner()) // 17
    assert is_corner(open_upload(dicom(values, BitsStored=4, HighBit=3)).image, tolerance=0)


@pytest.mark.parametrize(
    ("elements", "black"),
    [
        ({"PresentationLUTShape": "INVERSE"}, True),
        ({"PresentationLUTShape": "IDENTITY"}, False),
        ({"PresentationLUTShape": "INVERSE", "PhotometricInterpretation": "MONOCHROME1"}, True),
    ],
)
def test_dicom_presentation_inverse_is_undone_once(elements: dict[str, str], black: bool) -> None:
    values = np.array(corner(255, "L", 0) if black else corner(0, "L", 255))
    assert is_corner(open_upload(dicom(values, **elements)).image, (0, 0, 0), 0)


@pytest.mark.parametrize("meta", [True, False])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_dicom_without_preamble(meta: bool, syntax: str) -> None:
    data = without_preamble(dicom(np.array(corner()), syntax), meta)
    upload = open_upload(data)
    assert upload.kind == "dicom"
    assert is_corner(upload.image, tolerance=0)
    assert page_count(data) == 1


@pytest.mark.parametrize(
    ("elements", "shape"),
    [
        ({"PixelAspectRatio": [2, 1]}, (800, 600)),
        ({"PixelAspectRatio": [1, 2]}, (400, 1200)),
        ({"PixelSpacing": [0.2, 0.1]}, (800, 600)),
        ({"NominalScannedPixelSpacing": [0.1, 0.1]}, (400, 600)),
    ],
)
def test_dicom_pixels_become_square(elements: dict[str, Any], shape: tuple[int, int]) -> None:
    upload = open_upload(dicom(np.array(corner()), **elements))
    assert upload.image.shape == (*shape, 3)
    assert is_corner(upload.image)
    assert codes(upload) == ([] if shape == (400, 600) else ["file.pixel_shape"])


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255)])
def test_dicom_overlays_are_drawn_into_the_picture(paper: int, ink: int) -> None:
    plane = np.zeros((50, 60), np.uint8)
    plane[:20] = 1
    data = dicom(np.full((HEIGHT, WIDTH), paper, np.uint8), overlay=(plane, (101, 201)))
    upload = open_upload(data)
    assert np.all(upload.image[100:120, 200:260] == ink)
    assert int((upload.image[..., 0] == ink).sum()) == 20 * 60
    assert codes(upload) == ["file.overlay"]


XML_SIGNALS = {
    "<AnnotatedECG xmlns='urn:hl7-org:v3'/>": "HL7 aECG file holds no series of signals",
    "<restingecgdata xmlns='http://www3.medical.philips.com'/>": "Philips XML file holds no waveforms",
    "<RestingECG><MuseInfo/></RestingECG>": "MUSE XML file holds no rhythm waveform",
    "<CardiologyXML/>": "CardioSoft XML file holds no strip",
    "<ECG ACQUISITION_TIME='2026'/>": "Mortara XML file holds no channel",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("body", XML_SIGNALS)
def test_xml_of_signals_is_told_in_every_encoding(body: str, encoding: str) -> None:
    with pytest.raises(errors.DamagedFileError) as caught:
        open_upload(f"<?xml version='1.0'?>\n{body}".encode(encoding))
    assert f"The {XML_SIGNALS[body]}" in str(caught.value)
    assert "Export the ECG" in str(caught.value)


def test_other_text_in_utf_16_is_named_too() -> None:
    with pytest.raises(errors.UnsupportedTypeError, match="text document"):
        open_upload("<html><body>72/min</body></html>".encode("utf-16"))


def test_where_a_file_comes_from() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x829A] = 0.01
    scanner = Image.Exif()
    scanner[0x010F] = "A scanner"
    assert origin_of(packed(corner(), "JPEG", exif=exif)) == "camera"
    assert origin_of(packed(corner(), "JPEG", exif=scanner)) == "picture"
    assert origin_of(HEIC) == "camera"
    assert origin_of(pdf()) == origin_of(dicom(np.array(corner()))) == "document"
    assert origin_of(packed(corner())) == origin_of(b"") == origin_of(b"\xff\xd8\xff broken") == "picture"
