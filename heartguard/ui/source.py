"""Choosing what to read: a file, the camera, or a simulated sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from heartguard.ui import session
from heartguard.ui.camera import photograph_page
from heartguard.ui.session import Chosen
from heartguard.ui.words import escape_markdown
from heartguard.vocabulary import class_name

if TYPE_CHECKING:
    from heartguard.samples import Sample

__all__ = ["SAMPLE", "choose_source", "file_bar"]

_UPLOAD, _CAMERA, SAMPLE = "Upload a file", "Use the camera", "Try a sample"
_ICONS = {_UPLOAD: ":material/upload_file:", _CAMERA: ":material/photo_camera:", SAMPLE: ":material/labs:"}
_PHOTOS = ("image/*",)
"""Any picture: a phone then offers its own camera, and its HEIC photos."""

_THUMBNAIL = (480, 320)
_PRIVACY = (
    "The file stays in the memory of this session: it is not stored, and not used for training. "
    "On a public server, cover names and numbers first."
)


def choose_source() -> None:
    """Show the ways to give an ECG; the camera opens only when it is asked for."""
    way = st.segmented_control(
        "How to give the ECG",
        list(_ICONS),
        default=_UPLOAD,
        required=True,
        format_func=lambda option: f"{_ICONS[option]} {option}",
        key="way",
        label_visibility="collapsed",
    )
    if way == _CAMERA:
        _camera()
    elif way == SAMPLE:
        _samples()
    else:
        _upload()


def file_bar(chosen: Chosen) -> None:
    """Show which file is being looked at, its pages, and the way back."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Read another ECG", icon=":material/arrow_back:", on_click=session.forget, key="another")
        icon = {"sample": ":material/labs:", "camera": ":material/photo_camera:"}.get(chosen.origin, ":material/draft:")
        st.markdown(f"{icon} **{escape_markdown(chosen.name)}**", width="content")
        if chosen.origin == "sample":
            st.badge("Simulated, no patient", color="violet", icon=":material/labs:")
    if chosen.note:
        st.caption(chosen.note)
    _page_picker(chosen)


def _upload() -> None:
    file = st.file_uploader(
        "ECG page: picture (PNG, JPEG, HEIC, TIFF and more), PDF or DICOM",
        # No list of endings: files come as .jfif, .dicom or without any. Intake goes by the content, and what it
        # refuses is said on the page, where the widget would only show a tooltip.
        type=None,
        key=f"upload-{session.round_number()}",
        help="One page of a 12-lead ECG: 3×4, 6×2 or 12×1, with or without rhythm strips. "
        "Of a document with several pages you can pick one.",
    )
    st.caption(f":material/lock: {_PRIVACY}")
    if file is not None:
        session.choose(Chosen(file.name, file.getvalue(), "upload"))
        st.rerun()


def _camera() -> None:
    st.markdown("Hold the camera straight above the flat page, in even light, and let the page fill the picture.")
    photo = photograph_page(f"camera-{session.round_number()}", _PHOTOS)
    st.caption(f":material/lock: {_PRIVACY}")
    if photo is not None:
        session.choose(Chosen(photo.name, photo.getvalue(), "camera"))
        st.rerun()


def _samples() -> None:
    from heartguard.samples import list_samples

    samples = list_samples()
    if not samples:
        st.info("The sample pages are not installed here. Upload a page of your own.", icon=":material/info:")
        return
    st.markdown("These pages are **simulated** by the project's own ECG and paper simulators. They show no patient.")
    with st.grid(4, min_column_width=220, gap="small", border=True) as grid:
        for number, sample in enumerate(samples):
            with grid.cell():
                _sample_card(sample, number)


def _sample_card(sample: Sample, number: int) -> None:
    st.image(_thumbnail(str(sample.path)), width="stretch", alt=f"Small picture of the sample: {sample.title}")
    st.markdown(f"**{sample.title}**")
    st.caption(_what(sample))
    st.button("Read this one", key=f"sample-{number}", width="stretch", on_click=_choose_sample, args=(sample,))


def _choose_sample(sample: Sample) -> None:
    truth = f" Simulated as: {class_name(sample.label)}." if sample.label else ""
    session.choose(Chosen(sample.title, sample.path.read_bytes(), "sample", note=_what(sample) + truth))


def _what(sample: Sample) -> str:
    """Return what a sample shows; that it is simulated stands beside it already."""
    return sample.description.removeprefix("Simulated. ")


@st.cache_data(show_spinner=False, max_entries=16)
def _thumbnail(path: str) -> bytes:
    """Return a small JPEG of a shipped sample; shared by all sessions, because it shows no patient."""
    from heartguard.intake import open_upload
    from heartguard.ui.overlays import encode_jpeg, fill

    return encode_jpeg(fill(open_upload(Path(path)).image, *_THUMBNAIL))


def _page_picker(chosen: Chosen) -> None:
    """Let the doctor turn the pages of a document with several."""
    pages = _page_count(chosen)
    if pages < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"This document has {pages} pages. Page:", width="content")
        key = f"page-{session.round_number()}"
        page = st.pagination(pages, default=chosen.page + 1, key=key)
    if page - 1 != chosen.page:
        session.turn_to(page - 1)
        st.rerun()


def _page_count(chosen: Chosen) -> int:
    from heartguard.errors import HeartGuardError
    from heartguard.intake import page_count

    try:
        return page_count(chosen.data)
    except HeartGuardError:
        return 1
