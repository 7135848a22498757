"""The pitch of the grid from maps of its lines: both levels, both axes, and what is no grid."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.page.pitch import find_pitch

SHAPE = (700, 1000)


def lines(
    px_per_mm: float, pitch_mm: float, first: float = 3.3, aspect: float = 1.0, breadth: float = 0.7
) -> np.ndarray:
    """Draw soft lines along both axes, `aspect` times as far apart down as across; their middles are between pixels."""
    profiles = []
    for size, pitch in ((SHAPE[1], pitch_mm * px_per_mm), (SHAPE[0], pitch_mm * px_per_mm * aspect)):
        off = (np.arange(size) - first + pitch / 2) % pitch - pitch / 2
        profiles.append(np.exp(-0.5 * (off / breadth) ** 2))
    return (220 * np.maximum(profiles[0][None], profiles[1][:, None])).astype(np.float32)


@pytest.mark.parametrize("px_per_mm", [2.37, 4.137, 5.0, 7.91])
@pytest.mark.parametrize("aspect", [1.0, 1.012])
def test_pitches_are_read_to_a_hundredth_of_a_percent(px_per_mm: float, aspect: float) -> None:
    found = find_pitch(lines(px_per_mm, 5, aspect=aspect), lines(px_per_mm, 1, aspect=aspect))
    assert found is not None
    assert found.px_per_mm_x == pytest.approx(px_per_mm, rel=1e-4)
    assert found.px_per_mm_y == pytest.approx(px_per_mm * aspect, rel=1e-4)


@pytest.mark.parametrize("px_per_mm", [6.0, 9.0])
def test_thin_lines_do_not_show_a_fraction_of_their_pitch(px_per_mm: float) -> None:
    large = lines(px_per_mm, 5, 3.0, breadth=0.4)
    found = find_pitch(large, np.where(large > 100, 0, lines(px_per_mm, 1, 3.0, breadth=0.4)).astype(np.float32))
    assert found is not None
    assert found.px_per_mm_x == pytest.approx(px_per_mm, rel=1e-3)


def test_large_squares_alone_are_a_grid() -> None:
    found = find_pitch(lines(5.2, 5), np.zeros(SHAPE, np.float32))
    assert found is not None
    assert found.px_per_mm_x == pytest.approx(5.2, rel=1e-4)
    assert found.minor < 1 < 8 < found.major


def test_small_squares_alone_are_a_grid() -> None:
    found = find_pitch(np.zeros(SHAPE, np.float32), lines(5.2, 1))
    assert found is not None
    assert found.px_per_mm_y == pytest.approx(5.2, rel=1e-4)


def test_dots_on_whole_pixels_yield_to_the_large_squares() -> None:
    dots = np.zeros(SHAPE, np.float32)
    dots[::5, ::5] = 255  # 5 pixels, where the large squares say 5.06
    found = find_pitch(lines(5.06, 5), dots)
    assert found is not None
    assert found.px_per_mm_x == pytest.approx(5.06, rel=2e-4)


def test_lines_along_one_axis_are_no_grid() -> None:
    text = lines(5.0, 5)
    rows = np.repeat(text[:, :1] * 0 + text[:, 500:501], SHAPE[1], axis=1)
    assert find_pitch(rows, np.zeros(SHAPE, np.float32)) is None


def test_noise_is_no_grid() -> None:
    rng = np.random.default_rng(0)
    major, minor = (rng.uniform(0, 60, SHAPE).astype(np.float32) for _ in range(2))
    assert find_pitch(major, minor) is None


@pytest.mark.parametrize("panels", [2, 3])
def test_panels_that_are_ruled_one_by_one_have_the_pitch_of_each(panels: int) -> None:
    across = np.arange(1200.0)
    # The lines of each panel begin two fifths of a large square later than those of the one before would go on.
    moved = across + 0.4 * 23 * np.floor(panels * across / 1200)
    rules = [60 * (1 + np.cos(2 * np.pi * moved / period)) for period in (23.0, 4.6)]
    level = [60 * (1 + np.cos(2 * np.pi * np.arange(1000) / period)) for period in (23.0, 4.6)]
    found = find_pitch(*(np.add.outer(a, b).astype(np.float32) for a, b in zip(level, rules, strict=True)))
    assert found is not None
    assert found.px_per_mm_x == pytest.approx(4.6, rel=1e-3)
    assert found.px_per_mm_y == pytest.approx(4.6, rel=1e-3)
