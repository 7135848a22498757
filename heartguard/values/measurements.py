"""Measurements: rate, intervals, axes and waves, None where one is not reliable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from heartguard.arrays import Doubles, Mask
from heartguard.wave_marks import Beats

__all__ = ["LeadWaves", "Measurements"]


@dataclass(frozen=True)
class LeadWaves:
    """The waves of one lead's median beat; None where a wave is not there or not known.

    Attributes
    ----------
    p_mv, q_mv, r_mv, s_mv, r2_mv, t_mv : float or None
        Greatest height over the level before the QRS complex, with its sign; ``r2`` is R'. Without R all is ``q``.
    p_ms, q_ms, r_ms, s_ms, r2_ms, t_ms : float or None
        Length: of P and T where they are higher than a tenth of their height.
    j_mv, st60_mv, st80_mv : float or None
        ST segment at the end of the QRS complex, and 60 and 80 ms later.
    st_slope_mv_per_s : float or None
        Rise from J to 80 ms after it.
    beats : int
        How many beats the median beat was made of in this lead.
    """

    p_mv: float | None = None
    p_ms: float | None = None
    q_mv: float | None = None
    q_ms: float | None = None
    r_mv: float | None = None
    r_ms: float | None = None
    s_mv: float | None = None
    s_ms: float | None = None
    r2_mv: float | None = None
    r2_ms: float | None = None
    t_mv: float | None = None
    t_ms: float | None = None
    j_mv: float | None = None
    st60_mv: float | None = None
    st80_mv: float | None = None
    st_slope_mv_per_s: float | None = None
    beats: int = 0


@dataclass(frozen=True, eq=False)
class Measurements:
    """Measurements of an Ecg; None where one is not reliable, with the reason in `missing_reasons`.

    Attributes
    ----------
    heart_rate_bpm, rr_ms : float or None
        60 s over the mean RR interval, and that interval.
    least_rate_bpm, greatest_rate_bpm : float or None
        60 s over the longest and over the shortest RR interval.
    p_ms, pr_ms, qrs_ms, qt_ms : float or None
        Global: over all leads.
    qtc_ms, qtc_fridericia_ms, qtc_framingham_ms, qtc_hodges_ms : float or None
        QT corrected for the rate; ``qtc_ms`` is Bazett's.
    axis_deg, p_axis_deg, t_axis_deg : float or None
        Frontal axes of QRS, P and T, in (-180, 180].
    sokolow_lyon_mv, cornell_mv, r_avl_mv : float or None
        Voltages of left ventricular hypertrophy.
    rr_variation : float or None
        Coefficient of variation of the RR intervals.
    beats_s : ndarray, shape (n,), float64
        R peaks on the axis of the Ecg, seconds.
    dominant : ndarray, shape (n,), bool
        Which beats are of the prevailing shape; the waves were measured on their median beat.
    spikes_s : ndarray, shape (m,), float64
        Pacing spikes, seconds.
    fiducials_s : mapping of str to float
        ``p_on``, ``p_off``, ``qrs_on``, ``qrs_off``, ``t_off`` of the median beat, seconds from its R peak.
    leads : mapping of str to LeadWaves
        By lead, where the median beat shows its QRS complex.
    uncertainty : mapping of str to float
        By field, the half-width of the interval that 95 % of the errors on pages read were within, in its unit;
        ``wave_mv`` and ``st_mv`` for the heights of `leads`.
    beats : Beats
        Every beat with its kind and the marks of its waves, and the median beat of each lead.
    einthoven_residual_mv : float or None
        Root mean square of II - I - III and aVR + aVL + aVF over the samples where they are all traced.
    missing_reasons : mapping of str to str
        For each None, the sentence that says why.
    """

    heart_rate_bpm: float | None = None
    rr_ms: float | None = None
    least_rate_bpm: float | None = None
    greatest_rate_bpm: float | None = None
    p_ms: float | None = None
    pr_ms: float | None = None
    qrs_ms: float | None = None
    qt_ms: float | None = None
    qtc_ms: float | None = None
    qtc_fridericia_ms: float | None = None
    qtc_framingham_ms: float | None = None
    qtc_hodges_ms: float | None = None
    axis_deg: float | None = None
    p_axis_deg: float | None = None
    t_axis_deg: float | None = None
    sokolow_lyon_mv: float | None = None
    cornell_mv: float | None = None
    r_avl_mv: float | None = None
    rr_variation: float | None = None
    beats_s: Doubles = field(default_factory=lambda: np.empty(0))
    dominant: Mask = field(default_factory=lambda: np.empty(0, dtype=bool))
    spikes_s: Doubles = field(default_factory=lambda: np.empty(0))
    fiducials_s: Mapping[str, float] = field(default_factory=dict)
    leads: Mapping[str, LeadWaves] = field(default_factory=dict)
    uncertainty: Mapping[str, float] = field(default_factory=dict)
    beats: Beats = field(default_factory=Beats)
    einthoven_residual_mv: float | None = None
    missing_reasons: Mapping[str, str] = field(default_factory=dict)
