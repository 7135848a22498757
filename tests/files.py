"""Makers of small files whose content is known, sound and faulty."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image

from heartlab.simulate.heic_page import HEIC

WIDTH, HEIGHT = 600, 400
RED, WHITE, BLUE = (255, 0, 0), (255, 255, 255), (0, 0, 255)


def corner(
    colour: Any = RED, mode: str = "RGB", back: Any = WHITE, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Image.Image:
    """Draw a page with one coloured block at the top left, a quarter of each side."""
    picture = Image.new(mode, size, back)
    picture.paste(colour, (0, 0, size[0] // 4, size[1] // 4))
    return picture


def packed(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def png_with_size(width: int, height: int) -> bytes:
    """Make a PNG whose header states a size that its few bytes of data do not have."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pdf(pages: int = 1, size: tuple[float, float] = (842, 595)) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(*size)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def dicom(
    values: np.ndarray,
    syntax: str = "1.2.840.10008.1.2.1",
    overlay: tuple[np.ndarray, tuple[int, int]] | None = None,
    **elements: Any,
) -> bytes:
    """Pack grey or colour values as a secondary capture, with a plane over it at a row and column from 1.

    `elements` are set last.
    """
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID, SecondaryCaptureImageStorage, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = UID(syntax)
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Rows, dataset.Columns = values.shape[:2]
    dataset.SamplesPerPixel = 3 if values.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if values.ndim == 3 else "MONOCHROME2"
    if values.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = values.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = values.tobytes()
    if overlay is not None:
        plane, place = overlay
        bits = np.packbits(plane, bitorder="little").tobytes()
        planes = ((0x10, "US", plane.shape[0]), (0x11, "US", plane.shape[1]), (0x40, "CS", "G"))
        planes += ((0x50, "SS", list(place)), (0x100, "US", 1), (0x102, "US", 0), (0x3000, "OB", bits))
        for element, kind, value in planes:
            dataset.add_new((0x6000, element), kind, value)
    for name, value in elements.items():
        setattr(dataset, name, value)
    if meta.TransferSyntaxUID.is_compressed:
        dataset["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def dicom_with_pdf(document: bytes) -> bytes:
    from pydicom.uid import EncapsulatedPDFStorage

    blank = np.zeros((2, 2), np.uint8)
    return dicom(blank, SOPClassUID=EncapsulatedPDFStorage, EncapsulatedDocument=document + b"\0" * (len(document) % 2))


def animation(form: str) -> bytes:
    return packed(corner(), form, save_all=True, append_images=[corner(BLUE), corner((0, 0, 0))])


def protected_pdf() -> bytes:
    """Make a PDF whose encryption dictionary no empty password opens."""
    body = b"%PDF-1.4\n"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] >>",
        b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>",
    ]
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<31><31>] >>"
    return (
        body
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer\n"
        + trailer
        + b"\nstartxref\n%d\n%%%%EOF" % len(body)
    )


def webp_with_size(width: int, height: int) -> bytes:
    body = (
        b"VP8X"
        + struct.pack("<I", 10)
        + b"\0\0\0\0"
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def motion_photo() -> bytes:
    """Pack a JPEG with a film behind it, in which the bytes of a JPEG scan occur by chance more often than allowed."""
    film = struct.pack(">I", 24) + b"ftypmp42" + b"\0" * 12 + b"\xff\xda\x11" * 100
    return packed(corner(), "JPEG") + film


def white_is_zero_tiff(values: np.ndarray, order: str) -> bytes:
    """Pack grey of 16 bits, uncompressed, in which 0 is white; `order` is ``"<"`` or ``">"``."""
    height, width = values.shape
    pixels = values.astype(f"{order}u2").tobytes()
    tags = ((256, width), (257, height), (258, 16), (259, 1), (262, 0), (273, 8), (277, 1), (278, height))
    tags += ((279, len(pixels)),)
    entries = b"".join(
        struct.pack(order + "HHI", tag, 4 if tag in (273, 279) else 3, 1)
        + (struct.pack(order + "I", value) if tag in (273, 279) else struct.pack(order + "HH", value, 0))
        for tag, value in tags
    )
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8 + len(pixels))
    return head + pixels + struct.pack(order + "H", len(tags)) + entries + b"\0\0\0\0"


def pdf_of_objects(parts: list[bytes]) -> bytes:
    """Write the objects of a PDF, the catalogue first, with their table."""
    body, offsets = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    size = len(parts) + 1
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    return body + head + table + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(body))


def pdf_stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def pdf_scan(picture: Image.Image, page: tuple[float, float], user_unit: float = 1.0) -> bytes:
    """Make a PDF whose one page, of `page` points, is filled by a picture."""
    image = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
    size = b"/Width %d /Height %d" % picture.size
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] /UserUnit %f /Contents 4 0 R "
            b"/Resources << /XObject << /Scan 5 0 R >> >> >>" % (*page, user_unit),
            pdf_stream(b"q %f 0 0 %f 0 0 cm /Scan Do Q" % page),
            pdf_stream(packed(picture, "JPEG", quality=95), image + size),
        ]
    )


def pdf_carrying(files: dict[str, bytes], catalogue: bytes = b"") -> bytes:
    """Make a PDF of one empty page with other files in it; ``/Collection`` in the catalogue makes it a portfolio."""
    names = b" ".join(b"(%s) %d 0 R" % (name.encode(), 4 + 2 * place) for place, name in enumerate(files))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [%s] >> >> %s >>" % (names, catalogue),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] >>",
    ]
    for name, data in files.items():
        stream = len(parts) + 2
        parts.append(b"<< /Type /Filespec /F (%s) /EF << /F %d 0 R >> >>" % (name.encode(), stream))
        parts.append(pdf_stream(data, b"/Type /EmbeddedFile"))
    return pdf_of_objects(parts)


def dynamic_form() -> bytes:
    """Make a PDF form that says it must be drawn by the program that fills it in."""
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA 4 0 R /Fields [] >> /NeedsRendering true >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] >>",
            pdf_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'></xdp:xdp>"),
        ]
    )


def without_preamble(data: bytes, meta: bool = True) -> bytes:
    """Cut the preamble of a DICOM file off, and the group that tells its transfer syntax as well unless `meta`."""
    if meta:
        return data[132:]
    return data[132 + 12 + int.from_bytes(data[140:144], "little") :]


def heic_with_size(width: int, height: int) -> bytes:
    """Make a HEIC file whose header states a size that its few bytes of data do not have."""
    at = HEIC.index(b"ispe") + 8
    return HEIC[:at] + struct.pack(">II", width, height) + HEIC[at + 8 :]
