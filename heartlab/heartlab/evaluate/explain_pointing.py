"""The pointing game: does an explanation point at the leads that an abnormality was put into."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from heartguard.arrays import Floats
from heartguard.drawing import LEAD_GROUPS, draw, segment_leads
from heartguard.explain.baselines import edge_map
from heartguard.explain.cam import lead_group_of
from heartguard.explain.faithfulness import pointing_hit
from heartguard.explain.shapley import lead_shap
from heartguard.values import Drawing
from heartlab.evaluate.explain_cases import Case
from heartlab.evaluate.explain_models import TrialModel
from heartlab.evaluate.explain_trials import EDGE, RANDOM, SHAP, Result, all_maps, probability_of

MOVED = 0.1
"""A case counts in the pointing game if its abnormality raises the class's probability by at least this: an abnormality
without an effect on the network cannot be found by an explanation. Chosen by hand."""


def pointing_trials(case: Case, model: TrialModel, number: int) -> Iterator[Result]:
    """Yield whether each method points at the leads with the simulated abnormality.

    Two results for each: whether its highest value is in these leads, and whether the greatest change by the
    abnormality is. The simulated heart itself has evidence for and against the class, so only the second depends on the
    abnormality alone.
    """
    ask, group = probability_of(model, case.label), f"{case.name}-{number}"
    without, within = ask(np.stack([draw(segment_leads(case.normal)).image, draw(segment_leads(case.ecg)).image]))
    yield Result("network", f"abnormality seen, {case.name}", float(within - without >= MOVED), group)
    if within - without < MOVED:
        return
    for name, hits in _pointing_hits(case, model).items():
        for game, hit in zip(("pointing game", "pointing game, change"), hits, strict=True):
            yield Result(name, f"{game}, {case.name}", float(hit), group)
            yield Result(name, game, float(hit), group)
    for game in ("pointing game", "pointing game, change"):
        yield Result(RANDOM, game, len(case.truth) / len(LEAD_GROUPS), group)


def _pointing_hits(case: Case, model: TrialModel) -> dict[str, tuple[bool, bool]]:
    """Return for each method whether its highest value, and its greatest change, are in the true leads."""
    drawing = draw(segment_leads(case.ecg))
    heats = all_maps(model, case.ecg, case.label) | {EDGE: edge_map(drawing.image)}
    before = all_maps(model, case.normal, case.label) | {EDGE: edge_map(draw(segment_leads(case.normal)).image)}
    hits = {}
    for name, heat in heats.items():
        first, second = (hottest_player(shown, drawing) in case.truth for shown in (heat, heat - before[name]))
        hits[name] = first, second
    after, base = (lead_shap(ecg, model.engine, case.label).values for ecg in (case.ecg, case.normal))
    change = {name: after[name] - base[name] for name in LEAD_GROUPS}
    return {**hits, SHAP: (pointing_hit(after, case.truth), pointing_hit(change, case.truth))}


def hottest_player(heat: Floats, drawing: Drawing) -> str:
    """Return the player whose box holds the hottest pixel."""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    for box in drawing.boxes:
        if box.y0 <= row < box.y1 and box.x0 <= column < box.x1:
            return lead_group_of(box)
    raise ValueError("the boxes do not cover the drawing")
