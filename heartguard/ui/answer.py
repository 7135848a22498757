"""The answer: class, probability in words and numbers, how well the page was read, and what is uncertain."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.cards import measurement_cards
from heartguard.ui.charts import probability_bars, probability_text
from heartguard.ui.frame import dark_theme
from heartguard.ui.problems import calm
from heartguard.ui.words import (
    FINDING_NAMES,
    INFARCTIONS,
    RATES,
    finding_name,
    likelihood,
    natural_frequency,
    percent,
    possible_help,
    possible_text,
    quality_word,
    second_text,
    sentence_list,
)
from heartguard.values import Prediction, Reading
from heartguard.vocabulary import CLASS_MEANING, DISCLAIMER, class_name
from heartguard.warning_rules import LOW_QUALITY, UNSURE

__all__ = ["show_answer", "uncertainties"]

_QUALITY_COLOURS = {"good": "green", "fair": "orange", "poor": "red"}
_QUALITY_ICONS = {"good": ":material/check_circle:", "fair": ":material/info:", "poor": ":material/error:"}


@calm
def show_answer(reading: Reading) -> None:
    """Show the answer beside the probabilities, then what is uncertain."""
    left, right = st.columns([3, 2], gap="small")
    with left, st.container(border=True, height="stretch", gap="xsmall"):
        _headline(reading.prediction, reading.quality)
        _quality(reading)
        _second(reading.prediction)
        st.caption(f":material/info: **{DISCLAIMER}**")
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Probability of each class**", help="Calibrated: on test pages, the share that was right.")
        st.altair_chart(
            probability_bars(reading.prediction.probabilities, _accented(reading.prediction), dark_theme()),
            width="stretch",
            alt=probability_text(reading.prediction.probabilities),
        )
        _possible(reading.prediction)
    if reading.prediction.findings:
        _findings(reading.prediction)
    uncertain = sentence_list(uncertainties(reading))
    if uncertain:
        st.warning(f"**What is uncertain**\n\n{uncertain}", icon=":material/help:")


def uncertainties(reading: Reading) -> tuple[str, ...]:
    """Return what the doctor must know beside the answer, most important first.

    A class that measurements or findings contradict comes first; what the headline "Not sure" says already is left out.
    """
    doubts = (warning.text for warning in reading.warnings if warning.severity != "note" and warning.code != UNSURE)
    return (*_contradiction(reading), *_findings_against(reading.prediction), *doubts)


def _contradiction(reading: Reading) -> tuple[str, ...]:
    prediction = reading.prediction
    outside = [card for card in measurement_cards(reading.measurements) if card.flag]
    if prediction.abstained or prediction.label != "Normal" or not outside:
        return ()
    parts = ", ".join(f"{card.label} {card.value} ({card.flag})" for card in outside)
    return (f"The answer is Normal, but the measurements do not fit it: {parts}.",)


def _findings_against(prediction: Prediction) -> tuple[str, ...]:
    """Name what stands out beside a class that it does not fit; a rate outside the norm is named as measured."""
    does_not_fit = {"Normal": set(FINDING_NAMES) - set(RATES), "HB": set(INFARCTIONS)}.get(prediction.label, set())
    against = [f for f in prediction.findings if f.present and f.scp_code in does_not_fit]
    if prediction.abstained or not against:
        return ()
    parts = ", ".join(f"{finding_name(f.scp_code)} ({percent(f.probability)})" for f in against)
    return (f"The answer is {class_name(prediction.label)}, but a finding beside it does not fit: {parts}.",)


def _accented(prediction: Prediction) -> str:
    """Return the class that the chart shows in colour: none while the answer is "Not sure"."""
    return "" if prediction.abstained else prediction.label


def _headline(prediction: Prediction, quality: float) -> None:
    probability = prediction.probabilities[prediction.label]
    name = class_name(prediction.label)
    if prediction.abstained:
        st.caption("Answer")
        st.header(":material/help: Not sure", anchor=False)
        if quality < LOW_QUALITY:
            st.markdown("The page could not be traced well enough to answer. **Read this ECG yourself.**")
            return
        if prediction.out_of_distribution:
            st.markdown("The tracing is unlike those the models learnt from. **Read this ECG yourself.**")
            return
        runner_up = sorted(prediction.probabilities.items(), key=lambda item: -item[1])[1]
        st.markdown(
            f"No class is probable enough to name. Closest: {name} ({percent(probability)}), then "
            f"{class_name(runner_up[0])} ({percent(runner_up[1])}). **Read this ECG yourself.**"
        )
        return
    st.caption("Most probable class")
    st.header(name, anchor=False)
    st.markdown(
        f"**{likelihood(probability).capitalize()} · {percent(probability)}**",
        help=natural_frequency(probability) + " Your patients may differ from the test pages.",
    )
    st.markdown(CLASS_MEANING.get(prediction.label, ""))


def _possible(prediction: Prediction) -> None:
    """Say which classes cannot be ruled out; nothing where that is the answer alone."""
    known = None if prediction.abstained else (prediction.label,)
    if prediction.prediction_set not in (None, known):
        st.caption(possible_text(prediction.prediction_set or ()) + ".", help=possible_help(prediction.coverage))


def _second(prediction: Prediction) -> None:
    second = prediction.signal_model
    if second is None:
        return
    network = prediction.cnn_probabilities or prediction.probabilities
    first = max(network, key=lambda name: network[name])
    icon = ":material/done_all:" if second.agrees else ":material/call_split:"
    st.markdown(
        f"{icon} {second_text((first, network[first]), (second.label, second.probabilities[second.label]))}",
        help="The signal model is boosted trees on measured waves, intervals and rhythm, and 1-D residual networks on "
        "the signals; it never sees the drawing. "
        + ("The probabilities beside are the joint answer of both models. " if prediction.cnn_probabilities else "")
        + "Where both name the same class, the answer was right far more often on test pages; else look twice.",
    )


def _findings(prediction: Prediction) -> None:
    present = [finding for finding in prediction.findings if finding.present]
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            "**Supporting findings**",
            help="Further outputs of the models, trained on cardiologists' statements of PTB-XL. Each is shown "
            "from a probability that 2 in 100 records without it reach; no sinus rhythm beside atrial fibrillation. "
            "On other recorders they may be wrong more often; how often they were right on records kept apart stands "
            "on “How it works and how good it is”.",
        )
        if not present:
            st.caption("None of the " + str(len(prediction.findings)) + " findings that the models know stands out.")
        with st.container(horizontal=True, gap="xsmall"):
            for finding in present:
                st.badge(f"{finding_name(finding.scp_code)} · {percent(finding.probability)}", color="blue")


def _quality(reading: Reading) -> None:
    word = quality_word(reading.quality)
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(
            f"Tracing quality: {word} ({100 * reading.quality:.0f} of 100)",
            icon=_QUALITY_ICONS[word],
            color=_QUALITY_COLOURS[word],  # type: ignore[arg-type]
            help="How well the page's layout, scale and traces agree with each other. It says nothing on the heart.",
        )
