"""What people and machines put over a page: ink of the hand, stamps, labels, tape, holes, fingers, covered names."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartlab.simulate.recorders import vocabulary
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.fonts import hand_font, print_font
from heartlab.simulate.recorders.marks import polyline, rectangle
from heartlab.simulate.recorders.plan import Plan
from heartlab.simulate.recorders.scene import Area, Colour, Item, Line, Text
from heartlab.simulate.recorders.texts import filled

__all__ = ["draw_overlays"]

_PENS: dict[Colour, float] = {
    (25, 25, 30): 3.0,
    (30, 45, 140): 5.0,
    (200, 25, 35): 3.0,
    (30, 110, 50): 1.0,
    (240, 30, 30): 1.0,
    (90, 90, 95): 1.0,
}
_SKIN: dict[Colour, float] = {(224, 172, 142): 2.0, (190, 138, 106): 2.0, (120, 82, 60): 1.0}


def draw_overlays(plan: Plan, rng: np.random.Generator, photographed: bool) -> list[Item]:
    """Draw what is on top of the print; most pages have nothing."""
    items: list[Item] = []
    for share, draw in (
        (0.12, _script),
        (0.06, _arrow),
        (0.05, _ring),
        (0.04, _stamp),
        (0.06, _label),
        (0.04, _covered),
        (0.03, _loop),
        (0.03, _strokes),
        (0.02, _underline),
    ):
        while chance(rng, share):
            items += draw(plan, rng)
            share = 0.5
    if photographed:
        for share, draw in ((0.05, _holes), (0.04, _perforation), (0.05, _finger), (0.03, _tape)):
            if chance(rng, share):
                items += draw(plan, rng)
    return items


def _place(plan: Plan, rng: np.random.Generator) -> tuple[float, float]:
    return plan.width * between(rng, 0.03, 0.9), plan.height * between(rng, 0.05, 0.95)


def _script(plan: Plan, rng: np.random.Generator) -> list[Item]:
    x, y = _place(plan, rng)
    text = filled(str(rng.choice(vocabulary.NOTES)), rng)
    return [Text("overlay", text, x, y, between(rng, 3, 9), hand_font(rng), choose(rng, _PENS), between(rng, -15, 15))]


def _arrow(plan: Plan, rng: np.random.Generator) -> list[Item]:
    x, y = _place(plan, rng)
    angle, length, head = between(rng, 0, 2 * np.pi), between(rng, 5, 30), between(rng, 1.5, 4)
    colour, width = choose(rng, _PENS), between(rng, 0.3, 1.5)
    tip = polyline((x + length * np.cos(angle), y + length * np.sin(angle)))[0]
    barbs = [tip - head * np.array([np.cos(angle + turn), np.sin(angle + turn)]) for turn in (-0.5, 0.5)]
    shaft = Line("overlay", np.stack([np.array([x, y]), tip]), width, colour)
    if chance(rng, 0.5):
        return [shaft, Area("overlay", np.stack([barbs[0], tip, barbs[1]]), colour)]
    return [shaft, Line("overlay", np.stack([barbs[0], tip, barbs[1]]), width, colour)]


def _ring(plan: Plan, rng: np.random.Generator) -> list[Item]:
    x, y = _place(plan, rng)
    angles = np.linspace(0, between(rng, 6.0, 7.0), 60)
    wide, high = between(rng, 4, 20), between(rng, 4, 15)
    wobble = 1 + 0.06 * np.sin(2 * angles + between(rng, 0, 6)) + 0.01 * angles
    points = np.stack([x + wide * wobble * np.cos(angles), y + high * wobble * np.sin(angles)], axis=1)
    return [Line("overlay", points, between(rng, 0.3, 1.0), choose(rng, _PENS))]


def _loop(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Sign across a row."""
    x, y = _place(plan, rng)
    phase = np.linspace(0, 2 * np.pi * int(rng.integers(3, 8)), 160)
    size = between(rng, 3, 9) * (1 + 0.5 * np.sin(0.37 * phase + between(rng, 0, 6)))
    points = np.stack([x + 1.2 * phase + size * np.sin(phase), y - size * np.cos(phase)], axis=1)
    return [Line("overlay", points, between(rng, 0.25, 0.6), choose(rng, _PENS))]


def _strokes(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Mark distances with short upright strokes."""
    x, y = _place(plan, rng)
    colour, step, reach = choose(rng, _PENS), between(rng, 5, 25), between(rng, 2, 8)
    offsets = rng.normal(0, 0.5, (int(rng.integers(2, 7)), 2))
    return [
        Line("overlay", polyline((x + k * step + a, y - reach), (x + k * step + b, y + reach)), 0.4, colour)
        for k, (a, b) in enumerate(offsets)
    ]


def _underline(plan: Plan, rng: np.random.Generator) -> list[Item]:
    x, y = _place(plan, rng)
    places = np.linspace(0, between(rng, 15, 80), 30)
    points = np.stack([x + places, y + 0.03 * places + np.cumsum(rng.normal(0, 0.15, 30))], axis=1)
    return [Line("overlay", points, between(rng, 0.3, 0.8), choose(rng, _PENS))]


def _stamp(plan: Plan, rng: np.random.Generator) -> list[Item]:
    x, y = _place(plan, rng)
    text, size = filled(str(rng.choice(vocabulary.STAMPS)), rng), between(rng, 3, 6)
    colour = choose(rng, {(40, 50, 160): 3.0, (190, 30, 40): 3.0, (30, 120, 70): 1.0, (50, 50, 50): 1.0})
    turn, opacity = between(rng, -25, 25), between(rng, 0.4, 0.9)
    corners = rectangle(-1.5, -size - 1.5, 0.95 * size * len(text) + 1, 1.5)
    cosine, sine = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    outline = corners @ np.array([[cosine, sine], [-sine, cosine]]) + np.array([x, y])
    frame = Line("overlay", outline, between(rng, 0.3, 0.8), colour, opacity)
    return [frame, Text("overlay", text, x, y, size, print_font(rng), colour, turn, opacity)]


def _label(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Stick a patient's label on the page."""
    x, y = _place(plan, rng)
    wide, high = between(rng, 20, 55), between(rng, 10, 30)
    paper = choose(rng, {(255, 255, 255): 4.0, (250, 245, 190): 1.0, (225, 240, 250): 1.0})
    turn = between(rng, -12, 12)
    items: list[Item] = [Area("overlay", _turned_box(x, y, wide, high, turn), paper)]
    font, size = print_font(rng), high / between(rng, 6, 9)
    down = np.array([-np.sin(np.deg2rad(turn)), np.cos(np.deg2rad(turn))])
    for line in range(int(rng.integers(0, 5))):
        text = filled(str(rng.choice(vocabulary.PATIENT[:10])), rng)
        left, foot = np.array([x, y]) + (line + 1.2) * 1.5 * size * down
        items.append(Text("overlay", text, left + 1, foot, size, font, (20, 20, 20), turn))
    return items


def _covered(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Cover a name with a bar, as those do who share a page."""
    x, y = _place(plan, rng)
    if chance(rng, 0.6):
        y = between(rng, 1, max(3.0, plan.header))
    colour = choose(rng, {(0, 0, 0): 5.0, (255, 255, 255): 2.0, (120, 120, 120): 1.0, (230, 60, 60): 0.5})
    return [Area("overlay", rectangle(x, y, x + between(rng, 8, 60), y + between(rng, 3, 14)), colour)]


def _holes(plan: Plan, rng: np.random.Generator) -> list[Item]:
    radius, edge = between(rng, 2.8, 4), between(rng, 7, 12)
    angles = np.linspace(0, 2 * np.pi, 30)
    ring = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    middle = plan.height / 2
    centres = [(edge, middle - 40), (edge, middle + 40)] if chance(rng, 0.6) else [(plan.width / 2 - 40, edge)]
    dark: Colour = (90, 75, 60)
    return [Area("overlay", ring + np.array(centre), dark) for centre in centres]


def _perforation(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Tear a sheet off its neighbour: small holes in a row along an edge."""
    pitch, edge, side = choose(rng, {2.5: 1.0, 5.0: 3.0}), between(rng, 1, 4), between(rng, 0.4, 1.5)
    x = choose(rng, {edge: 1.0, plan.width - edge: 1.0})
    return [
        Area("overlay", rectangle(x, y, x + side, y + side), (70, 66, 60)) for y in np.arange(2, plan.height - 2, pitch)
    ]


def _finger(plan: Plan, rng: np.random.Generator) -> list[Item]:
    angle, reach = between(rng, 0, 2 * np.pi), between(rng, 8, 25)
    direction = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([plan.width / 2, plan.height / 2])
    tip = middle + direction * (np.array([plan.width, plan.height]) / 2 - reach * between(rng, 0.3, 1.0))
    across = np.array([-direction[1], direction[0]])
    half = between(rng, 6, 10)
    bend = np.linspace(-np.pi / 2, np.pi / 2, 24)
    round_tip = tip - half * np.outer(np.cos(bend), direction) + half * np.outer(np.sin(bend), across)
    far = tip + direction * 90
    outline = np.concatenate([round_tip, [far + half * across, far - half * across]])
    return [Area("overlay", outline, choose(rng, _SKIN))]


def _tape(plan: Plan, rng: np.random.Generator) -> list[Item]:
    x, y = _place(plan, rng)
    box = _turned_box(x, y, between(rng, 20, 70), between(rng, 10, 20), between(rng, -20, 20))
    return [Area("overlay", box, (225, 205, 150), between(rng, 0.25, 0.6), hides=False)]


def _turned_box(x: float, y: float, wide: float, high: float, turn_deg: float) -> Doubles:
    cosine, sine = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    turned = rectangle(0, 0, wide, high) @ np.array([[cosine, sine], [-sine, cosine]])
    return np.asarray(turned + np.array([x, y]))
