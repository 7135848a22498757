"""The answer: class, probability in words and numbers, what contradicts it, and what is uncertain."""

from __future__ import annotations

import streamlit as st

from heartguard.contradictions import contradictions
from heartguard.ui.read.findings import show_findings
from heartguard.ui.shared.charts import probability_bars, show_chart
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.running import load_models
from heartguard.ui.shared.words import (
    answer_text,
    escape_markdown,
    likelihood,
    natural_frequency,
    possible_text,
    quality_text,
    quality_word,
    second_text,
    sentence_list,
)
from heartguard.values import Prediction, Reading
from heartguard.vocabulary import CLASS_MEANING, DISCLAIMER, class_name, percent, with_minus
from heartguard.warning_rules import LOW_QUALITY, NOT_NORMAL, UNSURE

__all__ = ["abstention_threshold", "show_answer", "show_doubts", "uncertainties"]

_QUALITY_COLOURS = {"good": "green", "fair": "orange", "poor": "red"}
_QUALITY_ICONS = {"good": ":material/check_circle:", "fair": ":material/info:", "poor": ":material/error:"}

_IN_THE_HEADLINE = (UNSURE, NOT_NORMAL, "class.withheld")
"""Warnings that the headline says already."""


@calm
def show_answer(reading: Reading) -> None:
    """Show the answer, how sure it is, and the probabilities with the threshold."""
    prediction = reading.prediction
    if prediction.withheld:
        st.header(f":material/block: {answer_text(reading)}", anchor=False)
        st.markdown(f"{prediction.withheld} **Read this ECG yourself.**")
        _quality(reading)
        return
    _headline(prediction, reading.quality)
    for sentence in contradictions(reading):
        st.caption(f":orange[:material/call_split: **{sentence}**]")
    accented = "" if prediction.abstained else prediction.label  # None while the answer is "Not sure".
    show_chart(*probability_bars(prediction.probabilities, accented, abstention_threshold(prediction)))
    st.caption("  \n".join(_beside(prediction)))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        _quality(reading)
        show_findings(reading)


def _beside(prediction: Prediction) -> tuple[str, ...]:
    """Return what cannot be ruled out, and what each model says alone."""
    possible, second = prediction.prediction_set, prediction.signal_model
    network = prediction.cnn_probabilities or prediction.probabilities
    first = max(network, key=lambda name: network[name])
    said = []
    if possible is not None and possible != (prediction.label,):
        said.append(possible_text(possible, len(prediction.probabilities)))
    if second is not None:
        alone = (second.label, second.probabilities[second.label])
        said.append(second_text((first, network[first]), alone))
    return tuple(said)


@calm
def show_doubts(reading: Reading) -> None:
    """Show what is uncertain beside the answer, and what HeartGuard is not."""
    uncertain = sentence_list(escape_markdown(text) for text in uncertainties(reading))
    if uncertain:
        st.warning(f"**What is uncertain**\n\n{uncertain}", icon=":material/help:")
    st.caption(f":material/info: **{DISCLAIMER}**")


def abstention_threshold(prediction: Prediction) -> float:
    """Return the probability from which a class is named: of both models together, or of what answered."""
    models = load_models()
    joint = models.signal.spec.joint
    if prediction.elsewhere and joint is not None and joint.elsewhere is not None:
        return joint.elsewhere.threshold
    if prediction.cnn_probabilities is not None and joint is not None:
        return joint.threshold_of(prediction.label)
    return models.vgg16.spec.abstention_threshold


def uncertainties(reading: Reading) -> tuple[str, ...]:
    """Return what the doctor must know beside the answer, most important first, without what the headline says."""
    return tuple(w.text for w in reading.warnings if w.severity != "note" and w.code not in _IN_THE_HEADLINE)


def _headline(prediction: Prediction, quality: float) -> None:
    probability = prediction.probabilities[prediction.label]
    name = class_name(prediction.label)
    if not prediction.abstained:
        st.header(f"{name} · {percent(probability)}", anchor=False)
        st.markdown(
            f"{likelihood(probability).capitalize()}. {CLASS_MEANING.get(prediction.label, '')}",
            help=natural_frequency(probability) + " Your patients may differ from the test pages.",
        )
        return
    st.header(":material/help: Not sure", anchor=False)
    if quality < LOW_QUALITY:
        st.markdown("The page could not be traced well enough to answer. **Read this ECG yourself.**")
    elif prediction.out_of_distribution:
        st.markdown("The tracing is unlike those the models learnt from. **Read this ECG yourself.**")
    elif prediction.why_not_normal:
        st.markdown(
            f"Closest is {name} with {percent(probability)}, but this does not allow it:\n\n"
            f"{sentence_list(escape_markdown(with_minus(reason)) for reason in prediction.why_not_normal)}\n\n"
            "**Read this ECG yourself.**"
        )
    elif prediction.not_named:
        st.markdown(f"{prediction.not_named} **Read this ECG yourself.**")
    else:
        st.markdown(
            f"Closest is {name} with {percent(probability)}; a class is named from "
            f"{percent(abstention_threshold(prediction))}. **Read this ECG yourself.**"
        )


def _quality(reading: Reading) -> None:
    word = quality_word(reading.quality)
    st.badge(
        f"Quality {quality_text(reading.quality)}",
        icon=_QUALITY_ICONS[word],
        color=_QUALITY_COLOURS[word],  # type: ignore[arg-type]
        help="How well the page's layout, scale and traces agree with each other. It says nothing on the heart.",
    )
