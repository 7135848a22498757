"""Turning the pages of a document, and choosing one of several ECGs on a page."""

from __future__ import annotations

import streamlit as st

from heartguard.sessions import Chosen, Scope, View
from heartguard.ui.shared import session

__all__ = ["page_picker"]

_SCOPE_PX = 220
"""Width of the choice of what of a document is read: its longest words fit."""

_SCOPES: dict[Scope, str] = {
    "found": "as its pages say",
    "alone": "this page alone",
    "together": "all pages as one ECG",
}
"""What of a document is read, in words."""


def page_picker(chosen: Chosen, parts: int = 1) -> None:
    """Let the doctor turn the pages of a document, read them together, and choose one of several ECGs on a page.

    Parameters
    ----------
    chosen : Chosen
    parts : int
        How many ECGs the page shows.
    """
    pages = 1 if chosen.more else _page_count(chosen)
    view, rounds = chosen.view, session.current_tab().rounds
    wanted = view
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages > 1:
            st.markdown(f"This document has {pages} pages. Page:", width="content")
            page = st.pagination(pages, default=view.page + 1, key=f"page-{rounds}")
            scope = st.selectbox(
                "Read",
                list(_SCOPES),
                index=list(_SCOPES).index(view.scope),
                format_func=_SCOPES.__getitem__,
                key=f"scope-{rounds}",
                label_visibility="collapsed",
                width=_SCOPE_PX,
            )
            wanted = View(page - 1, view.part if page - 1 == view.page else 0, scope)
            if st.button("All pages: work list", icon=":material/checklist:", type="tertiary", key="pages-to-list"):
                _list_pages(chosen)
                st.switch_page("pages/worklist.py")
        if parts > 1:
            st.markdown(f"This page shows {parts} ECGs. From the top:", width="content")
            part = st.pagination(parts, default=view.part + 1, key=f"part-{rounds}-{view.page}")
            wanted = wanted._replace(part=part - 1)
    if wanted != view:
        session.turn_to(wanted)
        st.rerun()


def _list_pages(chosen: Chosen) -> None:
    """Give a document to the work list, page by page."""
    from heartguard.intake import GivenFile
    from heartguard.ui.worklist.giving import give

    give([GivenFile(chosen.name, chosen.data)])


def _page_count(chosen: Chosen) -> int:
    from heartguard.errors import HeartGuardError
    from heartguard.intake import page_count

    try:
        return page_count(chosen.data)
    except HeartGuardError:
        return 1
