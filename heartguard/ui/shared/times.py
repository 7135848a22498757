"""Seconds of readings and explanations, measured where they are made: in a browser its own work would count too."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

__all__ = ["TIMES_VARIABLE", "note_times"]

TIMES_VARIABLE = "HEARTGUARD_TIMES"
"""Environment variable by which an operator names the file that the times are written to; without it none are."""

_WRITING = threading.Lock()
"""Held while a line is written, so that two threads do not mix theirs."""


def note_times(what: str, waited_s: float, spent_ms: Mapping[str, float]) -> None:
    """Write the times of one piece of work as a line of JSON; nothing in it tells whose it was.

    Parameters
    ----------
    what : str
        ``"reading"`` or ``"explanation"``.
    waited_s : float
        Seconds in the line before it.
    spent_ms : mapping of str to float
        Milliseconds by stage, and their ``total``.
    """
    path = os.environ.get(TIMES_VARIABLE)
    if not path:
        return
    row = {"what": what, "waiting": round(1000 * waited_s), **{stage: round(ms) for stage, ms in spent_ms.items()}}
    with _WRITING, Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
