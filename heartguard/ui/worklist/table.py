"""The table of the work list on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import streamlit as st

from heartguard.once import once
from heartguard.review import Review
from heartguard.sessions import Entry, Place
from heartguard.ui.shared.words import quality_text, quality_word, review_headline
from heartguard.ui.worklist.order import class_text, rate_word, review_word
from heartguard.vocabulary import class_name, percent

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

__all__ = ["COLUMNS", "mount_table", "table_rows"]

COLUMNS = {
    "name": "ECG",
    "class": "Answer",
    "confidence": "Confidence",
    "statement": "Statements",
    "rate": "Rate",
    "quality": "Quality",
    "review": "Review",
}
"""Columns by the words of `heartguard.ui.worklist.order.Column`."""

_FEW = 2
"""Statements that a row spells out; the others are counted, and stand in the tooltip."""


@once
def _component() -> ComponentRenderer:
    folder = files("heartguard.ui.worklist")
    css, js = (folder.joinpath(f"table.{kind}").read_text("utf-8") for kind in ("css", "js"))
    return st.components.v2.component("heartguard_worklist", css=css, js=js, isolate_styles=False)


def mount_table(
    rows: Sequence[Mapping[str, Any]], by: str, *, descending: bool, checked: Sequence[str]
) -> Mapping[str, Any]:
    """Show the rows; return what was pressed: ``open``, a word, ``sort``, a column, ``checked``, words; each once."""
    data = {
        "columns": [{"key": key, "label": label} for key, label in COLUMNS.items()],
        "rows": list(rows),
        "sort": {"by": by, "descending": descending},
        "checked": list(checked),
    }
    return _component()(
        key="worklist-table", data=data, on_open_change=_nothing, on_sort_change=_nothing, on_checked_change=_nothing
    )


def table_rows(entries: Sequence[Entry], reviews: Mapping[Place, Review], current: str = "") -> list[dict[str, Any]]:
    """Return the rows as plain values."""
    return [
        {
            "word": entry.word,
            "name": entry.chosen.name,
            "below": _below(entry),
            "state": entry.state,
            "current": entry.word == current,
            "cells": _cells(entry, reviews.get(entry.chosen.place)),
        }
        for entry in entries
    ]


def _below(entry: Entry) -> str:
    """Return which page of a document it is, and which ECG of the page."""
    view, parts = entry.chosen.view, 1 if entry.summary is None else entry.summary.parts
    said = [f"page {view.page + 1} of {entry.pages}"] if entry.pages > 1 else []
    return ", ".join([*said, *([f"ECG {view.part + 1} of {parts}"] if parts > 1 else [])])


def _cells(entry: Entry, review: Review | None) -> dict[str, dict[str, str]]:
    summary, answer = entry.summary, {"text": class_text(entry), "look": "hg-strong"}
    reviewed = {"text": review_word(review), "title": "" if review is None else review_headline(review)}
    if summary is None:
        why = {"text": entry.refused, "title": entry.refused}
        nothing = {key: {"text": ""} for key in ("confidence", "rate", "quality")}
        answer = {"text": class_text(entry), "look": "hg-alarm" if entry.refused else ""}
        return {"class": answer, "statement": why, "review": {"text": ""}, **nothing}
    if summary.label is None and summary.closest:
        answer["title"] = f"closest: {class_name(summary.closest)}"
    texts, rate = summary.texts, summary.rate
    more = f" (+{len(texts) - _FEW} more)" if len(texts) > _FEW else ""
    return {
        "class": answer,
        "confidence": {"text": "" if summary.confidence is None else percent(summary.confidence)},
        "statement": {"text": " ".join(texts[:_FEW]) + more, "title": "\n".join(texts)},
        "rate": {
            "text": "–" if rate is None else f"{rate:.0f}/min",
            "look": "hg-alarm" if rate_word(rate) in ("slow", "fast") else "",
        },
        "quality": {
            "text": quality_text(summary.quality),
            "look": "hg-alarm" if quality_word(summary.quality) == "poor" else "",
        },
        "review": reviewed,
    }


def _nothing() -> None:
    """Let what was pressed rerun the page and do no more."""
