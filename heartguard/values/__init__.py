"""The frozen values of the stages of a reading: Upload, Page, Ecg, Measurements, Drawing, Prediction, Reading.

Pixel coordinates are (x, y), x to the right, y down, with the centre of the first pixel at (0, 0). Time is in seconds
on the page's axis, which begins at 0 and has 10 s or more; voltage in mV. Arrays are not to be changed in place.
"""

from heartguard.values.corrections import MEDIAN_MARKS, NO_CORRECTIONS, Corrections, HandSetting
from heartguard.values.ecg import Ecg, Segment
from heartguard.values.measurements import LeadWaves, Measurements
from heartguard.values.page import DisplacementField, Page, Panel, ScaleSource
from heartguard.values.prediction import Box, Drawing, Finding, Prediction, SignalPrediction
from heartguard.values.reading import Reading
from heartguard.values.upload import RecordedSignals, Upload

__all__ = [
    "MEDIAN_MARKS",
    "NO_CORRECTIONS",
    "Box",
    "Corrections",
    "DisplacementField",
    "Drawing",
    "Ecg",
    "Finding",
    "HandSetting",
    "LeadWaves",
    "Measurements",
    "Page",
    "Panel",
    "Prediction",
    "Reading",
    "RecordedSignals",
    "ScaleSource",
    "Segment",
    "SignalPrediction",
    "Upload",
]
