"""What was set by hand, in the words of a report."""

from __future__ import annotations

from typing import Any

from heartguard.report.printed.words import Language, word
from heartguard.values import HandSetting

__all__ = ["setting_text"]


def setting_text(setting: HandSetting, language: Language) -> str:
    """Return one setting beside what had been found.

    Examples
    --------
    >>> setting_text(HandSetting("gain_mm_per_mv", 5.0, 10.0), "de")
    'Verstärkung 5 mm/mV (gefunden: 10)'
    """
    key = "unmirrored" if setting.field == "mirrored" and not setting.given else setting.field
    text = word(key, language, value=_written(setting.field, setting.given))
    if setting.found is None:
        return text
    return f"{text} ({word('found', language, value=_written(setting.field, setting.found))})"


def _written(field: str, value: Any) -> str:
    if field == "quarter_turns":
        return f"{90 * value}"
    if field == "leads":
        return ", ".join(f"{name} = {lead}" for name, lead in value)
    if field == "marks":
        return ", ".join(f"{name} {1000 * at:+.0f} ms" for name, at in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
