"""Whether text is removed from pages that are kept or exported: said by the operator's environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

__all__ = ["VARIABLE", "removes_text"]

VARIABLE = "HEARTGUARD_DEIDENTIFY"
"""Name in the environment; Streamlit puts secrets of the top level there too."""

_OFF = ("off", "0", "false", "no")


def removes_text(environment: Mapping[str, str] | None = None) -> bool:
    """Return whether text is removed unless a doctor says otherwise: it is, unless the operator switched it off.

    Parameters
    ----------
    environment : mapping of str to str, optional
        By default that of the process.

    Examples
    --------
    >>> removes_text({}), removes_text({"HEARTGUARD_DEIDENTIFY": "off"})
    (True, False)
    """
    found = os.environ if environment is None else environment
    return found.get(VARIABLE, "").strip().lower() not in _OFF
