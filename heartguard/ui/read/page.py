"""The page Read: choose a file, then the page with its traces, and beside it the answer and the measurements."""

from __future__ import annotations

import streamlit as st

from heartguard.errors import HeartGuardError, PageError, TraceError
from heartguard.ui.read.page_picker import page_picker
from heartguard.ui.read.source import choose_source
from heartguard.ui.shared import session
from heartguard.ui.shared.fragments import fragment
from heartguard.ui.shared.frame import header, part_of, sheet
from heartguard.ui.shared.problems import calm, show_problem, show_surprise
from heartguard.ui.shared.reading_progress import show_reading_progress
from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.words import escape_markdown
from heartguard.ui.viewer import mount_measurements
from heartguard.values import Reading

__all__ = ["show"]

_ON_PAGES = ("file.together", "page.several")
"""Codes of notes on which pages were read as one ECG, and which ECG of a page is shown: said beside the answer."""

_COLUMN_PX = 400
"""Width of the column beside the page: the longest row of a measurement fits on one line."""


def show() -> None:
    """Show the page."""
    chosen = session.current()
    with sheet():
        if chosen is None:
            if not header("Read a paper ECG"):
                choose_source()
            return
        from heartguard.ui.shared.running import outcome

        found = outcome(chosen, begin=False)  # the page of the doctor first: loading the models would hold it up
        header("Read", chosen, found)
        page_picker(chosen, found.parts if isinstance(found, Reading) else 1)
        if found is None or isinstance(found, Reading):
            _read(chosen, found)
        else:
            _refused(chosen, found)


def _read(chosen: Chosen, reading: Reading | None) -> None:
    """Show the page at once, and beside it how far the reading is, then what was read."""
    with st.container(horizontal=True, gap="medium", key=part_of(chosen)):
        with st.container(key="ecg", width="stretch"):
            _page(chosen, reading)
        with st.container(key="column", width=_COLUMN_PX, gap="small"):
            if reading is None:
                show_reading_progress()
            else:
                _column(chosen, reading)


@fragment
@calm
def _page(chosen: Chosen, reading: Reading | None) -> None:
    """Show the page in the viewer, as it was uploaded until it is read."""
    from heartguard.ui.viewer.ecg import asked, show_ecg, show_upload

    if reading is None:
        show_upload(chosen)
    else:
        from heartguard.ui.explanation.maps import answer_shares

        marks = asked(chosen).get("marks")
        if marks is not None:  # before the ECG is sent, which then goes once
            session.move_marks(reading, marks)
            st.rerun()
        show_ecg(chosen, reading, {"adds": answer_shares(reading), "movable": True})


def _column(chosen: Chosen, reading: Reading) -> None:
    from heartguard.ui.preprocessing.lead_names import show_lead_names
    from heartguard.ui.read.answer import show_answer, show_doubts
    from heartguard.ui.read.cards import FORMULAS, measurement_rows
    from heartguard.ui.read.downloads import show_downloads
    from heartguard.ui.read.scale import show_scale
    from heartguard.ui.read.statements import come_first, show_patient, show_statements
    from heartguard.ui.review.panel import show_panel, show_review

    show_panel(chosen, reading)
    with st.container(key="answer", border=True, gap="xsmall"):
        show_answer(reading)
    show_lead_names(chosen, reading)
    first = come_first(chosen, reading)
    if first:
        show_statements(chosen, reading)
    with st.container(key="measurements", border=True, gap="xsmall"):
        moved = [name for name, _ in reading.corrections.marks]
        mount_measurements(measurement_rows(reading.measurements, moved), list(FORMULAS))
    if not first:
        show_statements(chosen, reading)
    show_review(chosen, reading)
    if chosen.note:
        st.caption(chosen.note)
    for warning in reading.warnings:
        if warning.severity == "note" and warning.code in _ON_PAGES:
            st.caption(f":material/layers: {escape_markdown(warning.text)}")
    show_patient(chosen, reading)
    if chosen.place in session.current_tab().not_kept:
        st.caption(":orange[:material/warning: **Not kept:** the history cannot be written. Tell who runs it.]")
    show_scale(chosen, reading)
    show_doubts(reading)
    st.page_link(
        "pages/preprocessing.py",
        label="Leads, arrangement or scale wrong? Set them by hand",
        icon=":material/tune:",
        query_params=session.address(),
    )
    show_downloads(chosen, reading)


def _refused(chosen: Chosen, error: Exception) -> None:
    """Say calmly what went wrong, beside the picture where there is one, and offer a way on."""
    seen = isinstance(error, PageError | TraceError)
    with st.container(horizontal=True, gap="medium", key=f"{part_of(chosen)}-refused"):
        with st.container(width="stretch", gap="small"):
            if isinstance(error, HeartGuardError):
                from heartguard.intake import origin_of

                show_problem(error, "camera" if chosen.origin == "camera" else origin_of(chosen.data))
            else:
                show_surprise()
        if seen:
            with st.container(width=_COLUMN_PX, key="refused"):
                _page(chosen, None)
    if seen:
        _correct(chosen)
    choose_source()


@calm
def _correct(chosen: Chosen) -> None:
    """Offer to set by hand what was not found."""
    from heartguard.intake import open_upload
    from heartguard.ui.preprocessing.correct import show_corrections

    with st.expander("It is an ECG: set corners, arrangement, speed and gain by hand", icon=":material/tune:"):
        show_corrections(chosen, open_upload(chosen.data, name=chosen.name, page=chosen.page))
