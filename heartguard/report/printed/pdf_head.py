"""What stands above the traces: the answer, the measurements that matter first, statements and doubts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from heartguard.report.printed.colours import FRAME
from heartguard.report.printed.contents import Contents
from heartguard.report.printed.pdf_parts import text
from heartguard.report.printed.sheet import Sheet
from heartguard.report.printed.values import ESSENTIAL

__all__ = ["head", "short_head"]

_BODY = 37 * mm
"""Height of the three blocks: what the ECG paper leaves of a sheet, but for a line above and below."""

_SHARES = (0.31, 0.33, 0.36)
"""Of the width: answer, measurements, statements."""

_DOUBTS_SHARE = 0.55
"""Of the height of their block: doubts take no more than that and what statements leave."""

_NONE = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
_GAP = ("RIGHTPADDING", (0, 0), (-1, -1), 4 * mm)


def head(contents: Contents, width: float, details: int) -> list[Any]:
    """Return the head of the first sheet.

    Parameters
    ----------
    contents : Contents
    width : float
        Points.
    details : int
        Number of the sheet that has what does not fit.
    """
    line = " · ".join([contents.word("title"), contents.source])
    patient = f"{contents.word('patient.name')}: {'_' * 44}" + (f" {contents.patient}" if contents.patient else "")
    top = Table([[text(line, "muted"), text(patient, "muted", alignment=2)]], [0.5 * width, 0.5 * width])
    top.setStyle(_NONE)
    answer = [text(contents.word("answer"), "muted"), text(contents.headline, "headline"), Spacer(1, 1 * mm)]
    answer += [text(one) for one in contents.below]
    if contents.doctor:
        answer.append(text(contents.doctor, "strong"))
    answer.append(text(f"{contents.word('quality')}: {contents.quality}", "alarm" if contents.poor else "small"))
    blocks = [answer, [_values(contents, _SHARES[1] * width)], _findings(contents, _SHARES[2] * width, details)]
    body = Table([blocks], [share * width for share in _SHARES], [_BODY])
    body.setStyle([*_NONE, _GAP, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("RIGHTPADDING", (-1, 0), (-1, -1), 0)])
    note = f"{contents.word('paper')}. {contents.word('paper.marks')}"
    return [top, Spacer(1, 1.5 * mm), body, text(note, "muted", spaceAfter=0.8 * mm)]


def short_head(contents: Contents, sheet: Sheet) -> list[Any]:
    """Return the head of a further sheet of traces."""
    span = contents.word("seconds", first=f"{sheet.start_s:g}", last=f"{sheet.end_s:g}")
    line = " · ".join([contents.word("title"), contents.source, span])
    return [text(line, "muted"), text(contents.word("paper"), "muted", spaceAfter=2 * mm)]


def _values(contents: Contents, width: float) -> Table:
    """Return the essential measurements in two lines, those that are not normal in colour and with a word."""
    rows = {row.field: row for row in contents.values}
    cells = []
    for field in ESSENTIAL:
        row = rows[field]
        missing = contents.word("not_measured") == row.value
        value = text("–" if missing else row.value, "abnormal" if row.remark else "value")
        below = text(row.value if missing else row.remark or row.normal, "muted")
        cells.append([text(row.name, "muted"), value, below])
    grid = [cells[:4], [*cells[4:], ""]]
    table = Table(grid, [width / 4 - 1 * mm] * 4)
    table.setStyle([*_NONE, ("RIGHTPADDING", (0, 0), (-1, -1), 1 * mm), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    table.setStyle([("BOTTOMPADDING", (0, 0), (-1, 0), 2 * mm), ("LINEABOVE", (0, 1), (-1, 1), 0.3, HexColor(FRAME))])
    return table


def _findings(contents: Contents, width: float, details: int) -> list[Any]:
    """Return statements, then what is doubtful, as many as fit."""
    doubts = [f"{severity}: {sentence}" for severity, sentence in contents.uncertain[: contents.doubts]]
    free = _BODY - _height([text(line) for line in ("", *contents.stated)], width)
    room = max(free, _DOUBTS_SHARE * _BODY)
    below = _fitting(contents, doubts, "uncertain", width, room, details) if doubts else []
    return [*_fitting(contents, contents.stated, "statements", width, _BODY - _height(below, width), details), *below]


def _fitting(
    contents: Contents, lines: Sequence[str], kind: str, width: float, height: float, details: int
) -> list[Any]:
    """Return a title and as many lines as fit, then how many more there are; the first line in any case."""
    style = "alarm" if kind == "uncertain" else "small"
    shown: list[Any] = [text(contents.word(kind), "muted"), text(lines[0], style)]
    for place, line in enumerate(lines[1:], 1):
        more = text(contents.word(f"{kind}.more", count=len(lines) - place, sheet=details), "muted")
        rest = [] if place + 1 == len(lines) else [more]
        if _height([*shown, text(line, style), *rest], width) > height:
            return [*shown, more]
        shown.append(text(line, style))
    return shown


def _height(parts: Sequence[Any], width: float) -> float:
    return float(sum(part.wrap(width, _BODY)[1] for part in parts))
