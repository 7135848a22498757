"""Ecg: the leads as signals on one axis, with the lines that they were traced from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LEAD_INDEX, LEADS, SAMPLING_RATE_HZ
from heartguard.values.page import Page, Panel
from heartguard.warning import Warning

__all__ = ["Ecg", "Segment"]


@dataclass(frozen=True, eq=False)
class Segment:
    """The traced line of one panel.

    Attributes
    ----------
    panel : Panel
    y : ndarray, shape (n,), float32
        Height of the line in page pixels for the columns ``x0, x0 + 1, ...``; NaN in gaps.
    x0 : int
        Page column of ``y[0]``.
    quality : float, 0 to 1
    spread : float
        Mean uncertainty of its height by the line network, page pixels.
    """

    panel: Panel
    y: Floats
    x0: int
    quality: float
    spread: float = 0.0


@dataclass(frozen=True, eq=False)
class Ecg:
    """Twelve leads on one common axis of 10 s, or of all the seconds of a longer page.

    Attributes
    ----------
    signals : ndarray, shape (12, T), float32, mV
        In the order of `heartguard.leads.LEADS`, 500 Hz, T of 5000 or more; NaN where the page shows nothing. A lead
        that also has a rhythm strip is filled from the strip.
    quality : ndarray, shape (12,), float32, 0 to 1
        Per lead; 0 for a lead that is absent.
    rhythm_lead : str or None
        The lead that covers the whole axis, if one does.
    segments : tuple of Segment
        The lines as traced on the page; empty for an Ecg that came from signals.
    page : Page or None
    warnings : tuple of Warning
    raw_signals : ndarray, shape (12, T), float32, mV, or None
        The signals before the limb leads were reconciled; None where that changed nothing.
    others : mapping of str to ndarray, shape (T,), float32, mV
        What the page shows beside the twelve: further leads by name (``V4R``, ``V7``), and rows without a name
        (``row 1``, from the top).
    """

    signals: Floats
    quality: Floats
    rhythm_lead: str | None = None
    segments: tuple[Segment, ...] = ()
    page: Page | None = None
    sampling_rate_hz: int = SAMPLING_RATE_HZ
    warnings: tuple[Warning, ...] = ()
    raw_signals: Floats | None = None
    others: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[str, ...]:
        """Those of the twelve leads of which something is shown."""
        return tuple(lead for lead in LEADS if np.isfinite(self.lead(lead)).any())

    @property
    def unreconciled_signals(self) -> Floats:
        """The signals before reconciliation, by which the limb-lead equations can be checked independently."""
        return self.signals if self.raw_signals is None else self.raw_signals

    @property
    def seams(self) -> tuple[int, ...]:
        """Samples at which a column of short leads begins and no rhythm strip runs on: time may leap there."""
        panels = [segment.panel for segment in self.segments]
        strips = [panel for panel in panels if panel.rhythm]
        starts = sorted({panel.start_s for panel in panels if not panel.rhythm and panel.start_s > 0})
        return tuple(
            round(start * self.sampling_rate_hz)
            for start in starts
            if not any(strip.start_s < start < strip.end_s for strip in strips)
        )

    def lead(self, name: str) -> Floats:
        """Return one lead, shape (T,), mV."""
        signal: Floats = self.signals[LEAD_INDEX[name]]
        return signal
