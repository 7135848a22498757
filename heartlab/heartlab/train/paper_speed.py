"""How fast and how wide beats are: fits `heartguard.likely_speed` on open records.

    python -m heartlab.train.paper_speed [--records 240]

Needs the shared data (see README). Prints mean and covariance, and how often each limit takes records at their true
time, slowed to half and quickened to twice their speed, for slowed ones and for true ones: five of six records fit
mean and covariance, the sixth counts, in turn.
"""

from __future__ import annotations

import argparse
import logging

import numpy as np

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LEADS
from heartguard.likely_speed import beat_features, chances_of_paces
from heartguard.measure.measuring import measure
from heartguard.values import Ecg
from heartlab.data.datasets import HELD_BACK_FOLD, open_signals, read_record_500hz

__all__ = ["at_pace", "features_of", "main"]

log = logging.getLogger(__name__)

_LIMITS = (0.5, 0.8, 0.9, 0.95)
_FOLDS = 6
_SEED = 7
_PACES = {"true": 1.0, "slowed": 0.5, "quickened": 2.0}


def at_pace(signals_mv: Floats, pace: float) -> Floats:
    """Return leads, shape (12, samples), as paper shows them whose speed is read `pace` times as high as it was.

    Slow ones are cut where the recording ends, quick ones are as much shorter.
    """
    count = signals_mv.shape[1]
    at = np.arange(min(count, int(count / pace))) * pace
    return np.stack([np.interp(at, np.arange(count), lead) for lead in signals_mv]).astype(np.float32)


def features_of(signals_mv: Floats) -> Doubles | None:
    """Return what tells the speed of a record; None where it was not measured."""
    return beat_features(measure(Ecg(signals_mv, np.ones(len(LEADS), np.float32))))


def _moments(features: Doubles) -> tuple[Doubles, Doubles]:
    return features.mean(axis=0), np.cov(features.T)


def main() -> None:
    """Fit mean and covariance and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=240)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    index = open_signals()
    index = index[index.strat_fold != HELD_BACK_FOLD].sample(args.records, random_state=_SEED)
    records = [read_record_500hz(record) for record in index.record_id]
    found = {name: [features_of(at_pace(one, pace)) for one in records] for name, pace in _PACES.items()}
    fold = np.arange(len(records)) % _FOLDS
    moments = [_moments(_measured(found["true"], fold != part)) for part in range(_FOLDS)]
    mean, covariance = _moments(_measured(found["true"], fold >= 0))
    log.info("mean %s, covariance %s", mean.round(3).tolist(), covariance.round(4).tolist())
    for name, features in found.items():
        chances = np.array(
            [chances_of_paces(one, *moments[part]) for one, part in zip(features, fold, strict=True) if one is not None]
        )
        for limit in _LIMITS:
            slow, true = 100 * (chances[:, 1:3].sum(axis=1) > limit).mean(), 100 * (chances[:, 0] > limit).mean()
            log.info("%s, %d measured, limit %.2f: slow %.1f %%, true %.1f %%", name, len(chances), limit, slow, true)


def _measured(features: list[Doubles | None], chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Doubles:
    return np.array([one for one, among in zip(features, chosen, strict=True) if among and one is not None])


if __name__ == "__main__":
    main()
