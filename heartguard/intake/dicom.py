"""Single-frame DICOM pictures and PDFs encapsulated in DICOM, through pydicom."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.errors import AnimatedImageError, DamagedFileError, UnsupportedTypeError
from heartguard.intake.documents import count_pdf_pages, open_pdf
from heartguard.intake.limits import check_page_number, check_size
from heartguard.intake.pixels import Decoded, grey8
from heartguard.values import Image

_META_WITHIN = 2048
_EXPORT = "Export the ECG from its system as PDF or PNG and open that."


def open_dicom(data: bytes, page: int) -> Decoded:
    """Decode a single-frame picture, or one page of an encapsulated PDF.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    header = _header(data)
    if _holds_pdf(header):
        return open_pdf(_pdf(header), page)
    _check_picture(header)
    check_page_number(page, 1)
    return Decoded(_pixels(data))


def count_dicom_pages(data: bytes) -> int:
    """Count the pages: those of an encapsulated PDF, or 1."""
    header = _header(data)
    return count_pdf_pages(_pdf(header)) if _holds_pdf(header) else 1


def _header(data: bytes) -> Any:
    import pydicom
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    if DeflatedExplicitVRLittleEndian.encode() in data[:_META_WITHIN]:
        # pydicom would inflate it without a bound.
        raise UnsupportedTypeError(
            f"The DICOM file is packed in a form (deflated) that HeartGuard does not open. {_EXPORT}"
        )
    return pydicom.dcmread(BytesIO(data), stop_before_pixels=True)


def _holds_pdf(header: Any) -> bool:
    from pydicom.uid import EncapsulatedPDFStorage

    return bool(header.get("SOPClassUID") == EncapsulatedPDFStorage)


def _pdf(header: Any) -> bytes:
    document = header.get("EncapsulatedDocument")
    if not document:
        raise DamagedFileError("The DICOM file should hold a PDF, but the PDF is missing. Fetch the file again.")
    return bytes(document)


def _check_picture(header: Any) -> None:
    """Raise a named error unless the header states one frame of a size to read in a form that can be decoded."""
    from pydicom.pixels import get_decoder

    if "WaveformSequence" in header:
        raise UnsupportedTypeError(f"The DICOM file holds the ECG as signals, not as the picture of a page. {_EXPORT}")
    if not header.get("Rows") or not header.get("Columns"):
        raise UnsupportedTypeError(f"The DICOM file holds no picture. {_EXPORT}")
    frames = int(header.get("NumberOfFrames") or 1)
    if frames > 1:
        raise AnimatedImageError(f"The DICOM file has {frames} frames. Export the one with the ECG and open that.")
    check_size(int(header.Columns), int(header.Rows))
    try:
        decodable = get_decoder(header.file_meta.TransferSyntaxUID).is_available
    except NotImplementedError:
        decodable = False
    if not decodable:
        raise UnsupportedTypeError(
            f"The picture in the DICOM file is compressed in a form that cannot be read. {_EXPORT}"
        )


def _pixels(data: bytes) -> Image:
    import pydicom
    from pydicom.pixels import apply_color_lut, pixel_array

    dataset = pydicom.dcmread(BytesIO(data))
    colours = str(dataset.get("PhotometricInterpretation", ""))
    values: NDArray[Any] = np.asarray(pixel_array(dataset))
    if colours == "PALETTE COLOR":
        values = np.asarray(apply_color_lut(values, dataset))
    if values.ndim == 3:
        return grey8(values)
    grey = _grey(values, dataset)
    return np.dstack([255 - grey if colours == "MONOCHROME1" else grey] * 3)


def _grey(values: NDArray[Any], dataset: Any) -> Image:
    """Grey as a viewer shows it: rescaled, windowed, and stretched over the whole range where that changed anything."""
    from pydicom.pixels import apply_modality_lut, apply_voi_lut

    shown = np.asarray(apply_voi_lut(apply_modality_lut(values, dataset), dataset))
    if shown.dtype == np.uint8:
        return grey8(shown)
    lifted = shown.astype(np.float32)
    lifted -= lifted.min()
    return grey8(lifted / max(float(lifted.max()), 1e-12))
