"""Corrections: what was set by hand, beside what had been found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heartguard.leads import GAINS_MM_PER_MV, ORDERS, ROWS, SHAPES, SPEEDS_MM_PER_S
from heartguard.printed import lead_named

__all__ = ["MEDIAN_MARKS", "NO_CORRECTIONS", "SETTINGS", "Corrections", "HandSetting"]


MEDIAN_MARKS = {
    "p_on": "start of P",
    "p_off": "end of P",
    "qrs_on": "start of QRS",
    "qrs_off": "end of QRS",
    "t_off": "end of T",
}
"""Marks of the median beat over all leads, in the order of time, each in words."""


@dataclass(frozen=True)
class Corrections:
    """Settings made by hand; None where HeartGuard decides.

    Attributes
    ----------
    quarter_turns : int
        How often the picture is turned by 90 degrees, clockwise.
    corners : four (x, y), or None
        Corners of the paper in pixels of the turned picture, in any order; the rest of the picture is cut away.
    layout : str or None
        One of `heartguard.leads.SHAPES`, or `heartguard.leads.ROWS`.
    lead_order : str or None
        Of the limb leads: key of `heartguard.leads.ORDERS`.
    speed_mm_per_s : float or None
        25 or 50.
    gain_mm_per_mv : float or None
        5, 10 or 20.
    mirrored : bool or None
        Whether left and right are exchanged, after the turn.
    leads : tuple of (str, str)
        Panels by what they are called (see `heartguard.panel_names`), and the lead that each is.
    marks : tuple of (str, float)
        Marks of the median beat by their names in `MEDIAN_MARKS`, seconds from its R peak.

    Raises
    ------
    ValueError
        For a layout, order, speed, gain, lead or mark that is none of these.
    """

    quarter_turns: int = 0
    corners: tuple[tuple[float, float], ...] | None = None
    layout: str | None = None
    lead_order: str | None = None
    speed_mm_per_s: float | None = None
    gain_mm_per_mv: float | None = None
    mirrored: bool | None = None
    leads: tuple[tuple[str, str], ...] = ()
    marks: tuple[tuple[str, float], ...] = ()

    @property
    def turned(self) -> bool:
        """Whether it was set which way up the picture is."""
        return bool(self.quarter_turns % 4) or self.mirrored is not None

    def __post_init__(self) -> None:
        for name, value, known in (
            ("layout", self.layout, (*SHAPES, ROWS)),
            ("order of the leads", self.lead_order, tuple(ORDERS)),
            ("paper speed", self.speed_mm_per_s, SPEEDS_MM_PER_S),
            ("gain", self.gain_mm_per_mv, GAINS_MM_PER_MV),
        ):
            if value is not None and value not in known:
                raise ValueError(f"The {name} {value!r} is not known; expected one of {known}.")
        if not {name for name, _ in self.marks} <= set(MEDIAN_MARKS):
            raise ValueError(f"A mark is not known; expected one of {', '.join(MEDIAN_MARKS)}.")
        for _, lead in self.leads:
            if lead_named(lead) != lead:
                raise ValueError(f"The lead {lead!r} is not known; expected one such as V1, aVR, -aVR, V4R.")


@dataclass(frozen=True)
class HandSetting:
    """One setting made by hand, beside what had been found.

    Attributes
    ----------
    field : str
        A field of `Corrections`.
    given : object
        Its value there.
    found : object
        What HeartGuard had found; None where that is not known.

    Examples
    --------
    >>> HandSetting("gain_mm_per_mv", 5.0, 10.0).text
    'gain 5 mm/mV (found: 10 mm/mV)'
    >>> HandSetting("layout", "6x2", None).text
    'arrangement 6x2'
    """

    field: str
    given: object
    found: object = None

    @property
    def text(self) -> str:
        """The setting in words."""
        name, write = SETTINGS[self.field]
        beside = "" if self.found is None else f" (found: {write(self.found)})"
        return f"{name} {write(self.given)}{beside}".rstrip()


SETTINGS: Mapping[str, tuple[str, Callable[[object], str]]] = {
    "quarter_turns": ("turned by", lambda turns: f"{90 * int(str(turns))} degrees"),
    "mirrored": ("left and right", lambda mirrored: "exchanged" if mirrored else "as they are"),
    "corners": ("corners of the paper", lambda _corners: ""),
    "layout": ("arrangement", lambda shape: "with each row a lead of its own" if shape == ROWS else str(shape)),
    "lead_order": ("order of the limb leads", str),
    "speed_mm_per_s": ("paper speed", lambda speed: f"{speed:g} mm/s"),
    "gain_mm_per_mv": ("gain", lambda gain: f"{gain:g} mm/mV"),
    "leads": ("lead names", lambda leads: ", ".join(f"{lead} for {name}" for name, lead in _pairs(leads))),
    "marks": ("marks from R:", lambda marks: ", ".join(_mark(name, at) for name, at in _pairs(marks))),
}
"""Name of each field of `Corrections`, and how its value is written."""


def _pairs(value: object) -> tuple[tuple[str, Any], ...]:
    return value if isinstance(value, tuple) else ()


def _mark(name: str, at_s: float) -> str:
    return f"{MEDIAN_MARKS[name]} {1000 * at_s:+.0f} ms".replace("-", "−")


NO_CORRECTIONS = Corrections()
"""Everything is decided by HeartGuard."""
