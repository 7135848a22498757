"""Upload: one decoded page of a file, and the signals that a file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heartguard.arrays import Floats, Image
from heartguard.warning import Warning

__all__ = ["RecordedSignals", "Upload"]


@dataclass(frozen=True, eq=False)
class RecordedSignals:
    """Ten seconds of the leads of a file that holds signals.

    Attributes
    ----------
    leads : mapping of str to ndarray, shape (5000,), float32, mV
        By name at 500 Hz, those of the twelve first; NaN where samples are lost.
    format : str
        Name of the file's format, for a sentence.
    rate_hz : float
        Sampling rate in the file.
    start_s : float
        Where these 10 s begin in the recording, seconds.
    units_known : bool
        False where the file does not state the size of its steps.
    computed : tuple of str
        Limb leads that are not in the file but were computed from I and II.
    """

    leads: Mapping[str, Floats]
    format: str
    rate_hz: float
    start_s: float = 0.0
    units_known: bool = True
    computed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Upload:
    """One decoded page of a file.

    Attributes
    ----------
    name : str
        File name as given, without folders.
    sha256 : str
        Digest of the bytes and the page number: the key of every cache.
    kind : str
        ``"png"``, ``"jpeg"``, ``"pdf"``, ``"dicom"``, ``"wfdb"`` and so on, found from the content: a key of
        `heartguard.intake.detect.KIND_NAMES`.
    image : ndarray, shape (H, W, 3), uint8, RGB
        Upright by its EXIF orientation, transparency on white.
    page, pages : int
        Page number, from 0, and how many pages the file has.
    warnings : tuple of Warning
        How the picture was converted (scaled down, 16 bit, and so on).
    signals : RecordedSignals or None
        What a file with signals holds; `image` is then a sheet that shows them.
    """

    name: str
    sha256: str
    kind: str
    image: Image
    page: int = 0
    pages: int = 1
    warnings: tuple[Warning, ...] = ()
    signals: RecordedSignals | None = None
