"""An ECG in the viewer: its pictures, each sent once, and what is drawn over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.words import answer_text
from heartguard.ui.viewer.component import mount_viewer, send_picture
from heartguard.values import Reading, Upload

__all__ = ["asked", "show_ecg", "show_upload"]


def show_upload(chosen: Chosen) -> None:
    """Show the picture as it was uploaded, before anything is read from it."""
    from heartguard.intake import open_upload

    upload = open_upload(chosen.data, name=chosen.name, page=chosen.page)
    word = chosen.word
    send_picture(f"{word}/uploaded", lambda: upload.image)
    mount_viewer(_uploaded(word, upload), key=f"ecg-{word}")


def asked(chosen: Chosen, place: str = "ecg") -> Mapping[str, Any]:
    """Return what was asked of a viewer so far: ``label``, a class, and ``wants``, a view."""
    return st.session_state.get(f"{place}-{chosen.word}") or {}


def show_ecg(
    chosen: Chosen, reading: Reading, more: Mapping[str, Any] | None = None, *, place: str = "ecg"
) -> Mapping[str, Any]:
    """Show a reading; return what was asked of the viewer.

    Parameters
    ----------
    chosen : Chosen
    reading : Reading
    more : mapping, optional
        What else the viewer shows, such as maps.
    place : str
        Part of the viewer's key: two places have two viewers.
    """
    from heartguard.ui.viewer.payload import ecg_payload  # with all that traces, which an upload is shown without

    word = chosen.word
    wants = asked(chosen, place).get("wants") == "uploaded"
    if wants:
        send_picture(f"{word}/uploaded", lambda: reading.upload.image)
    send_picture(f"{chosen.read_as}/page", lambda: reading.page.image)
    beside = {"pagePicture": f"{chosen.read_as}/page", "told": f"Read. {answer_text(reading)}."}
    payload = {**_uploaded(word, reading.upload), **ecg_payload(reading, uploaded=wants)}
    return mount_viewer({**payload, **beside, **(more or {})}, key=f"{place}-{word}")


def _uploaded(word: str, upload: Upload) -> dict[str, Any]:
    """Return what can be shown before a page is read: the picture as uploaded."""
    height, width = upload.image.shape[:2]
    return {"id": word, "uploaded": {"width": width, "height": height}, "uploadedPicture": f"{word}/uploaded"}
