"""Which lead each rhythm strip shows: the short lead whose signal matches it at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from heartguard.arrays import Doubles, Floats
from heartguard.leads import SAMPLING_RATE_HZ

__all__ = ["name_strips"]

_SHIFT_S = 0.12
"""Greatest shift that is tried: columns of photos and of some recorders begin so late (decision 5)."""

_STEP_S = 0.008
"""Step of the shifts: a fraction of a QRS complex, whose width is 0.08 s or more."""

_USUAL = {"II": 0.0, "V1": 0.03, "V5": 0.03}
"""Added to a lead's distance: most strips show II, many V1 or V5. Chosen by hand, not fitted."""

_UNUSUAL = 0.12
"""Added to the distance of any other lead, which must therefore match clearly better than II. By hand."""

_BLOCK = SAMPLING_RATE_HZ // 2
"""Samples of a block of which the worst is left out: half a second holds a lead's name, but not all of a column."""

_FLAT = 1e-3 * _BLOCK
"""Power, mV² times samples, added to that of two lines, so that two flat ones do not differ by their noise."""


_PRINTED = 0.3
"""Taken off the distance of the lead whose name is printed beside a strip: more than a poor trace adds. By hand."""

_ALONE = 0.5
"""Distance of a printed lead of which no short lead is shown, between identical (0) and unrelated (1)."""


def name_strips(strips: Sequence[Floats], short: Mapping[str, Floats], printed: Sequence[str] = ()) -> list[str]:
    """Return the lead of each rhythm strip; no two strips get the same.

    A strip may be shifted in time against its short lead by up to `_SHIFT_S`, as on photos and on prints whose columns
    begin late.

    Parameters
    ----------
    strips : sequence of ndarray, shape (T,), mV
        From the top; NaN in gaps.
    short : mapping of str to ndarray, shape (T,), mV
        The short leads on the same axis; NaN outside their columns.
    printed : sequence of str
        The name that was read beside each strip; empty where none was.
    """
    names: list[str] = []
    for strip, name in zip(strips, printed or [""] * len(strips), strict=True):
        costs = {
            lead: _distance(strip, signal) + _USUAL.get(lead, _UNUSUAL)
            for lead, signal in short.items()
            if lead not in names
        }
        if name and name not in names:
            costs[name] = costs.get(name, _ALONE) - _PRINTED
        names.append(min(costs, key=costs.__getitem__, default="II"))
    return names


def _distance(strip: Floats, short: Floats) -> float:
    """Return the distance of a short lead from the strip at the best shift: 0 if identical, about 1 if unrelated."""
    shown = np.flatnonzero(~np.isnan(short))
    if len(shown) < SAMPLING_RATE_HZ:
        return float("inf")
    reach = round(_SHIFT_S * SAMPLING_RATE_HZ)
    first, length = int(shown[0]), int(shown[-1] - shown[0]) + 1
    length -= length % _BLOCK
    padded = np.pad(strip, reach, constant_values=np.nan)[first : first + length + 2 * reach]
    if np.count_nonzero(~np.isnan(padded)) < SAMPLING_RATE_HZ:
        return float("inf")
    x, y = (line - np.nanmedian(line) for line in (short[first : first + length], padded))
    shifted = sliding_window_view(y, length)[:: round(_STEP_S * SAMPLING_RATE_HZ)]
    return float(np.min(_differences(x, shifted)))


def _differences(x: Floats, shifted: Floats) -> Doubles:
    """Distance of one line, shape (T,), to each of others, shape (n, T)."""
    apart, size = (np.nan_to_num(v).reshape(len(shifted), -1, _BLOCK).sum(axis=2) for v in _squares(x, shifted))
    # The worst block is left out: a lead's name or a crossing spoils one of the two lines, not both.
    kept = np.arange(apart.shape[1]) != np.argmax(apart, axis=1)[:, None]
    return np.asarray(np.sqrt((apart * kept).sum(axis=1) / ((size * kept).sum(axis=1) + _FLAT)), np.float64)


def _squares(x: Floats, shifted: Floats) -> tuple[Floats, Floats]:
    return (shifted - x) ** 2, shifted**2 + x**2
