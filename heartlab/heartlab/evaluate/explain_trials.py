"""Tests of explanations: every method against every test, on pages and on simulated ECGs with a known answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from heartguard.arrays import Floats, Image
from heartguard.classify import Weights, probabilities
from heartguard.drawing import LEAD_GROUPS, draw, segment_leads
from heartguard.explain.baselines import edge_map, random_map
from heartguard.explain.evidence import lead_evidence
from heartguard.explain.faithfulness import (
    deletion_by_lead,
    deletion_by_pixel,
    insertion_by_lead,
    insertion_by_pixel,
    remove_and_debias,
    similarity,
)
from heartguard.explain.game import Game
from heartguard.explain.maps import MAP_METHODS
from heartguard.explain.owen_values import pixel_shap
from heartguard.explain.players import WHITE, Ask, lead_players
from heartguard.explain.road import fill_from_around
from heartguard.explain.shapley import lead_shap
from heartguard.explain.validated import LEAD_SHAP, PIXEL_SHAP
from heartguard.values import Drawing, Ecg
from heartlab.evaluate.explain_models import RANDOMISED, TrialModel, TrialPage, shuffled, trial_model

SHAP, PIXELS, EDGE, RANDOM = LEAD_SHAP, PIXEL_SHAP, "edge detector", "random"
"""Names of the methods that are no maps."""

RANDOM_ORDERS = 2
"""Random rankings that are averaged for each page; chosen by hand."""

CELL = 8
"""Maps are compared after averaging over cells of so many pixels."""


@dataclass(frozen=True)
class Result:
    """One figure of one method in one test on one page."""

    method: str
    test: str
    value: float
    group: str


def probability_of(model: TrialModel, label: str) -> Ask:
    """Return a function from drawings to the probability of a class."""
    spec = model.engine.spec

    def ask(images: Image) -> np.ndarray:
        return probabilities(model.engine.predict(images).logits, spec.temperature)[:, spec.classes.index(label)]

    return ask


def all_maps(model: TrialModel, ecg: Ecg, label: str | None = None) -> dict[str, Floats]:
    """Return the maps of all methods for a class, by default the one that the model names."""
    prediction = model.predict(ecg)
    record, label = model.maps.record(_image(ecg)), label or prediction.label
    return {name: model.maps.heat_map(name, prediction, label, lambda: record) for name in MAP_METHODS}


def page_trials(page: TrialPage, seed: int) -> Iterator[Result]:
    """Give deletion, insertion, remove-and-debias and agreement of all methods on one page."""
    prediction = page.model.predict(page.ecg)
    drawing, label = draw(segment_leads(page.ecg)), prediction.label
    heats = {**all_maps(page.model, page.ecg), EDGE: edge_map(drawing.image)}
    shap = lead_shap(page.ecg, page.model.engine, label).values
    scores = {name: lead_evidence(heat, drawing) for name, heat in heats.items()} | {SHAP: dict(shap)}
    yield from _over_chance(_by_lead(page, label, scores, seed), page.group)
    yield from _over_chance(_by_pixel(page, label, drawing.image, heats, seed), page.group)
    for name in (*MAP_METHODS, EDGE):
        alike = similarity(_values(scores[name]), _values(scores[SHAP]))
        yield Result(name, "agreement with lead shap", alike, page.group)


def pixel_trials(page: TrialPage, seed: int) -> Iterator[Result]:
    """Yield the results of `page_trials` for SHAP by pixel on one page, and the error of its sum."""
    prediction = page.model.predict(page.ecg)
    drawing, label = draw(segment_leads(page.ecg)), prediction.label
    found = pixel_shap(drawing, page.model.engine, label)
    heats = {PIXELS: found.heat, EDGE: edge_map(drawing.image)}
    scores = {name: lead_evidence(heat, drawing) for name, heat in heats.items()}
    figures = _by_lead(page, label, scores, seed) | _by_pixel(page, label, drawing.image, heats, seed)
    yield from (result for result in _over_chance(figures, page.group) if result.method == PIXELS)
    by_lead = lead_shap(page.ecg, page.model.engine, label).values
    alike = similarity(_values(scores[PIXELS]), _values(by_lead))
    yield Result(PIXELS, f"agreement with {SHAP}", alike, page.group)
    yield Result(PIXELS, "completeness error", found.error, page.group)


def pixel_randomisation(page: TrialPage, weights: Weights) -> Iterator[Result]:
    """Give how alike SHAP by pixel stays when the head alone, and when every weight of the network is shuffled."""
    drawing, label = draw(segment_leads(page.ecg)), page.model.predict(page.ecg).label
    before = pixel_shap(drawing, page.model.engine, label).heat
    for stage in (RANDOMISED[0], RANDOMISED[-1]):
        engine = trial_model(page.model.engine.spec, shuffled(weights, stage)).engine
        after = pixel_shap(drawing, engine, label).heat
        alike = similarity(_coarse(before), _coarse(after))
        yield Result(PIXELS, f"similarity, shuffled down to {stage}", alike, page.group)


def _by_lead(
    page: TrialPage, label: str, scores: Mapping[str, Mapping[str, float]], seed: int
) -> dict[tuple[str, str], float]:
    players = lead_players(page.ecg)
    game = Game(page.model.engine, label, players)
    rng = np.random.default_rng(seed)
    chance = [dict(zip(LEAD_GROUPS, rng.random(len(LEAD_GROUPS)), strict=True)) for _ in range(RANDOM_ORDERS)]
    found: dict[tuple[str, str], float] = {}
    for test, metric in (("deletion by lead", deletion_by_lead), ("insertion by lead", insertion_by_lead)):
        found |= {(name, test): metric(game, players, ranked) for name, ranked in scores.items()}
        found[RANDOM, test] = float(np.mean([metric(game, players, ranked) for ranked in chance]))
    return found


def _by_pixel(
    page: TrialPage, label: str, image: Image, heats: Mapping[str, Floats], seed: int
) -> dict[tuple[str, str], float]:
    ask = probability_of(page.model, label)
    metrics: dict[str, Callable[[Ask, Image, Floats], float]] = {
        "deletion by pixel": deletion_by_pixel,
        "insertion by pixel": insertion_by_pixel,
        "remove and debias": partial(remove_and_debias, fill=fill_from_around),
    }
    drawn = {**heats, RANDOM: random_map(image, seed)}
    return {(name, test): metric(ask, image, heat) for test, metric in metrics.items() for name, heat in drawn.items()}


def _over_chance(found: Mapping[tuple[str, str], float], group: str) -> Iterator[Result]:
    """Give each figure, and by how much it is better than that of chance and of the edge detector."""
    for (name, test), value in found.items():
        yield Result(name, test, value, group)
        better = -1 if test.startswith("deletion") else 1
        for rival in (RANDOM, EDGE):
            if name not in (RANDOM, rival):
                yield Result(name, f"{test} over {rival}", better * (value - found[rival, test]), group)


def randomisation_trials(page: TrialPage, weights: Weights, stages: Sequence[str] = RANDOMISED) -> Iterator[Result]:
    """Give how alike explanations stay as the network is shuffled from the head down; they must fall apart."""
    label = page.model.predict(page.ecg).label
    before = {name: _coarse(heat) for name, heat in all_maps(page.model, page.ecg, label).items()}
    shap = lead_shap(page.ecg, page.model.engine, label, evaluations=27).values
    for stage in stages:
        model = trial_model(page.model.engine.spec, shuffled(weights, stage))
        test = f"similarity, shuffled down to {stage}"
        for name, heat in all_maps(model, page.ecg, label).items():
            yield Result(name, test, similarity(before[name], _coarse(heat)), page.group)
        if stage in (stages[0], stages[-1]):
            after = lead_shap(page.ecg, model.engine, label, evaluations=27).values
            yield Result(SHAP, test, similarity(_values(shap), _values(after)), page.group)


def stability_trials(page: TrialPage, with_shap: bool) -> Iterator[Result]:
    """Give how alike explanations stay when the drawing moves by one pixel, and when the gain rises by 2 %."""
    label = page.model.predict(page.ecg).label
    before = all_maps(page.model, page.ecg, label)
    louder = replace(page.ecg, signals=page.ecg.signals * np.float32(1.02))
    shifted = moved_maps(page.model, page.ecg, label)
    for name, heat in all_maps(page.model, louder, label).items():
        yield Result(name, "similarity after 2 % gain", similarity(_coarse(before[name]), _coarse(heat)), page.group)
        back = np.roll(shifted[name], -1, axis=1)
        yield Result(name, "similarity after 1 px shift", similarity(_coarse(before[name]), _coarse(back)), page.group)
    if with_shap:
        first, second = (lead_shap(ecg, page.model.engine, label).values for ecg in (page.ecg, louder))
        yield Result(SHAP, "similarity after 2 % gain", similarity(_values(first), _values(second)), page.group)


def moved_maps(model: TrialModel, ecg: Ecg, label: str) -> dict[str, Floats]:
    """Return the maps of a drawing shifted by one pixel to the right."""
    drawing = draw(segment_leads(ecg))
    image = np.roll(drawing.image, 1, axis=1)
    image[:, 0] = WHITE
    moved = Drawing(image, drawing.boxes, drawing.version, ecg)
    found, record = model.engine.predict(image[None]), model.maps.record(image)
    prediction = replace(model.predict(ecg), class_maps=found.class_maps[0], drawing=moved)
    return {name: model.maps.heat_map(name, prediction, label, lambda: record) for name in MAP_METHODS}


def shap_trials(page: TrialPage, long_run: int) -> Iterator[Result]:
    """Yield the error of the sum of lead SHAP, and the difference of its values from a much longer run."""
    label = page.model.predict(page.ecg).label
    short = lead_shap(page.ecg, page.model.engine, label)
    long = lead_shap(page.ecg, page.model.engine, label, evaluations=long_run)
    apart = np.abs(_values(short.values) - _values(long.values))
    yield Result(SHAP, "completeness error", short.error, page.group)
    yield Result(SHAP, "mean distance from a long run", float(apart.mean()), page.group)
    yield Result(SHAP, "greatest distance from a long run", float(apart.max()), page.group)


def _image(ecg: Ecg) -> Image:
    return draw(segment_leads(ecg)).image


def _values(scores: Mapping[str, float]) -> Floats:
    return np.array([scores[name] for name in LEAD_GROUPS], np.float32)


def _coarse(heat: Floats) -> Floats:
    height, width = heat.shape
    blocks = heat.reshape(height // CELL, CELL, width // CELL, CELL)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)
