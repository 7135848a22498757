"""Controls of the classifier's figures: the scores with a blank input, the paper's tint alone, or the layout alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.classify import probabilities
from heartguard.drawing import DRAWING_HEIGHT, DRAWING_WIDTH
from heartlab.data.page_set import PageSet, is_plain
from heartlab.data.signal_labels import CLASSES
from heartlab.metrics.classification import auroc, binary_auroc, bootstrap_interval, macro_auroc, macro_f1
from heartlab.metrics.folds import out_of_fold
from heartlab.train.vgg16.cross_validation import fold_head
from heartlab.train.vgg16.features import FeatureBank, pooled_features, trained_blocks
from heartlab.train.vgg16.heads import HeadRecipe

_FEWEST_PAGES = 10
"""A class with fewer pages of a layout is left out: its AUROC would have no meaning. Chosen by hand."""


def blank_control(pretrained: Path, bank: FeatureBank, pages: PageSet, recipe: HeadRecipe) -> dict[str, Any]:
    """Replace every page by an empty drawing for the model of its fold; the ranking must be at chance.

    AUROC is computed within each fold, as each fold has a model of its own.
    """
    white = np.full((1, DRAWING_HEIGHT, DRAWING_WIDTH), 255, np.uint8)
    features = pooled_features(trained_blocks(pretrained), white)
    shares = np.zeros((len(pages.classes), len(CLASSES)))
    areas = []
    for fold in np.unique(pages.folds):
        inside = pages.folds == fold
        shares[inside] = probabilities(fold_head(bank, pages, int(fold), recipe).logits(features))
        areas.append(macro_auroc(pages.classes[inside], shares[inside]))
    return {"macro_auroc": float(np.mean(areas)), **_by_subset(pages, shares, with_auroc=False)}


def shuffled_control(bank: FeatureBank, pages: PageSet, recipe: HeadRecipe, seed: int = 0) -> dict[str, Any]:
    """Teach each fold's head labels that were dealt out at random; on the true ones it must be at chance.

    AUROC is computed within each fold, against the unchanged labels of the pages held back.
    """
    rng = np.random.default_rng(seed)
    areas = []
    for fold in np.unique(pages.folds):
        inside = pages.folds == fold
        dealt = pages.classes.copy()
        dealt[~inside] = rng.permutation(dealt[~inside])
        head = fold_head(bank, dataclasses.replace(pages, classes=dealt), int(fold), recipe)
        areas.append(macro_auroc(pages.classes[inside], probabilities(head.logits(bank.clean[inside]))))
    return {"macro_auroc": float(np.mean(areas)), "by_fold": [round(area, 4) for area in areas]}


def fold_control(bank: FeatureBank, pages: PageSet) -> dict[str, Any]:
    """Tell a page's fold by the tint of its grid, and by its drawing: folds must differ in neither.

    Out of five parts of the header ids that have nothing to do with the folds; one-against-rest macro AUROC.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    groups = pages.table["group_id"].to_numpy(str)
    inputs = {
        "grid_tint": (pages.table[["grid_tint"]].to_numpy(float), HistGradientBoostingClassifier(max_iter=60)),
        "drawing": (_standardised(bank.clean), LogisticRegression(C=0.002, max_iter=200)),
    }
    figures: dict[str, Any] = {}
    for name, (seen, model) in inputs.items():
        shares = np.zeros((len(seen), len(np.unique(pages.folds))))
        for train, held in GroupKFold(5, shuffle=True, random_state=0).split(seen, groups=groups):
            shares[held] = model.fit(seen[train], pages.folds[train]).predict_proba(seen[held])
        low, high = bootstrap_interval(pages.folds, shares, groups.tolist(), macro_auroc, repeats=300)
        figures[name] = {"auroc": macro_auroc(pages.folds, shares), "low": low, "high": high}
    return figures


def source_control(cache: Path, bank: FeatureBank, pages: PageSet) -> dict[str, Any]:
    """Tell drawings of pages from drawings of PTB-XL signals, out of fold.

    Both are augmented, though pages lose leads more often. Records and header ids each stay in one fold. Recorder,
    hospital and patients differ as well as the way from heart to drawing, so this is the most that tracing gives away.
    """
    kept = sorted(cache.glob("findings-*-0.npy"), key=lambda path: path.stat().st_mtime)
    if not kept or not bank.copies:
        return {}
    signals = np.load(kept[-1])
    traced = bank.copies[0][pages.readable]
    seen = _standardised(np.concatenate([signals, traced]))
    is_page = np.arange(len(seen)) >= len(signals)
    folds = np.concatenate([np.arange(len(signals)) % 5, pages.folds[pages.readable]])
    scores = _out_of_fold_scores(seen, is_page, folds)
    names = [f"signal {k}" for k in range(len(signals))] + pages.table["group_id"][pages.readable].tolist()
    two = np.stack([1 - scores, scores], axis=1)
    low, high = bootstrap_interval(is_page.astype(np.int64), two, names, binary_auroc, repeats=300)
    normal = ~is_page
    normal[len(signals) :] = pages.classes[pages.readable] == CLASSES.index("Normal")
    return {
        "page_or_signal": {
            "auroc": auroc(is_page, scores),
            "low": low,
            "high": high,
            "auroc_normal_pages": auroc(is_page[normal], scores[normal]),
            "auroc_other_pages": auroc(is_page[~normal | ~is_page], scores[~normal | ~is_page]),
            "pages": int(is_page.sum()),
            "signals": len(signals),
        }
    }


def _standardised(features: Floats) -> Floats:
    flat = features.reshape(len(features), -1)
    spread: Floats = (flat - flat.mean(axis=0)) / (flat.std(axis=0) + 0.02 * flat.std())
    return spread


def tint_control(pages: PageSet) -> dict[str, Any]:
    """Classify by the tint of the grid alone, out of fold."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    tint = pages.table[["grid_tint"]].to_numpy(float)
    model = HistGradientBoostingClassifier(max_iter=60, class_weight="balanced", random_state=0)
    shares = out_of_fold(
        pages.folds, lambda known, asked: model.fit(tint[known], pages.classes[known]).predict_proba(tint[asked])
    )
    return _by_subset(pages, shares, with_auroc=True)


def _by_subset(pages: PageSet, shares: Doubles, *, with_auroc: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, chosen in (("all", np.ones(len(shares), bool)), ("3x4", is_plain(pages.table))):
        figures[name] = {"macro_f1": macro_f1(pages.classes[chosen], shares[chosen])}
        if with_auroc:
            figures[name]["macro_auroc"] = macro_auroc(pages.classes[chosen], shares[chosen])
    return figures


def layout_control(bank: FeatureBank, pages: PageSet) -> dict[str, Any]:
    """Tell 6x2 from 3x4 pages by their drawings: a logistic regression on the head's input, out of fold.

    Only classes that have both layouts can say whether a drawing gives its layout away: every Normal page is 3x4, so
    that telling sick from well would look like telling layouts. Each class is tested separately.
    """
    seen = _standardised(bank.clean)
    six = (pages.table["layout"] == "6x2").to_numpy(bool)
    figures: dict[str, Any] = {}
    for name in ("HB", "PMI", "MI"):
        rows = np.flatnonzero((pages.classes == CLASSES.index(name)) & pages.readable)
        scores = _out_of_fold_scores(seen[rows], six[rows], pages.folds[rows])
        groups = pages.table["group_id"].to_numpy()[rows].tolist()
        two = np.stack([1 - scores, scores], axis=1)
        low, high = bootstrap_interval(six[rows].astype(np.int64), two, groups, binary_auroc, repeats=500)
        figures[name] = {"auroc": auroc(six[rows], scores), "low": low, "high": high, "pages": len(rows)}
        figures[name]["by_band"] = _by_band(six[rows], scores, pages.table["filter_hz"].to_numpy(str)[rows])
    return figures


def _by_band(six: Mask, scores: Doubles, bands: NDArray[np.str_]) -> dict[str, float]:
    """Return how well the 6x2 pages of each printed band are told from all 3x4 pages, but for bands of few pages."""
    areas = {}
    for band in np.unique(bands[six]):
        chosen = ~six | (bands == band)
        if np.count_nonzero(six[chosen]) >= _FEWEST_PAGES:
            areas[str(band)] = auroc(six[chosen], scores[chosen])
    return areas


def _out_of_fold_scores(x: Floats, positive: Mask, folds: NDArray[np.int64]) -> Doubles:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=0.002, class_weight="balanced", max_iter=500)
    return out_of_fold(folds, lambda known, asked: model.fit(x[known], positive[known]).predict_proba(x[asked])[:, 1])
