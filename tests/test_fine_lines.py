from __future__ import annotations

import numpy as np
import pytest

from heartguard.page.bend import NODE_MM, invert
from heartguard.page.fine_lines import follow_fine_lines, moved_back
from heartguard.page.photo import StraightPhoto, resample, settle_photo
from heartguard.values import DisplacementField

PX_PER_MM = 8.0
SHAPE = (480, 640)


def gentle(x, y):
    return 0.2 * np.sin(x / 18) * np.cos(y / 15), 0.15 * np.cos(x / 20 + y / 25)


def ruled(shift_mm=None, minor=0.0):
    """Draw a white page with lines every 5 mm, and of the strength `minor` every millimetre, RGB, uint8."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]] / PX_PER_MM
    dx, dy = shift_mm(x, y) if shift_mm else (0, 0)

    def lines(place, pitch, width):
        off = (place + pitch / 2) % pitch - pitch / 2
        return np.exp(-0.5 * (off * PX_PER_MM / width) ** 2)

    dark = 90 * np.maximum(lines(x - dx, 5, 1.0), lines(y - dy, 5, 1.0))
    dark = np.maximum(dark, 90 * minor * np.maximum(lines(x - dx, 1, 0.6), lines(y - dy, 1, 0.6)))
    return np.repeat((250 - dark).astype(np.uint8)[..., None], 3, axis=2)


def error(found, shift_mm):
    rows, columns = found.shape[:2]
    y, x = np.mgrid[:rows, :columns] * NODE_MM
    inner = (found + np.stack(shift_mm(x, y), axis=-1))[3:-3, 3:-3]
    return float(np.sqrt(np.mean(inner**2)))


@pytest.mark.parametrize("minor", [0.0, 0.7])
def test_lines_are_followed_to_a_fiftieth_of_a_millimetre(minor):
    found = follow_fine_lines(ruled(gentle, minor), np.zeros(SHAPE, np.float32), PX_PER_MM)
    assert error(found.shift, gentle) < 0.02
    assert np.nanpercentile(found.left_mm, 90) < 0.02


def test_strokes_as_dark_as_lines_count_for_nothing_where_they_are_known_as_ink():
    image, ink = ruled(gentle), np.zeros(SHAPE, np.float32)
    for x in range(90, 600, 40):
        image[100:380, x : x + 3] = 160
        ink[100:380, x : x + 3] = 1
    assert error(follow_fine_lines(image, ink, PX_PER_MM).shift, gentle) < 0.02


def test_what_is_still_bent_is_told():
    torn = ruled()
    torn[:, 320:] = np.roll(torn[:, 320:], 8, axis=0)
    found = follow_fine_lines(torn, np.zeros(SHAPE, np.float32), PX_PER_MM)
    assert np.nanmean(found.left_mm > 0.15) > 0.01
    straight = follow_fine_lines(ruled(), np.zeros(SHAPE, np.float32), PX_PER_MM)
    assert np.nanmean(straight.left_mm > 0.15) == 0


def test_a_settled_photo_shows_its_lines_in_place():
    image = ruled(gentle)
    nodes = (len(np.arange(0, SHAPE[0], 20)) + 1, len(np.arange(0, SHAPE[1], 20)) + 1, 2)
    none = np.zeros(nodes, np.float32)
    photo = StraightPhoto(image, np.eye(3), DisplacementField(20.0, none, none), 6.0)
    shift = follow_fine_lines(image, np.zeros(SHAPE, np.float32), PX_PER_MM).shift
    settled = settle_photo(image, photo, shift, PX_PER_MM)
    inner = np.s_[60:-60, 60:-60]
    before, after = (np.abs(x[inner].astype(float) - ruled()[inner]).mean() for x in (image, settled.image))
    assert after < before / 3
    back = moved_back(image[..., 0].astype(np.float32), np.asarray(invert(shift) * PX_PER_MM, np.float32), 20.0)
    assert np.abs(back[inner] - ruled()[..., 0][inner]).mean() < before / 3


def test_a_page_is_white_where_its_photo_ends():
    moved = np.array([[1.0, 0, 40], [0, 1, 0], [0, 0, 1]])
    none = np.zeros((25, 33, 2), np.float32)
    for bend in (None, DisplacementField(20.0, none, none)):
        drawn = resample(np.zeros((*SHAPE, 3), np.uint8), moved, bend, SHAPE)
        assert (drawn[:, :39] == 255).all()
        assert (drawn[:, 41:] == 0).all()
