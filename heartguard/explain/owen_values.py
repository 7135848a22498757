"""SHAP by pixel: Owen values of small patches of ink, by shap's partition explainer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.classify import Engine
from heartguard.explain.game import BATCH, Game, Progress, seeded_numpy
from heartguard.explain.incremental import incremental_engine
from heartguard.explain.patches import Patches, patches_of
from heartguard.values import Drawing

PIXEL_EVALUATIONS = 200
"""Evaluations of the network. Resolving every patch would need thousands; 200 resolve parts of a beat in the leads that
matter most, and give longer parts of the other leads one common value."""


@dataclass(frozen=True, eq=False)
class PixelShap:
    """The contribution of the ink of each patch to the calibrated probability of one class.

    Attributes
    ----------
    heat : ndarray, shape (h, w), float32
        Value of the patch that a pixel belongs to, in probability; 0 where there is no ink.
    total : float
        Sum of the values of all patches.
    base : float
        Probability of the class for an empty drawing.
    prediction : float
        Probability for the whole drawing.
    error : float
        ``|base + total - prediction|``: 0 but for rounding.
    evaluations : int
        How many drawings were evaluated.
    """

    heat: Floats
    total: float
    base: float
    prediction: float
    error: float
    evaluations: int


def pixel_shap(
    drawing: Drawing,
    engine: Engine,
    label: str,
    *,
    evaluations: int = PIXEL_EVALUATIONS,
    batch: int = BATCH,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PixelShap:
    """Compute Owen values of patches of ink (Lundberg's partition explainer).

    A patch is absent when it is white, and every lead is a group of the hierarchy. The explainer splits the group that
    moves the probability most until the evaluations are used up, then divides each group's value evenly.

    Parameters
    ----------
    drawing : Drawing
    engine : Engine
    label : str
        Any of the model's classes.
    evaluations : int
        Greatest number of drawings.
    batch : int
        Drawings given to the network at once.
    on_progress : callable, optional
    cancelled : callable, optional
        Asked before each batch; True stops the work.

    Returns
    -------
    PixelShap
        The same for the same input.

    Raises
    ------
    KeyError
        If the model has no such class.
    ExplanationCancelledError
    """
    patches = patches_of(drawing)
    count = len(patches.names)
    game = Game(
        incremental_engine(engine), label, patches, batch, evaluations, on_progress, cancelled, keep_parts=False
    )
    base, prediction = map(float, game(np.array([[0] * count, [1] * count])))
    values = _owen_values(game, patches, evaluations) if count > 1 else np.full(count, prediction - base)
    total = float(values.sum())
    return PixelShap(patches.spread(values), total, base, prediction, abs(base + total - prediction), game.done)


def _owen_values(game: Game, patches: Patches, evaluations: int) -> Doubles:
    import shap

    count = len(patches.names)
    masker = shap.maskers.Partition(np.zeros((1, count)), max_samples=1, clustering=patches.joins)
    with seeded_numpy():
        explainer = shap.PartitionExplainer(game, masker)
        found = explainer(np.ones((1, count)), max_evals=evaluations, batch_size=game.batch, silent=True)
    return np.asarray(found.values[0], dtype=np.float64)
