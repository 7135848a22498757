"""``heartlab train novelty``: fit the out-of-distribution detector, threshold at 99 % of the training pages."""

from __future__ import annotations

import argparse
import datetime
import logging
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from heartguard.arrays import Doubles, Floats, Mask
from heartguard.classify import load_spec, save_spec, write_weights
from heartguard.classify.out_of_distribution import OOD_FEATURES, OodDetector, OodSpec, segment_distances
from heartguard.weights import Weights
from heartlab.data.page_set import load_traced_pages
from heartlab.data.page_traces import PageTraces
from heartlab.metrics.folds import out_of_fold
from heartlab.train.vgg16.features import build_bank

log = logging.getLogger(__name__)

EXACT = ("mean", "scale", "variances", "rest", "usual")
"""Entries that keep float32."""

_RAISED = 0.02
"""Share of the overall standard deviation that is added to that of each feature, so that nearly constant features are
not amplified. Chosen by hand."""


@dataclass(frozen=True)
class OodRecipe:
    """Settings of the score.

    Attributes
    ----------
    rank : int
        Principal directions of each segment.
    least_traced : float
        Least traced share of the 10 s of every lead for a page to be used.
    share : float
        Share of training pages, each scored out of fold, that are below the threshold.
    """

    rank: int = 64
    least_traced: float = 0.2
    share: float = 0.99


def run(args: argparse.Namespace) -> int:
    """Fit, choose the threshold out of fold, and write weights and spec; return the exit status."""
    recipe = OodRecipe()
    clinic = load_traced_pages(args)
    traces, pages = clinic.traces, clinic.labelled
    features = build_bank(args.cache, args.cache / "pretrained.pt", traces, copies=0).clean[pages.readable]
    whole = whole_pages(traces, recipe.least_traced)[pages.readable]
    scores = out_of_fold_scores(features, pages.folds[pages.readable], whole, recipe.rank)
    threshold = float(np.quantile(scores, recipe.share))
    digest = write_weights(fit_ood_detector(features[whole], recipe.rank), args.out / "novelty.npz", exact=EXACT)
    spec = OodSpec(
        threshold=round(threshold, 4),
        backbone_sha256=load_spec(args.out / "vgg16.json").sha256,
        sha256=digest,
        weights_file="novelty.npz",
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        recipe={**asdict(recipe), "pages": int(whole.sum())},
        metrics={"score_of_pages": {f"p{q}": round(float(np.percentile(scores, q)), 4) for q in (50, 95, 99)}},
    )
    save_spec(spec, args.out / "novelty.json")
    log.info("novelty: threshold %.3f, %s", threshold, spec.metrics)
    return 0


def whole_pages(traces: PageTraces, least_traced: float) -> Mask:
    """Return which pages have all their leads, shape (n,): incomplete pages must not count as in distribution."""
    whole: Mask = (np.isfinite(traces.signals).mean(axis=2) >= least_traced).all(axis=1)
    return whole


def out_of_fold_scores(features: Floats, folds: NDArray[np.int64], whole: Mask, rank: int) -> Doubles:
    """Return the score of each drawing under a model of the whole pages of the other folds, shape (n,)."""
    return out_of_fold(
        folds,
        lambda known, asked: OodDetector(np.inf, fit_ood_detector(features[known & whole], rank)).scores(
            features[asked]
        ),
    )


def fit_ood_detector(features: Floats, rank: int) -> Weights:
    """Return the Gaussian model of each segment.

    Parameters
    ----------
    features : ndarray, shape (n, 13, 1024)
    rank : int
        Fewer than n.

    Returns
    -------
    dict of str to ndarray
        As `heartguard.classify.out_of_distribution.OodDetector` holds them.
    """
    judged = features[:, :, OOD_FEATURES]
    mean, scale = judged.mean(axis=0), judged.std(axis=0) + _RAISED * judged.std()
    scaled = (judged - mean) / scale
    stretches = [_principal(scaled[:, stretch], rank) for stretch in range(scaled.shape[1])]
    weights: Weights = {
        "mean": mean,
        "scale": scale.astype(np.float32),
        "directions": np.stack([directions for directions, _, _ in stretches]),
        "variances": np.stack([variances for _, variances, _ in stretches]),
        "rest": np.array([rest for _, _, rest in stretches], np.float32),
    }
    return {**weights, "usual": np.median(segment_distances(judged, weights), axis=0).astype(np.float32)}


def _principal(scaled: Floats, rank: int) -> tuple[Floats, Floats, float]:
    """Return directions (rank, features), their variances (rank,) and the mean variance of the other features."""
    covariance = scaled.T @ scaled / len(scaled)
    values, vectors = np.linalg.eigh(covariance.astype(float))
    kept = values[::-1][:rank]
    rest = (values.sum() - kept.sum()) / (len(values) - rank)
    return vectors[:, ::-1][:, :rank].T.astype(np.float32), kept.astype(np.float32), float(rest)
