"""The study of one heart: its R peaks, then rhythm, median beat and fiducials. Measurements and features rest on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from heartguard.arrays import Doubles, Indices, Mask
from heartguard.measure.axis import frontal_axis
from heartguard.measure.beats import detect_beats, stand_out
from heartguard.measure.intervals import Fiducials, find_fiducials
from heartguard.measure.median_beat import MedianBeat, align_beats, drop_artefacts, likeness, median_beat, usual_beats
from heartguard.measure.rhythm import Rhythm, rhythm_of

__all__ = ["BeatStudy", "RPeaks", "find_r_peaks", "study_beats"]


class RPeaks(NamedTuple):
    """The beats of a page.

    Attributes
    ----------
    beats : ndarray, shape (n,), int64
        R peaks, samples, artefacts dropped.
    contrast : float
        Median QRS energy of the beats over the 95th percentile between them: about 1 in noise, 0 without beats.
    """

    beats: Indices
    contrast: float


@dataclass(frozen=True, eq=False)
class BeatStudy:
    """What the beats of a page show together.

    Attributes
    ----------
    beats : ndarray, shape (n,), int64, n > 1
        R peaks, samples.
    rhythm : Rhythm
    template_correlation : ndarray, shape (n,)
        Of each beat's QRS complex with the median QRS complex of its leads.
    dominant : ndarray, shape (n,), bool
        The beats of the prevailing morphology, of which the median beat is made.
    median : MedianBeat
    fiducials : Fiducials
    """

    beats: Indices
    rhythm: Rhythm
    template_correlation: Doubles
    dominant: Mask
    median: MedianBeat
    fiducials: Fiducials

    @property
    def axis_deg(self) -> float | None:
        """Frontal QRS axis, degrees; None where it is undefined or the QRS complex has no clear borders."""
        on, off = self.fiducials.qrs_on, self.fiducials.qrs_off
        return None if on is None or off is None else frontal_axis(self.median.waves, on, off)


def find_r_peaks(signals: Doubles, rhythm_lead: str | None = None) -> RPeaks:
    """Find the R peaks of a page.

    Parameters
    ----------
    signals : ndarray, shape (12 or more, T), mV
        From `bridge_gaps`; the twelve leads, and what else shows the same heart at the same time.
    rhythm_lead : str, optional
        The lead whose greatest deflection is called the R peak; by default all leads' joint deflection.
    """
    beats, detection = detect_beats(signals)
    if beats.size == 0:
        return RPeaks(beats, 0.0)
    contrast = stand_out(beats, detection)
    return RPeaks(drop_artefacts(signals, align_beats(signals, beats, rhythm_lead), detection), contrast)


def study_beats(signals: Doubles, beats: Indices, seams: tuple[int, ...] = ()) -> BeatStudy:
    """Measure the rhythm of at least two beats, and their median beat with its fiducials.

    Parameters
    ----------
    signals : ndarray, shape (12 or more, T), mV
        From `bridge_gaps`.
    beats : ndarray, shape (n,), int64, n > 1
        From `find_r_peaks`.
    seams : tuple of int
        Samples at which the page may leap in time, as `Ecg.seams` gives them.
    """
    rhythm, correlation = rhythm_of(beats, seams), likeness(signals, beats)
    dominant = usual_beats(beats, correlation)
    median = median_beat(signals, beats[dominant])
    fiducials = find_fiducials(median, rhythm.rr_ms / 1000, rhythm.rr_variation)
    return BeatStudy(beats, rhythm, correlation, dominant, median, fiducials)
