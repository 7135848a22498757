"""Sections of the model card that come from tables of other commands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from heartguard.classify import ModelSpec
from heartguard.explain import LEAD_SHAP, MAP_METHODS, PIXEL_SHAP, is_offered, trials_of

_EXPLAINED = {
    "deletion by lead over random": "leads out",
    "insertion by lead over random": "leads in",
    "deletion by pixel over random": "ink out",
    "insertion by pixel over random": "ink in",
    "pointing game": "pointing game",
    "similarity, shuffled down to block1": "network shuffled",
}


def unlike_section(results: Path) -> str:
    """Return what ``benchmarks/unlike.py`` measured; empty where it was not run."""
    path = results / "unlike.csv"
    if not path.exists():
        return ""
    lines = [
        "### Inputs unlike the training data",
        "",
        'Above a limit that 99 % of the clinic pages stay under, the answer is "not sure".',
        "",
        "| against the clinic pages | AUROC | above the limit | refused before there is a drawing |",
        "| --- | --- | --- | --- |",
    ]
    for row in pd.read_csv(path).to_dict("records"):
        area = "" if pd.isna(row["auroc"]) else f"{row['auroc']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        refused = "" if pd.isna(row["refused_before"]) else f"{row['refused_before']:.0%}"
        lines.append(f"| {row['kind']} | {area} | {row['above_limit']:.1%} | {refused} |")
    return "\n".join([*lines, ""])


def parity_section(results: Path, spec: ModelSpec) -> str:
    """Return what ``heartguard convert`` measured; empty where it was not run."""
    path = results / "parity.json"
    if not path.exists():
        return ""
    found = json.loads(path.read_text(encoding="utf-8"))
    apart, f1, bars = found["probability_apart"], found["macro_f1"], found["bars"]
    verdict = (
        "The app runs the light file."
        if found["holds"]
        else "That is not near enough: the app runs the full weights on OpenCV."
    )
    stale = "" if found["model"] == spec.identity else f" Measured on {found['model']}, not on these weights."
    return "\n".join(
        [
            "### Light file",
            "",
            "The same convolutions with 8-bit kernels, for LiteRT; the linear heads stay outside, in float32."
            f" {verdict}{stale}",
            "",
            f"| light against full weights, {found['pages']} clinic pages | measured | bar |",
            "| --- | --- | --- |",
            f"| same label | {found['same_label']:.2%} | {bars['same_label']:.1%} |",
            f"| greatest difference of a probability | {apart['greatest']:.4f} | {bars['probability_apart']} |",
            f"| 99th percentile of it | {apart['p99']:.4f} | |",
            f"| difference of macro-F1 | {abs(f1['full'] - f1['light']):.4f} | {bars['macro_f1_apart']} |",
            "",
        ]
    )


def explain_section(results: Path, spec: ModelSpec) -> str:
    """Return how the explanations did in ``benchmarks/explain.py``; empty where it was not run."""
    path = results / "explain.csv"
    if not path.exists():
        return ""
    trials = trials_of(path)
    models = sorted({row["model"] for row in trials.values()})
    stale = "" if models == [spec.identity] else f" Measured on {', '.join(models)}, not on these weights."
    lines = [
        "### Explanations",
        "",
        "By how much taking out, or putting in alone, what an explanation names moves the probability further than what"
        " chance names (95 % interval); a method is offered where that lies above 0 and the explanation falls apart"
        f" with the network's weights shuffled. Definitions: `docs/explanations.md`.{stale}",
        "",
        f"| method | offered | {' | '.join(_EXPLAINED.values())} |",
        "| --- " * (2 + len(_EXPLAINED)) + "|",
    ]
    for method in (*MAP_METHODS, LEAD_SHAP, PIXEL_SHAP):
        cells = [_explained(trials.get((method, test))) for test in _EXPLAINED]
        if any(cells):
            lines.append(f"| {method} | {'yes' if is_offered(method, path) else 'no'} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _explained(row: Mapping[str, str] | None) -> str:
    if row is None:
        return ""
    value, low, high = (float(row[key]) for key in ("value", "low", "high"))
    return f"{value:.2f} ({low:.2f} to {high:.2f})"
