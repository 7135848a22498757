"""The rooms of the classifier on small values whose answers are worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from heartguard.classify import (
    LAYERS,
    LiteRtBackbone,
    Outputs,
    check_images,
    classify,
    load_signal_model,
    roi_pooling_weights,
    save_spec,
    wave_features,
)
from heartguard.classify.architecture import overlap
from heartguard.classify.findings import FindingSpec, check_names, findings_of
from heartguard.classify.forest import Forest, from_table, to_table
from heartguard.classify.lead_waves import WAVES, known_part, lead_waves
from heartguard.classify.out_of_distribution import OodDetector, segment_distances
from heartguard.classify.prediction import prediction_set
from heartguard.classify.signal_model import log_opinion_pool, logit_average, merge_findings
from heartguard.classify.signal_network import stacked_signals
from heartguard.classify.signal_spec import EnsembleSpec, SignalModelSpec
from heartguard.classify.wave_features import FEATURES
from heartguard.drawing import LeadSegments
from heartguard.errors import DrawingRangeError, ModelError
from heartguard.leads import LEAD_INDEX, LEADS
from heartguard.measure import MedianBeat
from heartguard.values import Drawing, Finding
from tests.test_classify import a_finding_head, a_spec, an_engine, head_weights

ON, OFF = 200, 250
"""Bounds of the QRS complex of `a_beat`: 100 ms."""


def a_beat() -> MedianBeat:
    """Lead I has every wave, on a baseline of 0.1 mV; II no T after 60 samples; III a gap in QRS; the rest nothing."""
    waves = np.full((12, 500), np.nan)
    one = np.full(500, 0.1)
    one[150], one[120] = 0.3, 0.05  # P
    one[205:209], one[225], one[235], one[240] = -0.05, 1.3, -0.3, 0.4  # Q of 8 ms, R, S, R'
    one[248:253], one[268:273], one[288:293] = 0.15, 0.2, 0.3  # J, ST40, ST80
    one[360], one[400] = 0.6, 0.0  # T
    waves[LEAD_INDEX["I"]] = waves[LEAD_INDEX["II"]] = waves[LEAD_INDEX["III"]] = one
    waves[LEAD_INDEX["II"], 350:] = np.nan
    waves[LEAD_INDEX["III"], 230] = np.nan
    return MedianBeat(waves, np.ones(12, np.int64), 225, waves[None])


def test_the_waves_of_a_lead_are_measured_from_the_baseline_before_qrs():
    found = lead_waves(a_beat(), ON, OFF)
    net, size = (-0.15 * 4 + 1.2 - 0.4 + 0.3 + 0.05 * 3) / 51, (0.15 * 4 + 1.2 + 0.4 + 0.3 + 0.05 * 3) / 51
    area = (0.2 * 3 + 0.5 - 0.1) / 140
    expected = [0.2, -0.05, -0.15, 8, 1.2, 50, -0.4, 0.3, net, size, 0.05, 0.1, 0.2, 0.15, 0.5, -0.1, area, 140]
    assert [found[f"I {wave}"] for wave in WAVES] == pytest.approx(expected)


def test_a_lead_with_a_gap_in_qrs_has_no_waves_and_one_without_t_no_time_of_it():
    beat = a_beat()
    beat.waves[LEAD_INDEX["V1"]] = beat.waves[LEAD_INDEX["I"]]
    beat.waves[LEAD_INDEX["V1"], [ON - 9, OFF + 1]] = np.nan  # outside the baseline's 16 ms, and after QRS
    found = lead_waves(beat, ON, OFF)
    assert {name.split()[0] for name in found} == {"I", "II", "V1"}
    assert np.isnan(found["II T ms"])
    assert found["II T max"] == pytest.approx(0.2)


def test_a_qs_complex_has_no_q_wave_and_no_r_wave():
    waves = np.full((12, 500), np.nan)
    waves[LEAD_INDEX["V2"]] = 0.1
    waves[LEAD_INDEX["V2"], ON + 1 : OFF + 1] = -0.9
    waves[LEAD_INDEX["V2"], OFF] = -0.4
    found = lead_waves(MedianBeat(waves, np.ones(12, np.int64), 225, waves[None]), ON, OFF)
    assert [found[f"V2 {wave}"] for wave in ("Q", "Q ms", "R", "R ms", "S", "R'")] == pytest.approx(
        [0, 0, 0, 0, -1.0, -0.5]
    )


def test_a_statistic_of_nothing_is_not_a_number():
    assert np.isnan(known_part(np.max, np.full(3, np.nan)))
    assert known_part(np.max, np.array([np.nan, 2.0, 1.0])) == 2


def test_the_rhythm_is_that_of_the_intervals():
    study = SimpleNamespace(
        beats=np.array([0, 400, 800, 1500]),
        template_correlation=np.array([0.9, 0.5, 0.8, 1.0]),
        rhythm=SimpleNamespace(heart_rate_bpm=60.0, rr_variation=0.2),
    )
    found = wave_features._rhythm(study)
    spread = np.sqrt((0.04 + 0.04 + 0.16) / 3)
    assert found == pytest.approx(
        {
            "rate": 60,
            "RR variation": 0.2,
            "RMSSD": np.sqrt(0.36 / 2),
            "longest RR": 1.4 / 0.8,
            "shortest RR": 1.0,
            "RR skew": 0.016 / (spread**3 + 1e-6),
            "beats": 4,
            "least likeness": 0.5,
            "median likeness": 0.85,
        }
    )
    study.beats = np.array([0, 400])
    assert wave_features._rhythm(study)["RMSSD"] == 0


def test_intervals_are_those_between_the_marks(monkeypatch):
    monkeypatch.setattr(wave_features, "p_coherence", lambda median, on, rr_s: (median, on, rr_s))
    study = SimpleNamespace(
        median="median", fiducials=SimpleNamespace(p_on=100, t_off=400), rhythm=SimpleNamespace(heart_rate_bpm=75.0)
    )
    found = wave_features._intervals(study, 180, 230)
    assert found.pop("P coherence") == ("median", 180, 0.8)
    expected = {"P found": 1, "PR ms": 160, "QRS ms": 100, "QT ms": 440, "QTc ms": 440 / np.sqrt(0.8)}
    assert found == pytest.approx(expected)
    study.fiducials = SimpleNamespace(p_on=None, t_off=None)
    missing = wave_features._intervals(study, 180, 230)
    assert missing["P found"] == 0
    assert np.isnan([missing[name] for name in ("PR ms", "QT ms", "QTc ms")]).all()


def waves_of_leads() -> dict[str, float]:
    """Return the waves of twelve leads, each with a value of its own."""
    found = {f"{lead} {wave}": (1 + LEAD_INDEX[lead]) / 100 for lead in LEADS for wave in WAVES}
    found |= dict(zip((f"V{n} R" for n in range(1, 7)), (0.2, 0.4, 0.9, 2.0, 1.2, 1.6), strict=True))
    found |= dict(zip((f"V{n} S" for n in range(1, 7)), (-1.1, -1.5, -0.7, -0.3, -1.3, -0.1), strict=True))
    found |= {
        "aVL R": 0.8,
        "I T area": 0.1,
        "aVF T area": 0.1,
        "V2 T area": -0.1,
        "V6 T area": -0.2,
        "aVR T area": -0.3,
    }
    return found | {
        "V1 T area": -0.1,
        "III T area": -0.1,
        "V2 ST40": 0.5,
        "V3 ST40": 0.4,
        "II ST40": -0.3,
        "aVF ST40": -0.2,
    }


def test_features_of_several_leads_are_the_field_s_criteria():
    found = wave_features._joint(waves_of_leads(), 60.0)
    assert found["Sokolow"] == pytest.approx(1.1 + 1.6)  # S in V1, the higher R of V5 and V6
    assert found["Cornell"] == pytest.approx(0.8 + 0.7)  # R in aVL, S in V3
    assert found["R progression"] == pytest.approx(2.0 - 0.2)
    assert found["transition"] == 3  # V3, V4, V6: R is greater than S
    assert (found["ST up"], found["ST down"]) == pytest.approx((0.4, -0.2))
    assert found["inverted T"] == 2  # V2 and V6; aVR, V1 and III do not count
    angles = [
        found[f"{name}"] for name in ("QRS axis cos", "QRS axis sin", "T axis cos", "T axis sin", "QRS-T angle cos")
    ]
    half, root = 0.5, np.sqrt(0.5)
    assert angles == pytest.approx([half, np.sqrt(0.75), root, root, np.cos(np.deg2rad(15))])
    for area, leads in wave_features.TERRITORIES.items():
        assert found[f"{area} J"] == pytest.approx(np.mean([1 + LEAD_INDEX[lead] for lead in leads]) / 100)


def test_territories_are_the_walls_of_the_left_ventricle():
    assert wave_features.TERRITORIES == {
        "anterior": ("V1", "V2", "V3", "V4"),
        "inferior": ("II", "III", "aVF"),
        "lateral": ("I", "aVL", "V5", "V6"),
    }


def test_features_of_leads_that_are_missing_are_missing():
    known = waves_of_leads()
    without = wave_features._joint({**known, "V6 R": np.nan, "I T area": np.nan}, None)
    assert without["Sokolow"] == pytest.approx(1.1 + 1.2)
    assert np.isnan(without["transition"])
    assert {"QRS axis cos", "T axis cos", "QRS-T angle cos"}.isdisjoint(without)
    assert "QRS-T angle cos" not in wave_features._joint({**known, "aVF T area": np.nan}, 60.0)
    assert np.isnan(wave_features._second(np.array([1.0, np.nan])))
    assert wave_features._second(np.array([3.0, np.nan, 1.0, 2.0])) == 2


def test_a_lead_without_s_wave_or_t_in_avf_is_known_all_the_same():
    found = wave_features._joint({**waves_of_leads(), "V6 S": 0.0, "aVF T area": 0.0}, None)
    assert found["transition"] == 3
    assert (found["T axis cos"], found["T axis sin"]) == (1, 0)


def a_segment(lead: str, values: np.ndarray, strip: np.ndarray | None = None) -> LeadSegments:
    leads = np.full((12, 290), np.nan, np.float32)
    leads[LEAD_INDEX[lead]] = values
    return LeadSegments(leads, strip)


@pytest.mark.parametrize(("lead", "start_s"), [("I", 0.0), ("aVR", 2.5), ("V2", 5.0), ("V6", 7.5)])
def test_segments_are_put_at_their_times_and_sampled_four_times_as_fine(lead, start_s):
    ramp = np.arange(290, dtype=np.float32)
    ramp[100:110] = np.nan
    page = wave_features._on_page(a_segment(lead, ramp, np.arange(1228, dtype=np.float32)))
    assert page.shape == (13, 5000)
    first = round((start_s + 0.12) * 500)
    row = page[LEAD_INDEX[lead]]
    assert np.flatnonzero(np.isfinite(row))[[0, -1]].tolist() == [first, first + 1159]
    assert row[first : first + 9].tolist() == [k / 4 for k in range(9)]
    assert np.flatnonzero(np.isnan(row[first : first + 1160]))[[0, -1]].tolist() == [398, 437]
    assert page[12, 60 : 60 + 9].tolist() == [k / 4 for k in range(9)]
    assert np.isnan(page[[k for k in range(12) if k != LEAD_INDEX[lead]]]).all()


def test_a_segment_of_one_sample_shows_nothing():
    lonely = np.full(290, np.nan, np.float32)
    lonely[5] = 1
    assert np.isnan(wave_features._on_page(a_segment("I", lonely))).all()


def test_a_segment_of_two_samples_shows_them_and_what_is_between():
    two = np.full(290, np.nan, np.float32)
    two[5:7] = [1, 3]
    page = wave_features._on_page(a_segment("I", two))
    assert page[0, 60 + 20 : 60 + 25].tolist() == [1, 1.5, 2, 2.5, 3]
    assert np.flatnonzero(np.isfinite(page[0]))[[0, -1]].tolist() == [79, 86]  # half of a sample on either side


def test_stacked_signals_are_leads_and_quarters_of_the_strip():
    values = np.arange(290, dtype=np.float32)
    values[3] = np.nan
    strip = np.arange(1228, dtype=np.float32)
    strip[1] = np.nan
    found = stacked_signals(a_segment("V6", values, strip))
    assert found.shape == (16, 290)
    assert found[11, 2:5].tolist() == [2, 0, 4]
    assert not found[:11].any()
    assert [found[12 + column, 2] for column in range(4)] == [2, 314, 627, 940]  # 2.5 s are 312.5 samples
    assert found[12, 1] == 0
    assert found[15, -1] == 1227
    assert not stacked_signals(a_segment("V6", values, strip[:1000]))[15, 1000 - 938 :].any()
    assert not stacked_signals(a_segment("V6", values))[12:].any()


def test_roi_pooling_takes_the_mean_over_the_cells_of_a_segment():
    weights = roi_pooling_weights()
    assert weights.shape == (13, 10, 24)
    assert weights.sum(axis=(1, 2)) == pytest.approx(np.ones(13))
    assert (weights[:12] > 0).sum(axis=0).max() <= 2
    rows, columns = np.nonzero(weights[LEAD_INDEX["aVF"]] > 0)
    assert (rows.min(), columns.min()) > (3, 5)
    assert np.flatnonzero(weights[12].sum(axis=1)).min() >= 7  # the strip is at the bottom
    assert overlap(0.5, 2.25, 4).tolist() == [0.5, 1, 0.25, 0]


def test_the_logits_are_sums_over_segments_and_channels():
    weights, engine = head_weights(), an_engine(a_spec(), head_weights())
    images = np.random.default_rng(1).integers(0, 256, (2, 32, 64)).astype(np.uint8)
    found = engine.predict(images)
    for number, image in enumerate(images):
        grey = image.reshape(2, 16, 4, 16).mean(axis=(1, 3)) / 255
        regions = roi_pooling_weights(32, 64)
        four, five = (regions * grey).sum(axis=(1, 2)), (regions * grey**2).sum(axis=(1, 2))
        logits = weights["head/bias"].astype(float).copy()
        for segment in range(13):
            logits += four[segment] * (np.arange(512) @ weights["head/level4"][segment])
            logits += five[segment] * weights["head/level5"][segment].sum(axis=0)
        assert found.logits[number] == pytest.approx(logits, rel=1e-3)
    assert np.allclose(found.class_maps.mean(axis=(2, 3)) + engine.bias, found.logits, atol=1e-3)
    assert np.allclose(found.features[1, :, 3], 3 * four, rtol=1e-4)


def a_detector(threshold: float = 2.0) -> OodDetector:
    """One direction, of variance 4; variance 1 beside it; a usual distance of 1/8."""
    weights = {
        "mean": np.full((13, 512), 1.0, np.float32),
        "scale": np.full((13, 512), 2.0, np.float32),
        "directions": np.eye(512, dtype=np.float32)[None, :1].repeat(13, axis=0),
        "variances": np.full((13, 1), 4.0, np.float32),
        "rest": np.ones(13, np.float32),
        "usual": np.full(13, 0.125, np.float32),
    }
    return OodDetector(threshold, weights)


def test_the_out_of_distribution_score_is_a_distance_of_block_4():
    features = np.ones((4, 13, 1024), np.float32)
    features[1, :, 0] = 1 + 2 * 16  # 16 standardised: 16² / 4 / 512 = 1/8
    features[2, :, 1] = 1 + 2 * 8  # 8² / 1 / 512 = 1/8
    features[3, :, 512:] = 1000  # block 5 is not asked
    assert a_detector().scores(features).tolist() == pytest.approx([0, 1, 1, 0], abs=1e-6)
    assert segment_distances(features[1:2, :, :512], a_detector().weights) == pytest.approx(np.full((1, 13), 0.125))
    features[1, 1:] = 1
    assert a_detector().scores(features)[1] == pytest.approx(np.sqrt(1 / 13))


def test_an_engine_divides_the_score_by_its_threshold():
    engine = an_engine(a_spec(), head_weights())
    engine.ood_detector = a_detector()
    image = np.zeros((1, 32, 64), np.uint8)
    expected = a_detector().scores(np.zeros((1, 13, 1024), np.float32)) / 2
    assert engine.predict(image).ood_scores == pytest.approx(expected)
    assert an_engine(a_spec(), head_weights()).predict(image).ood_scores is None


def test_a_set_holds_the_classes_that_reach_their_thresholds():
    shares = {"Normal": 0.3, "MI": 0.5, "PMI": 0.1, "HB": 0.1}
    assert prediction_set(shares, {"Normal": 0.3, "MI": 0.4, "HB": 0.6}) == ("MI", "Normal")
    assert prediction_set(shares, {"Normal": 0.4, "MI": 0.6, "HB": 0.6}) == ()
    assert prediction_set(shares, {"MI": 0.5, "Normal": 0.2}) == ("MI", "Normal")


def test_no_class_is_left_out_of_a_set_above_one_that_is_in_it():
    shares = {"Normal": 0.3, "MI": 0.5, "PMI": 0.15, "HB": 0.05}
    assert prediction_set(shares, {"Normal": 0.4, "MI": 0.6, "PMI": 0.1, "HB": 0.2}) == ("MI", "Normal", "PMI")
    assert prediction_set(shares, {"PMI": 0.1}) == ("MI", "Normal", "PMI")


def test_probabilities_are_pooled_by_their_logarithms():
    first, second = np.array([0.8, 0.2]), np.array([0.4, 0.6])
    assert log_opinion_pool(first, second) == pytest.approx((np.log(first) + np.log(second)) / 2, abs=1e-5)
    pooled = log_opinion_pool(first, second, 0.75)
    assert pooled == pytest.approx(0.25 * np.log(first) + 0.75 * np.log(second), abs=1e-5)
    assert np.isfinite(log_opinion_pool(np.array([1.0, 0.0]), second)).all()


@pytest.mark.parametrize(("weight", "logit"), [(0.5, 0.5), (0.25, np.log(4) * 0.75 - 0.25 * 0.386294)])
def test_a_statement_is_the_weighted_mean_of_logits(weight, logit):
    found = logit_average(0.8, 1 - np.log(4) if weight == 0.5 else -0.386294, weight)
    assert found == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-5)
    assert 0 < logit_average(0.0, 0.0) < logit_average(1.0, 0.0) < 1


def test_two_models_weigh_the_same_unless_told():
    assert logit_average(0.5, 2.0) == pytest.approx(1 / (1 + np.exp(-1)))
    joint = EnsembleSpec("abc", 1.0, 0.5, 0.9, {})
    assert (joint.share, joint.finding_share) == (0.5, 0.5)


def test_findings_without_common_thresholds_stay_the_network_s():
    findings = (Finding("rhythm:AFIB", 0.8, True), Finding("sub:LVH", 0.3, False))
    joint = EnsembleSpec("abc", 1.0, 0.5, 0.9, {})
    assert merge_findings(findings, {"rhythm:AFIB": -9.0}, joint) is findings
    (merged,) = merge_findings(findings, {"sub:LVH": 2.0}, EnsembleSpec("a", 1.0, 0.5, 0.9, {}, {"sub:LVH": 0.5}))
    own = np.log(0.3 / 0.7)
    assert merged.probability == pytest.approx(1 / (1 + np.exp(-(own + 2) / 2)), abs=1e-5)
    assert merged.present


def test_a_spec_names_each_output_of_its_head():
    head = a_finding_head()
    check_names(head.spec.names, head.weights, "findings.json")
    with pytest.raises(
        ModelError, match=r"findings\.json in the models folder names 1 outputs, but its weights have 2"
    ):
        check_names(head.spec.names[:1], head.weights, "findings.json")


def test_identities_are_names_and_twelve_digits():
    facts = FindingSpec((), {}, "", "0123456789abcdef", "", "")
    assert facts.identity == "findings-0123456789ab"
    assert a_spec(sha256="fedcba9876543210").identity == "tiny-fedcba987654"


def a_forest(**changes: np.ndarray) -> Forest:
    """Two trees of depth 2 for two classes and three features."""
    parts = {
        "feature": np.array([[0, 1, 2], [2, 0, 1]]),
        "threshold": np.array([[1.0, 2.0, 3.0], [0.5, np.inf, 1.5]], np.float32),
        "unknown_left": np.array([[True, False, True], [False, True, False]]),
        "leaf": np.array([[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]], np.float32),
        "place": np.array([0, 1]),
        "base": np.array([0.5, -0.5], np.float32),
    }
    return Forest(**{**parts, **changes})


@pytest.mark.parametrize(
    ("features", "leaves"),
    [
        ([0.9, 1.9, 0.0], (1, 10)),
        ([0.9, 2.0, 0.0], (2, 10)),
        ([1.0, 1.4, 0.4], (3, 10)),
        ([1.0, 1.4, 3.0], (4, 30)),
        ([np.nan, np.nan, np.nan], (2, 40)),
        ([5.0, 1.5, 0.5], (3, 40)),
    ],
)
def test_a_tree_of_two_levels_is_walked_from_its_root(features, leaves):
    expected = [0.5 + leaves[0], -0.5 + leaves[1]]
    assert a_forest().logits(np.array(features, np.float32)).tolist() == expected


def test_a_forest_survives_its_table():
    found = from_table(to_table(a_forest()), 3, 2)
    for name, values in vars(a_forest()).items():
        assert getattr(found, name).tolist() == values.tolist()


@pytest.mark.parametrize(
    "changes",
    [
        {"feature": np.array([[0, 1, 3], [2, 0, 1]])},
        {"feature": np.array([[0, 1, -1], [2, 0, 1]])},
        {"place": np.array([0, 2])},
        {"place": np.array([0])},
        {"base": np.zeros(3, np.float32)},
        {"threshold": np.zeros((2, 2), np.float32)},
        {"leaf": np.zeros((2, 3), np.float32)},
        {"unknown_left": np.zeros((2, 4), bool)},
    ],
)
def test_a_forest_that_does_not_fit_is_refused(changes):
    assert from_table(to_table(a_forest()), 3, 2).leaf.shape == (2, 4)
    with pytest.raises(ModelError, match="do not fit together"):
        from_table(to_table(a_forest(**changes)), 3, 2)


def test_a_forest_of_trees_that_are_not_complete_is_refused():
    parts = {name: getattr(a_forest(), name)[:, :2] for name in ("feature", "threshold", "unknown_left")}
    with pytest.raises(ModelError, match="do not fit together"):
        from_table(to_table(a_forest(**parts, leaf=np.zeros((2, 3), np.float32))), 3, 2)


def test_a_forest_that_lacks_a_part_is_refused():
    table = to_table(a_forest())
    for name in table:
        with pytest.raises(ModelError, match=f"lack {name}"):
            from_table({key: values for key, values in table.items() if key != name}, 3, 2)


@pytest.mark.parametrize("features", [FEATURES[:-1], (*FEATURES, "zz"), ("zz", *FEATURES[1:])])
def test_a_signal_model_of_other_features_is_refused(tmp_path, features):
    spec = SignalModelSpec(("a",), features, 1.0, "", "", "", "", "2026-01-01")
    save_spec(spec, tmp_path / "second.json")
    with pytest.raises(ModelError, match="train it again"):
        load_signal_model(tmp_path)


def a_drawing(height: int = 32, width: int = 64) -> Drawing:
    return Drawing(np.full((height, width), 255, np.uint8), (), a_spec().drawing_version)


@pytest.mark.parametrize(("score", "out"), [(None, False), (1.0, False), (1.01, True)])
@pytest.mark.parametrize(("least", "abstained"), [(0.49, False), (0.51, True)])
def test_an_answer_is_the_most_probable_class_above_its_threshold(score, out, least, abstained):
    logits = np.log(np.array([[0.2, 0.5, 0.2, 0.1]], np.float32)) * 1.5
    scores = None if score is None else np.array([score])
    outputs = Outputs(logits, np.zeros((1, 4, 2, 4), np.float32), np.array([[0.0, 2.0]], np.float32), None, scores)
    spec = a_spec(abstention_threshold=least, set_thresholds={"MI": 0.4, "HB": 0.2}, set_level=0.8)
    bias = np.arange(4, dtype=np.float32)
    findings = FindingSpec(("rhythm:AFIB", "sub:LVH"), {"sub:LVH": 0.9}, "", "", "", "")
    engine = SimpleNamespace(spec=spec, bias=bias, finding_spec=findings, predict=lambda images: outputs)
    found = classify(a_drawing(), engine)
    assert (found.label, found.abstained, found.out_of_distribution) == ("MI", out or abstained, out)
    assert list(found.probabilities.values()) == pytest.approx([0.2, 0.5, 0.2, 0.1])
    assert (found.model, found.temperature, found.coverage, found.ood_score) == (spec.identity, 1.5, 0.8, score)
    assert found.prediction_set == (None if out else ("MI",))
    assert [(f.scp_code, f.present) for f in found.findings] == ([] if out else [("sub:LVH", False)])
    assert found.bias is bias
    no_findings = SimpleNamespace(spec=a_spec(), bias=bias, finding_spec=None, predict=lambda images: outputs)
    assert classify(a_drawing(), no_findings).findings == ()
    assert classify(a_drawing(), no_findings).prediction_set is None


def test_a_network_with_more_outputs_than_its_spec_names_is_not_believed():
    outputs = Outputs(np.zeros((1, 4), np.float32), np.zeros((1, 4, 2, 4), np.float32))
    engine = SimpleNamespace(
        spec=a_spec(classes=("Normal", "MI", "HB")), bias=None, finding_spec=None, predict=lambda images: outputs
    )
    with pytest.raises(ValueError, match="longer"):
        classify(a_drawing(), engine)
    with pytest.raises(ValueError, match="longer"):
        findings_of(np.zeros(3, np.float32), a_finding_head().spec)


def test_a_drawing_of_another_version_or_size_or_type_is_refused():
    engine = an_engine(a_spec(), head_weights())
    with pytest.raises(DrawingRangeError, match=f"of version {a_spec().drawing_version}, not of version other"):
        classify(Drawing(np.zeros((32, 64), np.uint8), (), "other"), engine)
    with pytest.raises(DrawingRangeError, match=r"32 x 64 pixels, not of \(33, 64\)"):
        classify(a_drawing(33), engine)
    with pytest.raises(DrawingRangeError, match="32 x 64"):
        check_images(np.zeros((32, 64), np.uint8), a_spec())
    with pytest.raises(DrawingRangeError, match="uint8"):
        check_images(np.zeros((1, 32, 64), np.float32), a_spec())


def test_the_file_is_asked_for_both_halves_of_a_drawing(monkeypatch):
    asked = []

    class File:
        def __init__(self, content: bytes) -> None:
            assert content == b"file"

        def run(self, signature, **inputs):
            asked.append((signature, {name: values.copy() for name, values in inputs.items()}))
            shape = (1, 2, 4, 5)
            values = np.arange(40, dtype=np.float32).reshape(shape)
            return {"pool2": values} if signature == "near" else dict.fromkeys((*LAYERS, "pool4"), values)

    monkeypatch.setattr("heartguard.classify.backbone.LiteRtFile", File)
    backbone, image = LiteRtBackbone(b"file"), np.arange(128, dtype=np.uint8).reshape(8, 16)
    cells = backbone.feature_map(image)
    assert cells.shape == (8, 10)
    assert cells[1].tolist() == [*range(5, 10), *range(5, 10)]
    (near, given), (far, passed) = asked
    assert (near, far) == ("near", "far")
    assert given["image"].dtype == np.float32
    assert given["image"].shape == (1, 8, 16, 1)
    assert given["image"][0, :, :, 0].tolist() == image.tolist()
    assert passed["pooled"].shape == (1, 2, 4, 5)
    found = backbone.activations(image)
    assert list(found) == list(LAYERS)
    assert found[LAYERS[0]].shape == (5, 2, 4)
    assert found[LAYERS[0]][1].ravel().tolist() == list(range(1, 40, 5))


def test_explanations_get_block_4_and_5_and_the_last_of_block_3():
    assert ("block3_conv3", *(f"block{b}_conv{k}" for b in (4, 5) for k in (1, 2, 3))) == LAYERS
