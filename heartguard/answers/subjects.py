"""What is looked for on an ECG, by rules, by the models or by both, and what is not."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LOOKED_FOR", "NOT_LOOKED_FOR", "Subject"]


class Subject(NamedTuple):
    """One thing that is looked for.

    Attributes
    ----------
    name : str
    findings : tuple of str
        Findings of the models that state it, by their SCP codes.
    statements : tuple of str
        Statements of the rules that state it, by their codes.
    """

    name: str
    findings: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()

    @property
    def by(self) -> str:
        """Who looks for it, in words."""
        if self.findings and self.statements:
            return "models and rule"
        return "models" if self.findings else "rule"


LOOKED_FOR = (
    Subject("Bradycardia", ("rhythm:SBRAD",), ("rate.slow",)),
    Subject("Tachycardia", ("rhythm:STACH",), ("rate.fast",)),
    Subject("Atrial fibrillation", ("rhythm:AFIB",), ("rhythm.irregular_without_p",)),
    Subject("Atrial flutter", (), ("rhythm.flutter", "rhythm.fast_without_p")),
    Subject("Irregular rhythm", (), ("rhythm.irregular",)),
    Subject("Pauses", (), ("rhythm.pause",)),
    Subject("Ventricular ectopic beats", ("form:PVC",), ("ectopy.ventricular", "ectopy.run")),
    Subject("Supraventricular ectopic beats", (), ("ectopy.supraventricular",)),
    Subject("Pacing", (), ("pacing.ventricular", "pacing.atrial", "pacing.no_capture")),
    Subject(
        "AV block",
        ("sub:AVB",),
        ("conduction.first_degree", "conduction.second_degree", "conduction.third_degree"),
    ),
    Subject("Axis deviation", (), ("axis.left", "axis.right", "axis.extreme")),
    Subject("Complete right bundle branch block", ("sub:CRBBB",), ("conduction.rbbb",)),
    Subject("Incomplete right bundle branch block", (), ("conduction.incomplete_rbbb",)),
    Subject("Complete left bundle branch block", ("sub:CLBBB",), ("conduction.lbbb",)),
    Subject("Intraventricular conduction delay", (), ("conduction.ivcd",)),
    Subject("Fascicular block", ("sub:LAFB/LPFB",), ("conduction.lafb", "conduction.lpfb")),
    Subject("Long or short QT", (), ("repolarisation.long_qt", "repolarisation.short_qt")),
    Subject("ST elevation", (), ("st.elevation",)),
    Subject("ST depression", ("form:STD",), ("st.depression",)),
    Subject("Q waves", (), ("infarction.q_waves",)),
    Subject("Anterior infarction pattern", ("sub:AMI",)),
    Subject("Inferior infarction pattern", ("sub:IMI",)),
    Subject("Low voltage", (), ("voltage.low_limbs", "voltage.low_chest")),
    Subject("Left ventricular hypertrophy", ("sub:LVH",), ("voltage.lvh",)),
    Subject("Swapped arm electrodes", (), ("recording.arms_swapped",)),
    Subject("A lead that is off", (), ("recording.lead_off",)),
)
"""In the order in which an ECG is read."""

NOT_LOOKED_FOR = (
    "ischaemia without ST change",
    "pericarditis",
    "electrolytes",
    "drug effects",
    "pre-excitation",
    "other arrhythmias",
    "right ventricular hypertrophy",
    "enlarged atria",
    "a culprit vessel",
)
"""What a doctor might take as ruled out because nothing is said of it."""
