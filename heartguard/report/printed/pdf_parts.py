"""Parts of the PDF besides the ECG paper: styles of text, bars of shares, the foot of each sheet."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph

from heartguard.report.printed.colours import ALARM, FRAME, INK, MUTED
from heartguard.report.printed.fonts import BOLD, REGULAR, writable
from heartguard.vocabulary import percent

__all__ = ["ShareBar", "counted_canvas", "text"]

_STYLES = {
    "small": (7.2, 9.4, REGULAR, INK),
    "muted": (6.6, 8.6, REGULAR, MUTED),
    "strong": (7.2, 9.4, BOLD, INK),
    "alarm": (7.2, 9.4, BOLD, ALARM),
    "heading": (8.2, 11.0, BOLD, INK),
    "headline": (14.0, 17.0, BOLD, INK),
    "value": (10.0, 12.0, BOLD, INK),
    "abnormal": (10.0, 12.0, BOLD, ALARM),
}
"""Size and distance of lines in points, font and colour. The smallest is that of a recorder's print."""


def text(content: str, style: str = "small", **more: Any) -> Paragraph:
    """Return a paragraph of plain text in one of the styles.

    Parameters
    ----------
    content : str
        Not read as markup.
    style : str
    **more : object
        Fields of reportlab's ParagraphStyle, such as ``spaceBefore``.
    """
    size, leading, font, colour = _STYLES[style]
    look = {"fontSize": size, "leading": leading, "fontName": font, "textColor": HexColor(colour), **more}
    return Paragraph(escape(writable(content)), ParagraphStyle(style, **look))


class ShareBar(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A name, a bar for a share of 0 to 1, and the share in per cent.

    Parameters
    ----------
    name : str
    share : float
    width : float
        Points.
    """

    def __init__(self, name: str, share: float, width: float) -> None:
        super().__init__()
        self._name, self._share = name, share
        self.width, self.height = width, 4.4 * mm

    def draw(self) -> None:
        """Draw on the page that reportlab has placed the bar on."""
        canvas, left, room = self.canv, 0.58 * self.width, 0.27 * self.width
        canvas.setFont(REGULAR, 7.2)
        canvas.setFillColor(HexColor(INK))
        canvas.drawString(0, 1.2 * mm, writable(self._name))
        canvas.drawRightString(self.width, 1.2 * mm, percent(self._share))
        canvas.setFillColor(HexColor("#e6e6e6"))
        canvas.rect(left, 1.0 * mm, room, 2.2 * mm, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#3b5b8c"))
        canvas.rect(left, 1.0 * mm, room * min(1.0, max(0.0, self._share)), 2.2 * mm, stroke=0, fill=1)


def counted_canvas(left: str, right: str, margin: float) -> type[Canvas]:
    """Return a canvas that writes a foot on each sheet, with its number and how many there are.

    Parameters
    ----------
    left : str
    right : str
        With the fields ``{number}`` and ``{count}``.
    margin : float
        Points.
    """

    class Counted(Canvas):  # type: ignore[misc]  # reportlab has no types
        """Keeps the sheets until their number is known."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 (reportlab's name)
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._kept, 1):
                self.__dict__.update(state)
                self._foot(number, len(self._kept))
                super().showPage()
            super().save()

        def _foot(self, number: int, count: int) -> None:
            width, _ = self._pagesize
            self.setStrokeColor(HexColor(FRAME))
            self.setLineWidth(0.4)
            self.line(margin, 11.5 * mm, width - margin, 11.5 * mm)
            self.setFillColor(HexColor(INK))
            self.setFont(BOLD, 7.2)
            self.drawString(margin, 8 * mm, writable(left))
            self.setFont(REGULAR, 7.2)
            self.drawRightString(width - margin, 8 * mm, writable(right.format(number=number, count=count)))

    return Counted
