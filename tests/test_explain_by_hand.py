"""The steps of explaining on small maps, games and pictures whose answers are worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from heartguard.drawing import DRAWING_VERSION, LEAD_GROUPS, drawing_boxes
from heartguard.explain import Evidence, evidence_sentence, map_evidence, road, time_bands
from heartguard.explain.baselines import edge_map, random_map
from heartguard.explain.faithfulness import (
    deletion_by_lead,
    deletion_by_pixel,
    hottest_ink,
    insertion_by_lead,
    insertion_by_pixel,
)
from heartguard.explain.game import ExplanationCancelledError, Game
from heartguard.explain.incremental import IncrementalBackbone, _trusted, window
from heartguard.explain.on_page import shown_from
from heartguard.explain.patches import _halved, _paired, linkage, patches_of
from heartguard.explain.players import Players, _only
from heartguard.explain.road import fill_from_around
from heartguard.explain.sentence import name_leads
from heartguard.explain.waves import BETWEEN, column_seconds, known_waves, sample_seconds, wave_at
from heartguard.leads import LEAD_INDEX, SAMPLES
from heartguard.values import Drawing, Ecg, Measurements
from tests.test_classify import SmallBackbone

BOXES = {"rhythm" if box.rhythm else box.lead: box for box in drawing_boxes()}
MEASURED = Measurements(
    beats_s=np.array([1.0]), fiducials_s={"p_on": -0.2, "qrs_on": -0.05, "qrs_off": 0.05, "t_off": 0.4}
)
"""One beat: P from 0.8 s, QRS from 0.95 s, ST-T from 1.05 s to 1.4 s."""


def a_drawing(ecg: bool = True) -> Drawing:
    """Return white paper, with the boxes of an Ecg that shows every lead at its usual time."""
    flat = Ecg(np.zeros((12, SAMPLES), np.float32), np.ones(12, np.float32), "II") if ecg else None
    return Drawing(np.full((160, 384), 255, np.uint8), drawing_boxes(), DRAWING_VERSION, flat)


def test_bands_of_time_are_means_over_four_columns_and_the_strip_is_added_to_its_lead():
    heat = np.tile(np.arange(384, dtype=np.float32), (160, 1))
    heat[:20] = 0  # half of the first row of leads
    bands = {(band.lead, band.start_s): band for band in time_bands(heat, a_drawing())}
    assert [bands["I", start].value for start in (0.0, 0.104, 2.396)] == [0.75, 2.75, 46.75]
    assert (bands["I", 0.104].end_s, bands["I", 2.396].end_s) == (0.208, 2.5)
    assert [bands["III", start].value for start in (0.0, 0.104)] == [1.5, 5.5]
    assert [bands["II", start].value for start in (0.0, 2.396, 2.5, 9.896)] == [3.0, 187.0, 97.5, 381.5]
    assert len(bands) == 12 * 24 + 72
    with pytest.raises(ValueError, match="keeps no ECG"):
        time_bands(heat, a_drawing(ecg=False))


def test_evidence_of_waves_is_that_of_the_columns_at_their_seconds():
    found = map_evidence(np.ones((160, 384), np.float32), a_drawing(), MEASURED)
    # A row has 40 pixels to a column, and 1 s is 38.4 columns: P has 5 of them, QRS 4, ST-T 14.
    assert [found.by_wave["I", wave] for wave in ("P", "QRS", "ST-T", "")] == [200, 160, 560, 73 * 40]
    assert found.by_wave["rhythm", ""] == (384 - 23) * 40
    assert found.by_wave["V1", "P"] == 0
    assert (found.by_lead["I"], found.by_lead["rhythm"]) == (96 * 40, 384 * 40)
    against = map_evidence(np.full((160, 384), -1, np.float32), a_drawing(), MEASURED)
    assert against.by_lead["I"] == -96 * 40
    assert set(against.by_wave.values()) == {0.0}
    assert map_evidence(np.ones((160, 384), np.float32), a_drawing(ecg=False), MEASURED).by_wave == {}
    assert map_evidence(np.ones((160, 384), np.float32), a_drawing(), Measurements()).by_wave == {}


def test_shares_are_of_the_evidence_for_the_class():
    assert Evidence({"I": 3.0, "II": 1.0, "V1": -4.0}, {}).shares() == {"I": 0.75, "II": 0.25, "V1": 0.0}
    assert Evidence({"I": 0.0, "V1": -4.0}, {}).shares() == {"I": 0.0, "V1": 0.0}


@pytest.mark.parametrize(("first", "begins"), [(2500, 5.0), (3249, 5.0), (3251, 6.502), (4001, 7.5), (SAMPLES, 5.0)])
def test_a_lead_with_too_little_trace_in_its_own_seconds_is_shown_from_its_first_trace(first, begins):
    signals = np.full((12, SAMPLES), np.nan, np.float32)
    signals[LEAD_INDEX["V1"], first:] = 0
    ecg = Ecg(signals, np.ones(12, np.float32))
    assert (BOXES["V1"].start_s, ecg.sampling_rate_hz) == (5.0, 500)
    assert shown_from(ecg, BOXES["V1"]) == pytest.approx(begins)
    assert shown_from(ecg, BOXES["rhythm"]) == BOXES["rhythm"].start_s


def test_a_wave_begins_at_its_first_border_and_ends_before_its_last():
    moments = np.array([0.79, 0.8, 0.94, 0.95, 1.04, 1.05, 1.39, 1.4])
    assert wave_at(moments, MEASURED).tolist() == [BETWEEN, 0, 0, 1, 1, 2, 2, BETWEEN]
    no_t = Measurements(beats_s=np.array([1.0]), fiducials_s={"p_on": -0.2, "qrs_on": -0.05, "qrs_off": 0.05})
    assert known_waves(no_t) == ("P", "QRS")
    assert wave_at(moments, no_t).tolist() == [BETWEEN, 0, 0, 1, 1, BETWEEN, BETWEEN, BETWEEN]


def test_columns_and_samples_of_a_box_have_seconds():
    ecg = a_drawing().ecg
    assert ecg is not None
    assert column_seconds(BOXES["aVL"], ecg)[[0, 1, 95]] == pytest.approx(2.5 + np.array([0.5, 1.5, 95.5]) / 38.4)
    assert sample_seconds(BOXES["V6"], ecg, 3) == pytest.approx([7.62, 7.628, 7.636])
    late = Ecg(np.full((12, SAMPLES), np.nan, np.float32), np.ones(12, np.float32))
    late.signals[0, 2000:] = 0  # lead I is shown from 4 s on only, and is drawn from there
    assert sample_seconds(BOXES["I"], late, 1) == pytest.approx([4.12])


@pytest.mark.parametrize(
    ("by_lead", "by_wave", "sentence"),
    [
        ({"V1": 19.0, "I": -1.0}, {}, "100 % of the evidence lies in V1; against: lead I."),
        ({"V1": 19.1, "I": -1.0}, {}, "100 % of the evidence lies in V1; against: no lead in particular."),
        ({"V1": 1.0, "rhythm": -1.0}, {}, "100 % of the evidence lies in V1; against: the rhythm strip."),
        (
            {"V1": 2.0, "I": -1.0, "II": -2.0, "III": -3.0, "aVR": -4.0, "aVL": -5.0},
            {},
            "100 % of the evidence lies in V1; against: leads II, III, aVR and aVL.",
        ),
        (
            dict.fromkeys(LEAD_GROUPS, 1.0),
            {},
            "31 % of the evidence lies in I, II, III and aVR; against: no lead in particular.",
        ),
        ({"V4": 1.0, "II": 1.0}, {}, "50 % of the evidence lies in V4; against: no lead in particular."),
        (
            {"V4": 1.0},
            {("V4", "QRS"): 1.0, ("V4", ""): 1.0, ("V1", "P"): 9.0},
            "100 % of the evidence lies in V4, mostly QRS; against: no lead in particular.",
        ),
        (
            {"V4": 1.0},
            {("V4", "QRS"): 1.0, ("V4", "P"): 0.5, ("V4", ""): 0.6},
            "100 % of the evidence lies in V4; against: no lead in particular.",
        ),
    ],
)
def test_the_sentence_names_the_majority_and_what_is_notable(by_lead, by_wave, sentence):
    assert evidence_sentence(Evidence(by_lead, by_wave), "MI") == f"For MI: {sentence}"


def test_only_chest_leads_that_follow_each_other_are_a_range():
    assert name_leads(["V6", "V4", "V2", "V1", "rhythm"]) == "V1-V2, V4, V6 and the rhythm strip"
    assert name_leads(["aVL"]) == "aVL"


def test_a_pixel_is_filled_with_the_weighted_mean_of_its_neighbours(monkeypatch):
    monkeypatch.setattr(road, "NOISE", 0.0)
    image = np.full((3, 3), 60, np.uint8)
    image[1], image[:, 1] = 120, 120
    mask = np.zeros((3, 3), bool)
    mask[1, 1] = True
    assert fill_from_around(image, mask)[1, 1] == 100  # four sides of 120 weigh 1/6, four corners of 60 weigh 1/12
    mask[:] = False
    mask[0, 0] = True
    image[1, 1] = 60
    assert fill_from_around(image, mask)[0, 0] == 108  # (20 + 20 + 5) / (5/12)
    row, mask = np.array([[30, 0, 0, 90]], np.uint8), np.array([[False, True, True, False]])
    assert fill_from_around(row, mask).tolist() == [[30, 50, 70, 90]]


def test_filled_pixels_have_the_noise_of_their_seed():
    image, mask = np.full((40, 40), 128, np.uint8), np.ones((40, 40), bool)
    mask[0] = False
    first, again, other = (fill_from_around(image, mask, seed)[mask].astype(int) for seed in (1, 1, 2))
    assert first.std() == pytest.approx(10, abs=1)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


WEIGHTS = {"a": 8.0, "b": 4.0, "c": 2.0, "d": 1.0}


def four_players() -> Players:
    return Players(
        tuple(WEIGHTS), np.empty((4, 1, 1), np.uint8), np.empty((1, 1), np.uint8), np.empty((1, 1), np.uint8)
    )


def test_one_and_three_leads_are_deleted_and_inserted_the_highest_scored_first():
    def ask(masks: np.ndarray) -> np.ndarray:
        return masks @ np.array(list(WEIGHTS.values()))

    assert deletion_by_lead(ask, four_players(), WEIGHTS) == (7 + 1) / 2  # six leads are more than there are
    assert insertion_by_lead(ask, four_players(), WEIGHTS) == (8 + 14) / 2
    backwards = {name: -weight for name, weight in WEIGHTS.items()}
    assert insertion_by_lead(ask, four_players(), backwards) == (1 + 7) / 2


def test_a_tenth_a_quarter_and_half_of_the_ink_are_deleted_and_inserted():
    image = np.full((4, 20), 255, np.uint8)
    image[1] = 0
    heat = np.tile(np.arange(20.0, dtype=np.float32), (4, 1))

    def right_half(images: np.ndarray) -> np.ndarray:
        return (images[:, 1, 10:] == 0).mean(axis=1)

    assert deletion_by_pixel(right_half, image, heat) == pytest.approx((0.8 + 0.5 + 0) / 3)
    assert insertion_by_pixel(right_half, image, heat) == pytest.approx((0.2 + 0.5 + 1) / 3)
    assert insertion_by_pixel(right_half, image, -heat) == 0
    assert np.flatnonzero(hottest_ink(image, heat, 0.24)[1]).tolist() == [16, 17, 18, 19]  # no more than the share


def test_random_maps_are_patches_of_eight_pixels():
    found = random_map(np.zeros((20, 12), np.uint8), 3)
    assert found.shape == (20, 12)
    corners = found[::8, ::8]
    assert np.array_equal(found, corners.repeat(8, axis=0)[:20].repeat(8, axis=1)[:, :12])
    assert len(np.unique(corners)) == 6
    assert 0 <= found.min() < found.max() < 1


@pytest.mark.parametrize("turned", [False, True])
def test_edges_are_strongest_at_a_step(turned):
    image = np.zeros((41, 41), np.uint8)
    image[:, 21:] = 255
    edges = edge_map(image.T if turned else image)
    profile = (edges.T if turned else edges)[20]
    assert profile.argmax() in (20, 21)
    assert profile[20] == pytest.approx(profile[21], rel=1e-4)
    assert profile[16] / profile[20] == pytest.approx(np.exp(-(4.5**2 - 0.5**2) / 2 / 16), abs=0.05)  # 4 pixels wide


def test_a_window_reaches_sixteen_pixels_around_a_lead_and_stays_on_the_drawing():
    shape = (160, 384)
    rows, columns = window(BOXES["aVR"], shape)
    assert (rows, columns) == (slice(0, 72), slice(80, 208))
    assert window(BOXES["rhythm"], shape) == (slice(88, 160), slice(0, 384))
    assert window(BOXES["V5"], shape) == (slice(24, 96), slice(256, 384))
    inside, outside = _trusted(BOXES["aVR"], rows, columns, shape)
    assert outside == (slice(0, 12), slice(22, 50))  # cells of 4 pixels, 8 pixels around the lead
    assert inside == (slice(0, 12), slice(2, 30))
    inside, outside = _trusted(BOXES["V6"], *window(BOXES["V6"], shape), shape)
    assert outside == (slice(18, 32), slice(70, 96))
    assert inside == (slice(2, 16), slice(6, 32))


class Asked(SmallBackbone):
    """Keeps the sizes of what is computed."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, ...]] = []

    def near(self, image):
        self.sizes.append(image.shape)
        return super().near(image)


def test_only_the_surroundings_of_a_lead_that_changed_are_computed():
    whole, paper = Asked(), np.full((160, 384), 255, np.uint8)
    backbone = IncrementalBackbone(whole)
    backbone.near(paper)
    one = paper.copy()
    one[10:30, 100:180] = 0  # inside of aVR
    assert np.array_equal(backbone.near(one), SmallBackbone().near(one))
    assert whole.sizes == [(160, 384), (72, 128)]
    both = one.copy()
    both[130:150] = 0  # and the strip
    assert np.array_equal(backbone.near(both), SmallBackbone().near(both))
    assert whole.sizes[2:] == [(72, 384)]  # from the last one, not from white paper
    assert np.array_equal(backbone.near(255 - paper), SmallBackbone().near(255 - paper))
    assert whole.sizes[3:] == [(160, 384)]
    backbone.near(paper)
    assert len(whole.sizes) == 4  # white paper is kept


def test_patches_are_halved_along_their_longer_side_and_joined_in_pairs():
    square = {(0, 0): 0, (0, 4): 1, (4, 0): 2, (4, 4): 3}
    assert _halved(list(square), square) == ((0, 2), (1, 3))
    tall = {(0, 0): 0, (4, 0): 1, (12, 4): 2}
    assert _halved(list(tall), tall) == ((0, 1), 2)
    assert _paired([0, 1, 2]) == (0, (1, 2))
    assert _paired([0, 1, 2, 3]) == ((0, 1), (2, 3))
    assert linkage(((0, 1), 2), 3).tolist() == [[0, 1, 2, 2], [3, 2, 3, 3]]


def test_patches_of_a_drawing_are_where_its_ink_is():
    drawing = a_drawing()
    drawing.image[0, 0] = drawing.image[3, 103] = drawing.image[159, 383] = 0
    found = patches_of(drawing)
    assert found.names == ("I 0 0", "aVR 0 25", "rhythm 39 95")
    assert found.joins.tolist() == [[1, 2, 2, 2], [0, 3, 3, 3]]
    assert [found.place[y, x] for y, x in ((0, 0), (3, 3), (0, 100), (4, 0), (156, 380))] == [0, 0, 1, 3, 2]
    (less,) = found.drawings(np.array([[True, False, True]]))
    assert np.argwhere(less == 0).tolist() == [[0, 0], [159, 383]]
    spread = found.spread(np.array([1.0, 2.0, 4.0]))
    assert [spread[y, x] for y, x in ((3, 3), (0, 103), (158, 382), (50, 50))] == [1, 2, 4, 0]
    assert patches_of(a_drawing()).joins.shape == (0, 4)


def test_a_coalition_is_the_darkest_of_its_layers():
    layers = np.array([[[0, 255, 255]], [[255, 90, 255]]], np.uint8)
    players = Players(("a", "b"), layers, np.array([[255, 255, 7]], np.uint8), np.array([[1, 2, 3]], np.uint8))
    masks = np.array([[False, False], [True, False], [False, True], [True, True]])
    assert players.drawings(masks)[:, 0].tolist() == [[255, 255, 7], [0, 255, 7], [255, 90, 7], [1, 2, 3]]


def test_a_wave_has_one_sample_more_at_its_end():
    inside = np.array([False, True, True, False, False])
    assert np.isnan(_only(np.ones(5, np.float32), inside)).tolist() == [True, False, False, False, True]


class Votes:
    """Players that are drawn as their mask."""

    names = ("a", "b")

    def drawings(self, masks):
        return masks.astype(float)


def a_game(**options: Any) -> tuple[Game, list[int]]:
    """Return a game in which a adds 1 and b adds 2 to the logit of MI, and the sizes of its batches."""
    batches: list[int] = []

    def predict(images: np.ndarray) -> Any:
        batches.append(len(images))
        logits = np.stack([np.zeros(len(images)), images @ [1.0, 2.0]], axis=1)
        return SimpleNamespace(logits=logits, class_maps=np.zeros((len(images), 2, 10, 24)))

    engine: Any = SimpleNamespace(spec=SimpleNamespace(classes=("Normal", "MI"), temperature=2.0), predict=predict)
    return Game(**{"engine": engine, "label": "MI", "players": Votes(), "batch": 2, "expected": 3, **options}), batches


def test_a_game_asks_once_for_each_coalition_in_batches():
    seen: list[tuple[int, int]] = []
    game, batches = a_game(on_progress=lambda *at: seen.append(at))
    found = game(np.array([[0, 0], [1, 0], [1, 0], [1, 1]]))
    assert found == pytest.approx(1 / (1 + np.exp(-np.array([0, 1, 1, 3]) / 2)))
    assert (batches, seen, game.done) == ([2, 1], [(2, 3), (3, 3)], 3)
    assert game(np.array([[0, 1], [1, 1]])) == pytest.approx(1 / (1 + np.exp(-np.array([2, 3]) / 2)))
    assert (batches, seen[-1], game.done, game.place) == ([2, 1, 1], (3, 3), 4, 1)
    assert len(game.parts) == 4
    without, _ = a_game(keep_parts=False)
    without(np.array([[0, 0]]))
    assert (without.done, without.parts) == (1, {})


def test_a_game_is_stopped_before_a_batch_and_knows_its_classes():
    answers = iter([False, True])
    game, batches = a_game(cancelled=lambda: next(answers))
    with pytest.raises(ExplanationCancelledError, match="stopped"):
        game(np.array([[0, 0], [1, 0], [0, 1]]))
    assert batches == [2]
    with pytest.raises(KeyError, match="no class 'VT'; it knows Normal, MI"):
        a_game(label="VT")
