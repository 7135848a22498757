"""The quality model: its arithmetic, evidence that is finite whatever was read, and a fit that finds what is right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heartguard.leads import LAYOUTS, LEAD_INDEX, LEADS, SAMPLES
from heartguard.quality import (
    AMPLITUDE_EVIDENCE,
    LEAD_EVIDENCE,
    PAGE_EVIDENCE,
    Logistic,
    QualityModel,
    lead_evidence,
    load_quality_model,
    page_evidence,
)
from heartguard.quality.ink import cut_share
from heartguard.values import Ecg, Measurements, Page, Panel, Segment
from heartguard.weights import models_folder
from heartlab.simulate.ecg import simulate_ecg
from heartlab.train.quality import fit, out_of_fold
from tests.handmade import make_ecg, make_measurements, make_page

NOTHING = Ecg(np.full((12, SAMPLES), np.nan, np.float32), np.zeros(12, np.float32))
FROM_PAGE = dict.fromkeys(
    (
        "vague_trace",
        "layout_certainty",
        "grid_strength",
        "no_grid",
        "grid_off_mm",
        "grid_bent",
        "fineness",
        "pulse_share",
        "lost_pulses",
        "pulse_error",
        "length_error",
        "names_seen",
        "stray_names",
        "column_marks",
        "names_agree",
        "names_differ",
        "gain_witnesses",
    ),
    0.25,
)


def page(ink: np.ndarray | None = None) -> Page:
    return make_page(evidence=FROM_PAGE, ink=np.zeros((600, 900), np.float32) if ink is None else ink)


def segment(lead: str, y: float = 100.0, x0: int = 50, quality: float = 0.9) -> Segment:
    return Segment(Panel(lead, 0, x0, x0 + 300, y, 0.0, 2.5), np.full(300, y, np.float32), x0, quality, spread=2.0)


def told(page: Page, ecg: Ecg, measurements: Measurements | None = None) -> dict[str, float]:
    evidence = page_evidence(page, ecg, measurements or make_measurements())
    return dict(zip(PAGE_EVIDENCE, map(float, evidence), strict=True))


def test_log_odds_are_the_weighted_sum_of_scaled_evidence() -> None:
    model = Logistic(mean=(1.0, 0.0), scale=(2.0, 1.0), weights=(1.0, -2.0), intercept=0.5)
    odds = model.log_odds(np.array([[3.0, 0.5], [1.0, 0.0]]))
    assert odds.tolist() == [1.0 - 1.0 + 0.5, 0.5]


def test_evidence_beyond_three_deviations_and_odds_beyond_six_say_no_more() -> None:
    model = Logistic(mean=(0.0,), scale=(1.0,), weights=(1.0,), intercept=0.0)
    assert model.log_odds(np.array([50.0])) == 3
    assert replace(model, weights=(10.0,)).log_odds(np.array([50.0])) == 6
    assert replace(model, weights=(10.0,)).log_odds(np.array([-50.0])) == -6


@pytest.mark.parametrize(
    "ecg",
    [
        NOTHING,
        make_ecg(signals=np.zeros((12, SAMPLES), np.float32), segments=tuple(segment(lead) for lead in LEADS)),
        replace(NOTHING, segments=(Segment(Panel("I", 0, 5.0, 5.0, 9.0, 0, 2.5), np.zeros(0, np.float32), 5, 0.0),)),
    ],
    ids=["nothing", "flat", "empty segment"],
)
def test_evidence_is_finite_whatever_was_read(ecg: Ecg) -> None:
    measurements = Measurements()
    assert np.isfinite(page_evidence(page(), ecg, measurements)).all()
    assert page_evidence(page(), ecg, measurements).shape == (len(PAGE_EVIDENCE),)
    leads = lead_evidence(page(), ecg, 1.0)
    assert np.isfinite(leads).all()
    assert leads.shape == (12, len(LEAD_EVIDENCE))


def test_leads_that_contradict_each_other_are_evidence() -> None:
    signals = simulate_ecg("normal", 72, seed=2).signals
    swapped = signals.copy()
    swapped[:3] = signals[[1, 2, LEAD_INDEX["V2"]]]
    right, wrong = (told(page(), make_ecg(signals=s))["limb_disagreement"] for s in (signals, swapped))
    assert right < 0.05 < 0.3 < wrong
    assert told(page(), NOTHING)["limbs_unchecked"] == 1


def test_ink_that_no_line_follows_is_stray() -> None:
    ink = np.zeros((600, 900), np.float32)
    ink[99:102, 50:350] = 1
    ecg = make_ecg(segments=(segment("I"),))
    assert told(page(ink), ecg)["stray_ink"] == 0
    ink[399:402, 50:350] = 1
    assert told(page(ink), ecg)["stray_ink"] == pytest.approx(0.5, abs=0.01)
    ink[:, 500:] = 1  # beyond the columns of the panels
    assert told(page(ink), ecg)["stray_ink"] == pytest.approx(0.5, abs=0.01)


def test_a_line_on_pale_ink_is_vague() -> None:
    ink = np.zeros((600, 900), np.float32)
    ink[99:102, 50:200] = 1  # half of its length
    leads = lead_evidence(page(ink), make_ecg(segments=(segment("I"),)), 0.0)
    assert leads[0, LEAD_EVIDENCE.index("vague")] == pytest.approx(0.5, abs=0.01)
    assert leads[1, LEAD_EVIDENCE.index("vague")] == 1
    assert leads[0, LEAD_EVIDENCE.index("followed")] == pytest.approx(0.9)


def wave(peak_px: float) -> Segment:
    """Return a level line at 100 px with a narrow wave at its 150th column, of such a height."""
    y = np.full(300, 100.0, np.float32)
    y[147:154] -= np.float32(peak_px) * np.array([0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25], np.float32)
    return replace(segment("I"), y=y)


@pytest.mark.parametrize("down", [False, True])
def test_a_wave_that_ends_below_its_ink_is_cut(down: bool) -> None:
    sign = -1 if down else 1
    ink = np.zeros((600, 900), np.float32)
    ink[99:102, 50:350] = 1
    bar = slice(100, 181) if down else slice(20, 101)  # 80 px from the line on
    ink[bar, 198:203] = 1
    cut, whole = (cut_share(page(ink), wave(sign * height)) for height in (40, 79.5))
    # 41 px of ink from the peak on, less half a stroke, of 40 px.
    assert cut == pytest.approx((41 - 0.4 * page().px_per_mm) / 40)
    assert whole == 0
    evidence = told(page(ink), make_ecg(segments=(wave(sign * 40), wave(sign * 79.5))))
    assert evidence["cut_waves"] == pytest.approx(cut / 2)


def test_a_level_or_empty_line_has_no_wave_to_cut() -> None:
    assert cut_share(page(), segment("I")) == 0
    assert cut_share(page(), replace(segment("I"), y=np.zeros(0, np.float32))) == 0


def test_lines_that_the_network_is_unsure_of_are_evidence() -> None:
    sure, unsure = (
        told(page(), make_ecg(segments=tuple(replace(segment(lead), spread=spread) for lead in LEADS)))["unsure_lines"]
        for spread in (0.0, 3.0)
    )
    assert (sure, unsure) == (0, pytest.approx(np.log(4)))


def test_rates_no_heart_has_and_an_unusual_order_are_evidence() -> None:
    plain = told(page(), make_ecg())
    assert (plain["rate_plausible"], plain["unmeasured"], plain["other_order"]) == (1, 0, 0)
    assert told(page(), make_ecg(), make_measurements(heart_rate_bpm=250.0))["rate_plausible"] == 0
    cabrera = replace(page(), layout=LAYOUTS["3x4+1 Cabrera"])
    assert told(cabrera, make_ecg())["other_order"] == 1
    assert told(page(), make_ecg())["no_grid"] == 0.25


def even(names: tuple[str, ...], **weights: float) -> Logistic:
    """Return a logistic regression that heeds some evidence only."""
    none, one = (0.0,) * len(names), (1.0,) * len(names)
    return Logistic(none, one, tuple(weights.get(name, 0.0) for name in names), 0.0)


def test_a_lead_that_is_absent_has_no_quality_and_the_others_follow_the_page() -> None:
    on_page, on_leads = even(PAGE_EVIDENCE, layout_certainty=2.0), even(LEAD_EVIDENCE, page=1.0)
    model = QualityModel(on_page, on_leads, even(AMPLITUDE_EVIDENCE, fineness=4.0), "made up", "today")
    signals = np.zeros((12, SAMPLES), np.float32)
    signals[LEAD_INDEX["V6"]] = np.nan
    quality, leads, amplitudes_off = model.judge(page(), make_ecg(signals=signals), make_measurements())
    assert amplitudes_off == pytest.approx(1 / (1 + np.exp(-1.0)))  # 4 times the fineness of 0.25
    assert quality == pytest.approx(1 / (1 + np.exp(-0.5)))
    assert leads[LEAD_INDEX["V6"]] == 0
    assert leads[LEAD_INDEX["I"]] == pytest.approx(quality, abs=1e-6)


def test_a_fit_finds_what_is_right_and_says_how_sure_it_is() -> None:
    rng = np.random.default_rng(0)
    evidence = rng.normal(5, 2, (4000, 3))
    odds = 1.5 * (evidence[:, 0] - 5) / 2 - 0.75 * (evidence[:, 1] - 5) / 2 + 0.4
    right = (rng.random(4000) < 1 / (1 + np.exp(-odds))).astype(float)
    model = fit(evidence, right)
    assert model.weights == pytest.approx((1.5, -0.75, 0.0), abs=0.12)
    assert model.intercept == pytest.approx(0.4, abs=0.12)
    told = 1 / (1 + np.exp(-out_of_fold(evidence, right, range(4000))))
    for low in (0.1, 0.3, 0.5, 0.7):
        inside = (told > low) & (told < low + 0.2)
        assert right[inside].mean() == pytest.approx(told[inside].mean(), abs=0.07)


@pytest.mark.skipif(not (models_folder() / "quality.json").exists(), reason="no quality model is shipped")
def test_the_shipped_model_knows_the_evidence_of_this_version() -> None:
    model = load_quality_model(models_folder())
    parts = ((model.page, PAGE_EVIDENCE), (model.lead, LEAD_EVIDENCE), (model.amplitude, AMPLITUDE_EVIDENCE))
    for part, names in parts:
        assert len(part.mean) == len(part.scale) == len(part.weights) == len(names)
        assert min(part.scale) > 0
