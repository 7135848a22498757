"""What networks, trees, measurements and rules say of an ECG, worked out once and kept.

Heads and thresholds are fitted to it and judged by it without running a network again. One JSON object a line, so that
a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from heartguard.arrays import Floats
from heartguard.classify.signal_network import stacked_signals
from heartguard.classify.wave_features import wave_features
from heartguard.drawing import draw, segment_leads
from heartguard.measure import measure
from heartguard.models import Models
from heartguard.statements import Case, Statement, Statements, state
from heartguard.values import Ecg, Measurements

__all__ = ["EcgOutputs", "kept_outputs", "outputs_of"]

_DIGITS = 5
"""Digits after the point that are kept of logits and waves: float32 has seven in all."""


@dataclass(frozen=True)
class EcgOutputs:
    """What is said of one ECG before anything is joined.

    Attributes
    ----------
    name : str
        Record or page.
    drawing_classes, drawing_statements : list of float
        Logits of VGG16.
    tree_classes : list of float
        Logits of the trees.
    signal_classes, signal_statements : list of float
        Logits of the 1-D networks.
    novelty : float
        Out-of-distribution score of the drawing over its threshold.
    waves : list of float
        Features of the trees; NaN where not measured.
    measured : dict of str to float or None
        The single numbers among the measurements.
    stated : list of (str, str, list of str)
        Code, sentence and names of the values of each statement of the rules.
    """

    name: str
    drawing_classes: list[float]
    drawing_statements: list[float]
    tree_classes: list[float]
    signal_classes: list[float]
    signal_statements: list[float]
    novelty: float
    waves: list[float]
    measured: dict[str, float | None]
    stated: list[tuple[str, str, list[str]]]

    @property
    def measurements(self) -> Measurements:
        """The measurements, without beats and leads."""
        return Measurements(**self.measured)  # type: ignore[arg-type]

    @property
    def statements(self) -> Statements:
        """The statements of the rules; of their values only the names are kept."""
        return Statements(tuple(Statement(code, text, dict.fromkeys(named, 0.0)) for code, text, named in self.stated))


def outputs_of(name: str, ecg: Ecg, models: Models) -> EcgOutputs:
    """Run all models, measurements and rules on an ECG.

    Raises
    ------
    ValueError
        If VGG16 has no findings, or no detector of drawings unlike those that it knows.
    """
    segments = segment_leads(ecg)
    drawing = models.vgg16.predict(draw(segments).image[None])
    if drawing.finding_logits is None or drawing.ood_scores is None:
        raise ValueError("The image model has no findings or no novelty score: train them first.")
    waves, (classes, said) = wave_features(segments), models.signal.networks.logits(stacked_signals(segments))
    measured = measure(ecg)
    given = state(Case(measured, ecg)).given
    return EcgOutputs(
        name=name,
        drawing_classes=_rounded(drawing.logits[0]),
        drawing_statements=_rounded(drawing.finding_logits[0]),
        tree_classes=_rounded(models.signal.forest.logits(waves)),
        signal_classes=_rounded(classes),
        signal_statements=_rounded(said),
        novelty=round(float(drawing.ood_scores[0]), _DIGITS),
        waves=_rounded(waves),
        measured=_numbers(measured),
        stated=[(one.code, one.text, sorted(one.values)) for one in given],
    )


def kept_outputs(
    path: Path, names: Sequence[str], ecg_of: Callable[[str], Ecg], models: Models
) -> Iterator[EcgOutputs]:
    """Yield the outputs of ECGs in the order of `names`; those that the file lacks are worked out and added to it.

    Parameters
    ----------
    path : Path
        One JSON object a line.
    names : sequence of str
    ecg_of : callable
        Returns the ECG of a name; called only for those that the file lacks.
    models : Models
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    known = {one["name"]: one for one in map(json.loads, lines)}
    with path.open("a", encoding="utf-8") as file:
        for name in tqdm(names, path.stem):
            if name not in known:
                known[name] = asdict(outputs_of(name, ecg_of(name), models))
                file.write(json.dumps(known[name]) + "\n")
                file.flush()
            yield EcgOutputs(**known[name])


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), _DIGITS) for value in np.asarray(values)]


def _numbers(measured: Measurements) -> dict[str, Any]:
    """Return the fields of measurements that are one number, or were not measured."""
    values = {one.name: getattr(measured, one.name) for one in fields(measured)}
    return {
        name: None if value is None else round(float(value), _DIGITS)
        for name, value in values.items()
        if value is None or isinstance(value, int | float)
    }
