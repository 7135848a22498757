"""Ecg → the canonical drawing that the network sees: same seconds, same band, same millimetres for every source."""

from heartguard.drawing.geometry import (
    DRAWING_HEIGHT,
    DRAWING_VERSION,
    DRAWING_WIDTH,
    PLAYERS,
    PX_PER_MV,
    PX_PER_S,
    RHYTHM,
    StripPart,
    drawing_boxes,
)
from heartguard.drawing.preprocessing import SEGMENT_RATE_HZ, LeadSegments, bandpass_resample, preprocess, segment_leads
from heartguard.drawing.rendering import LINE_WIDTH_PX, draw, render
from heartguard.drawing.segments import COLUMN_SECONDS, ENOUGH, START_S, TRIM_START_S, RawSegments, cut_segments

__all__ = [
    "COLUMN_SECONDS",
    "DRAWING_HEIGHT",
    "DRAWING_VERSION",
    "DRAWING_WIDTH",
    "ENOUGH",
    "LINE_WIDTH_PX",
    "PLAYERS",
    "PX_PER_MV",
    "PX_PER_S",
    "RHYTHM",
    "SEGMENT_RATE_HZ",
    "START_S",
    "TRIM_START_S",
    "LeadSegments",
    "RawSegments",
    "StripPart",
    "bandpass_resample",
    "cut_segments",
    "draw",
    "drawing_boxes",
    "preprocess",
    "render",
    "segment_leads",
]
