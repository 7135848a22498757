"""The letters and signs that the print network tells apart; case is left out, and all that no name or value needs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["OTHER", "SYMBOLS", "decoded", "encoded"]

OTHER = "\N{REPLACEMENT CHARACTER}"
"""One or more letters that are none of `SYMBOLS`."""

_NUMERALS = ("iii", "ii")
"""Are symbols of their own: their strokes are closer together than the network's columns."""

SYMBOLS = (
    "",
    *"abcdefghijklmnopqrstuvwxyz0123456789",
    *_NUMERALS,
    *" ./:,-+~*()[]|↓=_",
    *"мсвке",  # of мм/с, сек and мВ
    OTHER,
)
"""By the network's outputs; the first stands for no letter, as between two letters."""

_NUMBERS = {symbol: number for number, symbol in enumerate(SYMBOLS)}
_PARTS = re.compile("|".join(_NUMERALS) + r"|\s+|.")
_DASHES = re.compile("[‐-―−]")


def encoded(text: str) -> list[int]:
    """Return the numbers of a text's symbols.

    Examples
    --------
    >>> decoded(encoded("D III,  Größe: 25 mm/s"))
    'd iii, gro\ufffde: 25 mm/s'
    """
    plain = unicodedata.normalize("NFKD", _DASHES.sub("-", text.replace("ß", OTHER)))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower().strip()
    found: list[int] = []
    for part in _PARTS.findall(letters):
        number = _NUMBERS.get(" " if part.isspace() else part, _NUMBERS[OTHER])
        if not (number == _NUMBERS[OTHER] and found and found[-1] == number):
            found.append(number)
    return found


def decoded(numbers: Iterable[int]) -> str:
    """Return the text of some symbols."""
    return "".join(SYMBOLS[number] for number in numbers)
