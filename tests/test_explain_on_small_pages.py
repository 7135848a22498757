"""Explanations on a small page, a network of two channels and an engine of one formula, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import correlate

from heartguard.arrays import Doubles
from heartguard.classify import LAYERS, roi_pooling_weights
from heartguard.drawing import LEAD_GROUPS
from heartguard.errors import ModelError
from heartguard.explain import players
from heartguard.explain.counterfactuals import _level, normal_beat, normal_lead
from heartguard.explain.faithfulness import remove_and_debias
from heartguard.explain.grad_cam_plus import grad_cam_plus
from heartguard.explain.incremental import IncrementalBackbone
from heartguard.explain.layer_cam import layer_cam
from heartguard.explain.maps import MAP_METHODS, MapMaker
from heartguard.explain.network import BEFORE_POOLING, LAST, ActivationRecord, inspect_network
from heartguard.explain.on_page import _trace, map_on_page, shows
from heartguard.explain.owen_values import pixel_shap
from heartguard.explain.permutations import exact_values, permutation_values
from heartguard.explain.players import wave_players
from heartguard.explain.surrogate import fit_surrogate
from heartguard.leads import LEAD_INDEX
from heartguard.values import Measurements, Panel, Prediction, Segment
from tests.handmade import make_page
from tests.test_explain_by_hand import BOXES, MEASURED, Asked, a_drawing, a_game

# The map on the page


def a_panel(**changes: Any) -> Panel:
    """Return lead I in columns 100 to 196 of a page, where it shows its first 2.5 s, with its baseline at row 100."""
    place = {"lead": "I", "row": 0, "x0": 100.0, "x1": 196.0, "baseline_y": 100.0, "start_s": 0.0, "end_s": 2.5}
    return Panel(**{**place, **changes})


def on_page(*panels: Panel, heat: Doubles | None = None, segments: tuple[Segment, ...] = ()) -> Doubles:
    """Return the map on a page of 200 x 400 pixels, 2 of them a millimetre; by default heat is the drawing's column."""
    columns = np.tile(np.arange(384, dtype=np.float32), (160, 1)) if heat is None else heat
    page = replace(make_page(), image=np.full((200, 400, 3), 255, np.uint8), px_per_mm=2.0, panels=panels)
    drawing = a_drawing()
    assert drawing.ecg is not None
    return map_on_page(columns, page, replace(drawing.ecg, segments=segments), drawing)


def test_heat_lies_four_millimetres_around_a_trace_and_fades_over_two():
    found = on_page(a_panel())
    assert found[100, [100, 101, 150, 196]] == pytest.approx([0, 0.5, 49.5, 95.5])
    assert not found[:, :100].any()
    assert not found[:, 197:].any()
    around = found[[87, 88, 90, 92, 99, 108, 110, 111, 112], 150] / 49.5
    assert around == pytest.approx([0, 0, 0.5, 1, 1, 1, 0.5, 0.25, 0])


def test_only_the_seconds_that_the_drawing_shows_have_heat():
    assert np.flatnonzero(on_page(a_panel(start_s=1.25, end_s=3.75))[100]).tolist() == list(range(100, 149))
    late = on_page(a_panel(start_s=-1.25, end_s=1.25))[100]
    assert np.flatnonzero(late)[[0, -1]].tolist() == [149, 196]
    assert late[196] == pytest.approx(47.5)


def test_a_panel_that_begins_beside_the_page_keeps_its_seconds():
    found = on_page(a_panel(x0=-48.0, x1=48.0))
    assert found[100, [0, 1, 48]] == pytest.approx([47.5, 48.5, 95.5])
    beyond = on_page(a_panel(x0=350.0, x1=446.0))
    assert beyond[100, [350, 351, 399]] == pytest.approx([0, 0.5, 48.5])


def test_of_two_bands_the_greater_heat_by_its_size_is_shown():
    heat = np.zeros((160, 384), np.float32)
    heat[: round(BOXES["I"].y1), :96] = 1
    heat[round(BOXES["II"].y0) : round(BOXES["II"].y1), :96] = -2
    for order in (1, -1):
        panels = (a_panel(), a_panel(lead="II", baseline_y=110.0))[::order]
        found = on_page(*panels, heat=heat)[:, 150]
        assert found[[92, 100, 102, 106, 118]] == pytest.approx([1, -1 if found[100] < 0 else 1, -2, -2, -2])
        assert found[90] == pytest.approx(0.5)


def test_the_band_follows_the_trace_and_the_baseline_where_there_is_none():
    y = np.full(97, np.nan, np.float32)
    y[10:20], y[30:40] = 60, 140
    segment = Segment(a_panel(), y, 100, 1.0)
    assert _trace(segment, 100, 97)[[0, 10, 19, 24, 30, 96]] == pytest.approx([60, 60, 60, 60 + 80 * 5 / 11, 140, 140])
    assert _trace(segment, 120, 3) == pytest.approx(60 + 80 * np.array([1, 2, 3]) / 11)
    empty = Segment(a_panel(), np.full(5, np.nan, np.float32), 100, 0.0)
    assert _trace(empty, 100, 4).tolist() == [100] * 4
    found = on_page(a_panel(lead="aVF"), segments=(segment,))
    assert found[[60, 140], [115, 135]] == pytest.approx([14.5, 34.5])
    assert not found[100, 115]


SHORT, STRIP = a_panel(lead="II"), a_panel(lead="II", rhythm=True, end_s=10.0)


@pytest.mark.parametrize(
    ("panel", "box", "panels", "shown"),
    [
        (SHORT, "II", (SHORT, STRIP), True),
        (STRIP, "II", (SHORT, STRIP), False),
        (STRIP, "II", (STRIP,), True),
        (STRIP, "rhythm", (SHORT, STRIP), True),
        (SHORT, "rhythm", (SHORT, STRIP), False),
        (replace(STRIP, start_s=0.5), "rhythm", (STRIP,), False),
        (SHORT, "I", (SHORT,), False),
        (STRIP, "V1", (STRIP,), False),
    ],
)
def test_a_box_belongs_to_the_panel_that_it_was_drawn_from(panel, box, panels, shown):
    assert BOXES["rhythm"].lead == "II"
    assert shows(panel, BOXES[box], panels) == shown


# Gradients

ROWS, COLUMNS, CLASSES = 10, 24, ("Normal", "MI")
RNG = np.random.default_rng(4)
WEIGHTS = {f"{layer}/kernel": RNG.normal(size=(3, 3, 2, 2)) / 3 for layer in LAYERS[1:]}
WEIGHTS |= {f"head/{level}": RNG.normal(size=(13, 2, 2)) for level in ("level4", "level5")}
"""A network of two channels, whose last block and head are computed below by their definition."""


def convolved(values: Doubles, layer: str) -> Doubles:
    kernel = WEIGHTS[f"{layer}/kernel"]
    out = [sum(correlate(values[i], kernel[:, :, i, o], mode="constant") for i in range(2)) for o in range(2)]
    return np.maximum(np.stack(out), 0)


def pooled(values: Doubles) -> Doubles:
    return values.reshape(2, ROWS, 2, COLUMNS, 2).max(axis=(2, 4))


def logit(before_pooling: Doubles, label: str) -> tuple[Doubles, dict[str, Doubles]]:
    """Return the logit of a class for the output of block 4, and all activations after it."""
    masks, at = roi_pooling_weights().astype(float), CLASSES.index(label)
    found, values = {BEFORE_POOLING: before_pooling}, pooled(before_pooling)
    total = np.einsum("rc,ryx,cyx", WEIGHTS["head/level4"][..., at], masks, values)
    for layer in LAYERS[-3:]:
        found[layer] = values = convolved(values, layer)
    return total + np.einsum("rc,ryx,cyx", WEIGHTS["head/level5"][..., at], masks, values), found


@pytest.mark.parametrize("label", CLASSES)
def test_gradients_are_the_slopes_of_the_logit(label):
    start = RNG.random((2, 2 * ROWS, 2 * COLUMNS))
    _, activations = logit(start, label)
    record = ActivationRecord({name: part.astype(np.float32) for name, part in activations.items()}, WEIGHTS, CLASSES)
    way = RNG.normal(size=start.shape)
    slope = (logit(start + 1e-7 * way, label)[0] - logit(start - 1e-7 * way, label)[0]) / 2e-7
    assert float((record.gradient(label, BEFORE_POOLING) * way).sum()) == pytest.approx(slope, rel=1e-3)
    masks = roi_pooling_weights()
    head = np.einsum("rc,ryx->cyx", WEIGHTS["head/level5"][..., CLASSES.index(label)], masks)
    assert record.gradient(label, LAST) == pytest.approx(head, rel=1e-5)
    assert record.gradient(label, LAYERS[-2]).shape == (2, ROWS, COLUMNS)
    other = CLASSES[1 - CLASSES.index(label)]
    assert not np.allclose(record.gradient(other, LAST), head)


def test_classes_and_layers_that_are_not_there_are_named():
    record = ActivationRecord({LAST: np.zeros((2, ROWS, COLUMNS), np.float32)}, WEIGHTS, CLASSES)
    with pytest.raises(KeyError, match="no class 'VT'; it knows Normal, MI"):
        record.gradient("VT", LAST)
    with pytest.raises(KeyError, match=f"No activations of 'block1' were kept; there are {LAST}"):
        record.gradient("MI", "block1")
    with pytest.raises(ModelError, match="cannot be shown"):
        inspect_network(SimpleNamespace(spec=SimpleNamespace(name="fake")))


# Maps


class Recorded:
    """A network whose activations are those of its picture's first row, counted."""

    def __init__(self) -> None:
        self.asked = 0

    def record(self, image: Any) -> Any:
        self.asked += 1
        cells = np.zeros((1, 10, 24), np.float32) + image[0, 0]
        cells[0, 0, 0] = 3
        gradients = np.ones_like(cells)
        return SimpleNamespace(activations=dict.fromkeys(LAYERS, cells), gradient=lambda label, layer: gradients)


def a_maker() -> tuple[MapMaker, Recorded, Prediction]:
    """Return a maker of maps, its network, and an answer on a drawing whose first row is black."""
    network, drawing = Recorded(), a_drawing()
    drawing.image[0] = 0
    maps = np.stack([np.full((10, 24), value, np.float32) for value in (1, 5)])
    engine: Any = SimpleNamespace(
        spec=SimpleNamespace(input_size=(160, 384)), predict=lambda images: SimpleNamespace(class_maps=maps[None] - 2)
    )
    answer = Prediction("MI", False, dict.fromkeys(CLASSES, 0.5), maps, np.zeros(2, np.float32), 1.0, "fake", drawing)
    return MapMaker(engine, network), network, answer


@pytest.mark.parametrize(
    ("method", "label", "heat"), [("cam", "MI", 2), ("cam as published", "MI", 5), ("cam as published", "Normal", 1)]
)
def test_the_exact_map_has_the_baseline_subtracted_unless_it_is_as_published(method, label, heat):
    assert a_maker()[0].heat_map(method, a_maker()[2], label) == pytest.approx(np.full((160, 384), heat, float))


def test_each_cell_counts_as_often_as_there_are_cells():
    maker, _, answer = a_maker()
    assert maker.heat_map("layercam as published", answer, "MI").mean() == pytest.approx(3, rel=1e-3)  # one of 240 is 3


@pytest.mark.parametrize(
    ("method", "most", "least"), [("layercam", 0, 0), ("layercam block 3", 0, 0), ("hirescam", 0, -255)]
)
def test_activations_of_white_paper_are_subtracted(method, most, least):
    maker, _, answer = a_maker()  # on white paper every cell but the first is 255
    found = maker.heat_map(method, answer, "MI") / 240
    assert (found.max(), found.min()) == pytest.approx((most, least))


def test_a_map_that_is_not_there_is_named():
    maker, _, answer = a_maker()
    with pytest.raises(KeyError, match="There is no map 'x'; there are cam, "):
        maker.heat_map("x", answer, "MI")


def test_activations_are_recorded_once_for_the_drawing_and_once_for_the_baseline():
    maker, network, answer = a_maker()
    assert answer.drawing is not None
    kept = network.record(answer.drawing.image)
    network.asked = 0
    maker.heat_map("cam", answer, "MI")
    assert network.asked == 0
    maker.heat_map("gradcam", answer, "MI")
    assert network.asked == 1
    maker.heat_map("hirescam", answer, "MI", lambda: kept)
    maker.heat_map("layercam", answer, "MI", lambda: kept)
    assert network.asked == 2


def test_signed_maps_are_those_of_plain_products():
    assert {name for name, method in MAP_METHODS.items() if method.signed} == {"cam", "hirescam", "cam as published"}
    published = {"cam as published", "layercam as published", "gradcam", "gradcam++"}
    assert {name for name, method in MAP_METHODS.items() if not method.subtract_baseline} == published


def test_maps_that_are_only_for_a_class_end_at_zero():
    activations = np.array([[[1.0, 2.0, 0.5]], [[4.0, 1.0, 0.25]]], np.float32)
    gradients = np.array([[[1.0, -1.0, 0.0]], [[-2.0, 3.0, 0.1]]], np.float32)
    assert layer_cam(activations, gradients)[0] == pytest.approx([1, 3, 0.025])
    sums = activations.sum(axis=(1, 2))
    shares = gradients**2 / (2 * gradients**2 + sums[:, None, None] * gradients**3 + 1e-30)
    weights = (shares * np.maximum(gradients, 0)).sum(axis=(1, 2))
    assert grad_cam_plus(activations, gradients)[0] == pytest.approx(weights @ activations[:, 0])
    assert not grad_cam_plus(activations, -np.abs(gradients)).any()


# Players and games


class Drawn:
    """Stands in for drawing: a lead is a row of pixels, as dark as its samples are high, at its box's first row."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, leads: Doubles, strip: Doubles | None) -> None:
        self.segments = SimpleNamespace(leads=leads, strip=strip)
        monkeypatch.setattr(players, "segment_leads", lambda ecg: self.segments)
        monkeypatch.setattr(players, "draw", self.draw)
        monkeypatch.setattr(players, "_render_one", self.one)
        self.rendered: list[list[int]] = []

    def draw(self, segments: Any, without: Any = ()) -> Any:
        shown = [name for name in BOXES if name not in without and (name == "I" or name == "rhythm")]
        image = np.full((4, 298), 255, np.uint8)
        for name in shown:
            image[int(name == "rhythm")] = 0
        return SimpleNamespace(image=image, boxes=tuple(BOXES.values()))

    def one(self, player: str, signal: Doubles) -> Any:
        self.rendered.append(np.flatnonzero(np.isfinite(signal)).tolist())
        image = np.full((4, 298), 255, np.uint8)
        image[2, np.isfinite(signal)] = 9
        return image


def test_waves_of_a_lead_are_players_and_what_is_between_them_stays(monkeypatch):
    drawn = Drawn(monkeypatch, np.zeros((12, 298)), None)
    ecg = a_drawing().ecg
    assert ecg is not None
    found = wave_players(ecg, MEASURED, "I")
    assert found.names == ("P", "QRS", "ST-T")
    # A sample every 8 ms from 0.12 s on: P from 0.8 s, QRS from 0.95 s, ST-T from 1.05 s to 1.4 s.
    p, qrs, st, rest = drawn.rendered
    assert (qrs[0], st[0]) == (p[-1], qrs[-1])  # each has one sample more, so that neighbours meet
    assert sorted({*p, *qrs, *st, *rest}) == list(range(298))
    assert (len(p), len(qrs), len(st)) == (20, 14, 44)
    assert found.rest[0].max() == 255  # all other leads, and not this one
    assert found.rest[1].max() == 0
    assert found.rest[2, rest].max() == 9
    assert wave_players(ecg, Measurements(beats_s=np.array([1.0])), "I").names == ()


@pytest.mark.parametrize("player", ["X", "V1"])
def test_a_lead_that_is_not_drawn_has_no_waves(monkeypatch, player):
    Drawn(monkeypatch, np.zeros((12, 298)), None)
    ecg = a_drawing().ecg
    assert ecg is not None
    with pytest.raises(ValueError, match=f"The drawing shows no '{player}'"):
        wave_players(ecg, MEASURED, player)


def test_the_signal_of_a_player_is_that_of_its_lead_or_of_the_strip():
    leads = np.arange(24.0).reshape(12, 2)
    segments: Any = SimpleNamespace(leads=leads, strip=np.array([7.0]))
    assert players._signal_of(segments, "V1").tolist() == leads[LEAD_INDEX["V1"]].tolist()
    assert players._signal_of(segments, "aVF").tolist() == leads[LEAD_INDEX["aVF"]].tolist()
    assert players._signal_of(segments, "rhythm").tolist() == [7]
    with pytest.raises(ValueError, match="shows no strip"):
        players._signal_of(SimpleNamespace(leads=leads, strip=None), "rhythm")


@pytest.mark.parametrize("player", ["I", "rhythm"])
def test_a_wave_alone_is_drawn_however_short_it_is(player):
    signal = np.full(312 if player == "I" else 1250, np.nan, np.float32)
    signal[100:104] = 0
    box, image = BOXES[player], players._render_one(player, signal)
    rows, columns = np.nonzero(image < 255)
    assert rows.size > 0
    assert box.y0 <= rows.min() <= rows.max() < box.y1
    assert box.x0 <= columns.min() <= columns.max() < box.x1


def a_value(masks: Any) -> Any:
    """Return a value of five players with effects of one, two and three of them."""
    on = np.asarray(masks, float)
    alone = on @ np.array([3.0, -1.0, 0.5, 0.0, 2.0])
    return alone + 4 * on[:, 0] * on[:, 1] - 6 * on[:, 1] * on[:, 2] * on[:, 4]


def test_exact_shares_divide_what_players_do_together_among_them():
    # 4 of the first pair is halved, -6 of the three is divided by three.
    assert exact_values(a_value, 5) == pytest.approx([3 + 2, -1 + 2 - 2, 0.5 - 2, 0, 2 - 2])
    assert exact_values(lambda masks: masks[:, 0] * 2.0, 1).tolist() == [2]


def test_permutations_add_up_and_divide_pairs_exactly():
    found = permutation_values(a_value, 5, 2)
    assert found.sum() == pytest.approx(3 - 1 + 0.5 + 2 + 4 - 6)
    assert found[3] == 0
    pairs = permutation_values(lambda masks: 4.0 * masks[:, 0] * masks[:, 1] + masks[:, 2], 4, 1)
    assert pairs == pytest.approx([2, 2, 1, 0])
    asked: list[Any] = []

    def counted(masks: Any) -> Any:
        asked.append(masks)
        return masks.sum(axis=1)

    permutation_values(counted, 3, 1)
    (walk,) = asked
    assert walk.sum(axis=1).tolist() == [0, 1, 2, 3, 2, 1, 0]
    assert walk[1].tolist() == (~walk[4]).tolist()  # who joined first leaves first


@pytest.mark.parametrize("permutations", [1, 3])
def test_values_are_those_of_the_package_shap(permutations):
    shap = pytest.importorskip("shap", reason="the package shap is not installed")
    masker = shap.maskers.Independent(np.zeros((1, 5)), max_samples=1)
    evaluations = permutations * 11
    sampled = shap.PermutationExplainer(a_value, masker, seed=0)(np.ones((1, 5)), max_evals=evaluations, silent=True)
    assert permutation_values(a_value, 5, permutations) == pytest.approx(sampled.values[0])
    every = shap.ExactExplainer(a_value, masker)(np.ones((1, 5)), silent=True)
    assert exact_values(a_value, 5) == pytest.approx(every.values[0])


def half_ink(images: Any) -> Any:
    """Answer with the ink of a drawing as the logit of MI, in units of a black pixel."""
    ink = (255.0 - images).reshape(len(images), -1).sum(axis=1) / 255
    return SimpleNamespace(logits=np.stack([0 * ink, ink], axis=1).astype(np.float32))


@pytest.mark.parametrize(("ink", "rise"), [([], 0.0), ([(0, 0)], 1 / (1 + np.exp(-0.5)) - 0.5)])
def test_shap_by_pixel_of_one_patch_is_all_that_it_changes(ink, rise):
    drawing = a_drawing()
    for at in ink:
        drawing.image[at] = 0
    engine: Any = SimpleNamespace(spec=SimpleNamespace(classes=CLASSES, temperature=2.0), predict=half_ink)
    found = pixel_shap(drawing, engine, "MI")
    assert (found.base, found.prediction) == pytest.approx((0.5, 0.5 + rise))
    assert (found.total, found.error) == pytest.approx((rise, 0))
    assert found.heat[0, 0] == pytest.approx(rise)
    assert found.evaluations == len(ink) + 1


def test_the_number_of_answers_is_no_call():
    game, _ = a_game()
    game(np.array([[0, 1]]))
    assert (game.done, game.place) == (1, 1)


def test_a_surrogate_equals_the_network_with_all_leads_and_with_none():
    masks = np.array([[False] * 13, [True] * 13, *(np.arange(13) == k for k in range(13))])
    own = np.array([k * 1.0 for k in range(13)])
    parts = np.zeros((len(masks), 13, 2))
    parts[..., 1] = masks * own + 0.3 * masks.all(axis=1, keepdims=True)
    bias = np.zeros(2, np.float32)
    found = fit_surrogate(masks, parts, LEAD_GROUPS, bias, 1.0, 1)
    ends = 1 / (1 + np.exp(-np.array([0, own.sum() + 0.3 * 13])))
    assert found(masks[:2]) == pytest.approx(ends, abs=5e-3)  # the ends weigh a thousand times as much


# Tests of explanations, and counterfactuals


def test_the_coldest_and_the_hottest_fifth_are_filled():
    image, heat = np.arange(10, dtype=np.uint8)[None], np.array([[3, 9, 1, 0, 8, 2, 4, 5, 6, 7]], np.float32)
    filled: list[list[int]] = []

    def fill(picture: Any, mask: Any) -> Any:
        filled.append(np.flatnonzero(mask[0]).tolist())
        return picture * ~mask

    found = remove_and_debias(lambda images: images.sum(axis=(1, 2)).astype(float), image, heat, fill)
    assert filled == [[2, 3], [1, 4]]
    assert found == (45 - 5) - (45 - 5)
    remove_and_debias(lambda images: images.sum(axis=(1, 2)).astype(float), image, heat, fill, (0.1, 0.3))
    assert filled[2:] == [[3], [2, 3, 5], [1], [1, 4, 9]]


def test_the_level_of_a_replaced_wave_is_that_of_the_trace_beside_it():
    difference = np.array([1.0, np.nan, 3.0, 90.0, 2.0, 70.0])
    weight = np.array([0, 0, 0, 1, 0, 0.5])
    assert _level(difference, weight) == 2
    assert _level(difference, np.ones(6)) == 0


def test_a_normal_beat_lies_at_each_beat_from_the_p_wave_to_the_end_of_t():
    beat = normal_beat()
    measured = Measurements(beats_s=np.array([1.0, 3.0]), fiducials_s=beat.fiducials_s)
    first, last = beat.fiducials_s["p_on"], beat.fiducials_s["t_off"]
    seconds = np.array([0.9, 1.0 + first, 1.0, 1.0 + last, 1.0 + last + 0.01, 3.0])
    seconds[0] = 1.0 + first - 0.01
    found = normal_lead("V2", seconds, measured)
    template = np.interp([first, 0.0, last, 0.0], beat.seconds, beat.mv[LEAD_INDEX["V2"]])
    assert found[[1, 2, 3, 5]] == pytest.approx(template)
    assert found[[0, 4]].tolist() == [0, 0]


def test_the_first_two_drawings_and_the_last_are_kept():
    whole, paper = Asked(), np.full((160, 384), 255, np.uint8)
    backbone = IncrementalBackbone(whole)
    everything = np.zeros_like(paper)
    for image in (everything, paper):
        backbone.near(image)
    for lead in ("I", "II", "III"):
        one, box = paper.copy(), BOXES[lead]
        one[round(box.y0) + 4 : round(box.y1) - 4, round(box.x0) + 4 : round(box.x1) - 4] = 0
        backbone.near(one)
    before = len(whole.sizes)
    backbone.near(paper)
    backbone.near(everything)
    assert len(whole.sizes) == before  # neither is computed again
