"""Statements on AV conduction, axis, bundle branch and fascicular blocks, and QT."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from heartguard.statements.statement import Case, Statement
from heartguard.statements.thresholds import limit
from heartguard.values import LeadWaves

__all__ = ["on_av_conduction", "on_axis", "on_blocks", "on_qt"]

_BAZETT_RATES = (60.0, 100.0)
"""Between these rates Bazett's QTc is judged, elsewhere Fridericia's: Bazett's errs there (Rautaharju 2009)."""

_SMALL = 0.3
"""An R wave of less than this share of the S wave after it is an initial one: the complex points downwards."""


def on_av_conduction(case: Case) -> Iterator[Statement]:
    """Yield statements on a long PR interval and on P waves that no QRS complex follows."""
    pr, lone = case.measured.pr_ms, case.measured.beats.lone_p_s
    if case.paced:
        return
    if lone.size:
        count = float(lone.size)
        if pr is None:
            text = "As in third degree AV block: P waves and QRS complexes come independently of each other"
            yield Statement(
                "conduction.third_degree", f"{text} ({lone.size} P waves without a QRS).", {"lone_p": count}
            )
        else:
            text = f"Second degree AV block: {lone.size} P waves are followed by no QRS complex."
            yield Statement("conduction.second_degree", text, {"lone_p": count, "pr_ms": pr})
    if pr is not None and round(pr) > limit("first_degree"):
        text = f"First degree AV block: PR {pr:.0f} ms (over {limit('first_degree'):.0f})."
        yield Statement("conduction.first_degree", text, {"pr_ms": pr})


def on_axis(case: Case) -> Iterator[Statement]:
    """Yield a statement where the frontal QRS axis is not normal for adults."""
    axis = case.measured.axis_deg
    if axis is None or not math.isfinite(axis) or case.paced:
        return
    values, degrees = {"axis_deg": axis}, f"{axis:.0f}°"
    if limit("left_axis") <= axis <= limit("right_axis"):
        return
    if axis < limit("extreme_axis"):
        yield Statement("axis.extreme", f"Extreme axis: {degrees}.", values)
    elif axis < limit("left_axis"):
        yield Statement("axis.left", f"Left axis deviation: {degrees} (normal from -30 to 90).", values)
    else:
        yield Statement("axis.right", f"Right axis deviation: {degrees} (normal from -30 to 90).", values)


def on_blocks(case: Case) -> Iterator[Statement]:
    """Yield statements on bundle branch blocks, fascicular blocks and unspecific delay."""
    qrs, leads = case.measured.qrs_ms, case.leads
    if qrs is None or case.paced:
        return
    values, width = {"qrs_ms": qrs}, f"QRS {qrs:.0f} ms"
    if right_bundle(leads) and round(qrs) >= limit("wide_qrs"):
        complete = round(qrs) >= limit("complete_block")
        code, name = ("rbbb", "Right") if complete else ("incomplete_rbbb", "Incomplete right")
        text = f"{name} bundle branch block: {width}, a late R in V1 and a wide S in I or V6."
        yield Statement(f"conduction.{code}", text, values, ("V1", "I", "V6"))
    elif left_bundle(leads) and round(qrs) >= limit("complete_block"):
        text = f"Left bundle branch block: {width}, V1 downwards, no Q in I and V6."
        yield Statement("conduction.lbbb", text, values, ("V1", "I", "V6"))
    elif round(qrs) >= limit("unspecific_delay"):
        most = limit("unspecific_delay")
        text = f"Intraventricular conduction delay: {width} (from {most:.0f} on), of neither bundle's shape."
        yield Statement("conduction.ivcd", text, values)
    if round(qrs) < limit("fascicular_width") or right_bundle(leads):  # beside a block of the right bundle any width
        yield from _on_fascicles(case)


def on_qt(case: Case) -> Iterator[Statement]:
    """Yield a statement where the corrected QT is long or short; none beside a wide QRS, which is part of QT."""
    rate, qrs = case.measured.heart_rate_bpm, case.measured.qrs_ms
    if rate is None or qrs is None or round(qrs) >= limit("complete_block"):
        return
    bazett = _BAZETT_RATES[0] <= rate <= _BAZETT_RATES[1]
    field, name = ("qtc_ms", "Bazett") if bazett else ("qtc_fridericia_ms", "Fridericia")
    qtc: float | None = getattr(case.measured, field)
    if qtc is None:
        return
    longest = limit("long_qtc_men") if case.patient.sex == "male" else limit("long_qtc_women")
    if round(qtc) >= longest:
        yield Statement(
            "repolarisation.long_qt", f"Long QT: QTc ({name}) {qtc:.0f} ms (from {longest:.0f} on).", {field: qtc}
        )
    elif round(qtc) <= limit("short_qtc"):
        text = f"Short QT: QTc ({name}) {qtc:.0f} ms (up to {limit('short_qtc'):.0f})."
        yield Statement("repolarisation.short_qt", text, {field: qtc})


def right_bundle(leads: Mapping[str, LeadWaves]) -> bool:
    """Return whether V1 ends upwards and S is wide in I or V6 (Surawicz 2009).

    Examples
    --------
    >>> right_bundle({"V1": LeadWaves(r_mv=0.2, s_mv=-0.3, r2_mv=0.8), "V6": LeadWaves(r_mv=1.0, s_mv=-0.3, s_ms=52)})
    True
    """
    v1 = leads.get("V1")
    if v1 is None:
        return False
    late_r = (v1.r2_mv or 0.0) > max(0.0, (v1.r_mv or 0.0))
    only_r = v1.r_mv is not None and v1.s_mv is None and v1.r_mv > abs(v1.q_mv or 0.0)
    wide_s = any((leads[lead].s_ms or 0.0) >= limit("wide_s") for lead in ("I", "V6") if lead in leads)
    return (late_r or only_r) and wide_s


def left_bundle(leads: Mapping[str, LeadWaves]) -> bool:
    """Return whether V1 points downwards, and I and V6 upwards without Q and without a wide S (Surawicz 2009).

    Examples
    --------
    >>> upright = LeadWaves(r_mv=1.1)
    >>> left_bundle({"V1": LeadWaves(q_mv=-1.4), "I": upright, "V6": upright})
    True
    """
    if not {"V1", "I", "V6"} <= leads.keys():
        return False
    v1 = leads["V1"]
    downwards = max(v1.r_mv or 0.0, v1.r2_mv or 0.0) < _SMALL * max(-(v1.s_mv or 0.0), -(v1.q_mv or 0.0))
    lateral = (leads["I"], leads["V6"])
    upwards = all((lead.r_mv or 0.0) > abs(lead.s_mv or 0.0) and lead.q_mv is None for lead in lateral)
    return downwards and upwards


def _on_fascicles(case: Case) -> Iterator[Statement]:
    """Yield a statement on a fascicular block: the axis, with the shapes of the limb leads."""
    axis, leads = case.measured.axis_deg, case.leads
    if axis is None or not {"I", "aVL", "III", "aVF"} <= leads.keys():
        return
    values = {"axis_deg": axis}
    if limit("extreme_axis") <= axis <= limit("fascicular_left_axis") and _qr(leads["aVL"]) and _rs(leads["III"]):
        text = f"Left anterior fascicular block: axis {axis:.0f}°, qR in aVL, rS in III."
        yield Statement("conduction.lafb", text, values, ("aVL", "III"))
    if axis > limit("right_axis") and _rs(leads["I"]) and _rs(leads["aVL"]) and _qr(leads["III"]) and _qr(leads["aVF"]):
        text = f"Left posterior fascicular block: axis {axis:.0f}°, rS in I and aVL, qR in III and aVF."
        yield Statement("conduction.lpfb", text, values, ("I", "aVL", "III", "aVF"))


def _qr(lead: LeadWaves) -> bool:
    return lead.q_mv is not None and (lead.r_mv or 0.0) > abs(lead.q_mv)


def _rs(lead: LeadWaves) -> bool:
    return lead.r_mv is not None and abs(lead.s_mv or 0.0) > lead.r_mv
