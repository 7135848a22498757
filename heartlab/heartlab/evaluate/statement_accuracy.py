"""Sensitivity and specificity of the statements against those of PTB-XL's cardiologists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from heartguard.measure import measure
from heartguard.patient import Patient
from heartguard.statements import Case, state
from heartguard.values import Ecg
from heartlab.data.datasets import (
    leaf_statements,
    load_extra_labels,
    load_measure_only,
    load_signal_index,
    read_record_500hz,
)
from heartlab.evaluate.proportions import share

__all__ = ["STATED_AS", "measured_records", "stated_of", "statement_table"]

STATED_AS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "first degree AV block": (("conduction.first_degree",), ("1AVB",)),
    "second or third degree AV block": (("conduction.second_degree", "conduction.third_degree"), ("2AVB", "3AVB")),
    "irregular without P": (("rhythm.irregular_without_p",), ("AFIB", "AFLT")),
    "ventricular ectopic beats": (("ectopy.ventricular",), ("PVC", "BIGU", "TRIGU")),
    "supraventricular ectopic beats": (("ectopy.supraventricular",), ("PAC",)),
    "pacing": (("pacing.ventricular", "pacing.atrial"), ("PACE",)),
    "right bundle branch block": (("conduction.rbbb",), ("CRBBB",)),
    "left bundle branch block": (("conduction.lbbb",), ("CLBBB",)),
    "left anterior fascicular block": (("conduction.lafb",), ("LAFB",)),
    "ST elevation": (("st.elevation",), ("STE_",)),
    "ST depression": (("st.depression",), ("STD_",)),
    "Q waves": (("infarction.q_waves",), ("QWAVE",)),
    "hypertrophy by voltage": (("voltage.lvh",), ("LVH",)),
    "low voltage": (("voltage.low_limbs", "voltage.low_chest"), ("LVOLT",)),
    "long QT": (("repolarisation.long_qt",), ("LNGQT",)),
}
"""By name: codes of the statements, and SCP-ECG statements of the cardiologists. An infarction is not the same as Q
waves, so only those that name them count."""


def measured_records() -> pd.DataFrame:
    """Return the PTB-XL records that nothing is trained on or fitted to, with their SCP-ECG statements.

    Returns
    -------
    DataFrame
        Columns ``record_id, truth, age, sex``; `truth` is a set. Records of which only superclasses are known are left
        out.
    """
    index = load_signal_index()
    index = index[index["record_id"].isin(load_measure_only()["record_id"])]
    extra = load_extra_labels().set_index("record_id")
    known = index.assign(truth=pd.Series(leaf_statements(index), index.index))[["record_id", "truth"]].dropna()
    return known.join(extra[["age", "sex"]], on="record_id")


def stated_of(record_id: str, age: float | None = None, sex: float | None = None) -> set[str]:
    """Return the codes of what is stated of a record, by its signals."""
    signals = read_record_500hz(record_id)
    ecg = Ecg(signals, np.ones(12, np.float32))
    years = None if age is None or not 0 <= age <= 120 else age
    patient = Patient(years, None if sex is None or np.isnan(sex) else ("male", "female")[int(sex)])
    return {one.code for one in state(Case(measure(ecg), ecg, patient)).given}


def statement_table(rows: Iterable[tuple[set[str], set[str]]]) -> pd.DataFrame:
    """Return one line a statement from pairs of codes stated and of the cardiologists' statements.

    Examples
    --------
    >>> rows = [({"pacing.atrial"}, {"PACE"}), (set(), {"PACE"}), (set(), set())]
    >>> table = statement_table(rows).set_index("statement")
    >>> table.loc["pacing", "sensitivity"], table.loc["pacing", "specificity"]
    ('50.0 (9.5 to 90.5; 1 of 2)', '100.0 (20.7 to 100.0; 1 of 1)')
    """
    pairs, lines = list(rows), []
    for name, (codes, statements) in STATED_AS.items():
        given = np.array([bool(stated & set(codes)) for stated, _ in pairs], dtype=bool)
        true = np.array([bool(truth & set(statements)) for _, truth in pairs], dtype=bool)
        line: dict[str, Any] = {"statement": name, "records": len(pairs)}
        line["sensitivity"] = share(int((given & true).sum()), int(true.sum()))
        line["specificity"] = share(int((~given & ~true).sum()), int((~true).sum()))
        lines.append(line)
    return pd.DataFrame(lines)
