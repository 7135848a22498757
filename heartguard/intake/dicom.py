"""Single-frame DICOM pictures as a viewer shows them, PDFs and ECG waveforms in DICOM, through pydicom."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Image
from heartguard.errors import AnimatedImageError, DamagedFileError, UnsupportedTypeError
from heartguard.intake.documents import count_pdf_pages, open_pdf
from heartguard.intake.limits import check_page_number, check_size, stretch_of
from heartguard.intake.pixels import Decoded, grey8, square
from heartguard.intake.recorded import count_recorded_pages, open_recorded
from heartguard.warning import note

_META_WITHIN = 2048
"""Bytes within which the transfer syntax of the meta information is expected."""

_SPACINGS = ("PixelSpacing", "NominalScannedPixelSpacing", "ImagerPixelSpacing")
"""Attributes with the pixel spacing, the most reliable first."""

_OVERLAY_GROUPS = range(0x6000, 0x6020, 2)  # PS3.3, C.9.2
_MID_GREY = 127
"""Half of the range: overlays are drawn black on a lighter picture and white on a darker one."""

_DRAWN_OVER = "The DICOM file holds lines or text over its picture (an overlay); they were drawn into it."
"""Sentence of the note on overlays."""

_EXPORT = "Export the ECG from its system as PDF or PNG and open that."
"""Advice on a DICOM file that is not opened."""


def open_dicom(data: bytes, page: int) -> Decoded:
    """Decode a single-frame picture, one page of an encapsulated PDF, or ten seconds of waveforms.

    Must run inside `heartguard.intake.guard.decoding`.
    """
    header = _header(data)
    if _holds_pdf(header):
        return open_pdf(_pdf(header), page)
    if "WaveformSequence" in header:
        return open_recorded(data, "dicom", page)
    _check_picture(header)
    check_page_number(page, 1)
    dataset = _dataset(data)
    image = _pixels(dataset)
    drawn_over = tuple(note("file.overlay", _DRAWN_OVER) for _ in _overlays(dataset, image)[:1])
    image, resampled = square(image, _stretch(dataset))
    return Decoded(image, warnings=drawn_over + resampled)


def count_dicom_pages(data: bytes) -> int:
    """Count the pages: those of an encapsulated PDF, the 10 s of signals, or 1."""
    header = _header(data)
    if "WaveformSequence" in header:
        return count_recorded_pages(data, "dicom")
    return count_pdf_pages(_pdf(header)) if _holds_pdf(header) else 1


def _header(data: bytes) -> Any:
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    if DeflatedExplicitVRLittleEndian.encode() in data[:_META_WITHIN]:
        # pydicom would inflate it without a bound.
        raise UnsupportedTypeError(
            f"The DICOM file is packed in a form (deflated) that HeartGuard does not open. {_EXPORT}"
        )
    return _dataset(data, stop_before_pixels=True)


def _dataset(data: bytes, **options: Any) -> Any:
    """Parse a file; if it has no preamble and no transfer syntax, the syntax is inferred from its first bytes."""
    import pydicom
    from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

    dataset = pydicom.dcmread(BytesIO(data), force=data[128:132] != b"DICM", **options)
    if not dataset.file_meta.get("TransferSyntaxUID"):
        implicit, _ = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    return dataset


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


def _pixels(dataset: Any) -> Image:
    from pydicom.pixels import apply_color_lut, pixel_array

    colours = str(dataset.get("PhotometricInterpretation", ""))
    values: NDArray[Any] = np.asarray(pixel_array(dataset))
    if colours == "PALETTE COLOR":
        return grey8(np.asarray(apply_color_lut(values, dataset)))
    if values.ndim == 3:
        return grey8(values, int(dataset.BitsStored))
    grey = _grey(values, dataset)
    # Each of the two attributes means that low is white; both together mean the same (PS3.3, C.11.6).
    inverse = colours == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE"
    return np.dstack([255 - grey if inverse else grey] * 3)


def _grey(values: NDArray[Any], dataset: Any) -> Image:
    """Grey as a viewer shows it: rescaled, windowed, and stretched over the whole range where that changed anything."""
    from pydicom.pixels import apply_modality_lut, apply_voi_lut

    shown = np.asarray(apply_voi_lut(apply_modality_lut(values, dataset), dataset))
    if shown.dtype == np.uint8:
        return grey8(shown, int(dataset.BitsStored))
    lifted = shown.astype(np.float32)
    lifted -= lifted.min()
    return grey8(lifted / max(float(lifted.max()), 1e-12))


def _overlays(dataset: Any, image: Image) -> list[int]:
    """Draw the graphics planes onto `image`, black on a bright picture and white on a dark one; return their groups."""
    ink = 0 if float(image.mean()) > _MID_GREY else 255
    drawn = []
    for group in _OVERLAY_GROUPS:
        if (group, 0x3000) not in dataset or dataset[group, 0x0040].value != "G":
            continue
        plane = np.asarray(dataset.overlay_array(group), dtype=bool)
        top, left = (int(place) - 1 for place in dataset[group, 0x0050].value)
        place = image[max(top, 0) :, max(left, 0) :]
        plane = plane[max(-top, 0) :, max(-left, 0) :][: place.shape[0], : place.shape[1]]
        if plane.any():
            place[: plane.shape[0], : plane.shape[1]][plane] = ink
            drawn.append(group)
    return drawn


def _stretch(dataset: Any) -> float:
    """Return how many times a pixel is as high as it is wide: by its stated shape, else by the distances of pixels."""
    for name in ("PixelAspectRatio", *_SPACINGS):
        values = dataset.get(name)
        if values is not None and len(values) == 2:
            return stretch_of(float(values[1]), float(values[0]))
    return 1.0
