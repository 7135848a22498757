"""Gradient-boosted trees on signal features, by XGBoost, and their way into the tables that numpy evaluates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.classify.forest import Forest
from heartlab.metrics.classification import Labels


@dataclass(frozen=True)
class TreeRecipe:
    """Settings of the trees.

    Attributes
    ----------
    rounds, depth : int
        Trees of each class, and their depth.
    rate : float
        Share of each tree's answer that is added.
    rows, columns : float
        Share of the pages and of the features that a tree sees.
    ridge : float
        Penalty of the leaves.
    balance : float
        Each class weighs as its inverse frequency to this power.
    """

    rounds: int = 250
    depth: int = 3
    rate: float = 0.08
    rows: float = 0.7
    columns: float = 0.3
    ridge: float = 3.0
    balance: float = 0.5
    seed: int = 0


class Trees:
    """Trees behind the interface of scikit-learn."""

    def __init__(self, recipe: TreeRecipe) -> None:
        self.recipe = recipe
        self.model: Any = None

    def fit(self, x: Floats, y: Labels) -> Trees:
        """Learn from features, shape (n, features), and class numbers."""
        from xgboost import XGBClassifier

        r = self.recipe
        self.model = XGBClassifier(
            n_estimators=r.rounds,
            max_depth=r.depth,
            learning_rate=r.rate,
            subsample=r.rows,
            colsample_bytree=r.columns,
            reg_lambda=r.ridge,
            random_state=r.seed,
            n_jobs=1,  # the same trees on every machine
        )
        counts = np.bincount(y)
        weights = (len(y) / (len(counts) * np.maximum(counts, 1))) ** r.balance
        self.model.fit(x, y, sample_weight=weights[y])
        return self

    def predict_proba(self, x: Floats) -> Doubles:
        """Return the probabilities, shape (n, classes)."""
        return np.asarray(self.model.predict_proba(x), np.float64)

    def margins(self, x: Floats) -> Floats:
        """Return the logits, shape (n, classes)."""
        return np.asarray(self.model.predict(x, output_margin=True), np.float32)


def to_forest(trees: Trees) -> Forest:
    """Return trained trees as complete binary trees; those of two classes give one logit.

    Raises
    ------
    ValueError
        If a tree is deeper than its recipe says, or splits by category.
    """
    facts = json.loads(trees.model.get_booster().save_raw("json"))["learner"]
    grown, places = facts["gradient_booster"]["model"]["trees"], facts["gradient_booster"]["model"]["tree_info"]
    base = np.asarray(json.loads(facts["learner_model_param"]["base_score"]), np.float64).reshape(-1)
    nodes = 2**trees.recipe.depth - 1
    shape = (len(grown), nodes)
    feature, threshold = np.zeros(shape, np.int64), np.full(shape, np.inf, np.float32)
    unknown_left, leaf = np.ones(shape, bool), np.zeros((len(grown), nodes + 1), np.float32)
    for row, tree in enumerate(grown):
        for place, node in _in_heap_order(tree, nodes):
            if place >= nodes:
                leaf[row, place - nodes] = tree["split_conditions"][node]
            elif tree["left_children"][node] >= 0:
                feature[row, place] = tree["split_indices"][node]
                threshold[row, place] = tree["split_conditions"][node]
                unknown_left[row, place] = bool(tree["default_left"][node])
    classes = int(facts["learner_model_param"]["num_class"])
    if classes == 0:  # one logit; the base is kept as its probability
        base, classes = np.log(base / (1 - base)), 1
    return Forest(
        feature, threshold, unknown_left, leaf, np.asarray(places), np.resize(base, classes).astype(np.float32)
    )


def beside(forests: Sequence[Forest]) -> Forest:
    """Return forests as one forest with the logits of all, in their order."""
    parts = {name: np.concatenate([getattr(one, name) for one in forests]) for name in Forest.__dataclass_fields__}
    firsts = np.cumsum([0, *(len(one.base) for one in forests)])
    parts["place"] = np.concatenate([one.place + first for one, first in zip(forests, firsts, strict=False)])
    return Forest(**parts)


def _in_heap_order(tree: dict[str, Any], nodes: int) -> list[tuple[int, int]]:
    """Return (place in the heap, node of the tree); an early leaf is also at each first child below it."""
    found, waiting = [], [(0, 0)]
    while waiting:
        place, node = waiting.pop()
        found.append((place, node))
        left, right = tree["left_children"][node], tree["right_children"][node]
        if place >= nodes:
            if left >= 0:
                raise ValueError("A tree is deeper than its recipe says.")
        elif left >= 0:
            waiting += [(2 * place + 1, left), (2 * place + 2, right)]
        else:
            waiting.append((2 * place + 1, node))
    return found
