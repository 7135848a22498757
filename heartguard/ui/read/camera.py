"""Photographing a page at the full resolution of the camera.

`st.camera_input` gives a picture of the size of its widget, or of 1080 lines at most, and over plain HTTP waits for a
permission that the browser never asks for. So a small component does three things that Streamlit does not:

- On a touch screen it first offers the phone's own camera (``<input capture>``): the whole sensor, autofocus, flash,
  and over plain HTTP too.
- Where the browser has a camera it shows the live picture as large as the camera gives it, and takes one frame of it,
  pixel for pixel.
- Where there is no live camera it says why: HTTPS, permission, or no camera.

The photo then goes into an ordinary `st.file_uploader` below, as if it had been chosen there. That is simpler than
sending it as state of the component, which would travel as base64 in the websocket of the session, a third larger, and
again with every rerun; and upload limit, progress and refusal are Streamlit's. Without the script, the uploader still
takes a photo. The frame is drawn from the video rather than asked of ``ImageCapture.takePhoto``, which not every
browser has and whose size may differ from that of the picture shown; where it could give more, on phones, their own
camera comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

import streamlit as st

from heartguard.once import once

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer
    from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = ["photograph_page"]

_WORDS = {
    "opening": "Opening the camera. The browser may ask for permission.",
    "sending": "The photo is taken and is being sent.",
    "unsent": "The photo could not be sent. Reload the page, then take it again or upload it below.",
    "needs_https": "The live camera needs HTTPS: this page came over plain HTTP, so the browser keeps the camera "
    "closed. Open HeartGuard at an https:// address, or upload a photo below.",
    "needs_no_https": "“Take a photo” opens the camera of this device. Only the live picture would need HTTPS.",
    "NotAllowedError": "The browser may not use the camera. Allow it in the settings of this site, beside the address, "
    "and try again, or upload a photo below.",
    "NotFoundError": "The browser found no camera. Connect one and try again, or upload a photo below.",
    "NotReadableError": "Another program uses the camera. Close it and try again, or upload a photo below.",
    "other": "The camera could not be opened. Try again, or upload a photo below.",
}
"""What the component says; the names that end in Error are those that browsers give."""


def photograph_page(key: str, types: Sequence[str]) -> UploadedFile | None:
    """Show the camera, and below it an uploader for a photo that was taken before.

    Parameters
    ----------
    key : str
        Key of the uploader; letters, digits, ``-`` and ``_`` only, since the component finds the uploader by it.
    types : sequence of str
        File name extensions or MIME types that the uploader takes; JPEG must be among them.

    Returns
    -------
    UploadedFile or None
        The photo, or None until there is one.
    """
    _component()(key=f"{key}-component", data={"uploader": f"st-key-{key}", "words": _WORDS})
    return st.file_uploader("Or upload a photo of the ECG page", type=list(types), key=key)


@once
def _component() -> ComponentRenderer:
    """Register the component; once, because Streamlit warns of a name registered twice."""
    folder = files("heartguard.ui.read")
    html, css, js = (folder.joinpath(f"camera.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("heartguard_camera", html=html, css=css, js=js)
