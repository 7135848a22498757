"""Page → Ecg: every lead as a time series in mV."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from heartguard.errors import TraceError
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLES, SAMPLING_RATE_HZ
from heartguard.trace.line import heights, line_through
from heartguard.trace.path import PathCosts, follow
from heartguard.trace.runs import Runs, find_runs
from heartguard.trace.share import Path, share_ink
from heartguard.trace.strips import name_strips
from heartguard.values import Doubles, Ecg, Floats, Page, Panel, Segment

__all__ = ["trace"]

_MAX_GAP_S = 0.06
_HELD_S = 0.02
_MARGIN_PX = 2
_PHOTO_MARGIN_PX = 5
_PHOTO_JUMP = 0.6
_FINER = 3
_SQUEEZE = 0.07
_MIN_COVERED = 0.5
# Mean ink along a line of a photo that is worth nothing, and all.
_UNSURE_INK, _SURE_INK = 0.85, 0.97


@dataclass(frozen=True, eq=False)
class _Traced:
    """One panel's line: points in page pixels (x from the panel's first column), where it has ink, and how sure."""

    panel: Panel
    first: int
    columns: int
    x: Doubles
    y: Doubles
    covered: float
    quality: float


def trace(page: Page) -> Ecg:
    """Trace all leads of a page.

    Parameters
    ----------
    page : Page

    Returns
    -------
    Ecg
        On the page's 10 s axis at 500 Hz; NaN where the page shows nothing.

    Raises
    ------
    TraceError
        When no more than half of the panels hold a line.
    """
    runs = find_runs(_finer(page.ink))
    traced = _trace_panels(page, runs)
    if np.mean([t.covered > _MIN_COVERED for t in traced]) <= 0.5:
        raise TraceError(
            "The traces on this page are too broken to be followed. Scan the page again, larger or sharper."
        )
    signals = [_to_signal(page, t) for t in traced]
    traced, rhythm_lead = _name_rhythm(traced, signals)
    return _assemble(page, traced, signals, rhythm_lead)


def _trace_panels(page: Page, runs: Runs) -> list[_Traced]:
    # Where lines of the grid cross a photo's steep strokes, these are broken more often than on a scan.
    jump = PathCosts.jump if page.bend is None else _PHOTO_JUMP
    costs = PathCosts(jump=jump, reach=40 * page.px_per_mm)
    # At its very ends a line may touch the next column's first or last stroke; a photo's ends are placed less exactly.
    margin = _MARGIN_PX if page.bend is None else _PHOTO_MARGIN_PX
    starts = [max(0, round(p.x0) + margin) for p in page.panels]
    ends = [min(page.ink.shape[1], round(p.x1) + 1 - margin) for p in page.panels]
    paths = [
        Path(runs, follow(runs, x0 * _FINER, x1 * _FINER, p.baseline_y, costs), x0 * _FINER, p.baseline_y)
        for p, x0, x1 in zip(page.panels, starts, ends, strict=True)
    ]
    share_ink(paths)
    traced = []
    for panel, path, x0, x1 in zip(page.panels, paths, starts, ends, strict=True):
        x, y = line_through(path.top, path.bottom, runs.stroke, _FINER)
        covered = float(np.mean(path.chosen >= 0))
        x = (x + 0.5) / _FINER - 0.5
        surety = _surety(page, x + x0, y) if page.bend is not None else 1.0
        traced.append(_Traced(panel, x0, x1 - x0, x, y, covered, covered * surety))
    return traced


def _surety(page: Page, x: Doubles, y: Doubles) -> float:
    """How sure the ink of a photo is along a line, 0 to 1: half-seen ink is worth little."""
    if not len(x):
        return 0.0
    ink = cv2.remap(page.ink, x.astype(np.float32)[None], y.astype(np.float32)[None], cv2.INTER_LINEAR)
    return float(np.clip((np.mean(ink) - _UNSURE_INK) / (_SURE_INK - _UNSURE_INK), 0, 1))


def _finer(ink: Floats) -> Floats:
    """Ink with `_FINER` columns to a pixel: the place of a near-vertical stroke stands in the grey of its sides."""
    height, width = ink.shape
    finer: Floats = cv2.resize(ink, (width * _FINER, height), interpolation=cv2.INTER_LINEAR)
    return finer


def _to_signal(page: Page, t: _Traced) -> Floats:
    """Sample one line on the 10 s axis, mV against the row's isoelectric height."""
    signal = np.full(SAMPLES, np.nan, np.float32)
    if len(t.x) < 2:
        return signal
    seconds = t.panel.start_s + (t.x + t.first - t.panel.x0) * _seconds_per_px(page, t.panel)
    time = np.arange(SAMPLES) / SAMPLING_RATE_HZ
    up = -1 if t.panel.inverted else 1
    values = np.interp(time, seconds, up * (t.panel.baseline_y - t.y) / page.px_per_mv, left=np.nan, right=np.nan)
    if page.bend is None and np.isfinite(values).any():
        early = (time < seconds[0]) & (time > seconds[0] - _HELD_S)
        late = (time > seconds[-1]) & (time < seconds[-1] + _HELD_S)
        values[early], values[late] = values[~np.isnan(values)][[0, -1]]
    after = np.clip(np.searchsorted(seconds, time), 1, len(seconds) - 1)
    values[(seconds[after] - seconds[after - 1]) > _MAX_GAP_S] = np.nan
    values[(time < t.panel.start_s - 1e-9) | (time >= t.panel.end_s - 1e-9)] = np.nan
    signal[:] = values
    return signal


def _seconds_per_px(page: Page, panel: Panel) -> float:
    """Time scale of a panel: recorders fit their 2.5, 5 or 10 s to the column, a little off their own grid."""
    by_column = (panel.end_s - panel.start_s) / (panel.x1 - panel.x0)
    return (
        by_column if abs(by_column * page.px_per_s - 1) < _SQUEEZE or page.scale_source != "grid" else 1 / page.px_per_s
    )


def _name_rhythm(traced: list[_Traced], signals: list[Floats]) -> tuple[list[_Traced], str | None]:
    """Name each rhythm strip, and the lead of the first one that could be followed."""
    short = {t.panel.lead: s for t, s in zip(traced, signals, strict=True) if not t.panel.rhythm}
    strips = [k for k, t in enumerate(traced) if t.panel.rhythm]
    named = list(traced)
    for k, lead in zip(strips, name_strips([signals[k] for k in strips], short), strict=True):
        named[k] = replace(traced[k], panel=replace(traced[k].panel, lead=lead))
    followed = [named[k].panel.lead for k in strips if named[k].covered > _MIN_COVERED]
    return named, followed[0] if followed else None


def _assemble(page: Page, traced: list[_Traced], signals: list[Floats], rhythm_lead: str | None) -> Ecg:
    out = np.full((len(LEADS), SAMPLES), np.nan, np.float32)
    quality = np.zeros(len(LEADS), np.float32)
    segments = []
    for t, signal in sorted(zip(traced, signals, strict=True), key=lambda pair: pair[0].panel.rhythm):
        segments.append(Segment(t.panel, heights(t.x, t.y, t.columns), t.first, round(t.covered, 3)))
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


def _notes(page: Page, traced: list[_Traced]) -> tuple[str, ...]:
    missing = [t.panel.lead for t in traced if t.covered <= _MIN_COVERED and not t.panel.rhythm]
    if not missing:
        return ()
    return (f"No line could be followed in {', '.join(missing)}; left empty.",)
