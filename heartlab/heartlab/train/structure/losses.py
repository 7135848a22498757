"""What the structure network is taught by: pixels, areas and columns."""

from __future__ import annotations

from typing import Any

from heartlab.simulate.recorders import CHANNELS

__all__ = ["column_loss", "dice", "stroke_ends", "structure_loss"]

CHANNEL_WEIGHTS = {
    "trace": 3.0,
    "minor": 0.7,
    "major": 1.0,
    "print": 1.0,
    "pulse": 1.2,
    "name": 1.0,
    "separator": 0.8,
    "paper": 0.5,
    "overlay": 0.7,
}
"""The trace is what the page is read for; paper is easy."""

RARITY = {"print": 2.0, "pulse": 4.0, "name": 2.0, "separator": 4.0, "overlay": 3.0}
"""How much more a covered pixel counts than a bare one where a plane is mostly bare: without it, four of these planes
were still empty after 5,000 crops. Their shares come out too high for it until `shipping.fitted_shifts` has put them
right; with twice as much they were too high to be of use before."""

_TAKEN_FOR_TRACE = ("pulse", "separator", "name", "print", "overlay")
"""Kinds of ink that the trace may touch, or that look like one."""

_MISTAKEN = 4.0
"""How much more a pixel counts for the trace where there is ink of these kinds and no trace: a pulse that touches the
trace must not become trace."""

_END_WEIGHT = 4.0
"""How much more a pixel counts for the trace at either side of the end of a steep stroke: the tip of a wave covers few
pixels, and its height is what is measured."""

_STEEP_PX, _END_PX = 9, 2
"""A stroke is steep where so many pixels in a column are trace (the widest pen is six), and its end reaches so many
pixels to either side."""

_COLUMN_SHARE = 0.08
"""A column's cross-entropy begins near log(320) = 5.8, a pixel's near 0.7: so both start alike."""

_DICE_SHARE = 0.5
"""Weight of the Dice loss beside the cross-entropy, which counts each pixel alone; chosen by hand."""

_FILLED, _HALF = 0.85, 0.5
"""Shares of trace: a stroke's edges are soft, its middle is not."""

_LEAST_MASS = 1.0
"""Pixels of trace that a column needs to be judged."""

_LEAST_SHOWN = 100.0
"""Pixels of a plane in a batch from which on its Dice counts."""

_SMOOTH = 20.0
"""Pixels added to both sides of a Dice, so that a kind that hardly occurs in a batch does not swing it."""


def dice(shares: Any, truth: Any) -> Any:
    """Return the soft Dice of each channel, shape (c,), from shares and truth of shape (n, c, h, w)."""
    both = (shares * truth).sum(dim=(0, 2, 3))
    each = (shares**2).sum(dim=(0, 2, 3)) + (truth**2).sum(dim=(0, 2, 3))
    return (2 * both + _SMOOTH) / (each + _SMOOTH)


def column_loss(logits: Any, truth: Any) -> Any:
    """Return the mean cross-entropy of where in each column the trace is.

    Parameters
    ----------
    logits, truth : Tensor, shape (n, h, w)
        Of the trace; columns with less than `_LEAST_MASS` of it do not count.
    """
    import torch

    mass = truth.sum(dim=1)
    counted = (mass > _LEAST_MASS).float()
    target = truth / mass.clamp(min=_LEAST_MASS)[:, None]
    surprise = -(target * torch.log_softmax(logits, dim=1)).sum(dim=1)
    return (surprise * counted).sum() / counted.sum().clamp(min=1.0)


def stroke_ends(truth: Any) -> Any:
    """Return which pixels are at the upper or lower end of a steep stroke of the trace, 0 or 1, of the truth's shape.

    Parameters
    ----------
    truth : Tensor, shape (n, h, w)
        Of the trace.
    """
    from torch.nn import functional

    column = truth[:, None]
    filled = functional.avg_pool2d(column, (_STEEP_PX, 1), 1, (_STEEP_PX // 2, 0)) > _FILLED
    reach = 2 * (_STEEP_PX // 2 + _END_PX) + 1
    near = functional.max_pool2d(filled.float(), (reach, 3), 1, (reach // 2, 1))
    padded = functional.pad(column, (0, 0, _END_PX, _END_PX), mode="replicate")
    change = (padded[:, :, 2 * _END_PX :] - padded[:, :, : -2 * _END_PX]).abs()
    return ((change > _HALF) & (near > _HALF)).float()[:, 0]


def structure_loss(logits: Any, truth: Any) -> Any:
    """Return the loss of a batch: cross-entropy and Dice of every channel, and the columns of the trace.

    Parameters
    ----------
    logits, truth : Tensor, shape (n, 9, h, w), float32
        Channels in the order of `CHANNELS`.
    """
    import torch
    from torch.nn import functional

    weights = torch.tensor([CHANNEL_WEIGHTS[name] for name in CHANNELS])
    rarity = torch.tensor([RARITY.get(name, 1.0) for name in CHANNELS])[:, None, None]
    each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none", pos_weight=rarity)
    trace = CHANNELS.index("trace")
    other = truth[:, [CHANNELS.index(name) for name in _TAKEN_FOR_TRACE]].amax(dim=1) * (1 - truth[:, trace])
    each[:, trace] *= 1 + (_MISTAKEN - 1) * other + (_END_WEIGHT - 1) * stroke_ends(truth[:, trace])
    pixels = each.mean(dim=(0, 2, 3))
    # Where a batch shows nothing of a plane, its Dice would only teach that the plane is always empty.
    shown = (truth.sum(dim=(0, 2, 3)) > _LEAST_SHOWN).float()
    areas = (1 - dice(torch.sigmoid(logits), truth)) * shown
    columns = column_loss(logits[:, trace], truth[:, trace])
    return (weights * (pixels + _DICE_SHARE * areas)).sum() / weights.sum() + _COLUMN_SHARE * columns
