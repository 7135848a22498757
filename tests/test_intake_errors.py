"""Every fault of a file has its named error, with a sentence to act on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate

from heartguard import errors
from heartguard.errors import IntakeError
from heartguard.intake import limits, open_upload, page_count
from heartlab.simulate.heic_page import HEIC
from tests.files import (
    HEIGHT,
    WIDTH,
    animation,
    corner,
    dicom,
    dicom_with_pdf,
    heic_with_size,
    packed,
    pdf,
    png_with_size,
    protected_pdf,
    webp_with_size,
)

FAULTS: dict[str, tuple[Any, type[IntakeError], str]] = {
    "empty": (lambda: b"", errors.EmptyFileError, "empty"),
    "text": (lambda: b"heart rate 72", errors.UnsupportedTypeError, "no picture"),
    "gif": (lambda: packed(corner(), "GIF"), errors.UnsupportedTypeError, "Save it as PNG"),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", errors.UnsupportedTypeError, "Print it to PDF"),
    "zip": (lambda: b"PK\x03\x04" + b"\0" * 40, errors.UnsupportedTypeError, "archive"),
    "HEIC without a picture": (
        lambda: b"\0\0\0\x18ftypheic" + b"\0" * 40,
        errors.DamagedFileError,
        "The HEIC photo is damaged",
    ),
    "HEIC that ends the process that opens it": (
        lambda: HEIC.replace(b"Exif", b"E\x96if", 1),
        errors.DamagedFileError,
        "The HEIC photo is damaged",
    ),
    "HEIC bomb": (lambda: heic_with_size(40000, 40000), errors.FileTooLargeError, "80 megapixels"),
    "HEIC of a preview": (lambda: heic_with_size(160, 120), errors.ImageTooSmallError, "at least 400 x 200"),
    "video": (lambda: b"\0\0\0\x18ftypmp42" + b"\0" * 40, errors.UnsupportedTypeError, "video"),
    "bytes that only begin like a BMP": (lambda: b"BMW is a car" * 9, errors.UnsupportedTypeError, "no picture"),
    "too many bytes": (lambda: b"\0" * (limits.MAX_BYTES + 1), errors.FileTooLargeError, "50 MB"),
    "PNG bomb": (lambda: png_with_size(60000, 60000), errors.FileTooLargeError, "80 megapixels"),
    "WebP bomb": (lambda: webp_with_size(16000, 16000), errors.FileTooLargeError, "80 megapixels"),
    "DICOM bomb": (
        lambda: dicom(np.zeros((2, 2), np.uint8), Rows=60000, Columns=60000),
        errors.FileTooLargeError,
        "80 megapixels",
    ),
    "JPEG of many scans": (
        lambda: packed(corner(), "JPEG").replace(b"\xff\xda", b"\xff\xda\0\2" * 70 + b"\xff\xda", 1),
        errors.FileTooLargeError,
        "layers",
    ),
    "108 megapixels in another format than JPEG": (
        lambda: png_with_size(12000, 9000),
        errors.FileTooLargeError,
        "12000 x 9000 pixels, more than the 80 megapixels",
    ),
    "too many pages": (lambda: pdf(limits.MAX_PAGES + 1), errors.FileTooLargeError, "200 pages"),
    "thumbnail": (lambda: packed(corner(size=(160, 120))), errors.ImageTooSmallError, "at least 400 x 200"),
    "strip": (lambda: packed(corner(size=(6000, 210))), errors.ImageTooSmallError, "narrow"),
    "PNG with less data than it says": (lambda: png_with_size(600, 400), errors.DamagedFileError, "damaged"),
    "animated GIF": (lambda: animation("GIF"), errors.AnimatedImageError, "GIF"),
    "animated PNG": (lambda: animation("PNG"), errors.AnimatedImageError, "PNG"),
    "animated WebP": (lambda: animation("WEBP"), errors.AnimatedImageError, "WebP"),
    "DICOM cine": (
        lambda: dicom(np.zeros((HEIGHT * 2, WIDTH), np.uint8), Rows=HEIGHT, NumberOfFrames=2),
        errors.AnimatedImageError,
        "2 frames",
    ),
    "DICOM signals": (
        lambda: dicom(np.zeros((HEIGHT, WIDTH), np.uint8), WaveformSequence=[]),
        errors.UnsupportedTypeError,
        "signals",
    ),
    "DICOM with short pixels": (
        lambda: dicom(np.zeros((2, 2), np.uint8), Rows=HEIGHT, Columns=WIDTH),
        errors.DamagedFileError,
        "damaged",
    ),
    "DICOM without its PDF": (lambda: dicom_with_pdf(b""), errors.DamagedFileError, "PDF is missing"),
    "deflated DICOM": (
        lambda: dicom(np.zeros((2, 2), np.uint8)).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99"),
        errors.UnsupportedTypeError,
        "deflated",
    ),
    "DICOM in JPEG-LS": (
        lambda: dicom(
            np.zeros((HEIGHT, WIDTH), np.uint8), syntax="1.2.840.10008.1.2.4.80", PixelData=encapsulate([b"x"])
        ),
        errors.UnsupportedTypeError,
        "compressed in a form",
    ),
    "DICOM without a picture": (
        lambda: dicom(np.zeros((HEIGHT, WIDTH), np.uint8), Rows=None),
        errors.UnsupportedTypeError,
        "no picture",
    ),
    "protected PDF": (protected_pdf, errors.ProtectedFileError, "password"),
    "half a PDF header": (lambda: b"%PDF-1.7\n", errors.DamagedFileError, "PDF"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_error_and_a_sentence_to_act_on(fault: str) -> None:
    make, expected, words = FAULTS[fault]
    with pytest.raises(expected) as caught:
        open_upload(make())
    assert type(caught.value) is expected
    message = str(caught.value)
    assert message[0].isupper()
    assert message.endswith(".")
    assert message.count(". ") >= 1, "one sentence says what is wrong, the next what to do"
    assert words in message


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "BMP"])
def test_truncated_pictures_are_damaged(form: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    data = packed(Image.fromarray(noise), form)
    with pytest.raises(errors.DamagedFileError):
        open_upload(data[: len(data) // 2])


def test_a_page_that_is_not_there() -> None:
    for page in (1, -1):
        with pytest.raises(errors.PageNumberError, match="1 page"):
            open_upload(packed(corner()), page=page)
    with pytest.raises(errors.PageNumberError, match=r"no page 4.*3 pages"):
        open_upload(pdf(3), page=3)


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(errors.UnreadableFileError, match=r"no file gone\.png"):
        open_upload(tmp_path / "gone.png")
    with pytest.raises(errors.UnreadableFileError, match="folder"):
        open_upload(tmp_path)
    with pytest.raises(errors.UnreadableFileError):
        open_upload("bad\0name.png")
    with pytest.raises(errors.UnreadableFileError, match="name of the file is empty"):
        open_upload("")
    with pytest.raises(errors.UnreadableFileError):
        open_upload("x" * 5000)


def test_page_count_names_errors_too() -> None:
    assert page_count(packed(corner())) == 1
    assert page_count(dicom(np.zeros((HEIGHT, WIDTH), np.uint8))) == 1
    with pytest.raises(errors.EmptyFileError):
        page_count(b"")
    with pytest.raises(errors.ProtectedFileError):
        page_count(protected_pdf())
