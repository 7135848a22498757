"""Networks of `heartguard.layers` in PyTorch, for training only."""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from heartguard.layers import LAST_SHUFFLE, Layer
from heartguard.weights import Weights, write_weights
from heartlab.train.device import device

__all__ = ["build_network", "fold", "plain_module", "plain_network", "ship", "train", "write_network", "written"]

log = logging.getLogger(__name__)


class Recipe(Protocol):
    """The settings that the recipes of all such networks have."""

    @property
    def epochs(self) -> int:
        """Passes over the training set."""
        ...

    @property
    def rate(self) -> float:
        """Highest learning rate; it falls along half a cosine."""
        ...

    @property
    def seed(self) -> int:
        """Of the first weights."""
        ...


def train(
    layers: Sequence[Layer],
    recipe: Recipe,
    steps: int,
    losses_of: Callable[[Any, int], Iterator[Any]],
    kept: Path,
) -> tuple[Any, list[float]]:
    """Train; return the network and the loss of each epoch. A run that was stopped goes on from its last epoch.

    Parameters
    ----------
    layers : sequence of Layer
    recipe : Recipe
    steps : int
        Batches of an epoch.
    losses_of : callable
        Takes the network and the number of an epoch, and yields the loss of each batch.
    kept : Path
        Where the state is kept after each epoch.
    """
    import torch

    network = build_network(layers, recipe.seed).to(device(), memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=recipe.epochs * steps)
    losses: list[float] = []
    if kept.exists():
        state = torch.load(kept, map_location=device(), weights_only=True)
        for part, name in ((network, "network"), (optimiser, "optimiser"), (schedule, "schedule")):
            part.load_state_dict(state[name])
        losses = list(state["losses"])
    for epoch in range(len(losses), recipe.epochs):
        network.train()
        found = []
        for loss in losses_of(network, epoch):
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            found.append(loss.detach())
        losses.append(float(torch.stack(found).mean()))
        log.info("epoch %d of %d: loss %.4f", epoch + 1, recipe.epochs, losses[-1])
        state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "losses": losses}
        torch.save({**state, "schedule": schedule.state_dict()}, kept)
    return network.eval(), losses


def ship(folder: Path, name: str, network: Any, layers: Sequence[Layer], facts: dict[str, Any]) -> None:
    """Write the weights of a network and, beside them, the facts on it.

    Parameters
    ----------
    folder : Path
    name : str
        Of both files.
    network : torch.nn.Module
    layers : sequence of Layer
    facts : dict
        Training data, recipe and the loss of each epoch.
    """
    write_network(folder, name, fold(network, layers), facts)


def write_network(folder: Path, name: str, weights: Weights, facts: dict[str, Any]) -> None:
    """Write weights and, beside them, the facts on them, as `ship` does."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = write_weights(weights, folder / f"{name}.npz")
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    told = {"sha256": digest, "weights_file": f"{name}.npz", "date": date, **facts}
    (folder / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def build_network(layers: Sequence[Layer], seed: int) -> Any:
    """Return the network in PyTorch, each active layer with batch normalisation; it gives the finer pixels at last."""
    import torch

    torch.manual_seed(seed)
    return _joined(layers, _module)


def plain_network(layers: Sequence[Layer], weights: Weights) -> Any:
    """Return a network of written weights in PyTorch, without batch normalisation, else as `build_network`."""
    return _joined(layers, lambda layer: plain_module(layer, _sizes(layer), weights))


def _joined(layers: Sequence[Layer], module_of: Callable[[Layer], Any]) -> Any:
    import torch
    from torch import nn

    class Trainee(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleDict({layer.name: module_of(layer) for layer in layers})

        def forward(self, image: Any) -> Any:
            values = {"image": image}
            for layer in layers:
                parts = [values[name] for name in layer.sources]
                value = self.layers[layer.name](torch.cat(parts, dim=1) if len(parts) > 1 else parts[0])
                values[layer.name] = (
                    nn.functional.interpolate(value, scale_factor=layer.grown) if layer.grown > 1 else value
                )
            return nn.functional.pixel_shuffle(values[layers[-1].name], LAST_SHUFFLE)

    return Trainee()


def _module(layer: Layer) -> Any:
    from torch import nn

    if not layer.active:
        return nn.Conv2d(*_sizes(layer))
    return nn.Sequential(nn.Conv2d(*_sizes(layer), bias=False), nn.BatchNorm2d(layer.outputs), nn.ReLU(inplace=True))


def plain_module(layer: Foldable, sizes: Sequence[Any], weights: Weights) -> Any:
    """Return the convolution of written weights, with what makes it active behind it; `sizes` are those of Conv2d."""
    import torch
    from torch import nn

    made = nn.Conv2d(*sizes)
    kernel = np.asarray(weights[f"{layer.name}/kernel"], np.float32).transpose(3, 2, 0, 1)
    made.weight.data = torch.from_numpy(np.ascontiguousarray(kernel))
    made.bias.data = torch.from_numpy(np.asarray(weights[f"{layer.name}/bias"], np.float32))
    return nn.Sequential(made, nn.ReLU(inplace=True)) if layer.active else made


def _sizes(layer: Layer) -> tuple[int, ...]:
    padding = layer.dilation * (layer.kernel // 2)
    return layer.inputs, layer.outputs, layer.kernel, layer.stride, padding, layer.dilation


class Foldable(Protocol):
    """A convolution by its name; an active one has batch normalisation behind it."""

    @property
    def name(self) -> str:
        """In the network's dictionary of layers."""
        ...

    @property
    def active(self) -> bool:
        """Whether it is a sequence of convolution, normalisation and rectifier."""
        ...


def fold(network: Any, layers: Sequence[Foldable]) -> Weights:
    """Return kernels, shape (h, w, in, out), and biases with the batch normalisation folded in."""
    weights: Weights = {}
    for layer in layers:
        module = network.layers[layer.name]
        convolution = module[0] if layer.active else module
        kernel = convolution.weight.detach()
        if layer.active:
            norm = module[1]
            scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
            kernel, bias = kernel * scale[:, None, None, None], norm.bias.detach() - norm.running_mean * scale
        else:
            bias = convolution.bias.detach()
        _write(weights, layer.name, kernel, bias)
    return weights


def written(network: Any, layers: Sequence[Foldable]) -> Weights:
    """Return kernels and biases of a `plain_network`, as `fold` does."""
    weights: Weights = {}
    for layer in layers:
        module = network.layers[layer.name]
        convolution = module[0] if layer.active else module
        _write(weights, layer.name, convolution.weight.detach(), convolution.bias.detach())
    return weights


def _write(weights: Weights, name: str, kernel: Any, bias: Any) -> None:
    weights[f"{name}/kernel"] = kernel.permute(2, 3, 1, 0).contiguous().cpu().numpy()
    weights[f"{name}/bias"] = bias.cpu().numpy()
