from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.linalg import solveh_banded
from threadpoolctl import threadpool_info

from heartguard.page.bend import NODE_MM, follow_grid, off_places
from heartguard.page.lattice import Lattice
from heartguard.page.photo import _frame
from heartguard.page.plate import _is_of_scipy, _ScipyBlas, plate

PX_PER_MM = 4.0
SHAPE = (320, 400)


def ruled(shift_mm) -> np.ndarray:
    """Draw lines every 5 mm along both axes, moved by `shift_mm(x, y)` (both mm), one pixel wide and soft."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]] / PX_PER_MM
    dx, dy = shift_mm(x, y)

    def line(place):
        off = (place + 2.5) % 5 - 2.5
        return np.exp(-0.5 * (off * PX_PER_MM / 0.7) ** 2)

    return (60 * np.maximum(line(x - dx), line(y - dy))).astype(np.float32)


def gentle(x, y):
    return 0.25 * np.sin(x / 18) * np.cos(y / 15), 0.2 * np.cos(x / 20 + y / 25)


def inner(field):
    return field[3:-3, 3:-3]


def test_a_gentle_bend_is_followed_by_the_phase_of_the_grid():
    found, surety = follow_grid(ruled(gentle), PX_PER_MM, 3.0, 1.0)
    rows, columns = found.shape[:2]
    y, x = np.mgrid[:rows, :columns] * NODE_MM
    true = -np.stack(gentle(x, y), axis=-1)
    assert np.sqrt(np.mean(inner(found - true) ** 2)) < 0.06
    assert surety.shape == (rows, columns)


def test_lines_in_their_places_are_off_by_nothing_and_bent_ones_by_as_much_as_they_are():
    assert off_places(ruled(lambda x, y: (0 * x, 0 * y)), PX_PER_MM, 5.0) < 0.03
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]] / PX_PER_MM
    bent = max(float(np.sqrt(np.mean(shift**2))) for shift in gentle(x, y))
    assert off_places(ruled(gentle), PX_PER_MM, 5.0) == pytest.approx(bent, rel=0.3)


@pytest.mark.parametrize("size_mm", [280.0, 700.0])
def test_a_page_larger_than_any_paper_has_no_frame(size_mm):
    corners = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])
    frame = _frame(Lattice(np.diag([size_mm, 0.7 * size_mm, 1.0]), corners, 1.0, 6.0))
    if size_mm == 700.0:
        assert frame is None
    else:
        assert frame is not None
        assert frame[1] == pytest.approx((280 + 80, 196 + 80))  # with a margin of 40 mm on every side


def blas_threads() -> dict[str, int]:
    return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_plate_keeps_what_it_is_given():
    slope = np.tile(np.arange(30.0), (20, 1))
    assert plate(slope, np.ones((20, 30)), 1.0, np.inf) == pytest.approx(slope, abs=1e-4)


def test_the_blas_of_scipy_is_told_by_its_folder():
    assert _is_of_scipy(Path("/site-packages/scipy.libs/libscipy_openblas-68440149.so"))
    assert _is_of_scipy(Path("/site-packages/scipy/.dylibs/libscipy_openblas.dylib"))
    assert not _is_of_scipy(Path("/site-packages/numpy.libs/libscipy_openblas64_-56d6093b.so"))
    assert not _is_of_scipy(Path("/usr/lib/libopenblas.so"))


def test_only_the_blas_of_scipy_works_on_one_thread_until_the_last_solve_is_done():
    blas, before = _ScipyBlas(), blas_threads()
    own = {path for path in before if _is_of_scipy(Path(path))} or set(before)

    def fail() -> None:
        with blas.on_one_thread():
            raise ArithmeticError

    with blas.on_one_thread():
        with pytest.raises(ArithmeticError):
            fail()
        assert blas_threads() == before | dict.fromkeys(own, 1)
    assert blas_threads() == before


def test_a_plate_is_solved_on_one_thread_and_hands_the_threads_back(monkeypatch):
    seen, before = [], blas_threads()

    def solve(*given: Any, **options: Any) -> np.ndarray:
        seen.append(blas_threads())
        return solveh_banded(*given, **options)

    monkeypatch.setattr("heartguard.page.plate.solveh_banded", solve)
    plate(np.ones((20, 30)), np.ones((20, 30)), 1.0, 0.3)
    assert len(seen) == 2  # the field, and again without its outliers
    assert all(count == 1 for threads in seen for path, count in threads.items() if _is_of_scipy(Path(path)))
    assert blas_threads() == before
