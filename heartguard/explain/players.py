"""SHAP with the leads as players: what each lead adds to the probability of a class, over many combinations."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.classify.engine import Engine
from heartguard.classify.prediction import probabilities
from heartguard.drawing import PLAYERS, draw
from heartguard.values import Doubles, Ecg, Image

DEFAULT_EVALUATIONS = 135
"""Five permutations of thirteen players, forwards and backwards."""

_GLOBAL_RANDOM = threading.Lock()


class ExplanationCancelledError(Exception):
    """The caller asked to stop; no values were computed."""


@dataclass(frozen=True)
class LeadShap:
    """Shapley values of the leads on the scale of the calibrated probability of one class.

    Attributes
    ----------
    values : mapping of str to float
        Per player (the twelve leads and ``"rhythm"``), in probability: 0.1 is ten points of a hundred. 0 for a player
        that the drawing does not show.
    base : float
        Probability of the class for a drawing without any trace.
    prediction : float
        Probability for the whole drawing.
    error : float
        ``|base + sum of values - prediction|``: 0 but for rounding.
    evaluations : int
        How many drawings the network was asked about.
    """

    values: Mapping[str, float]
    base: float
    prediction: float
    error: float
    evaluations: int


def lead_shap(
    ecg: Ecg,
    engine: Engine,
    label: str,
    *,
    evaluations: int = DEFAULT_EVALUATIONS,
    batch: int = 8,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> LeadShap:
    """Compute Shapley values of the leads by shap's permutation explainer.

    A player leaves the game when the drawing is made without it. Every permutation is walked forwards and backwards, so
    the values always add up, and interactions of two leads are shared exactly (Mitchell et al., JMLR 23:43, 2022).

    Parameters
    ----------
    ecg : Ecg
    engine : Engine
    label : str
        Any of the model's classes.
    evaluations : int
        At most about so many drawings, at least 2 x players + 1; more give steadier values.
    batch : int
        Drawings given to the network at once.
    on_progress : callable, optional
        Called with (drawings done, drawings in all) after each batch.
    cancelled : callable, optional
        Asked before each batch; True stops the work.

    Returns
    -------
    LeadShap
        The same for the same input.

    Raises
    ------
    KeyError
        If the model has no such class.
    ExplanationCancelledError
    """
    if label not in engine.spec.classes:
        raise KeyError(f"The model knows no class {label!r}; it knows {', '.join(engine.spec.classes)}.")
    whole = draw(ecg).image
    players = [name for name in PLAYERS if not np.array_equal(draw(ecg, without={name}).image, whole)]
    walks = max(1, evaluations // (2 * len(players) + 1))
    game = _Game(ecg, engine, label, players, batch, walks * (2 * len(players)), on_progress, cancelled)
    base, prediction = game(np.array([[0] * len(players), [1] * len(players)]))
    shares = _permutation_shap(game, len(players), walks, batch)
    values = dict.fromkeys(PLAYERS, 0.0) | dict(zip(players, map(float, shares), strict=True))
    error = abs(float(base) + sum(values.values()) - float(prediction))
    return LeadShap(values, float(base), float(prediction), error, game.done)


def _permutation_shap(game: Callable[[NDArray[Any]], Doubles], players: int, walks: int, batch: int) -> Doubles:
    if players == 0:
        return np.empty(0)
    import shap

    nobody, everybody = np.zeros((1, players)), np.ones((1, players))
    with _seeded_numpy():
        explainer = shap.PermutationExplainer(game, shap.maskers.Independent(nobody, max_samples=1), seed=0)
        found = explainer(everybody, max_evals=walks * (2 * players + 1), batch_size=batch, silent=True)
    return np.asarray(found.values[0], dtype=np.float64)


@contextmanager
def _seeded_numpy() -> Iterator[None]:
    """Give back numpy's global random state, which shap's explainers seed and use."""
    with _GLOBAL_RANDOM:
        before = np.random.get_state()  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002


@dataclass
class _Game:
    """The probability of the class for any coalition of leads; each different drawing is evaluated once."""

    ecg: Ecg
    engine: Engine
    label: str
    players: list[str]
    batch: int
    expected: int
    on_progress: Callable[[int, int], None] | None
    cancelled: Callable[[], bool] | None
    answers: dict[tuple[int, ...], float] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return len(self.answers)

    def __call__(self, masks: NDArray[Any]) -> Doubles:
        """Return the probabilities for masks of shape (n, players), 1 for a player that takes part."""
        keys = [tuple(int(bit) for bit in row) for row in masks]
        new = [key for key in dict.fromkeys(keys) if key not in self.answers]
        for start in range(0, len(new), self.batch):
            self._evaluate(new[start : start + self.batch])
        return np.array([self.answers[key] for key in keys])

    def _evaluate(self, keys: list[tuple[int, ...]]) -> None:
        if self.cancelled is not None and self.cancelled():
            raise ExplanationCancelledError("The computation of SHAP values was stopped.")
        images: Image = np.stack([self._drawing(key) for key in keys])
        logits = self.engine.predict(images).logits
        place = self.engine.spec.classes.index(self.label)
        shares = probabilities(logits, self.engine.spec.temperature)[:, place]
        self.answers.update(zip(keys, map(float, shares), strict=True))
        if self.on_progress is not None:
            self.on_progress(min(self.done, self.expected), self.expected)

    def _drawing(self, key: tuple[int, ...]) -> Image:
        absent = {player for player, present in zip(self.players, key, strict=True) if not present}
        return draw(self.ecg, without=absent).image
