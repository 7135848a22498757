"""An ECG in the viewer: its pictures, each sent once, and what is drawn over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.words import answer_text
from heartguard.ui.viewer.component import mount_viewer, send_picture
from heartguard.ui.viewer.payload import ecg_payload, upload_payload
from heartguard.values import Reading

__all__ = ["asked", "show_ecg", "show_upload"]


def show_upload(chosen: Chosen) -> None:
    """Show the picture as it was uploaded, before anything is read from it."""
    from heartguard.intake import open_upload

    upload = open_upload(chosen.data, name=chosen.name, page=chosen.page)
    word = _word(chosen)
    send_picture(f"{word}/uploaded", lambda: upload.image)
    mount_viewer(upload_payload(word, upload), key=f"ecg-{word}")


def asked(chosen: Chosen, place: str = "ecg") -> Mapping[str, Any]:
    """Return what was asked of a viewer so far: ``label``, a class, and ``wants``, a view."""
    return st.session_state.get(f"{place}-{_word(chosen)}") or {}


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
    word = _word(chosen)
    wants = asked(chosen, place).get("wants") == "uploaded"
    if wants:
        send_picture(f"{word}/uploaded", lambda: reading.upload.image)
    send_picture(f"{chosen.read_as}/page", lambda: reading.page.image)
    beside = {"pagePicture": f"{chosen.read_as}/page", "told": f"Read. {answer_text(reading)}."}
    payload = ecg_payload(word, reading, uploaded=wants)
    return mount_viewer({**payload, **beside, **(more or {})}, key=f"{place}-{word}")


def _word(chosen: Chosen) -> str:
    """Return what names a page of a file in the browser."""
    return f"{chosen.digest[:16]}-{chosen.view}"
