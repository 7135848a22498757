"""The type of a file by its content, never by its name."""

from __future__ import annotations

from heartguard.errors import AnimatedImageError, UnsupportedTypeError

KIND_NAMES = {
    "png": "PNG picture",
    "jpeg": "JPEG picture",
    "webp": "WebP picture",
    "tiff": "TIFF picture",
    "bmp": "BMP picture",
    "pdf": "PDF",
    "dicom": "DICOM file",
}

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)
_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}
_PDF_HEADER_WITHIN = 1024

_ACCEPTED = "HeartGuard reads PNG, JPEG, WebP, TIFF, BMP, PDF and DICOM."
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heif")


def kind_of(data: bytes) -> str:
    """Return the kind of the content, a key of `KIND_NAMES`.

    Raises
    ------
    UnsupportedTypeError
        The content is none of them; the sentence names what it seems to be.
    AnimatedImageError
        It is a GIF with several frames.

    Examples
    --------
    >>> kind_of(b"%PDF-1.7 ...")
    'pdf'
    """
    if data[128:132] == b"DICM":
        return "dicom"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return "pdf"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        raise _gif_error(data)
    raise UnsupportedTypeError(_sentence_on(data))


def _gif_error(data: bytes) -> Exception:
    # Each frame of an animation has its own graphic control extension.
    if data.count(b"\x21\xf9\x04") > 1:
        return AnimatedImageError(
            "The picture is an animated GIF. Save the one frame with the ECG as PNG and open that."
        )
    return UnsupportedTypeError(f"The picture is a GIF. Save it as PNG and open that. {_ACCEPTED}")


def _sentence_on(data: bytes) -> str:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return f"The picture is an HEIC photo. Share it from the phone as JPEG and open that. {_ACCEPTED}"
    if data[4:8] == b"ftyp":
        return f"The file is a video or an AVIF picture. Save the page as JPEG or PNG and open that. {_ACCEPTED}"
    if data[:4] == b"PK\x03\x04":
        return f"The file is an archive or an office document. Save the ECG page in it as PDF or PNG. {_ACCEPTED}"
    if head.startswith((b"<?xml", b"<svg", b"<!doctype", b"<html")):
        return f"The file is a text document (XML, SVG or a web page). Print it to PDF and open that. {_ACCEPTED}"
    return f"The content of this file is no picture of a page. {_ACCEPTED}"
