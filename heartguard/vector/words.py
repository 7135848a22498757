"""Words and lines of text from the characters of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from heartguard.printed import Gains, gains_printed, lead_named, speeds_printed

__all__ = ["Character", "Name", "Printed", "ScaleLine", "Word", "agreed", "printed_on", "words_of"]

_SPACE = 0.5
"""Gap between two letters, in heights of the letters, from which they belong to two words: a space is 0.3 to 0.6."""

_APART = 0.8
"""Gap from which two words are two texts, and not a sentence."""

_FEWEST_REPEATS = 10
"""Letters of a rule of dashes, or squares of a row of a grid; no word has one letter so often."""

_LINE_MM = 20.0
"""Words further apart are of two columns of text."""


class Character(NamedTuple):
    """One character and its box, mm, y down."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Word:
    """Characters without a space between them, and their box, mm, y down.

    `advance` is the mean distance between the left sides of its letters.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    advance: float = 0.0

    @property
    def repeats(self) -> bool:
        """Whether it is one character over and over: a rule, or a row of squares of a grid that is a font."""
        return len(self.text) >= _FEWEST_REPEATS and len(set(self.text)) == 1

    @property
    def height(self) -> float:
        """Height of the highest letter."""
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """Middle of the height."""
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True)
class Name:
    """The name of a lead where it is printed, mm."""

    lead: str
    x: float
    y: float


class ScaleLine(NamedTuple):
    """Speed, that of the strips where it is another, mm/s, and gains of one line of text, and its height, mm.

    None where it states none.
    """

    y: float
    speed: float | None
    strip_speed: float | None
    gains: Gains | None


@dataclass(frozen=True)
class Printed:
    """What the words of a page say of its leads; None where speed or gain are not printed, or contradict each other.

    `sole_lead` is the lead that the page names, in its header too, where it names no other; `scales` are the lines that
    state speed or gains.
    """

    names: tuple[Name, ...]
    speed: float | None
    gains: Gains | None
    sole_lead: str | None = None
    scales: tuple[ScaleLine, ...] = ()


def words_of(characters: Sequence[Character]) -> tuple[Word, ...]:
    """Join characters to words, in the order of the text layer.

    Examples
    --------
    >>> text = [Character(letter, 2.0 * x, 0, 2.0 * x + 1.8, 2) for x, letter in enumerate("V1 II")]
    >>> [word.text for word in words_of(text)]
    ['V1', 'II']
    """
    words: list[list[Character]] = []
    before: Character | None = None
    for character in characters:
        if not character.text.strip() or not character.text.isprintable():
            before = None
            continue
        if before is not None and _follows(before, character):
            words[-1].append(character)
        else:
            words.append([character])
        before = character
    return tuple(_word(word) for word in words)


def _follows(before: Character, after: Character) -> bool:
    height = max(before.y1 - before.y0, after.y1 - after.y0)
    level = before.y0 - height / 2 < (after.y0 + after.y1) / 2 < before.y1 + height / 2
    return level and abs(after.x0 - before.x1) < _SPACE * height


def _word(characters: Sequence[Character]) -> Word:
    _, x0, y0, x1, y1 = zip(*characters, strict=True)
    advance = (x0[-1] - x0[0]) / max(1, len(x0) - 1)
    return Word("".join(character.text for character in characters), min(x0), min(y0), max(x1), max(y1), advance)


def printed_on(words: Sequence[Word]) -> Printed:
    """Read lead names, paper speed and gain from the words of a page."""
    lines = _lines([word for word in words if not word.repeats])
    texts = [" ".join(word.text for word in line) for line in lines]
    heights = [sum(word.middle for word in line) / len(line) for line in lines]
    stated = [ScaleLine(y, *speeds_printed(text), gains_printed(text)) for y, text in zip(heights, texts, strict=True)]
    scales = tuple(line for line in stated if line.speed is not None or line.gains is not None)
    names = tuple(name for line in lines for name in _names(line))
    listed = {lead_named(part) for text in texts for part in text.split(",")} - {None}
    leads = {name.lead for name in names} | listed
    return Printed(names, *agreed(scales), leads.pop() if len(leads) == 1 else None, scales)


def agreed(scales: Sequence[ScaleLine]) -> tuple[float | None, Gains | None]:
    """Return the speed and the gains that lines of text state; None where none does, or they contradict each other."""
    speeds = {line.speed for line in scales if line.speed is not None}
    gains = {line.gains for line in scales if line.gains is not None}
    return (speeds.pop() if len(speeds) == 1 else None), (gains.pop() if len(gains) == 1 else None)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Return the words of each line of text from the left."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.x0, word.y0)):
        line = next((line for line in lines if _continues(line[-1], word)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    return lines


def _continues(last: Word, word: Word) -> bool:
    height = min(last.height, word.height) or max(last.height, word.height)
    return abs(word.middle - last.middle) < 0.6 * max(height, 1e-6) and word.x0 - last.x1 < _LINE_MM


def _names(line: Sequence[Word]) -> list[Name]:
    """Return the lead names of a line, of one or two words such as ``Lead II``; words of a sentence are none."""
    groups: list[list[Word]] = []
    for word in line:
        if groups and word.x0 - groups[-1][-1].x1 < _APART * max(word.height, groups[-1][-1].height):
            groups[-1].append(word)
        else:
            groups.append([word])
    found = [(lead_named(" ".join(word.text for word in group)), group) for group in groups if len(group) <= 2]
    return [Name(lead, group[0].x0, sum(word.middle for word in group) / len(group)) for lead, group in found if lead]
