"""The 1-D network of the signal model: pretrained on records, then trained on clinic pages and records together."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats
from heartguard.classify import Weights, probabilities
from heartlab.train.device import device
from heartlab.train.signal.residual import Records, descend, optimiser, record_loss, varied
from heartlab.train.vgg16.heads import class_weights


@dataclass(frozen=True)
class TuningRecipe:
    """Settings of the second teaching.

    Attributes
    ----------
    networks : int
        How many, each with its own seed from its teaching on records on; their logits are averaged.
    steps : int
    pages, records : int
        Of each batch.
    balance : float
        Each class weighs as its inverse frequency to this power.
    smoothing : float
        Share of the label given to the other classes.
    page_share : float
        Weight of the pages' loss beside that of the records.
    """

    networks: int = 6
    steps: int = 300
    pages: int = 32
    records: int = 32
    learning_rate: float = 1e-3
    balance: float = 0.75
    smoothing: float = 0.05
    page_share: float = 2.0


class TunedNetworks:
    """Networks of several seeds behind the interface of scikit-learn; they see signals of shape (n, 16, 290).

    Parameters
    ----------
    taught : sequence of torch.nn.Module
        Networks from `residual.teach`, one per seed; they are not changed, and used in turn.
    records : Records
    recipe : TuningRecipe
    seed : int
    """

    def __init__(self, taught: Sequence[Any], records: Records, recipe: TuningRecipe, seed: int = 0) -> None:
        self.taught, self.records, self.recipe, self.seed = taught, records, recipe, seed
        self.networks: list[Any] = []

    def fit(self, x: Floats, y: NDArray[np.int64]) -> TunedNetworks:
        """Teach on pages and their class numbers."""
        self.networks = [self._tuned(x, y, k) for k in range(self.recipe.networks)]
        return self

    def _tuned(self, x: Floats, y: NDArray[np.int64], number: int) -> Any:
        import torch
        from torch.nn import functional as f

        seed = self.seed * self.recipe.networks + number
        torch.manual_seed(seed)
        rng, recipe = np.random.default_rng(seed), self.recipe
        network = copy.deepcopy(self.taught[number % len(self.taught)]).train()
        optimizer, schedule = optimiser(network, recipe.learning_rate, recipe.steps)
        weight = class_weights(y, recipe.balance).to(device())
        signals, labels = torch.from_numpy(x).to(device()), torch.from_numpy(y).to(device())
        for _ in range(recipe.steps):
            rows = torch.from_numpy(rng.integers(0, len(y), recipe.pages)).to(device())
            said = network.heads["pages"](network.dropout(network.features(varied(signals[rows]))))
            of_pages = f.cross_entropy(said, labels[rows], weight=weight, label_smoothing=recipe.smoothing)
            of_records = record_loss(network, self.records, recipe.records, rng)
            descend(network, recipe.page_share * of_pages + of_records, optimizer, schedule)
        return network.eval()

    def logits(self, x: Floats, head: str = "pages") -> Floats:
        """Return the mean logits of the networks by one of their heads, shape (n, outputs)."""
        import torch

        with torch.inference_mode():
            seen = torch.from_numpy(np.ascontiguousarray(x, np.float32)).to(device())
            said = [network.heads[head](network.features(seen)).cpu().numpy() for network in self.networks]
        return np.asarray(np.mean(said, axis=0), np.float32)

    def predict_proba(self, x: Floats) -> Doubles:
        """Return the probabilities of the four classes, shape (n, 4)."""
        return probabilities(self.logits(x))


def to_table(tuned: TunedNetworks) -> Weights:
    """Return the networks as `heartlab.networks.signal` exports them, batch normalisation folded in."""
    table: Weights = {}
    for number, network in enumerate(tuned.networks):
        parts = {"stem": network.stem}
        for place, block in enumerate(network.blocks, start=1):
            parts |= {f"block{place}/{name}": getattr(block, name) for name in ("first", "second", "shortcut")}
        for name, part in parts.items():
            kernel, bias = _folded(*part)
            table |= {f"net{number}/{name}/kernel": kernel, f"net{number}/{name}/bias": bias}
        for name in ("pages", "tags"):
            table[f"net{number}/{name}/kernel"] = network.heads[name].weight.detach().cpu().numpy().T.copy()
            table[f"net{number}/{name}/bias"] = network.heads[name].bias.detach().cpu().numpy().copy()
    return table


def _folded(convolution: Any, norm: Any) -> tuple[Floats, Floats]:
    """Return kernel and bias of a convolution and the batch normalisation behind it."""
    scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach()
    kernel = convolution.weight.detach() * scale[:, None, None]
    bias = norm.bias.detach() - norm.running_mean * scale
    return kernel.cpu().numpy().copy(), bias.cpu().numpy().copy()
