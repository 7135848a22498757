"""Choosing what to read: a file, the camera, or a simulated sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from heartguard.sessions import FIRST, View
from heartguard.ui.read.camera import photograph_page
from heartguard.ui.shared import session
from heartguard.ui.shared.frame import part_of
from heartguard.ui.shared.keeping import kept_text
from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.too_many import may_take
from heartguard.ui.shared.uploads import let_go
from heartguard.ui.shared.words import escape_markdown
from heartguard.vocabulary import DISCLAIMER, class_name

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from heartguard.samples import Sample

__all__ = ["choose_source"]

_UPLOAD, _CAMERA = "Upload a file", "Use the camera"
_ICONS = {_UPLOAD: ":material/upload_file:", _CAMERA: ":material/photo_camera:"}
_GIVE_PX = 400
"""Width of the column with the uploader: its longest sentence then takes two lines."""

_PHOTOS = ("image/*",)
"""Any picture: a phone then offers its own camera, and its HEIC photos."""

_CHOSEN = (
    "How they were chosen: drawn by the project's own simulators, each class on other paper. Acute infarctions are "
    "shown although the models are not sure of them. Simulated bundle branch blocks and premature beats, which the "
    "models take for normal, and pages without a grid, which are read poorly, are left out: so the demo looks better "
    "than HeartGuard is."
)
_PRIVACY = (
    "The file stays in the memory of this session, and is not used for training. On a public server, cover names and "
    "numbers first."
)


def choose_source() -> None:
    """Show the ways to give an ECG: a file, the camera, which opens only when it is asked for, and samples to see."""
    _recent()
    with st.container(horizontal=True, gap="medium", key=part_of(session.current())):
        with st.container(width=_GIVE_PX, gap="small"):
            way = st.segmented_control(
                "How to give the ECG",
                list(_ICONS),
                default=_UPLOAD,
                required=True,
                format_func=lambda option: f"{_ICONS[option]} {option}",
                key="way",
                label_visibility="collapsed",
            )
            (_camera if way == _CAMERA else _upload)()
        with st.container(width="stretch", gap="small"):
            _samples()
    st.caption(f":material/info: **{DISCLAIMER}**")


def _recent() -> None:
    """Show the ECGs that this tab has open, side by side."""
    ecgs = session.current_tab().opened
    if not ecgs:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="recent"):
        st.markdown("Open in this tab:", width="content")
        for word, chosen in reversed(ecgs):
            label = escape_markdown(chosen.name)
            st.page_link("pages/read.py", label=label, icon=":material/ecg:", query_params={session.QUERY: word})


def _upload() -> None:
    files = st.file_uploader(
        "ECG page: picture (PNG, JPEG, HEIC, TIFF and more), PDF, DICOM or signals (XML, WFDB in a ZIP)",
        # No list of endings: files come as .jfif, .dicom or without any. Intake goes by the content, and what it
        # refuses is said on the page, where the widget would only show a tooltip.
        type=None,
        accept_multiple_files=True,
        key=f"upload-{session.current_tab().rounds}",
        help="One page of an ECG: 3×4, 6×2, 12×1 or other leads, with or without rhythm strips. "
        "A class needs all twelve leads. Of a document with several pages you can pick one, of a long recording 10 s. "
        "Signals: DICOM waveforms, WFDB, and the XML of aECG, MUSE, CardioSoft, Philips and Mortara.",
    )
    st.caption(f":material/lock: {_PRIVACY} {kept_text()}")
    if not files or not may_take(files):
        return
    if len(files) == 1 and not _is_archive(files[0]):
        _open(files)
        st.rerun()
    if len(files) == 1:
        _list(files)
        st.switch_page("pages/worklist.py")
    st.markdown(f"**{len(files)} files.** Are they pages of one ECG, such as limb leads and chest leads?")
    with st.container(horizontal=True, gap="small"):
        st.button("One ECG: read them together", type="primary", on_click=_open, args=(files,), key="together")
        if st.button("Each is an ECG of its own: work list", icon=":material/checklist:", key="apart"):
            _list(files)
            st.switch_page("pages/worklist.py")


def _is_archive(file: UploadedFile) -> bool:
    from heartguard.intake import is_archive

    return is_archive(file.getvalue())


def _open(files: list[UploadedFile]) -> None:
    """Look at files as one ECG, in the order of their names."""
    first, *others = sorted(files, key=lambda file: file.name)
    view = View(scope="together") if others else FIRST
    more = tuple((file.name, file.getvalue()) for file in others)
    session.choose(Chosen(first.name, first.getvalue(), "upload", view, more=more))
    let_go(files)


def _list(files: list[UploadedFile]) -> None:
    """Give files to the work list, which takes archives and documents apart."""
    from heartguard.intake import GivenFile
    from heartguard.ui.worklist.giving import give

    give(GivenFile(file.name, file.getvalue()) for file in sorted(files, key=lambda file: file.name))
    let_go(files)
    session.current_tab().rounds += 1


def _camera() -> None:
    st.markdown("Hold the camera straight above the flat page, in even light, and let the page fill the picture.")
    photo = photograph_page(f"camera-{session.current_tab().rounds}", _PHOTOS)
    st.caption(f":material/lock: {_PRIVACY} {kept_text()}")
    if photo is not None and may_take([photo]):
        session.choose(Chosen(photo.name, photo.getvalue(), "camera"))
        st.rerun()


def _samples() -> None:
    from heartguard.samples import list_samples

    samples = list_samples()
    if not samples:
        return
    st.markdown("**Or see a simulated one**, of no patient")
    with st.grid(4, min_column_width=170, gap="small") as grid:
        for number, sample in enumerate(samples):
            with grid.cell(), st.container(gap="xsmall", key=f"card-{number}"):
                _sample_card(sample, number)
    st.caption(_CHOSEN)


def _sample_card(sample: Sample, number: int) -> None:
    st.image(str(sample.thumbnail), width="stretch", alt=f"Small picture of the sample: {sample.title}")
    st.button(sample.title, key=f"sample-{number}", width="stretch", on_click=_choose_sample, args=(sample,))
    st.caption(_what(sample))


def _choose_sample(sample: Sample) -> None:
    truth = f" Simulated as: {class_name(sample.label)}." if sample.label else ""
    session.choose(Chosen(sample.title, sample.path.read_bytes(), "sample", note=_what(sample) + truth))


def _what(sample: Sample) -> str:
    """Return what a sample shows, and where the models are not sure; that it is simulated stands beside it already."""
    said = sample.description.removeprefix("Simulated. ")
    return f"{said} Here HeartGuard is not sure." if sample.unsure else said
