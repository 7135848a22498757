"""Explanations of models whose answers are known: exact maps, exact Shapley values, places on the page."""

import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest

from heartguard.classify.engine import Outputs
from heartguard.classify.spec import ModelSpec
from heartguard.drawing import (
    DRAWING_HEIGHT,
    DRAWING_VERSION,
    DRAWING_WIDTH,
    LEAD_GROUPS,
    RHYTHM,
    draw,
    drawing_boxes,
    segment_leads,
)
from heartguard.explain import ExplanationCancelledError, class_map, lead_shap, map_evidence, map_on_page, map_on_upload
from heartguard.explain.cam import lead_group_of
from heartguard.leads import LAYOUTS, LEAD_INDEX, PAGE_SECONDS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.values import Drawing, Ecg, Page, Panel, Prediction, Segment, Upload
from heartlab.simulate.ecg import simulate_ecg

CLASSES = ("Normal", "MI", "PMI", "HB")
CELLS = (DRAWING_HEIGHT // 16, DRAWING_WIDTH // 16)


def simulated(rhythm_lead: str | None = "II") -> Ecg:
    return Ecg(simulate_ecg("normal", 70, seed=1).signals, np.ones(12, np.float32), rhythm_lead)


def predicted(maps: np.ndarray, bias: np.ndarray | None = None) -> Prediction:
    drawing = Drawing(
        np.full((DRAWING_HEIGHT, DRAWING_WIDTH), 255, np.uint8), drawing_boxes(), DRAWING_VERSION, simulated()
    )
    bias = np.zeros(4, np.float32) if bias is None else bias
    return Prediction("MI", False, dict.fromkeys(CLASSES, 0.25), maps.astype(np.float32), bias, 1.0, "fake", drawing)


@dataclass
class InkEngine:
    """Gives each class the sum over the leads' boxes of weight x (has ink): logits linear in the players."""

    weights: dict[str, float]
    bias: np.ndarray
    spec: ModelSpec
    asked: int = 0
    finding_spec: None = None

    def predict(self, images: np.ndarray) -> Outputs:
        self.asked += len(images)
        logits = np.zeros((len(images), 4), np.float32)
        for box in drawing_boxes():
            part = images[:, round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)]
            logits[:, 1] += self.weights.get(lead_group_of(box), 0.0) * (part.min(axis=(1, 2)) < 128)
        return Outputs(logits, np.zeros((len(images), 4, *CELLS), np.float32))


def lead_shares(prediction: Prediction, label: str) -> dict[str, float]:
    return map_evidence(class_map(prediction, label), prediction.drawing).shares()


def engine(temperature: float = 1.0, **weights: float) -> InkEngine:
    spec = ModelSpec(
        "fake", CLASSES, (DRAWING_HEIGHT, DRAWING_WIDTH), DRAWING_VERSION, temperature, 0.5, "0" * 64, "-", "-"
    )
    return InkEngine(weights, np.zeros(4, np.float32), spec)


def test_mean_of_the_class_map_and_bias_are_the_logit() -> None:
    rng = np.random.default_rng(0)
    bias = np.array([0.1, -0.4, 0.2, 1.0], np.float32)
    prediction = predicted(rng.normal(0, 3, (4, *CELLS)), bias)
    for number, label in enumerate(CLASSES):
        logit = prediction.class_maps[number].mean() + bias[number]
        assert class_map(prediction, label).mean() + bias[number] == pytest.approx(logit, abs=1e-4)


def test_class_map_keeps_place_sign_and_zeros() -> None:
    maps = np.zeros((4, *CELLS))
    maps[1, 2, 5], maps[1, 8, 20] = 2.0, -3.0
    drawn = class_map(predicted(maps), "MI")
    assert drawn.shape == (DRAWING_HEIGHT, DRAWING_WIDTH)
    assert drawn.dtype == np.float32
    row, column = np.unravel_index(drawn.argmax(), drawn.shape)
    assert (row // 16, column // 16) == (2, 5)
    row, column = np.unravel_index(drawn.argmin(), drawn.shape)
    assert (row // 16, column // 16) == (8, 20)
    assert not drawn[:, 160:300].any()
    assert not class_map(predicted(maps), "HB").any()


def test_class_map_scales_with_the_evidence() -> None:
    maps = np.random.default_rng(1).normal(0, 1, (4, *CELLS))
    assert np.allclose(class_map(predicted(3 * maps), "PMI"), 3 * class_map(predicted(maps), "PMI"), atol=1e-5)


def test_class_map_of_an_unknown_class_or_without_drawing() -> None:
    prediction = predicted(np.zeros((4, *CELLS)))
    with pytest.raises(KeyError, match="VT"):
        class_map(prediction, "VT")
    with pytest.raises(ValueError, match="drawing"):
        class_map(replace(prediction, drawing=None), "MI")


def test_lead_shares_follow_the_evidence() -> None:
    maps = np.zeros((4, *CELLS))
    maps[1, 0:2, 0:5] = 1.0  # lead I
    maps[1, 8:10, 10:15] = 3.0  # the strip
    maps[1, 0:2, 14:17] = -5.0  # V1, against
    shares = lead_shares(predicted(maps), "MI")
    assert set(shares) == set(LEAD_GROUPS)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[RHYTHM] > 2 * shares["I"] > 0
    assert shares["V1"] == 0
    assert set(lead_shares(predicted(-np.abs(maps)), "MI").values()) == {0.0}


def test_the_map_of_white_paper_can_be_taken_off() -> None:
    maps = np.random.default_rng(1).normal(0, 1, (4, *CELLS)).astype(np.float32)
    prediction = predicted(maps)
    assert not class_map(prediction, "MI", maps).any()
    assert np.allclose(class_map(prediction, "MI", np.zeros_like(maps)), class_map(prediction, "MI"))


def straight_page(layout: str, rhythm_lead: str | None) -> tuple[Page, Ecg]:
    """Return a page of 10 px/mm whose traces run along their baselines, and its Ecg."""
    plan, px_per_s, left, pitch = LAYOUTS[layout], 100.0, 20.0, 60.0
    panels = []
    for row, leads in enumerate(plan.rows):
        for column, lead in enumerate(leads):
            start = column * plan.column_seconds
            x0, x1 = left + start * px_per_s, left + (start + plan.column_seconds) * px_per_s
            panels.append(Panel(lead, row, x0, x1, 40 + pitch * row, start, start + plan.column_seconds))
    if rhythm_lead:
        row = len(plan.rows)
        panels.append(Panel(rhythm_lead, row, left, left + 1000, 40 + pitch * row, 0, PAGE_SECONDS, rhythm=True))
    blank = np.full((round(80 + pitch * plan.row_count), 1040, 3), 255, np.uint8)
    upload = Upload("page.png", "0" * 64, "png", np.full((800, 1200, 3), 255, np.uint8))
    page = Page(upload, blank, np.eye(3), blank[..., 0] / 255.0, 4.0, "grid", plan, tuple(panels), 1.0)
    segments = tuple(
        Segment(p, np.full(round(p.x1 - p.x0), p.baseline_y, np.float32), round(p.x0), 1.0) for p in panels
    )
    signals = np.full((12, SAMPLES), np.nan, np.float32)
    for panel in panels:
        part = slice(round(panel.start_s * SAMPLING_RATE_HZ), round(panel.end_s * SAMPLING_RATE_HZ))
        signals[LEAD_INDEX[panel.lead], part] = 0
    return page, Ecg(signals, np.ones(12, np.float32), rhythm_lead, segments, page)


def warm(lead: str, *, rhythm: bool = False) -> tuple[np.ndarray, Drawing]:
    """Return a map that is 1 in one box and 0 elsewhere."""
    drawing = draw(segment_leads(simulated()))
    heat = np.zeros(drawing.image.shape, np.float32)
    for box in drawing.boxes:
        if box.lead == lead and box.rhythm == rhythm:
            heat[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)] = 1
    return heat, drawing


@pytest.mark.parametrize("lead", ["I", "aVF", "V2", "V6"])
def test_heat_of_a_lead_stands_on_its_panel_of_a_3x4_page(lead: str) -> None:
    page, ecg = straight_page("3x4+1", "II")
    heat, drawing = warm(lead)
    on_page = map_on_page(heat, page, ecg, drawing)
    panel = next(panel for panel in page.panels if panel.lead == lead)
    rows, columns = np.nonzero(on_page > 0.5)
    assert columns.min() == pytest.approx(panel.x0, abs=3)
    assert columns.max() == pytest.approx(panel.x1, abs=3)
    assert rows.mean() == pytest.approx(panel.baseline_y, abs=1)
    assert on_page[round(panel.baseline_y), round(panel.x0 + 100)] == pytest.approx(1, abs=1e-5)


def test_a_6x2_page_is_warm_only_in_the_seconds_that_the_drawing_shows() -> None:
    page, ecg = straight_page("6x2+1", "II")
    heat, drawing = warm("V5")
    columns = np.nonzero(map_on_page(heat, page, ecg, drawing) > 0.5)[1]
    assert columns.min() == pytest.approx(20 + 750, abs=3)
    assert columns.max() == pytest.approx(20 + 1000, abs=3)


def test_heat_of_the_strip_stands_on_the_strip_alone() -> None:
    page, ecg = straight_page("3x4+1", "II")
    heat, drawing = warm("II", rhythm=True)
    rows, columns = np.nonzero(map_on_page(heat, page, ecg, drawing))
    strip = page.panels[-1]
    assert np.abs(rows - strip.baseline_y).max() <= 6 * page.px_per_mm
    assert np.ptp(columns) == pytest.approx(1000, abs=3)


def test_heat_of_a_strip_that_was_put_together_stands_on_the_leads_that_stood_in() -> None:
    page, ecg = straight_page("6x2", None)
    drawing = draw(segment_leads(ecg))
    heat = np.zeros(drawing.image.shape, np.float32)
    heat[round(drawing.boxes[-1].y0) :] = 1
    rows, columns = np.nonzero(map_on_page(heat, page, ecg, drawing) > 0.5)
    halves = {panel.lead: panel for panel in page.panels if panel.lead in ("II", "V5")}
    middle = halves["V5"].x0
    for lead, here in (("II", columns < middle - 3), ("V5", columns > middle + 3)):
        assert rows[here].mean() == pytest.approx(halves[lead].baseline_y, abs=1)
        assert np.ptp(columns[here]) == pytest.approx(500, abs=5)
    assert sum(lead_shares(replace(predicted(np.ones((4, 10, 24), np.float32)), drawing=drawing), "MI").values()) == (
        pytest.approx(1)
    )


def test_on_a_12x1_page_short_box_and_strip_share_the_lead() -> None:
    page, ecg = straight_page("12x1", None)
    heat, drawing = warm("II")
    columns = np.nonzero(map_on_page(heat, page, ecg, drawing) > 0.5)[1]
    assert np.ptp(columns) == pytest.approx(250, abs=4)
    heat, drawing = warm("II", rhythm=True)
    rows, columns = np.nonzero(map_on_page(heat, page, ecg, drawing) > 0.5)
    assert np.ptp(columns) == pytest.approx(1000, abs=4)
    assert rows.mean() == pytest.approx(page.panels[1].baseline_y, abs=1)


def test_the_band_follows_the_trace_and_its_gaps() -> None:
    page, ecg = straight_page("3x4", None)
    segment = ecg.segments[0]
    y = segment.y.copy()
    y[100:] -= 12
    y[110:120] = np.nan
    ecg = replace(ecg, segments=(replace(segment, y=y), *ecg.segments[1:]))
    heat, drawing = warm("I")
    rows = np.nonzero(map_on_page(heat, page, ecg, drawing)[:, round(segment.panel.x0) + 115])[0]
    assert rows.mean() == pytest.approx(segment.panel.baseline_y - 12, abs=1)


def test_the_map_goes_back_to_the_upload_through_the_homography() -> None:
    page, _ = straight_page("3x4", None)
    to_page = np.array([[0.5, 0, -30], [0, 0.5, -10], [0, 0, 1.0]])
    page_map = np.zeros(page.image.shape[:2], np.float32)
    page_map[50:53, 100:103] = 1
    on_upload = map_on_upload(page_map, replace(page, to_page=to_page))
    assert on_upload.shape == page.upload.image.shape[:2]
    rows, columns = np.nonzero(on_upload > 0.9)
    assert rows.mean() == pytest.approx((51 + 10) / 0.5, abs=1)
    assert columns.mean() == pytest.approx((101 + 30) / 0.5, abs=1)


def test_shap_of_one_lead_that_decides_is_exact() -> None:
    result = lead_shap(simulated(), engine(V3=2.0), "MI", evaluations=27)
    whole = np.exp(2) / (np.exp(2) + 3)
    assert result.base == pytest.approx(0.25)
    assert result.prediction == pytest.approx(whole)
    assert result.values["V3"] == pytest.approx(whole - 0.25, abs=1e-6)
    assert all(abs(value) < 1e-9 for player, value in result.values.items() if player != "V3")


def test_shap_of_two_leads_is_their_exact_shapley_value() -> None:
    def chance(logit: float) -> float:
        return float(np.exp(logit) / (np.exp(logit) + 3))

    result = lead_shap(simulated(), engine(I=1.0, rhythm=2.0), "MI", evaluations=27)
    expected = (chance(1) - chance(0) + chance(3) - chance(2)) / 2
    assert result.values["I"] == pytest.approx(expected, abs=1e-6)
    assert result.base + sum(result.values.values()) == pytest.approx(result.prediction, abs=result.error + 1e-9)
    assert result.error < 1e-6


def test_shap_uses_the_calibrated_probability() -> None:
    result = lead_shap(simulated(), engine(temperature=2.0, V1=2.0), "MI", evaluations=27)
    assert result.prediction == pytest.approx(np.e / (np.e + 3))


def test_shap_leaves_absent_leads_and_numpys_random_state_alone() -> None:
    ecg = simulated(None)
    ecg.signals[LEAD_INDEX["V6"]] = np.nan
    ecg.signals[LEAD_INDEX["II"], :4000] = np.nan
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    model = engine(V6=3.0, V1=1.0)
    result = lead_shap(ecg, model, "MI", evaluations=27)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert result.values["V6"] == 0
    assert set(result.values) == set(LEAD_GROUPS)
    assert model.asked == result.evaluations


def test_shap_reports_progress_in_batches_and_can_be_stopped() -> None:
    seen: list[tuple[int, int]] = []
    result = lead_shap(simulated(), engine(V1=1.0), "MI", evaluations=54, on_progress=lambda *at: seen.append(at))
    dones = [done for done, _ in seen]
    assert dones == sorted(dones)
    assert dones[-1] == result.evaluations <= seen[-1][1]
    with pytest.raises(ExplanationCancelledError):
        lead_shap(simulated(), engine(), "MI", cancelled=lambda: len(seen) > 0)


def test_shap_of_an_unknown_class() -> None:
    with pytest.raises(KeyError, match="VT"):
        lead_shap(simulated(), engine(), "VT")


def test_shap_is_the_same_twice() -> None:
    first, second = (
        lead_shap(simulated(), engine(I=1.0, V1=-2.0, V5=3.0), "MI", evaluations=27).values for _ in range(2)
    )
    assert first == second


def test_explaining_imports_shap_only_when_asked() -> None:
    assert "shap" not in vars(sys.modules["heartguard.explain.players"])
