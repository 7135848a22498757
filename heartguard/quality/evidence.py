"""What the quality of a page and of its leads is told from."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Doubles
from heartguard.leads import LEADS
from heartguard.limb_law import lead_disagreement
from heartguard.quality.ink import cut_share, stray_share, vague_share
from heartguard.values import Ecg, Measurements, Page

__all__ = ["AMPLITUDE_EVIDENCE", "LEAD_EVIDENCE", "PAGE_EVIDENCE", "lead_evidence", "page_evidence"]

PAGE_EVIDENCE = (
    "limb_disagreement",
    "limbs_unchecked",
    "lines_followed",
    "worst_line",
    "stray_ink",
    "vague_trace",
    "cut_waves",
    "unsure_lines",
    "layout_certainty",
    "grid_strength",
    "no_grid",
    "grid_off_mm",
    "grid_bent",
    "fineness",
    "pulse_share",
    "lost_pulses",
    "pulse_error",
    "length_error",
    "names_seen",
    "stray_names",
    "column_marks",
    "names_agree",
    "names_differ",
    "gain_witnesses",
    "beat_height",
    "wave_height",
    "rate_plausible",
    "rr_variation",
    "unmeasured",
    "other_order",
)
"""What the quality of a page is told from."""

AMPLITUDE_EVIDENCE = ("unsure_lines", "cut_waves", "limb_disagreement", "fineness", "grid_bent")
"""What tells whether amplitudes are off although the lines were followed; part of `PAGE_EVIDENCE`."""

LEAD_EVIDENCE = ("page", "followed", "spread", "disagreement", "vague", "height", "cut")
"""What the quality of a lead is told from: the page's quality as log-odds, and its own line."""


def page_evidence(page: Page, ecg: Ecg, measurements: Measurements) -> Doubles:
    """Return the evidence on a page, shape (30,), in the order of `PAGE_EVIDENCE`."""
    disagreement = lead_disagreement(ecg.unreconciled_signals)
    followed = [segment.quality for segment in ecg.segments]
    heights = _heights(ecg)
    tall = float(np.nanmedian(heights)) if np.isfinite(heights).any() else 0.05
    rate = measurements.heart_rate_bpm
    # Small waves are no sign of a wrong gain where pulses show it.
    unscaled = 1.0 - max(page.evidence["pulse_share"], float(page.evidence["gain_witnesses"] > 0))
    found: dict[str, float] = {
        "limb_disagreement": 0.3 if disagreement is None else min(disagreement, 1.5),
        "limbs_unchecked": float(disagreement is None),
        "lines_followed": float(np.mean(followed)) if followed else 0.0,
        "worst_line": float(np.min(followed)) if followed else 0.0,
        "stray_ink": stray_share(page, ecg),
        "cut_waves": float(np.mean([cut_share(page, segment) for segment in ecg.segments])) if ecg.segments else 0.0,
        "unsure_lines": float(np.log1p(np.median([s.spread for s in ecg.segments]))) if ecg.segments else 0.0,
        "wave_height": unscaled * abs(float(np.log(max(tall, 0.05)))),
        "beat_height": unscaled * float(np.log(max(tall, 0.05))),
        "rate_plausible": float(rate is not None and 35 <= rate <= 180),
        "rr_variation": min(measurements.rr_variation or 0.0, 0.6),
        "unmeasured": float(rate is None),
        "other_order": float(page.layout.order not in ("standard", "printed")),
        **page.evidence,
    }
    return np.array([found[name] for name in PAGE_EVIDENCE])


def lead_evidence(page: Page, ecg: Ecg, page_odds: float) -> Doubles:
    """Return the evidence on each lead, shape (12, 7), in the order of `LEAD_EVIDENCE`."""
    disagreement = lead_disagreement(ecg.unreconciled_signals)
    heights = _heights(ecg)
    rows = []
    for lead, height in zip(LEADS, heights, strict=True):
        own = [segment for segment in ecg.segments if segment.panel.lead == lead]
        followed = max((segment.quality for segment in own), default=0.0)
        spread = min((segment.spread for segment in own), default=0.0)
        limb = (0.3 if disagreement is None else min(disagreement, 1.5)) if not lead.startswith("V") else 0.0
        vague = min((vague_share(page, segment.y, segment.x0) for segment in own), default=1.0)
        cut = min((cut_share(page, segment) for segment in own), default=0.0)
        rows.append((page_odds, followed, spread, limb, vague, float(np.log(max(np.nan_to_num(height), 0.05))), cut))
    return np.array(rows)


def _heights(ecg: Ecg) -> Doubles:
    """Return the range of each lead from its 1st to its 99th percentile, shape (12,), mV; NaN where it is absent."""
    shown = np.isfinite(ecg.signals).any(axis=1)
    heights = np.full(len(ecg.signals), np.nan)
    low, high = np.nanpercentile(ecg.signals[shown], (1, 99), axis=1) if shown.any() else (np.zeros(0), np.zeros(0))
    heights[shown] = high - low
    return heights
