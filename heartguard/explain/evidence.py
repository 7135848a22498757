"""A map reduced to numbers: evidence for and against a class by lead, and by wave within the leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from heartguard.arrays import Floats
from heartguard.explain.cam import lead_group_of
from heartguard.explain.waves import BETWEEN, WAVES, column_seconds, known_waves, wave_at
from heartguard.values import Drawing, Measurements


@dataclass(frozen=True)
class Evidence:
    """Signed evidence for one class, in the unit of the map that it was summed from.

    Attributes
    ----------
    by_lead : mapping of str to float
        Per lead group (the twelve leads and ``"rhythm"``): evidence for the class minus evidence against it.
    by_wave : mapping of (str, str) to float
        Per lead group and wave, the positive evidence; the key ``""`` holds that between two waves. Empty where no
        waves were measured or the map is too coarse.
    """

    by_lead: Mapping[str, float]
    by_wave: Mapping[tuple[str, str], float]

    def shares(self) -> dict[str, float]:
        """Return each lead group's share of the evidence for the class; all 0 where there is none for it."""
        total = sum(max(value, 0.0) for value in self.by_lead.values())
        return {name: max(value, 0.0) / total if total > 0 else 0.0 for name, value in self.by_lead.items()}


def lead_evidence(heat: Floats, drawing: Drawing) -> dict[str, float]:
    """Return the sum of a map over the boxes of each lead group."""
    sums: dict[str, float] = {}
    for box in drawing.boxes:
        inside = heat[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)]
        sums[lead_group_of(box)] = sums.get(lead_group_of(box), 0.0) + float(inside.sum())
    return sums


def map_evidence(heat: Floats, drawing: Drawing, measurements: Measurements | None = None) -> Evidence:
    """Sum a map by lead group, and by wave within each.

    Parameters
    ----------
    heat : ndarray, shape (h, w), float32
        Any map at the size of the drawing.
    drawing : Drawing
        With its Ecg, if waves are wanted.
    measurements : Measurements, optional
        Required for evidence by wave; leave it out for a map too coarse to tell waves apart.
    """
    by_wave: dict[tuple[str, str], float] = {}
    if measurements is not None and drawing.ecg is not None and known_waves(measurements):
        for box in drawing.boxes:
            rows = np.maximum(heat[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)], 0).sum(axis=0)
            places = wave_at(column_seconds(box, drawing.ecg), measurements)
            for number, wave in [(BETWEEN, ""), *enumerate(WAVES)]:
                key = (lead_group_of(box), wave)
                by_wave[key] = by_wave.get(key, 0.0) + float(rows[places == number].sum())
    return Evidence(lead_evidence(heat, drawing), by_wave)
