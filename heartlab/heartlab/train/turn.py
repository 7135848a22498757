"""Fit of the weights that tell which way up a page is, on simulated pages whose turn is known.

    python -m heartlab.train.turn --cache DIR --count 150

The pages are drawn as `heartlab.train.sheets` draws them, from records of the check split.
"""

from __future__ import annotations

import argparse
import datetime
import json
import logging
from dataclasses import asdict
from pathlib import Path

import numpy as np

from heartguard.arrays import Doubles
from heartguard.page.models import TurnWeights
from heartguard.page.straight import PX_PER_MM, straighten
from heartguard.page.structure import StructureMaps, StructureNetwork, load_structure_network
from heartguard.page.turn import ACROSS, DOWN, SIDEWAYS, Turn, evidence_of_flips, evidence_of_side, turned
from heartguard.weights import models_folder
from heartlab.simulate.recorders import SimulatedSheet, simulate_sheet
from heartlab.train.sheets import FIRST_SEED
from heartlab.train.structure.records import load_pool

__all__ = ["fit_odd", "out_of_fold", "turn_of"]

log = logging.getLogger(__name__)

_RIDGE = 0.5
"""Penalty of the weights of scaled evidence; chosen by hand."""

_FOLDS = 5
"""As for the classifier."""


def turn_of(sheet: SimulatedSheet) -> Turn:
    """Return what makes the picture of a sheet upright."""
    middle = np.array([[sheet.scene.width / 2, sheet.scene.height / 2]])
    right, down = ((sheet.view.to_image(middle + step) - sheet.view.to_image(middle))[0] for step in np.eye(2))
    mirrored = bool(right[0] * down[1] - right[1] * down[0] < 0)
    if mirrored:
        right = -right
    # A picture whose x runs down was turned clockwise by one quarter, and is turned back by three.
    quarters = round(float(np.rad2deg(np.arctan2(right[1], right[0]))) / 90)
    return Turn(-quarters % 4, mirrored)


def fit_odd(evidence: Doubles) -> Doubles:
    """Fit a logistic regression without intercept to evidence of shape (n, m) that is all for the same answer."""
    weights = np.zeros(evidence.shape[1])
    for _ in range(200):
        p = 1 / (1 + np.exp(-evidence @ weights))
        slope = evidence.T @ (1 - p) - _RIDGE * weights
        curve = (evidence * (p * (1 - p))[:, None]).T @ evidence + _RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def out_of_fold(evidence: Doubles) -> Doubles:
    """Return the log-odds of each page by weights that were fitted to the other folds."""
    fold = np.arange(len(evidence)) % _FOLDS
    odds = np.zeros(len(evidence))
    for k in range(_FOLDS):
        odds[fold == k] = evidence[fold == k] @ fit_odd(evidence[fold != k])
    return odds


def _evidence(network: StructureNetwork, sheet: SimulatedSheet) -> tuple[Doubles, tuple[Doubles, Doubles] | None]:
    """Return the evidence on a page once it is upright."""
    turn = turn_of(sheet)
    image = turned(sheet.draw().image, turn)
    maps: StructureMaps = network.maps(image)
    side = evidence_of_side(maps.of("trace"), np.maximum(maps.of("print"), maps.of("name")))
    straight = straighten(image, maps, network.maps)
    if straight is None:
        return side, None
    return side, evidence_of_flips(straight.shares, straight.rows, PX_PER_MM)


def main() -> int:
    """Draw pages, fit, and write ``turn.json`` into the models folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder of the records, outside of the repository")
    parser.add_argument("--count", type=int, default=150)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    pool, network = load_pool("check", args.cache), load_structure_network(models_folder())
    sides, flips = [], []
    for seed in range(FIRST_SEED - args.count, FIRST_SEED):
        sheet = simulate_sheet(pool.draw(seed), seed)
        if not sheet.scene.pieces:
            continue
        side, flip = _evidence(network, sheet)
        sides.append(side)
        if flip is not None:
            flips.append(flip)
    found = []
    for names, evidence in (
        (SIDEWAYS, np.array(sides)),
        (ACROSS, np.array([across for across, _ in flips])),
        (DOWN, np.array([down for _, down in flips])),
    ):
        odds, weights = out_of_fold(evidence), fit_odd(evidence)
        found.append(tuple(round(float(weight), 3) for weight in weights))
        log.info(
            "%s: right %.3f of %d, surely wrong %.3f",
            dict(zip(names, found[-1], strict=True)),
            np.mean(odds > 0),
            len(odds),
            np.mean(odds < -2),
        )
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    told = TurnWeights(found[0], found[1], found[2], f"{len(sides)} simulated pages", today)
    (models_folder() / "turn.json").write_text(json.dumps(asdict(told), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
