"""Makers of small files whose content is known, sound and faulty."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image

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


def dicom(values: np.ndarray, syntax: str = "1.2.840.10008.1.2.1", **elements: Any) -> bytes:
    """Pack grey or colour values as a secondary capture; `elements` are set last."""
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
