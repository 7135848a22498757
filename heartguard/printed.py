"""Lead names, paper speed and gain from the printed words of a page.

The spellings are those of recorders, carts and viewers; where a word or line may mean two things, nothing is returned.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Gains", "gains_printed", "lead_named", "speed_printed", "speeds_printed", "value_spans"]

_MARKS = " \t|¦↓↑↕→▼:.,;_"
"""Bars and arrows before a name, where the lead changes, and points after it."""

_BEFORE = re.compile(r"^(?:lead|abl(?:eitung)?|d[ée]riv(?:ation)?|标?导联?)[\s.:]*", re.IGNORECASE)
"""Words for a lead before its name, as in ``Lead II``."""

_BIPOLAR = re.compile(r"^(?:[dl]?\s?(i(?:\s?i){0,2})|[dl]\s?([1-3]))$")
"""I; as in Latin countries D I, DII, D3, and on old recorders L1; numerals of dot printers are far apart: I I."""

_AUGMENTED = re.compile(r"^(-\s?)?a\s?v[\s_]?([rlf])(\(-\)|-)?$")
"""aVR, aVL, aVF, with a space or an underscore as some recorders print it; -aVR as in the Cabrera order."""

_CHEST = re.compile(r"^(r)?[vc]\s?_?([1-9])(\s?r)?$")
"""V1, as in Germany C1; right of the breastbone V4R or rV4."""

_SPEED = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s?(?:mm|мм)\s?/\s?(?:sec|сек|sn|s|с)(?![a-zа-я/])")
"""A number and millimetres a second in Latin, Cyrillic or Turkish letters; not the end of a longer number or unit."""

_GAIN = re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d+)?)\s?(mm|мм|cm)\s?/\s?1?\s?(?:mv|мв)(?![a-zа-я])")
"""A number and millimetres or centimetres a millivolt, as in ``10 mm/mV`` or ``1 cm / 1 mV``."""

_LIMB_AND_CHEST = re.compile(
    r"(?:limb|extr[a-z]*|i-avf)\s?:?\s?(\d{1,2}(?:\.\d+)?)\D{0,14}(?:chest|prec[a-z]*|brust[a-z]*|v1-v6)\s?:?\s?(\d{1,2}(?:\.\d+)?)"
)
"""As ``Limb: 10 mm/mV Chest: 5 mm/mV``, the unit often left out."""

_OTHER_CHEST = re.compile(r"(?:(?<!/)chest|prec[a-z]*|brust[a-z]*|v1-v6)\s?:?\s?(\d{1,2}(?:\.\d+)?)\s?(?:mm|мм)")
"""A gain of the chest leads beside one that is for all."""

_HALF_CHEST = re.compile(r"(?<!\d)1/2\s?v\b")
"""Carts print ``1/2V`` where the chest leads are drawn at half the gain."""

_SPEEDS = (5.0, 200.0)
"""Slowest and fastest paper speed that recorders offer, mm/s."""

_GAINS = (1.0, 40.0)
"""Smallest and largest gain that recorders offer, mm/mV."""


@dataclass(frozen=True)
class Gains:
    """The gains of a page, mm/mV: limb leads, and chest leads with all that are no limb leads."""

    limb: float
    chest: float

    def of(self, lead: str) -> float:
        """Return the gain of a lead by its name.

        Examples
        --------
        >>> Gains(limb=10.0, chest=5.0).of("V4R")
        5.0
        """
        return self.chest if lead.lstrip("-")[:1] == "V" else self.limb


def lead_named(text: str) -> str | None:
    """Return the lead that a printed word names.

    Parameters
    ----------
    text : str
        One word or name, such as ``"aVR"``, ``"D II"``, ``"Lead II"``, ``"C3"``, ``"rV4"``.

    Returns
    -------
    str or None
        A name of `heartguard.leads.LEADS`; ``"-aVR"`` for a lead aVR that is drawn upside down; ``"V7"``, ``"V4R"`` and
        their like; None where the word names no lead.

    Examples
    --------
    >>> [lead_named(text) for text in ("AVL", "D II", "I I", "C3", "aVR(-)", "V3r", "Lead I", "V21", "25")]
    ['aVL', 'II', 'II', 'V3', '-aVR', 'V3R', 'I', None, None]
    """
    # NFKC turns Ⅱ into II and a subscript into a digit; dashes of every length mean minus.
    plain = unicodedata.normalize("NFKC", text).strip(_MARKS)
    plain = re.sub("[‐-―−]", "-", _BEFORE.sub("", plain)).strip(_MARKS).lower()
    if found := _BIPOLAR.match(plain):
        roman, digit = found.groups()
        return "I" * (roman.count("i") if roman else int(digit))
    if found := _AUGMENTED.match(plain):
        minus, letter, after = found.groups()
        name = f"aV{letter.upper()}"
        if not (minus or after):
            return name
        return "-aVR" if name == "aVR" else None
    if found := _CHEST.match(plain):
        before, number, after = found.groups()
        return None if before and after else f"V{number}{'R' if before or after else ''}"
    return None


def speed_printed(text: str) -> float | None:
    """Return the paper speed that a line of text states, mm/s.

    Returns
    -------
    float or None
        None where it states none, none that recorders have, or two that differ.

    Examples
    --------
    >>> speed_printed("0.67~25Hz AC50 25mm/s 10mm/mV"), speed_printed("Speed: 50 mm/sec"), speed_printed("25 mm")
    (25.0, 50.0, None)
    """
    speeds = _speeds(text)
    return speeds[0] if len(speeds) == 1 else None


def speeds_printed(text: str) -> tuple[float | None, float | None]:
    """Return the paper speed that a line of text states, and that of the rhythm strips if it states another after it.

    Returns
    -------
    tuple of float or None
        mm/s; the first as of `speed_printed`, but where there are two.

    Examples
    --------
    >>> speeds_printed("50mm/s 10mm/mV Rhythm 25mm/s 0.05-40Hz"), speeds_printed("25 mm/s 10 mm/mV")
    ((50.0, 25.0), (25.0, None))
    """
    speeds = _speeds(text)
    return (speeds[0], speeds[1]) if len(speeds) == 2 else (speed_printed(text), None)


def _speeds(text: str) -> list[float]:
    """Return the paper speeds of a line that recorders have, each once, from the left."""
    stated = dict.fromkeys(float(number) for number in _SPEED.findall(_plain(text)))
    return [speed for speed in stated if _SPEEDS[0] <= speed <= _SPEEDS[1]]


def value_spans(text: str) -> list[tuple[int, int]]:
    """Return where in a line, in lower case, a number with a unit of speed or gain begins and ends.

    Examples
    --------
    >>> text = "50 mm/s,10 mm/mv"
    >>> [text[start:end] for start, end in value_spans(text)]
    ['50 mm/s', '10 mm/mv']
    """
    return sorted(found.span() for pattern in (_SPEED, _GAIN) for found in pattern.finditer(text))


def gains_printed(text: str) -> Gains | None:
    """Return the gains that a line of text states.

    Returns
    -------
    Gains or None
        None where it states none, none that recorders have, or two that differ without saying of which leads.

    Examples
    --------
    >>> gains_printed("25 mm/s, 10 mm/mV")
    Gains(limb=10.0, chest=10.0)
    >>> gains_printed("Limb: 10 mm/mV Chest: 5 mm/mV")
    Gains(limb=10.0, chest=5.0)
    """
    plain = _plain(text)
    if both := _LIMB_AND_CHEST.search(plain):
        limb, chest = (float(number) for number in both.groups())
        return _gains(_only({limb}, _GAINS), _only({chest}, _GAINS))
    others = {float(number) for number in _OTHER_CHEST.findall(plain)}
    rest = _GAIN.findall(_OTHER_CHEST.sub("", plain))
    stated = {float(number) * (10 if unit == "cm" else 1) for number, unit in rest}
    limb_gain = _only(stated, _GAINS)
    if others:
        return _gains(limb_gain, _only(others, _GAINS))
    if limb_gain is not None and _HALF_CHEST.search(plain):
        return _gains(limb_gain, limb_gain / 2)
    return _gains(limb_gain, limb_gain)


def _plain(text: str) -> str:
    """Return a line in lower case with a decimal point and single spaces."""
    line = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", " ", re.sub(r"(?<=\d),(?=\d)", ".", re.sub("[‐-―−]", "-", line)))


def _only(values: set[float], limits: tuple[float, float]) -> float | None:
    """Return the one value within the limits; None where there is none, or more than one."""
    fitting = {value for value in values if limits[0] <= value <= limits[1]}
    return fitting.pop() if len(fitting) == 1 else None


def _gains(limb: float | None, chest: float | None) -> Gains | None:
    return None if limb is None or chest is None else Gains(limb, chest)
