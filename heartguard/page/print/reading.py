"""Read the words of a straight page."""

from __future__ import annotations

from heartguard.page.print.again import read_again
from heartguard.page.print.candidates import find_words
from heartguard.page.print.cuts import cut_out
from heartguard.page.print.lines import words_of
from heartguard.page.print.network import PrintNetwork
from heartguard.page.print.words import Word
from heartguard.page.straight import StraightPage

__all__ = ["read_print"]


def read_print(page: StraightPage, network: PrintNetwork) -> tuple[Word, ...]:
    """Read the words of a page: lead names, and print near the rows.

    Parameters
    ----------
    page : StraightPage
    network : PrintNetwork

    Returns
    -------
    tuple of Word
        Those that rather are lead names first.
    """
    found = find_words(page)
    shares = network.shares([cut_out(page.image, candidate.box) for candidate in found])
    lines = [
        list(words_of(candidate.box, seen, line, candidate.name))
        for line, (candidate, seen) in enumerate(zip(found, shares, strict=True))
    ]
    lines = read_again(page.image, network, found, lines)
    return tuple(word for line in lines for word in line)
