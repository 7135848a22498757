"""The measured tables and the model card, one at a time."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from heartguard.ui.shared.problems import calm
from heartguard.vocabulary import percent

__all__ = ["TITLES", "show_model_card", "show_table", "title_of"]

TITLES = {
    "agreement": "How often two of the models answer alike, and are wrong alike",
    "digitise": "Traced signals against the truth, simulated pages of real records",
    "findings": "Supporting findings on PTB-XL patients kept out of training, drawn and read back; earlier thresholds",
    "statement-trees": "Fibrillation and ectopic beats by trees on waves and by the networks, out of fold",
    "answers": "Answers before and after the measurements are set against them, on three sources",
    "elsewhere": "Answers to PTB-XL records out of fold, without and with the classes by the statements",
    "sources": "Answers to ECGs of each source, by the ensemble alone and as given",
    "answer-statements": "Statements on PTB-XL patients that set no threshold: AUROC, and two thresholds each",
    "deidentify": "Print and script that may name a patient: what is blanked of it and of the ECG, simulated pages",
    "measure": "Beats and intervals against cardiologists' marks (LUDB)",
    "measure-waves": "P, QRS and T of each beat and lead against cardiologists' marks (LUDB)",
    "measure-statements": "Statements by rules against those of PTB-XL",
    "vector": "PDFs whose traces are lines, drawn by three libraries",
    "cloud-check": "Start, time and memory on a server that has only what requirements.txt names",
    "cold-start": "Start to the first screen and memory at rest, beside the first version",
    "independent": "Pages of other programs and real ones: traces, names, and what is wrong without a word",
    "lead-names": "Printed lead names that a general text reader finds",
    "learning-curve": "The answer by how many of the training pages are used",
    "missed": "Pages that all models, some, or none get wrong",
    "mutation": "How many changes of the code, one at a time, its tests notice",
    "networks": "Libraries against own code: difference, time and memory of each network",
    "rates-misses-originals": "Pages whose rate is not the one that the recorder printed",
    "recipes": "Other ways to train the image model",
    "reproduction": "The models trained again from the start",
    "same-answers": "Answers, time and memory beside an earlier version",
    "second-layout": "How well the arrangement of a page can be told from the measured waves",
    "structure": "What the structure network sees of each kind of page",
    "unlike": "What is told from ECGs like those of the training",
    "wheel-check": "Size of the installed package",
    "scans": "Scans, photos and screenshots of many makers, looked at one by one",
    "rates": "Heart rate against the rate that the recorder printed",
    "speed": "Time and memory of one reading",
    "memory": "Memory of one process by step, this version beside an earlier one",
    "load": "Many sessions at once on the real server, which is told that it has 690 MB",
}
_UNITS = {"percent": "%", "db": "dB", "ms": "ms", "per_min": "1/min", "mv": "mV"}


def title_of(name: str) -> str:
    """Return what a table shows, by the name of its file."""
    return TITLES.get(name, name.replace("-", " ").replace("_", " ").capitalize())


@calm
def show_table(name: str, table: pd.DataFrame) -> None:
    """Show one measured table."""
    st.dataframe(table.rename(columns=_heading), hide_index=True, width="stretch", alt=f"Measured table {name}")
    st.caption(f"From benchmarks/results/{name}.csv")


def _heading(column: str) -> str:
    """Turn the name of a column into words: ``snr_mean_db`` becomes "SNR mean (dB)"."""
    for ending, unit in _UNITS.items():
        if column.endswith(f"_{ending}"):
            return f"{_sentence(column.removesuffix(f'_{ending}'))} ({unit})"
    return _sentence(column)


def _sentence(name: str) -> str:
    words = name.replace("_", " ").replace("snr", "SNR").replace("hr ", "rate ")
    return words[:1].upper() + words[1:]


@calm
def show_model_card() -> None:
    """Show the facts that the model carries."""
    from heartguard.classify import load_spec, models_folder

    spec = load_spec(models_folder() / "vgg16.json")
    height, width = spec.input_size
    facts = {
        "Model": spec.identity,
        "Date": spec.date,
        "Classes": ", ".join(spec.classes),
        "Input": f"{width} × {height} pixels, drawing version {spec.drawing_version}",
        "Temperature": f"{spec.temperature:.3f}",
        "Says “Not sure” under": percent(spec.abstention_threshold),
        **{key.replace("_", " ").capitalize(): _plain(value) for key, value in spec.training_data.items()},
    }
    st.markdown("\n".join(f"- **{name}:** {value}" for name, value in facts.items()))
    with st.expander("Training recipe", icon=":material/settings:"):
        st.json(dict(spec.recipe), expanded=True)


def _plain(value: object) -> str:
    """Write a fact of the spec in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_plain(item)} {name}" for name, item in value.items())
    return str(value)
