from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from heartlab.simulate.page import PaperStyle, render_page
from heartlab.simulate.photo import PHOTO_KINDS, PhotoStyle, random_photo, random_print, take_photo, take_screenshot
from heartlab.simulate.photo.surface import make_surface

FLAT = np.zeros((12, 5000), np.float32)
BARE = PaperStyle(grid="none", lead_names=False, header=(), footer="", pulse="none", layout="12x1", px_per_mm=5.0)
SMALL = PhotoStyle(width_px=900, height_px=700, background="plain", jpeg_quality=95)
BENT = replace(
    SMALL,
    turn_deg=12.0,
    tilt_deg=20.0,
    tilt_towards_deg=50.0,
    barrel=-0.01,
    folds=2,
    fold_slope=0.15,
    wrinkles=20,
    wrinkle_slope=0.15,
    curl=0.03,
)


@pytest.fixture(scope="module")
def page():
    return render_page(FLAT, BARE, seed=1)


def on_the_lines(page):
    """Return page pixels along every flat lead."""
    return np.array([[x, p.baseline_y] for p in page.panels for x in np.linspace(p.x0 + 5, p.x1 - 5, 40)])


def darkest_near(image, points, reach=5):
    """Return the centre of darkness along the column through each point."""
    dark = 255 - image.astype(float).mean(axis=2)
    found = []
    for x, y in points:
        rows = np.arange(round(y) - reach, round(y) + reach + 1)
        column = cv2.getRectSubPix(dark.astype(np.float32), (1, 2 * reach + 1), (float(x), float(round(y))))[:, 0]
        weight = np.clip(column - np.median(column), 0, None) + 1e-6
        found.append((weight * rows).sum() / weight.sum())
    return np.array(found)


@pytest.mark.parametrize("style", [SMALL, replace(SMALL, turn_deg=3.0), BENT], ids=["flat", "turned", "bent"])
def test_the_lines_stand_where_the_map_says(page, style):
    photo = take_photo(page, style, seed=3)
    places = photo.map.to_photo(on_the_lines(page))
    error = darkest_near(photo.image, places) - places[:, 1]
    assert np.median(np.abs(error)) < 0.2
    assert np.percentile(np.abs(error), 95) < 0.8


def test_the_map_goes_both_ways(page):
    photo = take_photo(page, BENT, seed=4)
    points = on_the_lines(page)
    np.testing.assert_allclose(photo.map.to_page(photo.map.to_photo(points)), points, atol=0.05)


def test_the_dense_map_is_the_map_of_every_pixel(page):
    photo = take_photo(page, BENT, seed=4)
    height, width = page.straight_size
    dense = photo.map.dense((height, width))
    assert dense.shape == (height, width, 2)
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [37, 101]])
    expected = photo.map.to_photo(corners.astype(float))
    np.testing.assert_allclose(dense[corners[:, 1], corners[:, 0]], expected, atol=1e-3)


@pytest.mark.parametrize("turn", [0.0, 90.0, 180.0, 270.0])
def test_a_page_can_lie_any_way_up(page, turn):
    photo = take_photo(page, replace(SMALL, turn_deg=turn), seed=2)
    height, width = page.straight_size
    ends = photo.map.to_photo(np.array([[0.0, height / 2], [width - 1.0, height / 2]]))
    direction = np.rad2deg(np.arctan2(*(ends[1] - ends[0])[::-1]))
    assert (direction - turn + 180) % 360 - 180 == pytest.approx(0, abs=0.01)
    assert (ends > 0).all()
    assert (ends < [900, 700]).all()


def test_paper_does_not_stretch():
    style = replace(BENT, fold_slope=0.2, wrinkle_slope=0.2)
    surface = make_surface(260.0, 190.0, style, np.random.default_rng(0))
    steps = np.linalg.norm(np.diff(surface.points, axis=1), axis=2)
    assert steps.mean() == pytest.approx(surface.x[1] - surface.x[0], rel=0.01)
    assert np.ptp(surface.points[..., 2]) > 5
    flat = make_surface(260.0, 190.0, SMALL, np.random.default_rng(0))
    assert np.ptp(flat.points[..., 2]) == 0
    np.testing.assert_allclose(flat.points[0, :, 0], flat.x - 130.0, atol=1e-9)


@pytest.mark.parametrize("kind", sorted(PHOTO_KINDS))
def test_same_seed_same_photo(page, kind):
    style = replace(PHOTO_KINDS[kind](5), width_px=640, height_px=480)
    first, again, other = (take_photo(page, style, seed) for seed in (1, 1, 2))
    assert first.encoded == again.encoded
    assert first.encoded != other.encoded
    assert first.encoded[:2] == b"\xff\xd8"
    assert PHOTO_KINDS[kind](5) == PHOTO_KINDS[kind](5)


def test_light_colour_and_shadow_do_what_they_say(page):
    plain = take_photo(page, SMALL, seed=1).image.astype(float)
    warm = take_photo(page, replace(SMALL, white_balance=(1.05, 1.0, 0.8)), seed=1).image.astype(float)
    assert warm[..., 2].mean() < 0.85 * plain[..., 2].mean()
    dark = take_photo(page, replace(SMALL, exposure=0.5), seed=1).image.astype(float)
    assert dark.mean() == pytest.approx(0.5 * plain.mean(), rel=0.05)
    shadowed = take_photo(page, replace(SMALL, shadows=3, shadow=0.6), seed=1).image.astype(float)
    assert np.percentile(shadowed / np.maximum(plain, 1), 5) < 0.75


def test_a_screens_pixels_leave_moire(page):
    def texture(strength):
        style = replace(SMALL, fill=0.98, moire=strength, screen_px_per_mm=4.0)
        return take_photo(page, style, seed=1).image[300:400, 300:600, 1].astype(float).std()

    assert texture(0.4) > texture(0.0) + 5


def test_script_lies_where_it_says(page):
    photo = take_photo(page, replace(SMALL, handwriting=3), seed=6)
    clean = take_photo(page, SMALL, seed=6)
    rows, columns = np.nonzero(photo.script > 0.9)
    places = np.round(photo.map.to_photo(np.stack([columns, rows], axis=1).astype(float))).astype(int)
    changed = np.abs(photo.image.astype(int) - clean.image.astype(int)).max(axis=2)
    assert (changed[places[:, 1], places[:, 0]] > 30).mean() > 0.9
    assert not clean.script.any()


def test_a_screenshot_is_scaled_and_its_map_known(page):
    shot = take_screenshot(page, seed=3)
    places = shot.map.to_photo(on_the_lines(page))
    error = darkest_near(shot.image, places) - places[:, 1]
    assert np.abs(error).max() < 0.3
    assert shot.encoded == take_screenshot(page, seed=3).encoded


def test_prints_differ_and_are_reproducible():
    prints = [random_print(seed, ("3x4+1", "6x2")) for seed in range(20)]
    assert prints[3] == random_print(3, ("3x4+1", "6x2"))
    assert {style.layout for style in prints} == {"3x4+1", "6x2"}
    assert len({style.grid_colour for style in prints}) > 3
    assert random_photo(1) != random_photo(2)


def test_a_tilted_page_is_refused(page):
    with pytest.raises(ValueError, match="turn_deg"):
        take_photo(render_page(FLAT, replace(BARE, tilt_deg=2.0)), SMALL)
