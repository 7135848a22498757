"""The report as PDF: A4 across, the traces at true scale on the first sheet, all else on the last."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, NextPageTemplate, PageBreak, PageTemplate

from heartguard.report.printed.contents import Contents, contents_of
from heartguard.report.printed.fonts import load_fonts
from heartguard.report.printed.options import ReportOptions
from heartguard.report.printed.pdf_details import columns
from heartguard.report.printed.pdf_head import head, short_head
from heartguard.report.printed.pdf_parts import counted_canvas
from heartguard.report.printed.pdf_sheet import SheetDrawing
from heartguard.report.printed.picture import page_picture, to_jpeg
from heartguard.report.printed.sheet import WIDTH_MM, sheets_of
from heartguard.values import Reading

__all__ = ["to_pdf"]

_PAGE = landscape(A4)
_MARGIN = (_PAGE[0] - WIDTH_MM * mm) / 2
"""Left and right of the ECG paper, 16 mm: more than any printer's unprintable rim."""

_TOP, _FOOT = 8 * mm, 13 * mm
_COLUMN_GAP = 8 * mm


def to_pdf(reading: Reading, options: ReportOptions | None = None) -> bytes:
    """Return the report as PDF.

    Parameters
    ----------
    reading : Reading
    options : ReportOptions, optional
    """
    options = options or ReportOptions()
    load_fonts()
    contents, sheets = contents_of(reading, options), sheets_of(reading)
    picture = to_jpeg(page_picture(reading, deidentify=options.deidentify, hidden=options.hidden))
    width, details = WIDTH_MM * mm, len(sheets) + 1
    story: list[Any] = []
    for place, sheet in enumerate(sheets):
        begin = head(contents, width, details) if place == 0 else short_head(contents, sheet)
        more = [NextPageTemplate("traces"), PageBreak()] if place + 1 < len(sheets) else []
        story += [*begin, SheetDrawing(sheet), *more]
    story += [NextPageTemplate("details"), PageBreak()]
    column_width = (width - 2 * _COLUMN_GAP) / 3
    for place, column in enumerate(columns(contents, picture, column_width, deidentified=options.deidentify)):
        story += [*([FrameBreak()] if place else []), *column]
    return _built(story, contents, column_width)


def _built(story: list[Any], contents: Contents, column_width: float) -> bytes:
    """Lay the parts out and return the bytes, which are the same for the same story."""
    written, height = BytesIO(), _PAGE[1] - _TOP - _FOOT
    document = BaseDocTemplate(
        written, pagesize=_PAGE, title=contents.word("title"), author="HeartGuard", lang=contents.language, invariant=1
    )
    whole = _frame(_MARGIN, WIDTH_MM * mm, height)
    thirds = [_frame(_MARGIN + place * (column_width + _COLUMN_GAP), column_width, height) for place in range(3)]
    document.addPageTemplates([PageTemplate("traces", [whole]), PageTemplate("details", thirds)])
    right = f"{contents.made} · {contents.word('sheet', number='{number}', count='{count}')}"
    document.build(story, canvasmaker=counted_canvas(contents.made_by, right, _MARGIN))
    return written.getvalue()


def _frame(x: float, width: float, height: float) -> Frame:
    return Frame(x, _FOOT, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
