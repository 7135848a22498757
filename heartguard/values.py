"""The frozen values of the stages of a reading: Upload, Page, Ecg, Measurements, Drawing, Prediction, Reading.

Pixel coordinates are (x, y), x to the right, y down, with the centre of the first pixel at (0, 0). Time is in seconds
on the page's axis, which begins at 0 and has 10 s or more; voltage in mV. Arrays are not to be changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.leads import (
    GAINS_MM_PER_MV,
    LEAD_INDEX,
    LEADS,
    ORDERS,
    ROWS,
    SAMPLING_RATE_HZ,
    SHAPES,
    SPEEDS_MM_PER_S,
    Layout,
    axis_samples,
)
from heartguard.printed import lead_named
from heartguard.warning import Warning
from heartguard.wave_marks import Beats

ScaleSource = Literal["grid", "pulse", "layout"]


@dataclass(frozen=True, eq=False)
class RecordedSignals:
    """Ten seconds of the leads of a file that holds signals.

    Attributes
    ----------
    leads : mapping of str to ndarray, shape (5000,), float32, mV
        By name at 500 Hz, those of the twelve first; NaN where samples are lost.
    format : str
        Name of the file's format, for a sentence.
    rate_hz : float
        Sampling rate in the file.
    start_s : float
        Where these 10 s begin in the recording, seconds.
    units_known : bool
        False where the file does not state the size of its steps.
    computed : tuple of str
        Limb leads that are not in the file but were computed from I and II.
    """

    leads: Mapping[str, Floats]
    format: str
    rate_hz: float
    start_s: float = 0.0
    units_known: bool = True
    computed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Upload:
    """One decoded page of a file.

    Attributes
    ----------
    name : str
        File name as given, without folders.
    sha256 : str
        Digest of the bytes and the page number: the key of every cache.
    kind : str
        ``"png"``, ``"jpeg"``, ``"pdf"``, ``"dicom"``, ``"wfdb"`` and so on, found from the content: a key of
        `heartguard.intake.detect.KIND_NAMES`.
    image : ndarray, shape (H, W, 3), uint8, RGB
        Upright by its EXIF orientation, transparency on white.
    page, pages : int
        Page number, from 0, and how many pages the file has.
    warnings : tuple of Warning
        How the picture was converted (scaled down, 16 bit, and so on).
    signals : RecordedSignals or None
        What a file with signals holds; `image` is then a sheet that shows them.
    """

    name: str
    sha256: str
    kind: str
    image: Image
    page: int = 0
    pages: int = 1
    warnings: tuple[Warning, ...] = ()
    signals: RecordedSignals | None = None


@dataclass(frozen=True)
class Panel:
    """The position of one segment of one lead on the straight page.

    Attributes
    ----------
    lead : str
    row : int
        Trace row, from the top.
    x0, x1 : float
        First and last column of the segment, page pixels.
    baseline_y : float
        Height of 0 mV, page pixels.
    start_s, end_s : float
        The part of the page's axis that it shows, seconds.
    rhythm : bool
        True for a full-length rhythm strip.
    inverted : bool
        True where the lead is drawn upside down, as aVR in Cabrera's order; signals are turned back.
    gain_mm_per_mv : float or None
        Where it is another than the page's: some recorders draw chest leads at half the gain.
    by_hand : bool
        Whether a doctor named the lead.
    """

    lead: str
    row: int
    x0: float
    x1: float
    baseline_y: float
    start_s: float
    end_s: float
    rhythm: bool = False
    inverted: bool = False
    gain_mm_per_mv: float | None = None
    by_hand: bool = False

    @property
    def label(self) -> str:
        """The lead as it is drawn, such as ``-aVR``."""
        return f"-{self.lead}" if self.inverted else self.lead


@dataclass(frozen=True)
class Corrections:
    """Settings made by hand; None where HeartGuard decides.

    Attributes
    ----------
    quarter_turns : int
        How often the picture is turned by 90 degrees, clockwise.
    corners : four (x, y), or None
        Corners of the paper in pixels of the turned picture, in any order; the rest of the picture is cut away.
    layout : str or None
        One of `heartguard.leads.SHAPES`, or `heartguard.leads.ROWS`.
    lead_order : str or None
        Of the limb leads: key of `heartguard.leads.ORDERS`.
    speed_mm_per_s : float or None
        25 or 50.
    gain_mm_per_mv : float or None
        5, 10 or 20.
    mirrored : bool or None
        Whether left and right are exchanged, after the turn.
    leads : tuple of (str, str)
        Panels by what they are called (see `heartguard.panel_names`), and the lead that each is.

    Raises
    ------
    ValueError
        For a layout, order, speed, gain or lead that is none of these.
    """

    quarter_turns: int = 0
    corners: tuple[tuple[float, float], ...] | None = None
    layout: str | None = None
    lead_order: str | None = None
    speed_mm_per_s: float | None = None
    gain_mm_per_mv: float | None = None
    mirrored: bool | None = None
    leads: tuple[tuple[str, str], ...] = ()

    @property
    def turned(self) -> bool:
        """Whether it was set which way up the picture is."""
        return bool(self.quarter_turns % 4) or self.mirrored is not None

    def __post_init__(self) -> None:
        for name, value, known in (
            ("layout", self.layout, (*SHAPES, ROWS)),
            ("order of the leads", self.lead_order, tuple(ORDERS)),
            ("paper speed", self.speed_mm_per_s, SPEEDS_MM_PER_S),
            ("gain", self.gain_mm_per_mv, GAINS_MM_PER_MV),
        ):
            if value is not None and value not in known:
                raise ValueError(f"The {name} {value!r} is not known; expected one of {known}.")
        for _, lead in self.leads:
            if lead_named(lead) != lead:
                raise ValueError(f"The lead {lead!r} is not known; expected one such as V1, aVR, -aVR, V4R.")


@dataclass(frozen=True)
class HandSetting:
    """One setting made by hand, beside what had been found.

    Attributes
    ----------
    field : str
        A field of `Corrections`.
    given : object
        Its value there.
    found : object
        What HeartGuard had found; None where that is not known.

    Examples
    --------
    >>> HandSetting("gain_mm_per_mv", 5.0, 10.0).text
    'gain 5 mm/mV (found: 10 mm/mV)'
    >>> HandSetting("layout", "6x2", None).text
    'arrangement 6x2'
    """

    field: str
    given: object
    found: object = None

    @property
    def text(self) -> str:
        """The setting in words."""
        name, write = _SETTINGS[self.field]
        beside = "" if self.found is None else f" (found: {write(self.found)})"
        return f"{name} {write(self.given)}{beside}".rstrip()


_SETTINGS: Mapping[str, tuple[str, Callable[[object], str]]] = {
    "quarter_turns": ("turned by", lambda turns: f"{90 * int(str(turns))} degrees"),
    "mirrored": ("left and right", lambda mirrored: "exchanged" if mirrored else "as they are"),
    "corners": ("corners of the paper", lambda _corners: ""),
    "layout": ("arrangement", lambda shape: "with each row a lead of its own" if shape == ROWS else str(shape)),
    "lead_order": ("order of the limb leads", str),
    "speed_mm_per_s": ("paper speed", lambda speed: f"{speed:g} mm/s"),
    "gain_mm_per_mv": ("gain", lambda gain: f"{gain:g} mm/mV"),
    "leads": ("lead names", lambda leads: ", ".join(f"{lead} for {name}" for name, lead in _pairs(leads))),
}
"""Name of each field of `Corrections`, and how its value is written."""


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return value if isinstance(value, tuple) else ()


NO_CORRECTIONS = Corrections()
"""Everything is decided by HeartGuard."""


@dataclass(frozen=True, eq=False)
class DisplacementField:
    """The folds and curls of a page that remain after its homography: displacements in both directions (dewarping).

    Attributes
    ----------
    step : float
        Distance between the nodes of both fields, page pixels; the first node is the page's first pixel.
    forward : ndarray, shape (rows, columns, 2), float32, page pixels
        Added to a position that has only the homography applied, it gives the position on the flat page.
    inverse : ndarray, shape (rows, columns, 2), float32, page pixels
        Added to a position on the flat page, it gives the position that has only the homography applied.
    """

    step: float
    forward: Floats
    inverse: Floats


@dataclass(frozen=True, eq=False)
class Page:
    """A straightened page with its scale, its ink and the positions of its leads.

    Attributes
    ----------
    upload : Upload
    image : ndarray, shape (h, w, 3), uint8, RGB
        The straight page.
    to_page : ndarray, shape (3, 3), float64
        Homography from upload pixels to page pixels (homogeneous column vectors); on a flat page the whole mapping.
    ink : ndarray, shape (h, w), float32, 0 to 1
        Fraction of each pixel that is trace ink; grid, separators and lead names are removed as far as found.
    px_per_mm : float
        Scale of the straight page.
    scale_source : {"grid", "pulse", "layout"}
        The source of the scale, best first.
    layout : Layout
    panels : tuple of Panel
    quality : float, 0 to 1
        How well layout and scale agree with each other.
    speed_mm_per_s, gain_mm_per_mv : float
    paper_speed_mm_per_s : float
        Speed of the paper when it was recorded; a page at 50 mm/s is compressed along x to `speed_mm_per_s`.
    tilt_deg : float
        Rotation that was undone, positive clockwise.
    warnings : tuple of Warning
        Assumptions, parts that were not found, and parts that may be wrong.
    bend : DisplacementField or None
        Correction of folds and curls beyond the homography; None on a flat page.
    evidence : mapping of str to float
        What `heartguard.quality` tells the quality from.
    """

    upload: Upload
    image: Image
    to_page: Doubles
    ink: Floats
    px_per_mm: float
    scale_source: ScaleSource
    layout: Layout
    panels: tuple[Panel, ...]
    quality: float
    speed_mm_per_s: float = 25.0
    gain_mm_per_mv: float = 10.0
    paper_speed_mm_per_s: float = 25.0
    tilt_deg: float = 0.0
    warnings: tuple[Warning, ...] = ()
    bend: DisplacementField | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)

    def on_page(self, points: Doubles) -> Doubles:
        """Map points of the upload, shape (n, 2), to the page."""
        rough = _apply(self.to_page, points)
        return rough if self.bend is None else rough + _sample(self.bend.forward, rough / self.bend.step)

    def on_upload(self, points: Doubles) -> Doubles:
        """Map points of the page, shape (n, 2), to the upload: the inverse of `on_page`."""
        rough = points if self.bend is None else points + _sample(self.bend.inverse, points / self.bend.step)
        return _apply(np.asarray(np.linalg.inv(self.to_page), np.float64), rough)

    @property
    def samples(self) -> int:
        """Samples of its time axis at 500 Hz: 5000 for 10 s, or those of all the seconds of a longer page."""
        return axis_samples(max(panel.end_s for panel in self.panels))

    @property
    def px_per_s(self) -> float:
        """Page pixels for one second."""
        return self.px_per_mm * self.speed_mm_per_s

    @property
    def px_per_mv(self) -> float:
        """Page pixels for one millivolt."""
        return self.px_per_mm * self.gain_mm_per_mv


def _apply(homography: Doubles, points: Doubles) -> Doubles:
    mapped = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def _sample(field: Floats, places: Doubles) -> Doubles:
    """Interpolate a field bilinearly between its nodes; outside, the values at its edge are used."""
    last = np.array(field.shape[1::-1]) - 1
    inside = np.clip(places, 0, last)
    first = np.minimum(inside.astype(int), last - 1)
    (u, v), (x, y) = (inside - first).T[..., None], first.T
    upper = field[y, x] * (1 - u) + field[y, x + 1] * u
    lower = field[y + 1, x] * (1 - u) + field[y + 1, x + 1] * u
    return np.asarray(upper * (1 - v) + lower * v, np.float64)


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
    beats: Beats = field(default_factory=Beats)
    einthoven_residual_mv: float | None = None
    missing_reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Box:
    """The position of one lead segment in the canonical drawing, in drawing pixels and seconds."""

    lead: str
    x0: float
    x1: float
    y0: float
    y1: float
    baseline_y: float
    start_s: float
    end_s: float
    rhythm: bool = False


@dataclass(frozen=True, eq=False)
class Drawing:
    """The canonical drawing that the network sees.

    Attributes
    ----------
    image : ndarray, shape (h, w), uint8
        Black trace (0) on white (255).
    boxes : tuple of Box
        One for each lead's segment and one for each part of the rhythm strip.
    version : str
        Changes whenever the same Ecg would be drawn differently.
    """

    image: Image
    boxes: tuple[Box, ...]
    version: str
    ecg: Ecg | None = None


@dataclass(frozen=True)
class Finding:
    """A supporting finding beside the class.

    Attributes
    ----------
    scp_code : str
        Its SCP-ECG statement as in PTB-XL, ``group:CODE``, such as ``rhythm:AFIB``.
    probability : float
    present : bool
        True where the probability reaches the finding's threshold; a sinus rhythm is not present beside atrial
        fibrillation.
    withdrawn : str or None
        Why a finding whose probability reaches its threshold is not present after all: what was measured against it.
    """

    scp_code: str
    probability: float
    present: bool
    withdrawn: str | None = None


@dataclass(frozen=True)
class SignalPrediction:
    """The answer of the signal model, whose input is the signals and not the drawing.

    Attributes
    ----------
    label : str
        Its most probable class.
    probabilities : mapping of str to float
        Calibrated, summing to 1, in the model's class order.
    agrees : bool
        True where `label` is the network's too.
    model : str
        Identity of the signal model.
    """

    label: str
    probabilities: Mapping[str, float]
    agrees: bool
    model: str


@dataclass(frozen=True, eq=False)
class Prediction:
    """The four-class answer.

    Attributes
    ----------
    label : str
        The most probable class, also when `abstained` is True.
    abstained : bool
        True when the greatest probability is below the model's threshold, or the class is Normal and what was
        measured does not allow it.
    probabilities : mapping of str to float
        Calibrated, summing to 1, in the model's class order.
    class_maps : ndarray, shape (classes, rows, columns), float32
        Exact class-activation maps: the mean over the cells plus `bias` is the logit of each class.
    bias : ndarray, shape (classes,), float32
    temperature : float
        Divides the logits before the softmax.
    model : str
        Identity of the model: name and the start of its weights' sha256.
    prediction_set : tuple of str, or None
        The conformal prediction set: classes that cannot be ruled out, the most probable first. May be empty; None
        where the model has no thresholds for it.
    coverage : float
        Share of the calibration pages of each class whose prediction set contained that class.
    findings : tuple of Finding
        The most probable first; empty where the model has none.
    signal_model : SignalPrediction or None
        None where there is no signal model, or no beats can be measured.
    cnn_probabilities : mapping of str to float, or None
        VGG16's own probabilities where `probabilities` are those of the ensemble; else None.
    withheld : str or None
        Why no class is given at all, in a sentence; `label` and `probabilities` are then not to be shown.
    ood_score : float or None
        Out-of-distribution score of the drawing, divided by the model's threshold: 99 of 100 training pages are
        below 1. None where the model has no detector.
    why_not_normal : tuple of str
        What does not allow the class Normal, a sentence each with its value and its limit; empty where nothing does,
        and where the most probable class is another.
    no_sign : str or None
        That an infarction is named although no measured wave shows one, as a sentence.
    """

    label: str
    abstained: bool
    probabilities: Mapping[str, float]
    class_maps: Floats
    bias: Floats
    temperature: float
    model: str
    drawing: Drawing | None = None
    prediction_set: tuple[str, ...] | None = None
    coverage: float = 0.9
    findings: tuple[Finding, ...] = ()
    signal_model: SignalPrediction | None = None
    cnn_probabilities: Mapping[str, float] | None = None
    ood_score: float | None = None
    withheld: str | None = None
    why_not_normal: tuple[str, ...] = ()
    no_sign: str | None = None

    @property
    def out_of_distribution(self) -> bool:
        """True where the drawing is out of distribution, so that the answer is not valid."""
        return self.ood_score is not None and self.ood_score > 1


@dataclass(frozen=True, eq=False)
class Reading:
    """The complete result of reading one page.

    Attributes
    ----------
    quality : float, 0 to 1
        Quality of the tracing, page and leads together.
    timings_ms : mapping of str to float
        Per stage: intake, page, trace, measure, classify, and their total.
    warnings : tuple of Warning
        Uncertainties, most important first, then notes on processing steps.
    models : mapping of str to str
        Identity of every network that was used, by its role.
    corrections : Corrections
        What was set by hand.
    found : mapping of str to object
        What had been found before, by the fields of `corrections`; empty where the page was not read without them.
    part, parts : int
        Which of the ECGs on its page it is, from 0 at the top, and how many there are.
    sheets : tuple of (str, int)
        File name and page number, from 0, of every page that it was read from; several where pages belong together.
    """

    upload: Upload
    page: Page
    ecg: Ecg
    measurements: Measurements
    prediction: Prediction
    quality: float
    timings_ms: Mapping[str, float]
    warnings: tuple[Warning, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    corrections: Corrections = NO_CORRECTIONS
    found: Mapping[str, object] = field(default_factory=dict)
    part: int = 0
    parts: int = 1
    sheets: tuple[tuple[str, int], ...] = ()

    @property
    def drawing(self) -> Drawing | None:
        """The drawing that the prediction was made from."""
        return self.prediction.drawing

    @property
    def by_hand(self) -> tuple[HandSetting, ...]:
        """Each setting that was made by hand."""
        by_hand = filter(self._is_by_hand, _SETTINGS)
        return tuple(HandSetting(name, getattr(self.corrections, name), self.found.get(name)) for name in by_hand)

    def _is_by_hand(self, name: str) -> bool:
        """Return whether a field was set: the turn was too where a picture that had been turned is to stay as it is."""
        value, found = getattr(self.corrections, name), self.found.get(name)
        if name == "quarter_turns" and self.corrections.turned and found not in (None, value):
            return True
        if name == "mirrored":
            return value not in (None, found)
        return bool(value != getattr(NO_CORRECTIONS, name))
