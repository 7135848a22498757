"""What a recorder prints between and before the traces: calibration pulses, lead names, separators and frames."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from heartguard.arrays import Doubles
from heartlab.simulate.recorders.chances import between, chance, choose
from heartlab.simulate.recorders.fonts import letter_spacing, print_font
from heartlab.simulate.recorders.plan import Plan
from heartlab.simulate.recorders.scene import Area, Item, Line, Text

__all__ = ["draw_frames", "draw_names", "draw_pulses", "draw_separators", "polyline", "pulse_points", "rectangle"]

_SPELLINGS: dict[Callable[[str], str], float] = {
    str: 74.0,
    str.upper: 5.0,
    lambda name: name.replace("V", "C") if name.startswith("V") else name: 4.0,
    lambda name: f"D{name}" if set(name) <= {"I"} else name: 5.0,
    lambda name: f"D{len(name)}" if set(name) <= {"I"} else name: 2.0,
    lambda name: name.replace("R", "r") if name.startswith("a") else name: 3.0,
    str.lower: 2.0,
    lambda name: f"Lead {name}": 2.0,
    lambda name: f"{name}.": 1.0,
    lambda name: f"[{name}]": 1.0,
}


def polyline(*points: tuple[float, float]) -> Doubles:
    """Return places in mm as an array, shape (n, 2)."""
    return np.array(points, np.float64)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Doubles:
    """Return the closed outline of a rectangle, shape (5, 2), mm."""
    return polyline((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))


def pulse_points(x: float, baseline: float, width: float, height: float, legs: tuple[float, float]) -> Doubles:
    """Return a calibration pulse that rises at `x`, shape (6, 2), mm; its legs run on the baseline."""
    top, fall = baseline - height, x + width
    return polyline(
        (x - legs[0], baseline), (x, baseline), (x, top), (fall, top), (fall, baseline), (fall + legs[1], baseline)
    )


def draw_pulses(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Draw the calibration pulses: none, one a page or one a row; left, right, both or at mid-page."""
    rows = len(plan.baselines)
    which = choose(rng, {"none": 20.0, "one": 16.0, "rows": 64.0})
    if which == "none":
        return []
    width = choose(rng, {between(rng, 2.0, 2.6): 25.0, 5.0: 65.0, between(rng, 3, 7): 8.0})
    # A pulse of 5 mm is one of 0.2 s, and as long at other speeds; narrower ones are drawn as narrow at any.
    width = 0.2 * plan.speed if width == 5.0 else width
    legs = (between(rng, 0, 4), between(rng, 0, 3)) if chance(rng, 0.7) else (0.0, 0.0)
    pen = plan.inks.pen * (between(rng, 0.3, 0.7) if chance(rng, 0.1) else 1.0)
    side = choose(rng, {"left": 64.0, "right": 20.0, "both": 9.0, "middle": 4.0, "footer": 3.0})
    rounded = chance(rng, 0.1)
    gap = choose(rng, {-legs[1]: 15.0, 0.0: 10.0, between(rng, 0.3, 1.0): 45.0, between(rng, 1, 12): 30.0})
    left = max(1.0 + legs[0], plan.trace_x - gap - legs[1] - width)
    if side == "left" and chance(rng, 0.05):
        left = 1.0 + legs[0]
    right = plan.trace_end + max(gap, 0.3) + legs[0]
    if chance(rng, 0.05):
        right = plan.trace_end - width
    stepped = chance(rng, 0.02)
    places = {"left": [left], "right": [right], "both": [left, right], "footer": [between(rng, 5, plan.width - 20)]}
    columns = plan.arrangement.columns
    places["middle"] = [plan.column_x(columns // 2, columns) + legs[0] if columns > 1 else left]
    chosen = (
        range(rows) if which == "rows" and side != "footer" else [int(rng.choice([rows - 1, int(rng.integers(rows))]))]
    )
    items: list[Item] = []
    for row in chosen:
        lead = plan.arrangement.rows[row][0].lead
        level = plan.baselines[row] if side != "footer" else plan.height - between(rng, 1, 4)
        for x in places[side]:
            points = pulse_points(x, level, width, plan.gain(lead), legs)
            shape = _stepped(points) if stepped else _rounded(points) if rounded else points
            items.append(Line("pulse", shape, pen, plan.inks.mark))
            if chance(rng, 0.03):
                items.append(Text("print", "1 mV", x, level + 3.5, 2.0, print_font(rng), plan.inks.text))
    return items


def _rounded(points: Doubles) -> Doubles:
    """Return a pulse whose top leans down as after a low and a high pass, shape (n, 2)."""
    (x0, low), (x1, high) = points[1], points[3]
    share = np.linspace(0, 1, 20)
    rise = low + (high - low) * (1 - np.exp(-share * 12)) * (1 - 0.12 * share)
    top = np.stack([x0 + (x1 - x0) * share, rise], axis=1)
    return np.concatenate([points[:2], top, points[4:]])


def _stepped(points: Doubles) -> Doubles:
    """Return a pulse that rests at half its height on the way up, shape (n, 2)."""
    (x0, low), (x1, high) = points[1], points[3]
    middle, level = (x0 + x1) / 2, (low + high) / 2
    return np.concatenate([points[:2], polyline((x0, level), (middle, level), (middle, high)), points[3:]])


def draw_names(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Write the lead names: above, below or on the start of each trace, or in the margin."""
    if chance(rng, 0.04):
        return []
    font, spelling = print_font(rng), choose(rng, _SPELLINGS)
    spacing = letter_spacing(rng.spawn(1)[0])
    size = between(rng, 1.6, 3.8)
    up = choose(
        rng,
        {
            between(rng, 2.5, 7): 44.0,
            between(rng, 7, 14): 12.0,
            -between(rng, 3.5, 9) - size: 22.0,
            between(rng, -2.5, 1): 22.0,
        },
    )
    margin = chance(rng, 0.25) and plan.pulse_zone > 5
    right = -between(rng, 4, plan.pulse_zone) if margin else between(rng, 0, 4)
    if margin and chance(rng, 0.6):
        up = between(rng, -1, 6)  # inside of the calibration pulse, or across its sides
    prefix = choose(rng, {"": 90.0, "|": 4.0, "↓ ": 3.0, "- ": 1.0})
    boxed, strips_too = chance(rng, 0.06), chance(rng, 0.93)
    items: list[Item] = []
    for row, stretches in enumerate(plan.arrangement.rows):
        if row >= len(plan.arrangement.rows) - plan.arrangement.strips and not strips_too:
            continue
        for column, stretch in enumerate(stretches):
            sign = "-" if stretch.inverted and chance(rng, 0.6) else ""
            text = prefix + sign + spelling(stretch.label)
            x, y = max(0.5, plan.column_x(column, len(stretches)) + right), plan.baselines[row] - up
            if boxed:
                box = rectangle(x - 0.5, y - size - 0.6, x + 0.8 * size * len(text) + 0.5, y + 0.6)
                items.append(Area("blank", box, plan.inks.paper))
            items.append(Text("name", text, x, y, size, font, plan.inks.name, spacing=spacing))
    return items


def draw_separators(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Draw what stands between columns: lines, dots, dashes, ticks or bars; sometimes at the first start too."""
    style = choose(
        rng,
        {"none": 44.0, "line": 13.0, "dotted": 13.0, "dashed": 6.0, "ticks": 12.0, "bars": 7.0, "rows": 5.0},
    )
    if style == "none":
        return []
    columns = plan.arrangement.columns
    numbers = range(0 if chance(rng, 0.15) else 1, columns)
    width = plan.inks.pen * between(rng, 0.6, 1.3) if style != "bars" else between(rng, 0.5, 1.2)
    rows = plan.baselines[: len(plan.baselines) - plan.arrangement.strips]
    reach, hole = between(rng, 3, 9), between(rng, 1.5, 3)
    half = between(rng, 1, 4.5)
    items: list[Item] = []
    for number in numbers:
        x = plan.column_x(number, columns) - (plan.gap / 2 if number else 0.0)
        for y in rows:
            spans = {
                "ticks": [(y - hole - reach, y - hole), (y + hole, y + hole + reach)],
                "bars": [(y - half, y + half)],
                "rows": [(y - 0.45 * plan.pitch, y + 0.45 * plan.pitch)],
            }.get(style, [])
            items += [Line("separator", polyline((x, a), (x, b)), width, plan.inks.mark) for a, b in spans]
        if style in ("line", "dotted", "dashed"):
            top, bottom = rows[0] - reach, rows[-1] + reach
            step, length = {"line": (1e3, 1e3), "dotted": (1.0, 0.3), "dashed": (3.0, 1.8)}[style]
            items += [
                Line("separator", polyline((x, a), (x, min(bottom, a + length))), width, plan.inks.mark)
                for a in np.arange(top, bottom, step)
            ]
    return items


def draw_frames(plan: Plan, rng: np.random.Generator) -> list[Item]:
    """Draw what frames the rows: one border, cells, or the straight baselines of a viewer."""
    items: list[Item] = []
    top, bottom = plan.baselines[0] - 0.6 * plan.pitch, plan.baselines[-1] + 0.5 * plan.pitch
    width = between(rng, 0.15, 0.5)
    if chance(rng, 0.14):
        outline = rectangle(plan.trace_x - plan.pulse_zone, top, plan.trace_end + between(rng, 0, 4), bottom)
        items.append(Line("separator", outline, width, plan.inks.mark))
    if chance(rng, 0.03):
        edges = [plan.column_x(column, plan.arrangement.columns) for column in range(plan.arrangement.columns)]
        for left, right in zip(edges, [*edges[1:], plan.trace_end], strict=True):
            items += [
                Line("separator", rectangle(left, y - plan.pitch / 2, right, y + plan.pitch / 2), width, plan.inks.mark)
                for y in plan.baselines
            ]
    if chance(rng, 0.25 if plan.theme == "dark" else 0.01):
        colour = choose(rng, {(127, 76, 0): 3.0, plan.inks.mark: 1.0})
        items += [
            Line("separator", polyline((plan.trace_x, y), (plan.trace_end, y)), width, colour) for y in plan.baselines
        ]
    return items
