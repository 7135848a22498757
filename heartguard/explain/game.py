"""The cooperative game of the Shapley values: the probability of a class for any coalition of parts of a drawing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.classify import Engine, probabilities
from heartguard.explain.surrogate import Surrogate, fit_surrogate, segment_contributions

BATCH = 8
"""Drawings at once: progress is reported and a stop is noticed after each batch, within a second or so."""

Progress = Callable[[int, int], None]
"""Called with (drawings evaluated, drawings in total) after each batch."""

Coalitions = Callable[[NDArray[Any]], Doubles]
"""From masks, shape (n, players), to the probability of one class, shape (n,)."""

_GLOBAL_RANDOM = threading.Lock()
"""Held while shap uses numpy's global random state, which threads share."""


class ExplanationCancelledError(Exception):
    """The caller cancelled; no values were computed."""


class Parts(Protocol):
    """Parts of a drawing that can be left out.

    Attributes
    ----------
    names : tuple of str
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each part."""
        ...

    def drawings(self, masks: Mask) -> Image:
        """Return the drawings of coalitions, masks of shape (n, parts), as images of shape (n, h, w)."""
        ...


@dataclass
class Game:
    """The probability of a class for any coalition; each different coalition is evaluated once.

    Attributes
    ----------
    engine : Engine
    label : str
    players : Parts
    batch, expected : int
        Drawings at once, and the expected number in total.
    keep_parts : bool
        Whether to keep the contributions that `surrogate` needs.
    logits, parts : dict
        By coalition: the logits, and the contribution of each lead segment to them.
    """

    engine: Engine
    label: str
    players: Parts
    batch: int = BATCH
    expected: int = 0
    on_progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None
    keep_parts: bool = True
    logits: dict[bytes, Floats] = field(default_factory=dict)
    parts: dict[bytes, Doubles] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.label not in self.engine.spec.classes:
            known = ", ".join(self.engine.spec.classes)
            raise KeyError(f"The model knows no class {self.label!r}; it knows {known}.")

    @property
    def place(self) -> int:
        """Place of the class among the logits."""
        return self.engine.spec.classes.index(self.label)

    @property
    def done(self) -> int:
        """How many drawings were evaluated."""
        return len(self.logits)

    def __call__(self, masks: NDArray[Any]) -> Doubles:
        """Return the probabilities of coalitions, masks of shape (n, players), nonzero for a player that takes part."""
        present = np.asarray(masks) != 0
        keys = [row.tobytes() for row in present]
        new = [at for at, key in enumerate(keys) if key not in self.logits and keys.index(key) == at]
        for start in range(0, len(new), self.batch):
            self._evaluate(present[new[start : start + self.batch]])
        logits = np.array([self.logits[key] for key in keys])
        return probabilities(logits, self.engine.spec.temperature)[:, self.place]

    def surrogate(self) -> Surrogate:
        """Return a surrogate model fitted to all evaluations so far."""
        masks = np.array([np.frombuffer(key, np.bool_) for key in self.parts])
        parts = np.array(list(self.parts.values()))
        spec = self.engine.spec
        return fit_surrogate(masks, parts, self.players.names, self.engine.bias, spec.temperature, self.place)

    def _evaluate(self, masks: Mask) -> None:
        if self.cancelled is not None and self.cancelled():
            raise ExplanationCancelledError("The computation of SHAP values was stopped.")
        found = self.engine.predict(self.players.drawings(masks))
        keys = [row.tobytes() for row in masks]
        self.logits.update(zip(keys, found.logits, strict=True))
        if self.keep_parts:
            self.parts.update(zip(keys, segment_contributions(found.class_maps), strict=True))
        if self.on_progress is not None:
            self.on_progress(min(self.done, self.expected), self.expected)


@contextmanager
def seeded_numpy() -> Iterator[None]:
    """Seed numpy's global random state, which shap's explainers use, and restore it afterwards."""
    with _GLOBAL_RANDOM:
        before = np.random.get_state()  # noqa: NPY002
        np.random.seed(0)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002
