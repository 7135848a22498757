"""The tests of explanations on games whose answer is known: the truth must win, chance must not."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.drawing import LEAD_GROUPS
from heartguard.explain.baselines import edge_map, random_map
from heartguard.explain.faithfulness import (
    deletion_by_lead,
    deletion_by_pixel,
    hottest_ink,
    insertion_by_lead,
    insertion_by_pixel,
    pointing_hit,
    remove_and_debias,
    similarity,
)
from heartguard.explain.players import Players
from heartguard.explain.road import fill_from_around

WEIGHTS = dict(zip(LEAD_GROUPS, np.linspace(-0.3, 0.6, len(LEAD_GROUPS)), strict=True))
BLANK = np.full((4, 4), 255, np.uint8)


def ask(masks: np.ndarray) -> np.ndarray:
    return masks @ np.array(list(WEIGHTS.values()))


def players() -> Players:
    return Players(LEAD_GROUPS, np.repeat(BLANK[None], len(LEAD_GROUPS), axis=0), BLANK, BLANK)


def orders() -> list[dict[str, float]]:
    rng = np.random.default_rng(0)
    return [dict(zip(LEAD_GROUPS, rng.random(len(LEAD_GROUPS)), strict=True)) for _ in range(20)]


@pytest.mark.parametrize(("metric", "better"), [(deletion_by_lead, -1), (insertion_by_lead, 1)])
def test_the_true_order_of_leads_beats_every_other_and_the_reverse_is_worst(metric, better):
    best = better * metric(ask, players(), WEIGHTS)
    worst = better * metric(ask, players(), {name: -value for name, value in WEIGHTS.items()})
    for order in orders():
        assert worst <= better * metric(ask, players(), order) <= best


def picture() -> np.ndarray:
    image = np.full((24, 60), 255, np.uint8)
    image[10:12] = 0
    return image


def share_of_right_half(images: np.ndarray) -> np.ndarray:
    """Return how much of the ink of the right half is there."""
    return (255 - images[:, :, 30:].astype(float)).sum(axis=(1, 2)) / (255 * 2 * 30)


@pytest.mark.parametrize(
    ("metric", "better"),
    [(deletion_by_pixel, -1), (insertion_by_pixel, 1), (lambda *g: remove_and_debias(*g, fill_from_around), 1)],
    ids=["deletion", "insertion", "road"],
)
def test_a_map_of_what_matters_beats_chance_and_its_opposite_loses(metric, better):
    image = picture()
    heat = np.zeros(image.shape, np.float32)
    heat[8:14, 30:] = 1
    found = better * metric(share_of_right_half, image, heat)
    chance = better * np.mean([metric(share_of_right_half, image, random_map(image, seed)) for seed in range(5)])
    opposite = better * metric(share_of_right_half, image, -heat)
    assert found > chance > opposite


def test_the_hottest_ink_holds_its_share_and_no_paper():
    image = picture()
    mask = hottest_ink(image, np.tile(np.arange(60.0), (24, 1)), 0.25)
    assert mask.sum() == 30
    assert mask[10:12, 45:].all()


def test_painting_over_leaves_the_rest_and_hides_a_line():
    image = picture()
    mask = np.zeros(image.shape, bool)
    mask[6:16, 20:40] = True
    filled = fill_from_around(image, mask)
    assert np.array_equal(filled[~mask], image[~mask])
    assert filled[10:12, 28:32].mean() > 120
    assert np.array_equal(fill_from_around(image, np.zeros_like(mask)), image)
    everywhere = np.ones_like(mask)
    everywhere[0, 0] = False
    assert fill_from_around(image, everywhere).min() > 150


def test_the_edge_detector_sees_the_line_and_nothing_on_white_paper():
    edges = edge_map(picture())
    assert edges[10:12].min() > edges[0:2].max()
    assert not edge_map(np.full((24, 60), 255, np.uint8)).any()


def test_similarity_is_that_of_ranks():
    values = np.arange(12.0).reshape(3, 4)
    assert similarity(values, values**3) == pytest.approx(1)
    assert similarity(values, -values) == pytest.approx(-1)
    assert similarity(values, np.zeros((3, 4))) == 0


def test_the_pointing_game_asks_for_the_highest():
    assert pointing_hit({"I": 0.1, "V2": 0.4}, {"V2", "V3"})
    assert not pointing_hit({"I": 0.5, "V2": 0.4}, {"V2", "V3"})
