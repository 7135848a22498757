"""Grad-CAM++: positive gradients weighted so that every place counts alike (Chattopadhay et al., WACV 2018)."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Floats


def grad_cam_plus(activations: Floats, gradients: Floats) -> Floats:
    """Return the map of Grad-CAM++ for the score exp(logit), whose higher derivatives are powers of the gradient.

    Parameters
    ----------
    activations, gradients : ndarray, shape (channels, rows, columns)

    Returns
    -------
    ndarray, shape (rows, columns), float32
        Not negative; the weights of the paper without the common factor exp(logit), and not divided by their sum over
        places, which some implementations do.
    """
    a, g = activations.astype(np.float64), gradients.astype(np.float64)
    square = g**2
    below = 2 * square + a.sum(axis=(1, 2), keepdims=True) * square * g
    share = np.divide(square, below, out=np.zeros_like(below), where=below != 0)
    weights = (share * np.maximum(g, 0)).sum(axis=(1, 2))
    found: Floats = np.maximum(np.tensordot(weights, a, axes=1), 0).astype(np.float32)
    return found
