"""Page → Ecg: every lead as a time series in mV."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from heartguard.arrays import Floats
from heartguard.errors import TraceError
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLING_RATE_HZ
from heartguard.limb_law import lead_disagreement
from heartguard.trace.limb_leads import reconcile_limb_leads
from heartguard.trace.line import heights
from heartguard.trace.line_network import LineNetwork
from heartguard.trace.panels import Line, above_rest, find_lines, seconds_of
from heartguard.trace.refine import refine_lines
from heartguard.trace.runs import INK_LEVEL
from heartguard.trace.strips import name_strips
from heartguard.values import Ecg, Page, Segment
from heartguard.warning import Warning, note

__all__ = ["trace"]

_MAX_GAP_S = 0.06
"""Longest gap that is interpolated: shorter than a QRS complex, so that none is bridged. Chosen by hand."""

_MIN_COVERED = 0.5
"""Share of a panel's columns that must have ink for it to count as traced; chosen by hand, not fitted."""

_LARGE_MOVE_MV = 0.1
"""1 mm: a lead that the other limb leads moved by more is named in a note, as a doctor could see the difference."""


def trace(page: Page, network: LineNetwork | None) -> Ecg:
    """Trace all leads of a page.

    Parameters
    ----------
    page : Page
    network : LineNetwork or None
        Locates the steep and the shared parts of the lines; None keeps the lines of the paths.

    Returns
    -------
    Ecg
        On the page's axis at 500 Hz; NaN where the page shows nothing.

    Raises
    ------
    TraceError
        When no more than half of the panels hold a line.
    """
    traced = find_lines(page) if (page.ink >= INK_LEVEL).any() else []
    if not traced or np.mean([t.covered > _MIN_COVERED for t in traced]) <= 0.5:
        raise TraceError(
            "The traces on this page are too broken to be followed. Open a larger or sharper picture of it."
        )
    if network is not None:
        traced = refine_lines(page.ink, traced, network)
    signals = [_to_signal(page, t) for t in traced]
    traced, rhythm_lead = _name_rhythm(traced, signals)
    return _assemble(page, traced, signals, rhythm_lead)


def _to_signal(page: Page, t: Line) -> Floats:
    """Sample one line on the page's axis, mV above the row's isoelectric height."""
    signal = np.full(page.samples, np.nan, np.float32)
    if len(t.x) < 2:
        return signal
    seconds = seconds_of(t)
    time = np.arange(page.samples) / SAMPLING_RATE_HZ
    px_per_mv = page.px_per_mm * (t.panel.gain_mm_per_mv or page.gain_mm_per_mv)
    values = np.interp(time, seconds, above_rest(t) / px_per_mv, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(seconds, time), 1, len(seconds) - 1)
    values[(seconds[after] - seconds[after - 1]) > _MAX_GAP_S] = np.nan
    values[(time < t.panel.start_s - 1e-9) | (time >= t.panel.end_s - 1e-9)] = np.nan
    signal[:] = values
    return signal


def _name_rhythm(traced: list[Line], signals: list[Floats]) -> tuple[list[Line], str | None]:
    """Name each rhythm strip; return the lines so named, and the lead of the first strip that was traced."""
    short = {t.panel.lead: s for t, s in zip(traced, signals, strict=True) if not t.panel.rhythm}
    strips = [k for k, t in enumerate(traced) if t.panel.rhythm]
    printed = [traced[k].panel.lead for k in strips]
    named = list(traced)
    for k, lead in zip(strips, name_strips([signals[k] for k in strips], short, printed), strict=True):
        if not traced[k].panel.by_hand:
            named[k] = replace(traced[k], panel=replace(traced[k].panel, lead=lead))
    followed = [named[k].panel.lead for k in strips if named[k].covered > _MIN_COVERED]
    return named, next((lead for lead in followed if lead in LEADS), None)


def _assemble(page: Page, followed: list[Line], followed_signals: list[Floats], rhythm_lead: str | None) -> Ecg:
    """Assemble an Ecg from the lines as they were followed, with the limb leads reconciled."""
    reconciled = reconcile_limb_leads(page, followed)
    signals, quality = np.full((len(LEADS), page.samples), np.nan, np.float32), np.zeros(len(LEADS), np.float32)
    alone, others = signals.copy(), dict[str, Floats]()
    segments = []
    triples = zip(reconciled, followed, followed_signals, strict=True)
    for line, before, signal in sorted(triples, key=lambda triple: triple[0].panel.rhythm):
        y = heights(line.x - line.first, line.y, line.columns)
        spread = float(np.mean(line.spread)) if len(line.spread) else 0.0
        segments.append(Segment(line.panel, y, line.first, round(line.covered, 3), round(spread, 3)))
        if line.panel.lead not in LEAD_INDEX:
            if line.covered > _MIN_COVERED:
                _fill(others.setdefault(line.panel.lead, np.full(page.samples, np.nan, np.float32)), signal)
            continue
        row = LEAD_INDEX[line.panel.lead]
        if not line.panel.rhythm:
            quality[row] = line.quality
        if line.covered > _MIN_COVERED:
            _fill(signals[row], signal if line is before else _to_signal(page, line))
            _fill(alone[row], signal)
    moved = [lead for lead, now, then in zip(LEADS, signals, alone, strict=True) if _apart(now, then) > _LARGE_MOVE_MV]
    return Ecg(
        signals,
        _with_residual(alone, quality),
        rhythm_lead,
        tuple(segments),
        page,
        warnings=_warnings(reconciled, moved),
        raw_signals=None if np.array_equal(signals, alone, equal_nan=True) else alone,
        others=others,
    )


def _apart(now: Floats, then: Floats) -> float:
    return float(np.nan_to_num(np.abs(now - then)).max())


def _fill(row: Floats, signal: Floats) -> None:
    present = ~np.isnan(signal)
    if present.any():
        row[present] = signal[present] - np.nanmedian(signal)


def _with_residual(signals: Floats, quality: Floats) -> Floats:
    """Lower the quality of the limb leads where II differs from I + III."""
    disagreement = lead_disagreement(signals, min_samples=SAMPLING_RATE_HZ)
    if disagreement is None:
        return quality
    out = quality.copy()
    out[:3] *= float(np.clip(1.15 - disagreement, 0.2, 1))
    return out


def _warnings(lines: list[Line], moved: list[str]) -> tuple[Warning, ...]:
    missing = [line.panel.lead for line in lines if line.covered <= _MIN_COVERED and not line.panel.rhythm]
    found = []
    if missing:
        found.append(note("trace.no_line", f"No line could be followed in {', '.join(missing)}; left empty."))
    if moved:
        text = f"Parts of {', '.join(moved)} were placed by the other limb leads, as their ink could not be told from "
        found.append(note("trace.limb_leads", text + "other ink."))
    return tuple(found)
