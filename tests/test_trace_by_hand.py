"""The steps of tracing on runs and signals of a few columns, whose costs, divisions and distances are worked out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heartguard.arrays import Floats
from heartguard.trace import panels, refine, strips
from heartguard.trace.panels import Line
from heartguard.trace.path import PathCosts, follow
from heartguard.trace.runs import Runs, find_runs
from heartguard.trace.share import Path, share_ink
from heartguard.trace.strips import name_strips
from heartguard.values import Panel


def some_runs(*columns: list[tuple[float, float]], stroke: float = 2.0) -> Runs:
    """Return runs by column, each from its top to its bottom."""
    first = np.cumsum([0, *(len(column) for column in columns)])
    ends = np.array([run for column in columns for run in column], np.float32).reshape(-1, 2)
    return Runs(first, ends[:, 0], ends[:, 1], stroke)


def test_runs_are_found_column_by_column_up_to_the_edges_of_the_page():
    ink = np.zeros((10, 3), np.float32)
    ink[:2, 0] = 1
    ink[3, 2], ink[4:6, 2], ink[9, 2] = 0.5, 1, 1
    runs = find_runs(ink)
    assert runs.first.tolist() == [0, 1, 1, 3]
    assert runs.top.tolist() == [-0.5, 3, 8.5]  # half of the ink is reached at the middle of row 3
    assert runs.bottom.tolist() == [1.5, 5.5, 9.5]
    assert runs.centre.tolist() == [0.5, 4.25, 9]
    assert runs.stroke == pytest.approx(2.05)  # a tenth of the way from 2 to 2.5; the run of 1 is left out


def test_a_page_without_ink_has_no_runs_and_a_stroke_of_one_pixel():
    runs = find_runs(np.full((5, 2), 0.49, np.float32))
    assert (runs.first.tolist(), runs.top.size, runs.stroke) == ([0, 0, 0], 0, 1.0)


COSTS = PathCosts(jump=0.4, start=0.3, away=0.01, missing=1.5, reach=20)


@pytest.mark.parametrize(
    ("columns", "chosen", "cost"),
    [
        ([[(9, 11)], [(8, 10)]], [0, 1], 0),
        ([[(9, 11)], [(14, 16)]], [0, 1], 0.4 * 3 + 0.04),
        ([[(9, 11)], [(4, 6)]], [0, 1], 0.4 * 3 + 0.04),
        ([[(9, 11)], [(16, 18)]], [0, -1], 1.5),
        ([[(14, 16)]], [0], 0.3 * 4 + 0.04),
        ([[(9, 11)], [], [(9, 11)]], [0, -1, 1], 1.5),
        ([[(4, 6), (9, 11), (14, 16)], [(7, 8), (13, 14)]], [1, 3], 0.4 * 1 + 0.02),
        ([[], []], [-1, -1], 3.0),
    ],
)
def test_a_path_costs_its_jumps_its_distance_and_its_gaps(columns, chosen, cost):
    path, found = follow(some_runs(*columns), 0, len(columns), 10.0, COSTS)
    assert path.tolist() == chosen
    assert found == pytest.approx(cost)


def test_runs_out_of_reach_or_taken_by_another_path_are_avoided():
    runs = some_runs([(1, 2)], [(9, 11), (12, 14)], [(9, 11)])
    assert follow(runs, 1, 3, 10.0, COSTS)[0].tolist() == [1, 3]
    taken = np.array([0, 2.0, 0, 0])
    path, cost = follow(runs, 1, 3, 10.0, COSTS, taken)
    assert path.tolist() == [2, 3]
    assert cost == pytest.approx(0.3 * 2 + 0.02 + 0.4 * 1)
    for top, near in ((29.9, 0), (30.0, -1)):
        free = PathCosts(jump=0, start=0, away=0.01, missing=9, reach=20)
        assert follow(some_runs([(top, 40)]), 0, 1, 10.0, free)[0].tolist() == [near]


def two_paths(before: tuple[float, float], lower: tuple[float, float], after: tuple[float, float]) -> list[Path]:
    """Return two paths of ten columns that share a run from 5 to 25 in columns 4 and 5.

    Their own runs are at 9-11 and 19-21, but for the upper one's in columns 3 and 6 and the lower one's in column 3.
    """
    own = [[(9.0, 11.0), (19.0, 21.0)] for _ in range(10)]
    own[3], own[6] = [before, lower], [after, (19.0, 21.0)]
    own[4] = own[5] = [(5.0, 25.0)]
    runs = some_runs(*own)
    upper = runs.first[:-1]
    below = np.array([k + len(column) - 1 for k, column in zip(runs.first, own, strict=False)])
    return [Path(runs, upper, 0, 10.0), Path(runs, below, 0, 20.0)]


def shared(path: Path) -> list[tuple[float, float]]:
    return [(round(float(path.top[x]), 3), round(float(path.bottom[x]), 3)) for x in (4, 5)]


def test_lines_that_only_touch_divide_a_run_by_their_order():
    for order in (1, -1):
        upper, lower = paths = two_paths((9, 11), (19, 21), (9, 11))
        share_ink(paths[::order])
        assert upper.shared.nonzero()[0].tolist() == lower.shared.nonzero()[0].tolist() == [4, 5]
        assert shared(upper) == [(5, 7)] * 2
        assert shared(lower) == [(23, 25)] * 2
        assert (upper.top[3], upper.bottom[6], lower.top[3]) == (9, 11, 19)


def test_a_steep_line_keeps_a_run_and_the_other_goes_on_between_its_neighbours():
    upper, lower = paths = two_paths((8, 10), (12, 21), (11, 13))
    share_ink(paths)
    assert shared(lower) == [(5, 25)] * 2
    assert shared(upper) == [(9, 11), (10, 12)]  # from 9 in column 3 to 12 in column 6
    upper, lower = paths = two_paths((2, 11), (19, 21), (9, 11))
    share_ink(paths)
    assert (shared(upper), shared(lower)) == ([(5, 25)] * 2, [(19, 21)] * 2)


def test_of_two_steep_lines_the_one_further_beyond_its_range_is_kept_to_it():
    upper, lower = paths = two_paths((2, 11), (12, 21), (9, 11))
    share_ink(paths)
    assert shared(lower) == [(5, 25)] * 2
    top, bottom = shared(upper)[0]
    assert top == 5
    assert bottom == pytest.approx(11 + 0.12 * (11 - 2), abs=0.05)


def test_the_usual_range_of_a_path_is_that_of_its_own_ink():
    path = two_paths((2, 11), (19, 21), (9, 14))[0]
    path.shared[[4, 5]] = True
    assert path.usual_range() == pytest.approx((2, 14), abs=0.2)
    path.shared[:] = True
    assert path.usual_range() == (10, 10)
    assert (path.x1, Path(path.runs, path.chosen, 7, 10.0).x1) == (10, 17)


def test_a_path_on_a_page_without_ink_is_missing_everywhere():
    path = Path(find_runs(np.zeros((20, 6), np.float32)), np.full(6, -1), 0, 10.0)
    share_ink([path])
    assert np.isnan(path.top).all()
    assert np.isnan(path.bottom).all()
    assert not path.shared.any()
    assert path.usual_range() == (10.0, 10.0)


def test_heights_beside_shared_ink_are_those_of_the_nearest_own_runs():
    path = two_paths((2, 11), (19, 21), (9, 14))[0]
    assert path.beside(4, 6) == (6.5, 11.5, 9)
    assert path.beside(0, 4) == (15, 15, 20)  # nothing before: as after
    path.chosen[:] = -1
    assert path.beside(4, 6) == (10, 10, 0)


def test_the_network_s_line_is_blended_in_over_three_points():
    wanted = np.zeros(21, bool)
    wanted[5:16] = True
    sevenths = refine._faded(wanted) * 7
    assert sevenths[5:16] == pytest.approx([4, 5, 6, 7, 7, 7, 7, 7, 6, 5, 4])
    assert not sevenths[:5].any()
    assert not sevenths[16:].any()


def a_line(**panel: Any) -> Line:
    place = Panel(
        **{"lead": "II", "row": 0, "x0": 100.0, "x1": 300.0, "baseline_y": 50.0, "start_s": 2.5, "end_s": 5.0, **panel}
    )
    path = Path(some_runs(*[[(49, 51)]] * 12), np.arange(12), 6, 50.0)
    points = np.array([100.0, 180.0]), np.array([40.0, 55.0])
    return Line(place, path, *points, np.zeros(2), 1.0, 1.0)


def test_points_of_a_line_have_seconds_and_heights():
    line = a_line()
    assert panels.seconds_per_px(line.panel) == 0.0125
    assert panels.seconds_of(line).tolist() == [2.5, 3.5]
    assert panels.above_rest(line).tolist() == [10, -5]
    assert panels.above_rest(a_line(inverted=True)).tolist() == [-10, 5]
    assert (line.first, line.columns) == (2, 4)  # three columns of a path per pixel


@pytest.mark.parametrize(("ink", "confidence"), [(0.85, 0), (0.91, 0.5), (0.97, 1), (1.0, 1), (0.5, 0)])
def test_confidence_on_a_photo_is_the_ink_along_the_line(ink, confidence):
    page: Any = SimpleNamespace(ink=np.full((20, 30), ink, np.float32))
    along = np.arange(5, 15, 0.5)
    assert panels._confidence(page, along, along) == pytest.approx(confidence, abs=1e-4)
    assert panels._confidence(page, along[:0], along[:0]) == 0


RNG = np.random.default_rng(5)
NOISE = (RNG.normal(size=(4, 5000)) * (RNG.random((4, 5000)) < 0.3)).astype(np.float32)
"""Four unrelated signals that are zero most of the time, as ECGs are."""


def column(signal: Floats, first: int = 0, samples: int = 1250) -> Floats:
    """Return only a column of a signal."""
    shown = np.full(5000, np.nan, np.float32)
    shown[first : first + samples] = signal[first : first + samples]
    return shown


@pytest.mark.parametrize(("times", "distance"), [(1, 0), (2, np.sqrt(1 / 5)), (-1, np.sqrt(2)), (0, 1)])
def test_the_distance_of_two_signals_is_that_of_their_powers(times, distance):
    one = np.tile(NOISE[0, :20], 250)  # so that every block of half a second is alike
    one -= np.median(one)
    found = strips._differences(one[:1000], (times * one)[None, :1000])
    assert found == pytest.approx([distance], abs=2e-3)


def test_half_a_second_in_which_two_signals_differ_does_not_part_them():
    spoilt = NOISE[0].copy()
    spoilt[300:450] += 9
    assert strips._distance(spoilt, column(NOISE[0])) == pytest.approx(0, abs=0.01)
    spoilt[800:950] += 9
    assert strips._distance(spoilt, column(NOISE[0])) > 0.5


def test_a_strip_may_begin_an_eighth_of_a_second_late():
    for shift, alike in ((60, True), (-60, True), (64, False)):
        found = strips._distance(np.roll(NOISE[0], shift), column(NOISE[0], 1250))
        assert (found < 0.01) == alike


def test_less_than_a_second_in_common_tells_nothing():
    assert strips._distance(NOISE[0], column(NOISE[0], 0, 499)) == np.inf
    assert strips._distance(NOISE[0], column(NOISE[0], 0, 500)) < np.inf
    assert strips._distance(column(NOISE[0], 3000, 499), column(NOISE[0], 2500)) == np.inf


SHORT = {"I": column(NOISE[0]), "II": column(NOISE[1]), "V1": column(NOISE[2], 2500), "V4": column(NOISE[3], 3750)}


def test_strips_are_the_leads_that_they_show_and_no_lead_twice():
    assert name_strips([NOISE[2], NOISE[1]], SHORT) == ["V1", "II"]
    assert name_strips([NOISE[3]], SHORT) == ["V4"]
    first, second = name_strips([NOISE[1], NOISE[1]], SHORT)
    assert (first, second != "II") == ("II", True)
    assert name_strips([NOISE[1]], {}) == ["II"]


def test_a_printed_name_helps_a_strip_that_looks_like_no_lead():
    empty = np.full(5000, np.nan, np.float32)
    unlike = np.random.default_rng(9).normal(size=5000).astype(np.float32)
    assert name_strips([unlike], SHORT, ["aVF"]) == ["aVF"]
    assert name_strips([NOISE[2]], SHORT, ["aVF"]) == ["V1"]  # what is shown outweighs what was read
    assert name_strips([empty, empty], SHORT, ["V5", "V5"])[0] == "V5"
