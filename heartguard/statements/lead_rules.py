"""Statements on single leads: ST segment, Q waves, voltages, electrodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from heartguard.leads import CHEST_LEADS, LIMB_LEADS
from heartguard.patient import Patient
from heartguard.statements.statement import Case, Statement
from heartguard.statements.thresholds import limit
from heartguard.values import LeadWaves

__all__ = ["contiguous", "on_electrodes", "on_hypertrophy", "on_low_voltage", "on_q_waves", "on_st"]

_NEIGHBOURS = (
    ("I", "aVL"),
    ("II", "aVF"),
    ("III", "aVF"),
    *pairwise(CHEST_LEADS),
)
"""Contiguous leads: those beside each other in the frontal plane and on the chest (Fourth Universal Definition)."""

_FORTY = 40
"""Years from which men's ST segments are judged by the lower limit."""

_FLAT_MV = 0.02
"""An ST segment that rises by no more than this in the 80 ms after J, the width of a pen, is horizontal."""


def contiguous(leads: set[str]) -> tuple[str, ...]:
    """Return those of some leads that have a neighbour among them, in the usual order.

    Examples
    --------
    >>> contiguous({"II", "aVF", "V1", "V4"})
    ('II', 'aVF')
    """
    paired = {lead for pair in _NEIGHBOURS if set(pair) <= leads for lead in pair}
    return tuple(lead for lead in (*LIMB_LEADS, *CHEST_LEADS) if lead in paired)


def on_st(case: Case) -> Iterator[Statement]:
    """Yield statements on a raised and on a sunken ST segment in contiguous leads.

    Not where the ST segment follows from the QRS complex: pacing, QRS of 120 ms and more.
    """
    if case.paced or _is_wide(case):
        return
    raised = {lead for lead, w in case.leads.items() if w.j_mv is not None and w.j_mv >= st_limit(lead, case.patient)}
    yield from _on_leads(case, "st.elevation", "ST elevation", contiguous(raised), lambda w: w.j_mv, "j_mv")
    sunken = {lead for lead, waves in case.leads.items() if lead != "aVR" and _is_sunken(waves)}
    yield from _on_leads(case, "st.depression", "ST depression", contiguous(sunken), lambda w: w.j_mv, "j_mv")


def st_limit(lead: str, patient: Patient) -> float:
    """Return the ST level at J, mV, from which a lead counts as raised; the highest where age or sex is not known.

    Examples
    --------
    >>> st_limit("V2", Patient(50, "male")), st_limit("V2", Patient(50, "female")), st_limit("V5", Patient())
    (0.2, 0.15, 0.1)
    """
    if lead not in ("V2", "V3"):
        return limit("st_elevation")
    if patient.sex == "female":
        return limit("st_elevation_women")
    old = patient.age_years is not None and patient.age_years >= _FORTY
    return limit("st_elevation_men") if patient.sex == "male" and old else limit("st_elevation_men_under_40")


def on_q_waves(case: Case) -> Iterator[Statement]:
    """Yield a statement on Q waves as after an infarction, in contiguous leads; not beside a wide or paced QRS."""
    if case.paced or _is_wide(case):
        return
    found = {lead for lead, waves in case.leads.items() if lead != "aVR" and _has_q(lead, waves)}
    yield from _on_leads(case, "infarction.q_waves", "Q waves", contiguous(found), lambda w: w.q_mv, "q_mv")


def on_low_voltage(case: Case) -> Iterator[Statement]:
    """Yield statements on a low voltage of all limb leads and of all chest leads."""
    for code, name, leads in (("limbs", "limb", LIMB_LEADS), ("chest", "chest", CHEST_LEADS)):
        if not set(leads) <= case.leads.keys():
            continue
        highest = max(_height(case.leads[lead]) for lead in leads)
        most = limit(f"low_voltage_{code}")
        if 0 < highest < most:
            text = f"Low voltage: no QRS complex of the {name} leads reaches {most:g} mV (highest {highest:.2f} mV)."
            yield Statement(f"voltage.low_{code}", text, {"highest_mv": highest}, leads)


def on_hypertrophy(case: Case) -> Iterator[Statement]:
    """Yield a statement where a voltage criterion of left ventricular hypertrophy is met; not beside a wide QRS."""
    if case.paced or _is_wide(case):
        return
    cornell = limit("cornell_women") if case.patient.sex == "female" else limit("cornell_men")
    met, values = [], {}
    for field, name, most, leads in (
        ("sokolow_lyon_mv", "Sokolow-Lyon", limit("sokolow_lyon"), {"V1", "V5", "V6"}),
        ("cornell_mv", "Cornell", cornell, {"aVL", "V3"}),
        ("r_avl_mv", "R in aVL", limit("r_avl"), {"aVL"}),
    ):
        value: float | None = getattr(case.measured, field)
        if value is not None and value >= most and leads <= case.leads.keys():
            met.append(f"{name} {value:.1f} mV (from {most:g} on)")
            values[field] = value
    if met:
        text = f"Left ventricular hypertrophy by voltage: {', '.join(met)}."
        yield Statement("voltage.lvh", text, values, ("aVL", "V1", "V3", "V5", "V6"))


def on_electrodes(case: Case) -> Iterator[Statement]:
    """Yield statements on arm electrodes that are likely swapped and on leads that show a straight line."""
    yield from _on_swapped_arms(case.leads)
    shown = {lead: case.ecg.lead(lead) for lead in case.ecg.shown}
    heights = {lead: float(np.nanmax(line) - np.nanmin(line)) for lead, line in shown.items()}
    flat = tuple(lead for lead, height in heights.items() if height < limit("flat_lead"))
    if flat and max(heights.values()) >= limit("live_lead"):
        text = f"A straight line and no complexes in {', '.join(flat)}: an electrode may be off."
        yield Statement("recording.lead_off", text, {lead: heights[lead] for lead in flat}, flat)


def _on_swapped_arms(leads: Mapping[str, LeadWaves]) -> Iterator[Statement]:
    """Yield that the arm electrodes are likely swapped: P, QRS and T are upside down in I, and QRS is not in V6."""
    if not {"I", "V6"} <= leads.keys():
        return
    one, v6 = leads["I"], leads["V6"]
    if max(one.p_mv or 0.0, _net(one), one.t_mv or 0.0) < 0 < _net(v6):
        text = "The arm electrodes are likely swapped: P, QRS and T point downwards in I, but QRS upwards in V6."
        yield Statement("recording.arms_swapped", f"{text} Record the ECG again.", {}, ("I", "V6"))


def _on_leads(
    case: Case, code: str, name: str, leads: tuple[str, ...], value: Callable[[LeadWaves], float | None], unit: str
) -> Iterator[Statement]:
    """Yield a statement on contiguous leads with a value of each."""
    if leads:
        values = {lead: float(value(case.leads[lead]) or 0.0) for lead in leads}
        listed = ", ".join(f"{lead} {height:+.2f}" for lead, height in values.items())
        yield Statement(code, f"{name} in {listed} mV.", {f"{lead}_{unit}": v for lead, v in values.items()}, leads)


def _is_wide(case: Case) -> bool:
    return case.measured.qrs_ms is None or round(case.measured.qrs_ms) >= limit("complete_block")


def _is_sunken(waves: LeadWaves) -> bool:
    """Return whether the ST segment is low at J and does not rise."""
    if waves.j_mv is None or waves.st80_mv is None:
        return False
    return waves.j_mv <= limit("st_depression") and waves.st80_mv <= waves.j_mv + _FLAT_MV


def _has_q(lead: str, waves: LeadWaves) -> bool:
    """Return whether a lead has a Q wave, or QS, as long and deep as after an infarction."""
    if waves.q_mv is None or waves.q_ms is None:
        return False
    if lead in ("V2", "V3") and waves.q_ms >= limit("q_width_v2_v3"):
        return True
    deep = waves.q_ms >= limit("q_width") and -waves.q_mv >= limit("q_depth")
    return deep and lead != "V1"


def _height(waves: LeadWaves) -> float:
    """Return the QRS complex from its lowest to its highest, mV."""
    return max(waves.r_mv or 0.0, waves.r2_mv or 0.0) - min(waves.q_mv or 0.0, waves.s_mv or 0.0)


def _net(waves: LeadWaves) -> float:
    """Return how far the QRS complex is more upwards than downwards, mV."""
    return max(waves.r_mv or 0.0, waves.r2_mv or 0.0) + min(waves.q_mv or 0.0, waves.s_mv or 0.0)
