"""Shapley values of the parts of a drawing: contributions to the probability of a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Doubles
from heartguard.classify import Engine
from heartguard.drawing import LEAD_GROUPS
from heartguard.explain.game import BATCH, Game, Progress
from heartguard.explain.incremental import incremental_engine
from heartguard.explain.permutations import exact_values, permutation_values
from heartguard.explain.players import lead_players, wave_players
from heartguard.explain.waves import WAVES
from heartguard.values import Ecg, Measurements

DEFAULT_EVALUATIONS = 54
"""Two permutations of thirteen players, forwards and backwards. ``benchmarks/results/explain.csv`` has the difference
from a run with five times as many."""


@dataclass(frozen=True)
class Shapley:
    """Shapley values on the scale of the calibrated probability of one class.

    Attributes
    ----------
    values : mapping of str to float
        Per player, in probability: 0.1 is ten points of a hundred. 0 for a player that the drawing does not show.
    base : float
        Probability of the class without any player.
    prediction : float
        Probability for the whole drawing.
    error : float
        ``|base + sum of values - prediction|``: 0 but for rounding.
    evaluations : int
        How many drawings were evaluated.
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
    batch: int = BATCH,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Shapley:
    """Compute Shapley values of the leads and the strip from permutations.

    A player is absent when the drawing is made without it. Every permutation is evaluated forwards and backwards, so
    the values add up exactly, and interactions of two leads are divided exactly (Mitchell et al., JMLR 23:43, 2022).
    Shapley values are linear in the game: a `Surrogate` fitted to the answers is solved exactly (all coalitions), and
    the permutations only estimate the difference of the network from the surrogate (a control variate).

    Parameters
    ----------
    ecg : Ecg
    engine : Engine
    label : str
        Any of the model's classes.
    evaluations : int
        Approximate greatest number of drawings, at least 2 x players + 1; more give less variance.
    batch : int
        Drawings given to the network at once.
    on_progress : callable, optional
    cancelled : callable, optional
        Asked before each batch; True stops the work.

    Returns
    -------
    Shapley
        For the twelve leads and ``"rhythm"``; the same for the same input.

    Raises
    ------
    KeyError
        If the model has no such class.
    ExplanationCancelledError
    """
    players = lead_players(ecg)
    permutations = max(1, evaluations // (2 * len(players.names) + 1))
    expected = min(permutations * 2 * len(players.names), 2 ** len(players.names))
    game = Game(incremental_engine(engine), label, players, batch, expected, on_progress, cancelled)
    return _solve(game, LEAD_GROUPS, lambda: _controlled_values(game, permutations))


def wave_shap(
    ecg: Ecg,
    measurements: Measurements,
    engine: Engine,
    label: str,
    player: str,
    *,
    batch: int = BATCH,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Shapley:
    """Compute exact Shapley values of P, QRS and ST-T of one lead while all other leads stay.

    Parameters
    ----------
    ecg : Ecg
    measurements : Measurements
        Of this Ecg; a wave that was not measured is no player.
    engine : Engine
    label : str
    player : str
        A lead, or ``"rhythm"``.
    batch : int
    on_progress, cancelled : callable, optional
        As for `lead_shap`.

    Returns
    -------
    Shapley
        For the waves; `base` is the probability for the drawing whose lead shows only the parts between its waves.

    Raises
    ------
    KeyError
        If the model has no such class.
    ValueError
        If the drawing does not show the lead.
    ExplanationCancelledError
    """
    players = wave_players(ecg, measurements, player)
    game = Game(incremental_engine(engine), label, players, batch, 2 ** len(players.names), on_progress, cancelled)
    return _solve(game, WAVES, lambda: exact_values(game, len(players.names)))


def _solve(game: Game, everyone: tuple[str, ...], solver: Callable[[], Doubles]) -> Shapley:
    count = len(game.players.names)
    base, prediction = game(np.array([[0] * count, [1] * count]))
    shares = solver() if count else np.empty(0)
    values = dict.fromkeys(everyone, 0.0) | dict(zip(game.players.names, map(float, shares), strict=True))
    error = abs(float(base) + sum(values.values()) - float(prediction))
    return Shapley(values, float(base), float(prediction), error, game.done)


def _controlled_values(game: Game, permutations: int) -> Doubles:
    count = len(game.players.names)
    network = permutation_values(game, count, permutations)
    surrogate = game.surrogate()
    return network + exact_values(surrogate, count) - permutation_values(surrogate, count, permutations)
