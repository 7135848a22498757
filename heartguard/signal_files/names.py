"""Names and units of channels, in the spellings and codes of the formats."""

from __future__ import annotations

import re
from collections.abc import Iterable

from heartguard.leads import row_name
from heartguard.printed import lead_named

__all__ = ["SCP_LEADS", "channel_name", "distinct", "millivolts"]

SCP_LEADS = {
    **{1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF"},
    **{number + 2: f"V{number}" for number in range(1, 8)},
    **{11: "V3R", 12: "V4R", 13: "V5R", 14: "V6R", 15: "V7R", 66: "V8", 67: "V9"},
}
"""Leads by their numbers in SCP-ECG (EN 1064), which the codes of MDC and of DICOM (CID 3001) carry on."""

_PREFIX = re.compile(r"^(?:MDC_ECG_LEAD_|MDC_ECG_)", re.IGNORECASE)
"""Before the name in the codes of ISO/IEEE 11073-10102, which aECG uses."""

_ASIDE = re.compile(r"\s*[(\[].*$")
"""Words after the name, as in ``Lead I (Einthoven)``."""

_UNFIT = re.compile(r"[^\w +.\-]")
"""Characters that a name of a column in a CSV file does not need."""

_LONGEST_NAME = 16  # characters, as wide as a panel's name may be drawn

_MILLIVOLTS = {"mv": 1.0, "millivolt": 1.0, "millivolts": 1.0, "v": 1e3, "volt": 1e3, "volts": 1e3}
_MILLIVOLTS |= dict.fromkeys(("uv", "µv", "μv", "microvolt", "microvolts"), 1e-3) | dict.fromkeys(("nv",), 1e-6)


def channel_name(*texts: str) -> str:
    """Return the lead that the first telling text names; else the first text itself, shortened.

    Examples
    --------
    >>> [channel_name(text) for text in ("MDC_ECG_LEAD_AVR", "Lead V1 (Wilson)", "MLII", "")]
    ['aVR', 'V1', 'MLII', '']
    """
    plain = [_ASIDE.sub("", _PREFIX.sub("", text.strip())) for text in texts]
    named = (lead_named(text) for text in plain)
    # An upside-down lead would need its sign turned back; it keeps its own name instead, as it is stored.
    lead = next((lead for lead in named if lead is not None and not lead.startswith("-")), None)
    own = next((text for text in plain if text), "")
    return lead or _UNFIT.sub("", own).strip(" -+.")[:_LONGEST_NAME]


def distinct(names: Iterable[str]) -> list[str]:
    """Return names that differ: a row without a name is called by its number, a second of one name gets a number.

    Examples
    --------
    >>> distinct(["II", "", "II"])
    ['II', 'row 2', 'II 2']
    """
    out: list[str] = []
    for row, name in enumerate(names):
        plain, number, free = name or row_name(row), 1, name or row_name(row)
        while free in out:
            number += 1
            free = f"{plain} {number}"
        out.append(free)
    return out


def millivolts(unit: str) -> float | None:
    """Return the millivolts of one unit by its name; None for units of anything but voltage.

    Examples
    --------
    >>> millivolts("uV"), millivolts("MICROVOLTS"), millivolts("mmHg")
    (0.001, 0.001, None)
    """
    return _MILLIVOLTS.get(unit.strip().lower())
