"""The strip of the open ECG, which stands above every page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from heartguard.sessions import Chosen
from heartguard.ui.shared.words import answer_text, quality_text, review_headline
from heartguard.values import HandSetting, Reading

if TYPE_CHECKING:
    from heartguard.review import Review

__all__ = ["strip_html"]

_MOST_NAMES = 2
"""Lead names that the strip spells out: more would take lines of their own on a phone."""


def strip_html(chosen: Chosen, reading: Reading | None, review: Review | None = None) -> str:
    """Return the strip: the name of the file, of its reading the answer, the rate and the quality, and the review."""
    parts = [f"<h1>{html.escape(chosen.name)}</h1>"]
    if chosen.origin == "sample":
        parts.append("<span>Simulated, no patient</span>")
    if reading is not None:
        rate = reading.measurements.heart_rate_bpm
        rate_text = "Rate not measurable" if rate is None else f"{rate:.0f}/min"
        facts = (answer_text(reading), rate_text, f"Quality {quality_text(reading.quality)}")
        parts += [
            f"<strong>{html.escape(facts[0])}</strong>",
            *(f"<span>{html.escape(fact)}</span>" for fact in facts[1:]),
        ]
        parts += [f"<span>By hand: {html.escape(_by_hand(setting))}</span>" for setting in reading.by_hand]
    if review is not None:
        parts.append(f'<strong class="hg-doctor">{html.escape(review_headline(review))}</strong>')
    return f'<div class="hg-strip" role="region" aria-label="Open ECG">{"".join(parts)}</div>'


def _by_hand(setting: HandSetting) -> str:
    """Return a setting in words; of many lead names how many they are, so that the ECG stays on the first screen."""
    given = setting.given
    if setting.field == "leads" and isinstance(given, tuple) and len(given) > _MOST_NAMES:
        return f"{len(given)} leads named"
    return setting.text
