"""What a doctor sets by hand: turn, corners, layout, speed and gain."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from heartguard.errors import CorrectionError, LayoutError
from heartguard.page import apply_corrections
from heartguard.page.corrections import by_hand_warnings, order_corners
from heartguard.values import Corrections, Upload
from heartlab.simulate.ecg import simulate_ecg
from heartlab.simulate.page import PRESETS, render_page
from tests.networks import read_page


def picture_of(image):
    return Upload("made.png", "", "png", image)


def test_turns_map_pixels_where_they_go():
    image = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)
    for turns in range(5):
        turned, homography = apply_corrections(picture_of(image), Corrections(turns))
        for x, y in ((0, 0), (3, 5), (1, 2)):
            at = homography @ (x, y, 1)
            assert np.array_equal(turned.image[round(at[1]), round(at[0])], image[y, x])


def test_a_mirror_comes_after_the_turn_and_is_said():
    image = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)
    by_hand = Corrections(1, mirrored=True)
    turned, homography = apply_corrections(picture_of(image), by_hand)
    assert np.array_equal(turned.image, np.rot90(image, -1)[:, ::-1])
    for x, y in ((0, 0), (3, 5), (1, 2)):
        at = homography @ (x, y, 1)
        assert np.array_equal(turned.image[round(at[1]), round(at[0])], image[y, x])
    assert by_hand.turned
    assert [note.text for note in by_hand_warnings(by_hand)] == ["Set by hand: turned by 90 degrees, mirrored."]
    assert not Corrections(4).turned


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 0, 3, 1)])
def test_corners_cut_out_the_page_whatever_their_order(order):
    page = np.full((400, 600, 3), 90, np.uint8)
    page[5:20, 5:20] = (255, 0, 0)
    corners = np.array([[120, 80], [700, 40], [760, 520], [90, 470]], np.float32)
    rectangle = np.array([[0, 0], [599, 0], [599, 399], [0, 399]], np.float32)
    photo = cv2.warpPerspective(page, cv2.getPerspectiveTransform(rectangle, corners), (900, 600))
    wanted = Corrections(corners=tuple((float(x), float(y)) for x, y in corners[list(order)]))
    cut, homography = apply_corrections(picture_of(photo), wanted)
    places = homography @ np.array([*corners[0], 1.0])
    assert places[:2] / places[2] == pytest.approx((0, 0), abs=1e-3)
    upper_left = cut.image[: cut.image.shape[0] // 10, : cut.image.shape[1] // 10]
    assert upper_left[..., 0].max() > 240
    assert cut.image[cut.image.shape[0] // 2 : -3, 3:-3, 1].min() > 80


def test_corners_that_enclose_no_page_are_refused_with_a_sentence():
    photo = np.full((600, 900, 3), 200, np.uint8)
    for corners in (((0, 0), (10, 0), (10, 10), (0, 10)), ((0, 0), (800, 0), (400, 100), (400, 500))):
        with pytest.raises(CorrectionError, match="Mark the corners"):
            apply_corrections(picture_of(photo), Corrections(corners=corners))
    with pytest.raises(CorrectionError, match="four corners, and 3 were marked"):
        apply_corrections(picture_of(photo), Corrections(corners=((0, 0), (800, 0), (400, 500))))


def test_corners_are_ordered_clockwise_from_the_upper_left():
    square = np.array([[0.0, 0], [4, 0], [4, 3], [0, 3]])
    assert np.array_equal(order_corners(square[[2, 0, 3, 1]]), square)


def test_unknown_settings_are_refused():
    for wrong in ({"layout": "4x3"}, {"lead_order": "Cabrero"}, {"speed_mm_per_s": 30.0}, {"gain_mm_per_mv": 7.0}):
        with pytest.raises(ValueError, match="not known"):
            Corrections(**wrong)


def test_a_layout_set_by_hand_takes_the_rows_that_fit_it_and_refuses_too_few():
    page = picture_of(render_page(simulate_ecg("normal", 72, seed=3).signals, PRESETS["clean"], seed=3).image)
    by_hand = read_page(page, Corrections(layout="3x4"))
    assert by_hand.layout.name == "3x4"
    assert [panel.row for panel in by_hand.panels] == sorted(list(range(3)) * 4)
    with pytest.raises(LayoutError, match="only 4 were found"):
        read_page(page, Corrections(layout="12x1"))


def test_the_order_of_the_limb_leads_can_be_set_by_hand():
    page = picture_of(render_page(simulate_ecg("normal", 72, seed=3).signals, PRESETS["clean"], seed=3).image)
    found = read_page(page, Corrections(lead_order="Cabrera"))
    assert found.layout.name == "3x4+1 Cabrera"
    assert [panel.label for panel in found.panels if panel.inverted] == ["-aVR"]


def test_a_page_on_its_side_is_read_when_turned_and_gain_is_taken_as_set():
    page = render_page(simulate_ecg("normal", 72, seed=3).signals, PRESETS["clean"], seed=3)
    lying = picture_of(np.ascontiguousarray(np.rot90(page.image)))
    found = read_page(lying, Corrections(quarter_turns=1, gain_mm_per_mv=20.0))
    assert found.layout.name == page.layout.name
    assert found.gain_mm_per_mv == 20.0
    assert found.warnings[0].code == "page.by_hand"
    corner = found.to_page @ (0, lying.image.shape[0] - 1, 1)
    assert np.abs(corner[:2] / corner[2]).max() < 2 * found.px_per_mm
