"""Page → Ecg: every lead as a time series in mV."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from heartguard.errors import TraceError
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.trace.limb_leads import agree_limb_leads
from heartguard.trace.line import heights
from heartguard.trace.line_network import load_line_network
from heartguard.trace.panels import Line, find_lines, seconds_per_px
from heartguard.trace.refine import refine_lines
from heartguard.trace.strips import name_strips
from heartguard.values import Ecg, Floats, Page, Segment

__all__ = ["trace"]

_MAX_GAP_S = 0.06
_MIN_COVERED = 0.5


def trace(page: Page, *, refined: bool = True) -> Ecg:
    """Trace all leads of a page.

    Parameters
    ----------
    page : Page
    refined : bool
        Whether the line network, where it is shipped, places the steep and the shared parts of the lines.

    Returns
    -------
    Ecg
        On the page's 10 s axis at 500 Hz; NaN where the page shows nothing.

    Raises
    ------
    TraceError
        When no more than half of the panels hold a line.
    """
    traced = find_lines(page)
    if np.mean([t.covered > _MIN_COVERED for t in traced]) <= 0.5:
        raise TraceError(
            "The traces on this page are too broken to be followed. Scan the page again, larger or sharper."
        )
    network = load_line_network() if refined else None
    if network is not None:
        traced = agree_limb_leads(page, refine_lines(page.ink, traced, network))
    signals = [_to_signal(page, t) for t in traced]
    traced, rhythm_lead = _name_rhythm(traced, signals)
    return _assemble(page, traced, signals, rhythm_lead)


def _to_signal(page: Page, t: Line) -> Floats:
    """Sample one line on the 10 s axis, mV against the row's isoelectric height."""
    signal = np.full(SAMPLES, np.nan, np.float32)
    if len(t.x) < 2:
        return signal
    seconds = t.panel.start_s + (t.x - t.panel.x0) * seconds_per_px(page, t.panel)
    time = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    up = -1 if t.panel.inverted else 1
    values = np.interp(time, seconds, up * (t.panel.baseline_y - t.y) / page.px_per_mv, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(seconds, time), 1, len(seconds) - 1)
    values[(seconds[after] - seconds[after - 1]) > _MAX_GAP_S] = np.nan
    values[(time < t.panel.start_s - 1e-9) | (time >= t.panel.end_s - 1e-9)] = np.nan
    signal[:] = values
    return signal


def _name_rhythm(traced: list[Line], signals: list[Floats]) -> tuple[list[Line], str | None]:
    """Name each rhythm strip, and the lead of the first one that could be followed."""
    short = {t.panel.lead: s for t, s in zip(traced, signals, strict=True) if not t.panel.rhythm}
    strips = [k for k, t in enumerate(traced) if t.panel.rhythm]
    named = list(traced)
    for k, lead in zip(strips, name_strips([signals[k] for k in strips], short), strict=True):
        named[k] = replace(traced[k], panel=replace(traced[k].panel, lead=lead))
    followed = [named[k].panel.lead for k in strips if named[k].covered > _MIN_COVERED]
    return named, followed[0] if followed else None


def _assemble(page: Page, traced: list[Line], signals: list[Floats], rhythm_lead: str | None) -> Ecg:
    out = np.full((len(LEADS), SAMPLES), np.nan, np.float32)
    quality = np.zeros(len(LEADS), np.float32)
    segments = []
    for t, signal in sorted(zip(traced, signals, strict=True), key=lambda pair: pair[0].panel.rhythm):
        segments.append(Segment(t.panel, heights(t.x - t.first, t.y, t.columns), t.first, round(t.covered, 3)))
        row = LEAD_INDEX[t.panel.lead]
        present = ~np.isnan(signal)
        if not t.panel.rhythm:
            quality[row] = t.quality
        if t.covered > _MIN_COVERED:
            out[row, present] = signal[present] - np.nanmedian(signal)
    return Ecg(out, _with_residual(out, quality), rhythm_lead, tuple(segments), page, notes=_notes(page, traced))


def _with_residual(signals: Floats, quality: Floats) -> Floats:
    """Lower the quality of the limb leads where II differs from I + III."""
    i, ii, iii = signals[:3]
    both = ~np.isnan(i + ii + iii)
    if both.sum() < SAMPLING_RATE_HZ:
        return quality
    residual = (ii - i - iii)[both]
    size = np.std(ii[both]) + np.std(i[both]) + np.std(iii[both]) + 0.05
    out = quality.copy()
    out[:3] *= float(np.clip(1.15 - np.std(residual) / size, 0.2, 1))
    return out


def _notes(page: Page, traced: list[Line]) -> tuple[str, ...]:
    missing = [t.panel.lead for t in traced if t.covered <= _MIN_COVERED and not t.panel.rhythm]
    if not missing:
        return ()
    return (f"No line could be followed in {', '.join(missing)}; left empty.",)
