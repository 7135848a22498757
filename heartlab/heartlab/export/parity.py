"""Parity of the int8 file and the full weights, on the drawings of the clinic pages."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from heartguard.arrays import Doubles
from heartguard.classify import Engine, probabilities
from heartguard.drawing import draw, segment_leads
from heartlab.data.page_set import PageSet
from heartlab.data.page_traces import PageTraces
from heartlab.metrics.classification import Labels, accuracy, macro_f1

log = logging.getLogger(__name__)

LEAST_SAME_LABEL = 0.995
"""Least share of pages with the same class."""

MOST_APART = 0.02
"""Greatest difference of any probability."""

MOST_F1_APART = 0.005
"""Greatest difference of macro-F1. All three bars were chosen by hand."""


def measure_parity(full: Engine, light: Engine, traces: PageTraces, pages: PageSet) -> dict[str, Any]:
    """Ask both engines about the drawing of every page.

    Parameters
    ----------
    full, light : Engine
        Of the same model.
    traces : PageTraces
    pages : PageSet
        In the order of the traces.

    Returns
    -------
    dict
        As `parity_figures`.
    """
    answers: dict[str, list[Doubles]] = {"full": [], "light": [], "full findings": [], "light findings": []}
    for row in range(len(traces.page_ids)):
        image = draw(segment_leads(traces.ecg(row))).image[None]
        for name, engine in (("full", full), ("light", light)):
            found = engine.predict(image)
            answers[name].append(probabilities(found.logits[0], engine.spec.temperature))
            if found.finding_logits is not None:
                answers[f"{name} findings"].append(1 / (1 + np.exp(-found.finding_logits[0].astype(float))))
        if row % 100 == 99:
            log.info("parity: %d of %d pages", row + 1, len(traces.page_ids))
    stacked = {name: np.stack(found) for name, found in answers.items() if found}
    return parity_figures(pages.classes, stacked)


def parity_figures(labels: Labels, answers: Mapping[str, Doubles]) -> dict[str, Any]:
    """Compare probabilities.

    Parameters
    ----------
    labels : ndarray, shape (n,)
    answers : mapping of str to ndarray
        ``full`` and ``light``, shape (n, classes); ``full findings`` and ``light findings``, shape (n, findings), or
        neither.

    Returns
    -------
    dict
        ``same_label``, ``probability_apart`` (of the class that is furthest apart: median, 99th percentile and
        greatest over the pages), ``macro_f1`` and ``accuracy`` of both, ``bars``, and ``holds``.
    """
    full, light = answers["full"], answers["light"]
    apart = np.abs(full - light).max(axis=1)
    same = float((full.argmax(axis=1) == light.argmax(axis=1)).mean())
    f1 = {name: macro_f1(labels, answers[name]) for name in ("full", "light")}
    found: dict[str, Any] = {
        "pages": len(labels),
        "same_label": same,
        "probability_apart": {"median": float(np.median(apart)), "p99": float(np.quantile(apart, 0.99))},
        "macro_f1": f1,
        "accuracy": {name: accuracy(labels, answers[name]) for name in ("full", "light")},
        "bars": {"same_label": LEAST_SAME_LABEL, "probability_apart": MOST_APART, "macro_f1_apart": MOST_F1_APART},
    }
    found["probability_apart"]["greatest"] = float(apart.max())
    if "full findings" in answers:
        found["finding_apart_greatest"] = float(np.abs(answers["full findings"] - answers["light findings"]).max())
    found["holds"] = bool(
        same >= LEAST_SAME_LABEL and apart.max() <= MOST_APART and abs(f1["full"] - f1["light"]) <= MOST_F1_APART
    )
    return found
