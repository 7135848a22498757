"""1-D CNN, LSTM and BiLSTM on the signals, small enough for a CPU, behind the interface of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats
from heartlab.data.signal_labels import CLASSES

EPOCHS = {"cnn1d": 8, "lstm": 10, "bilstm": 10}
"""Passes over the training pages; chosen by hand, not tuned: these are baselines."""

BATCH = 32
"""Pages at once; chosen by hand."""

LEARNING_RATE = 2e-3
"""Maximum of the one-cycle schedule of AdamW; chosen by hand, not tuned."""

RECURRENT_STEP = 4
"""A recurrent network reads every fourth sample, 31 a second, after averaging over four."""


def _convolutional(channels: int) -> Any:
    from torch import nn

    layers: list[Any] = []
    for before, width in zip((channels, 24, 48, 64), (24, 48, 64, 96), strict=True):
        layers += [nn.Conv1d(before, width, 7, padding=3), nn.BatchNorm1d(width), nn.ReLU(), nn.MaxPool1d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(96, len(CLASSES)))


def _recurrent(channels: int, *, both_ways: bool) -> Any:
    import torch
    from torch import nn

    class Recurrent(nn.Module):  # type: ignore[misc]
        """Means over time of one LSTM's states, then a linear layer."""

        def __init__(self) -> None:
            super().__init__()
            self.states = nn.LSTM(channels, 64, batch_first=True, bidirectional=both_ways)
            self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(128 if both_ways else 64, len(CLASSES)))

        def forward(self, x: torch.Tensor) -> Any:
            short = nn.functional.avg_pool1d(x, RECURRENT_STEP).transpose(1, 2)
            return self.head(self.states(short)[0].mean(1))

    return Recurrent()


NETWORKS: dict[str, Callable[[int], Any]] = {
    "cnn1d": _convolutional,
    "lstm": lambda channels: _recurrent(channels, both_ways=False),
    "bilstm": lambda channels: _recurrent(channels, both_ways=True),
}
"""Builders of the networks, by name."""


class SignalNetwork:
    """A network on signals of shape (n, channels, samples), trained with class weights and one learning-rate cycle."""

    def __init__(self, name: str, seed: int = 0) -> None:
        self.name, self.seed = name, seed
        self._network: Any = None
        self._scale = 1.0

    def fit(self, x: Floats, y: NDArray[np.int64]) -> SignalNetwork:
        """Train on signals and their class numbers."""
        import torch

        torch.manual_seed(self.seed)
        rng = np.random.default_rng(self.seed)
        self._scale = float(x.std()) + 1e-6
        self._network = NETWORKS[self.name](x.shape[1]).train()
        counts = np.bincount(y, minlength=len(CLASSES))
        weights = torch.from_numpy((len(y) / (len(CLASSES) * np.maximum(counts, 1))) ** 0.75).float()
        steps = EPOCHS[self.name] * int(np.ceil(len(y) / BATCH))
        optimizer = torch.optim.AdamW(self._network.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=max(steps, 4))
        for _ in range(EPOCHS[self.name]):
            order = rng.permutation(len(y))
            for at in range(0, len(y), BATCH):
                rows = order[at : at + BATCH]
                if len(rows) < 2:  # batch normalisation needs two
                    continue
                logits = self._network(self._tensor(_varied(x[rows], rng)))
                loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(y[rows]), weight=weights)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self._network.parameters(), 2.0)
                optimizer.step()
                schedule.step()
        return self

    def predict_proba(self, x: Floats) -> Doubles:
        """Return the probabilities of the four classes, shape (n, 4)."""
        import torch

        with torch.inference_mode():
            shares = torch.softmax(self._network.eval()(self._tensor(x)), dim=1)
        found: Doubles = shares.double().numpy()
        return found

    def _tensor(self, x: Floats) -> Any:
        import torch

        return torch.from_numpy(np.ascontiguousarray(x / self._scale, np.float32))


def _varied(x: Floats, rng: np.random.Generator) -> Floats:
    """Change gain and noise of a batch a little."""
    gain = np.exp(rng.uniform(-0.2, 0.2, (len(x), 1, 1)))
    varied: Floats = (x * gain + rng.normal(0, 0.01, x.shape)).astype(np.float32)
    return varied
