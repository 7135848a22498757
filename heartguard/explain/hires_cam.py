"""HiResCAM: activations times their own gradient, place by place (Draelos & Carin, arXiv 2011.08891)."""

from __future__ import annotations

from heartguard.arrays import Floats


def hires_cam(activations: Floats, gradients: Floats) -> Floats:
    """Return the map ``sum over k of g_k * A_k``.

    Parameters
    ----------
    activations, gradients : ndarray, shape (channels, rows, columns)

    Returns
    -------
    ndarray, shape (rows, columns), float32
        Signed. If only a linear layer follows, its sum is the contribution of these activations to the logit.
    """
    found: Floats = (activations * gradients).sum(axis=0)
    return found
