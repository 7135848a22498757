"""What a doctor sets by hand, made to the picture before anything is looked for on it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from heartguard.arrays import Doubles, Image
from heartguard.errors import CorrectionError
from heartguard.page.turn import Turn, turned
from heartguard.page.turn import homography as turn_homography
from heartguard.values import Corrections, Page, Upload
from heartguard.warning import Warning, note

__all__ = ["apply_corrections", "by_hand_warnings", "found_settings", "order_corners", "turn_of"]

_SMALLEST_SIDE = 200.0


def apply_corrections(upload: Upload, corrections: Corrections) -> tuple[Upload, Doubles]:
    """Turn the picture and cut out the page by its corners.

    Parameters
    ----------
    upload : Upload
    corrections : Corrections

    Returns
    -------
    upload : Upload
        With the changed picture.
    homography : ndarray, shape (3, 3), float64
        From pixels of the given upload to pixels of the returned one.

    Raises
    ------
    CorrectionError
        If the corners are not four, or enclose no page.
    """
    turn = Turn(corrections.quarter_turns % 4, bool(corrections.mirrored))
    image, homography = turned(upload.image, turn), turn_homography(turn, upload.image.shape[:2])
    if corrections.corners is not None:
        image, cut = _cut(image, np.array(corrections.corners, float))
        homography = cut @ homography
    return replace(upload, image=image), homography


def by_hand_warnings(corrections: Corrections) -> tuple[Warning, ...]:
    """Return a note on what was set by hand; none where nothing was."""
    turn, speed, gain = corrections.quarter_turns % 4, corrections.speed_mm_per_s, corrections.gain_mm_per_mv
    parts = [
        f"turned by {90 * turn} degrees" if turn else "",
        "mirrored" if corrections.mirrored else "",
        "corners of the paper" if corrections.corners else "",
        f"arrangement {corrections.layout}" if corrections.layout else "",
        f"{corrections.lead_order} order of the limb leads" if corrections.lead_order else "",
        f"paper speed {speed:g} mm/s" if speed else "",
        f"gain {gain:g} mm/mV" if gain else "",
        ", ".join(f"{lead} for {name}" for name, lead in corrections.leads),
    ]
    said = ", ".join(part for part in parts if part)
    return (note("page.by_hand", f"Set by hand: {said}."),) if said else ()


def _cut(image: Image, corners: Doubles) -> tuple[Image, Doubles]:
    """Undo the perspective of the page between four corners."""
    if len(corners) != 4:
        raise CorrectionError(
            f"The paper has four corners, and {len(corners)} were marked. Mark each of them once, then read again."
        )
    ordered = order_corners(corners)
    sides = np.linalg.norm(np.roll(ordered, -1, axis=0) - ordered, axis=1)
    width, height = float(np.max(sides[[0, 2]])), float(np.max(sides[[1, 3]]))
    if min(width, height) < _SMALLEST_SIDE or not cv2.isContourConvex(ordered.astype(np.float32)):
        raise CorrectionError(
            "The four corners do not enclose a page. Mark the corners of the paper once each, then read again."
        )
    target = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]])
    homography: Doubles = cv2.getPerspectiveTransform(ordered.astype(np.float32), target.astype(np.float32))
    cut: Image = cv2.warpPerspective(
        image, homography, (round(width), round(height)), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return cut, homography


def order_corners(corners: Doubles) -> Doubles:
    """Return four points clockwise from the upper left one, shape (4, 2), whatever order they come in."""
    middle = corners.mean(axis=0)
    around = np.arctan2(*(corners - middle).T[::-1])
    clockwise = corners[np.argsort(around)]
    first = int(np.argmin(clockwise.sum(axis=1)))
    ordered: Doubles = np.roll(clockwise, -first, axis=0)
    return ordered


def found_settings(page: Page) -> dict[str, object]:
    """Return what was found of what can be set by hand, by the fields of `heartguard.values.Corrections`."""
    quarter_turns, mirrored = turn_of(page)
    return {
        "quarter_turns": quarter_turns,
        "mirrored": mirrored,
        "layout": page.layout.shape,
        "lead_order": page.layout.order,
        "speed_mm_per_s": page.paper_speed_mm_per_s,
        "gain_mm_per_mv": page.gain_mm_per_mv,
    }


def turn_of(page: Page) -> tuple[int, bool]:
    """Return by how many quarters a page was turned clockwise, and whether it was mirrored then."""
    height, width = page.upload.image.shape[:2]
    middle = np.array([[width / 2, height / 2]])
    start, right, below = page.on_page(middle + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    (x, y), (down_x, down_y) = right - start, below - start
    mirrored = bool(x * down_y < y * down_x)
    return round(np.degrees(np.arctan2(y, -x if mirrored else x)) / 90) % 4, mirrored
