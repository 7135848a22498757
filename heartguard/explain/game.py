"""The game behind every Shapley value: the probability of a class for any coalition of the parts of a drawing."""

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
from heartguard.explain.surrogate import Surrogate, fit_surrogate, stretch_parts

BATCH = 8

Progress = Callable[[int, int], None]
"""Called with (drawings done, drawings in all) after each batch."""

Coalitions = Callable[[NDArray[Any]], Doubles]
"""From masks, shape (n, players), to the probability of one class, shape (n,)."""

_GLOBAL_RANDOM = threading.Lock()


class ExplanationCancelledError(Exception):
    """The caller asked to stop; no values were computed."""


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
    """The probability of a class for any coalition; the network is asked about each different drawing once.

    Attributes
    ----------
    engine : Engine
    label : str
    players : Parts
    batch, expected : int
        Drawings at once, and how many are to come in all.
    keep_parts : bool
        Whether `surrogate` will be asked for.
    logits, parts : dict
        By coalition: what the network answered, and what each stretch added to it.
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
        """How many drawings the network was asked about."""
        return len(self.logits)

    def __call__(self, masks: NDArray[Any]) -> Doubles:
        """Return the probabilities for masks of shape (n, players), not 0 for a player that takes part."""
        present = np.asarray(masks) != 0
        keys = [row.tobytes() for row in present]
        new = [at for at, key in enumerate(keys) if key not in self.logits and keys.index(key) == at]
        for start in range(0, len(new), self.batch):
            self._evaluate(present[new[start : start + self.batch]])
        logits = np.array([self.logits[key] for key in keys])
        return probabilities(logits, self.engine.spec.temperature)[:, self.place]

    def surrogate(self) -> Surrogate:
        """Return a stand-in fitted to all that the network has answered so far."""
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
            self.parts.update(zip(keys, stretch_parts(found.class_maps), strict=True))
        if self.on_progress is not None:
            self.on_progress(min(self.done, self.expected), self.expected)


@contextmanager
def seeded_numpy() -> Iterator[None]:
    """Seed numpy's global random state, which shap's explainers use, and give it back afterwards."""
    with _GLOBAL_RANDOM:
        before = np.random.get_state()  # noqa: NPY002
        np.random.seed(0)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002
