"""A thin plate through weighted values: the smooth field that a page's bend is taken to be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.linalg import solveh_banded
from scipy.sparse import csr_matrix, dia_matrix, diags, eye, kron, vstack
from threadpoolctl import ThreadpoolController

from heartguard.arrays import Doubles

__all__ = ["plate"]

_ANCHOR = 1e-7


class _ScipyBlas:
    """The BLAS that scipy calls, on one thread while any band is solved: its blocks are so small that threads wait.

    Two threads take many times the processor's time of one; a sparse factorisation, which needs no BLAS, takes twice as
    long. Threads can only be limited for a whole library, so every other one is left alone wherever scipy brings its
    own, as its wheels do. Solves at the same time count as one, so that the last restores what was.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._solves = 0
        pools = ThreadpoolController().select(user_api="blas")
        own = [pool["filepath"] for pool in pools.info() if _is_of_scipy(Path(pool["filepath"]))]
        self._pools = pools.select(filepath=own) if own else pools

    @contextmanager
    def on_one_thread(self) -> Iterator[None]:
        with self._lock:
            if self._solves == 0:
                self._limit = self._pools.limit(limits=1)
            self._solves += 1
        try:
            yield
        finally:
            with self._lock:
                self._solves -= 1
                if self._solves == 0:
                    self._limit.restore_original_limits()


def _is_of_scipy(library: Path) -> bool:
    """Tell by its folder: ``scipy.libs``, or ``scipy/.dylibs`` on a Mac. Libraries of numpy may bear scipy's name."""
    return any(folder.startswith("scipy") for folder in library.parent.parts[-2:])


_blas = _ScipyBlas()


def plate(values: Doubles, weights: Doubles, stiffness: float, outlier_mm: float) -> Doubles:
    """Smooth field through weighted values: least squares with the second differences held small."""
    if values.shape[1] > values.shape[0]:
        return plate(values.T, weights.T, stiffness, outlier_mm).T
    bending, scaled, flat = _bending(*values.shape), weights.ravel(), values.ravel()
    field = _solve(stiffness, bending, scaled, flat)
    if np.isfinite(outlier_mm):
        scaled = scaled / (1 + ((flat - field) / outlier_mm) ** 2)
        field = _solve(stiffness, bending, scaled, flat)
    return field.reshape(values.shape)


@lru_cache(maxsize=4)
def _bending(rows: int, columns: int) -> dict[int, Doubles]:
    """Return the bending energy's matrix on and below its diagonal: by how far below, the values of that diagonal."""
    parts = [
        kron(eye(rows), _second_difference(columns)),
        kron(_second_difference(rows), eye(columns)),
        np.sqrt(2) * kron(_difference(rows), _difference(columns)),
    ]
    differences = vstack(parts)
    energy = dia_matrix(differences.T @ differences)
    lower = {-int(offset): values for offset, values in zip(energy.offsets, energy.data, strict=True) if offset <= 0}
    return {below: np.asarray(values[: energy.shape[0] - below]) for below, values in lower.items()}


def _solve(stiffness: float, bending: dict[int, Doubles], weights: Doubles, values: Doubles) -> Doubles:
    """Solve for the field; with the shorter axis along the rows, the band is narrow and a third of the time goes."""
    band = np.zeros((max(bending) + 1, values.size))
    for below, diagonal in bending.items():
        band[below, : len(diagonal)] = stiffness * diagonal
    band[0] += weights + _ANCHOR
    with _blas.on_one_thread():
        field = solveh_banded(band, weights * values, lower=True, overwrite_ab=True, check_finite=False)
    return np.asarray(field, np.float64)


def _difference(n: int) -> csr_matrix:
    return diags([-np.ones(n), np.ones(n - 1)], [0, 1], shape=(n - 1, n), format="csr")


def _second_difference(n: int) -> csr_matrix:
    return diags([np.ones(n), -2 * np.ones(n), np.ones(n)], [0, 1, 2], shape=(n - 2, n), format="csr")
