"""Which way up a page is: the algebra of turns against turned pictures, and evidence that turns with the page."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from heartguard.page.look import Look, likely_flips
from heartguard.page.print import Word
from heartguard.page.straight import StraightPage
from heartguard.page.turn import (
    ACROSS,
    AS_IT_IS,
    DOWN,
    Turn,
    evidence_of_flips,
    evidence_of_side,
    homography,
    turned,
)
from tests.drawn_pages import Print, Seen
from tests.drawn_pages import picture as drawn
from tests.networks import page_models

TURNS = [Turn(quarters, mirrored) for mirrored in (False, True) for quarters in range(4)]
PX_PER_MM = 8.0
ROWS = (200.0, 440.0)
LEFT_RIGHT, UPSIDE_DOWN = Turn(0, True), Turn(2, True)


def picture(shape: tuple[int, ...] = (5, 7)) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)


@pytest.mark.parametrize(("first", "second"), list(product(TURNS, TURNS)))
def test_one_turn_does_what_two_do(first: Turn, second: Turn) -> None:
    assert np.array_equal(turned(turned(picture(), first), second), turned(picture(), first.then(second)))


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_pixels_go_where_the_homography_says(turn: Turn, shape: tuple[int, ...]) -> None:
    before = picture(shape)
    after = turned(before, turn)
    for y, x in np.ndindex(*shape[:2]):
        column, row, one = homography(turn, (5, 7)) @ (x, y, 1)
        assert one == 1
        assert np.array_equal(after[round(row), round(column)], before[y, x])


@pytest.mark.parametrize("turn", TURNS)
def test_every_turn_can_be_undone(turn: Turn) -> None:
    assert [other for other in TURNS if turn.then(other) == AS_IT_IS] == [
        turn if turn.mirrored else Turn(-turn.quarters % 4)
    ]


def test_turns_are_said_in_words() -> None:
    assert Turn(1).said == "turned by 90 degrees clockwise"
    assert Turn(2, True).said == "turned upside down and mirrored"
    assert Turn(0, True).said == "mirrored"


def page() -> dict[str, np.ndarray]:
    """Draw two rows of beats with T waves, an L as their name, pulses before them and a line of print above."""
    shares = {plane: np.zeros((640, 1600), np.uint8) for plane in ("trace", "name", "print", "pulse")}
    x = np.arange(160, 1560)
    beat = (x - 160) % 200
    up = 70 * np.exp(-0.5 * ((beat - 60) / 4) ** 2) + 18 * np.exp(-0.5 * ((beat - 110) / 14) ** 2)
    for row in ROWS:
        for column, y in zip(x, np.round(row - up).astype(int), strict=True):
            shares["trace"][y - 1 : y + 2, column] = 255
        name, foot = shares["name"], round(row) - 90
        name[foot - 24 : foot, 170:174] = name[foot - 4 : foot, 170:186] = 255
        pulse, top = shares["pulse"], round(row) - 80
        pulse[top : round(row), 80:83] = pulse[top : round(row), 120:123] = pulse[top : top + 3, 80:123] = 255
    for letter in range(30):
        at = 300 + 30 * letter
        shares["print"][20:44, at : at + 4] = shares["print"][20:24, at : at + 18] = 255
    return shares


def flipped(turn: Turn) -> tuple[np.ndarray, np.ndarray]:
    shares = {plane: turned(share, turn) for plane, share in page().items()}
    rows = ROWS if turn == LEFT_RIGHT else tuple(639 - row for row in reversed(ROWS))
    return evidence_of_flips(shares, rows, PX_PER_MM)


def test_the_page_speaks_for_itself_where_the_evidence_is_clear() -> None:
    across, down = evidence_of_flips(page(), ROWS, PX_PER_MM)
    told = dict(zip(ACROSS, across, strict=True))
    assert told["pulse_side"] > 0.9
    assert told["t_waves"] > 0.5
    told = dict(zip(DOWN, down, strict=True))
    assert told["pulse_roof"] == 1
    assert told["r_waves"] > 0.3
    assert told["name_height"] > 0.5
    assert told["print_side"] == 1


def test_a_mirror_turns_the_evidence_of_left_and_right_alone() -> None:
    across, down = evidence_of_flips(page(), ROWS, PX_PER_MM)
    mirrored, still = flipped(LEFT_RIGHT)
    assert mirrored == pytest.approx(-across, abs=0.03)
    assert still == pytest.approx(down, abs=0.03)


def test_upside_down_turns_the_evidence_of_top_and_bottom_alone() -> None:
    across, down = evidence_of_flips(page(), ROWS, PX_PER_MM)
    still, overturned = flipped(UPSIDE_DOWN)
    assert still == pytest.approx(across, abs=0.03)
    assert overturned == pytest.approx(-down, abs=0.03)


def test_a_page_on_its_side_gives_the_opposite_evidence() -> None:
    shares = page()
    text = np.maximum(shares["print"], shares["name"])
    upright = evidence_of_side(shares["trace"], text)
    lying = evidence_of_side(turned(shares["trace"], Turn(1)), turned(text, Turn(1)))
    assert lying == pytest.approx(-upright, abs=0.02)
    assert upright[1] > 0.5


def test_an_empty_page_tells_nothing() -> None:
    empty = {plane: np.zeros((100, 200), np.uint8) for plane in ("trace", "name", "print", "pulse")}
    across, down = evidence_of_flips(empty, (), PX_PER_MM)
    assert not across.any()
    assert not down.any()
    assert not evidence_of_side(empty["trace"], empty["print"]).any()


@pytest.mark.parametrize(
    ("left", "top", "on_its_side", "expected"),
    [
        (5.0, 5.0, False, {AS_IT_IS: 0.0}),
        (-5.0, 5.0, False, {LEFT_RIGHT: 5.0}),
        (5.0, -5.0, False, {UPSIDE_DOWN: 5.0}),
        (-3.0, -3.0, False, {Turn(2): 6.0}),
        # Pages are seldom mirrored: on a hint they are read both ways.
        (-3.0, 4.0, False, {AS_IT_IS: 0.0, LEFT_RIGHT: 1.0}),
        (-3.0, 1.0, False, {AS_IT_IS: 0.0, Turn(2): 0.0, LEFT_RIGHT: 1.0}),
        # On its side a page is upside down as often as not.
        (-1.5, 1.0, True, {AS_IT_IS: 0.0, Turn(2): 0.5}),
        (1.5, -1.0, True, {AS_IT_IS: 0.0}),
    ],
)
def test_a_page_is_flipped_on_clear_evidence_and_read_both_ways_on_a_hint(
    left: float, top: float, on_its_side: bool, expected: dict[Turn, float]
) -> None:
    assert likely_flips(left, top, on_its_side=on_its_side) == expected


def names(*leads: str) -> tuple[Word, ...]:
    return tuple(Word(lead, 0, 99 * k, 9, 99 * k + 9, 0.9, k) for k, lead in enumerate(leads))


def look_at(seen: Seen) -> Look:
    image = drawn(Print(), seen)
    models = page_models()
    return Look(image, models.structure.maps(image), models)


def test_names_that_can_be_read_keep_a_page_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    on_its_side = look_at(Seen(quarters=1))
    monkeypatch.setattr("heartguard.page.look.read_print", lambda page, network: names("aVR", "V1", "V2"))
    assert on_its_side.on_its_feet().turn == Turn(1)
    legible = look_at(Seen(quarters=1))
    monkeypatch.setattr("heartguard.page.look.read_print", lambda page, network: names("aVR", "V1", "V2", "V3"))
    assert legible.on_its_feet() is legible
    assert legible.flips() == {AS_IT_IS: 0.0}


def test_names_that_read_the_same_from_every_side_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    look = look_at(Seen(quarters=1))
    monkeypatch.setattr("heartguard.page.look.read_print", lambda page, network: names("I", "II", "III", "V1", "V2"))
    assert look.on_its_feet().turn == Turn(1)


def test_a_page_is_turned_to_where_its_names_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    look = look_at(Seen())
    upright = look.straight
    assert upright is not None

    def read(page: StraightPage, network: object) -> tuple[Word, ...]:
        flipped = np.array_equal(page.image, turned(upright.image, Turn(2)))
        return names("V1", "V2", "V3", "V4") if flipped else names("V1", "V6R")

    monkeypatch.setattr("heartguard.page.look.read_print", read)
    assert list(look.flips()) == [Turn(2)]
