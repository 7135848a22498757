"""What the viewer draws of a reading, as plain values: panels, lines, signals, marks and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heartguard.arrays import Image
from heartguard.leads import LEADS
from heartguard.page import columns_of
from heartguard.ui.shared.pictures import colour_index
from heartguard.ui.shared.words import quality_text
from heartguard.ui.viewer.beats import beats_payload
from heartguard.ui.viewer.name_places import name_places
from heartguard.ui.viewer.rounding import rounded
from heartguard.values import Ecg, Page, Reading, Segment
from heartguard.warning_rules import LOW_QUALITY

__all__ = ["ecg_payload", "lead_quality", "uploaded_view"]

_SIGNAL_HZ = 250
"""Samples a second that are sent: a page has about 200 columns a second."""

_UPLOADED_STEP = 3
"""Columns from one point of a line to the next on the picture as uploaded, where nothing is measured."""


def ecg_payload(reading: Reading, *, uploaded: bool = False) -> dict[str, Any]:
    """Return what the viewer needs of a reading beside its pictures.

    Parameters
    ----------
    reading : Reading
    uploaded : bool
        Whether the lines on the picture as uploaded are wanted too.
    """
    page, ecg, measured = reading.page, reading.ecg, reading.measurements
    height, width = page.image.shape[:2]
    scale = {"pxPerS": page.px_per_s, "pxPerMv": page.px_per_mv, "pxPerMm": page.px_per_mm}
    return {
        "page": {"width": width, "height": height, **scale, "panels": _panels(page.image, ecg, page.px_per_mm)},
        "signals": _signals(ecg, page),
        "beats": np.round(measured.beats_s, 3).tolist(),
        "fiducials": {name: round(float(at), 4) for name, at in measured.fiducials_s.items()},
        **beats_payload(reading),
        "leads": {lead: lead_quality(ecg, lead, reading.quality) for lead in _leads_of(ecg)},
        **({"uploaded": uploaded_view(page, ecg.segments)} if uploaded else {}),
    }


def _panels(image: Image, ecg: Ecg, px_per_mm: float) -> list[dict[str, Any]]:
    places = name_places(image, ecg.segments, px_per_mm)
    return [
        {**_place(segment), "first": segment.x0, "step": 1, "line": rounded(segment.y), "name": place}
        for segment, place in zip(ecg.segments, places, strict=True)
    ]


def _place(segment: Segment) -> dict[str, Any]:
    panel = segment.panel
    return {
        "lead": panel.lead,
        "label": panel.label,
        "x0": round(panel.x0, 1),
        "x1": round(panel.x1, 1),
        "y": round(panel.baseline_y, 1),
        "start": panel.start_s,
        "end": panel.end_s,
        "rhythm": panel.rhythm,
        "colour": colour_index(panel),
    }


def _leads_of(ecg: Ecg) -> dict[str, None]:
    """Return every lead and row without a name that the page has, traced or not, each once."""
    return dict.fromkeys((*(segment.panel.lead for segment in ecg.segments), *ecg.shown, *ecg.others))


def _signals(ecg: Ecg, page: Page) -> dict[str, Any]:
    """Return each lead from its first to its last known sample, in 0.01 mV, and how the page arranges them."""
    step, shape = ecg.sampling_rate_hz // _SIGNAL_HZ, page.layout.shape
    leads = {}
    for lead, signal in {**{lead: ecg.lead(lead) for lead in LEADS}, **ecg.others}.items():
        values = signal[::step]
        known = np.flatnonzero(np.isfinite(values))
        if known.size:
            shown = rounded(100 * values[known[0] : known[-1] + 1])
            leads[lead] = {"start": known[0] / _SIGNAL_HZ, "values": shown}
    rhythm = ecg.rhythm_lead if ecg.rhythm_lead in leads and not shape.startswith("12x1") else None
    signals = {"rate": _SIGNAL_HZ, "leads": leads, "rhythm": rhythm}
    if page.layout.complete and not ecg.others:
        return {**signals, "layout": "12x1" if shape == "12x1" else "3x4+1"}
    return {**signals, "layout": "page", "columns": columns_of(page.panels)}


def lead_quality(ecg: Ecg, lead: str, page_quality: float) -> str:
    """Say how well a lead was traced; on a poor page no lead is called good, however clean its line is."""
    if lead not in ecg.shown and lead not in ecg.others:
        return "Not found on this page."
    if page_quality < LOW_QUALITY:
        return "The page was traced poorly: do not rely on this lead."
    if lead in ecg.others:
        followed = max((segment.quality for segment in ecg.segments if segment.panel.lead == lead), default=0.0)
        return f"Followed over {followed:.0%} of its length; its quality is not judged by itself."
    return f"Traced {quality_text(float(ecg.quality[LEADS.index(lead)]))}."


def uploaded_view(page: Page, segments: Sequence[Segment]) -> Mapping[str, Any]:
    """Return the lines where they lie on the picture as uploaded, folds and perspective included."""
    height, width = page.upload.image.shape[:2]
    panels = []
    for segment in segments:
        columns = np.arange(0, len(segment.y), _UPLOADED_STEP)
        heights = segment.y[columns].astype(float)
        points = page.on_upload(np.column_stack([segment.x0 + columns, heights]))
        line = [None if np.isnan(y) else [round(x, 1), round(y, 1)] for x, y in points.tolist()]
        start = page.on_upload(np.array([[segment.x0, segment.panel.baseline_y - 9 * page.px_per_mm]]))[0]
        ends = page.on_upload(
            np.array([[segment.panel.x0, segment.panel.baseline_y], [segment.panel.x1, segment.panel.baseline_y]])
        )
        place = {"x0": ends[0, 0], "x1": ends[1, 0], "y": float(ends[:, 1].mean())}
        panels.append({**_place(segment), **place, "points": line, "name": start.round(1).tolist()})
    middle = np.array([[width / 2, height / 2]])
    shift = page.on_page(np.vstack([middle, middle + np.array([1.0, 0.0])]))
    scale = page.px_per_mm / float(np.linalg.norm(shift[1] - shift[0]))
    return {"width": width, "height": height, "pxPerMm": scale, "panels": panels}
