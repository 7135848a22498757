"""Tests of the faithfulness of an explanation: whether the parts that it names matter, and the weights do.

Deletion and insertion after Petsiuk et al. (BMVC 2018), remove-and-debias after Rong et al. (ICML 2022), randomisation
after Adebayo et al. (NeurIPS 2018), the pointing game after Zhang et al. (ECCV 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.explain.players import WHITE, Ask, Players

INK_STEPS = (0.1, 0.25, 0.5)
"""Shares of the ink that are deleted, or inserted, one after the other; chosen by hand, not fitted."""

LEAD_STEPS = (1, 3, 6)
"""Numbers of leads that are deleted, or inserted; chosen by hand, not fitted."""

Fill = Callable[[Image, Mask], Image]
"""Imputes the pixels of a mask."""


def deletion_by_lead(ask: Callable[[Mask], Doubles], players: Players, scores: Mapping[str, float]) -> float:
    """Return the mean probability after the highest scored leads are deleted; lower is better.

    Parameters
    ----------
    ask : callable
        From masks, shape (n, players), to probabilities, as `heartguard.explain.game.Game`.
    players : Players
    scores : mapping of str to float
        Per lead group.
    """
    return float(ask(~_highest(players, scores)).mean())


def insertion_by_lead(ask: Callable[[Mask], Doubles], players: Players, scores: Mapping[str, float]) -> float:
    """Return the mean probability with only the highest scored leads on an empty drawing; higher is better."""
    return float(ask(_highest(players, scores)).mean())


def _highest(players: Players, scores: Mapping[str, float]) -> Mask:
    order = np.argsort([-scores[name] for name in players.names], kind="stable")
    steps = [step for step in LEAD_STEPS if step < len(order)]
    masks = np.zeros((len(steps), len(order)), bool)
    for mask, step in zip(masks, steps, strict=True):
        mask[order[:step]] = True
    return masks


def deletion_by_pixel(ask: Ask, image: Image, heat: Floats) -> float:
    """Return the mean probability after the ink with the highest heat turns white; lower is better.

    Parameters
    ----------
    ask : callable
        From drawings to the probability of the class.
    image : ndarray, shape (h, w), uint8
    heat : ndarray, shape (h, w)
    """
    taken = [np.where(hottest_ink(image, heat, share), WHITE, image) for share in INK_STEPS]
    return float(ask(np.stack(taken).astype(np.uint8)).mean())


def insertion_by_pixel(ask: Ask, image: Image, heat: Floats) -> float:
    """Return the mean probability with only the ink of the highest heat on an empty drawing; higher is better."""
    put = [np.where(hottest_ink(image, heat, share), image, WHITE) for share in INK_STEPS]
    return float(ask(np.stack(put).astype(np.uint8)).mean())


def hottest_ink(image: Image, heat: Floats, share: float) -> Mask:
    """Return a mask of the pixels of highest heat that hold a share of the ink; ties are broken by position."""
    ink = WHITE - image.astype(np.float64).ravel()
    order = np.argsort(-heat.ravel(), kind="stable")
    order = order[ink[order] > 0]
    count = int(np.searchsorted(np.cumsum(ink[order]), share * ink.sum(), side="right"))
    mask = np.zeros(ink.size, bool)
    mask[order[:count]] = True
    return mask.reshape(image.shape)


def remove_and_debias(ask: Ask, image: Image, heat: Floats, fill: Fill, shares: Sequence[float] = (0.2,)) -> float:
    """Return ROAD: the probability with the coldest pixels imputed minus that with the hottest ones; higher is better.

    Parameters
    ----------
    ask : callable
    image : ndarray, shape (h, w), uint8
    heat : ndarray, shape (h, w)
    fill : callable
        Such as `heartguard.explain.road.fill_from_around`: the imputed pixels must not reveal the mask.
    shares : sequence of float
        Of all pixels.
    """
    order = np.argsort(-heat.ravel(), kind="stable")
    painted = []
    for ranked in (order[::-1], order):
        for share in shares:
            mask = np.zeros(order.size, bool)
            mask[ranked[: round(share * order.size)]] = True
            painted.append(fill(image, mask.reshape(image.shape)))
    cold, hot = ask(np.stack(painted)).reshape(2, -1).mean(axis=1)
    return float(cold - hot)


def similarity(first: Floats, second: Floats) -> float:
    """Return Spearman's rank correlation of two maps or score lists; 0 where one of them is constant."""
    from scipy.stats import rankdata

    a, b = (rankdata(np.asarray(values).ravel()) for values in (first, second))
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def pointing_hit(scores: Mapping[str, float], truth: Collection[str]) -> bool:
    """Return whether the highest scored lead group is one of those in which the abnormality was simulated."""
    return max(scores, key=lambda name: scores[name]) in truth
