"""The cardiac models of the ECG simulator: for each condition the waves of a beat and the rhythm."""

from __future__ import annotations

from dataclasses import dataclass, replace

from heartlab.simulate.ecg.dipole import Vector, Wave


@dataclass(frozen=True)
class CardiacModel:
    """The waves of one beat.

    Attributes
    ----------
    label : str
        Class of the four: Normal, MI, PMI or HB.
    title : str
    qrs : tuple of Wave
        Milliseconds from the beat's reference time.
    p : tuple of Wave
        Milliseconds from the onset of P; empty without atrial beats.
    t, st : tuple of float
        Dipole at the peak of T, and of the ST segment, mV.
    pr_ms, qtc_ms : float
        At 60/min; QT follows the rate by Fridericia.
    rhythm : str
        ``"sinus"``, ``"af"``, ``"pvc"`` or ``"pac"``.
    """

    label: str
    title: str
    qrs: tuple[Wave, ...]
    p: tuple[Wave, ...]
    t: Vector
    st: Vector = (0.0, 0.0, 0.0)
    pr_ms: float = 160.0
    qtc_ms: float = 405.0
    rhythm: str = "sinus"


SEPTUM = Wave(-25, 7, 7.5, (-0.12, -0.03, -0.24))
"""Depolarisation of the septum."""

MAIN = Wave(0, 9, 9, (1.12, 0.68, 0.24))
"""Depolarisation of the free walls."""

POSTERIOR = Wave(14, 9, 9, (-0.12, 0.02, 0.72))
"""Depolarisation of the posterior wall."""

BASAL = Wave(26, 7, 7, (-0.20, -0.09, 0.12))
"""Depolarisation of the base."""

ATRIA = (Wave(40, 16, 17, (0.06, 0.10, -0.05)), Wave(64, 17, 16, (0.09, 0.06, 0.05)))
"""P wave: right, then left atrium."""

ECTOPIC_ATRIA = (Wave(38, 15, 15, (-0.03, -0.09, -0.04)), Wave(55, 14, 14, (0.02, -0.05, 0.04)))
"""P wave of an ectopic focus."""

NORMAL = CardiacModel("Normal", "sinus rhythm", (SEPTUM, MAIN, POSTERIOR, BASAL), ATRIA, (0.30, 0.20, -0.18))
"""The normal heart; all amplitudes and times were chosen by hand to give normal leads."""

PVC_BEAT = CardiacModel(
    "HB",
    "premature ventricular beat",
    (Wave(-25, 20, 20, (0.55, 0.75, 0.45)), Wave(22, 22, 26, (0.75, 0.90, 0.95))),
    (),
    (-0.38, -0.38, -0.50),
    st=(-0.08, -0.08, -0.12),
    qtc_ms=440,
)
"""A ventricular premature beat."""

PAC_BEAT = replace(NORMAL, label="HB", title="premature atrial beat", p=ECTOPIC_ATRIA, pr_ms=140)
"""An atrial premature beat."""

RBBB = replace(
    NORMAL,
    label="HB",
    title="right bundle-branch block",
    qrs=(
        SEPTUM,
        MAIN,
        replace(POSTERIOR, vector=(-0.15, 0.0, 0.50)),
        Wave(52, 15, 17, (-0.52, -0.05, -0.52)),
    ),
    t=(0.26, 0.20, 0.02),
    qtc_ms=425,
)
"""Right bundle branch block."""

LBBB = replace(
    NORMAL,
    label="HB",
    title="left bundle-branch block",
    qrs=(Wave(-22, 16, 17, (0.72, 0.36, 0.42)), Wave(26, 19, 18, (0.78, 0.05, 0.82))),
    t=(-0.24, -0.02, -0.32),
    st=(-0.07, 0.0, -0.12),
    qtc_ms=440,
)
"""Left bundle branch block."""

LVH = replace(
    NORMAL,
    label="HB",
    title="left ventricular hypertrophy with strain",
    qrs=(
        replace(SEPTUM, vector=(-0.16, -0.02, -0.26)),
        Wave(0, 10.5, 10.5, (1.95, 0.70, 0.75)),
        Wave(16, 10, 10, (-0.10, 0.02, 1.15)),
        BASAL,
    ),
    t=(-0.20, 0.0, -0.20),
    st=(-0.10, -0.02, -0.10),
)
"""Left ventricular hypertrophy."""

ATRIAL_FIBRILLATION = replace(NORMAL, label="HB", title="atrial fibrillation", p=(), rhythm="af")
"""Atrial fibrillation: no P wave, irregular RR."""

INJURY: dict[str, Vector] = {
    "anterior": (0.12, -0.15, -0.25),
    "inferior": (-0.06, 0.26, 0.08),
    "lateral": (0.25, -0.13, 0.08),
}
"""Dipole of the ST segment by injured wall; the mirror leads sink by themselves."""


def _acute(wall: str, t: Vector, r: Vector) -> CardiacModel:
    return replace(
        NORMAL,
        label="MI",
        title=f"acute {wall} infarction with ST elevation",
        qrs=(SEPTUM, replace(MAIN, vector=r), POSTERIOR, BASAL),
        t=t,
        st=INJURY[wall],
    )


def _old(wall: str, initial: Vector, r: Vector, t: Vector) -> CardiacModel:
    return replace(
        NORMAL,
        label="PMI",
        title=f"old {wall} infarction with Q waves",
        qrs=(Wave(-24, 9, 9.5, initial), replace(MAIN, vector=r), POSTERIOR, BASAL),
        t=t,
    )


CARDIAC_MODELS: dict[str, CardiacModel] = {
    "normal": NORMAL,
    "af": ATRIAL_FIBRILLATION,
    "pvc": replace(NORMAL, label="HB", title="premature ventricular beats", rhythm="pvc"),
    "pac": replace(NORMAL, label="HB", title="premature atrial beats", rhythm="pac"),
    "rbbb": RBBB,
    "lbbb": LBBB,
    "lvh": LVH,
    "stemi_anterior": _acute("anterior", t=(0.38, 0.08, -0.36), r=(0.90, 0.64, 0.30)),
    "stemi_inferior": _acute("inferior", t=(0.06, 0.42, 0.02), r=(0.98, 0.60, 0.24)),
    "stemi_lateral": _acute("lateral", t=(0.48, 0.02, 0.00), r=(0.95, 0.66, 0.22)),
    "old_mi_anterior": _old("anterior", (0.04, 0.05, 0.42), r=(0.72, 0.70, 0.40), t=(0.03, 0.16, 0.22)),
    "old_mi_inferior": _old("inferior", (0.06, -0.46, -0.12), r=(0.98, 0.36, 0.20), t=(0.24, -0.20, -0.14)),
    "old_mi_lateral": _old("lateral", (-0.46, 0.06, -0.14), r=(0.66, 0.80, 0.15), t=(-0.20, 0.22, -0.14)),
}
"""Every condition that `heartlab.simulate.ecg.simulator.simulate_ecg` draws."""
