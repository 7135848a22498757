"""What of a file is looked at."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["FIRST", "Scope", "View"]

Scope = Literal["found", "alone", "together"]
"""What of a document is one ECG: what it says itself, a page alone, or all pages, as the doctor asks."""


class View(NamedTuple):
    """What of a file is read: a page and which of its ECGs, both from 0, and what belongs to it."""

    page: int = 0
    part: int = 0
    scope: Scope = "found"

    def __str__(self) -> str:
        return f"{self.page}-{self.part}-{self.scope}"


FIRST = View()
"""The first ECG of the first page, and what its document says to belong to it."""
