"""What the panels of a page are called where a doctor names them by hand, and the leads that they become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from heartguard.errors import CorrectionError

__all__ = ["Shown", "leads_by_hand", "panel_names"]


class Shown(Protocol):
    """A lead that is shown somewhere: a `heartguard.values.Panel`, or what becomes one."""

    @property
    def lead(self) -> str:
        """Its lead, or the name of its row."""

    @property
    def label(self) -> str:
        """The lead as it is drawn, such as ``-aVR``."""

    @property
    def rhythm(self) -> bool:
        """Whether it is a rhythm strip."""


def panel_names(panels: Sequence[Shown]) -> tuple[str, ...]:
    """Return what each panel is called where it is named by hand: its label, and strips by their number.

    Examples
    --------
    >>> from heartguard.values import Panel
    >>> panel_names((Panel("I", 0, 0, 1, 0, 0, 1), Panel("II", 1, 0, 1, 0, 0, 1, rhythm=True)))
    ('I', 'strip 1')
    """
    names, strips = [], 0
    for panel in panels:
        strips += panel.rhythm
        names.append(f"strip {strips}" if panel.rhythm else panel.label)
    return tuple(names)


def leads_by_hand(panels: Sequence[Shown], leads: Sequence[tuple[str, str]]) -> tuple[str | None, ...]:
    """Return the lead that was given to each panel by hand, ``-aVR`` for one upside down; None where none was.

    Parameters
    ----------
    panels : sequence of Shown
    leads : sequence of (str, str)
        What the panel was called (see `panel_names`), and the lead that it is.

    Raises
    ------
    CorrectionError
        If there is no such panel, or two panels would be the same lead.
    """
    given, names = dict(leads), panel_names(panels)
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise CorrectionError(f"The page has no {' and no '.join(unknown)} to name; it has {', '.join(names)}.")
    by_hand = tuple(given.get(name) for name in names)
    # Rows in which one lead goes on are called the same, and become the same.
    short = {
        (panel.lead, panel.lead if lead is None else lead.removeprefix("-"))
        for panel, lead in zip(panels, by_hand, strict=True)
        if not panel.rhythm
    }
    twice = [lead for lead, count in Counter(lead for _, lead in sorted(short)).items() if count > 1]
    if twice:
        raise CorrectionError(f"Two parts of the page would be {' and '.join(twice)}. Name each lead once.")
    return by_hand
