"""Every type that intake opens, with known pixels."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from heartguard.intake import limits, open_upload, page_count
from heartguard.intake.pixels import grey8
from tests.files import BLUE, HEIGHT, RED, WIDTH, corner, dicom, dicom_with_pdf, packed, pdf


def is_corner(image: np.ndarray, colour: Any = RED, tolerance: int = 12) -> bool:
    near, far = image[20, 20].astype(int), image[-20, -20].astype(int)
    return bool(np.abs(near - colour).max() <= tolerance and np.abs(far - 255).max() <= tolerance)


@pytest.mark.parametrize(
    ("form", "kind"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp"), ("TIFF", "tiff"), ("BMP", "bmp")]
)
def test_every_picture_type_gives_the_same_page_whatever_its_name(form: str, kind: str) -> None:
    upload = open_upload(packed(corner(), form), name="ecg.docx")
    assert upload.kind == kind
    assert upload.name == "ecg.docx"
    assert upload.image.shape == (HEIGHT, WIDTH, 3)
    assert upload.image.dtype == np.uint8
    assert is_corner(upload.image)
    assert (upload.page, upload.pages, upload.warnings) == (0, 1, ())


def test_path_and_text_and_bytes_are_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "page one.png"
    path.write_bytes(packed(corner()))
    by_path, by_text, by_bytes = open_upload(path), open_upload(str(path)), open_upload(path.read_bytes())
    assert by_path.name == by_text.name == "page one.png"
    assert by_bytes.name == "upload"
    assert by_path.sha256 == by_text.sha256 == by_bytes.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("given", ["C:\\patients\\ecg.png", "/home/x/ecg.png", "../ecg.png", "e\x00c\x1bg.png"])
def test_names_lose_folders_and_control_characters(given: str) -> None:
    assert open_upload(packed(corner()), name=given).name == "ecg.png"


def stored_as(page: np.ndarray, orientation: int) -> np.ndarray:
    """Lay an upright page down as EXIF 2.32 defines each orientation: where row 0 and column 0 are seen."""
    return {
        1: page,
        2: page[:, ::-1],
        3: page[::-1, ::-1],
        4: page[::-1],
        5: page.transpose(1, 0, 2),
        6: np.rot90(page),
        7: page[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(page, -1),
    }[orientation]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_undone(orientation: int, form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(stored_as(np.array(corner()), orientation)))
    upload = open_upload(packed(stored, form, exif=exif))
    assert upload.image.shape == (HEIGHT, WIDTH, 3)
    assert is_corner(upload.image)


def test_broken_exif_does_not_hide_the_picture() -> None:
    upload = open_upload(packed(corner(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"))
    assert is_corner(upload.image)


def test_transparency_lies_on_white() -> None:
    rgba = corner((255, 0, 0, 255), "RGBA", (0, 0, 0, 0))
    assert is_corner(open_upload(packed(rgba)).image)
    half = corner((0, 0, 0, 128), "RGBA", (0, 0, 0, 0))
    assert is_corner(open_upload(packed(half)).image, (127, 127, 127), 2)
    grey = corner((0, 255), "LA", (0, 0))
    assert is_corner(open_upload(packed(grey)).image, (0, 0, 0))


def test_palette_transparency_lies_on_white() -> None:
    palette = corner(1, "P", 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert is_corner(open_upload(packed(palette, transparency=0)).image)


def test_alpha_that_is_zero_everywhere_says_nothing() -> None:
    image = open_upload(packed(corner((255, 0, 0, 0), "RGBA", (255, 255, 255, 0)))).image
    assert is_corner(image)


@pytest.mark.parametrize("full", [4095, 65535])
def test_16_bit_grey_is_scaled_by_its_full_scale(full: int) -> None:
    values = np.full((HEIGHT, WIDTH), full, np.uint16)
    values[:100, :150] = full // 2
    for form in ("PNG", "TIFF"):
        upload = open_upload(packed(Image.fromarray(values), form))
        assert is_corner(upload.image, (127, 127, 127), 1)
        assert "8" in upload.warnings[0].text


def test_float_and_1_bit_and_cmyk_become_rgb() -> None:
    values = np.ones((HEIGHT, WIDTH), np.float32)
    values[:100, :150] = 0.5
    assert is_corner(open_upload(packed(Image.fromarray(values), "TIFF")).image, (128, 128, 128), 1)
    assert is_corner(open_upload(packed(corner(0, "1", 1))).image, (0, 0, 0))
    cmyk = corner((0, 255, 255, 0), "CMYK", (0, 0, 0, 0))
    assert is_corner(open_upload(packed(cmyk, "JPEG", quality=95)).image)
    assert is_corner(open_upload(packed(cmyk, "TIFF")).image)


def test_grey8_scales_and_stretches() -> None:
    assert grey8(np.array([0, 100, 255], np.uint8)).tolist() == [0, 100, 255]
    assert grey8(np.array([0, 4095], np.uint16)).tolist() == [0, 255]
    assert grey8(np.array([-10.0, 0.0, 10.0, np.nan])).tolist() == [0, 128, 255, 255]
    assert grey8(np.array([7, 7], np.int32)).tolist() == [7, 7]


def test_large_photo_is_scaled_down_and_says_so() -> None:
    upload = open_upload(packed(corner(size=(6000, 4000)), "JPEG"))
    assert upload.image.shape[0] * upload.image.shape[1] <= limits.WORKING_PIXELS * 1.001
    assert upload.image.shape[1] / upload.image.shape[0] == pytest.approx(1.5, abs=0.001)
    assert [warning.text for warning in upload.warnings] == [
        "The picture was scaled down from 6000 x 4000 to 4243 x 2828 pixels."
    ]
    assert is_corner(upload.image)


def test_tiff_pages_are_pages() -> None:
    data = packed(corner(RED), "TIFF", save_all=True, append_images=[corner(BLUE), corner((0, 0, 0))])
    assert page_count(data) == 3
    second = open_upload(data, page=1)
    assert (second.page, second.pages) == (1, 3)
    assert is_corner(second.image, BLUE)
    assert second.sha256 != open_upload(data).sha256


def test_pdf_of_a4_has_eight_pixels_per_millimetre() -> None:
    data = pdf(3)
    assert page_count(data) == 3
    upload = open_upload(data, page=2)
    assert (upload.kind, upload.page, upload.pages) == ("pdf", 2, 3)
    assert upload.image.shape[1] / 297 == pytest.approx(8.0, abs=0.02)
    assert upload.image.min() == 255


def test_pdf_scan_is_not_drawn_larger_than_it_is() -> None:
    upload = open_upload(packed(corner(size=(1600, 1200)), "PDF"))  # 72 dpi: a page of 560 x 420 mm
    assert upload.image.shape == (1200, 1600, 3)
    assert is_corner(upload.image)


def test_huge_pdf_page_is_bounded() -> None:
    upload = open_upload(pdf(size=(14400, 14400)))
    assert upload.image.shape[0] * upload.image.shape[1] <= limits.WORKING_PIXELS * 1.001


def test_phone_photo_with_a_second_frame_is_read() -> None:
    data = packed(corner(), "MPO", save_all=True, append_images=[corner(BLUE)])
    upload = open_upload(data)
    assert (upload.kind, upload.pages) == ("jpeg", 1)
    assert is_corner(upload.image)


def test_dicom_colour_and_grey() -> None:
    colour = open_upload(dicom(np.array(corner())), name="x.png")
    assert (colour.kind, colour.pages) == ("dicom", 1)
    assert is_corner(colour.image, tolerance=0)
    assert is_corner(open_upload(dicom(np.array(corner(40, "L", 255)))).image, (40, 40, 40), 0)


def test_dicom_monochrome1_is_inverted_and_12_bits_are_stretched() -> None:
    assert is_corner(
        open_upload(dicom(np.array(corner(255, "L", 0)), PhotometricInterpretation="MONOCHROME1")).image, (0, 0, 0), 0
    )
    values = np.full((HEIGHT, WIDTH), 3000, np.uint16)
    values[:100, :150] = 1000
    assert is_corner(open_upload(dicom(values, BitsStored=12, HighBit=11)).image, (0, 0, 0), 0)


def test_dicom_ybr_becomes_rgb() -> None:
    ybr = np.array(corner().convert("YCbCr"))
    assert is_corner(open_upload(dicom(ybr, PhotometricInterpretation="YBR_FULL")).image, tolerance=3)


def test_dicom_with_a_pdf_in_it_has_its_pages() -> None:
    data = dicom_with_pdf(packed(corner(), "PDF", save_all=True, append_images=[corner(BLUE)]))
    assert page_count(data) == 2
    upload = open_upload(data, page=1)
    assert (upload.kind, upload.page, upload.pages) == ("dicom", 1, 2)
    assert is_corner(upload.image, BLUE)


def test_dicom_window_is_applied_before_stretching() -> None:
    values = np.full((HEIGHT, WIDTH), 2000, np.uint16)
    values[:100, :150] = 1000
    values[200, 300] = 60000  # An overlay burnt in far above the paper; the window clips it.
    windowed = dicom(values, WindowCenter=1500, WindowWidth=1000)
    assert is_corner(open_upload(windowed).image, (0, 0, 0), 2)


def test_dicom_palette_and_jpeg() -> None:
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEGBaseline8Bit

    lookup = {}
    for colour, values in zip(("Red", "Green", "Blue"), ((65535, 65535), (65535, 0), (65535, 0)), strict=True):
        lookup[f"{colour}PaletteColorLookupTableDescriptor"] = [2, 0, 16]
        lookup[f"{colour}PaletteColorLookupTableData"] = np.array(values, np.uint16).tobytes()
    palette = dicom(np.array(corner(1, "L", 0)), PhotometricInterpretation="PALETTE COLOR", **lookup)
    assert is_corner(open_upload(palette).image, tolerance=0)
    jpeg = encapsulate([packed(corner(), "JPEG")])
    compressed = dicom(
        np.array(corner()), syntax=JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL_422", PixelData=jpeg
    )
    assert is_corner(open_upload(compressed).image)
