"""What every page of the app shares: title, navigation, the strip of the open ECG, width and theme."""

from __future__ import annotations

import html
from importlib.resources import files

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from heartguard.memory import keep_arrays_out_of_pools
from heartguard.resources import shipped
from heartguard.ui.shared import session
from heartguard.ui.shared.access import let_in, show_account
from heartguard.ui.shared.session import Chosen
from heartguard.ui.shared.strip import strip_html
from heartguard.values import Reading

__all__ = ["MAX_WIDTH_PX", "PAGES", "header", "open_reading", "part_of", "sheet"]

MAX_WIDTH_PX = 1680
"""Wider than this the page of an ECG grows no more: it is then as large as on paper."""

PAGES = {
    "pages/read.py": ("Read", ":material/ecg_heart:"),
    "pages/worklist.py": ("Work list", ":material/checklist:"),
    "pages/preprocessing.py": ("Preprocessing", ":material/account_tree:"),
    "pages/explanation.py": ("Explanation", ":material/local_fire_department:"),
    "pages/about.py": ("About", ":material/fact_check:"),
}
"""The pages by their scripts, in their order."""


def _set_up() -> None:
    """Set icon, width, logo and how memory is kept."""
    keep_arrays_out_of_pools()
    st.set_page_config(page_icon=str(shipped("assets", "icon.png")), layout="wide")
    st.logo(str(shipped("assets", "logo.svg")), size="large")
    st.html(f"<style>{files('heartguard.ui.shared').joinpath('app.css').read_text('utf-8')}</style>")


def sheet() -> DeltaGenerator:
    """Set up what all pages share; return the centred container of one, so that lines stay readable on wide screens.

    Where there is a sign-in, the run ends here for who may not see the page.
    Each page calls it, not the entry alone: of a fresh server Streamlit runs a page of ``pages/`` without the entry.
    """
    _set_up()
    outer = st.container(horizontal_alignment="center")
    page = outer.container(width=MAX_WIDTH_PX, gap="small")
    let_in(page)
    return page


def part_of(chosen: Chosen | None) -> str:
    """Return the key of a container with what belongs to an ECG, or to none: the header hides those of others at once.

    Streamlit leaves what was there until the new page has replaced it: values of one ECG under the name of another.
    """
    return f"of-{'none' if chosen is None else chosen.word}"


def _hiding_others(chosen: Chosen | None) -> str:
    return f'<style>[class*="st-key-of-"]:not([class*="st-key-{part_of(chosen)}"]) {{visibility: hidden}}</style>'


def header(title: str, chosen: Chosen | None = None, found: Reading | Exception | None = None) -> bool:
    """Show the links to the pages, which keep the open ECG, and the strip that says which one that is.

    Parameters
    ----------
    title : str
        Heading where no ECG is open.
    chosen : Chosen, optional
        The ECG that is open.
    found : Reading or Exception, optional
        Its reading, if it is known.

    Returns
    -------
    bool
        Whether an ECG that the tab had before a reload may still come.
    """
    name = f"{chosen.name} · {title}" if chosen is not None else title
    st.set_page_config(page_title=f"{name} · HeartGuard")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="pages"):
        for script, (label, icon) in PAGES.items():
            st.page_link(script, label=label, icon=icon, query_params=session.address())
        if chosen is not None:
            st.space("stretch")
            _neighbours()
        show_account(aside=chosen is None)
    if chosen is None:
        st.html(f'<h1 class="hg-title">{html.escape(title)}</h1>{_hiding_others(None)}')
    else:
        _strip(chosen, found if isinstance(found, Reading) else None)
    return _take_up(chosen)


def open_reading(title: str) -> tuple[Chosen | None, Reading | Exception | None]:
    """Show the header of a page, read its ECG if that is not there any more, and say where one is to be had if none is.

    Returns
    -------
    chosen : Chosen or None
    found : Reading, Exception or None
        None while it is read, whose progress is shown.
    """
    chosen = session.current()
    if chosen is None:
        header(title)
        _to_read("No ECG is open.")
        return None, None
    from heartguard.ui.shared.reading_progress import show_reading_progress
    from heartguard.ui.shared.running import outcome

    found = outcome(chosen)
    header(title, chosen, found)
    if found is None:
        show_reading_progress()
    elif not isinstance(found, Reading):
        _to_read("This ECG could not be read.")
    return chosen, found


def _to_read(word: str) -> None:
    st.markdown(f"{word} This page shows how an ECG was read.")
    st.page_link("pages/read.py", label="Read an ECG", icon=":material/ecg_heart:", query_params=session.address())


def _neighbours() -> None:
    """Offer the ECGs before and after the open one in the work list."""
    tab, word = session.current_tab(), st.query_params.get(session.QUERY, "")
    if tab.work is None or tab.work.get(word) is None:
        return
    before, after, place, count = tab.work.neighbours(word)
    tab.work.wanted = after
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content", key="neighbours"):
        _step("Previous", "left", "P", before)
        st.markdown(f"{place} of {count}" if place else "filtered out", width="content")
        _step("Next", "right", "N", after)


def _step(label: str, way: str, key: str, word: str) -> None:
    """Offer a neighbour in the work list, whose address is `word`; none where that is empty."""
    st.button(
        label,
        icon=f":material/chevron_{way}:",
        shortcut=key,
        help=f"{label} ECG of the work list",
        key=label.lower(),
        disabled=not word,
        on_click=session.look_at,
        args=(word,),
    )


def _strip(chosen: Chosen, reading: Reading | None) -> None:
    """Show the strip of the open ECG, and beside it what accepts or overrules its reading, or leaves it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="strip"):
        strip = strip_html(chosen, reading, session.current_tab().reviews.get(chosen.place))
        st.html(strip + _hiding_others(chosen), width="stretch")
        with st.container(horizontal=True, gap="xsmall", width="content", key="actions"):
            if reading is not None:
                from heartguard.ui.review.bar import show_review_bar

                show_review_bar(chosen, reading)
            st.button("Read another", icon=":material/add:", on_click=session.forget, key="another")


def _take_up(chosen: Chosen | None) -> bool:
    """Take up what the tab had before a reload; return whether it has not yet said whether it had anything."""
    from heartguard.ui.viewer import mount_tab

    tab, expected = session.current_tab(), bool(session.address())
    kept = mount_tab(tab.token, asks=not tab.has_any, expected=expected)
    if kept and kept != tab.token and not tab.has_any and session.take_up(kept):
        st.rerun()
    if kept and chosen is None and expected:
        st.info(
            "The ECG of this address was opened in another tab, or too long ago. Nothing of it is kept here: give its "
            "file again.",
            icon=":material/link_off:",
        )
    return expected and chosen is None and not kept and not tab.has_any
