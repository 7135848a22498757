"""Pens, gaps, crops and limb leads on lines of a few points, whose heights are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heartguard.arrays import Doubles
from heartguard.errors import TraceError
from heartguard.limb_law import lead_matrix
from heartguard.trace import limb_leads, tracer
from heartguard.trace.crops import _parts, cut_crops, heights_of, points_x, rows_of
from heartguard.trace.line import _apex, _climb, _erode, _Pen, _resting_level, heights, line_through
from heartguard.trace.panels import Line
from heartguard.trace.share import Path
from heartguard.trace.together import Track, _common
from heartguard.values import Panel
from tests.test_trace_by_hand import some_runs


def test_heights_are_known_at_columns_that_are_no_gap():
    x, y = np.array([1.6, 2.0, 3.0, 5.9, 7.0]), np.array([10.0, 14.0, 24.0, 60.0, 71.0])
    found = heights(x, y, 10)
    assert np.isnan(found).tolist() == [True, False, False, False, True, True, False, False, False, True]
    assert found[[1, 2, 3, 6, 7, 8]] == pytest.approx([10, 14, 24, 61, 71, 71])
    assert np.isnan(heights(x[:1], y[:1], 3)).all()


def test_the_resting_level_runs_between_flat_parts():
    centre, flat = np.array([6.0, 90.0, 90.0, 9.0, 9.0]), np.array([True, False, False, True, False])
    assert _resting_level(centre, flat) == pytest.approx([6, 7, 8, 9, 9])
    assert _resting_level(centre, np.zeros(5, bool)).tolist() == [9] * 5
    assert np.isnan(_resting_level(np.full(2, np.nan), np.zeros(2, bool))).all()


@pytest.mark.parametrize(("line", "steps"), [([1, 2, 3, 2], 2), ([3, 2], 0), ([1, 2], 1), ([1, 1, 0], 1), ([5], 0)])
def test_a_line_climbs_until_it_falls(line, steps):
    assert _climb(np.array(line, float)) == steps


def test_the_apex_is_amid_the_columns_within_a_third_of_a_stroke():
    edge = np.array([0, 8.9, 10, 9.5, 9.1, 0])
    assert _apex(edge, 2, 2, 3.0) == 6  # columns 2 to 4, two points to a column
    assert _apex(np.full(4, 1.0), 1, 2, 3.0) == 3


def test_a_round_pen_erodes_an_edge_by_its_circle():
    edge = np.full(13, 10.0)
    edge[6] = 4
    side = [4 - np.sqrt(4 - (step / 2) ** 2) for step in (1, 2, 3, 4)]
    assert _erode(edge, _Pen(4.0, 2)) == pytest.approx([8, 8, *side[::-1], 2, *side, 8, 8])


def test_a_flat_stroke_is_a_line_along_its_middle_but_for_gaps():
    top = np.full(7, 9.0)
    top[3] = np.nan
    x, y = line_through(top, top + 2, 2.0)
    assert x.tolist() == [0, 0.5, 1, 1.5, 2, 4, 4.5, 5, 5.5, 6]
    assert y == pytest.approx(np.full(10, 10))
    assert [part.size for part in line_through(np.full(3, np.nan), np.full(3, np.nan), 2.0)] == [0, 0]


def test_columns_that_two_tracks_have_in_common_are_counted_from_either_s_first():
    assert _common(Track(2, 10, 0), Track(4, 12, 0)) == (slice(2, 8), slice(0, 6))
    here, _ = _common(Track(0, 4, 0), Track(4, 9, 0))
    assert here.start >= here.stop


@pytest.mark.parametrize(
    ("runs", "parts"),
    [
        ([(10, 20), (40, 54)], [(10, 54)]),  # 44 columns, as many as a crop has without its margins
        ([(10, 20), (40, 55)], [(10, 20), (40, 55)]),
        ([(0, 100)], [(0, 44), (44, 88), (88, 100)]),
        ([(0, 44)], [(0, 44)]),
        ([(0, 45), (60, 70)], [(0, 44), (44, 70)]),
        ([], []),
    ],
)
def test_difficult_columns_are_split_into_parts_that_fit_into_a_crop(runs, parts):
    mask = np.zeros(120, bool)
    for first, last in runs:
        mask[first:last] = True
    assert list(_parts(mask)) == parts


def test_a_crop_is_centred_on_the_baseline_around_its_steep_columns():
    columns = [[(99.0, 101.0)]] * 45 + [[(60.0, 101.0)]] * 9 + [[(99.0, 101.0)]] * 66  # three to a pixel
    path = Path(some_runs(*columns), np.arange(120), 0, 100.0)
    ink = np.zeros((75, 40), np.float32)
    ink[20, 5] = 0.5
    (crop,) = cut_crops(ink, [path], 3)
    # Columns 15 to 17 are steep, and five beside them; the baseline is at row 37.2, the middle of a crop at row 96.
    assert (crop.path, crop.column, crop.row) == (0, -16, -59)
    assert np.flatnonzero(crop.wanted).tolist() == list(range(10 + 16, 23 + 16))
    assert np.argwhere(crop.picture[0]).tolist() == [[20 + 59, 5 + 16]]
    covered = crop.picture[1].sum(axis=0)
    assert covered[[15, 16, 31, 32, 33, 34, 55, 56]] == pytest.approx(np.array([0, 2, 41, 41, 41, 2, 2, 0]) * 3 / 8)
    assert not crop.picture[2].any()
    assert points_x(crop)[[0, 1, 127]].tolist() == [-16.25, -15.75, 47.25]


def test_ink_above_a_crop_moves_it_up():
    columns = [[(699.0, 701.0)]] * 45 + [[(100.0, 701.0)]] * 9 + [[(699.0, 701.0)]] * 66
    (crop,) = cut_crops(np.zeros((300, 40), np.float32), [Path(some_runs(*columns), np.arange(120), 0, 700.0)], 3)
    assert crop.row == 29  # eight rows above the ink, whose top is at row 37.2
    assert rows_of(np.array([0.0, 100.0])).tolist() == [-0.3125, 37.1875]
    assert heights_of(np.array([-0.3125])).tolist() == [0]


def a_line(x: Doubles, y: Doubles, spread: float | Doubles = 0.0, covered: float = 1.0, **panel: Any) -> Line:
    """Return a line of lead I at 80 pixels a second from 2.5 s on, with its baseline at row 50."""
    place = Panel(**{"lead": "I", "row": 0, "x0": 100.0, "x1": 300.0, "baseline_y": 50.0, **TIMES, **panel})
    path = Path(some_runs([(49.0, 51.0)]), np.array([0]), 300, 50.0)
    return Line(place, path, x, y, np.broadcast_to(np.asarray(spread, float), x.shape), covered, covered)


TIMES = {"start_s": 2.5, "end_s": 5.0}
PAGE: Any = SimpleNamespace(px_per_mm=8.0, gain_mm_per_mv=10.0, ink=np.ones((100, 400), np.float32), samples=5000)


def test_a_line_is_a_signal_in_millivolts_at_its_seconds():
    x = np.arange(90.0, 300.0)
    signal = tracer._to_signal(PAGE, a_line(x, np.full(x.size, -30.0)))
    assert np.flatnonzero(np.isfinite(signal))[[0, -1]].tolist() == [1250, 2493]  # to 199 pixels after 2.5 s
    assert signal[[1250, 2000, 2493]].tolist() == [1, 1, 1]
    assert tracer._to_signal(PAGE, a_line(x, np.full(x.size, -30.0), gain_mm_per_mv=5.0))[1500] == 2
    assert np.isnan(tracer._to_signal(PAGE, a_line(x[:1], x[:1]))).all()


def test_gaps_of_a_line_up_to_60_ms_are_interpolated():
    x = np.array([100.0, 101, 102, 106, 107, 112, 113])  # 4 pixels are 50 ms, 5 are 62.5 ms
    signal = tracer._to_signal(PAGE, a_line(x, np.where(x < 105, 50.0, 42.0)))
    assert signal[1250 + 25] == pytest.approx(0.1 * 2 / 4)  # 50 ms after the start, half-way from 102 to 106
    gap = np.flatnonzero(np.isnan(signal[1250 : 1250 + 81]))
    assert gap[[0, -1]].tolist() == [44, 75]  # from 87.5 ms to 150 ms
    assert gap.size == 32


def test_signals_are_put_into_their_row_from_their_median():
    row = np.array([9.0, np.nan, np.nan, np.nan])
    tracer._fill(row, np.array([np.nan, 1.0, 2.0, 4.0]))
    assert row.tolist() == [9, -1, 0, 2]
    tracer._fill(row, np.full(4, np.nan))
    assert row.tolist() == [9, -1, 0, 2]
    assert tracer._apart(np.array([1.0, np.nan, -1.0]), np.array([1.3, 9.0, -0.5])) == pytest.approx(0.5)


@pytest.mark.parametrize(("disagreement", "share"), [(None, 1), (0.1, 1), (0.5, 0.65), (2.0, 0.2)])
def test_limb_leads_that_disagree_lose_quality(monkeypatch, disagreement, share):
    monkeypatch.setattr(tracer, "lead_disagreement", lambda signals, min_samples: disagreement)
    found = tracer._with_residual(np.zeros((12, 5000), np.float32), np.ones(12, np.float32))
    assert found == pytest.approx([share] * 3 + [1] * 9)


def test_leads_without_a_line_and_leads_that_were_moved_are_named():
    x = np.arange(3.0)
    lines = [a_line(x, x, covered=covered, lead=lead) for lead, covered in (("V1", 0.5), ("V2", 0.51), ("V3", 0.1))]
    found = tracer._warnings([*lines, a_line(x, x, covered=0.1, lead="II", rhythm=True)], ["aVL", "III"])
    assert [warning.text for warning in found] == [
        "No line could be followed in V1, V3; left empty.",
        "Parts of aVL, III were placed by the other limb leads, as their ink could not be told from other ink.",
    ]
    assert tracer._warnings(lines[1:2], []) == ()


def test_the_rhythm_lead_is_that_of_the_first_strip_that_was_traced(monkeypatch):
    x, nothing = np.arange(3.0), np.full(5000, np.nan, np.float32)
    lines = [a_line(x, x, covered=c, lead="II", rhythm=c < 1) for c in (1.0, 0.5, 0.9)]
    asked = []
    monkeypatch.setattr(tracer, "name_strips", lambda *given: asked.append(given) or ["V1", "V5"][: len(given[0])])
    named, rhythm_lead = tracer._name_rhythm(lines, [nothing] * 3)
    assert ([line.panel.lead for line in named], rhythm_lead) == (["II", "V1", "V5"], "V5")
    ((strips, short, printed),) = asked
    assert (len(strips), list(short), printed) == (2, ["II"], ["II", "II"])
    by_hand = [*lines[:2], replace(lines[2], panel=replace(lines[2].panel, by_hand=True, lead="aVF"))]
    assert tracer._name_rhythm(by_hand, [nothing] * 3)[1] == "aVF"
    assert tracer._name_rhythm(lines[:1], [nothing])[1] is None


def test_a_page_without_lines_is_refused(monkeypatch):
    blank: Any = SimpleNamespace(ink=np.full((9, 9), 0.49, np.float32))
    with pytest.raises(TraceError, match="too broken"):
        tracer.trace(blank, None)
    x = np.arange(3.0)
    monkeypatch.setattr(tracer, "find_lines", lambda page: [a_line(x, x, covered=c) for c in (0.51, 0.5)])
    with pytest.raises(TraceError, match="too broken"):
        tracer.trace(PAGE, None)


def test_a_line_is_sampled_where_it_has_points():
    x = np.array([100.0, 102, 104, 107, 108])
    found, spread = limb_leads._sampled(PAGE, a_line(x, 50 - x + 100, np.arange(5.0)), 2.5 + np.arange(-1, 10) / 80)
    assert found[:6] == pytest.approx([np.nan, 0, 1, 2, 3, 4], nan_ok=True)
    assert np.isnan(found[6:8]).all()  # 3 pixels are a gap, 2 are none
    assert found[9] == pytest.approx(8, abs=1e-6)
    assert np.isnan(found[10])
    assert spread[[1, 2, 3]] == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize("inverted", [False, True])
def test_a_line_is_moved_as_far_as_it_is_unsure(inverted):
    x, spread = np.arange(100.0, 106.0), np.array([0, 2.4, 3.0, 3.6, 4.8, 9.0])
    line = a_line(x, np.full(6, 50.0), spread, inverted=inverted)
    time = np.arange(0, 10, 0.001)
    moved = limb_leads._moved(PAGE, line, time, np.full(time.size, 10.0)).y
    up = np.array([0, 0, 0.25, 0.5, 1, 1]) * 10
    assert moved == pytest.approx(50 + up if inverted else 50 - up)


def test_a_part_of_which_less_than_four_fifths_would_be_on_ink_stays():
    time, x = np.arange(0, 10, 0.001), np.arange(100.0, 112.0)
    spread = np.full(12, 9.0)
    spread[[5, 11]] = 0
    page: Any = SimpleNamespace(ink=np.zeros((100, 400), np.float32))
    page.ink[40, :100] = 1  # within four pixels of it are columns to 103: four of the five points of the first part
    moved = limb_leads._moved(page, a_line(x, np.full(12, 50.0), spread), time, np.full(time.size, 10.0)).y
    assert moved == pytest.approx([40] * 5 + [50] * 7)
    page.ink[40, 99] = 0
    moved = limb_leads._moved(page, a_line(x, np.full(12, 50.0), spread), time, np.full(time.size, 10.0)).y
    assert moved == pytest.approx([50] * 12)


def test_ink_is_near_within_four_pixels():
    ink = np.zeros((60, 60), np.float32)
    ink[20, 30], ink[50, 5] = 0.31, 0.3
    x, y = np.array([30.0, 34.4, 35.0, 30.0, 5.0, 99.0]), np.array([16.0, 24.0, 20.0, 25.0, 50.0, -9.0])
    assert limb_leads._inked(ink, x, y).tolist() == [True, True, False, False, False, False]


RNG = np.random.default_rng(2)
I_AND_II = RNG.normal(size=(2, 600)) * (RNG.random((2, 600)) < 0.2) * 20
THREE = np.stack([I_AND_II[0], I_AND_II[1], I_AND_II[1] - I_AND_II[0]])
"""I, II and III, pixels, at rest most of the time."""

MATRIX = lead_matrix(["I", "II", "III"])


def test_levels_of_limb_leads_are_found_where_all_are_sure():
    offsets, sure = np.array([[5.0], [-3.0], [7.0]]), np.full((3, 600), 2.4)
    assert limb_leads._levels(THREE + offsets, sure, MATRIX) == pytest.approx(offsets, abs=1e-6)
    wrong = THREE + offsets
    wrong[2, :300] = 99 * RNG.normal(size=300)
    assert limb_leads._levels(wrong, sure, MATRIX) is None
    unsure = sure.copy()
    unsure[2, :300] = 2.41
    assert limb_leads._levels(wrong, unsure, MATRIX) == pytest.approx(offsets, abs=1e-6)


def test_limb_leads_are_consistent_where_the_network_was_fairly_sure():
    spread = np.full((3, 600), 2.5)
    assert limb_leads._is_consistent(THREE, spread, MATRIX)
    wrong = THREE.copy()
    wrong[2, :300] = 99 * RNG.normal(size=300)
    assert not limb_leads._is_consistent(wrong, spread, MATRIX)
    for ignored in (2.4, 4.8):
        spread[0, :300] = ignored
        spread[1:, :300] = min(ignored, 2.4)
        assert limb_leads._is_consistent(wrong, spread, MATRIX)
