"""``heartguard deidentify``: pages as PNG without the print and script that may name the patient."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heartguard.errors import HeartGuardError, OutputError

if TYPE_CHECKING:
    from heartguard.export import OutputFolder
    from heartguard.page import PageModels

__all__ = ["DESCRIPTION", "EPILOG", "add_arguments", "run"]

DESCRIPTION = """\
Write ECG pages as PNG, straightened, with all print and script blanked but lead names, paper speed and gain. Only the
picture is written: no text of a PDF, no data of a camera. What is removed is found by a network, which misses some:
look at each page before you pass it on."""
"""Shown by ``heartguard deidentify --help``."""

EPILOG = """\
One JSON object a line is printed for each file: file; pages: for each page that was written its number, png, its size
in mm, and removed: the boxes, each with kind, x_mm, y_mm, width_mm and height_mm from the page's upper left corner;
rejected: for each page that was not written its number and the reason.

exit status:
  0  every page was written        3  some page or file was rejected
  1  a page could not be written to the folder
  2  the command was not understood

examples:
  heartguard deidentify ecg.pdf --out shared
  heartguard deidentify scans/*.jpg --out shared > removed.jsonl"""
"""Shown below the options."""

_WRITTEN, _NOT_WRITTEN, _SOME_REJECTED = 0, 1, 3
_WORSE = (_WRITTEN, _SOME_REJECTED, _NOT_WRITTEN)
"""In the order in which one status hides another: that a page is lost counts most."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heartguard deidentify``."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="picture, PDF or DICOM file with ECG pages")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where DIR/<name>.png is written")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the pages of each file; return the exit status.

    Raises
    ------
    ModelError
        If a network is missing.
    OutputError
        If ``--out`` is no folder.
    """
    from heartguard.export import OutputFolder
    from heartguard.page import load_page_models
    from heartguard.weights import models_folder

    folder, models = OutputFolder(args.out), load_page_models(models_folder())
    status = _WRITTEN
    for file in args.files:
        found, reached = _file(file, folder, models)
        print(json.dumps({"file": file, **found}, allow_nan=False), flush=True)
        status = max(status, reached, key=_WORSE.index)
    return status


def _file(file: str, folder: OutputFolder, models: PageModels) -> tuple[dict[str, Any], int]:
    """Write the pages of a file; return what is said of them and a status."""
    pages: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    status = _WRITTEN
    try:
        for number, count in _numbers(file):
            try:
                said, png = _page(file, number - 1, models)
            except HeartGuardError as error:
                rejected.append({"page": number, "reason": str(error)})
                continue
            stem = Path(file).stem if count == 1 else f"{Path(file).stem}-{number}"
            written = folder.write(stem, {".png": png})
            if written.paths[0] is None:
                raise OutputError(str(written.warning))
            pages.append({"page": number, "png": written.paths[0], **said})
    except OutputError as error:
        rejected.append({"page": None, "reason": str(error)})
        status = _NOT_WRITTEN
    except Exception as error:  # one bad file never stops the others
        rejected.append({"page": None, "reason": _sentence(file, error)})
    return {"pages": pages, "rejected": rejected}, status or (_SOME_REJECTED if rejected else _WRITTEN)


def _sentence(file: str, error: Exception) -> str:
    from heartguard.report import rejected_json

    return str(rejected_json(file, error)["reason"])


def _numbers(file: str) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the pages of a file, from 1, and how many there are."""
    from heartguard.document import document_pages

    count = document_pages(file)
    yield from ((number, count) for number in range(1, count + 1))


def _page(file: str, number: int, models: PageModels) -> tuple[Mapping[str, Any], bytes]:
    """Return what is removed from a page, and the page without it as PNG."""
    from PIL import Image as Pictures

    from heartguard.deidentify import blanked
    from heartguard.deidentify.finding import find_text
    from heartguard.errors import NotAnEcgError
    from heartguard.intake import open_upload
    from heartguard.page import find_page

    upload = open_upload(file, page=number)
    if upload.signals is not None:
        raise NotAnEcgError("This file holds signals and no picture: nothing is printed on it.")
    page = find_page(upload, models)
    text = find_text(page, models)
    written = BytesIO()
    Pictures.fromarray(blanked(page.image, text)).save(written, "PNG")
    names = ("x_mm", "y_mm", "width_mm", "height_mm")
    removed = [
        {"kind": box.kind, **dict(zip(names, (round(side, 1) for side in box.in_mm(page.px_per_mm)), strict=True))}
        for box in text.boxes
    ]
    height, width = page.image.shape[:2]
    size = {"width_mm": round(width / page.px_per_mm, 1), "height_mm": round(height / page.px_per_mm, 1)}
    return {**size, "removed": removed}, written.getvalue()
