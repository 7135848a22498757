"""``heartlab train findings``: a second linear head on the network, for the statements of PTB-XL."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Image, Mask
from heartguard.classify import FindingSpec, load_spec, save_spec, write_weights
from heartguard.drawing import DRAWING_VERSION
from heartlab.data.datasets import open_signals
from heartlab.data.kept import kept_array
from heartlab.metrics.classification import auroc
from heartlab.metrics.folds import out_of_fold
from heartlab.train.augmentation import Strength, augmented_drawing, random_stretches
from heartlab.train.device import device
from heartlab.train.signal_drawings import SignalSet, load_signal_set
from heartlab.train.vgg16.features import pooled_features, trained_blocks
from heartlab.train.vgg16.heads import Penalty, feature_scale, minimise

log = logging.getLogger(__name__)

REPORTED = (
    "rhythm:AFIB",
    "rhythm:SBRAD",
    "rhythm:STACH",
    "form:PVC",
    "form:STD",
    "sub:AMI",
    "sub:AVB",
    "sub:CLBBB",
    "sub:CRBBB",
    "sub:IMI",
    "sub:LAFB/LPFB",
    "sub:LVH",
)
"""Statements that the app may show; the others are fitted and measured beside them."""

SPECIFICITY = 0.98
"""Specificity at which the thresholds are set: few false findings beside the class. Chosen by hand."""

LEAST_AUROC = 0.85
"""Findings with a smaller AUROC are not reported; chosen by hand."""


@dataclass(frozen=True)
class FindingRecipe:
    """Settings of the findings' head.

    Attributes
    ----------
    copies : int
        Augmented drawings of each record.
    ridge : float
        Weight of the squared coefficients, on standardised features.
    """

    copies: int = 3
    ridge: float = 0.3
    iterations: int = 60
    seed: int = 5


@dataclass(frozen=True, eq=False)
class FindingBank:
    """Pooled features of drawings, shape (copies, records, 13, 1024), targets (records, names) and folds (records,)."""

    copies: list[Floats]
    names: tuple[str, ...]
    targets: Floats
    folds: NDArray[np.int64]


def run(args: argparse.Namespace) -> int:
    """Fit the head, choose thresholds out of fold, and write weights and spec; return the exit status."""
    import torch

    torch.set_num_threads(args.threads)
    recipe = FindingRecipe()
    bank = build_finding_bank(args.cache, load_signal_set(args.cache), recipe)

    def answer(known: Mask, asked: Mask) -> Doubles:
        kernel, bias = fit_findings(bank, np.flatnonzero(known), recipe)
        return (np.tensordot(bank.copies[0][asked], kernel, axes=2) + bias).astype(np.float64)

    scores = out_of_fold(bank.folds, answer)
    areas = {name: auroc(bank.targets[:, k] == 1, scores[:, k]) for k, name in enumerate(bank.names)}
    kernel, bias = fit_findings(bank, np.arange(len(bank.folds)), recipe)
    _ship(args, bank, (kernel, bias), (areas, scores), recipe)
    return 0


def build_finding_bank(cache: Path, data: SignalSet, recipe: FindingRecipe) -> FindingBank:
    """Work out, or read, the features of the PTB-XL records that may be trained on."""
    rows = np.flatnonzero(np.isfinite(data.tags).all(axis=1))
    pretrained = cache / "pretrained.pt"
    key = hashlib.sha256(pretrained.read_bytes() + rows.tobytes() + DRAWING_VERSION.encode()).hexdigest()

    def features(number: int) -> Floats:
        return pooled_features(trained_blocks(pretrained), np.stack(list(_drawings(data, rows, recipe.seed, number))))

    paths = [cache / f"findings-{key[:12]}-{number}.npy" for number in range(recipe.copies)]
    copies = [kept_array(path, partial(features, number)) for number, path in enumerate(paths)]
    folds = open_signals()["strat_fold"].to_numpy()[rows].astype(np.int64) % 5
    return FindingBank(copies, data.tag_names, data.tags[rows], folds)


def _drawings(data: SignalSet, rows: NDArray[np.int64], seed: int, number: int) -> Iterator[Image]:
    for row in rows:
        rng = np.random.default_rng((seed, number, int(row)))
        stretches = random_stretches(data.signals[row].astype(np.float32), rng)
        yield augmented_drawing(stretches, rng, Strength(drop_lead=0.05, drop_strip=0.05))[0]


def fit_findings(bank: FindingBank, rows: NDArray[np.int64], recipe: FindingRecipe) -> tuple[Floats, Floats]:
    """Fit ridge-penalised logistic regressions, one a statement.

    Returns
    -------
    kernel : ndarray, shape (13, 1024, names), float32
    bias : ndarray, shape (names,), float32
    """
    import torch
    from torch.nn import functional as f

    mean, scale = feature_scale(bank.copies[0][rows])
    scaled_copies = [((copy[rows] - mean) / scale).reshape(len(rows), -1) for copy in bank.copies]
    x = torch.from_numpy(np.concatenate(scaled_copies)).to(device())
    y = torch.from_numpy(np.tile(bank.targets[rows], (len(bank.copies), 1))).to(x.device)

    def loss_of(logits: torch.Tensor) -> torch.Tensor:
        return f.binary_cross_entropy_with_logits(logits, y, reduction="none").mean(0).sum()

    kernel, bias = minimise(x, y.shape[1], loss_of, Penalty(recipe.ridge, recipe.iterations))
    scaled = kernel.reshape((*scale.shape, -1)) / scale[..., None]
    shift = bias - np.tensordot(mean, scaled, axes=2)
    return scaled.astype(np.float32), shift.astype(np.float32)


def threshold_at(specificity: float, negative_scores: Doubles) -> float:
    """Return the probability that a share of `specificity` of the records without a statement stay under."""
    return float(1 / (1 + np.exp(-np.quantile(negative_scores, specificity))))


def _ship(
    args: argparse.Namespace,
    bank: FindingBank,
    head: tuple[Floats, Floats],
    measured: tuple[dict[str, float], Doubles],
    recipe: FindingRecipe,
) -> None:
    areas, scores = measured
    kernel, bias = head
    home: Path = args.out
    level4, level5 = np.split(kernel, 2, axis=1)
    weights = {"head/level4": level4, "head/level5": level5, "head/bias": bias}
    digest = write_weights(weights, home / "findings.npz")
    places = {name: k for k, name in enumerate(bank.names)}
    shown = [name for name in REPORTED if areas.get(name, 0.0) >= LEAST_AUROC]
    negatives = {name: scores[bank.targets[:, places[name]] == 0, places[name]] for name in shown}
    counts = {name: int(bank.targets[:, k].sum()) for name, k in places.items()}
    spec = FindingSpec(
        names=bank.names,
        thresholds={name: round(threshold_at(SPECIFICITY, negatives[name]), 4) for name in shown},
        backbone_sha256=load_spec(home / "vgg16.json").sha256,
        sha256=digest,
        weights_file="findings.npz",
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        training_data={"signals": "PTB-XL without its test fold", "records": len(bank.folds), "positives": counts},
        metrics={"auroc_out_of_fold": {name: round(area, 4) for name, area in areas.items()}},
        recipe={**asdict(recipe), "specificity": SPECIFICITY, "least_auroc": LEAST_AUROC},
    )
    save_spec(spec, home / "findings.json")
    log.info("findings: %s", ", ".join(f"{name} {areas[name]:.3f}" for name in shown))
