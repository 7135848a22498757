"""The spellings of lead names and of values, and how probably a word is one of them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from heartguard.arrays import Floats
from heartguard.page.print.decoding import probabilities
from heartguard.page.print.symbols import encoded
from heartguard.printed import lead_named

__all__ = ["likeliest_lead", "probability_of_value"]

_MARKED = re.compile(r"^(\[|\||↓ ?|lead |- ?(?=i|d|c|v))?(.*?)( ?[.:,]|\])?$")
"""Before and after a name: a bar or an arrow where the lead changes, a bracket, a full stop."""

_CHEST = (*(f"v{number}" for number in range(1, 10)), *(f"c{number}" for number in range(1, 7)))
_SPELLINGS = (
    *("i", "ii", "iii", "i i", "i i i"),
    *("di", "dii", "diii", "d i", "d ii", "d iii", "d1", "d2", "d3", "l1", "l2", "l3"),
    *("avr", "avl", "avf", "av_r", "av_l", "av_f", "a vr", "a vl", "a vf", "-avr", "- avr", "avr(-)"),
    *_CHEST,
    *(f"v {number}" for number in range(1, 7)),
    *(f"v{number}r" for number in range(3, 7)),
    *(f"rv{number}" for number in range(3, 7)),
)

_SPEED_SHARES = {"25": 0.82, "50": 0.05, "12.5": 0.05, "100": 0.03, "10": 0.01, "5": 0.01, "20": 0.01}
"""Of pages: what surveys of recorders' settings say of the first four, a guess for the others."""

_GAINS = ("2.5", "5", "10", "20", "40")
"""Numbers that recorders print before the unit; any other is as it was read."""

_LOST = 0.02
"""How probable it is that the first figures of a number are not seen, where a trace crosses them: by hand."""

_OTHER_VALUE = 0.25
"""How probable it is, beside what the network tells, that what reads as a number and its unit is no value: other
spellings of these columns mostly are the same value with a letter misread."""


def likeliest_lead(shares: Floats, text: str, other: float = 1.0) -> tuple[str, float] | None:
    """Return the likeliest spelling of the likeliest lead and the probability of that lead in any spelling.

    Parameters
    ----------
    shares : ndarray, shape (columns, symbols)
        Of a word.
    text : str
        What was read of it: what marks this, before or after a name, is taken to be there.
    other : float
        How probable it is, beside what the lessons have, that a word is no lead name: less than 1 where its place and
        look have told that it is one.

    Returns
    -------
    tuple of str and float, or None
        None where every lead is less probable than not.
    """
    marks = _MARKED.match(text)
    before, after = (marks[1] or "", marks[3] or "") if marks else ("", "")
    spellings, numbers = _marked(before, after)
    found = probabilities(shares, numbers)
    by_lead: dict[str, float] = defaultdict(float)
    for spelling, probability in zip(spellings, found, strict=True):
        by_lead[_lead(spelling)] += float(probability)
    lead, probability = max(by_lead.items(), key=lambda item: item[1])
    named = sum(by_lead.values())
    probability /= named + other * (1 - named)
    if probability < 0.5:
        return None
    of_lead = [number for number, spelling in enumerate(spellings) if _lead(spelling) == lead]
    return spellings[max(of_lead, key=lambda number: float(found[number]))], probability


def probability_of_value(shares: Floats, text: str) -> float:
    """Return how probably a number with its unit is that value, however the unit is spelled.

    Parameters
    ----------
    shares : ndarray, shape (columns, symbols)
        Of the columns that show it.
    text : str
        What was read: a number and a unit of speed or gain.
    """
    number, unit = split_value(text)
    values, numbers = _values(number, unit)
    found = probabilities(shares, numbers)
    named = float(found.sum())
    own = sum(float(share) for value, share in zip(values, found, strict=True) if value == (number, _kind(unit)))
    longer = _LOST * own * _longer(number) if _kind(unit) == "speed" else 0.0
    return own / (named + longer + _OTHER_VALUE * (1 - named))


def _longer(number: str) -> float:
    """Return how much more common speeds are of which a number is the end, as 5 is of 25; 0 where there are none."""
    own = _SPEED_SHARES.get(number, min(_SPEED_SHARES.values()))
    return sum(share for speed, share in _SPEED_SHARES.items() if speed != number and speed.endswith(number)) / own


def split_value(text: str) -> tuple[str, str]:
    """Return the number and the unit of a value.

    Examples
    --------
    >>> split_value("12,5 mm/s")
    ('12.5', 'mm/s')
    """
    number = re.match(r"[\d.,]+", text)
    assert number is not None, text
    return number[0].replace(",", "."), text[number.end() :].strip()


def _kind(unit: str) -> str:
    return "gain" if re.search("[vв]$", unit) else "speed"


@cache
def _values(number: str, unit: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[int, ...], ...]]:
    """Return values that a number and a unit may be, and the symbols of each of their spellings."""
    close = unit.replace(" ", "")
    units = {
        "speed": dict.fromkeys((close if _kind(unit) == "speed" else "mm/s", "mm/s", "mm/sec", "мм/с")),
        "gain": dict.fromkeys((close if _kind(unit) == "gain" else "mm/mv", "mm/mv")),
    }
    numbers = {"speed": dict.fromkeys((number, *_SPEED_SHARES)), "gain": dict.fromkeys((number, *_GAINS))}
    spelt: dict[tuple[int, ...], tuple[str, str]] = {}
    for kind, of_kind in units.items():
        for value in numbers[kind]:
            for one in of_kind:
                for between in ("", " "):
                    for slash in ("/", " /", "/ ", " / "):
                        text = value + between + one.replace("/", slash)
                        spelt[tuple(encoded(text))] = (value, kind)
    return tuple(spelt.values()), tuple(spelt)


@cache
def _lead(spelling: str) -> str:
    lead = lead_named(spelling)
    assert lead is not None, spelling
    return lead


@cache
def _marked(before: str, after: str) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Return the spellings, and the symbols of each between two marks."""
    return _SPELLINGS, tuple(tuple(encoded(before + spelling + after)) for spelling in _SPELLINGS)
