"""SHAP by pixel: patches of ink, the tree that joins them, and values on a network whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.drawing import LEAD_GROUPS, draw, segment_leads
from heartguard.explain import ExplanationCancelledError, pixel_shap
from heartguard.explain.cam import lead_group_of
from heartguard.explain.patches import PATCH_PX, Patches, patches_of
from heartguard.values import Drawing, Ecg
from heartlab.simulate.ecg import simulate_ecg
from tests.test_explain import engine


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return draw(segment_leads(Ecg(simulate_ecg("normal", 70, seed=2).signals, np.ones(12, np.float32), "II")))


@pytest.fixture(scope="module")
def patches(drawing) -> Patches:
    return patches_of(drawing)


def below(patches: Patches, node: int) -> list[int]:
    count = len(patches.names)
    if node < count:
        return [node]
    left, right = patches.joins[node - count, :2].astype(int)
    return below(patches, left) + below(patches, right)


def test_all_patches_are_the_drawing_and_none_is_white_paper(drawing, patches):
    every, none = patches.drawings(np.array([[True] * len(patches.names), [False] * len(patches.names)]))
    assert np.array_equal(every, drawing.image)
    assert (none == 255).all()


def test_a_patch_is_small_and_its_ink_is_all_that_it_shows(drawing, patches):
    for number in range(0, len(patches.names), 50):
        rows, columns = np.nonzero(patches.place == number)
        assert max(np.ptp(rows), np.ptp(columns)) < PATCH_PX
        alone = patches.drawings(np.arange(len(patches.names))[None] == number)[0]
        assert np.array_equal(alone[rows, columns], drawing.image[rows, columns])
        assert ((alone < 255).sum()) == (drawing.image[rows, columns] < 255).sum() > 0


def test_the_tree_holds_every_patch_once_and_no_lead_is_mixed_before_it_is_whole(patches):
    count = len(patches.names)
    assert patches.joins.shape == (count - 1, 4)
    leads = [name.split()[0] for name in patches.names]
    assert sorted(below(patches, 2 * count - 2)) == list(range(count))
    for node in range(count, 2 * count - 1):
        members = below(patches, node)
        assert len(members) == patches.joins[node - count, 3]
        found = {leads[member] for member in members}
        assert len(found) == 1 or len(members) == sum(lead in found for lead in leads)


def test_values_lie_in_the_lead_that_decides_and_add_up(drawing):
    seen: list[tuple[int, int]] = []
    found = pixel_shap(drawing, engine(V3=2.0), "MI", evaluations=60, on_progress=lambda *at: seen.append(at))
    whole = np.exp(2) / (np.exp(2) + 3)
    assert (found.base, found.prediction) == pytest.approx((0.25, whole))
    assert found.total == pytest.approx(whole - 0.25)
    assert found.error < 1e-9
    assert found.evaluations <= 60
    assert seen[-1][0] == found.evaluations
    assert seen[0][0] == 2
    sums = dict.fromkeys(LEAD_GROUPS, 0.0)
    for box in drawing.boxes:
        inside = found.heat[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)]
        sums[lead_group_of(box)] += float(np.abs(inside).sum())
    assert sums.pop("V3") > 0
    assert max(sums.values()) < 1e-6
    assert not found.heat[drawing.image.shape[0] - 1].any()


def test_the_same_twice_and_numpys_random_state_left_alone(drawing):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (pixel_shap(drawing, engine(I=1.0, V5=-2.0), "MI", evaluations=40).heat for _ in range(2))
    assert np.array_equal(first, second)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_it_can_be_stopped_and_knows_its_classes(drawing):
    with pytest.raises(ExplanationCancelledError):
        pixel_shap(drawing, engine(), "MI", cancelled=lambda: True)
    with pytest.raises(KeyError, match="VT"):
        pixel_shap(drawing, engine(), "VT")


def test_white_paper_has_nothing_to_share(drawing):
    blank = Drawing(np.full_like(drawing.image, 255), drawing.boxes, drawing.version)
    found = pixel_shap(blank, engine(), "MI")
    assert not found.heat.any()
    assert found.total == 0
