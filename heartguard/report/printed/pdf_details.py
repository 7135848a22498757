"""The last sheet of the report in three columns: measurements; statements and models; the page and its doubts."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Image, Spacer, Table

from heartguard.report.printed.colours import FRAME
from heartguard.report.printed.contents import Contents
from heartguard.report.printed.pdf_parts import ShareBar, text

__all__ = ["columns"]

_COLUMNS = (0.29, 0.27, 0.44)
"""Of the width: name, value, range."""

_PADDINGS = {"LEFT": 0, "RIGHT": 2, "TOP": 1.2, "BOTTOM": 1.6}
"""Of the cells, points."""

_PICTURE_HEIGHT = 60 * mm
"""A third of the column: doubts and models follow."""


def columns(contents: Contents, picture: bytes, width: float, *, deidentified: bool) -> tuple[list[Any], ...]:
    """Return the parts of each column.

    Parameters
    ----------
    contents : Contents
    picture : bytes
        The page as JPEG.
    width : float
        Of a column, points.
    deidentified : bool
        Whether print was blanked in the picture.
    """
    blanked = contents.word("picture.blanked" if deidentified else "picture.whole")
    return (
        [*_heading(contents, "measurements"), _table(contents, width), *_reasons(contents)],
        [*_stated(contents), *_models(contents, width)],
        [
            *_heading(contents, "picture"),
            _picture(picture, width),
            text(blanked, "muted", spaceBefore=1 * mm),
            text(contents.scale, "muted"),
            *_doubts(contents),
        ],
    )


def _heading(contents: Contents, key: str) -> list[Any]:
    return [text(contents.word(key), "heading", spaceBefore=3 * mm, spaceAfter=1 * mm, keepWithNext=1)]


def _lines(lines: Sequence[str], style: str = "small") -> list[Any]:
    return [text(line, style, spaceAfter=1) for line in lines]


def _table(contents: Contents, width: float) -> Table:
    """Return all measurements with their ranges."""
    rows = [[text(""), text(contents.word("measurement"), "muted"), text(contents.word("range"), "muted")]]
    for row in contents.values:
        value = text(row.value, "alarm" if row.remark else "small")
        rows.append([text(row.name), value, text(", ".join(filter(None, (row.normal, row.remark))), "muted")])
    table = Table(rows, [share * width for share in _COLUMNS], repeatRows=1)
    padding = [(f"{side}PADDING", (0, 0), (-1, -1), size) for side, size in _PADDINGS.items()]
    rules = ("LINEBELOW", (0, 0), (-1, -1), 0.3, HexColor(FRAME))
    table.setStyle([*padding, ("VALIGN", (0, 0), (-1, -1), "TOP"), rules])
    return table


def _reasons(contents: Contents) -> list[Any]:
    """Return why values were not measured."""
    if not contents.reasons:
        return []
    return [*_heading(contents, "not_measured.why"), *_lines(contents.reasons, "muted")]


def _stated(contents: Contents) -> list[Any]:
    found = [*_heading(contents, "statements")]
    found += _lines([f"• {one}" for one in contents.stated])
    if contents.withheld:
        found += [*_heading(contents, "withheld"), *_lines(contents.withheld, "muted")]
    return found


def _models(contents: Contents, width: float) -> list[Any]:
    """Return the doctor's review, then what the models answered, and where VGG16 saw it."""
    review = [*_heading(contents, "review"), *_lines(contents.review)] if contents.review else []
    found = [*review, *_heading(contents, "answer"), text(contents.headline), *_lines(contents.below)]
    if contents.classes:
        found += [*_heading(contents, "classes"), *_bars(contents.classes, width)]
    found += [*_heading(contents, "findings"), *_bars(contents.findings, width)]
    if not contents.findings:
        found.append(text(contents.word("findings.none")))
    if contents.shares:
        found += [*_heading(contents, "shares"), *_bars(contents.shares, width)]
    return found


def _bars(shares: Sequence[tuple[str, float]], width: float) -> list[Any]:
    return [ShareBar(name, share, width) for name, share in shares]


def _picture(picture: bytes, width: float) -> Table:
    """Return the picture in a frame, as large as fits."""
    image = Image(BytesIO(picture))
    scale = min(width / image.imageWidth, _PICTURE_HEIGHT / image.imageHeight)
    image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
    table = Table([[image]], [image.drawWidth], [image.drawHeight], hAlign="LEFT")
    sides = ("LEFT", "RIGHT", "TOP", "BOTTOM")
    table.setStyle(
        [("BOX", (0, 0), (-1, -1), 0.4, HexColor(FRAME)), *[(f"{s}PADDING", (0, 0), (-1, -1), 0) for s in sides]]
    )
    return table


def _doubts(contents: Contents) -> list[Any]:
    """Return quality, warnings, settings by hand, models."""
    found = [*_heading(contents, "quality"), text(contents.quality), *_heading(contents, "uncertain")]
    for place, (severity, sentence) in enumerate(contents.uncertain):
        found.append(text(f"{severity}: {sentence}", "alarm" if place < contents.doubts else "muted", spaceAfter=1))
    if not contents.doubts:
        found.append(text(contents.word("uncertain.none")))
    if contents.uncertain and contents.word("english"):
        found.append(text(contents.word("english"), "muted"))
    if contents.by_hand:
        found += [*_heading(contents, "by_hand"), *_lines(contents.by_hand)]
    signed = text(f"{contents.word('signed')}: {'_' * 36}", spaceBefore=6 * mm)
    return [*found, *_heading(contents, "models"), *_lines(contents.models, "muted"), Spacer(1, 1), signed]
