"""The widened page simulator: what it says is on a page is where it says, and looks as it says."""

from dataclasses import replace

import numpy as np
import pytest

from heartguard.leads import LEADS
from heartlab.simulate.recorders import CHANNELS, KINDS, SimulatedSheet, Window, simulate_sheet
from heartlab.simulate.recorders.arrangements import SHARES, arrange
from heartlab.simulate.recorders.creases import crumpled_relief, folded_relief
from heartlab.simulate.recorders.grid import Grid, Lattice, Level, grid_coverage
from heartlab.simulate.recorders.marks import draw_pulses, polyline, pulse_points, rectangle
from heartlab.simulate.recorders.plan import random_plan
from heartlab.simulate.recorders.raster import draw_scene
from heartlab.simulate.recorders.scene import Area, Line, Scene, Text
from heartlab.simulate.recorders.traces import draw_medians
from heartlab.simulate.recorders.views import creased_view, flat_view, photo_view

BLACK = (0, 0, 0)


def beats() -> np.ndarray:
    """Return twelve leads with a peak of 1 mV each second."""
    time = np.arange(5000) / 500
    peak = np.exp(-0.5 * ((time % 1 - 0.5) / 0.02) ** 2)
    return np.tile(peak.astype(np.float32), (12, 1))


def plane(truth: np.ndarray, name: str) -> np.ndarray:
    return truth[..., CHANNELS.index(name)].astype(np.float64) / 255


def hand_made(scene: Scene, px_per_mm: float = 8.0) -> SimulatedSheet:
    """Return a scene seen from straight above as a file."""
    plan = random_plan(np.random.default_rng(0), "light")
    view = flat_view((0, 0, scene.width, scene.height), px_per_mm)
    return SimulatedSheet(plan, scene, view, "digital", px_per_mm, False, None, 0)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_page_depends_on_its_seed_alone(kind):
    window = Window(200, 150, 96, 96)
    first, again, other = (simulate_sheet(beats(), seed, kind).draw(window) for seed in (4, 4, 5))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.truth, again.truth)
    assert not np.array_equal(first.image, other.image)


def test_a_window_has_the_truth_of_the_whole_picture():
    sheet = simulate_sheet(beats(), 3, "scan")
    whole, part = sheet.draw(), sheet.draw(Window(120, 90, 200, 160))
    there = whole.truth[90:250, 120:320].astype(int)
    assert np.abs(there - part.truth).mean() < 3
    assert np.abs(whole.places[90:250, 120:320] - part.places).max() < 0.01


def test_traces_are_dark_on_a_light_file():
    darker = []
    for seed in range(6):
        sheet = simulate_sheet(beats(), seed, "digital")
        if sheet.plan.theme == "dark" or sheet.negative:
            continue
        crop = sheet.draw()
        trace = (plane(crop.truth, "trace") > 0.9) & (plane(crop.truth, "overlay") == 0)
        bare = crop.truth[..., : CHANNELS.index("paper")].max(axis=2) == 0
        darker.append(float(crop.image[bare].mean() - crop.image[trace].mean()))
    assert len(darker) >= 3
    assert min(darker) > 40


def test_a_straight_line_is_drawn_where_it_is_said_to_be():
    line = Line("trace", polyline((5, 12.5), (55, 12.5)), 0.4, BLACK)
    crop = hand_made(Scene(60, 30, (255, 255, 255), (255, 255, 255), None, [line])).draw()
    columns = plane(crop.truth, "trace")[:, 100:400]
    middle = (columns * (np.arange(len(columns))[:, None] + 0.5)).sum(axis=0) / columns.sum(axis=0) / 8.0
    assert np.abs(middle - 12.5).max() < 0.03
    assert columns.sum(axis=0).mean() / 8.0 == pytest.approx(0.4, abs=0.02)
    dark = 255 - crop.image[:, 100:400].mean(axis=2)
    seen = (dark * (np.arange(len(dark))[:, None] + 0.5)).sum(axis=0) / dark.sum(axis=0) / 8.0
    assert np.abs(seen - 12.5).max() < 0.05


def test_a_millivolt_of_every_lead_is_ten_millimetres_at_the_usual_gain():
    for seed in range(40):
        sheet = simulate_sheet(beats(), seed)
        if sheet.plan.gains == (10.0, 10.0) and sheet.plan.arrangement.name == "3x4" and sheet.plan.speed == 25.0:
            break
    for piece in sheet.scene.pieces:
        rise = piece.baseline - piece.points[:, 1]
        assert np.abs(np.diff(piece.points[:, 0]) - 0.05).max() < 1e-9
        assert rise.max() < 25


@pytest.mark.parametrize(("width", "gain"), [(5.0, 10.0), (2.3, 10.0), (10.0, 5.0)])
def test_a_pulse_is_as_high_as_the_gain_from_line_to_line(width, gain):
    pulse = Line("pulse", pulse_points(10, 20, width, gain, (2, 2)), 0.3, BLACK)
    crop = hand_made(Scene(40, 30, (255, 255, 255), (255, 255, 255), None, [pulse])).draw()
    rows = plane(crop.truth, "pulse")
    top = rows[:, round((10 + width / 2) * 8)]
    foot = rows[:, (9 * 8)]
    heights = [(part * np.arange(len(part))).sum() / part.sum() / 8 for part in (top, foot)]
    assert heights[1] - heights[0] == pytest.approx(gain, abs=0.05)


def test_pulses_of_a_page_follow_its_gain():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        plan = random_plan(rng, "light")
        for item in draw_pulses(plan, rng):
            if isinstance(item, Line):
                assert round(float(np.ptp(item.points[:, 1])), 6) in {round(gain, 6) for gain in plan.gains}


def test_the_grid_keeps_its_pitch_without_rounding():
    level = Level((5.0, 5.0), 0.2, 1.0)
    grid = Grid(BLACK, None, level, None, ((0, 0, 200, 100),), (1.3, 0.7))
    covered = grid_coverage(level, grid, Lattice(0, 0, 7.31, (300, 1400)), 0.2, "solid")
    across = covered[20]
    middles = [(1.3 + 5 * k) * 7.31 for k in range(38)]
    errors = []
    for middle in middles:
        near = np.arange(int(middle) - 3, int(middle) + 4)
        errors.append((across[near] * (near + 0.5)).sum() / across[near].sum() - middle)
    # A line at a fraction of a pixel is found a little off, but no more so at the end than at the beginning.
    assert np.abs(errors).max() < 0.13
    assert abs(np.polyfit(np.arange(38), errors, 1)[0]) < 0.002
    assert across.sum() == pytest.approx(39 * 0.2 * 7.31, rel=0.01)


def test_dots_are_only_where_lines_would_cross_steps():
    level = Level((1.0, 1.0), 0.2, 1.0, "dots", 1.0)
    grid = Grid(BLACK, level, None, None, ((0, 0, 20, 20),), (0.0, 0.0))
    covered = grid_coverage(level, grid, Lattice(0, 0, 20, (200, 200)), 0.2, "dots")
    assert covered[100, 100] == 1
    assert covered[100, 110] == 0
    assert covered[110, 110] == 0


def test_what_is_hidden_is_not_in_the_truth():
    line = Line("trace", polyline((0, 10), (40, 10)), 0.5, BLACK)
    label = Area("overlay", rectangle(10, 5, 20, 15), (255, 255, 200))
    flat = draw_scene(
        Scene(40, 20, (255, 255, 255), (0, 0, 0), None, [line, label]), Lattice(0, 0, 10, (200, 400)), 0.1, 0
    )
    trace, overlay = (flat.truth[CHANNELS.index(name)] for name in ("trace", "overlay"))
    assert trace[100, 150] == 0
    assert trace[100, 300] == 255
    assert overlay[100, 150] == 255
    assert tuple(flat.image[100, 150]) == (255, 255, 200)


def test_text_begins_at_its_place_and_is_as_high_as_said():
    text = Text("name", "H", 10, 20, 4.0, "default", BLACK)
    flat = draw_scene(Scene(40, 30, (255, 255, 255), (0, 0, 0), None, [text]), Lattice(0, 0, 20, (600, 800)), 0.1, 0)
    rows, columns = np.nonzero(flat.image[..., 0] < 128)
    assert rows.max() / 20 == pytest.approx(20, abs=0.15)
    assert np.ptp(rows) / 20 == pytest.approx(4, abs=0.4)
    assert columns.min() / 20 == pytest.approx(10.3, abs=0.4)


def test_views_lead_there_and_back():
    places = np.random.default_rng(0).uniform((5, 5), (290, 200), (200, 2))
    flat = flat_view((0, 0, 297, 210), 5.0, turn_deg=91, aspect=1.01, mirrored=True)
    bent = photo_view((297, 210), 5.0, np.random.default_rng(2), crumpled=True)
    assert np.abs(flat.to_page(flat.to_image(places)) - places).max() < 1e-6
    assert np.abs(bent.to_page(bent.to_image(places)) - places).max() < 0.05


def test_the_places_of_a_photo_agree_with_its_view():
    sheet = simulate_sheet(beats(), 8, "photo")
    height, width = sheet.view.shape
    window = Window(width // 2 - 60, height // 2 - 60, 120, 120)
    crop = sheet.draw(window)
    back = sheet.view.to_image(crop.places.reshape(-1, 2).astype(np.float64)).reshape(120, 120, 2)
    x, y = np.meshgrid(np.arange(120) + window.left, np.arange(120) + window.top)
    inside = plane(crop.truth, "paper") == 1
    assert inside.mean() > 0.5
    assert np.abs(back - np.stack([x, y], axis=2))[inside].max() < 0.3


def test_the_line_of_a_lead_is_on_the_trace_of_the_picture():
    sheet = simulate_sheet(beats(), 12, "photo")
    crop = sheet.draw()
    trace, hidden = plane(crop.truth, "trace"), plane(crop.truth, "overlay")
    points = np.concatenate([piece.points[::25] for piece in sheet.scene.pieces])
    x, y = np.round(sheet.view.to_image(points)).astype(int).T
    height, width = sheet.view.shape
    seen = (x > 1) & (y > 1) & (x < width - 2) & (y < height - 2)
    on = [
        trace[b - 1 : b + 2, a - 1 : a + 2].max() > 0.4 or hidden[b, a] > 0
        for a, b in zip(x[seen], y[seen], strict=True)
    ]
    assert np.mean(on) > 0.95


@pytest.mark.parametrize("name", list(SHARES))
def test_every_arrangement_fills_its_rows_with_known_leads(name):
    arrangement = arrange(name, 10.0, np.random.default_rng(1))
    for row in arrangement.rows:
        assert sum(stretch.end_s - stretch.start_s for stretch in row) == pytest.approx(10.0)
        assert all(stretch.lead in LEADS for stretch in row)
    assert len(arrangement.rows[-1]) == 1 if arrangement.strips else True


def test_a_cabrera_page_draws_avr_upside_down():
    rng = np.random.default_rng(0)
    rows = next(rows for rows in (arrange("12x1", 10.0, rng).rows for _ in range(200)) if rows[0][0].label == "aVL")
    assert [row[0].label for row in rows if row[0].inverted] == ["aVR"]


def test_print_from_another_sheet_is_pale_and_no_trace():
    line = Line("blank", polyline((0, 10), (40, 10)), 0.5, BLACK, 0.2)
    flat = draw_scene(Scene(40, 20, (255, 255, 255), (0, 0, 0), None, [line]), Lattice(0, 0, 10, (200, 400)), 0.1, 0)
    assert flat.truth[: CHANNELS.index("paper")].max() == 0
    assert flat.image[100, 200, 0] == pytest.approx(0.8 * 255)


def test_facets_of_crumpled_paper_are_lit_and_raised_alike_for_one_seed():
    first, again = (crumpled_relief((100, 60), np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first.light, again.light)
    assert first.light.shape == (152, 252)
    assert 0.35 <= first.light.min() < 0.95
    assert np.ptp(first.heights) > 1
    # Between corners a facet is plane: half of all second differences of its height are nothing.
    bends = np.abs(np.diff(first.heights, 2, axis=1))
    assert np.median(bends) < 0.05 * np.abs(np.diff(first.heights, axis=1)).mean()


def test_a_fold_is_a_narrow_line_beside_even_paper():
    reliefs = [folded_relief((100, 60), np.random.default_rng(seed)) for seed in range(8)]
    sharpest = [float(np.abs(np.diff(relief.light, axis=1)).max()) for relief in reliefs]
    typical = [float(np.median(np.abs(np.diff(relief.light, axis=1)))) for relief in reliefs]
    assert np.median(sharpest) > 0.05
    assert max(typical) < 0.005


def test_creased_paper_leads_there_and_back():
    places = np.random.default_rng(0).uniform((5, 5), (290, 200), (200, 2))
    flat = flat_view((0, 0, 297, 210), 5.0)
    creased = creased_view(flat, (297, 210), np.random.default_rng(3), crumpled=True)
    pixels = creased.to_image(places)
    assert np.abs(creased.to_page(pixels) - places).max() < 0.02
    # Print moves by up to 2 mm, at 5 pixels a millimetre.
    assert 0.1 < np.abs(pixels - flat.to_image(places)).max() < 10
    light = creased.light(places.astype(np.float32)[None])
    assert light is not None
    assert light.std() > 0.01


def test_a_second_sheet_has_paper_and_traces_of_its_own():
    sheet = next(
        sheet for sheet in (simulate_sheet(beats(), seed, "scan") for seed in range(300)) if sheet.neighbour is not None
    )
    height, width = sheet.view.shape
    window = Window(0, height // 2, width, height - height // 2)
    crop = sheet.draw(window)
    below = crop.places[..., 1] > sheet.scene.height + 15
    assert below.mean() > 0.2
    assert plane(crop.truth, "paper")[below].mean() > 0.5
    assert (plane(crop.truth, "trace")[below] > 0.5).any()


def test_averaged_beats_are_right_of_the_rows_and_a_second_wide_at_most():
    rng = np.random.default_rng(0)
    plan = replace(random_plan(rng, "light"), medians=1)
    lines = [item for item in draw_medians(plan, beats(), rng) if isinstance(item, Line)]
    assert len(lines) == min(12, len(plan.baselines))
    for line in lines:
        assert line.points[0, 0] > plan.trace_end
        assert np.ptp(line.points[:, 0]) < plan.speed


def test_a_trace_as_fine_and_dark_as_its_grid_is_among_the_pages():
    seen = 0
    for seed in range(120):
        sheet = simulate_sheet(beats(), seed, "digital")
        grid, ink = sheet.scene.grid, sheet.plan.inks.trace
        pens = [item.width for item in sheet.scene.items if isinstance(item, Line) and item.kind == "trace"]
        if grid is None or sheet.plan.theme == "dark" or min(pens) > 0.24:
            continue
        seen += max(abs(a - b) for a, b in zip(grid.colour, ink, strict=True)) <= 60
    assert seen >= 6
