"""Coded sentences: what is a code, what is a severity, and that every code in the source is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import heartguard
from heartguard.warning import FAMILIES, Warning, caution, fault, note

SOURCE = Path(heartguard.__file__).parent


def test_a_warning_knows_its_family_and_reads_as_its_sentence() -> None:
    found = caution("scale.gain", "The gain is doubtful.")
    assert (found.family, found.severity, str(found)) == ("scale", "caution", "The gain is doubtful.")
    assert [make("page.blur", "It is blurred.").severity for make in (note, caution, fault)] == [
        "note",
        "caution",
        "fault",
    ]


@pytest.mark.parametrize("code", ["gain", "scale", "scale.", "scale.Gain", "colour.tint", "", "scale gain"])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="family"):
        Warning(code, "note", "A sentence.")


def test_other_severities_are_refused() -> None:
    with pytest.raises(ValueError, match="severity"):
        Warning("scale.gain", "warning", "A sentence.")  # type: ignore[arg-type]


def test_every_code_in_the_source_is_of_a_family() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    codes = re.findall(r'\b(?:note|caution|fault)\(\s*"([^"]*)",', text)
    assert len(codes) >= 15
    assert {code.partition(".")[0] for code in codes} <= set(FAMILIES)
