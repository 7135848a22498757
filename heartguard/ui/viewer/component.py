"""Mounting the viewer, its pictures and the rows beside it: components, each registered once.

Streamlit sends script, styles and all `data` of a mount again when a word of its data changes. So each component has
the script that it needs and no more, and pictures have mounts of their own, whose bytes never change: a name, a line
break, a WebP. The other mounts find them by that name. Styles are not isolated, so that a screen reader, a test and
the print find "ECG page" as they find any other element.
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


def script(name: str, taken: set[str] | None = None) -> str:
    """Return a script as one module: what it imports first, each once, without the imports that join them.

    Parameters
    ----------
    name : str
        Of a file in this folder.
    taken : set of str, optional
        Names of those that are there already; those that are added are put into it.
    """
    taken = set() if taken is None else taken
    taken.add(name)
    own, before = [], []
    for line in files("heartguard.ui.viewer").joinpath(name).read_text("utf-8").splitlines():
        if not line.startswith("import "):
            own.append(line)
            continue
        imported = line.split('"')[1].removeprefix("./")
        if imported not in taken:
            before.append(script(imported, taken))
    return "\n".join((*before, *own))


@cache
def _component(name: str, styles: str = "") -> ComponentRenderer:
    css = files("heartguard.ui.viewer").joinpath(styles).read_text("utf-8") if styles else None
    return st.components.v2.component(f"heartguard_{name}", css=css, js=script(f"{name}.js"), isolate_styles=False)


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
    _component("picture")(key=f"picture-{name}", data=kept[name], height=1)


def mount_viewer(data: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
    """Show an ECG; return what was asked for: ``label``, a class, ``wants``, a view, ``marks``, once; each else None.

    Parameters
    ----------
    data : mapping
        From `heartguard.ui.viewer.payload`.
    key : str
    """
    return _component("viewer", "viewer.css")(
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
    _component("rows", "rows.css")(key="measurement-rows", data=data)


def mount_statements(rows: Sequence[Mapping[str, Any]], shown: int) -> None:
    """Show statements, each of which lights in the viewer the leads and the beats that show it.

    Parameters
    ----------
    rows : sequence of mapping
        ``code``, ``text``, ``leads`` and ``beats``, the places of the beats.
    shown : int
        How many are shown before the others are asked for.
    """
    _component("rows", "rows.css")(key="statement-rows", data={"kind": "statements", "rows": rows, "shown": shown})


def mount_corners(picture: str, size: tuple[int, int], corners: Sequence[tuple[float, float]], *, key: str) -> Any:
    """Show four corners on a picture of `size` (width, height) to be moved; return them once they were, else None."""
    width, height = size
    data = {"picture": picture, "width": width, "height": height, "corners": corners}
    found = _component("corners", "viewer.css")(key=key, data=data, on_corners_change=_nothing)
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
    data = {"token": token, "asks": asks, "expected": expected}
    found = _component("tab")(key="tab-token", data=data, height=1, on_token_change=_nothing)
    return found.get("token")


def _nothing() -> None:
    """Let a state change rerun the app and do no more."""
