"""Statements on rate, regularity, pauses, ectopic beats and pacing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from heartguard.arrays import Doubles, Mask, runs_of_true
from heartguard.statements.statement import Case, Statement
from heartguard.statements.thresholds import limit

__all__ = ["on_ectopics", "on_flutter", "on_pacing", "on_pauses", "on_rate", "on_regularity"]

_ATRIAL_S = (0.07, 0.35)
"""An atrial stimulus is so long before the QRS onset: a P wave and AV conduction lie between."""

_SAME_S = 0.03
"""Greatest spread of that distance from beat to beat."""

_OF_BEATS, _OF_SPIKES = 0.3, 0.6
"""Least share of the beats that are paced in the atria, and of the spikes that belong to a beat."""

_STEADY, _LEAST_INTERVALS = 0.1, 2
"""Greatest variation of the intervals between spikes of a pacemaker that does not sense, and how many are needed."""

_ANSWERED_S = 0.40
"""A spike that no complex follows within this time has not captured, nor was it an atrial one that was conducted."""


def on_rate(case: Case) -> Iterator[Statement]:
    """Yield a statement where the rate is slow or fast."""
    rate = case.measured.heart_rate_bpm
    if rate is None:
        return
    values = {"heart_rate_bpm": rate}
    if rate < limit("bradycardia"):
        yield Statement("rate.slow", f"Slow: {rate:.0f}/min (below {limit('bradycardia'):.0f}).", values)
    elif rate > limit("tachycardia"):
        yield Statement("rate.fast", f"Fast: {rate:.0f}/min (over {limit('tachycardia'):.0f}).", values)


def on_flutter(case: Case) -> Iterator[Statement]:
    """Yield a statement on flutter waves, or on a regular fast rhythm in which no P wave tells its origin."""
    atrial, rate = case.measured.beats.flutter_bpm, case.measured.heart_rate_bpm
    variation = case.measured.rr_variation
    if rate is None or variation is None or case.paced:
        return
    if atrial is not None:
        text = f"Atrial flutter: waves at {atrial:.0f}/min before and within the QRS complexes,"
        values = {"atrial_rate_bpm": atrial, "heart_rate_bpm": rate}
        yield Statement("rhythm.flutter", f"{text} one in {atrial / rate:.0f} of them conducted.", values)
    elif rate >= limit("fast_without_p") and variation < limit("fast_and_regular") and case.measured.p_ms is None:
        text = f"Regular and fast, {rate:.0f}/min, without a clear P wave: atrial flutter with 2:1 conduction and other"
        values = {"heart_rate_bpm": rate, "rr_variation": variation}
        yield Statement("rhythm.fast_without_p", f"{text} supraventricular tachycardias look so.", values)


def on_regularity(case: Case) -> Iterator[Statement]:
    """Yield a statement on irregular RR intervals, with P waves or without."""
    variation, own = case.measured.rr_variation, _normal_variation(case)
    if variation is None:
        return
    values = {"rr_variation": variation}
    irregular_itself = own is not None and own > limit("irregular_without_ectopics")
    if irregular_itself and case.measured.p_ms is None and not case.paced and _many(case):
        text = "Irregular without P waves, as in atrial fibrillation: the RR intervals vary by"
        yield Statement("rhythm.irregular_without_p", f"{text} {100 * variation:.0f} %.", values)
    elif variation > limit("irregular"):
        because = "" if irregular_itself else ", because of single beats"
        yield Statement(
            "rhythm.irregular", f"Irregular: the RR intervals vary by {100 * variation:.0f} %{because}.", values
        )


def on_pauses(case: Case) -> Iterator[Statement]:
    """Yield a statement on RR intervals of two seconds and more."""
    rr = _rr(case)
    long = np.flatnonzero(rr >= limit("pause"))
    if long.size:
        longest = float(rr[long].max())
        text = f"Pause: {longest:.1f} s between two beats" + (f", {long.size} in all." if long.size > 1 else ".")
        beats = tuple(int(place) for place in sorted({*long, *(long + 1)}))
        yield Statement("rhythm.pause", text, {"longest_rr_s": longest, "count": float(long.size)}, beats=beats)


def on_ectopics(case: Case) -> Iterator[Statement]:
    """Yield statements on premature and other ectopic beats, by their shape, and on their order."""
    ectopic = np.array([kind == "ectopic" for kind in case.measured.beats.kinds], dtype=bool)
    if not ectopic.any():
        return
    ventricular = ectopic & _wide_or_other(case)
    for code, name, mask in (
        ("ectopy.ventricular", "ventricular", ventricular),
        ("ectopy.supraventricular", "supraventricular", ectopic & ~ventricular),
    ):
        places = tuple(int(place) for place in np.flatnonzero(mask))
        if places:
            beats = "beat" if len(places) == 1 else "beats"
            text = f"{len(places)} {name} ectopic {beats} of {mask.size}{_order(mask)}."
            yield Statement(code, text, {"count": float(len(places))}, beats=places)
    yield from _on_runs(case, ventricular)


def on_pacing(case: Case) -> Iterator[Statement]:
    """Yield statements on paced beats and on pacing spikes that no beat answers.

    Noise has spikes too: those of a pacemaker keep to the beats, or to a rate of their own.
    """
    paced, atrial, spikes = case.beats_of("paced"), _atrially_paced(case), case.measured.spikes_s
    total = case.measured.beats_s.size
    ventricular_pacing = len(paced) >= limit("paced_beats")
    atrial_pacing = len(atrial) >= max(limit("paced_beats"), _OF_BEATS * total)
    if len(paced) + len(atrial) < _OF_SPIKES * spikes.size:
        ventricular_pacing = atrial_pacing = False
    if ventricular_pacing:
        text = f"Ventricular pacing: {len(paced)} of {total} beats begin at a pacing spike."
        yield Statement("pacing.ventricular", text, {"count": float(len(paced))}, beats=paced)
    if atrial_pacing:
        text = f"Atrial pacing: {len(atrial)} of {total} beats have a pacing spike before their P wave."
        yield Statement("pacing.atrial", text, {"count": float(len(atrial))}, beats=atrial)
    alone = [spike for spike in spikes if not _answered(spike, case.measured.beats_s)]
    if len(alone) >= limit("paced_beats") and (ventricular_pacing or atrial_pacing or _steady(spikes)):
        text = f"{len(alone)} pacing spikes of {spikes.size} are followed by no QRS complex: they do not capture."
        yield Statement("pacing.no_capture", text, {"count": float(len(alone))})


def _steady(spikes_s: Doubles) -> bool:
    """Return whether spikes come at a rate of their own."""
    between = np.diff(spikes_s)
    return between.size >= _LEAST_INTERVALS and float(between.std()) < _STEADY * float(between.mean())


def _rr(case: Case) -> Doubles:
    """Return the RR interval after each beat but the last, seconds; NaN across a seam."""
    beats = case.measured.beats_s
    rr = np.diff(beats)
    seams = np.array(case.ecg.seams, float) / case.ecg.sampling_rate_hz
    column = np.searchsorted(seams, beats, side="right")
    return np.where(np.diff(column) > 0, np.nan, rr)


def _normal_variation(case: Case) -> float | None:
    """Return the variation of the RR intervals between normal beats; None for fewer than three."""
    normal = np.array([kind == "normal" for kind in case.measured.beats.kinds], dtype=bool)
    if normal.size < 2:
        return None
    rr = _rr(case)[normal[1:] & normal[:-1]]
    rr = rr[np.isfinite(rr)]
    return float(rr.std() / rr.mean()) if rr.size > 2 else None


def _many(case: Case) -> bool:
    """Return whether most beats are of the prevailing shape: else the rhythm is not one."""
    kinds = case.measured.beats.kinds
    return 2 * kinds.count("normal") > len(kinds)


def _wide_or_other(case: Case) -> Mask:
    """Return which beats have a QRS complex of another shape that is wide, or that could not be bounded."""
    marks = case.measured.beats.marks
    wide = 1000 * (marks.qrs_off - marks.qrs_on) >= limit("wide_beat")
    return np.asarray(~case.measured.beats.usual_shape & (wide | ~np.isfinite(marks.qrs_off)), dtype=bool)


def _order(mask: Mask) -> str:
    """Return whether ectopic beats alternate with one or two others, as words to append."""
    places = np.flatnonzero(mask)
    for distance, name in ((2, "bigeminy"), (3, "trigeminy")):
        runs = runs_of_true(np.diff(places) == distance)
        if runs.size and np.diff(runs, axis=1).max() + 1 >= limit("bigeminy_pairs"):
            return f", in {name}"
    return ""


def _on_runs(case: Case, ventricular: Mask) -> Iterator[Statement]:
    rr = _rr(case)
    for first, last in runs_of_true(ventricular):
        rate = 60.0 / float(np.mean(rr[first : last - 1])) if last - first > 1 else 0.0
        if last - first >= limit("run_of_ectopics") and rate > limit("run_rate"):
            text = f"A run of {last - first} ventricular beats at {rate:.0f}/min."
            values = {"count": float(last - first), "rate_bpm": rate}
            yield Statement("ectopy.run", text, values, beats=tuple(range(int(first), int(last))))


def _atrially_paced(case: Case) -> tuple[int, ...]:
    """Return the beats with a spike at one and the same distance before the QRS complex."""
    onsets = case.measured.beats.marks.qrs_on
    found: dict[int, float] = {}
    for place, onset in enumerate(onsets):
        before = onset - case.measured.spikes_s
        near = before[(before >= _ATRIAL_S[0]) & (before <= _ATRIAL_S[1])]
        if near.size:
            found[place] = float(near.max())
    if not found:
        return ()
    usual = float(np.median(list(found.values())))
    return tuple(place for place, before in found.items() if abs(before - usual) <= _SAME_S)


def _answered(spike: float, beats_s: Doubles) -> bool:
    after = beats_s - spike
    return bool(((after > -0.02) & (after <= _ANSWERED_S)).any())
