"""The sample pages that are shipped with HeartGuard: simulated, never of a patient."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from heartguard.resources import shipped

__all__ = ["SAMPLES_FOLDER", "Sample", "list_samples", "thumbnail_of"]

SAMPLES_FOLDER = shipped("assets", "samples")
"""The pages and samples.json, their index."""


@dataclass(frozen=True)
class Sample:
    """One shipped page.

    Attributes
    ----------
    path : Path
    title : str
    description : str
        One sentence on its content.
    label : str or None
        True class, Normal, MI, PMI or HB; None for the picture that is no ECG.
    heart_rate_bpm : float or None
    unsure : bool
        True where the shipped models name no class.
    """

    path: Path
    title: str
    description: str
    label: str | None
    heart_rate_bpm: float | None
    unsure: bool = False

    @property
    def thumbnail(self) -> Path:
        """Its small picture, a JPEG."""
        return thumbnail_of(self.path)


def thumbnail_of(path: Path) -> Path:
    """Return where the small picture of a sample stands.

    Examples
    --------
    >>> thumbnail_of(Path("mi-anterior.pdf")).name
    'mi-anterior-small.jpg'
    """
    return path.with_name(f"{path.stem}-small.jpg")


def list_samples(folder: Path = SAMPLES_FOLDER) -> tuple[Sample, ...]:
    """Return the shipped samples in the order to show them; empty where the folder is not installed.

    Examples
    --------
    >>> [sample.label for sample in list_samples()]
    ['Normal', 'MI', 'PMI', 'HB', 'Normal', 'PMI', 'MI', None]
    """
    index = folder / "samples.json"
    if not index.is_file():
        return ()
    entries = json.loads(index.read_text(encoding="utf-8"))
    return tuple(
        Sample(
            path=folder / entry["file"],
            title=entry["title"],
            description=entry["description"],
            label=entry["truth"]["label"],
            heart_rate_bpm=entry["truth"]["heart_rate_bpm"],
            unsure=entry.get("unsure", False),
        )
        for entry in entries
    )
