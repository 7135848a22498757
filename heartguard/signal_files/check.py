"""Whether signals of a file can be what they are called: quality by rules, as no page had to be read."""

from __future__ import annotations

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LEADS, LIMB_LEADS, SAMPLING_RATE_HZ
from heartguard.limb_law import einthoven_residual, lead_disagreement
from heartguard.values import Ecg, RecordedSignals
from heartguard.warning import Warning, caution, fault, note

__all__ = ["doubts", "judge_recorded"]

DOUBTFUL = 0.4
"""Quality where units or names cannot be trusted: under the 0.5 below which the class is withheld."""

UNCHECKED = 0.9
"""Quality where the limb leads that the law needs are not there to confirm the names. Chosen by hand."""

_DISAGREES = 0.15
"""Relative disagreement of I, II and III: a true recording has under 0.02, three unrelated leads 0.58. Chosen by hand,
with room for filters that differ from lead to lead."""

_LARGE_EINTHOVEN_MV = 0.1
"""One small square, as for pages: rounding to 5 µV gives 0.005 mV."""

_FLAT_MV = 0.01
"""A lead whose samples all lie within this shows no heart beat: 2 steps of a recorder of 5 µV."""

_TALLEST_MV = 20.0
"""No lead has QRS complexes of 10 mV in either direction; a larger range means another unit or an artefact."""


def judge_recorded(ecg: Ecg, recorded: RecordedSignals) -> tuple[float, Floats]:
    """Return the quality of signals from a file, and that of each of the twelve leads, shape (12,).

    It is 1 where the law of the limb leads holds, the units are known and all samples are there; `doubts` has the
    sentences on what is not so.
    """
    shown = _share_shown(ecg.signals)
    present = shown > 0
    trust = 1.0 if recorded.units_known and not _too_tall(ecg.signals) else DOUBTFUL
    law = _law_holds(ecg.signals)
    limbs = UNCHECKED if law is None else (1.0 if law else DOUBTFUL)
    of_leads = shown * trust
    of_leads[: len(LIMB_LEADS)] = np.minimum(of_leads[: len(LIMB_LEADS)], limbs * present[: len(LIMB_LEADS)])
    quality = min(trust, limbs, float(shown[present].mean())) if present.any() else 0.0
    return round(quality, 3), of_leads.astype(np.float32)


def doubts(signals: Floats, recorded: RecordedSignals) -> tuple[Warning, ...]:
    """Return the reasons for which the quality is less than 1, and a note on leads that were computed."""
    found = []
    if not recorded.units_known:
        text = "The file does not state the size of its steps; a usual one was assumed. Do not trust any height in mV."
        found.append(fault("scale.units_assumed", text))
    if _too_tall(signals):
        text = f"A lead has a range of more than {_TALLEST_MV:g} mV: its unit may be wrong, or a lead is loose."
        found.append(fault("scale.units_doubtful", text))
    if _law_holds(signals) is False:
        text = "The limb leads in the file contradict each other (II should be I + III): two leads may be exchanged."
        found.append(fault("names.limb_law", text))
    shown = _share_shown(signals)
    flat = [lead for lead, row, part in zip(LEADS, signals, shown, strict=True) if part == 0 and np.isfinite(row).any()]
    if flat:
        found.append(
            fault("trace.flat", f"Leads without any wave in the file: {', '.join(flat)}. An electrode was off.")
        )
    gaps = [lead for lead, part in zip(LEADS, shown, strict=True) if 0 < part < 1]
    if gaps:
        found.append(caution("trace.gaps", f"Samples are missing in the file in {', '.join(gaps)}; left empty."))
    if recorded.computed:
        text = f"The file holds eight leads; {', '.join(recorded.computed)} were computed from I and II."
        found.append(note("trace.computed_leads", text))
    return tuple(found)


def _law_holds(signals: Floats) -> bool | None:
    """Return whether II = I + III and aVR + aVL + aVF = 0; None where too few limb leads are there."""
    disagreement = lead_disagreement(signals, SAMPLING_RATE_HZ)
    if disagreement is None:
        return None
    shifted = signals - np.nan_to_num(_medians(signals))[:, None]
    residual = einthoven_residual(shifted.astype(np.float32))
    return disagreement <= _DISAGREES and (residual is None or residual <= _LARGE_EINTHOVEN_MV)


def _medians(signals: Floats) -> Floats:
    known = [row[np.isfinite(row)] for row in signals]
    return np.array([np.median(row) if len(row) else np.nan for row in known], np.float32)


def _ranges(signals: Floats) -> Floats:
    """Return the range of each lead, mV; 0 for a lead that is absent."""
    known = [row[np.isfinite(row)] for row in signals]
    return np.array([np.ptp(row) if len(row) else 0.0 for row in known], np.float32)


def _too_tall(signals: Floats) -> bool:
    return bool((_ranges(signals) > _TALLEST_MV).any())


def _share_shown(signals: Floats) -> Floats:
    """Return the share of the 10 s that each lead shows, 0 for a flat one."""
    share = np.isfinite(signals).mean(axis=1)
    return np.asarray(np.where(_ranges(signals) > _FLAT_MV, share, 0.0), np.float32)
