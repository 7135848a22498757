"""The history, for who signed in as an admin: how much is kept, who did what, and deleting a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from heartguard.errors import HeartGuardError
from heartguard.ui.shared.access import signed_in
from heartguard.ui.shared.keeping import history, is_on
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.words import escape_markdown

if TYPE_CHECKING:
    from heartguard.history import History

__all__ = ["may_see_history", "show_history"]

_LINES = 200
"""Lines of the audit trail that are shown, the newest: some days of a ward. `heartguard history audit` shows more."""

_LONGEST_NUMBER = 64
"""Characters of a patient's number, as the history takes them."""


def may_see_history() -> bool:
    """Return whether there is a history, and who signed in may see it."""
    person = signed_in()
    return person is not None and person.may("see_history") and is_on()


@calm
def show_history() -> None:
    """Show the audit trail, and offer to delete a patient; nothing to who may not."""
    kept = history() if may_see_history() else None
    if kept is None:
        return
    _deleting(kept)
    st.markdown(f"Kept: {kept.count()} readings, each for {kept.settings.days} days. The last acts, the newest first:")
    lines = kept.audit(_LINES)
    names = {"at": "When (UTC)", "who": "Who", "did": "Did", "reading_id": "Reading", "patient_id": "Patient"}
    table = pd.DataFrame(lines, columns=[*names, "detail"]).rename(columns={**names, "detail": "Detail"})
    table["When (UTC)"] = pd.to_datetime(table["When (UTC)"], utc=True).dt.strftime("%Y-%m-%d %H:%M:%S")
    for column in ("Who", "Detail"):  # initials are typed by anybody, and a table reads Markdown
        table[column] = [escape_markdown(text) for text in table[column]]
    st.table(table.fillna(""), hide_index=True, border="horizontal", alt="Audit trail of the history")


def _deleting(kept: History) -> None:
    person = signed_in()
    if person is None or not person.may("delete_history"):
        return
    with st.form("delete-patient", clear_on_submit=True, width=520):
        number = st.text_input("Number of the patient to delete", max_chars=_LONGEST_NUMBER)
        sure = st.checkbox("Delete all readings and reviews of this patient; it cannot be undone")
        asked = st.form_submit_button("Delete the patient", icon=":material/delete:")
    if not asked:
        return
    if not (number.strip() and sure):
        st.warning("Nothing was deleted: give the number, and tick that it cannot be undone.")
        return
    try:
        count = kept.delete_patient(number.strip(), who=person.email)
    except HeartGuardError as error:
        st.warning(f"Nothing was deleted. {error}")
    else:
        st.success(f"Deleted: the patient and {count} readings. The audit trail keeps that it was done.")
