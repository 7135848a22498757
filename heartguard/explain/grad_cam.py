"""Grad-CAM: channels weighted by their mean gradient (Selvaraju et al., ICCV 2017)."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Floats


def grad_cam(activations: Floats, gradients: Floats) -> Floats:
    """Return the map ``ReLU(sum over k of mean(g_k) * A_k)``.

    Parameters
    ----------
    activations, gradients : ndarray, shape (channels, rows, columns)

    Returns
    -------
    ndarray, shape (rows, columns), float32
        Not negative. The mean over the whole drawing forgets in which lead a channel counts.
    """
    weights = gradients.mean(axis=(1, 2))
    found: Floats = np.maximum(np.tensordot(weights, activations, axes=1), 0).astype(np.float32)
    return found
