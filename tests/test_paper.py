from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heartguard.leads import LAYOUTS, LEAD_INDEX, LEADS
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.page import PRESETS, PaperStyle, random_style, render_page
from heartlab.simulate.page.ink import panel_points
from heartlab.simulate.page.paper_style import CLINIC_HEADER

BARE = PaperStyle(grid="none", lead_names=False, header=(), footer="", pulse="none")
FLAT = np.zeros((12, 5000), np.float32)


def darkness(page):
    return 255 - page.image.astype(float).min(axis=2)


def centre_of_ink(column, near, reach=8):
    rows = np.arange(round(near) - reach, round(near) + reach + 1)
    return (column[rows] * rows).sum() / column[rows].sum()


@pytest.mark.parametrize("px_per_mm", [4.0, 6.3, 8.1, 12.0])
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_flat_lead_lies_on_its_baseline(layout, px_per_mm):
    page = render_page(FLAT, replace(BARE, layout=layout, px_per_mm=px_per_mm))
    dark = darkness(page)
    assert {panel.lead for panel in page.panels} == set(LEADS)
    for panel in page.panels:
        middle = round((panel.x0 + panel.x1) / 2)
        assert centre_of_ink(dark[:, middle], panel.baseline_y) == pytest.approx(panel.baseline_y, abs=0.1)


def test_one_millivolt_and_one_second_have_their_size():
    signals = FLAT.copy()
    signals[LEAD_INDEX["V2"], 3000:] = 1.0  # V2 shows 5.0 to 7.5 s; the step stands at 6 s
    style = replace(BARE, layout="3x4", px_per_mm=7.3, gain_mm_per_mv=5.0)
    page = render_page(signals, style)
    panel = next(panel for panel in page.panels if panel.lead == "V2")
    dark = darkness(page)
    after = round(panel.x0 + 1.8 * 25 * 7.3)
    assert centre_of_ink(dark[:, after], panel.baseline_y - 5 * 7.3) == pytest.approx(
        panel.baseline_y - 5 * 7.3, abs=0.1
    )
    row = dark[round(panel.baseline_y - 2.5 * 7.3)]
    step = panel.x0 + 1.0 * 25 * 7.3
    assert centre_of_ink(row, step) == pytest.approx(step, abs=0.5)
    assert panel.x1 - panel.x0 == pytest.approx(2.5 * 25 * 7.3)


@pytest.mark.parametrize("px_per_mm", [5.37, 8.0])
@pytest.mark.parametrize("grid", ["solid", "dots", "major"])
def test_grid_pitch_is_five_millimetres(grid, px_per_mm):
    page = render_page(FLAT, PaperStyle(grid=grid, px_per_mm=px_per_mm, header=(), lead_names=False))
    profile = 255 - np.median(page.image[:, :, 1].astype(float), axis=0)
    if grid == "dots":
        profile = (255 - page.image[:, :, 1].astype(float)).mean(axis=0)
    profile -= profile.mean()
    spectrum = np.abs(np.fft.rfft(profile * np.hanning(len(profile)), 1 << 18))
    frequencies = np.arange(len(spectrum)) / (1 << 18)
    near = (frequencies > 0.9 / (5 * px_per_mm)) & (frequencies < 1.1 / (5 * px_per_mm))
    pitch = 1 / frequencies[near][np.argmax(spectrum[near])]
    assert pitch / 5 == pytest.approx(px_per_mm, rel=0.003)


def test_truth_is_what_the_panels_show_and_nan_elsewhere():
    signals = simulate_ecg("normal", seed=1).signals
    page = render_page(signals, replace(BARE, layout="3x4+1", rhythm_leads=("V1",)))
    shown = np.isfinite(page.truth)
    assert shown[LEAD_INDEX["V1"]].all()
    assert shown[LEAD_INDEX["aVR"]].nonzero()[0].tolist() == list(range(1250, 2500))
    assert shown[LEAD_INDEX["II"]].nonzero()[0].tolist() == list(range(1250))
    np.testing.assert_array_equal(page.truth[shown], signals[shown])
    assert page.rhythm_leads == ("V1",)
    assert [panel.lead for panel in page.panels if panel.rhythm] == ["V1"]


def test_a_gap_in_the_signal_leaves_no_ink():
    signals = FLAT.copy()
    signals[:, 500:750] = np.nan
    page = render_page(signals, replace(BARE, layout="12x1"))
    panel = page.panels[3]
    dark, px_per_s = darkness(page), 8.0 * 25
    row = dark[round(panel.baseline_y)]
    assert row[round(panel.x0 + 1.1 * px_per_s) : round(panel.x0 + 1.4 * px_per_s)].max() == 0
    assert row[round(panel.x0 + 0.5 * px_per_s)] > 200
    assert np.isnan(page.truth[:, 500:750]).all()


@pytest.mark.parametrize("tilt", [-7.0, 2.5])
def test_tilt_turns_the_sheet_clockwise_and_the_homography_follows(tilt):
    page = render_page(FLAT, replace(BARE, layout="12x1", tilt_deg=tilt, background=(255, 255, 255)))
    panel = page.panels[6]
    places = []
    for x in (panel.x0 + 100, panel.x1 - 100):
        mapped = page.to_image @ [x, panel.baseline_y, 1]
        at, height = mapped[:2] / mapped[2]
        column = darkness(page)[:, round(at)]
        slope = np.tan(np.deg2rad(tilt))
        expected = height + (round(at) - at) * slope
        assert centre_of_ink(column, expected) == pytest.approx(expected, abs=0.2)
        places.append((at, height))
    (x0, y0), (x1, y1) = places
    assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(tilt, abs=1e-6)
    corners = page.to_image @ [[0, page.straight_size[1] - 1], [0, page.straight_size[0] - 1], [1, 1]]
    assert corners[:2].min() >= -0.5
    assert (corners[:2].max(axis=1) <= [page.image.shape[1], page.image.shape[0]]).all()


def test_the_pulse_is_one_millivolt_high_at_the_left_of_every_row():
    page = render_page(FLAT, replace(BARE, pulse="left", layout="3x4+1"))
    dark = darkness(page)
    for row in range(4):
        panel = next(panel for panel in page.panels if panel.row == row)
        left = dark[:, : round(panel.x0) - 6]
        top = round(panel.baseline_y - 10 * 8.0)
        assert left[top - 3 : top + 4].max() > 200
        assert left[top - 20 : top - 5].max() == 0


def test_separator_lines_are_as_dark_as_the_trace():
    page = render_page(FLAT, replace(BARE, separators="lines", layout="6x2"))
    boundary = next(panel for panel in page.panels if panel.lead == "V1").x0
    between = round((page.panels[0].baseline_y + page.panels[2].baseline_y) / 2)
    assert darkness(page)[between, round(boundary) - 1 : round(boundary) + 2].max() > 200


def test_same_seed_same_page_and_other_seed_other_noise():
    style = PRESETS["skewed-scan"]
    first, again, other = (render_page(FLAT, style, seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.image, again.image)
    assert (first.image != other.image).mean() > 0.2


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_draws_and_says_that_it_is_simulated(name):
    page = render_page(FLAT, PRESETS[name])
    assert page.image.dtype == np.uint8
    assert page.image.shape[2] == 3
    assert "SIMULATED" in page.style.header[0]


def test_clinic_preset_has_the_header_of_the_clinic_pages():
    assert PRESETS["clinic-3x4"].header == CLINIC_HEADER
    assert PRESETS["clinic-6x2"].page_layout.name == "6x2+1"


def test_random_styles_are_reproducible_and_valid():
    styles = [random_style(seed) for seed in range(40)]
    assert styles[7] == random_style(7)
    assert {style.page_layout.shape for style in styles} == {"3x4", "3x4+1", "3x4+3", "6x2", "6x2+1", "12x1"}
    assert all(abs(style.tilt_deg) <= 5 for style in styles)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"layout": "4x3"}, "layout"), ({"px_per_mm": 40.0}, "4 to 12"), ({"rhythm_leads": ("I", "II")}, "rhythm leads")],
)
def test_impossible_styles_are_refused_with_the_reason(change, message):
    with pytest.raises(ValueError, match=message):
        replace(BARE, **change)


def test_signals_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="shape"):
        render_page(np.zeros((12, 1000), np.float32))


def test_samples_keep_their_time_where_columns_begin_between_them():
    style = replace(PRESETS["clean"], layout="2x6")
    page = render_page(FLAT, style, seed=0)
    for panel in page.panels:
        points, samples = panel_points(FLAT, panel, style)
        seconds = np.arange(samples.start, samples.stop) / 500
        assert (panel.start_s - 1e-9 <= seconds).all()
        assert (seconds < panel.end_s).all()
        assert points[:, 0] == pytest.approx(panel.x0 + (seconds - panel.start_s) * 25 * style.px_per_mm)
