"""Ecg → the canonical drawing, VGG16's input: the same seconds, band and scale for every source."""

from heartguard.drawing.geometry import (
    DRAWING_HEIGHT,
    DRAWING_VERSION,
    DRAWING_WIDTH,
    LEAD_GROUPS,
    PX_PER_MV,
    PX_PER_S,
    RHYTHM,
    RhythmSegment,
    drawing_boxes,
)
from heartguard.drawing.preprocessing import SEGMENT_RATE_HZ, LeadSegments, bandpass_resample, preprocess, segment_leads
from heartguard.drawing.rendering import LINE_WIDTH_PX, draw, render
from heartguard.drawing.segments import COLUMN_SECONDS, MIN_COVERAGE, START_S, TRIM_START_S, RawSegments, cut_segments

__all__ = [
    "COLUMN_SECONDS",
    "DRAWING_HEIGHT",
    "DRAWING_VERSION",
    "DRAWING_WIDTH",
    "LEAD_GROUPS",
    "LINE_WIDTH_PX",
    "MIN_COVERAGE",
    "PX_PER_MV",
    "PX_PER_S",
    "RHYTHM",
    "SEGMENT_RATE_HZ",
    "START_S",
    "TRIM_START_S",
    "LeadSegments",
    "RawSegments",
    "RhythmSegment",
    "bandpass_resample",
    "cut_segments",
    "draw",
    "drawing_boxes",
    "preprocess",
    "render",
    "segment_leads",
]
