"""Drawing and Prediction: what the image model sees, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heartguard.arrays import Floats, Image
from heartguard.values.ecg import Ecg

__all__ = ["Box", "Drawing", "Finding", "Prediction", "SignalPrediction"]


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
    possible : bool
        True where it is not present, but too probable to be excluded: 95 of 100 records with it reach so much.
    """

    scp_code: str
    probability: float
    present: bool
    withdrawn: str | None = None
    possible: bool = False


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
    elsewhere : str or None
        Why label and probabilities are those of the statements and not of the ensemble, in a sentence; else None.
    not_named : str or None
        Why the most probable class is not named however probable it is, in a sentence; else None.
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
    elsewhere: str | None = None
    not_named: str | None = None

    @property
    def out_of_distribution(self) -> bool:
        """True where the drawing is out of distribution, so that the answer is not valid."""
        return self.ood_score is not None and self.ood_score > 1
