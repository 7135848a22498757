"""The answer: class, probability in words and numbers, what contradicts it, and what is uncertain."""

from __future__ import annotations

import streamlit as st

from heartguard.ui.read.cards import IRREGULAR, measurement_cards
from heartguard.ui.read.findings import show_findings
from heartguard.ui.shared.charts import probability_bars, probability_text
from heartguard.ui.shared.frame import dark_theme
from heartguard.ui.shared.problems import calm
from heartguard.ui.shared.running import load_models
from heartguard.ui.shared.words import (
    CERTAIN_ENOUGH,
    FINDING_NAMES,
    INFARCTIONS,
    RATES,
    answer_text,
    escape_markdown,
    finding_name,
    likelihood,
    natural_frequency,
    percent,
    possible_text,
    quality_text,
    quality_word,
    second_text,
    sentence_list,
)
from heartguard.values import Prediction, Reading
from heartguard.vocabulary import CLASS_MEANING, DISCLAIMER, class_name
from heartguard.warning_rules import LOW_QUALITY, UNSURE

__all__ = ["abstention_threshold", "contradictions", "possible_classes", "show_answer", "show_doubts", "uncertainties"]

_QUALITY_COLOURS = {"good": "green", "fair": "orange", "poor": "red"}
_QUALITY_ICONS = {"good": ":material/check_circle:", "fair": ":material/info:", "poor": ":material/error:"}

_IN_THE_HEADLINE = (UNSURE, "class.withheld")
"""Warnings that the headline says already."""

_DOES_NOT_FIT = {"Normal": set(FINDING_NAMES) - set(RATES), "HB": set(INFARCTIONS)}
"""Findings that a class contradicts; what is said of a rate is measured, and said there."""


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
    threshold = abstention_threshold(prediction)
    st.altair_chart(
        probability_bars(prediction.probabilities, _accented(prediction), threshold, dark_theme()),
        width="stretch",
        alt=probability_text(prediction.probabilities, threshold),
    )
    st.caption("  \n".join(_beside(prediction)))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        _quality(reading)
        show_findings(reading)


def _beside(prediction: Prediction) -> tuple[str, ...]:
    """Return what cannot be ruled out, and what each model says alone."""
    possible, second = possible_classes(prediction), prediction.signal_model
    known = None if prediction.abstained else (prediction.label,)
    network = prediction.cnn_probabilities or prediction.probabilities
    first = max(network, key=lambda name: network[name])
    said = []
    if possible is not None and possible != known:
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
    """Return the probability from which a class is named: of both models together, or of VGG16 where it is alone."""
    models = load_models()
    joint = models.signal.spec.joint
    if prediction.cnn_probabilities is not None and joint is not None:
        return joint.abstention_threshold
    return models.vgg16.spec.abstention_threshold


def possible_classes(prediction: Prediction) -> tuple[str, ...] | None:
    """Return the classes that cannot be ruled out; with a class, each that is more probable than it.

    Each class has a threshold of its own, so that the third may be in the set and the second not; a list that leaves
    out the second would be read as ruling it out.
    """
    possible = prediction.prediction_set
    if not possible:
        return possible
    ranked = sorted(prediction.probabilities, key=lambda name: -prediction.probabilities[name])
    return tuple(ranked[: 1 + max(ranked.index(label) for label in possible)])


def uncertainties(reading: Reading) -> tuple[str, ...]:
    """Return what the doctor must know beside the answer, most important first, without what the headline says."""
    return tuple(w.text for w in reading.warnings if w.severity != "note" and w.code not in _IN_THE_HEADLINE)


def contradictions(reading: Reading) -> tuple[str, ...]:
    """Return a sentence for each two parts of a reading that disagree."""
    if reading.quality < LOW_QUALITY or reading.prediction.out_of_distribution:
        return ()
    parts = (*_measured_against(reading), *_findings_against(reading.prediction), *_rhythm_against(reading))
    return (*_found_against(reading), *parts)


def _found_against(reading: Reading) -> tuple[str, ...]:
    """Name what was set by hand to something else than the page shows."""
    other = [setting.text for setting in reading.by_hand if setting.found not in (None, setting.given)]
    return (f"Set by hand against what the page shows: {'; '.join(other)}.",) if other else ()


def _measured_against(reading: Reading) -> tuple[str, ...]:
    outside = [card for card in measurement_cards(reading.measurements) if card.flag]
    if reading.prediction.label != "Normal" or not outside:
        return ()
    parts = ", ".join(f"{card.label} {card.value} ({card.flag})" for card in outside)
    return (f"{_said(reading.prediction)}, but not every measurement is: {parts}.",)


def _findings_against(prediction: Prediction) -> tuple[str, ...]:
    against = [
        finding
        for finding in prediction.findings
        if finding.present
        and finding.probability >= CERTAIN_ENOUGH
        and finding.scp_code in _DOES_NOT_FIT.get(prediction.label, ())
    ]
    if not against:
        return ()
    parts = ", ".join(f"{finding_name(f.scp_code)} ({percent(f.probability)})" for f in against)
    return (f"{_said(prediction)}, but a finding does not fit it: {parts}.",)


def _rhythm_against(reading: Reading) -> tuple[str, ...]:
    variation = reading.measurements.rr_variation
    if variation is None or variation <= IRREGULAR:
        return ()
    rhythms = [f for f in reading.prediction.findings if f.scp_code in ("rhythm:AFIB", "form:PVC", "sub:AVB")]
    if not rhythms or any(finding.present for finding in rhythms):
        return ()
    named = ", ".join(f"{finding_name(f.scp_code)} {percent(f.probability)}" for f in rhythms)
    return (f"The beats are irregular (RR varies by {100 * variation:.0f} %), yet no rhythm stands out: {named}.",)


def _said(prediction: Prediction) -> str:
    return f"The {'closest class' if prediction.abstained else 'answer'} is {class_name(prediction.label)}"


def _accented(prediction: Prediction) -> str:
    """Return the class that the chart shows in colour: none while the answer is "Not sure"."""
    return "" if prediction.abstained else prediction.label


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
