"""Cases that a doctor overruled, as a labelled set of pages that the laboratory's training takes as it is."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image as Pictures

from heartguard.arrays import Image
from heartguard.review import Review
from heartguard.values import Reading

__all__ = ["LabelledCase", "labelled_case", "labelled_page", "labelled_set"]

_PULSE_MM, _ABOVE_MM, _BELOW_MM = 12.0, 5.0, 3.0
"""Paper that is kept around the traces: calibration pulses stand up to 12 mm before them, names above them."""

_QUALITY = 90
"""Of WebP; pen lines blur below it. Chosen by hand."""

_FOLDS = 5
"""As the training's pages have: by digest, so that a page is in one fold for ever."""

_PAGE_COLUMNS = (
    *("page_id", "label", "group_id", "fold", "layout", "rhythm_lead", "filter_hz", "has_grid", "grid_tint"),
    *("hr_printed", "sha1_of_original", "program_label", "program_probability", "model", "initials", "reviewed_at"),
    "note",
)
_STATEMENT_COLUMNS = ("page_id", "code", "text", "verdict", "model")
_MEASUREMENT_COLUMNS = ("page_id", "field", "read", "set")

_README = """\
Overruled ECGs of HeartGuard, as a set for training.

pages/pages.csv        a row for each page that the doctor gave a class; the program's answer and its model beside it
pages/<page_id>.webp   the page, straightened and cut to its traces, print and script blanked as far as they were found
                       and the doctor did not leave them: look at each page before you pass it on
statements.csv         each statement with the doctor's verdict
measurements.csv       measurements that the doctor set, beside what was read

Unpack it, name the folder by HEARTGUARD_DATA, and train: heartlab train ...
Empty columns are not known: the printed filter and rate are not read.
"""


@dataclass(frozen=True, eq=False)
class LabelledCase:
    """One page with what the doctor said, ready to be written.

    Attributes
    ----------
    page_id : str
    picture : bytes
        WebP.
    page : mapping of str to object
        Its row of ``pages.csv``; without a label where the doctor names no class.
    statements, measurements : tuple of mapping
        Its rows of the other tables.
    """

    page_id: str
    picture: bytes
    page: Mapping[str, Any]
    statements: tuple[Mapping[str, Any], ...]
    measurements: tuple[Mapping[str, Any], ...]


def labelled_page(reading: Reading, picture: Image | None = None) -> Image:
    """Return the straight page, cut to its traces; what is printed around them is not in it.

    Parameters
    ----------
    reading : Reading
    picture : ndarray, shape (h, w, 3), uint8, RGB, optional
        The page as it shall be seen, such as without print; by default as it is.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8, RGB
    """
    page = reading.page
    image = page.image if picture is None else picture
    traced = [
        (segment.x0 + columns, segment.y[columns])
        for segment in reading.ecg.segments
        for columns in [np.flatnonzero(np.isfinite(segment.y))]
        if columns.size
    ]
    if not traced:
        return np.full((1, 1, 3), 255, np.uint8)  # nothing of the page: no trace says what may stay
    x, y = (np.concatenate(places) for places in zip(*traced, strict=True))
    pulse, above, below = (margin * page.px_per_mm for margin in (_PULSE_MM, _ABOVE_MM, _BELOW_MM))
    left, top = (max(0, round(float(low))) for low in (x.min() - pulse, y.min() - above))
    return image[top : round(float(y.max() + below)), left : round(float(x.max() + below))]


def labelled_case(reading: Reading, review: Review, page: Image | None = None) -> LabelledCase:
    """Put a reading and its review together; the page is coded here, so that the reading need not be kept.

    Parameters
    ----------
    reading : Reading
    review : Review
    page : ndarray, shape (h, w, 3), uint8, RGB, optional
        The straight page as it shall be seen; by default as it is.
    """
    page_id = f"hg-{reading.upload.sha256[:16]}-{reading.upload.page + 1}-{reading.part + 1}"
    picture = io.BytesIO()
    Pictures.fromarray(labelled_page(reading, page)).save(picture, "WEBP", quality=_QUALITY)
    program = review.program
    row = {
        "page_id": page_id,
        "label": review.label or "",
        "group_id": page_id,
        "fold": int(reading.upload.sha256[:8], 16) % _FOLDS,
        "layout": reading.page.layout.name.partition("+")[0],
        "rhythm_lead": reading.ecg.rhythm_lead or "",
        "program_label": program.label or "",
        "program_probability": "" if program.probability is None else f"{program.probability:.4f}",
        "model": program.model,
        "initials": review.initials,
        "reviewed_at": review.at.isoformat(),
        "note": review.note,
    }
    said = tuple(
        {"page_id": page_id, "code": one.code, "text": one.text, "verdict": one.verdict, "model": program.model}
        for one in review.statements
    )
    values = tuple({"page_id": page_id, "field": m.field, "read": m.read, "set": m.set} for m in review.measurements)
    return LabelledCase(page_id, picture.getvalue(), row, said, values)


def labelled_set(cases: Iterable[LabelledCase]) -> bytes:
    """Return a ZIP of cases: the same cases give the same bytes.

    Parameters
    ----------
    cases : iterable of LabelledCase
        Those without a class have their page and their other rows, but no row of ``pages.csv``.
    """
    each = list(cases)
    rows = {
        "pages/pages.csv": (_PAGE_COLUMNS, [case.page for case in each if case.page["label"]]),
        "statements.csv": (_STATEMENT_COLUMNS, [row for case in each for row in case.statements]),
        "measurements.csv": (_MEASUREMENT_COLUMNS, [row for case in each for row in case.measurements]),
    }
    files = {"README.txt": _README.encode()}
    files |= {name: _table(columns, found) for name, (columns, found) in rows.items()}
    files |= {f"pages/{case.page_id}.webp": case.picture for case in each}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_harmless(row) for row in rows)
    return text.getvalue().encode()


def _harmless(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row whose texts no spreadsheet takes for a formula."""
    return {
        name: f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
        for name, value in row.items()
    }
