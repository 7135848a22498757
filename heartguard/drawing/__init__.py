"""Ecg → the canonical drawing that the network sees: same seconds, same band, same millimetres for every source."""

from heartguard.drawing.conditioning import PIECE_RATE_HZ, condition
from heartguard.drawing.draw import draw, render
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
from heartguard.drawing.windows import Pieces, cut_pieces

__all__ = [
    "DRAWING_HEIGHT",
    "DRAWING_VERSION",
    "DRAWING_WIDTH",
    "PIECE_RATE_HZ",
    "PLAYERS",
    "PX_PER_MV",
    "PX_PER_S",
    "RHYTHM",
    "Pieces",
    "StripPart",
    "condition",
    "cut_pieces",
    "draw",
    "drawing_boxes",
    "render",
]
