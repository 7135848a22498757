"""Marks of a straight page from hand-made maps: pulses, columns, the trace's mask and its ink, pages without a grid."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from heartguard.leads import LAYOUTS
from heartguard.page.columns import Strip, column_extents, place_panels, row_extent
from heartguard.page.ends import Extent
from heartguard.page.marks import trace_mask
from heartguard.page.missed_strokes import add_missed_strokes
from heartguard.page.pulses import find_pulses
from heartguard.page.structure import PLANES, StructureMaps
from heartguard.page.trace_ink import trace_ink
from heartguard.page.without_grid import straighten_by_marks

MM = 8
"""Pixels of a straight page."""


def pulse_map(height_mm: float, width_mm: float, *, pen: int = 3, legs: int = 20, uprights: int = 2) -> np.ndarray:
    """Draw a pulse whose foot is at row 300 and whose first upright is at column 100, middles of the lines."""
    share, half = np.zeros((400, 400), np.uint8), pen // 2
    top, right = 300 - round(height_mm * MM), 100 + round(width_mm * MM)
    share[top - half : 301 + half, 100 - half : 101 + half] = 255
    share[top - half : top + half + 1, 100 - half : right + half + 1] = 255
    if uprights == 2:
        share[top - half : 301 + half, right - half : right + half + 1] = 255
        share[300 - half : 301 + half, right : right + legs] = 255
    share[300 - half : 301 + half, 100 - legs : 100] = 255
    return share


@pytest.mark.parametrize("height", [5.0, 10.0, 20.0])
@pytest.mark.parametrize("pen", [1, 3, 5])
def test_a_pulse_is_as_high_as_from_line_to_line(height: float, pen: int) -> None:
    (pulse,) = find_pulses(pulse_map(height, 5.0, pen=pen), MM)
    assert pulse.height_mm == pytest.approx(height, abs=0.01)
    assert pulse.width_mm == pytest.approx(5.0, abs=0.01)
    assert pulse.baseline_y == pytest.approx(300, abs=0.1)


def test_a_pulse_of_50_mm_per_s_is_ten_millimetres_wide() -> None:
    (pulse,) = find_pulses(pulse_map(10.0, 10.0, legs=0), MM)
    assert pulse.width_mm == pytest.approx(10.0, abs=0.01)
    assert (pulse.x0, pulse.x1) == (99, 181)


def test_a_pulse_without_its_second_upright_has_no_width() -> None:
    (pulse,) = find_pulses(pulse_map(10.0, 5.0, uprights=1, legs=0), MM)
    assert pulse.width_mm is None
    assert pulse.height_mm == pytest.approx(10.0, abs=0.2)


def test_what_is_smaller_or_larger_than_a_pulse_is_none() -> None:
    letter, stroke, box = pulse_map(2.0, 2.0), np.zeros((400, 400), np.uint8), pulse_map(10.0, 15.0)
    stroke[100:200, 50:53] = 255
    assert [find_pulses(share, MM) for share in (letter, stroke, box)] == [(), (), ()]


ROWS = (60.0, 180.0, 300.0)
SHORT = LAYOUTS["3x4"]


def columns_of(*spans: tuple[int, int]) -> np.ndarray:
    """Draw three rows of level lines in some columns."""
    trace = np.zeros((360, 2400), bool)
    for y in ROWS:
        for first, last in spans:
            trace[round(y) - 1 : round(y) + 2, first:last] = True
    return trace


GAPS = ((100, 600), (640, 1140), (1180, 1680), (1720, 2220))


def test_gaps_between_columns_are_no_time() -> None:
    columns = column_extents(SHORT, Extent(100.0, 2220.0), ROWS, columns_of(*GAPS), MM)
    assert [(c.x0, c.x1) for c in columns] == [pytest.approx(span, abs=1) for span in GAPS]
    panels = place_panels(SHORT, ROWS, columns, [], 25.0 * MM)
    assert [p.start_s for p in panels[:4]] == pytest.approx([0, 2.5, 5.0, 7.5], abs=0.01)


def test_a_gap_that_is_hidden_is_where_the_others_say() -> None:
    trace = columns_of(*GAPS)
    trace[:, 1140:1180] |= trace[:, 1100:1140]  # all rows run on over the second gap
    columns = column_extents(SHORT, Extent(100.0, 2220.0), ROWS, trace, MM)
    assert [(c.x0, c.x1) for c in columns] == [pytest.approx(span, abs=1.5) for span in GAPS]


def test_a_tall_wave_or_a_name_in_one_row_does_not_hide_a_gap() -> None:
    trace = columns_of(*GAPS)
    trace[20:100, 600:640] = True
    columns = column_extents(SHORT, Extent(100.0, 2220.0), ROWS, trace, MM)
    assert columns[1].x0 == pytest.approx(640, abs=1)


def test_columns_without_gaps_are_even() -> None:
    columns = column_extents(SHORT, Extent(100.0, 2100.0), ROWS, columns_of((100, 2100)), MM)
    assert [(c.x0, c.x1) for c in columns] == [(100, 600), (600, 1100), (1100, 1600), (1600, 2100)]


def test_breaks_of_the_lines_beside_where_equal_columns_end_are_no_gaps() -> None:
    breaks = columns_of((100, 1105), (1131, 1565), (1594, 2100))
    columns = column_extents(SHORT, Extent(100.0, 2100.0), ROWS, breaks, MM)
    assert [(c.x0, c.x1) for c in columns] == [(100, 600), (600, 1100), (1100, 1600), (1600, 2100)]


@pytest.mark.parametrize(("first", "last", "expected"), [(110, 2210, (100, 2220)), (40, 2300, (40, 2300))])
def test_a_strip_has_ends_of_its_own_where_they_are_clearly_elsewhere(
    first: int, last: int, expected: tuple[float, float]
) -> None:
    trace = columns_of(*GAPS)
    trace[240:] = False
    trace[299:302, first:last] = True
    strip = row_extent(Extent(100.0, 2220.0), ROWS, 2, trace, MM)
    assert (strip.x0, strip.x1) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(("same", "starts"), [(False, [0, 2.5, 5, 7.5]), (True, [0, 0, 0, 0])])
def test_columns_of_the_same_seconds_begin_together(same: bool, starts: list[float]) -> None:
    layout = LAYOUTS["3x4+1"]
    columns = [Extent(500.0 * k, 500.0 * (k + 1)) for k in range(4)]
    panels = place_panels(layout, (*ROWS, 420.0), columns, [Strip("V1", Extent(20.0, 2020.0))], 200.0, same)
    assert [p.start_s for p in panels if p.row == 0] == starts
    assert [p.end_s - p.start_s for p in panels if not p.rhythm] == pytest.approx([2.5] * 12)
    (strip,) = [p for p in panels if p.rhythm]
    assert (strip.lead, strip.x0, strip.start_s, strip.end_s) == ("V1", 20.0, 0.0, 10.0)


def test_letters_are_no_trace_and_short_breaks_are_bridged() -> None:
    share = np.zeros((200, 600), np.uint8)
    share[100:103, 50:300] = 255
    share[100:103, 150:158] = 0  # 1 mm
    share[40:60, 400:430] = 255  # 3.75 mm wide
    share[150:153, 350:550] = 120  # hardly trace
    mask = trace_mask(share, MM)
    assert mask[101, 50:300].all()
    assert not mask[:, 350:].any()


def drawn(paper: tuple[int, ...], grid: tuple[int, ...], trace: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Draw a level trace over lines of a grid; return the picture and a map of the trace with soft edges."""
    image = np.full((200, 400, 3), paper, np.uint8)
    image[:, 4::8] = image[4::8] = grid
    image[99:102] = trace
    share = np.zeros((200, 400), np.uint8)
    share[99:102] = 255
    share[96:99] = share[102:105] = 120
    return image, share


def maps(trace: np.ndarray, **others: np.ndarray) -> dict[str, np.ndarray]:
    """Return the planes of the structure network with the given ones; the rest is empty."""
    return {**{plane: np.zeros_like(trace) for plane in PLANES}, "trace": trace, **others}


def ink_of(image: np.ndarray, trace: np.ndarray, **others: np.ndarray) -> np.ndarray:
    """Return the trace ink of a page without ruled lines."""
    return trace_ink(image, maps(trace, **others), np.zeros(trace.shape, bool), MM)


@pytest.mark.parametrize(
    ("paper", "grid", "trace"),
    [
        ((255, 255, 255), (215, 20, 30), (80, 80, 80)),  # as dark a grid as the trace
        ((255, 255, 255), (240, 170, 170), (20, 20, 20)),
        ((10, 18, 40), (110, 60, 20), (60, 240, 90)),  # bright on dark
    ],
)
def test_the_colour_tells_the_trace_from_the_grid(
    paper: tuple[int, ...], grid: tuple[int, ...], trace: tuple[int, ...]
) -> None:
    ink = ink_of(*drawn(paper, grid, trace))
    assert ink[99:102].min() > 0.8
    assert ink[97, 4::8].max() < 0.25, "lines of the grid beside the trace"
    assert ink[97, 8::8].max() < 0.1, "paper"
    assert ink[:90].max() == 0


def test_the_edge_of_a_trace_is_where_its_ink_is() -> None:
    image, share = drawn((255, 255, 255), (240, 170, 170), (20, 20, 20))
    image[98] = (137, 137, 137)  # half covered
    ink = ink_of(image, share)
    assert float(np.median(ink[98])) == pytest.approx(0.5, abs=0.08)


def test_a_page_without_any_trace_has_no_ink() -> None:
    image = np.full((50, 60, 3), 255, np.uint8)
    assert not ink_of(image, np.zeros((50, 60), np.uint8)).any()


def wave_taken_for(plane: str, *, top: int = 30, bottom: int = 90) -> np.ndarray:
    """Return the ink of an upright bar, 10 to 100, on a level trace; its rows from top to bottom are on that plane."""
    image, share = drawn((255, 255, 255), (240, 170, 170), (20, 20, 20))
    image[10:100, 200:206] = 20
    share[10:100, 200:206] = 255
    share[top:bottom, 195:211] = 0
    other = np.zeros_like(share)
    other[top:bottom, 200:206] = 255
    return ink_of(image, share, **{plane: other})[:, 200:206]


@pytest.mark.parametrize("plane", ["separator", "pulse", "print", "name"])
def test_dark_ink_between_two_strokes_is_trace_whatever_it_is_taken_for(plane: str) -> None:
    assert wave_taken_for(plane)[10:100].min() > 0.8
    assert wave_taken_for("overlay")[35:85].max() == 0


def test_a_wave_that_ends_as_a_separator_is_followed_to_its_end() -> None:
    assert wave_taken_for("separator", top=10)[12:100].min() > 0.8
    assert wave_taken_for("print", top=10)[12:80].max() == 0, "a letter above a wave"


@pytest.mark.parametrize(
    ("wide", "tall", "ruled", "added"), [(4, 60, False, True), (4, 60, True, False), (36, 60, False, False)]
)
def test_ruled_lines_and_wide_print_are_no_strokes(wide: int, tall: int, ruled: bool, added: bool) -> None:
    ink, piece = np.zeros((200, 400), np.float32), np.zeros((200, 400), bool)
    ink[100:103] = 1
    piece[100 - tall : 100, 200 : 200 + wide] = True
    dark = np.where(piece, 255, 0).astype(np.uint8)
    add_missed_strokes(ink, dark, maps(np.zeros_like(dark), separator=dark), piece & ruled, MM)
    assert bool(ink[100 - tall : 98, 200 : 200 + wide].min()) is added


def test_a_piece_taller_than_any_wave_is_no_stroke() -> None:
    ink, dark = np.zeros((200, 60), np.float32), np.zeros((200, 60), np.uint8)
    ink[180:183], ink[20:23] = 1, 1
    dark[23:180, 30:34] = 255  # 20 mm
    add_missed_strokes(ink, dark, maps(np.zeros_like(dark), separator=dark), np.zeros(dark.shape, bool), MM)
    assert ink[30:170].max() == 0


PX = 4.6
"""Pixels to a millimetre of a picture without a grid."""


def bare_page(pulses: int, height_mm: float = 10.0) -> tuple[np.ndarray, StructureMaps]:
    """Draw three rows of 250 mm with an R wave each second, and some pulses before them."""
    shares = np.zeros((len(PLANES), 400, 1375), np.uint8)
    trace, pulse = shares[PLANES.index("trace")], shares[PLANES.index("pulse")]
    x = np.arange(150, 150 + round(250 * PX))
    up = 40 * np.exp(-0.5 * (((x - 200) % (25 * PX) - 40) / 3) ** 2)
    for number, row in enumerate((90, 200, 310)):
        cv2.polylines(trace, [np.stack([x, np.round(row - up)], axis=1).astype(np.int32)], False, 255, 3)
        if number < pulses:
            foot, top = row, row - round(height_mm * PX)
            cv2.polylines(pulse, [np.array([[90, foot], [90, top], [113, top], [113, foot]])], False, 255, 1)
    image = np.repeat(255 - np.maximum(trace, pulse)[..., None], 3, axis=2)
    return image, StructureMaps(shares, 1.0)


def test_pulses_give_the_scale_where_there_is_no_grid() -> None:
    page = straighten_by_marks(*bare_page(3))
    assert page is not None
    assert page.scale.source == "pulse"
    assert page.scale.px_per_mm_x == pytest.approx(PX, rel=0.005)


def test_without_pulses_ten_seconds_give_the_scale() -> None:
    for pulses in (0, 1):  # one alone may be anything
        page = straighten_by_marks(*bare_page(pulses))
        assert page is not None
        assert page.scale.source == "layout"
        assert page.scale.px_per_mm_x == pytest.approx(PX, rel=0.005)


def test_pulses_that_would_make_a_page_of_impossible_size_are_not_believed() -> None:
    page = straighten_by_marks(*bare_page(3, height_mm=18.0))
    assert page is not None
    assert page.scale.source == "layout"


def test_scattered_marks_are_no_page() -> None:
    image, maps = bare_page(0)
    maps.shares[:, :, 500:] = 0
    assert straighten_by_marks(image, maps) is None
