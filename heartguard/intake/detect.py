"""The type of a file by its content, never by its name."""

from __future__ import annotations

import re

from heartguard.errors import AnimatedImageError, UnsupportedTypeError
from heartguard.signal_files.zipped import holds_record

KIND_NAMES = {
    "png": "PNG picture",
    "jpeg": "JPEG picture",
    "webp": "WebP picture",
    "tiff": "TIFF picture",
    "bmp": "BMP picture",
    "ppm": "PPM picture",
    "jp2": "JPEG 2000 picture",
    "heic": "HEIC photo",
    "pdf": "PDF",
    "dicom": "DICOM file",
    "wfdb": "WFDB record",
    "wfdb_header": "WFDB header",
    "aecg": "HL7 aECG file",
    "muse": "MUSE XML file",
    "cardiosoft": "CardioSoft XML file",
    "philips": "Philips XML file",
    "mortara": "Mortara XML file",
}
"""Names of the types in messages."""

SIGNAL_KINDS = ("wfdb", "wfdb_header", "aecg", "muse", "cardiosoft", "philips", "mortara")
"""Kinds that hold signals alone; a DICOM file may hold them too."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
)
"""First bytes of a file and the type that they identify."""

_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}
"""Sizes of the information header in all versions of BMP; "BM" alone also begins text."""

_PDF_HEADER_WITHIN = 1024
"""Bytes within which PDF readers accept the header."""

_PPM = re.compile(rb"P[1-6]\s+[#\d]")
"""Magic number of a portable bitmap, greymap or pixmap, and its first value or comment."""

_DICOM_WITHOUT_PREAMBLE = re.compile(rb"[\x02\x08]\x00.[\x00-\x11](?:[A-Z]{2}|.\x00\x00\x00)", re.DOTALL)
"""The first element of group 2 or 8, little-endian, with a short value or the two letters of its type."""

_ACCEPTED = (
    "HeartGuard reads PNG, JPEG, HEIC, WebP, TIFF, BMP, JPEG 2000, PPM, PDF and DICOM, and signals in DICOM, WFDB "
    "and the XML of aECG, MUSE, CardioSoft, Philips and Mortara."
)
"""Last sentence of the rejection of any other type."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
"""HEVC brands of ISO/IEC 23008-12; other brands of the container are AVIF or films."""

_TEXT_WITHIN = 4096
"""Bytes that are inspected to tell text and markup from other content."""

_MARKUP = ("<?xml", "<svg", "<!doctype", "<html", "<!--")
"""Beginnings of XML, SVG and HTML, in lower case."""

_XML_KINDS = {
    "annotatedecg": "aecg",
    "restingecgdata": "philips",
    "restingecg": "muse",
    "cardiologyxml": "cardiosoft",
    "ecg": "mortara",
}
"""Root elements of the XML of signals that is read, in lower case, and their kinds."""

_XML_ELSEWHERE = {
    "examdescript": "Schiller's XML",
    "sapphire": "GE Sapphire's XML",
}
"""Root elements of the XML of signals that is not read, in lower case, and whose it is."""

_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)")
"""The first element: not a declaration, a document type or a comment, which go on with another character."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
"""XML comments, in which an element would be mistaken for the root."""

_WFDB_HEADER = re.compile(
    rb"(?:#[^\n]*\n|[ \t]*\r?\n)*[^\s#<]+[ \t]+\d{1,3}[ \t]+\d[^\n]*\n"
    rb"(?:#[^\n]*\n)*[^\s#]+[ \t]+\d{1,3}(?:[x:+]\d+)*[ \t\r\n]"
)
"""A line with a name, a number of signals and a rate; then one with the name of a file and a format."""

_SIGNAL_HEADS = ((16, b"SCPECG", "SCP-ECG"), (0, b"ISHNE1.0", "the ISHNE format"), (0, b"0       ", "EDF"))
"""Places and marks of binary files with signals that are not read, and their names."""


def kind_of(data: bytes) -> str:
    """Return the kind of the content, a key of `KIND_NAMES`.

    Raises
    ------
    UnsupportedTypeError
        The content is none of them; the sentence names the type that it seems to be.
    AnimatedImageError
        It is a GIF with several frames.

    Examples
    --------
    >>> kind_of(b"%PDF-1.7 ...")
    'pdf'
    """
    kind = _by_head(data)
    if kind is not None:
        return kind
    if data[:6] in (b"GIF87a", b"GIF89a"):
        raise _gif_error(data)
    raise UnsupportedTypeError(f"{_sentence_on(data)} {_ACCEPTED}")


def _by_head(data: bytes) -> str | None:
    if data[128:132] == b"DICM":
        return "dicom"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if _PPM.match(data):
        return "ppm"
    if _HEIC_BRANDS & _brands(data):
        return "heic"
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return "pdf"
    if data[:4] == b"PK\x03\x04":
        return "wfdb" if holds_record(data) else None
    if _WFDB_HEADER.match(data[:_TEXT_WITHIN]):
        return "wfdb_header"
    return "dicom" if _DICOM_WITHOUT_PREAMBLE.match(data) else _XML_KINDS.get(_root(_text(data)))


def _brands(data: bytes) -> set[bytes]:
    """Return the major brand of a file of the ISO base media format; empty for any other file."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), len(data))
    return {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}


def _gif_error(data: bytes) -> Exception:
    # Each frame of an animation has its own graphic control extension.
    if data.count(b"\x21\xf9\x04") > 1:
        return AnimatedImageError(
            "The picture is an animated GIF. Save the one frame with the ECG as PNG and open that."
        )
    return UnsupportedTypeError(f"The picture is a GIF. Save it as PNG and open that. {_ACCEPTED}")


def _sentence_on(data: bytes) -> str:
    if _brands(data):
        return "The file is a video or an AVIF picture. Save the page as JPEG or PNG and open that."
    if data[:4] == b"PK\x03\x04":
        return "The file is an archive or an office document. Save the ECG page in it as PDF or PNG."
    text = _text(data)
    heads = (what for at, mark, what in _SIGNAL_HEADS if data[at : at + len(mark)] == mark)
    source = _XML_ELSEWHERE.get(_root(text)) or next(heads, None)
    if source is not None:
        return (
            f"This file holds ECG signals in {source}, which HeartGuard cannot read yet; open the PDF or a picture of "
            "it."
        )
    if text.startswith(_MARKUP):
        return "The file is a text document (XML, SVG or a web page). Print it to PDF and open that."
    return "The content of this file is no picture of a page. Open a picture, scan or PDF of the ECG."


def _root(text: str) -> str:
    """Return the name of the root element of XML in small letters, without its prefix; empty for other text."""
    if not text.startswith("<"):
        return ""
    root = _ROOT.search(_COMMENT.sub("", text))
    return "" if root is None else root[1]


def _text(data: bytes) -> str:
    """Return the head of the content as text in small letters; UTF-16 is told by its mark, or by zeros between."""
    head = data[:_TEXT_WITHIN]
    if head.startswith((b"\xff\xfe", b"<\x00")):
        text = head.decode("utf-16-le", "ignore")
    elif head.startswith((b"\xfe\xff", b"\x00<")):
        text = head.decode("utf-16-be", "ignore")
    else:
        text = head.decode("utf-8", "ignore")
    return text.lstrip("\ufeff \t\r\n").lower()
