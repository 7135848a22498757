"""Narrow peaks of a line that is located by probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.trace.peaks import raise_peaks


def bar(top: int, bottom: int, points: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return mean rows and shares of a line at row 100 with a bar of ink, whose rows are equally likely."""
    shares = np.zeros((192, 40), np.float32)
    shares[100] = 1
    at = slice(20 - points // 2, 20 + points // 2)
    shares[:, at] = 0
    shares[top : bottom + 1, at] = 1 / (bottom + 1 - top)
    return np.arange(192) @ shares.astype(np.float64), shares


@pytest.mark.parametrize(("top", "bottom", "peak"), [(40, 100, np.argmin), (100, 160, np.argmax)])
def test_a_bar_of_ink_is_gone_through_nearly_to_its_end(top: int, bottom: int, peak: object) -> None:
    rows, shares = bar(top, bottom)
    raised = raise_peaks(rows, shares)
    end = top if peak is np.argmin else bottom
    assert abs(rows[19] - end) == pytest.approx(30, abs=0.1), "the mean is halfway"
    reached = raised[18:22].min() if peak is np.argmin else raised[18:22].max()
    # 1.3 of the four points are expected beyond it: a third of the bar, of which one row is as high as the peak.
    assert abs(reached - end) == pytest.approx(1.3 / 4 * 61 - 0.5, abs=0.6)
    assert raised[:15] == pytest.approx(rows[:15])


def test_what_is_known_and_low_waves_stay_as_they_are() -> None:
    rows, shares = bar(94, 100)
    assert raise_peaks(rows, shares) == pytest.approx(rows), "a wave of 1 mm"
    sharp = np.zeros((192, 40), np.float32)
    line = np.r_[np.full(15, 100), 90, 80, 60, 60, 60, 80, 90, np.full(18, 100)]
    sharp[line, np.arange(40)] = 1
    assert raise_peaks(line.astype(float), sharp) == pytest.approx(line, abs=0.5)
