"""The class-activation map (CAM): how much each pixel of the drawing adds to the logit of a class.

The model ends in a mean over the cells of its feature map and one linear layer, so the map needs no gradient and is
complete (Zhou et al., CVPR 2016): the mean of a class's map plus its bias is its logit.
"""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.arrays import Floats
from heartguard.drawing import RHYTHM
from heartguard.values import Box, Drawing, Prediction


def class_map(prediction: Prediction, label: str, baseline: Floats | None = None) -> Floats:
    """Return the class-activation map of one class at the size of the drawing.

    An empty drawing, the baseline, has a map too, which is not zero. The map as published includes it, so that a lead
    can be coloured for the class although its trace is evidence against it. With the baseline's map subtracted, the map
    shows what the traces add, and its mean is the logit minus the baseline's logit.

    Parameters
    ----------
    prediction : Prediction
        With its drawing.
    label : str
        Any of the model's classes.
    baseline : ndarray, shape (classes, rows, columns), float32, optional
        The class maps of the empty drawing, which are subtracted.

    Returns
    -------
    ndarray, shape (h, w), float32, logit
        Positive for the class, negative against it, enlarged bilinearly. The mean over the pixels plus the class's bias
        is still the logit (bilinear enlargement by a whole factor keeps the mean), and nothing is rescaled, so that the
        maps of several classes and pages can be compared.

    Raises
    ------
    KeyError
        If the model has no such class.
    ValueError
        If the prediction keeps no drawing.
    """
    height, width = drawing_of(prediction).image.shape
    maps = prediction.class_maps if baseline is None else prediction.class_maps - baseline
    cells = maps[class_index(prediction, label)]
    return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def class_index(prediction: Prediction, label: str) -> int:
    """Return the place of a class in the model's order; KeyError if it has none."""
    classes = list(prediction.probabilities)
    if label not in classes:
        raise KeyError(f"The model knows no class {label!r}; it knows {', '.join(classes)}.")
    return classes.index(label)


def drawing_of(prediction: Prediction) -> Drawing:
    """Return the drawing that a prediction was made from; ValueError if it was not kept."""
    if prediction.drawing is None:
        raise ValueError("The prediction keeps no drawing, so its map belongs to no lead.")
    return prediction.drawing


def lead_group_of(box: Box) -> str:
    """Return the lead group of a box: its lead, or ``"rhythm"`` for the strip."""
    return RHYTHM if box.rhythm else box.lead
