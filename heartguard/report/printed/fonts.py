"""The fonts of the PDF: Bitstream Vera, which reportlab ships, embedded so that every viewer shows the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

__all__ = ["BOLD", "REGULAR", "load_fonts", "writable"]

REGULAR, BOLD = "Vera", "VeraBd"
"""Names of the font files and of the fonts."""

_FOLDER = Path(reportlab.__file__).with_name("fonts")


@cache
def load_fonts() -> frozenset[int]:
    """Make the fonts known to reportlab, and return the characters that they have."""
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FOLDER / f"{name}.ttf")))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)


def writable(text: str) -> str:
    r"""Return a text with the characters that the fonts lack, as in some names of files, as escapes.

    Examples
    --------
    >>> print(writable("Müller −30°, 心电图"))
    Müller −30°, \u5fc3\u7535\u56fe
    """
    known = load_fonts()
    return "".join(c if ord(c) in known else c.encode("unicode_escape").decode() for c in text)
