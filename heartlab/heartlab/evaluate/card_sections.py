"""Sections of the model card that come from tables of other commands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from heartguard.classify import ModelSpec
from heartguard.explain import LEAD_SHAP, MAP_METHODS, PIXEL_SHAP, is_validated, validation_results

_EXPLAINED = {
    "deletion by lead over random": "leads out",
    "insertion by lead over random": "leads in",
    "deletion by pixel over random": "ink out",
    "insertion by pixel over random": "ink in",
    "pointing game": "pointing game",
    "similarity, shuffled down to block1": "network shuffled",
}
"""Columns of the table of explanations: test and heading."""


def ood_section(results: Path) -> str:
    """Return the section on ``heartlab bench unlike``; empty where it was not run."""
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


def findings_section(results: Path) -> str:
    """Return the section on ``heartlab bench findings``; empty where it was not run."""
    path = results / "findings.csv"
    if not path.exists():
        return ""
    table = pd.read_csv(path)
    lines = [
        "### Statements of PTB-XL",
        "",
        f"{table['records'].max()} records of patients kept out of training and thresholds, drawn as pages in five "
        "looks and read back. AUROC of VGG16 and signal model together, with its interval over patients.",
        "",
        "| statement | positives | AUROC | VGG16 alone |",
        "| --- | --- | --- | --- |",
    ]
    for row in table.to_dict("records"):
        wide = "" if pd.isna(row["low"]) else f" ({row['low']:.3f} to {row['high']:.3f})"
        count = "" if pd.isna(row["positives"]) else f"{row['positives']:.0f}"
        lines.append(f"| {row['statement']} | {count} | {row['auroc']:.3f}{wide} | {row['auroc_network_alone']:.3f} |")
    return "\n".join([*lines, ""])


def thresholds_section(results: Path) -> str:
    """Return the section on the thresholds of ``heartlab bench answers``; empty where it was not run."""
    path = results / "answer-statements.csv"
    if not path.exists():
        return ""
    table = pd.read_csv(path).fillna("")
    columns = [
        f"{what}, {threshold}" for threshold in ("given", "not excluded") for what in ("sensitivity", "specificity")
    ]
    shown = table[(table[columns[0]] != "") & (table["auroc"] != "")]
    lines = [
        "### Two thresholds a statement",
        "",
        f"{table['records'].max()} PTB-XL records of other patients than those that set the thresholds, as the signals "
        "that a 3×4 page shows. A statement is given from a score that 2 % of the records without it reach, and cannot "
        "be excluded from one that 95 % of those with it reach; %, 95 % interval, counts. Those with fewer than 20 "
        "cases are in `benchmarks/results/answer-statements.csv` alone.",
        "",
        "| statement | with it | AUROC | given: sensitivity | specificity | not excluded: sensitivity | specificity |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in shown.to_dict("records"):
        area = "" if row["auroc"] == "" else f"{row['auroc']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        cells = " | ".join(str(row[column]) for column in columns)
        lines.append(f"| {row['statement']} | {row['positives']} | {area} | {cells} |")
    return "\n".join([*lines, ""])


def ceiling_section(results: Path) -> str:
    """Return the section on ``heartlab bench ceiling``; empty where it was not run."""
    paths = [results / name for name in ("learning-curve.csv", "agreement.csv", "missed.csv")]
    if not all(path.exists() for path in paths):
        return ""
    curve, pairs, missed = (pd.read_csv(path) for path in paths)
    grown = curve[curve["model"] == "joint"].groupby("share")[["macro_f1", "macro_auroc"]].mean()
    lines = [
        "### Why the figures stop here",
        "",
        "VGG16 and boosted trees together on the 3×4 pages, by the share of the header ids that were learned from:",
        "",
        "| share | macro-F1 | macro AUROC |",
        "| --- | --- | --- |",
        *(f"| {share:.0%} | {row['macro_f1']:.3f} | {row['macro_auroc']:.3f} |" for share, row in grown.iterrows()),
        "",
        f"Two independent models that are both wrong call the page alike in {pairs['wrong_alike'].min():.0%} to "
        f"{pairs['wrong_alike'].max():.0%} of the cases (`benchmarks/results/agreement.csv`). Pages that all "
        f"{missed['models'].max()} independent models miss, beside those that all get right:",
        "",
        "| class | pages | | n | mostly called | quality of the traces | look normal by every measurement |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in missed.to_dict("records"):
        called = "" if pd.isna(row["mostly_called"]) else row["mostly_called"]
        shown = ["" if pd.isna(row[key]) else f"{row[key]:.2f}" for key in ("quality", "looks_normal")]
        lines.append(
            f"| {row['class']} | {row['pages']} | {row['outcome']} | {row['n']} | {called} | {shown[0]} | {shown[1]} |"
        )
    return "\n".join([*lines, ""])


def parity_section(results: Path, spec: ModelSpec) -> str:
    """Return the section on ``heartlab convert``; empty where it was not run."""
    path = results / "parity.json"
    if not path.exists():
        return ""
    found = json.loads(path.read_text(encoding="utf-8"))
    apart, f1, bars = found["probability_apart"], found["macro_f1"], found["bars"]
    verdict = (
        "The app runs the int8 file."
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
            f"| int8 against full weights, {found['pages']} clinic pages | measured | bar |",
            "| --- | --- | --- |",
            f"| same label | {found['same_label']:.2%} | {bars['same_label']:.1%} |",
            f"| greatest difference of a probability | {apart['greatest']:.4f} | {bars['probability_apart']} |",
            f"| 99th percentile of it | {apart['p99']:.4f} | |",
            f"| difference of macro-F1 | {abs(f1['full'] - f1['light']):.4f} | {bars['macro_f1_apart']} |",
            "",
        ]
    )


def explain_section(results: Path, spec: ModelSpec) -> str:
    """Return how the explanations did in ``heartlab bench explain``; empty where it was not run."""
    path = results / "explain.csv"
    if not path.exists():
        return ""
    trials = validation_results(path)
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
            lines.append(f"| {method} | {'yes' if is_validated(method, path) else 'no'} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _explained(row: Mapping[str, str] | None) -> str:
    if row is None:
        return ""
    value, low, high = (float(row[key]) for key in ("value", "low", "high"))
    return f"{value:.2f} ({low:.2f} to {high:.2f})"
