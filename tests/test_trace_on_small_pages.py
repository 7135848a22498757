"""Every step of tracing on small pages and a few lines, whose answers are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from heartguard.arrays import Doubles
from heartguard.trace import limb_leads, panels, refine, tracer
from heartguard.trace.crops import CROP_COLUMNS, CROP_ROWS, POINTS, ROWS_PER_PX, cut_crops
from heartguard.trace.line import line_through
from heartguard.trace.line_network import LINE_LAYERS
from heartguard.trace.panels import FINER, Line, find_lines
from heartguard.trace.path import PathCosts, follow
from heartguard.trace.share import Path, share_ink
from heartguard.values import DisplacementField, Page, Panel
from heartguard.weights import models_folder, read_network
from tests.handmade import make_page
from tests.test_lines_by_hand import PAGE, a_line
from tests.test_trace_by_hand import some_runs

PX_PER_MM = 8
"""Of a straight page that is traced (`heartguard.page`)."""


# The pen


def inked(y: Doubles, stroke: float) -> tuple[Doubles, Doubles]:
    """Return the ends of the ink in every fourth column under a round pen that follows a line."""
    radius, steps = stroke / 2, np.arange(-int(2 * stroke), int(2 * stroke) + 1)
    across = np.abs(steps) / 4 <= radius
    half = np.sqrt(radius**2 - (steps[across] / 4) ** 2)
    around = np.arange(len(y))[:, None] + steps[across]
    near = y[np.clip(around, 0, len(y) - 1)]
    return (near - half).min(axis=1)[::4], (near + half).max(axis=1)[::4]


def with_waves(count: int, *waves: tuple[int, float, float]) -> Doubles:
    """Return a line at 60 with triangles at columns, of a half-width in columns and a height, four points a column."""
    x = np.arange(4 * count) / 4
    return 60 - sum(height * np.clip(1 - np.abs(x - at) / half, 0, None) for at, half, height in waves)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_pen_is_undone_from_a_narrow_wave_to_either_side(sign):
    truth = with_waves(80, (20, 4.0, sign * 1.4), (50, 2.0, sign * 30.0))
    x, y = line_through(*inked(truth, 4.0), 4.0)
    true = truth[np.round(4 * x).astype(int)]
    assert y[np.argmax(np.abs(y - 60))] == pytest.approx(60 - sign * 30, abs=0.3)
    assert x[np.argmax(np.abs(y - 60))] == 50
    away = np.abs(x - 50) > 2
    assert np.abs(y - true)[away].max() < 0.75
    assert np.abs(y - true).mean() < 0.6


def test_two_narrow_waves_are_raised_and_a_low_one_between_them_is_left():
    truth = with_waves(120, (20, 2.0, 30.0), (60, 12.0, 3.0), (100, 2.0, 20.0))
    x, y = line_through(*inked(truth, 4.0), 4.0)
    assert [round(float(60 - y[x == at][0])) for at in (20, 60, 100)] == [30, 3, 20]


def test_ink_that_is_thick_for_longer_than_a_wave_is_followed_along_its_middle():
    top, bottom = np.full(60, 58.0), np.full(60, 62.0)
    top[20:40], bottom[20:40] = 40.0, 84.0  # 20 columns, five pens of 4
    x, y = line_through(top, bottom, 4.0)
    beside = (x > 21.5) & (x < 25)  # but for the middle, which is raised as a peak of the lower edge
    assert y[beside] == pytest.approx(62)
    top[20:40], bottom[20:40] = 58.0, 62.0
    top[28:34] = 40.0  # six columns
    x, y = line_through(top, bottom, 4.0)
    assert y[x == 30.5][0] == pytest.approx(42)


# Crops and the network


def test_a_crop_holds_a_complex_of_three_millivolts_to_either_side():
    assert CROP_ROWS / ROWS_PER_PX / PX_PER_MM == 64  # mm: 32 to either side are 3.2 mV
    assert CROP_COLUMNS / PX_PER_MM == 8


def test_a_crop_shows_its_ink_its_path_and_the_others_and_moves_no_further_than_it_must():
    columns = [[(699.0, 701.0)]] * 45 + [[(300.0, 701.0)]] * 9 + [[(699.0, 701.0)]] * 66
    path = Path(some_runs(*columns), np.arange(120), 0, 700.0)
    path.top[45:54] = 500.0
    beside = Path(some_runs(*[[(421.0, 425.0)]] * 120), np.arange(120), 0, 423.0)
    far = Path(some_runs(*[[(421.0, 425.0)]] * 120), np.arange(120), 900, 423.0)
    ink = np.zeros((300, 40), np.float32)
    ink[150, 20] = 0.7
    (crop,) = cut_crops(ink, [path, beside, far], FINER)
    assert crop.row == 104  # eight rows above the ink that is connected, whose top is at row 112.2
    assert np.argwhere(crop.picture[0]).tolist() == [[46, 20 - crop.column]]
    others = crop.picture[2].sum(axis=1)
    assert np.flatnonzero(others).tolist() == [54, 55]  # from 157.56 to 159.06 of the lowered page
    assert crop.picture[2].sum() == pytest.approx(1.5 * 40)
    assert not crop.picture[1][:60].any()


def test_layers_of_the_line_network_fit_each_other_and_its_weights():
    outputs, scales = {"image": 6}, {"image": 1.0}
    for layer in LINE_LAYERS:
        assert layer.inputs == sum(outputs[name] for name in layer.sources), layer.name
        (scale,) = {scales[name] for name in layer.sources}
        outputs[layer.name], scales[layer.name] = layer.outputs, scale * layer.stride / layer.grown
        assert layer.active == (layer.kernel > 1), layer.name  # only 3 x 3 layers have a ReLU
    assert scales["out"] == 1


@pytest.mark.skipif(not (models_folder() / "line.json").exists(), reason="no line network is shipped")
def test_layers_of_the_line_network_are_those_of_its_weights():
    weights, _ = read_network(models_folder(), "line")
    for layer in LINE_LAYERS:
        shape = (layer.kernel, layer.kernel, layer.inputs, layer.outputs)
        assert weights[f"{layer.name}/kernel"].shape == shape


def test_the_line_network_looks_63_pixels_to_every_side():
    reach, step = 0, 1
    for layer in LINE_LAYERS[:9]:
        reach += step * layer.dilation * (layer.kernel // 2)
        step *= layer.stride
    assert (reach, step) == (63, 8)


class Marking:
    """A network that sees every line at one row of the crop, with a spread of one and a half rows."""

    def __init__(self, row: float) -> None:
        self.row = row

    def place(self, crops):
        rows = np.full((len(crops), CROP_COLUMNS * POINTS), self.row)
        return rows, np.full(rows.shape, 1.5)


def steep_line(depth: float) -> Line:
    """Return a line at height 99.5 with points at every half pixel, whose ink is deep in columns 45 to 53."""
    columns = [[(99.0, 101.0)]] * 45 + [[(100.0 - depth, 101.0)]] * 9 + [[(99.0, 101.0)]] * 66  # three to a pixel
    path = Path(some_runs(*columns), np.arange(120), 0, 100.0)
    x = np.arange(0, 39.5, 0.5)
    return replace(a_line(x, np.full(x.size, 99.5)), path=path)


def test_the_network_s_heights_replace_those_of_steep_columns_alone():
    line, flat = steep_line(40), replace(steep_line(0), panel=a_line(np.arange(2.0), np.arange(2.0)).panel)
    ink = np.zeros((200, 40), np.float32)
    ink[60:101, 15:18] = 1
    changed, same = refine.refine_lines(ink, [line, flat], Marking(90.0))
    assert same.y.tolist() == flat.y.tolist()
    # The crop's first row is -59; its row 90 is row 31 of the lowered ink, height 83.5. Columns 10 to 22 are wanted.
    middle = (line.x > 12) & (line.x < 20)
    assert changed.y[middle] == pytest.approx(83.5)
    assert changed.spread[middle] == pytest.approx(4)
    assert changed.y[(line.x < 9.5) | (line.x > 22.5)] == pytest.approx(99.5)
    assert not changed.spread[(line.x < 9.5) | (line.x > 22.5)].any()
    edge = changed.y[(line.x > 9.5) & (line.x < 11)]
    assert 99.5 > edge[0] > edge[1] > 83.5
    assert refine.refine_lines(ink, [flat], Marking(90.0))[0].y.tolist() == flat.y.tolist()


@pytest.mark.parametrize(("rows", "used"), [(3.01, True), (2.99, False)])
def test_heights_at_the_edge_of_a_crop_stay(rows, used):
    line = steep_line(40)
    at = (-59 + rows + 0.5) / ROWS_PER_PX - 0.5
    (changed,) = refine.refine_lines(np.ones((200, 40), np.float32), [replace(line, y=line.y * 0 + at)], Marking(90.0))
    assert (changed.y[line.x == 16][0] == pytest.approx(83.5)) == used
    low = (-59 + CROP_ROWS - 1 - rows + 0.5) / ROWS_PER_PX - 0.5
    (changed,) = refine.refine_lines(np.ones((200, 40), np.float32), [replace(line, y=line.y * 0 + low)], Marking(90.0))
    assert (changed.y[line.x == 16][0] == pytest.approx(83.5)) == used


# Paths


def test_a_path_is_missing_at_the_cost_of_a_pixel_and_a_half_a_column():
    assert follow(some_runs([(9, 11)], [], [], [(9, 11)]), 0, 4, 10.0, PathCosts())[1] == 3
    assert follow(some_runs([(9, 11)], [(13, 15)]), 0, 2, 10.0, PathCosts())[1] == pytest.approx(1.5)
    assert follow(some_runs([(9, 11)], [(12, 14)]), 0, 2, 10.0, PathCosts())[1] == pytest.approx(1.012)


@pytest.mark.parametrize("x0", [0, 30])
def test_lines_that_touch_or_cross_share_ink_wherever_they_begin(x0):
    own: list[list[tuple[float, float]]] = [[(9.0, 12.0), (29.0, 32.0)] for _ in range(10)]
    own[4] = own[5] = [(5.0, 40.0)]
    runs = some_runs(*[[]] * x0, *own, stroke=3.0)
    first = runs.first[x0:-1]
    last = np.array([k + len(column) - 1 for k, column in zip(first, own, strict=True)])
    paths = [Path(runs, first, x0, 10.5), Path(runs, last, x0, 30.5)]
    share_ink(paths)
    assert [(path.top[4], path.bottom[4]) for path in paths] == [(5, 8), (37, 40)]
    own[3] = [(9.0, 12.0), (14.0, 32.0)]
    steep = some_runs(*[[]] * x0, *own, stroke=3.0)
    paths = [Path(steep, first, x0, 10.5), Path(steep, last, x0, 30.5)]
    share_ink(paths)
    assert [(path.top[4], path.bottom[4]) for path in paths] == [(9, 12), (5, 40)]
    own[6] = [(1.0, 12.5), (29.0, 32.0)]
    steep = some_runs(*[[]] * x0, *own, stroke=2.5)
    paths = [Path(steep, first, x0, 10.5), Path(steep, last, x0, 30.5)]
    share_ink(paths)
    low, high = 1 - 0.12 * 11.5, 12.5 + 0.12 * 11.5  # its usual range and an eighth of that
    assert (paths[0].top[5], paths[0].bottom[5]) == pytest.approx((5, high), abs=0.1)
    assert low < 5
    assert (paths[1].top[5], paths[1].bottom[5]) == (5, 40)


def test_the_first_run_of_a_page_is_a_neighbour_too():
    path = Path(some_runs([(9.0, 11.0)], [(5.0, 25.0)], []), np.array([0, 1, -1]), 0, 20.0)
    assert path.beside(1, 2) == (10, 10, 2)


# Lines of a page


def small_page(**changes: Any) -> Page:
    """Return a page of 40 x 100 pixels with a stroke of 2 pixels at height 19.5, in two panels beside each other."""
    ink = np.zeros((40, 100), np.float32)
    ink[19:21] = 1
    shared = {"row": 0, "baseline_y": 19.5}
    first = Panel("I", x0=0.0, x1=49.0, start_s=0.0, end_s=5.0, **shared)
    two = (first, Panel("II", x0=50.0, x1=99.0, start_s=5.0, end_s=10.0, **shared))
    return make_page(ink=ink, panels=two, px_per_mm=2.0, **changes)


FOLDS = DisplacementField(50.0, np.zeros((2, 3, 2), np.float32), np.zeros((2, 3, 2), np.float32))


@pytest.mark.parametrize(("bend", "jump", "margin"), [(None, 1.0, 0), (FOLDS, 0.6, 5)])
def test_lines_are_searched_up_to_40_mm_from_their_row_and_more_narrowly_on_photos(monkeypatch, bend, jump, margin):
    asked: list[Any] = []
    whole = panels.follow_all
    monkeypatch.setattr(panels, "follow_all", lambda *given: asked.append(given) or whole(*given))
    first, second = find_lines(small_page(bend=bend))
    ((_, tracks, costs),) = asked
    assert (costs.jump, costs.reach) == (jump, 80)
    assert [(t.x0, t.x1) for t in tracks] == [
        (3 * margin, 3 * (50 - margin)),
        (3 * (50 + margin), 3 * (100 - margin)),
    ]
    assert (first.first, second.columns) == (margin, 50 - 2 * margin)
    for line in (first, second):
        assert line.y == pytest.approx(19.5)
        assert (line.covered, line.quality) == (1, 1)
    assert first.x[[0, -1]] == pytest.approx([margin - 1 / 3, 49 - margin + 1 / 3])


def test_the_quality_of_a_line_on_a_photo_is_its_ink_times_its_length():
    page = small_page(bend=FOLDS)
    page.ink[:] *= 0.91
    page.ink[:, :25] = 0
    first, second = find_lines(page)
    assert first.covered == pytest.approx(0.5, abs=0.01)  # 20 of 40 columns
    assert second.quality == pytest.approx(0.5, abs=0.01)
    assert 0.2 < first.quality < 0.25


# Signals of a page


def test_a_page_is_traced_where_more_than_half_of_its_panels_have_a_line(monkeypatch):
    x = np.arange(100.0, 180.0)
    lines = [a_line(x, np.full(80, 42.0), covered=c, lead=lead) for lead, c in (("I", 0.51), ("II", 0.9), ("III", 0.5))]
    monkeypatch.setattr(tracer, "find_lines", lambda page: lines)
    page = replace(small_page(), px_per_mm=8.0, ink=np.ones((100, 400), np.float32))
    ecg = tracer.trace(page, None)
    assert ecg.shown == ("I", "II")
    assert ecg.quality[:3].tolist() == [np.float32(0.51), np.float32(0.9), 0.5]
    assert [segment.spread for segment in ecg.segments] == [0, 0, 0]


def test_further_leads_stay_beside_the_twelve_and_strips_give_no_quality(monkeypatch):
    x = np.arange(100.0, 180.0)
    y = np.where(x < 110, 42.0, 50.0)
    lines = [
        a_line(x, y, lead="V4R", covered=0.8),
        a_line(x, y, lead="V7", covered=0.5),
        a_line(x, y, lead="II", covered=0.7),
        a_line(x, y, 2.0, lead="V1", rhythm=True, covered=0.9),
        a_line(x[:0], x[:0], lead="III", covered=0.0),
    ]
    page = replace(small_page(), px_per_mm=8.0, ink=np.ones((100, 400), np.float32))
    signals = [tracer._to_signal(page, line) for line in lines]
    ecg = tracer._assemble(page, lines, signals, "V1")
    assert list(ecg.others) == ["V4R"]
    assert np.nanmax(ecg.others["V4R"]) == pytest.approx(0.1)
    assert ecg.shown == ("II", "V1")
    assert ecg.quality.tolist() == [0, np.float32(0.7), *[0] * 10]
    assert [segment.spread for segment in ecg.segments] == [0, 0, 0, 0, 2]
    assert [segment.panel.lead for segment in ecg.segments] == ["V4R", "V7", "II", "III", "V1"]


# Limb leads


TIME = np.arange(0, 2.5, 0.0125)
BEATS = np.exp(-(((TIME % 0.6) - 0.3) ** 2) / 0.0005)
LIMB = {"I": 20 * BEATS, "II": 50 * BEATS + 4 * np.sin(TIME), "III": 30 * BEATS + 4 * np.sin(TIME)}
"""Heights of three limb leads above rest, pixels, with two voltages of different shapes."""


def limb_line(lead: str, spread: Doubles, error: Doubles | float = 0.0, covered: float = 1.0, **panel: Any) -> Line:
    """Return a line of a limb lead whose baseline is not where the panel says, by its number."""
    off = {"I": 1.5, "II": -2.0, "III": 0.5}[lead]
    x = 100 + TIME * 80
    return a_line(x, 50 - off - LIMB[lead] - error, spread, covered, lead=lead, **panel)


def reconciled(covered: float = 1.0, leads: tuple[str, ...] = ("I", "II", "III"), **panel: Any) -> tuple[Line, Line]:
    """Return lead I before and after, of which the top of the second beat is unsure and 15 pixels too low."""
    beat = np.abs(TIME - 0.9) < 0.03
    fair = np.where(BEATS > 0.1, 3.0, 0.0)
    unsure, error = np.where(beat, 9.0, fair), np.where(beat, -15.0, 0.0)
    lines = [limb_line("I", unsure, error, covered, **panel), *(limb_line(lead, fair, **panel) for lead in leads[1:])]
    return lines[0], limb_leads.reconcile_limb_leads(PAGE, lines)[0]


def test_an_unsure_part_of_a_limb_lead_goes_to_where_the_others_say():
    before, after = reconciled()
    beat = np.flatnonzero(np.abs(TIME - 0.9) < 0.03)
    assert (before.y - after.y)[beat] == pytest.approx(15, abs=2.0)
    assert (before.y - after.y)[beat].mean() == pytest.approx(MEAN_MOVE, abs=0.02)
    assert after.y[BEATS < 0.05] == pytest.approx(before.y[BEATS < 0.05])


MEAN_MOVE = 13.89
"""Of 15 pixels. By its share of the variance (81 + 1.44, the others 9 + 1.44 each), lead I would move by 11.97 pixels;
Cauchy's weights trust it less still."""


@pytest.mark.parametrize("changes", [{"covered": 0.5}, {"leads": ("I", "II")}, {"rhythm": True}])
def test_limb_leads_stay_where_fewer_than_three_are_traced(changes):
    before, after = reconciled(**changes)
    assert after.y.tolist() == before.y.tolist()
    assert reconciled(covered=0.51)[1].y.tolist() != before.y.tolist()
