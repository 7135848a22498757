"""What a person changed in the boxes that were found: some stay on the page, others are blanked too."""

from __future__ import annotations

from dataclasses import dataclass, replace

from heartguard.deidentify.values import TextBox

__all__ = ["Choice"]


@dataclass(frozen=True)
class Choice:
    """Boxes that are not blanked, and boxes that a person added.

    Examples
    --------
    >>> found = (TextBox(0, 0, 9, 9), TextBox(20, 0, 29, 9))
    >>> choice = Choice().switched(found[0], on=False).with_box(TextBox(0, 50, 9, 59, "added"))
    >>> [box.x0 for box in choice.of(found)], choice.adds
    ([20, 0], True)
    """

    left: frozenset[TextBox] = frozenset()
    added: tuple[TextBox, ...] = ()

    def of(self, found: tuple[TextBox, ...]) -> tuple[TextBox, ...]:
        """Return the boxes that are blanked: those of `found` and of `added` that are not left on the page."""
        return tuple(box for box in (*found, *self.added) if box not in self.left)

    @property
    def adds(self) -> bool:
        """Whether a box of a person is blanked."""
        return bool(self.hidden)

    @property
    def hidden(self) -> tuple[TextBox, ...]:
        """The boxes of a person that are blanked."""
        return tuple(box for box in self.added if box not in self.left)

    def switched(self, box: TextBox, *, on: bool) -> Choice:
        """Return the choice with a box blanked, or left on the page."""
        return replace(self, left=self.left - {box} if on else self.left | {box})

    def with_box(self, box: TextBox) -> Choice:
        """Return the choice with one more box, once."""
        added = self.added if box in self.added else (*self.added, box)
        return replace(self, added=added, left=self.left - {box})
