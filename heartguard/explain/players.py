"""The players of the Shapley games: leads, or the waves of one lead. Any coalition of them is a valid drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Floats, Image, Mask
from heartguard.drawing import LEAD_GROUPS, RHYTHM, LeadSegments, draw, render, segment_leads
from heartguard.explain.waves import BETWEEN, WAVES, sample_seconds, wave_at
from heartguard.leads import LEAD_INDEX
from heartguard.values import Ecg, Measurements

WHITE = 255
"""Grey level of an empty drawing, the baseline of every explanation."""

Ask = Callable[[Image], NDArray[np.float64]]
"""From drawings, shape (n, h, w), to the probability of one class, shape (n,)."""


@dataclass(frozen=True, eq=False)
class Players:
    """Parts of one drawing that can be left out.

    Attributes
    ----------
    names : tuple of str
    layers : ndarray, shape (players, h, w), uint8
        Each player's trace alone on an empty drawing.
    rest : ndarray, shape (h, w), uint8
        The part that is drawn in every coalition.
    whole : ndarray, shape (h, w), uint8
        The drawing with all players.
    """

    names: tuple[str, ...]
    layers: Image
    rest: Image
    whole: Image

    def drawings(self, masks: Mask) -> Image:
        """Return the drawings of coalitions, masks of shape (n, players), as images of shape (n, h, w).

        Traces never share a pixel with another box, so the darkest of the layers is the drawing itself.
        """
        return np.stack([self._drawing(mask) for mask in masks])

    def _drawing(self, mask: Mask) -> Image:
        if mask.all():  # waves that meet are one line here, and two that end side by side in the layers
            return self.whole
        return np.asarray(np.minimum(self.rest, self.layers[mask].min(axis=0, initial=WHITE)))


def lead_players(ecg: Ecg) -> Players:
    """Return the leads and the strip that the drawing of an Ecg shows, as players on an empty drawing."""
    segments = segment_leads(ecg)
    everyone = {name: draw(segments, without=set(LEAD_GROUPS) - {name}).image for name in LEAD_GROUPS}
    shown = tuple(name for name, image in everyone.items() if image.min() < WHITE)
    blank = draw(segments, without=LEAD_GROUPS).image
    layers = np.stack([everyone[name] for name in shown]) if shown else np.empty((0, *blank.shape), np.uint8)
    return Players(shown, layers, blank, draw(segments).image)


def wave_players(ecg: Ecg, measurements: Measurements, player: str) -> Players:
    """Return the waves of one lead, or of the strip, as players; all other leads, and the parts between waves, stay.

    An absent wave is a gap in the trace.

    Raises
    ------
    ValueError
        If `player` is no player or the drawing does not show it.
    """
    segments = segment_leads(ecg)
    whole = draw(segments)
    box = next((box for box in whole.boxes if player == (RHYTHM if box.rhythm else box.lead)), None)
    others = draw(segments, without={player}).image if box is not None else whole.image
    if box is None or np.array_equal(others, whole.image):
        raise ValueError(f"The drawing shows no {player!r}.")
    signal = _signal_of(segments, player)
    places = wave_at(sample_seconds(box, ecg, signal.size), measurements)
    present = tuple(wave for number, wave in enumerate(WAVES) if np.any(places == number))
    layers = [_render_one(player, _only(signal, places == WAVES.index(wave))) for wave in present]
    rest = np.minimum(others, _render_one(player, _only(signal, places == BETWEEN)))
    stacked = np.stack(layers) if layers else np.empty((0, *rest.shape), np.uint8)
    return Players(present, stacked, rest, whole.image)


def _signal_of(segments: LeadSegments, player: str) -> Floats:
    if player != RHYTHM:
        lead: Floats = segments.leads[LEAD_INDEX[player]]
        return lead
    if segments.strip is None:
        raise ValueError("The drawing shows no strip.")
    return segments.strip


def _only(signal: Floats, inside: Mask) -> Floats:
    """Return a signal with gaps everywhere else; one sample more at the end, so that neighbours meet."""
    wider = inside.copy()
    wider[1:] |= inside[:-1]
    return np.where(wider, signal, np.nan).astype(np.float32)


def _render_one(player: str, signal: Floats) -> Image:
    leads = np.full((len(LEAD_INDEX), 2), np.nan, np.float32)
    if player == RHYTHM:
        return render(leads, signal, min_coverage=0.0)
    leads = np.full((len(LEAD_INDEX), signal.size), np.nan, np.float32)
    leads[LEAD_INDEX[player]] = signal
    return render(leads, None, min_coverage=0.0)
