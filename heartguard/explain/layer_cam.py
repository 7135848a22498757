"""LayerCAM: activations times their own positive gradient, fit for earlier layers (Jiang et al., IEEE TIP 2021)."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Floats


def layer_cam(activations: Floats, gradients: Floats) -> Floats:
    """Return the map ``ReLU(sum over k of ReLU(g_k) * A_k)``.

    Parameters
    ----------
    activations, gradients : ndarray, shape (channels, rows, columns)

    Returns
    -------
    ndarray, shape (rows, columns), float32
        Not negative.
    """
    found: Floats = np.maximum((activations * np.maximum(gradients, 0)).sum(axis=0), 0)
    return found
