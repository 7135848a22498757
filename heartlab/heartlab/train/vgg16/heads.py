"""Stage 2, second half: the linear head learns the four classes from clinic pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats
from heartguard.classify import load_spec, models_folder
from heartguard.classify.architecture import HEAD_LEVELS
from heartlab.data.signal_labels import CLASSES
from heartlab.train.device import device
from heartlab.train.vgg16.features import FeatureBank

_LEVEL = HEAD_LEVELS["level4"]
"""Channels of block 4: they come first in the features."""


@dataclass(frozen=True)
class HeadRecipe:
    """Settings of stage 2.

    Attributes
    ----------
    copies : int
        Augmented drawings of each page that it learns from, beside the clean one.
    ridge : float
        Weight of the squared coefficients, on standardised features.
    balance : float
        Each class weighs as its inverse frequency to this power.
    prior : float
        How much of the classes' log frequency is added back to the logits afterwards.
    """

    copies: int = 3
    ridge: float = 0.4
    balance: float = 0.75
    prior: float = 0.15
    iterations: int = 60


def shipped_head_recipe(folder: Path | None = None) -> HeadRecipe:
    """Return the recipe by which the head of the shipped network, or of that in a folder, was trained."""
    return HeadRecipe(**load_spec((folder or models_folder()) / "vgg16.json").recipe["head"])


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Weights of each stretch's features, shape (13, 1024, classes), and bias, shape (classes,)."""

    kernel: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        """Return the logits of pooled features of shape (n, 13, 1024)."""
        found: Floats = np.tensordot(features, self.kernel, axes=2) + self.bias
        return found


Loss = Callable[[Any, Any, Any], Any]
"""The loss: (logits (n, classes), class numbers (n,), weight of each class) → a number, all tensors."""


def cross_entropy(logits: Any, labels: Any, weights: Any) -> Any:
    """Return the weighted multinomial cross entropy."""
    from torch.nn import functional as f

    return f.cross_entropy(logits, labels, weight=weights)


def fit_head(
    bank: FeatureBank,
    rows: NDArray[np.int64],
    classes: NDArray[np.int64],
    recipe: HeadRecipe,
    loss: Loss = cross_entropy,
) -> LinearHead:
    """Fit a ridge-penalised multinomial regression to some pages of a bank.

    Parameters
    ----------
    bank : FeatureBank
    rows : ndarray, shape (k,)
        Pages to learn from.
    classes : ndarray, shape (k,)
        Their class numbers.
    recipe : HeadRecipe
    loss : callable
    """
    import torch

    mean, scale = feature_scale(bank.clean[rows])
    drawings = [bank.clean[rows], *(copy[rows] for copy in bank.copies[: recipe.copies])]
    x = torch.from_numpy(np.concatenate([((d - mean) / scale).reshape(len(d), -1) for d in drawings])).to(device())
    y = torch.from_numpy(np.tile(classes, len(drawings))).to(x.device)
    weights = class_weights(classes, recipe.balance).to(x.device)
    penalty = Penalty(recipe.ridge, recipe.iterations)
    kernel, bias = minimise(x, len(CLASSES), lambda logits: loss(logits, y, weights), penalty)
    scaled = kernel.reshape((*scale.shape, len(CLASSES))) / scale[..., None]
    shift = log_frequencies(classes, recipe.prior) - np.tensordot(mean, scaled, axes=2)
    return LinearHead(scaled.astype(np.float32), (bias + shift).astype(np.float32))


def class_weights(classes: NDArray[np.int64], balance: float) -> Any:
    """Return the weight of each class, its inverse frequency to the power `balance`, as a tensor of shape (4,)."""
    import torch

    counts = np.maximum(np.bincount(classes, minlength=len(CLASSES)), 1)
    return torch.from_numpy((len(classes) / (len(CLASSES) * counts)) ** balance).float()


def log_frequencies(classes: NDArray[np.int64], share: float) -> Doubles:
    """Return the share of the log frequencies that is given back to logits learned on weighted classes."""
    counts = np.maximum(np.bincount(classes, minlength=len(CLASSES)), 1)
    return np.asarray(share * np.log(counts / counts.sum()))


def feature_scale(features: Floats) -> tuple[Floats, Floats]:
    """Return mean and spread of pooled features over the drawings, each of the shape of one drawing's, (13, 1024).

    The spread is raised by 2 % of its level's, so that a feature that hardly ever stirs is not blown up.
    """
    scale = features.std(axis=0)
    levels = np.split(features, range(_LEVEL, features.shape[2], _LEVEL), axis=2)
    floor = np.concatenate([np.full(level.shape[2], level.std()) for level in levels])
    return features.mean(axis=0), scale + 0.02 * floor


@dataclass(frozen=True)
class Penalty:
    """Weight of the squared coefficients, and how many steps of L-BFGS are taken."""

    ridge: float
    iterations: int


def minimise(x: Any, outputs: int, loss_of: Callable[[Any], Any], penalty: Penalty) -> tuple[Floats, Floats]:
    """Return the coefficients, shape (features, outputs), and biases of least penalised loss of the logits (L-BFGS)."""
    import torch

    kernel = torch.zeros(x.shape[1], outputs, requires_grad=True, device=x.device)
    bias = torch.zeros(outputs, requires_grad=True, device=x.device)
    optimizer = torch.optim.LBFGS([kernel, bias], max_iter=penalty.iterations, history_size=10)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = loss_of(x @ kernel + bias) + penalty.ridge * kernel.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return kernel.detach().cpu().numpy(), bias.detach().cpu().numpy()
