"""Other delineators of ECG waves, made to give global intervals as HeartGuard does: leads joined by the same rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles
from heartguard.leads import SAMPLING_RATE_HZ
from heartguard.values import Ecg

__all__ = ["DELINEATORS", "global_intervals", "installed"]

_RANK, _LEAST_LEADS = 3, 6
"""Which lead from the outside gives an edge, and how many must have it: the definition of the truth."""

Edges = dict[str, Doubles]
"""Of one lead, by ``p_on, p_off, qrs_on, qrs_off, t_off``: samples from the beat, one a beat; NaN where not found."""


def global_intervals(leads: Sequence[Edges], beats: Doubles) -> dict[str, float]:
    """Return p, pr, qrs, qt, ms, and rate from the edges of each lead.

    Examples
    --------
    >>> lead = {"p_on": [-80], "p_off": [-30], "qrs_on": [-20], "qrs_off": [25], "t_off": [160]}
    >>> edges = {name: np.array(2 * samples, float) for name, samples in lead.items()}
    >>> global_intervals(6 * [edges], np.array([500.0, 1000.0]))
    {'p': 100.0, 'pr': 120.0, 'qrs': 90.0, 'qt': 360.0, 'rate': 60.0}
    """
    edge = {name: _joined(leads, name) for name in ("p_on", "p_off", "qrs_on", "qrs_off", "t_off")}
    step = 1000.0 / SAMPLING_RATE_HZ
    rate = 60.0 * SAMPLING_RATE_HZ / float(np.mean(np.diff(beats))) if beats.size > 1 else np.nan
    return {
        "p": step * (edge["p_off"] - edge["p_on"]),
        "pr": step * (edge["qrs_on"] - edge["p_on"]),
        "qrs": step * (edge["qrs_off"] - edge["qrs_on"]),
        "qt": step * (edge["t_off"] - edge["qrs_on"]),
        "rate": rate,
    }


def _joined(leads: Sequence[Edges], name: str) -> float:
    medians = [np.nanmedian(lead[name]) for lead in leads if np.isfinite(lead.get(name, np.empty(0))).sum() >= 2]
    if len(medians) < _LEAST_LEADS:
        return float("nan")
    return float(np.sort(medians)[_RANK - 1 if name.endswith("on") else -_RANK])


def by_neurokit(ecg: Ecg) -> dict[str, float]:
    """Measure with neurokit2: its own R peaks in II, then every lead by continuous wavelets."""
    import neurokit2 as nk

    clean = nk.ecg_clean(ecg.lead("II").astype(float), sampling_rate=SAMPLING_RATE_HZ)
    beats = np.asarray(nk.ecg_peaks(clean, sampling_rate=SAMPLING_RATE_HZ)[1]["ECG_R_Peaks"], dtype=float)
    names = {
        "p_on": "P_Onsets",
        "p_off": "P_Offsets",
        "qrs_on": "R_Onsets",
        "qrs_off": "R_Offsets",
        "t_off": "T_Offsets",
    }
    leads = []
    for signal in ecg.signals:
        clean = nk.ecg_clean(signal.astype(float), sampling_rate=SAMPLING_RATE_HZ)
        try:
            marks = nk.ecg_delineate(clean, beats.astype(int), sampling_rate=SAMPLING_RATE_HZ, method="cwt")[1]
        except (ValueError, IndexError, ZeroDivisionError, TypeError):
            continue
        leads.append({name: _from_beats(marks[f"ECG_{theirs}"], beats, name) for name, theirs in names.items()})
    return global_intervals(leads, beats)


def by_ecgdeli(ecg: Ecg) -> dict[str, float]:
    """Measure with ecgdeli: its own filter and beats, every lead."""
    import ecgdeli

    found = ecgdeli.annotate(ecgdeli.filter_ecg(ecg.signals.T.astype(float), SAMPLING_RATE_HZ), SAMPLING_RATE_HZ)
    beats = _known(found.consensus.positions[:, ecgdeli.FPT_COLUMNS.index("R")])
    names = {"p_on": "P_on", "p_off": "P_off", "qrs_on": "QRS_on", "qrs_off": "QRS_off", "t_off": "T_off"}
    columns = {name: ecgdeli.FPT_COLUMNS.index(theirs) for name, theirs in names.items()}
    leads = [
        {name: _known(lead.positions[:, column]) - beats for name, column in columns.items()}
        for lead in found.leads
        if len(lead.positions) == beats.size
    ]
    return global_intervals(leads, beats[np.isfinite(beats)])


def _from_beats(places: Sequence[float], beats: Doubles, name: str) -> Doubles:
    """Return the distance of each edge from its beat: the next one, or for ends of QRS and T the one before."""
    known = np.asarray(places, dtype=float)
    known = known[np.isfinite(known)]
    later = np.searchsorted(beats, known) - (name in ("qrs_off", "t_off"))
    inside = (later >= 0) & (later < beats.size)
    return np.asarray(known[inside] - beats[later[inside]], np.float64)


def _known(places: NDArray[Any]) -> Doubles:
    """Return samples as float, NaN where there is none."""
    found = np.asarray(places, dtype=float)
    return np.where((found >= 0) & (found < 1e9), found, np.nan)


def installed() -> dict[str, Callable[[Ecg], dict[str, float]]]:
    """Return those of `DELINEATORS` whose library is installed."""
    return {name: measured for name, measured in DELINEATORS.items() if find_spec(name.partition(" ")[0])}


DELINEATORS: dict[str, Callable[[Ecg], dict[str, float]]] = {"neurokit2 cwt": by_neurokit, "ecgdeli": by_ecgdeli}
"""By the name in the table."""
