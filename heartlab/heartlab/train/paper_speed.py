"""How likely beats are at 25 mm/s, and at 50 read as 25: fits `heartguard.likely_speed` on open records.

    python -m heartlab.train.paper_speed [--records 240]

Needs the shared data (see README). Prints the weights and how often each limit takes records at their true time, and
the same records slowed to half, for slow ones: five of six records fit the weights, the sixth counts, in turn.
"""

from __future__ import annotations

import argparse
import logging

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from heartguard.arrays import Doubles, Floats
from heartguard.leads import LEADS
from heartguard.likely_speed import beat_features
from heartguard.measure.measuring import measure
from heartguard.values import Ecg
from heartlab.data.datasets import HELD_BACK_FOLD, open_signals, read_record_500hz

__all__ = ["features_of", "main", "slowed"]

log = logging.getLogger(__name__)

_LIMITS = (0.5, 0.8, 0.9, 0.95)
_FOLDS = 6
_SEED = 7


def slowed(signals_mv: Floats) -> Floats:
    """Return the first half of leads, shape (12, samples), at half their speed, as 50 mm/s read as 25 shows them."""
    at = np.arange(signals_mv.shape[1])
    return np.stack([np.interp(at / 2, at, lead) for lead in signals_mv]).astype(np.float32)


def features_of(signals_mv: Floats) -> Doubles | None:
    """Return what tells the speed of a record; None where it was not measured."""
    return beat_features(measure(Ecg(signals_mv, np.ones(len(LEADS), np.float32))))


def main() -> None:
    """Fit the weights and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=240)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    index = open_signals()
    index = index[index.strat_fold != HELD_BACK_FOLD].sample(args.records, random_state=_SEED)
    found = [
        (features, slow)
        for signals in map(read_record_500hz, index.record_id)
        for slow, drawn in ((False, signals), (True, slowed(signals)))
        if (features := features_of(drawn)) is not None
    ]
    features, slow = np.array([one[0] for one in found]), np.array([one[1] for one in found])
    model = LogisticRegression(C=10.0)
    chances = cross_val_predict(model, features, slow, cv=_FOLDS, method="predict_proba")[:, 1]
    model.fit(features, slow)
    log.info("weights %s, intercept %.2f", np.round(model.coef_[0], 2).tolist(), model.intercept_[0])
    counts = np.count_nonzero(~slow), np.count_nonzero(slow)
    for limit in _LIMITS:
        wrong, told = (100 * float((chances[slow == truth] > limit).mean()) for truth in (False, True))
        log.info("limit %.2f: %.1f %% of %d true, %.1f %% of %d slowed", limit, wrong, counts[0], told, counts[1])


if __name__ == "__main__":
    main()
