"""The page Work list: files given, progress, the table, two ECGs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from heartguard.intake import GivenFile
from heartguard.sessions import WorkList
from heartguard.ui.review.labelled import show_labelled_set
from heartguard.ui.shared import session
from heartguard.ui.shared.frame import header, sheet
from heartguard.ui.shared.keeping import kept_text
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import current_tab
from heartguard.ui.shared.too_many import may_take
from heartguard.ui.shared.uploads import let_go
from heartguard.ui.shared.words import escape_markdown
from heartguard.ui.worklist.comparing import show_two
from heartguard.ui.worklist.filtering import show_filters
from heartguard.ui.worklist.giving import give, work_list
from heartguard.ui.worklist.order import arranged
from heartguard.ui.worklist.progress import show_progress
from heartguard.ui.worklist.table import mount_table, table_rows

__all__ = ["show"]

_POLL_S = 1.0
"""How often the list is looked at while it is read: a reading takes seconds."""

_SORT = "worklist-sort"
_CHECKED = "worklist-checked"

_HELP = (
    "Pictures, PDFs of many pages, DICOM and files of signals, or a ZIP of them. Every page is an ECG of its own, "
    "unless the pages of a document say that they belong together."
)


def show() -> None:
    """Show the page."""
    with sheet():
        header("Work list")
        work = work_list()
        # Another key once there are some: else it would stay open.
        place = "worklist-add-more" if len(work) else "worklist-add"
        with st.expander("Add ECGs", icon=":material/upload_file:", expanded=not len(work), key=place):
            _take_files()
        if len(work) or work.notes:
            busy = any(entry.state in ("waiting", "reading") for entry in work.entries)
            st.fragment(_show_list, run_every=_POLL_S if busy else None)(busy)


def _take_files() -> None:
    files = st.file_uploader(
        "Several files, a ZIP, or a PDF of many pages",
        type=None,
        accept_multiple_files=True,
        help=_HELP,
        key=f"worklist-upload-{current_tab().rounds}",
    )
    st.caption(
        ":material/lock: They stay in the memory of this session and are read one after the other, while you look at "
        f"those that are read. {kept_text()}"
    )
    if files and may_take(files):
        given = [GivenFile(file.name, file.getvalue()) for file in sorted(files, key=lambda file: file.name)]
        let_go(files)
        current_tab().rounds += 1
        give(given)
        st.rerun()


@calm
def _show_list(was_busy: bool) -> None:
    """Show progress, filters and table; draws the page anew when the last ECG was read, so that it rests."""
    work = work_list()
    show_progress(work)
    for note in work.notes:
        st.caption(f":orange[:material/info:] {escape_markdown(note)}")
    tab = current_tab()
    filters = show_filters(work.entries)
    by, descending = st.session_state.get(_SORT, ("given", False))
    shown = arranged(work.entries, tab.reviews, filters, by, descending=descending)
    work.order = [entry.word for entry in shown]
    checked = [word for word in st.session_state.get(_CHECKED, []) if word in work.order]
    rows = table_rows(shown, tab.reviews, st.query_params.get(session.QUERY, ""))
    pressed = mount_table(rows, by, descending=descending, checked=checked)
    if not shown:
        st.markdown("No ECG of the list passes the filter.")
    _act(pressed, by, descending=descending)
    _below(work, checked)
    busy = any(entry.state in ("waiting", "reading") for entry in work.entries)
    if busy != was_busy:
        st.rerun()


def _act(pressed: Mapping[str, Any], by: str, *, descending: bool) -> None:
    """Do what was pressed in the table."""
    if pressed.get("open"):
        st.switch_page("pages/read.py", query_params={session.QUERY: pressed["open"]})
    column = pressed.get("sort")
    if column:
        # Once up, once down, then as given.
        following = (column, False) if column != by else ("given", False) if descending else (column, True)
        st.session_state[_SORT] = following
        st.rerun(scope="fragment")
    if pressed.get("checked") is not None:
        st.session_state[_CHECKED] = list(pressed["checked"])[-2:]
        st.rerun(scope="fragment")


def _below(work: WorkList, checked: list[str]) -> None:
    """Show two ECGs that were chosen, and offer those that were overruled."""
    chosen = [entry for word in checked for entry in [work.get(word)] if entry is not None]
    if len(chosen) == 2:
        show_two(work, *chosen)
    elif len(work) > 1:
        st.caption(
            "Tick two ECGs to see them side by side. Keys on an open ECG: N next, P previous, A accept, O overrule."
        )
    show_labelled_set()
