"""Codes of measurements and leads: LOINC, ISO/IEEE 11073-10102 (MDC) and UCUM."""

from __future__ import annotations

from dataclasses import dataclass

from heartguard.signal_files.names import SCP_LEADS

__all__ = ["LEAD_NUMBERS", "QUANTITIES", "Quantity"]


@dataclass(frozen=True)
class Quantity:
    """How a measurement is called elsewhere.

    Attributes
    ----------
    field : str
        Attribute of `heartguard.values.Measurements`.
    title : str
    unit : str
        In UCUM.
    loinc : str or None
        None where LOINC has no code for just this value.
    mdc : int or None
        Number within partition 2 of MDC, as in DICOM's context groups 3227 to 3229.
    method : str
        The formula, where several give values of one name.
    """

    field: str
    title: str
    unit: str
    loinc: str | None = None
    mdc: int | None = None
    method: str = ""


QUANTITIES = (
    Quantity("heart_rate_bpm", "Heart rate", "/min", "8867-4"),
    Quantity("rr_ms", "RR interval", "ms", "8637-1", 16168),
    Quantity("p_ms", "P duration", "ms", None, 16184),
    Quantity("pr_ms", "PR interval", "ms", "8625-6", 15872),
    Quantity("qrs_ms", "QRS duration", "ms", "8633-0", 16156),
    Quantity("qt_ms", "QT interval", "ms", "8634-8", 16160),
    Quantity("qtc_ms", "QTc interval", "ms", "76635-2", 15880, "Bazett"),
    Quantity("qtc_fridericia_ms", "QTc interval", "ms", "76634-5", 15892, "Fridericia"),
    Quantity("qtc_framingham_ms", "QTc interval", "ms", "8636-3", 15876, "Framingham"),
    Quantity("qtc_hodges_ms", "QTc interval", "ms", "8636-3", 15876, "Hodges"),
    Quantity("axis_deg", "QRS axis", "deg", "8632-2", 16132),
    Quantity("p_axis_deg", "P axis", "deg", None, 16128),
    Quantity("t_axis_deg", "T axis", "deg", "8638-9", 16136),
    Quantity("sokolow_lyon_mv", "Sokolow-Lyon voltage", "mV"),
    Quantity("cornell_mv", "Cornell voltage", "mV"),
    Quantity("r_avl_mv", "R amplitude in aVL", "mV"),
)
"""In the order in which an ECG is read. LOINC 8636-3 and MDC 15876 leave the formula of QTc open."""

LEAD_NUMBERS = {lead: number for number, lead in SCP_LEADS.items()}
"""Leads to their numbers in SCP-ECG, which MDC and DICOM (context group 3001) carry on; other rows have none."""
