"""What the lessons of the print network say: lead names and values in the spellings of recorders, and other words."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np

from heartguard.leads import LEADS
from heartlab.simulate.recorders import vocabulary
from heartlab.simulate.recorders.chances import chance, choose
from heartlab.simulate.recorders.texts import filled

__all__ = ["Wording", "draw_name", "draw_other", "draw_value"]

_LONGEST = 28
"""Letters of a lesson: the network sees no further than some letters, so that longer lines teach it nothing more."""

_MORE_LEADS = ("V3R", "V4R", "V5R", "V6R", "V7", "V8", "V9")
_BEFORE = {"": 86.0, "|": 5.0, "↓ ": 3.0, "Lead ": 3.0, "- ": 1.0, "[": 1.0}
_AFTER = {"": 93.0, ".": 2.0, ":": 3.0, ",": 1.0, " :": 1.0}
_SPEEDS = ("25", "50", "25", "25.0", "12.5", "10", "5", "100", "25,0", "50.0", "6.25", "28", "20", "30", "200")
_GAINS = ("10", "10", "5", "20", "10.0", "2.5", "20.0", "5.0", "15", "12", "40", "10,0", "8")
_PER_SECOND = {"mm/s": 62.0, "mm/sec": 16.0, "мм/с": 7.0, "мм/сек": 3.0, "mm/sn": 4.0, "mm / s": 2.0, "MM/S": 3.0}
_PER_MILLIVOLT = {"mm/mV": 84.0, "мм/мВ": 7.0, "mm / mV": 2.0, "mm/mv": 3.0, "MM/MV": 2.0, "cm/mV": 2.0}
_LINES = (
    "{s} {g}",
    "{s}  {g}  {f}",
    "{s}, {g}",
    "Speed: {s}",
    "Speed: {s} Limb: {g} Chest: {g}",
    "Limb: {g} Chest: {g}",
    "Limb: {n} Chest: {n}",
    "Chest/Limb: {g}",
    "Limb {g}",
    "Chest {g}",
    "{f} {s} {g}",
    "Gain: {g}",
    "Gain : {g}",
    "Scale: {s}, {g}",
    "Vitesse : {s}",
    "Vit. : {s} Gain : {g}",
    "Geschw.: {s}",
    "Vel.: {s}",
    "Ganho: {g}",
    "Ampl.: {g}",
    "{g} {s}",
    "{s}",
    "{g}",
    "x1.0 {f} {s}",
    "{g} 1/2V",
    "Extr.: {g} Brust: {g}",
    "I-aVF: {g} V1-V6: {g}",
)
_FILTERS = (
    "40Hz",
    "50 Hz",
    "60~ 0.05-150 Hz",
    "0.05 - 40 Hz W",
    "0.67~25Hz AC50",
    "AC60",
    "F 50~",
    "ADS 0.56-20 Hz",
    "TP 40Hz, AC 50Hz",
    "4*2.5s+1r",
    "2*5s",
    "100Hz 8.0.1 12SL",
    "0.15~100Hz",
    "x1.0 .05-150Hz",
    "005E 12SL",
    "F",
)
_SHORT = (
    *("HR", "PR", "QT", "QTc", "QRS", "P", "T", "RR", "PP", "ID", "M", "F", "N", "A", "J", "S", "X", "Y", "Z", "V"),
    *("ms", "bpm", "mV", "1 mV", "CAL", "mm", "cm", "kg", "°", "/min", "--", "---", "Std", "AUTO", "Hz", "Sex", "Age"),
    *("RV5", "SV1", "RV5/SV1", "RV6", "V21", "12SL", "VI", "IV", "AV", "aV", "VR", "VL", "VF", "C", "D", "B", "L"),
    *("1", "2", "3", "ST", "ST1", "MCL1", "Page", "1/1", "v1.2", "V2.1", "II.", "No.", "CID: 1", "EID:", "Dr."),
)


@dataclass(frozen=True)
class Wording:
    """A text, and how much of its end is printed as a subscript."""

    text: str
    lowered: int = 0


def _name(lead: str, rng: np.random.Generator) -> Wording:
    if set(lead) == {"I"}:
        forms = {lead: 74.0, f"D{lead}": 8.0, f"D {lead}": 2.0, f"D{len(lead)}": 6.0, f"L{len(lead)}": 3.0}
        return Wording(choose(rng, {**forms, lead.lower(): 3.0, chr(0x215F + len(lead)): 2.0}))
    if lead.startswith("aV"):
        last = lead[-1]
        forms = {lead: 62.0, lead.upper(): 14.0, f"aV{last.lower()}": 5.0, f"AV{last.lower()}": 4.0, lead.lower(): 4.0}
        text = choose(rng, {**forms, f"aV_{last}": 1.0, f"a V{last}": 1.0, f"{lead}-lowered": 5.0})
        text, lowered = text.removesuffix("-lowered"), int(text.endswith("-lowered"))
        if last == "R" and chance(rng, 0.15):
            text = f"{text}(-)" if chance(rng, 0.15) and not lowered else f"-{text}"
        return Wording(text, lowered)
    number, right = lead[1], lead.endswith("R")
    if right:
        return Wording(choose(rng, {lead: 6.0, f"V{number}r": 3.0, f"rV{number}": 1.0, f"RV{number}": 1.0}))
    forms = {lead: 74.0, f"C{number}": 12.0, lead.lower(): 6.0, f"V {number}": 1.0, f"c{number}": 1.0, "lowered": 9.0}
    text = choose(rng, forms)
    return Wording(lead, 1) if text == "lowered" else Wording(text)


def draw_name(rng: np.random.Generator) -> Wording:
    """Draw a lead name with what may be printed before and after it."""
    lead = str(rng.choice(LEADS)) if chance(rng, 0.9) else str(rng.choice(_MORE_LEADS))
    plain = _name(lead, rng)
    before, after = choose(rng, _BEFORE), choose(rng, _AFTER)
    if before == "[":
        return Wording(f"[{plain.text}]")
    return Wording(before + plain.text + ("" if plain.lowered else after), plain.lowered)


def draw_value(rng: np.random.Generator) -> Wording:
    """Draw a line on paper speed, gain and filters, or a part of one."""
    if chance(rng, 0.15):
        speed, limb, chest = (
            float(str(rng.choice(numbers)).replace(",", ".")) for numbers in (_SPEEDS, _GAINS, _GAINS)
        )
        line = vocabulary.settings_line(str(rng.choice(vocabulary.SPEED_LINES)), speed, (limb, chest))
        return Wording(_part(line, rng))
    gap = choose(rng, {"": 5.0, " ": 5.0, "  ": 0.3})
    second = choose(rng, _PER_SECOND)

    def gain() -> str:
        return str(rng.choice(_GAINS)) + gap + choose(rng, _PER_MILLIVOLT)

    text = str(rng.choice(_LINES)).format(
        s=str(rng.choice(_SPEEDS)) + gap + second, g=gain(), f=str(rng.choice(_FILTERS)), n=str(rng.choice(_GAINS))
    )
    return Wording(_part(text, rng))


def draw_other(rng: np.random.Generator) -> Wording:
    """Draw a text that names no lead, speed or gain: labels, dates, statements, numbers, any letters."""
    kind = choose(rng, {"short": 4.0, "label": 2.0, "line": 3.0, "number": 2.0, "letters": 2.5})
    if kind == "short":
        return Wording(str(rng.choice(_SHORT)))
    if kind == "label":
        label, value = vocabulary.MEASUREMENTS[int(rng.integers(len(vocabulary.MEASUREMENTS)))]
        return Wording(label if chance(rng, 0.5) or not value else filled(value, rng))
    if kind == "number":
        form = choose(
            rng, {"{0}": 3.0, "{0}s": 1.0, "{1}": 2.0, "0.{0}": 1.0, "-{0}": 1.0, "{0}/{1}": 1.0, "1{0}": 1.0}
        )
        return Wording(filled(form, rng))
    if kind == "letters":
        letters = string.ascii_letters.replace("l", "") + 3 * string.digits + "./:-"
        return Wording("".join(rng.choice(list(letters), int(rng.integers(1, 7)))))
    lines = (*vocabulary.PATIENT, *vocabulary.STATEMENTS, *vocabulary.FOOTERS, *vocabulary.NOTES, *vocabulary.TITLES)
    return Wording(_part(filled(str(rng.choice(lines)), rng), rng))


def _part(text: str, rng: np.random.Generator) -> str:
    """Return some words of a line, at most `_LONGEST` letters."""
    words = text.split()
    first = int(rng.integers(len(words))) if chance(rng, 0.5) else 0
    last = first + 1
    while last < len(words) and len(" ".join(words[first : last + 1])) <= _LONGEST and not chance(rng, 0.1):
        last += 1
    return " ".join(words[first:last])[:_LONGEST]
