"""Random choices by shares, for everything that differs from page to page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")

__all__ = ["between", "chance", "choose"]


def choose(rng: np.random.Generator, shares: Mapping[Choice, float]) -> Choice:
    """Return one key, each as often as its share of the sum says."""
    keys, weights = list(shares), np.array(list(shares.values()), np.float64)
    return keys[int(rng.choice(len(keys), p=weights / weights.sum()))]


def chance(rng: np.random.Generator, share: float) -> bool:
    """Return True in so large a share of all calls."""
    return bool(rng.random() < share)


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number between two others, all equally likely."""
    return float(rng.uniform(low, high))
