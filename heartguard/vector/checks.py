"""What contradicts the names and the scale of a page of lines, and the quality that remains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from heartguard.arrays import Floats
from heartguard.leads import LIMB_LEADS
from heartguard.limb_law import lead_matrix, residual_variance_ratio
from heartguard.vector.place import Placed

__all__ = ["LAWFUL", "columns_together", "drawn_inverted", "law_ratio", "quality_of"]

LAWFUL = 0.05
"""Share of the variance that may contradict Einthoven's and Goldberger's equations: filters of single leads, and few
digits; under wrong names it is near 1."""

_SAME_SAMPLES = 0.003
"""Share under which leads of several columns are of the same seconds: of other seconds they have other noise."""

_EXACT = 0.98
"""Nothing is estimated; a page may still be drawn wrong by its program."""

_UNCHECKED = 0.9
"""Less than three limb leads at one time: nothing confirms the names."""

_ASSUMED = 0.6
"""Speed or gain is the usual one, as nothing of it is shown; or print and pulse contradict each other."""

_CONTRADICTED = 0.3
"""Names and limb leads contradict each other, or no lead is named: no class may be told from it."""


def law_ratio(signals: Mapping[str, Floats], placed: Sequence[Placed]) -> float | None:
    """Return how much the limb leads contradict the equations, of the columns that show three or more of them.

    Parameters
    ----------
    signals : mapping of str to ndarray, shape (T,), mV
        Upright, by lead.
    placed : sequence of Placed

    Returns
    -------
    float or None
        0 for no contradiction, about 1 for unrelated signals; None where no column shows three limb leads.
    """
    ratios = []
    for column in {one.column for one in placed}:
        shown = [one.lead for one in placed if one.column == column and not one.rhythm and one.lead in LIMB_LEADS]
        leads = list(dict.fromkeys(shown))
        if len(leads) > 2:
            ratios.append(_ratio(signals, leads))
    known = [ratio for ratio in ratios if np.isfinite(ratio)]
    return max(known, default=None)


def _ratio(signals: Mapping[str, Floats], leads: Sequence[str], inverted: Sequence[str] = ()) -> float:
    rows = np.stack([signals[lead] for lead in leads]).astype(np.float64)
    return residual_variance_ratio(rows, lead_matrix(leads, inverted))


def columns_together(signals: Mapping[str, Floats], placed: Sequence[Placed]) -> bool:
    """Return whether columns that were placed in the same seconds are of them: by the six limb leads in several."""
    columns = {one.lead: one.column for one in placed if one.lead in LIMB_LEADS and not one.rhythm}
    if len(columns) < len(LIMB_LEADS) or len(set(columns.values())) < 2:
        return False
    return _ratio(signals, LIMB_LEADS) < _SAME_SAMPLES


def drawn_inverted(signals: Mapping[str, Floats], placed: Sequence[Placed]) -> bool:
    """Return whether a lead that is named aVR is drawn as -aVR: its column fits the equations only upside down."""
    column = next((one.column for one in placed if one.lead == "aVR" and not one.rhythm), None)
    leads = [one.lead for one in placed if one.column == column and not one.rhythm and one.lead in LIMB_LEADS]
    if column is None or len(leads) < 3:
        return False
    return _ratio(signals, leads) > LAWFUL > _ratio(signals, leads, ["aVR"])


def quality_of(law: float | None, *, named: bool, assumed: bool) -> float:
    """Return the quality of a page of lines, 0 to 1.

    Parameters
    ----------
    law : float or None
        From `law_ratio`.
    named : bool
        Whether a lead is named at all.
    assumed : bool
        Whether speed or gain is assumed, or doubtful.

    Examples
    --------
    >>> quality_of(0.001, named=True, assumed=False), quality_of(0.8, named=True, assumed=False)
    (0.98, 0.3)
    """
    if not named or (law is not None and law > LAWFUL):
        return _CONTRADICTED
    if assumed:
        return _ASSUMED
    return _UNCHECKED if law is None else _EXACT
