"""The four corners of the paper, moved on the picture as it is turned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from heartguard.ui.viewer import mount_corners, send_picture
from heartguard.values import Corrections, Upload

__all__ = ["moved_corners", "pick_corners"]

Corners = tuple[tuple[float, float], ...]


def pick_corners(upload: Upload, wanted: Corrections, given: Corrections, key: str) -> Corrections:
    """Let the doctor move the four corners of the paper, on the picture as it is turned; a turn takes them along."""
    from heartguard.page import apply_corrections

    turn = Corrections(wanted.quarter_turns, mirrored=wanted.mirrored)
    shown, to_shown = apply_corrections(upload, turn)
    height, width = shown.image.shape[:2]
    whole = ((0.0, 0.0), (width - 1.0, 0.0), (width - 1.0, height - 1.0), (0.0, height - 1.0))
    place = f"{key}-corners"
    if place not in st.session_state:
        before = Corrections(given.quarter_turns, mirrored=given.mirrored)
        st.session_state[place] = moved_corners(given.corners, np.linalg.inv(apply_corrections(upload, before)[1]))
    st.markdown("**Corners of the paper** · drag them or use the arrow keys, if the page is cut wrongly.")
    picture = f"{key}-{turn.quarter_turns}-{bool(turn.mirrored):d}"
    send_picture(picture, lambda: shown.image)
    corners = moved_corners(st.session_state[place], to_shown)
    moved = mount_corners(picture, (width, height), corners or whole, key=f"{picture}-corners")
    if moved is not None:
        st.session_state[place] = moved_corners(moved, np.linalg.inv(to_shown))
        corners = moved_corners(st.session_state[place], to_shown)
    return replace(wanted, corners=None if corners == whole else corners)


def moved_corners(corners: Corners | None, homography: NDArray[np.floating[Any]]) -> Corners | None:
    """Return where a homography puts corners, to a tenth of a pixel.

    Examples
    --------
    >>> moved_corners(((0.0, 0.0), (9.0, 5.0)), np.array([[-1.0, 0, 9], [0, 1, 0], [0, 0, 1]]))
    ((9.0, 0.0), (0.0, 5.0))
    """
    if corners is None:
        return None
    mapped = np.column_stack([np.array(corners), np.ones(len(corners))]) @ homography.T
    places = np.round(mapped[:, :2] / mapped[:, 2:], 1) + 0.0
    return tuple((float(x), float(y)) for x, y in places)
