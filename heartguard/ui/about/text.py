"""The words of the page "How it works and how good it is". Figures never stand here: they are read from files."""

from __future__ import annotations

__all__ = ["CREDITS", "INTRODUCTION", "LIMITS", "WHAT_IT_IS_NOT"]

INTRODUCTION = (
    "HeartGuard turns a paper ECG back into signals, measures them, and lets two models judge them. VGG16, the "
    "image model, sees them drawn again in one standard form; the signal model, boosted trees on measured waves and "
    "1-D residual networks, sees the signals. Both give one joint answer. Nothing but the traces reaches them: no "
    "grid colour, header, name, recorder or layout."
)

WHAT_IT_IS_NOT = (
    "**Not a medical device.** It has no approval, and no clinical study stands behind it. It must not decide about a "
    "patient.",
    "**Not a rule-out.** “Normal” means: looks like the normal pages it learned from. It excludes no disease, least of "
    "all an acute coronary syndrome.",
    "**Not a full reading.** Four broad classes and a few supporting findings; no culprit vessel, no drug effect.",
)

LIMITS = (
    "The pages it learned from come from one source and two print layouts. Other hospitals, recorders and populations "
    "will give lower figures.",
    "In that source every normal page has one layout, grid and filter. The drawing hides this from VGG16, but "
    "believe the figures for 3×4 pages more than those for all pages.",
    "Myocardial infarction is the rarest class by far: its figures rest on few pages and have wide intervals.",
    "The labels are those of the data set, one for each page; they were not checked against angiography or troponin.",
    "Probabilities are calibrated on the same kind of pages. Where your patients differ, so does their meaning.",
    "Phone photos are traced less well than scans; with strong folds or shadows they may be refused or read with low "
    "quality, and then get no class.",
    "Paper holds less than the recorder saw: filters, 2.5 s of most leads, and the width of the line.",
)

CREDITS = (
    (
        "ECG Images dataset of Cardiac Patients (pages)",
        "Khan & Hussain, Mendeley Data, doi 10.17632/gwbz3fsgp8",
        "CC BY 4.0",
    ),
    ("PTB-XL", "Wagner et al., PhysioNet, doi 10.13026/kfzx-aw45", "CC BY 4.0"),
    ("LUDB", "Kalyakulina et al., PhysioNet, doi 10.13026/eegm-h675", "ODC-BY 1.0"),
    ("PTB Diagnostic ECG Database", "Bousseljot et al., PhysioNet, doi 10.13026/C28C71", "ODC-BY 1.0"),
    ("CPSC 2018, CPSC-Extra, Georgia, Chapman", "PhysioNet/CinC Challenge 2020 and 2021", "CC BY 4.0"),
)
