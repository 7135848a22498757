"""Every limit that a statement rests on, with where it comes from."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["THRESHOLDS", "Threshold", "limit"]

_BRADYCARDIA = "2018 ACC/AHA/HRS guideline on bradycardia and conduction delay, Circulation 140 (2019) e382"
_TACHYCARDIA = "2019 ESC guidelines on supraventricular tachycardia, Brugada et al, Eur Heart J 41 (2020) 655"
_CONDUCTION = "AHA/ACCF/HRS recommendations, part III, Surawicz et al, Circulation 119 (2009) e235"
_REPOLARISATION = "AHA/ACCF/HRS recommendations, part IV, Rautaharju et al, Circulation 119 (2009) e241"
_HYPERTROPHY = "AHA/ACCF/HRS recommendations, part V, Hancock et al, Circulation 119 (2009) e251"
_INFARCTION = "Fourth Universal Definition of Myocardial Infarction, Thygesen et al, Circulation 138 (2018) e618"
_SUDDEN_DEATH = "2022 ESC guidelines on ventricular arrhythmias, Zeppenfeld et al, Eur Heart J 43 (2022) 3997"
_VOLTAGE = "the usual convention; Madias, J Electrocardiol 41 (2008) 186"
_OURS = "our own choice"


class Threshold(NamedTuple):
    """A limit, its unit and its source."""

    value: float
    unit: str
    source: str


THRESHOLDS: dict[str, Threshold] = {
    "bradycardia": Threshold(50, "/min", _BRADYCARDIA),
    "tachycardia": Threshold(100, "/min", "the usual convention for adults at rest"),
    "sinus_bradycardia": Threshold(60, "/min, of the models' finding", "the usual convention for adults at rest"),
    "irregular": Threshold(0.13, "SD of RR over its mean", f"{_OURS}, as in heartguard.normal_ranges"),
    "irregular_without_ectopics": Threshold(0.09, "SD of RR between normal beats over its mean", _OURS),
    "fibrillation": Threshold(
        0.04, "SD of RR over its mean", f"{_OURS}: less in 1 of 100 records with it (answers.csv)"
    ),
    "fast_without_p": Threshold(120, "/min", f"{_OURS}: half the usual rate of a slow flutter, {_TACHYCARDIA}"),
    "fast_and_regular": Threshold(0.04, "SD of RR over its mean", f"{_OURS}, as that of fibrillation"),
    "pause": Threshold(2.0, "s", f"{_OURS}: {_BRADYCARDIA} calls 3 s a sinus pause, which 10 s seldom show"),
    "first_degree": Threshold(200, "ms, PR", _BRADYCARDIA),
    "bigeminy_pairs": Threshold(3, "pairs in a row", _OURS),
    "run_of_ectopics": Threshold(3, "beats in a row", _SUDDEN_DEATH),
    "run_rate": Threshold(100, "/min", _SUDDEN_DEATH),
    "wide_beat": Threshold(120, "ms, QRS of a single beat", _SUDDEN_DEATH),
    "paced_beats": Threshold(2, "beats begun by a spike", f"{_OURS}: one may be an artefact"),
    "left_axis": Threshold(-30, "degrees", _CONDUCTION),
    "right_axis": Threshold(90, "degrees", _CONDUCTION),
    "fascicular_left_axis": Threshold(-45, "degrees", _CONDUCTION),
    "extreme_axis": Threshold(-90, "degrees", _CONDUCTION),
    "complete_block": Threshold(120, "ms, QRS", _CONDUCTION),
    "wide_qrs": Threshold(110, "ms, QRS", _CONDUCTION),
    "fascicular_width": Threshold(130, "ms, QRS", f"120 by {_CONDUCTION}, and one SD of our QRS (10 ms) more"),
    "unspecific_delay": Threshold(120, "ms, QRS", f"110 by {_CONDUCTION}, and one SD of our QRS (10 ms) more"),
    "wide_s": Threshold(40, "ms, S in I or V6", _CONDUCTION),
    "long_qtc_women": Threshold(460, "ms", _REPOLARISATION),
    "long_qtc_men": Threshold(450, "ms", _REPOLARISATION),
    "short_qtc": Threshold(360, "ms", _SUDDEN_DEATH),
    "st_elevation": Threshold(0.1, "mV at J, leads other than V2 and V3", _INFARCTION),
    "st_elevation_men_under_40": Threshold(0.25, "mV at J, V2 and V3", _INFARCTION),
    "st_elevation_men": Threshold(0.2, "mV at J, V2 and V3, from 40 years on", _INFARCTION),
    "st_elevation_women": Threshold(0.15, "mV at J, V2 and V3", _INFARCTION),
    "st_depression": Threshold(-0.05, "mV at J, horizontal or falling", _INFARCTION),
    "t_inversion": Threshold(-0.1, "mV, two contiguous leads with a prominent R", _INFARCTION),
    "q_width": Threshold(30, "ms, two contiguous leads", _INFARCTION),
    "q_depth": Threshold(0.1, "mV, two contiguous leads", _INFARCTION),
    "q_width_v2_v3": Threshold(20, "ms", _INFARCTION),
    "low_voltage_limbs": Threshold(0.5, "mV, from peak to peak", _VOLTAGE),
    "low_voltage_chest": Threshold(1.0, "mV, from peak to peak", _VOLTAGE),
    "sokolow_lyon": Threshold(3.5, "mV", _HYPERTROPHY),
    "cornell_women": Threshold(2.0, "mV", _HYPERTROPHY),
    "cornell_men": Threshold(2.8, "mV", _HYPERTROPHY),
    "r_avl": Threshold(1.1, "mV", _HYPERTROPHY),
    "flat_lead": Threshold(0.06, "mV, from the lowest to the highest", f"{_OURS}: two pen widths"),
    "live_lead": Threshold(0.3, "mV, from the lowest to the highest", f"{_OURS}: the highest lead of a low voltage"),
}
"""By name, in the order of the statements."""


def limit(name: str) -> float:
    """Return the value of a threshold.

    Examples
    --------
    >>> limit("first_degree")
    200
    """
    return THRESHOLDS[name].value
