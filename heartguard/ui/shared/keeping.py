"""The history in the app: whether anything is kept, what is said of it, and what is written where it is on.

Nothing of SQLAlchemy is loaded while it is off. What cannot be written does not stop a doctor: the reading stays on the
screen, and the page says that it was not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from heartguard.errors import HeartGuardError
from heartguard.history import history_settings
from heartguard.once import once
from heartguard.sessions import Chosen, Tab, log_surprise
from heartguard.values import Reading

if TYPE_CHECKING:
    from heartguard.history import History
    from heartguard.review import Review

__all__ = ["history", "is_on", "keep_reading", "keep_review", "kept_text", "note_export", "set_number"]


@once
def history() -> History | None:
    """Return the history of this process, opened once; None where it is off.

    Raises
    ------
    heartguard.errors.HeartGuardError
        If it is switched on and cannot be used.
    """
    settings = history_settings()
    if settings is None:
        return None
    try:
        from heartguard.history import History
    except ImportError as error:
        why = "The history is switched on and needs its extra: pip install 'heartguard[history]'."
        raise HeartGuardError(why) from error
    return History(settings)


def is_on() -> bool:
    """Return whether the operator switched the history on."""
    return history_settings() is not None


@lru_cache(maxsize=1)
def _expired(day: date) -> int:
    """Delete what is too old, once a day of this process."""
    kept = history()
    return 0 if kept is None else kept.expire()


def kept_text() -> str:
    """Say whether anything is kept after the session."""
    settings = history_settings()
    if settings is None:
        return "Nothing is kept after this session: no file, no reading, no review."
    from heartguard.deidentify.settings import removes_text

    page = "the page without its print" if removes_text() else "the page and all that is printed on it"
    return (
        f"This server keeps each reading and review for {settings.days} days, with {page}, and "
        "notes who read, changed and exported it. Files themselves are not kept."
    )


def keep_reading(tab: Tab, chosen: Chosen, reading: Reading) -> None:
    """Keep a reading where the history is on; samples are of no patient, and not kept."""
    if not is_on() or chosen.origin == "sample":
        return
    from heartguard.deidentify import removes_text
    from heartguard.report import page_picture, to_json
    from heartguard.ui.shared.pictures import encode_jpeg

    said = to_json(reading, patient=chosen.patient)
    choice = tab.choices.get(chosen.key)
    hidden = [(box.x0, box.y0, box.x1, box.y1) for box in choice.hidden] if choice else []
    picture = encode_jpeg(page_picture(reading, deidentify=removes_text(), hidden=hidden))
    _write(tab, chosen, lambda kept: _keep(kept, tab, chosen, said, picture))


def _keep(kept: History, tab: Tab, chosen: Chosen, said: dict[str, object], picture: bytes) -> None:
    number = tab.numbers.get(chosen.place)
    tab.kept[chosen.place] = kept.keep(said, picture, who=tab.who, place=str(chosen.view), patient=number)


def keep_review(tab: Tab, chosen: Chosen, reading: Reading, review: Review) -> None:
    """Keep a review where the history is on."""
    if not is_on() or chosen.origin == "sample":
        return
    from heartguard.report import to_json

    if chosen.place not in tab.kept:
        keep_reading(tab, chosen, reading)
    said = to_json(reading, review=review)["review"]
    _write(tab, chosen, lambda kept: kept.keep_review(tab.kept[chosen.place], said, who=tab.owner or review.initials))


def note_export(tab: Tab, chosen: Chosen, form: str) -> None:
    """Note that a reading leaves the app as a file."""
    if is_on() and chosen.place in tab.kept:
        _write(tab, chosen, lambda kept: kept.exported(tab.kept[chosen.place], form, who=tab.who))


def set_number(tab: Tab, chosen: Chosen, reading: Reading, number: str) -> None:
    """Say whose ECG it is; without a number it is nobody's, and goes with the retention period alone."""
    tab.numbers[chosen.place] = number
    keep_reading(tab, chosen, reading)


def _write(tab: Tab, chosen: Chosen, act: Callable[[History], None]) -> None:
    try:
        kept = history()
        if kept is not None:
            act(kept)
            _expired(date.today())
        tab.not_kept.discard(chosen.place)
    except Exception as error:
        log_surprise(error)
        tab.not_kept.add(chosen.place)
