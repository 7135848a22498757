"""Mutated files: sound ones of every type that intake opens, then broken in every way that files break."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from heartguard.samples import SAMPLES_FOLDER
from heartlab.simulate import signal_files
from heartlab.simulate.heic_page import HEIC

__all__ = ["MUTATIONS", "Case", "cases", "drawn_files", "recorded_files", "sample_files"]

EXTENSIONS = ("png", "jpg", "webp", "tif", "bmp", "pdf", "dcm", "xml", "zip", "docx", "")
"""File names' endings that are tried, as content alone must decide."""


class Case(NamedTuple):
    """One mutated file."""

    number: int
    source: str
    mutation: str
    name: str
    data: bytes


def drawn_files() -> dict[str, bytes]:
    """Draw one small page with a grid and waves, and pack it as every type of picture that intake opens."""
    page = Image.new("RGB", (900, 600), "white")
    pen = ImageDraw.Draw(page)
    for place in range(0, 900, 20):
        pen.line([(place, 0), (place, 599)], fill=(250, 200, 200))
        pen.line([(0, place), (899, place)], fill=(250, 200, 200))
    for row in range(4):
        x = np.arange(20, 880)
        y = 90 + 140 * row - 60 * np.exp(-(((x % 110) - 50) ** 2) / 20)
        pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill="black", width=2)
    forms = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "tif": "TIFF", "bmp": "BMP", "pdf": "PDF"}
    forms |= {"jp2": "JPEG2000", "ppm": "PPM"}
    return {name: _packed(page, form) for name, form in forms.items()} | {"dcm": _dicom(page), "heic": HEIC}


def recorded_files() -> dict[str, bytes]:
    """Write ten seconds as every type of signals that intake opens."""
    counts = signal_files.ecg()
    return {
        "dicom.dcm": signal_files.dicom_ecg(counts),
        "wfdb.zip": signal_files.wfdb(counts),
        "header.hea": signal_files.wfdb_header(counts).encode(),
        "aecg.xml": signal_files.aecg(counts),
        "muse.xml": signal_files.muse(counts),
        "cardiosoft.xml": signal_files.cardiosoft(counts),
        "philips.xml": signal_files.philips(counts),
        "mortara.xml": signal_files.mortara(counts),
    }


def _packed(page: Image.Image, form: str) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, form)
    return buffer.getvalue()


def _dicom(page: Image.Image) -> bytes:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

    dataset, meta = Dataset(), FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3.4"
    dataset.file_meta = meta
    dataset.Columns, dataset.Rows = page.size
    dataset.SamplesPerPixel, dataset.PlanarConfiguration, dataset.PixelRepresentation = 3, 0, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PhotometricInterpretation = "RGB"
    dataset.PixelData = page.tobytes()
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def sample_files() -> dict[str, bytes]:
    """Return the shipped samples; none where they are not there."""
    return {path.name: path.read_bytes() for path in sorted(SAMPLES_FOLDER.glob("*")) if path.suffix != ".json"}


def _truncated(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(0, len(data)))]


def _flipped(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(data), int(rng.integers(1, 60))):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _flipped_header(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    head = min(len(data), 700)
    return _flipped(data[:head], other, rng) + data[head:]


def _zeroed(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(data)))
    length = min(int(rng.integers(1, 5000)), len(data) - start)
    return data[:start] + bytes(length) + data[start + length :]


def _mixed(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    cut = int(rng.integers(1, min(len(data), len(other))))
    return data[:cut] + other[cut:]


def _behind_other_magic(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    return other[: int(rng.integers(4, 200))] + data


def _inserted(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    place = int(rng.integers(0, len(data)))
    return data[:place] + rng.bytes(int(rng.integers(1, 400))) + data[place:]


def _repeated(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Repeat a block up to a thousand times, as elements of XML or tables of a picture would be."""
    start = int(rng.integers(0, len(data)))
    block = data[start : start + int(rng.integers(1, 2000))]
    return data[:start] + block * int(rng.integers(2, 1000)) + data[start:]


_NUMBER = re.compile(rb"\d+(?:\.\d+)?")
_ODD_NUMBERS = (b"0", b"-1", b"1e9", b"99999999999999999999", b"nan", b"inf", b"0.0000001", b"", b"65536")


def _odd_numbers(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Replace a few of the first two hundred numbers that stand in text."""
    found = list(_NUMBER.finditer(data[:20_000]))[:200]
    if not found:
        return _flipped_header(data, other, rng)
    for at in sorted({int(k) for k in rng.integers(0, len(found), 3)}, reverse=True):
        odd = _ODD_NUMBERS[int(rng.integers(len(_ODD_NUMBERS)))]
        data = data[: found[at].start()] + odd + data[found[at].end() :]
    return data


def _misnamed(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    return data


def _huge(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Let the header state a size of up to 60,000 pixels a side, with a valid checksum where there is one."""
    side = int(rng.integers(5_000, 60_000))
    if data.startswith(b"\x89PNG"):
        header = struct.pack(">II", side, side) + data[24:29]
        return data[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + data[33:]
    if data.startswith(b"\xff\xd8"):
        frame = re.search(rb"\xff[\xc0-\xc2]\x00\x11\x08", data) or re.search(rb"\xff[\xc0-\xc2]\x00\x0b\x08", data)
        return data if frame is None else data[: frame.end()] + struct.pack(">HH", side, side) + data[frame.end() + 4 :]
    if data.startswith(b"BM"):
        return data[:18] + struct.pack("<ii", side, side) + data[26:]
    if data.startswith(b"%PDF"):
        return re.sub(rb"/MediaBox \[[^\]]*\]", b"/MediaBox [0 0 %d %d]" % (side * 10, side * 10), data)
    if data[128:132] == b"DICM":
        return _patched(data, (b"\x28\x00\x10\x00US\x02\x00", b"\x28\x00\x11\x00US\x02\x00"), struct.pack("<H", side))
    if data.startswith(b"RIFF"):
        return data[:26] + struct.pack("<HH", side & 0x3FFF | 0x3000, side & 0x3FFF | 0x3000) + data[30:]
    return _patched(
        data, (b"\x00\x01\x03\x00\x01\x00\x00\x00", b"\x01\x01\x03\x00\x01\x00\x00\x00"), struct.pack("<H", side)
    )


def _patched(data: bytes, tags: tuple[bytes, ...], value: bytes) -> bytes:
    for tag in tags:
        place = data.find(tag)
        if place >= 0:
            data = data[: place + len(tag)] + value + data[place + len(tag) + len(value) :]
    return data


MUTATIONS: dict[str, Callable[[bytes, bytes, np.random.Generator], bytes]] = {
    "truncated": _truncated,
    "flipped bytes": _flipped,
    "flipped header": _flipped_header,
    "zeroed block": _zeroed,
    "mixed types": _mixed,
    "behind another header": _behind_other_magic,
    "wrong extension": _misnamed,
    "huge header": _huge,
    "inserted bytes": _inserted,
    "repeated block": _repeated,
    "odd numbers": _odd_numbers,
}
"""Fuzzing operations, by name."""


def cases(count: int, seed: int, files: dict[str, bytes], first: int = 0) -> Iterator[Case]:
    """Yield `count` mutated files, every mutation of every file in turn; the same for the same seed and number."""
    names, mutations = list(files), list(MUTATIONS)
    for number in range(first, first + count):
        rng = np.random.default_rng([seed, number])
        source, mutation = names[number % len(names)], mutations[number // len(names) % len(mutations)]
        other = files[names[int(rng.integers(len(names)))]]
        extension = EXTENSIONS[int(rng.integers(len(EXTENSIONS)))] if mutation == "wrong extension" else source
        yield Case(number, source, mutation, f"{number}.{extension}", MUTATIONS[mutation](files[source], other, rng))
