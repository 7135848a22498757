"""Players, waves, evidence in words, counterfactuals: on simulated hearts whose every border is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heartguard.drawing import LEAD_GROUPS, RHYTHM, draw, segment_leads
from heartguard.explain import Evidence, counterfactual, evidence_sentence, map_evidence, time_bands, wave_shap
from heartguard.explain.counterfactuals import normal_beat, normal_lead, with_normal
from heartguard.explain.players import lead_players, wave_players
from heartguard.explain.sentence import name_leads
from heartguard.explain.surrogate import fit_surrogate, neighbours, segment_contributions
from heartguard.explain.validated import (
    BY_LEAD,
    BY_PIXEL,
    LEAD_SHAP,
    PIXEL_SHAP,
    SHUFFLED,
    is_validated,
    validated_maps,
)
from heartguard.explain.waves import BETWEEN, WAVES, known_waves, wave_at
from heartguard.leads import LEAD_INDEX, LEADS
from heartguard.values import Ecg, Measurements
from heartlab.simulate.ecg import SimulatedEcg, simulate_ecg
from tests.test_explain import engine

RATE = 70


def as_ecg(heart: SimulatedEcg) -> Ecg:
    return Ecg(heart.signals, np.ones(12, np.float32), "II")


def as_measured(heart: SimulatedEcg) -> Measurements:
    """Return the true beats and borders as measurements."""
    beat = heart.fiducials[2]
    borders = {name: getattr(beat, name) - beat.r for name in ("p_on", "qrs_on", "qrs_off", "t_off")}
    return Measurements(beats_s=heart.beats_s, fiducials_s=borders)


@pytest.fixture(scope="module")
def heart() -> SimulatedEcg:
    return simulate_ecg("normal", RATE, seed=1)


def test_any_coalition_is_the_drawing_without_the_others(heart):
    ecg, players = as_ecg(heart), lead_players(as_ecg(heart))
    assert players.names == LEAD_GROUPS
    rng = np.random.default_rng(0)
    masks = rng.random((6, len(LEAD_GROUPS))) < 0.5
    for mask, image in zip(masks, players.drawings(masks), strict=True):
        without = {name for name, present in zip(LEAD_GROUPS, mask, strict=True) if not present}
        assert np.array_equal(image, draw(segment_leads(ecg), without=without).image)


def test_waves_lie_where_the_simulator_put_them(heart):
    measured, beat = as_measured(heart), heart.fiducials[3]
    moments = np.array([beat.p_on + 0.03, beat.r, beat.t_peak, beat.t_off + 0.05])
    assert [*wave_at(moments, measured)] == [0, 1, 2, BETWEEN]
    assert known_waves(measured) == WAVES
    assert known_waves(replace(measured, fiducials_s={"qrs_on": -0.04, "qrs_off": 0.05})) == ("QRS",)
    assert known_waves(Measurements()) == ()


@pytest.mark.parametrize("player", ["V2", RHYTHM])
def test_the_waves_of_a_lead_make_up_its_trace(heart, player):
    ecg, measured = as_ecg(heart), as_measured(heart)
    players = wave_players(ecg, measured, player)
    assert players.names == WAVES
    whole = draw(segment_leads(ecg)).image
    assert np.array_equal(players.drawings(np.ones((1, 3), bool))[0], whole)
    pieces = np.minimum(players.rest, players.layers.min(axis=0))
    assert np.abs(pieces.astype(int) - whole).max() < 80
    assert (players.rest < 128).sum() < (whole < 128).sum()
    outside = draw(segment_leads(ecg), without={player}).image
    assert (players.rest <= outside).all()


def test_waves_of_a_lead_that_is_not_drawn_are_refused(heart):
    with pytest.raises(ValueError, match="V9"):
        wave_players(as_ecg(heart), as_measured(heart), "V9")


def test_wave_shap_adds_up(heart):
    model = engine(V2=2.0)
    found = wave_shap(as_ecg(heart), as_measured(heart), model, "MI", "V2")
    assert set(found.values) == set(WAVES)
    assert found.error < 1e-9
    assert found.evaluations == 8


def test_evidence_is_summed_over_leads_and_waves(heart):
    ecg, measured = as_ecg(heart), as_measured(heart)
    drawing = draw(segment_leads(ecg))
    heat = np.zeros(drawing.image.shape, np.float32)
    box = next(box for box in drawing.boxes if box.lead == "V3" and not box.rhythm)
    beat = next(b for b in heart.fiducials if box.start_s + 0.4 < b.r < box.end_s - 0.6)
    first, last = (
        round(box.x0 + (moment - box.start_s) / (box.end_s - box.start_s) * (box.x1 - box.x0))
        for moment in (beat.qrs_off, beat.t_off)
    )
    heat[round(box.y0) + 5 : round(box.y1) - 5, first + 1 : last - 1] = 1
    evidence = map_evidence(heat, drawing, measured)
    assert evidence.shares()["V3"] == pytest.approx(1)
    assert evidence.by_wave["V3", "ST-T"] == pytest.approx(heat.sum())
    sentence = evidence_sentence(evidence, "MI")
    assert sentence == "For MI: 100 % of the evidence lies in V3, mostly ST-T; against: no lead in particular."
    bands = [band for band in time_bands(heat, drawing) if band.value > 0]
    assert {band.lead for band in bands} == {"V3"}
    assert min(band.start_s for band in bands) == pytest.approx(beat.qrs_off, abs=0.15)
    assert max(band.end_s for band in bands) == pytest.approx(beat.t_off, abs=0.15)


def test_the_sentence_names_what_speaks_against_and_nothing_at_all():
    lopsided = Evidence({"V2": 3.0, "V3": 3.0, "V4": 2.0, "I": -2.0, "rhythm": -1.5}, {})
    assert evidence_sentence(lopsided, "MI") == (
        "For MI: 75 % of the evidence lies in V2-V3; against: leads I and the rhythm strip."
    )
    nothing = Evidence(dict.fromkeys(LEAD_GROUPS, 0.0), {})
    assert evidence_sentence(nothing, "HB") == "For HB: nothing speaks for it; against: no lead in particular."
    against = Evidence({"V1": -1.0, "V2": 0.0}, {})
    assert evidence_sentence(against, "HB") == "For HB: nothing speaks for it; against: lead V1."
    assert evidence_sentence(nothing, "HB", signed=False) == "For HB: nothing speaks for it."


def test_neighbouring_chest_leads_are_a_range():
    assert name_leads(["V6", "V1", "aVF", "V5", "V4"]) == "aVF, V1 and V4-V6"


def test_a_normal_lead_has_its_beats_where_the_page_has_them(heart):
    measured = as_measured(heart)
    seconds = np.arange(heart.signals.shape[1]) / 500
    trace = normal_lead("II", seconds, measured)
    for beat in heart.beats_s[1:-1]:
        near = np.abs(seconds - beat) < 0.1
        assert seconds[near][trace[near].argmax()] == pytest.approx(beat, abs=0.01)
    assert normal_beat().mv.shape[0] == len(LEADS)


def test_making_a_raised_st_segment_normal_lowers_it_and_nothing_else(heart):
    measured = as_measured(heart)
    seconds = np.arange(heart.signals.shape[1]) / 500
    inside = wave_at(seconds, measured) == WAVES.index("ST-T")
    signals = heart.signals.copy()
    signals[LEAD_INDEX["V2"], inside] += 0.4
    raised = replace(as_ecg(heart), signals=signals)
    mended = with_normal(raised, measured, "V2", "ST-T")
    v2 = mended.lead("V2")
    away = wave_at(seconds, measured) != WAVES.index("ST-T")
    away &= np.convolve(~away, np.ones(21), mode="same") < 0.5
    assert np.allclose(v2[away], signals[LEAD_INDEX["V2"], away], atol=1e-5)
    core = np.convolve(inside, np.ones(31) / 31, mode="same") > 0.999
    assert np.mean(v2[core] - heart.signals[LEAD_INDEX["V2"], core]) == pytest.approx(0, abs=0.12)
    others = [LEAD_INDEX[lead] for lead in LEADS if lead != "V2"]
    assert np.array_equal(mended.signals[others], signals[others])


def test_a_counterfactual_says_before_and_after(heart):
    model = engine(V2=2.0)
    found = counterfactual(as_ecg(heart), as_measured(heart), model, "V2")
    assert found.before["MI"] == pytest.approx(found.after["MI"])  # this engine sees ink, and a normal lead has some
    assert sum(found.after.values()) == pytest.approx(1)


def test_a_counterfactual_needs_beats_and_borders(heart):
    with pytest.raises(ValueError, match="No beats"):
        with_normal(as_ecg(heart), Measurements(), "V2")
    without_p = replace(as_measured(heart), fiducials_s={"qrs_on": -0.04, "qrs_off": 0.05})
    with pytest.raises(ValueError, match="borders of P"):
        with_normal(as_ecg(heart), without_p, "V2", "P")


def test_gaps_stay_gaps_in_a_counterfactual(heart):
    signals = heart.signals.copy()
    signals[LEAD_INDEX["V2"], 1000:2000] = np.nan
    changed = with_normal(replace(as_ecg(heart), signals=signals), as_measured(heart), "V2")
    assert np.array_equal(np.isnan(changed.lead("V2")), np.isnan(signals[LEAD_INDEX["V2"]]))


def test_what_the_stretches_add_is_the_logit():
    maps = np.random.default_rng(0).normal(size=(3, 4, 10, 24)).astype(np.float32)
    assert np.allclose(segment_contributions(maps).sum(axis=1), maps.mean(axis=(2, 3)), atol=1e-5)


def test_each_lead_has_its_neighbours_on_the_drawing():
    near = dict(zip(LEAD_GROUPS, ({LEAD_GROUPS[j] for j in row} for row in neighbours()), strict=True))
    assert near["I"] == {"II", "aVR", "aVL"}
    assert near[RHYTHM] == {"III", "aVF", "V3", "V6"}
    assert "aVL" in near["V2"]
    assert near["V2"] >= {"V1", "V3", "V5"}


def test_the_stand_in_learns_a_game_of_neighbours():
    rng = np.random.default_rng(0)
    masks = np.concatenate([rng.random((60, 13)) < 0.5, [np.zeros(13, bool), np.ones(13, bool)]])

    def parts_of(masks):
        parts = np.zeros((len(masks), 13, 4))
        parts[:, 0, 1] = 2.0 * masks[:, 0] - 1.5 * masks[:, 0] * masks[:, 1]
        parts[:, 7, 1] = masks[:, 7]
        return parts

    stand_in = fit_surrogate(masks, parts_of(masks), LEAD_GROUPS, np.zeros(4, np.float32), 1.0, 1)
    fresh = rng.random((50, 13)) < 0.5
    logits = parts_of(fresh).sum(axis=1)
    expected = np.exp(logits[:, 1]) / np.exp(logits).sum(axis=1)
    assert np.abs(stand_in(fresh) - expected).max() < 0.03  # the ridge leaves a little


HEAD = "method,test,value,low,high,pages,model\n"


def rows(method: str, tests: tuple[str, ...], low: float, high: float) -> str:
    return "".join(f"{method},{test},{(low + high) / 2},{low},{high},9,m\n" for test in tests)


def shuffled(method: str, high: float = 0.2) -> str:
    return f'{method},"{SHUFFLED}",0.0,-0.2,{high},9,m\n'


def test_what_does_not_beat_chance_is_not_offered(tmp_path):
    path = tmp_path / "explain.csv"
    good = rows("cam", BY_LEAD, 0.1, 0.3) + shuffled("cam")
    bad = rows("gradcam", BY_LEAD + BY_PIXEL, -0.01, 0.3) + shuffled("gradcam")
    by_lead_only = "".join(rows(name, BY_LEAD, 0.1, 0.3) + shuffled(name) for name in ("layercam", PIXEL_SHAP))
    path.write_text(HEAD + good + bad + by_lead_only)
    assert validated_maps(path) == ("cam",)
    assert not is_validated(PIXEL_SHAP, path)
    path.write_text(HEAD + by_lead_only + rows(PIXEL_SHAP, BY_PIXEL, 0.1, 0.3) + rows(LEAD_SHAP, BY_LEAD, 0.1, 0.3))
    assert is_validated(PIXEL_SHAP, path)
    assert not is_validated(LEAD_SHAP, path)  # nobody shuffled the network under it
    assert validated_maps(tmp_path / "none.csv") == ()


def test_a_map_as_published_is_left_out_beside_the_one_less_white_paper(tmp_path):
    path = tmp_path / "explain.csv"
    published = rows("cam as published", BY_LEAD, 0.1, 0.3) + shuffled("cam as published")
    path.write_text(HEAD + published)
    assert validated_maps(path) == ("cam as published",)
    path.write_text(HEAD + published + rows("cam", BY_LEAD, 0.1, 0.3) + shuffled("cam"))
    assert validated_maps(path) == ("cam",)


def test_what_stays_when_the_network_is_shuffled_is_not_offered(tmp_path):
    path = tmp_path / "explain.csv"
    path.write_text(HEAD + rows("cam", BY_LEAD, 0.1, 0.3) + shuffled("cam", 0.6))
    assert validated_maps(path) == ()


def test_the_committed_table_offers_the_exact_map_and_lead_shap():
    assert {"cam", "layercam"} <= set(validated_maps())
    assert is_validated(LEAD_SHAP)
    assert is_validated(PIXEL_SHAP)
    assert "gradcam" not in validated_maps()
