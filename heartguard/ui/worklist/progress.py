"""How far the work list is, by ECG and by file, with what stops it and tries again."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from heartguard.sessions import Entry, WorkList, shared_rate_limits
from heartguard.ui.shared.running import expected_seconds
from heartguard.ui.shared.session import current_tab
from heartguard.ui.shared.too_many import wait_text
from heartguard.ui.shared.words import escape_markdown

__all__ = ["files_text", "show_progress"]


def show_progress(work: WorkList) -> None:
    """Show how far the list is; what was refused or stopped can be tried again."""
    entries = work.entries
    count = Counter[str](entry.state for entry in entries)
    done = count["read"] + count["refused"]
    left = count["waiting"] + count["reading"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="worklist-progress"):
        if left:
            text = f"{done} of {len(entries)} read · {files_text(entries)}{_left_text(left, count['reading'])}"
            st.progress(done / len(entries), text=text)
            st.button("Stop", icon=":material/stop_circle:", key="worklist-stop", on_click=work.stop)
        elif entries:
            st.markdown(f"**{_summary(count)}**", width="stretch")
        again = count["refused"] + count["stopped"]
        if again and not left:
            label = f"Try {again} again"
            st.button(label, icon=":material/refresh:", key="worklist-retry", on_click=work.retry)
        if entries and not left:
            st.button("Empty the list", icon=":material/delete:", key="worklist-clear", on_click=work.clear)


def _left_text(left: int, reading: int) -> str:
    """Say how long the rest takes, as far as that is known, or when it goes on."""
    wait = None if reading else shared_rate_limits().readings.look(current_tab().session)
    if wait is not None:
        return f" · {wait_text('readings', wait)}"
    seconds = expected_seconds()
    return f" · about {max(round(left * seconds), 1)} s left" if seconds else ""


def files_text(entries: list[Entry]) -> str:
    """Say which files are whole, and which page of which file is being read."""
    files: dict[str, list[Entry]] = {}
    for entry in entries:
        files.setdefault(entry.chosen.digest, []).append(entry)
    whole = sum(all(entry.state not in ("waiting", "reading") for entry in each) for each in files.values())
    now = next((entry for entry in entries if entry.state == "reading"), None)
    said = f"{whole} of {len(files)} files"
    if now is None:
        return said
    page = f", page {now.chosen.page + 1} of {now.pages}" if now.pages > 1 else ""
    return f"{said} · now {escape_markdown(now.chosen.name)}{page}"


def _summary(count: Counter[str]) -> str:
    parts = [f"{count['read']} read"]
    parts += [f"{count['refused']} not read"] if count["refused"] else []
    parts += [f"{count['stopped']} stopped"] if count["stopped"] else []
    return ", ".join(parts)
