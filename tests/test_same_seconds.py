"""Columns of the same seconds are told from consecutive ones by the beats of the strips."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.leads import LAYOUTS
from heartguard.page.ends import Extent
from heartguard.page.same_seconds import columns_at_once

EXTENT = Extent(40.0, 2040.0)
BEATS = (90, 230, 410, 520, 700, 790, 980, 1100, 1290, 1430, 1530, 1720, 1840, 1990)


def followed(starts: tuple[int, ...], beats: tuple[int, ...] = BEATS, height: float = 8.0) -> np.ndarray:
    """Return three short rows of four columns that begin at these places of the strip, and the strip."""
    x = np.arange(2000.0)
    strip = sum(height * np.exp(-0.5 * ((x - beat) / 6.0) ** 2) for beat in beats)
    short = np.concatenate([strip[start : start + 500] for start in starts])
    rows = np.zeros((4, 2100))
    rows[:3, 40:2040] = short * np.array([[1.0], [0.5], [-0.8]])
    rows[3, 40:2040] = strip
    return rows


@pytest.mark.parametrize(("starts", "once"), [((0, 500, 1000, 1500), False), ((0, 0, 0, 0), True)])
def test_beats_tell_which_seconds_the_columns_show(starts: tuple[int, ...], once: bool) -> None:
    assert columns_at_once(LAYOUTS["3x4+1"], followed(starts), EXTENT, 24) is once


def test_a_rhythm_that_fits_both_tells_nothing() -> None:
    regular = tuple(range(60, 2000, 125))
    assert columns_at_once(LAYOUTS["3x4+1"], followed((0, 500, 1000, 1500), regular), EXTENT, 24) is None


def test_columns_that_contradict_each_other_tell_nothing() -> None:
    assert columns_at_once(LAYOUTS["3x4+1"], followed((0, 0, 0, 1500)), EXTENT, 24) is None


def test_without_strips_or_beats_nothing_is_told() -> None:
    rows = followed((0, 500, 1000, 1500))
    assert columns_at_once(LAYOUTS["3x4"], rows[:3], EXTENT, 24) is None
    assert columns_at_once(LAYOUTS["3x4+1"], np.full_like(rows, np.nan), EXTENT, 24) is None
