"""How far each measurement may be off: half-widths of intervals that held 95 % of the errors on pages read."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

__all__ = ["AMPLITUDES", "POOLED", "half_widths_of"]

AMPLITUDES = ("axis_deg", "p_axis_deg", "t_axis_deg", "sokolow_lyon_mv", "cornell_mv", "r_avl_mv")
"""Fields whose error is that of the tracing."""

POOLED = {
    "wave_mv": ("p_mv", "q_mv", "r_mv", "s_mv", "r2_mv", "t_mv"),
    "st_mv": ("j_mv", "st60_mv", "st80_mv"),
}
"""Fields of a lead that share one half-width."""

_OF_RATE = ("least_rate_bpm", "greatest_rate_bpm")
_PROPORTIONAL = ("qtc_ms", "qtc_fridericia_ms")
_SHIFTED = ("qtc_framingham_ms", "qtc_hodges_ms")
"""QTc that grows with QT, by a factor or by as much."""


@functools.cache
def _fitted() -> dict[str, float]:
    """Return the half-widths that ``python -m heartlab.train.uncertainty`` has written."""
    table = json.loads((Path(__file__).parent / "uncertainty.json").read_text(encoding="utf-8"))
    return {name: float(entry["half_width"]) for name, entry in table.items()}


def half_widths_of(values: Mapping[str, float | None]) -> dict[str, float]:
    """Return the half-width of each value that is known, by its field.

    Parameters
    ----------
    values : mapping of str to float or None
        By the fields of `heartguard.values.Measurements`.

    Returns
    -------
    dict of str to float
        In the unit of the field; ``wave_mv`` and ``st_mv`` are those of the heights of each lead.

    Examples
    --------
    >>> found = half_widths_of({"qt_ms": 400.0, "qtc_ms": 440.0, "qtc_hodges_ms": 420.0, "pr_ms": None})
    >>> found["qtc_ms"] == 1.1 * found["qt_ms"], found["qtc_hodges_ms"] == found["qt_ms"], "pr_ms" in found
    (True, True, False)
    """
    fitted = _fitted()
    known = {name: value for name, value in values.items() if value is not None}
    found = {name: fitted[name] for name in known if name in fitted}
    rate = known.get("heart_rate_bpm")
    if rate and "heart_rate_bpm" in fitted:
        found |= {name: fitted["heart_rate_bpm"] for name in _OF_RATE if name in known}
        if "rr_ms" in known:
            found["rr_ms"] = known["rr_ms"] * fitted["heart_rate_bpm"] / rate
    qt = known.get("qt_ms")
    if qt and "qt_ms" in fitted:
        found |= {name: fitted["qt_ms"] * known[name] / qt for name in _PROPORTIONAL if name in known}
        found |= {name: fitted["qt_ms"] for name in _SHIFTED if name in known}
    return found | {name: fitted[name] for name in POOLED if name in fitted}
