"""Mounting the viewer: one component, registered once, whose every mount has a kind.

Streamlit sends all `data` of a mount again when a word of it changes. So pictures have mounts of their own, whose bytes
never change: a name, a line break, a JPEG. The script keeps them by that name for the other mounts. Styles are not
isolated, so that a screen reader, a test and the print find "ECG page" as they find any other element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

    from heartguard.arrays import Image

__all__ = [
    "PICTURE_WIDTH",
    "mount_corners",
    "mount_measurements",
    "mount_statements",
    "mount_tab",
    "mount_viewer",
    "script",
    "send_picture",
]

PICTURE_WIDTH = 1800
"""Pixels of a page sent to the browser: a trace of 0.4 mm is then 3 pixels wide, and a page stays under 0.3 MB."""

_MAX_PICTURES = 12
"""Coded pictures that a session keeps: two of each ECG that stands side by side."""

_WEBP_QUALITY = 70
"""Lines stay sharp. A page takes 100 to 250 kB; as JPEG of quality 80 some samples were over 1.5 MB a reading."""


def script() -> str:
    """Return the script as one module: the arithmetic, then what draws, without the import that joins them."""
    folder = files("heartguard.ui.viewer")
    parts = (folder.joinpath(name).read_text("utf-8") for name in ("geometry.js", "viewer.js"))
    return "\n".join(line for part in parts for line in part.splitlines() if not line.startswith("import "))


@cache
def _component() -> ComponentRenderer:
    css = files("heartguard.ui.viewer").joinpath("viewer.css").read_text("utf-8")
    return st.components.v2.component("heartguard_viewer", css=css, js=script(), isolate_styles=False)


def send_picture(name: str, image: Callable[[], Image]) -> None:
    """Send a picture that viewers show by its name.

    Parameters
    ----------
    name : str
        Unique for its content; the session keeps the coded picture, so that reruns do not code it again.
    image : callable
        Returns the picture, called only if it is not kept.
    """
    kept: dict[str, bytes] = st.session_state.setdefault("pictures", {})
    if name not in kept:
        from heartguard.ui.shared.pictures import encode_webp, fit_width  # with OpenCV, which the first screen spares

        coded = encode_webp(fit_width(image(), PICTURE_WIDTH), _WEBP_QUALITY)
        kept[name] = name.encode() + b"\n" + coded
        while len(kept) > _MAX_PICTURES:
            del kept[next(iter(kept))]
    _component()(key=f"picture-{name}", data=kept[name], height=1)


def mount_viewer(data: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
    """Show an ECG; return what was asked for: ``label``, a class, ``wants``, a view, ``marks``, once; each else None.

    Parameters
    ----------
    data : mapping
        From `heartguard.ui.viewer.payload`.
    key : str
    """
    return _component()(
        key=key, data=data, on_label_change=_nothing, on_wants_change=_nothing, on_marks_change=_nothing
    )


def mount_measurements(rows: Sequence[Mapping[str, Any]], formulas: Sequence[str]) -> None:
    """Show the measurements as rows, each of which lights in the viewer where its number comes from.

    Parameters
    ----------
    rows : sequence of mapping
        Those with a ``formula`` are shown one at a time, by the formula that is chosen.
    formulas : sequence of str
        The first is chosen at the start.
    """
    data = {"kind": "measurements", "rows": rows, "formulas": formulas}
    _component()(key="measurement-rows", data=data)


def mount_statements(rows: Sequence[Mapping[str, Any]], shown: int) -> None:
    """Show statements, each of which lights in the viewer the leads and the beats that show it.

    Parameters
    ----------
    rows : sequence of mapping
        ``code``, ``text``, ``leads`` and ``beats``, the places of the beats.
    shown : int
        How many are shown before the others are asked for.
    """
    _component()(key="statement-rows", data={"kind": "statements", "rows": rows, "shown": shown})


def mount_corners(picture: str, size: tuple[int, int], corners: Sequence[tuple[float, float]], *, key: str) -> Any:
    """Show four corners on a picture of `size` (width, height) to be moved; return them once they were, else None."""
    width, height = size
    data = {"kind": "corners", "picture": picture, "width": width, "height": height, "corners": corners}
    found = _component()(key=key, data=data, on_corners_change=_nothing)
    return found.get("corners")


def mount_tab(token: str, *, asks: bool, expected: bool) -> str | None:
    """Give the tab a token, kept in its session storage alone; return the one that it has from before.

    Parameters
    ----------
    token : str
    asks : bool
        Whether the session would take up an earlier one of this tab; else the tab takes the new token.
    expected : bool
        Whether the address names an ECG, so that an answer is needed even if there was no token before.
    """
    data = {"kind": "tab", "token": token, "asks": asks, "expected": expected}
    found = _component()(key="tab-token", data=data, height=1, on_token_change=_nothing, on_dark_change=_nothing)
    return found.get("token")


def _nothing() -> None:
    """Let a state change rerun the app and do no more."""
