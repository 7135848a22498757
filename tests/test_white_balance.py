"""White balance: paper is made grey by each channel's level, dark screens are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.page.white_balance import white_balanced


def page(paper: tuple[int, int, int], ink: tuple[int, int, int]) -> np.ndarray:
    image = np.empty((80, 120, 3), np.uint8)
    image[:], image[20:24] = paper, ink
    return image


@pytest.mark.parametrize("light", [(1.0, 0.62, 0.3), (0.6, 0.75, 1.0), (1.0, 0.98, 0.96)])
def test_any_light_gives_the_same_picture(light: tuple[float, float, float]) -> None:
    lit = page((250, 250, 250), (60, 40, 40)) * np.array(light)
    found = white_balanced(np.round(lit).astype(np.uint8))
    assert found[0, 0].tolist() == [250, 250, 250]
    assert found[22, 0].astype(int) == pytest.approx([60, 40, 40], abs=3)


def test_a_dark_screen_stays_as_it_is() -> None:
    screen = page((10, 20, 14), (90, 240, 120))
    assert white_balanced(screen) is screen
