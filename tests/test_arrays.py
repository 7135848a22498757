"""Runs of True and medians of what is known, by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from heartguard.arrays import nan_median, runs_of_true


@pytest.mark.parametrize(
    ("mask", "runs"),
    [
        ([], []),
        ([0], []),
        ([1], [[0, 1]]),
        ([0, 0, 0], []),
        ([1, 1, 1], [[0, 3]]),
        ([1, 0, 1], [[0, 1], [2, 3]]),
        ([0, 1, 1, 0, 0, 1], [[1, 3], [5, 6]]),
    ],
)
def test_runs_begin_at_their_first_index_and_end_after_their_last(mask, runs):
    found = runs_of_true(np.array(mask, bool))
    assert found.shape == (len(runs), 2)
    assert found.tolist() == runs


def test_runs_of_a_row_of_a_matrix_are_those_of_the_row():
    mask = np.array([[True, False], [True, True]])
    assert runs_of_true(mask[:, 0]).tolist() == [[0, 2]]
    assert runs_of_true(mask[:, 1]).tolist() == [[1, 2]]


def test_the_median_takes_what_is_known_and_says_nothing_of_the_rest():
    stack = np.array([[1.0, np.nan, np.nan], [2.0, 5.0, np.nan], [9.0, 7.0, np.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nan_median(stack) == pytest.approx([2.0, 6.0, np.nan], nan_ok=True)
        assert np.isnan(nan_median(np.full((2, 3), np.nan))).all()


def test_the_median_of_beats_is_over_the_beats_alone():
    beats = np.arange(24.0).reshape(3, 2, 4)
    assert nan_median(beats).tolist() == beats[1].tolist()
