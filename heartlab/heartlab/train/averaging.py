"""The running average of a network's weights, which is what is shipped."""

from __future__ import annotations

from typing import Any

__all__ = ["add_to_average"]


def add_to_average(average: Any, network: Any, averaging: float, step: int) -> None:
    """Move averaged weights towards those of a network, in place.

    Parameters
    ----------
    average, network : torch.nn.Module
        Of the same layers; what is no number with a fraction is copied.
    averaging : float
        Share of the average that is kept. Early on it follows closely: the first weights are worth nothing.
    step : int
        Steps of the training before this one.
    """
    import torch

    keep = min(averaging, (1 + step) / (10 + step))
    with torch.no_grad():
        fresh = network.state_dict()
        for name, value in average.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(fresh[name], 1 - keep)
            else:
                value.copy_(fresh[name])
