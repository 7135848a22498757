"""Header, tables, statements, footer, logo and the small print in the grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heartguard.leads import GAIN_MM_PER_MV, PAPER_SPEED_MM_PER_S
from heartlab.simulate.recorders import vocabulary
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.fonts import HERSHEY, Font, chinese_font, print_font
from heartlab.simulate.recorders.marks import polyline, rectangle
from heartlab.simulate.recorders.plan import Plan
from heartlab.simulate.recorders.scene import Area, Colour, Item, Line, Text

__all__ = ["draw_texts", "filled", "font_for"]

_LATIN_END = 0x2E80
"""Letters from here on need a font with Chinese."""

_FALSE_SETTINGS = 0.03
"""Share of lines that print the usual settings on any page: a page that was printed at another size (guess)."""


@dataclass(frozen=True)
class _Typeface:
    font: Font
    size: float
    colour: Colour


def filled(text: str, rng: np.random.Generator) -> str:
    """Put random numbers into a wording: two digits for ``{0}``, one for ``{1}``."""
    return text.format(int(rng.integers(40, 100)), int(rng.integers(1, 10)))


def font_for(text: str, font: Font) -> Font:
    """Return a font that has the letters of a text."""
    if any(ord(letter) >= _LATIN_END for letter in text):
        return chinese_font()
    return "default" if font in HERSHEY and not text.isascii() else font


def draw_texts(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Draw all print of a page but the lead names."""
    face = _Typeface(print_font(rng), between(rng, 1.5, 3.0), plan.inks.text)
    items = _header(plan, face, rng) if plan.header > 12 else []
    items += _footer(plan, face, rng)
    for share, draw in (
        (0.12, _statement_in_grid),
        (0.06, _second_numbers),
        (0.04, _beat_labels),
        (0.04, _measuring_lines),
        (0.05, _watermark),
        (0.06, _time_marks),
        (0.05, _code),
    ):
        if chance(rng, share):
            items += draw(plan, face, rng)
    return items


def _lines(
    wordings: tuple[str, ...], count: int, x: float, y: float, face: _Typeface, rng: np.random.Generator
) -> list[Item]:
    texts = [filled(str(rng.choice(wordings)), rng) for _ in range(count)]
    return [
        Text("print", text, x, y + number * 1.5 * face.size, face.size, font_for(text, face.font), face.colour)
        for number, text in enumerate(texts)
    ]


def _header(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    items: list[Item] = []
    y = between(rng, 4, 8)
    if chance(rng, 0.5):
        size = face.size * between(rng, 1.2, 2.2)
        text = str(rng.choice(vocabulary.TITLES))
        x = plan.width * between(rng, 0.03, 0.5)
        items.append(Text("print", text, x, y, size, font_for(text, face.font), face.colour))
        y += 1.6 * size
    room = max(1, int((plan.header - y) / (1.5 * face.size)))
    top = y + face.size
    if chance(rng, 0.9):
        items += _lines(vocabulary.PATIENT, min(room, int(rng.integers(1, 9))), between(rng, 3, 15), top, face, rng)
    if chance(rng, 0.7):
        items += _table(plan, face, room, top, rng)
    if chance(rng, 0.75):
        x = plan.width * between(rng, 0.5, 0.75)
        items += _lines(vocabulary.STATEMENTS, min(room, int(rng.integers(1, 7))), x, top, face, rng)
    if chance(rng, 0.25):
        rule = plan.header - between(rng, 0, 4)
        for offset in (0.0, 0.8) if chance(rng, 0.3) else (0.0,):
            ends = polyline((4, rule + offset), (plan.width - 4, rule + offset))
            items.append(Line("print", ends, between(rng, 0.1, 0.5), face.colour))
    if chance(rng, 0.2):
        items += _logo(plan, face, rng)
    return items


def _table(plan: Plan, face: _Typeface, room: int, top: float, rng: np.random.Generator) -> list[Item]:
    """Draw labels with values, with or without ruled cells; sometimes a large rate."""
    items: list[Item] = []
    x, rows = plan.width * between(rng, 0.25, 0.5), min(room, int(rng.integers(2, 9)))
    column, step = face.size * between(rng, 8, 13), 1.5 * face.size
    ruled = chance(rng, 0.15)
    for row in range(rows):
        label, value = vocabulary.MEASUREMENTS[int(rng.integers(len(vocabulary.MEASUREMENTS)))]
        for text, place in ((label, x), (filled(value, rng), x + column)):
            font = font_for(text, face.font)
            items.append(Text("print", text, place, top + row * step, face.size, font, face.colour))
        if ruled:
            box = rectangle(x - 1, top + (row - 1) * step + 0.4, x + 1.8 * column, top + row * step + 0.4)
            items.append(Line("print", box, 0.15, face.colour))
    if chance(rng, 0.15):
        text = filled("{0} bpm", rng)
        items.append(Text("print", text, plan.width * 0.8, top + 2, 2.5 * face.size, face.font, face.colour))
    return items


def _logo(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    red, green, blue = (int(level) for level in rng.integers(0, 230, 3))
    x, y, size = plan.width * between(rng, 0.02, 0.85), between(rng, 2, 8), between(rng, 4, 14)
    angles = np.linspace(0, 2 * np.pi, int(rng.choice([4, 5, 7, 40])))
    shape = np.stack([x + size * (1 + np.cos(angles)) / 2, y + size * (1 + np.sin(angles)) / 2], axis=1)
    name = str(rng.choice(["CARDIO", "MedTec", "ECG+", "Clinic", "heartcare"]))
    text = Text("print", name, x + size + 1, y + 0.7 * size, 0.4 * size, face.font, (red, green, blue))
    return [Area("print", shape, (red, green, blue), hides=False), text]


def _footer(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    items: list[Item] = []
    y = plan.height - between(rng, 1.5, 5)
    if chance(rng, 0.85):
        text = _settings(plan, rng)
        x = between(rng, 3, 0.4 * plan.width)
        place = y if chance(rng, 0.8) else max(3.0, plan.header - 1)
        items.append(Text("print", text, x, place, face.size, font_for(text, face.font), face.colour))
    for x in rng.uniform(0.4, 0.9, int(rng.integers(0, 3))) * plan.width:
        items += _lines(vocabulary.FOOTERS, 1, float(x), y, face, rng)
    return items


def _settings(plan: Plan, rng: np.random.Generator) -> str:
    """Return a line on paper speed, gain and filter: those of the page, seldom those of another size of it."""
    wordings: tuple[str, ...] = vocabulary.SPEED_LINES
    if plan.gains[0] != plan.gains[1]:
        wordings = tuple(wording for wording in wordings if "{c" in wording)
    wording = str(rng.choice(wordings))
    if chance(rng, _FALSE_SETTINGS):
        return vocabulary.settings_line(wording, PAPER_SPEED_MM_PER_S, (GAIN_MM_PER_MV, GAIN_MM_PER_MV))
    return vocabulary.settings_line(wording, plan.speed, plan.gains)


def _statement_in_grid(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    """Write a line or two among the traces."""
    x, y = plan.width * between(rng, 0.02, 0.8), between(rng, plan.header, plan.height - 5)
    wordings = vocabulary.STATEMENTS + tuple(_settings(plan, rng) for _ in range(10))
    return _lines(wordings, int(rng.integers(1, 3)), x, y, face, rng)


def _second_numbers(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    """Write numbers at the seconds, or print clock times, along the rows."""
    wording = str(rng.choice(["{0}", "{0}s", "08:44:{0:02d}"]))
    rows = plan.baselines if chance(rng, 0.3) else plan.baselines[-1:]
    up = between(rng, -8, 10)
    return [
        Text("print", wording.format(second), plan.trace_x + second * plan.speed, y - up, 1.7, face.font, face.colour)
        for y in rows
        for second in range(int(plan.arrangement.seconds))
    ]


def _beat_labels(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    """Print the kind of each beat, or the distance between beats, over a row."""
    y, x = plan.baselines[-1] - between(rng, 8, 14), plan.trace_x
    items: list[Item] = []
    while (x := x + between(rng, 12, 26)) < plan.trace_end:
        text = choose(rng, {"N": 5.0, "V": 1.0, str(int(rng.integers(600, 1200))): 3.0})
        items.append(Text("print", text, x, y, 1.8, face.font, face.colour))
    return items


def _measuring_lines(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    """Draw thin upright lines through a row, as a caliper does."""
    y = plan.baselines[int(rng.integers(len(plan.baselines)))]
    reach, step = between(rng, 5, 0.6 * plan.pitch + 5), between(rng, 10, 25)
    places = np.arange(plan.trace_x + between(rng, 0, step), plan.trace_end, step)
    return [Line("separator", polyline((x, y - reach), (x, y + reach)), 0.15, plan.inks.mark) for x in places]


def _watermark(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    text = str(rng.choice(["DEMO", "COPY", "SAMPLE", "heartcare", "Scanned with app"]))
    x, y = plan.width * between(rng, 0.05, 0.5), plan.height * between(rng, 0.3, 0.9)
    turn = choose(rng, {0.0: 1.0, -30.0: 1.0, -20.0: 1.0})
    return [Text("print", text, x, y, between(rng, 6, 25), face.font, face.colour, turn, between(rng, 0.08, 0.3))]


def _time_marks(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    """Draw short marks along the upper edge of the field."""
    step = choose(rng, {25.0: 3.0, 66.0: 1.0, 62.5: 1.0, 5.0: 1.0})
    y = plan.baselines[0] - 0.6 * plan.pitch
    return [
        Line("print", polyline((x, y), (x, y + between(rng, 1, 2.5))), 0.2, face.colour)
        for x in np.arange(plan.trace_x, plan.trace_end, step)
    ]


def _code(plan: Plan, face: _Typeface, rng: np.random.Generator) -> list[Item]:
    """Print a square code or a bar code, or the black square by which a recorder finds the page's end."""
    side = between(rng, 8, 16)
    x, y = plan.width - side - between(rng, 2, 40), between(rng, 2, plan.height - side - 2)
    if chance(rng, 0.3):
        return [Area("print", rectangle(x, y, x + side / 2, y + side / 2), face.colour)]
    items: list[Item] = [Area("blank", rectangle(x - 1, y - 1, x + side + 1, y + side + 1), plan.inks.paper)]
    cells = 18
    if chance(rng, 0.5):
        black = np.argwhere(rng.random((cells, cells)) < 0.5) * (side / cells)
        size = side / cells
        return items + [
            Area("print", rectangle(x + a, y + b, x + a + size, y + b + size), face.colour, hides=False)
            for a, b in black
        ]
    starts = np.cumsum(rng.choice([0.4, 0.8, 1.2], 22))
    return items + [
        Area("print", rectangle(x + a, y, x + a + 0.35, y + side / 2), face.colour, hides=False)
        for a in starts[starts < side]
    ]
