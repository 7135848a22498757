"""A picture made straight by its grid: scale, tilt and place to a fraction of a pixel, on hand-made maps."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.page.straight import PX_PER_MM, _surely, at_scale, straighten
from heartguard.page.structure import PLANES, StructureMaps
from heartguard.page.tilt import estimate_tilt

SHAPE = (620, 900)
LONG_SHAPE = (560, 2500)


def ruled(px_per_mm: float, tilt_deg: float, aspect: float = 1.0, shape: tuple[int, int] = SHAPE) -> StructureMaps:
    """Draw a grid, turned clockwise about the middle and `aspect` times as high as wide, seen without any doubt."""
    y, x = np.mgrid[: shape[0], : shape[1]] - np.array(shape).reshape(2, 1, 1) / 2
    angle = np.deg2rad(tilt_deg)
    along, down = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    shares = np.zeros((len(PLANES), *shape), np.uint8)
    for plane, pitch in (("major", 5.0), ("minor", 1.0)):
        stripes = [
            np.exp(-0.5 * (((place + step / 2) % step - step / 2) / 0.7) ** 2)
            for place, step in ((along, pitch * px_per_mm), (down, pitch * px_per_mm * aspect))
        ]
        shares[PLANES.index(plane)] = 240 * np.maximum(*stripes)
    return StructureMaps(shares, 1.0)


def picture_of(maps: StructureMaps) -> np.ndarray:
    return np.repeat(255 - maps.of("major")[..., None] // 2, 3, axis=2)


@pytest.mark.parametrize(("tilt", "aspect"), [(0.0, 1.0), (0.0, 1.013), (3.0, 1.0), (-7.4, 1.0)])
def test_a_flat_page_is_scaled_to_a_twentieth_of_a_percent(tilt: float, aspect: float) -> None:
    maps = ruled(4.21, tilt, aspect)
    page = straighten(picture_of(maps), maps)
    assert page is not None
    assert page.bend is None
    assert page.scale.source == "grid"
    assert page.scale.px_per_mm_x == pytest.approx(4.21, rel=5e-4)
    assert page.scale.px_per_mm_y == pytest.approx(4.21 * aspect, rel=5e-4)
    assert page.tilt_deg == pytest.approx(tilt, abs=0.03)
    assert page.off_mm < 0.05


def test_lines_of_the_straight_page_are_five_millimetres_apart() -> None:
    maps = ruled(4.21, 3.0)
    page = straighten(picture_of(maps), maps)
    assert page is not None
    middle = page.shares["major"][:, 600:1200].astype(float)
    profile = middle.mean(axis=1)
    crests = [y for y in range(2, len(profile) - 2) if profile[y] == profile[y - 2 : y + 3].max() and profile[y] > 150]
    assert np.diff(crests) == pytest.approx(5 * PX_PER_MM, abs=1.01)
    assert np.mean(np.diff(crests)) == pytest.approx(5 * PX_PER_MM, rel=2e-3)


def test_the_middle_of_the_picture_is_where_the_homography_puts_it() -> None:
    maps = ruled(4.21, 3.0)
    image = picture_of(maps)
    image[308:312, 448:452] = (255, 0, 0)
    page = straighten(image, maps)
    assert page is not None
    red = (page.image[..., 0] > 200) & (page.image[..., 1] < 60)
    y, x = (float(np.mean(places)) for places in np.nonzero(red))
    at = page.to_page @ (449.5, 309.5, 1)
    assert (x, y) == pytest.approx(tuple(at[:2]), abs=0.7)


def test_a_picture_made_smaller_for_the_network_keeps_its_own_scale() -> None:
    maps = ruled(4.21, 0.0)
    image = np.repeat(np.repeat(picture_of(maps), 2, axis=0), 2, axis=1)
    page = straighten(image, StructureMaps(maps.shares, 0.5))
    assert page is not None
    assert page.scale.px_per_mm_x == pytest.approx(8.42, rel=5e-4)


def test_nothing_is_straightened_where_no_grid_is_seen() -> None:
    maps = StructureMaps(np.zeros((len(PLANES), *SHAPE), np.uint8), 1.0)
    assert straighten(picture_of(maps), maps) is None


def test_a_grid_that_would_make_the_page_larger_than_any_sheet_is_not_one_of_a_flat_page() -> None:
    shape = (800, 1000)
    sheet, wall = ruled(2.0, 0.0, shape=shape), ruled(1.6, 0.0, shape=shape)  # 500 x 400 mm and 625 x 500 mm
    found = straighten(picture_of(sheet), sheet)
    assert found is not None
    assert found.image.shape[:2] == pytest.approx((400 * PX_PER_MM, 500 * PX_PER_MM), rel=0.01)
    part = straighten(picture_of(wall), wall)  # what a photo shows of it at most
    assert part is not None
    assert part.bend is not None
    assert part.image.shape[0] * part.image.shape[1] < 300_000 * PX_PER_MM**2


def test_a_scale_found_otherwise_is_taken_as_it_is() -> None:
    maps = StructureMaps(np.zeros((len(PLANES), *SHAPE), np.uint8), 1.0)
    page = at_scale(picture_of(maps), maps, 4.0, "pulse")
    assert (page.scale.source, page.scale.px_per_mm_x) == ("pulse", 4.0)
    assert page.image.shape[:2] == pytest.approx((SHAPE[0] * 2, SHAPE[1] * 2), abs=2)


def test_what_is_likelier_another_thing_is_less_of_a_trace() -> None:
    none = np.zeros((1, 3), np.uint8)
    shares = dict.fromkeys(PLANES, none) | {
        "trace": np.array([[200, 200, 200]], np.uint8),
        "print": np.array([[0, 250, 100]], np.uint8),
        "separator": np.array([[200, 0, 0]], np.uint8),
    }
    lowered = _surely(shares)["trace"][0]
    assert lowered[0] == 200, "as sure of both: a separator that crosses a trace"
    assert lowered[1] == pytest.approx(200 * 0.8**2, abs=1)
    assert lowered[2] == 200


@pytest.mark.parametrize("tilt", [-14.0, -5.0, -0.7, 0.0, 2.5, 12.0])
def test_tilt_is_measured_to_a_twentieth_of_a_degree(tilt: float) -> None:
    assert estimate_tilt(ruled(5.0, tilt).of("major")) == pytest.approx(tilt, abs=0.05)


@pytest.mark.parametrize("tilt", [-0.64, 0.0, 1.3])
def test_tilt_of_a_page_of_thirty_seconds(tilt: float) -> None:
    """Made as small as an A4 page, its lines every 1 mm would have less than two pixels, and a false tilt."""
    maps = ruled(3.2, tilt, shape=LONG_SHAPE)
    lines = np.maximum(maps.of("major"), maps.of("minor"))
    assert estimate_tilt(lines) == pytest.approx(tilt, abs=0.03)
