"""Statements in words from the measurements, the age and the sex by which they are judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import streamlit as st

from heartguard.contradictions import contradictions
from heartguard.patient import MOST_YEARS, SEXES, Patient
from heartguard.statements import statements
from heartguard.ui.shared import session
from heartguard.ui.shared.keeping import is_on, set_number
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.session import Chosen
from heartguard.ui.viewer import mount_statements
from heartguard.values import Reading
from heartguard.vocabulary import with_minus

__all__ = ["come_first", "not_stated", "show_patient", "show_statements"]

_SHOWN = 3
"""Statements that are shown before the others are asked for: the measurements stay on the first screen."""

_SIGNED = re.compile(r" (?=[+−]\d)")
"""Before a signed number no line is broken: it belongs to the lead before it."""

_LETTERS, _LINES = 46, 5
"""Letters on a line of the column; lines of statements, and of what disagrees, above measurements that are then still
on a first screen of 900 pixels."""


@calm
def show_statements(chosen: Chosen, reading: Reading) -> None:
    """Show what the measurements mean; nothing where they mean nothing."""
    given = statements(reading, chosen.patient).given
    if not given:
        return
    rows = [
        {"code": one.code, "text": _unbroken(one.text), "leads": list(one.leads), "beats": list(one.beats)}
        for one in given
    ]
    with st.container(key="statements", border=True, gap="xsmall"):
        mount_statements(rows, _SHOWN)


def come_first(chosen: Chosen, reading: Reading) -> bool:
    """Return whether the statements are so few that they come before the measurements."""
    given = [one.text for one in statements(reading, chosen.patient).given]
    more = 1 if len(given) > _SHOWN else 0
    return _lines((*given[:_SHOWN], *contradictions(reading))) + more <= _LINES


def _unbroken(text: str) -> str:
    return _SIGNED.sub("\u00a0", with_minus(text))


def _lines(sentences: Iterable[str]) -> int:
    return sum(1 + len(sentence) // _LETTERS for sentence in sentences)


def show_patient(chosen: Chosen, reading: Reading) -> None:
    """Let age and sex be given, on which some limits depend; where a history is kept, also the patient's number."""
    given = chosen.patient
    said = ", ".join(filter(None, (given.sex, None if given.age_years is None else f"{given.age_years:.0f} years")))
    with st.popover(f"Age and sex: {said or 'not given'}", icon=":material/person:", type="tertiary"):
        st.markdown("Some limits of normal depend on them. They stay in this tab.")
        age = st.number_input("Age, years", 0, MOST_YEARS, _whole(given.age_years), key=f"age-{chosen.digest[:16]}")
        sex = st.segmented_control("Sex", SEXES, default=given.sex, key=f"sex-{chosen.digest[:16]}")
        if is_on():
            _number(chosen, reading)
    patient = Patient(None if age is None else float(age), sex)
    if patient != given:
        session.set_patient(patient)
        st.rerun()


def _number(chosen: Chosen, reading: Reading) -> None:
    """Let the number of the patient be given, under which the reading is found, and can be deleted."""
    tab = session.current_tab()
    before = tab.numbers.get(chosen.place, "")
    help_ = "Under it the readings of a patient are found and deleted. It stays in the history, and is in no report."
    number = st.text_input(
        "Number of the patient", before, max_chars=64, help=help_, key=f"number-{chosen.digest[:16]}"
    )
    if number.strip() != before:
        set_number(tab, chosen, reading, number.strip())


def not_stated(withheld: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each reason for which nothing is stated, with the subjects that it concerns.

    Examples
    --------
    >>> not_stated({"ST segment": "The gain was assumed.", "low voltage": "The gain was assumed."})
    ('Nothing is stated of ST segment, low voltage: The gain was assumed.',)
    """
    subjects: dict[str, list[str]] = {}
    for subject, reason in withheld.items():
        subjects.setdefault(reason, []).append(subject)
    return tuple(f"Nothing is stated of {', '.join(names)}: {reason}" for reason, names in subjects.items())


def _whole(years: float | None) -> int | None:
    return None if years is None else round(years)
