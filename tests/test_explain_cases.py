"""Simulated ECGs with an abnormality in known leads: it is there, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from heartguard.drawing import LEAD_GROUPS, RHYTHM, draw, segment_leads
from heartguard.explain.players import lead_players
from heartguard.leads import LEAD_INDEX, LEADS
from heartlab.evaluate.explain_cases import ST_MV, WALLS, Case, pointing_cases, st_elevation, wide_beat


def changed_players(case: Case) -> set[str]:
    before, after = lead_players(case.normal), lead_players(case.ecg)
    return {name for k, name in enumerate(LEAD_GROUPS) if not np.array_equal(before.layers[k], after.layers[k])}


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("seed", [0, 3])
def test_st_is_raised_in_its_leads_alone(wall, seed):
    case = st_elevation(seed, wall)
    assert changed_players(case) == set(case.truth)
    assert case.label == "MI"
    raised = case.ecg.signals - case.normal.signals
    for lead in LEADS:
        highest = raised[LEAD_INDEX[lead]].max()
        assert highest == pytest.approx(ST_MV if lead in WALLS[wall] else 0.0, abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_one_wide_beat_shows_in_one_column_and_the_strip(seed):
    case = wide_beat(seed)
    assert len(case.truth) == 4
    assert RHYTHM in case.truth
    difference = draw(segment_leads(case.ecg)).image != draw(segment_leads(case.normal)).image
    ink = {
        name
        for box in draw(segment_leads(case.ecg)).boxes
        if not box.rhythm
        for name in [box.lead]
        if _inside(difference, box) > 8
    }
    assert ink == case.truth - {RHYTHM}


def _inside(difference: np.ndarray, box) -> int:
    return int(difference[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)].sum())


def test_there_are_as_many_cases_of_each_kind():
    names = [case.name for case in pointing_cases(2)]
    assert len(names) == 6
    assert {names.count(name) for name in names} == {2}
