"""PDF pages whose traces are lines, drawn from known signals by matplotlib, reportlab and fpdf2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

import numpy as np

from heartguard.arrays import Doubles
from heartguard.leads import CABRERA_LEADS, CHEST_LEADS, LIMB_LEADS

__all__ = [
    "CABRERA_6X2",
    "FIFTEEN",
    "LIMB",
    "STANDARD_6X2",
    "Plan",
    "by_fpdf",
    "by_matplotlib",
    "by_reportlab",
    "drawn_leads",
    "known_ecg",
]

Rows = tuple[tuple[str, ...], ...]
Point = tuple[float, float]

RATE_HZ = 500
LIMB = LIMB_LEADS
STANDARD_3X4 = tuple(zip(LIMB[:3], LIMB[3:], CHEST_LEADS[:3], CHEST_LEADS[3:], strict=True))
STANDARD_6X2 = tuple(zip(LIMB, CHEST_LEADS, strict=True))
CABRERA_6X2 = tuple(zip([lead.replace("aVR", "-aVR") for lead in CABRERA_LEADS], CHEST_LEADS, strict=True))
FIFTEEN = tuple((*row, more) for row, more in zip(STANDARD_3X4, ("V3R", "V4R", "V7"), strict=True))

_PAPER_MM = (297.0, 210.0)
_LEFT_MM, _TOP_MM = 22.0, 40.0


def known_ecg(seconds: float = 10.0, seed: int = 5, noise_mv: float = 0.004) -> dict[str, Doubles]:
    """Return leads of an ECG of uneven rhythm, mV at 500 Hz, whose limb leads obey the equations; fifteen and -aVR."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    beats = np.cumsum(np.concatenate([[0.4], rng.uniform(0.7, 1.0, max(20, round(seconds / 0.7)))]))

    def lead(p: float, q: float, r: float, s: float, t: float) -> Doubles:
        waves = ((p, -0.16, 0.025), (q, -0.03, 0.008), (r, 0.0, 0.012), (s, 0.03, 0.01), (t, 0.28, 0.05))
        beat = sum(
            height * np.exp(-(((time[:, None] - beats - at) / width) ** 2) / 2).sum(axis=1)
            for height, at, width in waves
        )
        return np.asarray(beat + noise_mv * rng.standard_normal(len(time)), np.float64)

    one, two = lead(0.08, -0.05, 0.7, -0.12, 0.2), lead(0.12, -0.08, 1.1, -0.2, 0.3)
    found = {"I": one, "II": two, "III": two - one, "aVR": -(one + two) / 2, "aVL": one - two / 2, "aVF": two - one / 2}
    for k, name in enumerate((*CHEST_LEADS, "V7", "V3R", "V4R")):
        found[name] = lead(0.06, -0.02 * k, 0.2 + 0.22 * k, -1.0 + 0.15 * k, 0.1 + 0.05 * k)
    return {**found, "-aVR": -found["aVR"]}


@dataclass(frozen=True)
class Plan:
    """How a page is arranged and scaled; `spelled` turns the name of a lead into what is printed.

    After `in_turn` rows the leads go on in further rows, where it is not 0; their names are printed once. Strips may
    have a speed and a gain of their own, printed beside them.
    """

    rows: Rows = STANDARD_3X4
    strips: tuple[str, ...] = ()
    speed: float = 25.0
    gain: float = 10.0
    seconds: float = 10.0
    same_seconds: bool = False
    pulses: bool = True
    legend: str | None = None
    spelled: Callable[[str], str] = str
    in_turn: int = 0
    strip_speed: float | None = None
    strip_gain: float | None = None

    @property
    def pitch_mm(self) -> float:
        """Distance of rows."""
        return min(36.0, 150.0 / (len(self.rows) + len(self.strips)))

    @property
    def paper_mm(self) -> tuple[float, float]:
        """A4, or longer where the seconds need it."""
        columns = len(self.rows[0]) if self.same_seconds else 1
        return max(_PAPER_MM[0], _LEFT_MM + columns * self.seconds * self.speed + 25), _PAPER_MM[1]

    @property
    def text(self) -> str:
        """What is printed of speed and gain."""
        return f"{self.speed:g} mm/s  {self.gain:g} mm/mV  40Hz" if self.legend is None else self.legend

    def scale_of(self, row: int) -> tuple[float, float]:
        """Return speed and gain of a row."""
        if row < len(self.rows):
            return self.speed, self.gain
        return self.strip_speed or self.speed, self.strip_gain or self.gain

    @property
    def baselines(self) -> list[float]:
        """Heights of the rows, from the top."""
        return [_TOP_MM + (row + 0.6) * self.pitch_mm for row in range(len(self.rows) + len(self.strips))]


@dataclass(frozen=True, eq=False)
class Drawn:
    """The line of one lead, shape (n, 2), mm from the upper left corner, and what it shows."""

    lead: str
    row: int
    start: int
    points: Doubles


def drawn_leads(plan: Plan, ecg: Mapping[str, Doubles]) -> Iterator[Drawn]:
    """Yield every lead of a plan where it is drawn."""
    count = len(plan.rows[0])
    length = round(plan.seconds * RATE_HZ / (1 if plan.same_seconds else count))
    for row, leads in enumerate((*plan.rows, *((strip,) for strip in plan.strips))):
        for column, lead in enumerate(leads):
            size = length if len(leads) > 1 or count == 1 else round(plan.seconds * RATE_HZ)
            start = 0 if plan.same_seconds else column * length
            if plan.in_turn:
                start = row // plan.in_turn * length
            speed, gain = plan.scale_of(row)
            size = round(size * plan.speed / speed)
            x = _LEFT_MM + (np.arange(size) + column * length) * speed / RATE_HZ
            y = plan.baselines[row] - gain * ecg[lead][start : start + size]
            yield Drawn(lead, row, start, np.column_stack([x, y]))


def pulse(plan: Plan, row: int) -> list[Point]:
    """Return the corners of a calibration pulse of 0.2 s and 1 mV left of a row, with legs."""
    x, y, high, wide = _LEFT_MM - 1, plan.baselines[row], plan.gain, plan.speed / 5
    return [(x - wide - 2, y), (x - wide - 1, y), (x - wide - 1, y - high), (x - 1, y - high), (x - 1, y), (x, y)]


def grid_lines(
    step: float, left: float = 5.0, top: float = 35.0, right: float = 290.0
) -> Iterator[tuple[Point, Point]]:
    """Yield the lines of a grid from side to side of the paper."""
    bottom = 200.0
    for x in np.arange(left, right + 0.01, step).tolist():
        yield (x, top), (x, bottom)
    for y in np.arange(top, bottom + 0.01, step).tolist():
        yield (left, y), (right, y)


def names(plan: Plan, drawn: Sequence[Drawn]) -> Iterator[tuple[str, Point]]:
    """Yield what is printed beside each lead, and the left end of its foot."""
    for one in drawn[: plan.in_turn or None]:
        yield plan.spelled(one.lead), (float(one.points[0, 0]) + 1.5, plan.baselines[one.row] + 6.0)
        speed, gain = plan.scale_of(one.row)
        if (speed, gain) != (plan.speed, plan.gain):
            yield f"{speed:g} mm/s  {gain:g} mm/mV", (float(one.points[0, 0]) + 60, plan.baselines[one.row] - 9.0)


def by_matplotlib(
    plan: Plan, ecg: Mapping[str, Doubles], *, grid_as_one_path: bool = False, thinned: bool = False
) -> bytes:
    """Return a page as matplotlib writes it, whose axes are millimetres of the paper.

    Parameters
    ----------
    grid_as_one_path : bool
    thinned : bool
        Whether points are left out that the pen hides, as matplotlib does unless it is told not to.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    figure = Figure(figsize=(_PAPER_MM[0] / 25.4, _PAPER_MM[1] / 25.4))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, _PAPER_MM[0]), ylim=(_PAPER_MM[1], 0))
    axes.set_axis_off()
    for step, colour, width in ((1.0, "#f6c8c8", 0.25), (5.0, "#e08080", 0.6)):
        lines = list(grid_lines(step))
        if grid_as_one_path:
            corners = [point for line in lines for point in line]
            path = Path(corners, [Path.MOVETO, Path.LINETO] * len(lines))
            axes.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width))
            continue
        for (x0, y0), (x1, y1) in lines:
            axes.plot([x0, x1], [y0, y1], color=colour, linewidth=width)
    drawn = list(drawn_leads(plan, ecg))
    for one in drawn:
        axes.plot(*one.points.T, color="black", linewidth=0.7)
    for text, (x, y) in names(plan, drawn):
        axes.text(x, y, text, fontsize=9)
    for row in range(len(plan.baselines) if plan.pulses else 0):
        axes.plot(*zip(*pulse(plan, row), strict=True), color="black", linewidth=0.7)
    axes.text(20, 207, plan.text, fontsize=8)
    axes.text(20, 12, "Type I diabetes, RV5/SV1 1.2 mV, Vent. rate 72 BPM", fontsize=8)
    file = BytesIO()
    with rc_context({"path.simplify": thinned}):
        FigureCanvasPdf(figure).print_pdf(file)
    return file.getvalue()


def by_reportlab(
    plan: Plan,
    ecg: Mapping[str, Doubles],
    *,
    scale: float = 1.0,
    turned: bool = False,
    in_form: bool = False,
    row_as_path: bool = False,
    piece: int = 0,
    linked: bool = True,
    outline: bool = False,
    paper: bool = True,
) -> bytes:
    """Return a page as programs on reportlab write it.

    Parameters
    ----------
    scale : float
        By which the whole page is printed larger or smaller.
    turned : bool
        Whether the page is stored on its side, and shown turned.
    in_form : bool
        Whether grid and traces are a form XObject.
    row_as_path : bool
        Whether each row is one line, its pulse included.
    piece : int
        Points after which a trace is cut; 0 for none.
    linked : bool
        Whether the next piece begins at the last point of the one before.
    outline : bool
        Whether a trace is a filled outline of the pen.
    paper : bool
        Whether a grid and the legend of the scale are printed.
    """
    from reportlab.pdfgen.canvas import Canvas

    file, point = BytesIO(), scale * 72 / 25.4
    width, height = (side * point for side in plan.paper_mm)
    canvas = Canvas(file, pagesize=(height, width) if turned else (width, height))
    if turned:
        canvas.setPageRotation(90)
        canvas.translate(height, 0)
        canvas.rotate(90)
    if in_form:
        canvas.beginForm("ecg", upperx=width, uppery=height)

    def place(points: Sequence[Point] | Doubles) -> list[Point]:
        return [(x * point, height - y * point) for x, y in np.asarray(points).tolist()]

    def line(points: Sequence[Point] | Doubles, *, filled: bool = False) -> None:
        path = canvas.beginPath()
        (x, y), *others = place(points)
        path.moveTo(x, y)
        for x, y in others:
            path.lineTo(x, y)
        if filled:
            path.close()
        canvas.drawPath(path, stroke=not filled, fill=filled)

    for step, grey, pen in ((1.0, 0.85, 0.1), (5.0, 0.6, 0.4)):
        canvas.setStrokeColorRGB(1, grey, grey)
        canvas.setLineWidth(pen)
        for ends in grid_lines(step, right=plan.paper_mm[0] - 7) if paper else ():
            line(ends)
    canvas.setStrokeColorRGB(0, 0, 0)
    canvas.setLineWidth(0.5)
    drawn = list(drawn_leads(plan, ecg))
    for points in _rows(plan, drawn) if row_as_path else [one.points for one in drawn]:
        if outline:
            line(_outline(points), filled=True)
            continue
        bounds = [*range(0, len(points) - 1, piece or len(points)), len(points)]
        for first, last in pairwise(bounds):
            line(points[first : last + (1 if linked and last < len(points) else 0)])
    for row in range(len(plan.baselines) if plan.pulses and not row_as_path else 0):
        line(pulse(plan, row))
    if in_form:
        canvas.endForm()
        canvas.doForm("ecg")
    canvas.setFont("Helvetica", 8 * scale)
    for text, foot in names(plan, drawn):
        canvas.drawString(*place([foot])[0], text)
    canvas.drawString(*place([(20.0, 207.0)])[0], plan.text if paper else "")
    canvas.drawString(
        *place([(20.0, 12.0)])[0], "Vent. rate 72 BPM  P-R-T axes 25 -17 28  V21 12SL  Lead I was exchanged"
    )
    canvas.save()
    return file.getvalue()


def by_fpdf(plan: Plan, ecg: Mapping[str, Doubles]) -> bytes:
    """Return a page as programs on fpdf2 write it: each trace one path, coordinates of two digits."""
    from fpdf import FPDF

    file = FPDF(unit="mm", format=plan.paper_mm)
    file.set_auto_page_break(False)
    file.add_page()
    for step, grey, pen in ((1.0, 215, 0.05), (5.0, 150, 0.15)):
        file.set_draw_color(255, grey, grey)
        file.set_line_width(pen)
        for (x0, y0), (x1, y1) in grid_lines(step, right=plan.paper_mm[0] - 7):
            file.line(x0, y0, x1, y1)
    file.set_draw_color(0, 0, 0)
    file.set_line_width(0.2)
    drawn = list(drawn_leads(plan, ecg))
    for one in drawn:
        file.polyline([(x, y) for x, y in one.points.tolist()])
    for row in range(len(plan.baselines) if plan.pulses else 0):
        file.polyline(pulse(plan, row))
    file.set_font("Helvetica", size=9)
    for text, (x, y) in (*names(plan, drawn), (plan.text, (20.0, 207.0)), ("Vent. rate 72 BPM", (20.0, 12.0))):
        file.text(x, y, text)
    return bytes(file.output())


def _rows(plan: Plan, drawn: Sequence[Drawn]) -> Iterator[Doubles]:
    for row in range(len(plan.baselines)):
        parts = [one.points for one in drawn if one.row == row]
        yield np.vstack([pulse(plan, row), *parts] if plan.pulses else parts)


def _outline(points: Doubles, half_pen: float = 0.1) -> Doubles:
    """Return the two sides of a pen along a line: there, and back."""
    along = np.gradient(points, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    return np.vstack([points - half_pen * across, (points + half_pen * across)[::-1]])
