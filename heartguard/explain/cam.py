"""The class-activation map: how much each place of the drawing adds to the logit of a class.

The model ends in a mean over cells and one linear layer, so the map needs no gradient and leaves nothing out (Zhou et
al., CVPR 2016): the mean of a class's map plus its bias is its logit.
"""

from __future__ import annotations

import cv2
import numpy as np

from heartguard.drawing import RHYTHM
from heartguard.values import Box, Drawing, Floats, Prediction


def class_map(prediction: Prediction, label: str) -> Floats:
    """Return the class-activation map of one class at the size of the drawing.

    Parameters
    ----------
    prediction : Prediction
        With its drawing.
    label : str
        Any of the model's classes.

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
    cells = prediction.class_maps[class_index(prediction, label)]
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


def player_of(box: Box) -> str:
    """Return the name of a box as a player: its lead, or ``"rhythm"`` for the strip."""
    return RHYTHM if box.rhythm else box.lead


def lead_shares(prediction: Prediction, label: str) -> dict[str, float]:
    """Return each lead's share of the evidence for a class.

    Parameters
    ----------
    prediction : Prediction
        With its drawing.
    label : str

    Returns
    -------
    dict of str to float
        For the twelve leads and ``"rhythm"``: the positive part of the class map inside the lead's box over that of all
        boxes; the shares sum to 1, or are all 0 where nothing speaks for the class. A cell of the map is wider than the
        gap between rows, so some evidence of a lead falls to its neighbours.
    """
    positive = np.maximum(class_map(prediction, label), 0.0)
    sums: dict[str, float] = {}
    for box in drawing_of(prediction).boxes:
        inside = float(positive[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)].sum())
        sums[player_of(box)] = sums.get(player_of(box), 0.0) + inside
    total = sum(sums.values())
    return {player: value / total if total > 0 else 0.0 for player, value in sums.items()}
