"""Names, speeds and gains in the spellings of recorders."""

from __future__ import annotations

import pytest

from heartguard.leads import LEADS
from heartguard.printed import Gains, gains_printed, lead_named, speed_printed


def test_every_lead_names_itself_in_both_cases() -> None:
    assert [lead_named(lead) for lead in LEADS] == list(LEADS)
    assert [lead_named(lead.upper()) for lead in LEADS] == list(LEADS)
    assert [lead_named(lead.lower()) for lead in LEADS] == list(LEADS)


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("DI", "I"),
        ("D II", "II"),
        ("D3", "III"),
        ("L1", "I"),
        ("Lead II", "II"),
        ("Ⅱ", "II"),
        ("标导 I", "I"),
        ("aVr", "aVR"),
        ("AVf", "aVF"),
        ("aV_R", "aVR"),
        ("aV L", "aVL"),
        ("↓ aVR", "aVR"),
        ("|II", "II"),
        ("-aVR", "-aVR"),
        ("−AVR", "-aVR"),
        ("aVR(-)", "-aVR"),
        ("v1", "V1"),
        ("V₁", "V1"),
        ("V1.", "V1"),
        ("C6", "V6"),
        ("V7", "V7"),
        ("V3r", "V3R"),
        ("V4R", "V4R"),
        ("rV4", "V4R"),
        ("RV4", "V4R"),
    ],
)
def test_spellings_of_a_lead(text: str, lead: str) -> None:
    assert lead_named(text) == lead


@pytest.mark.parametrize(
    "text", ["", "V", "V10", "V21", "12SL", "25", "1", "IV", "IIII", "Vent", "aVx", "-aVL", "-II", "rV4R", "RV5/SV1"]
)
def test_no_lead_is_read_from_other_words(text: str) -> None:
    assert lead_named(text) is None


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("25mm/s  10mm/mV  40Hz", 25),
        ("Speed: 25 mm/sec Limb: 10 mm/mV Chest: 10 mm/mV F 60~ 0.05-150 Hz W", 25),
        ("x1.0 .05-40Hz 25mm/sec", 25),
        ("25.0 mm/s 10.0 mm/mV 0-20Hz, 50Hz", 25),
        ("50mm/s 10mm/mV 0.01-40Hz 50Hz ADS", 50),
        ("25 мм/сек, 10 мм/мВ", 25),
        ("25mm/sn", 25),
        ("12,5 mm/s", 12.5),
        ("3 * 5s 50mm/s", 50),
        ("25 mm/s ... 25 mm/sec", 25),
    ],
)
def test_spellings_of_a_speed(text: str, speed: float) -> None:
    assert speed_printed(text) == speed


@pytest.mark.parametrize("text", ["", "10 mm/mV", "25 mm", "25 mm/s 50 mm/s", "1000 mm/s", "0.25 mm/s"])
def test_no_speed_is_read_where_none_or_two_are_stated(text: str) -> None:
    assert speed_printed(text) is None


@pytest.mark.parametrize(
    ("text", "limb", "chest"),
    [
        ("0.67~25Hz AC50 25mm/s 10mm/mV 4*2.5s+1r", 10, 10),
        ("10.0 mm/mV", 10, 10),
        ("5 mm/mV", 5, 5),
        ("1 cm/mV", 10, 10),
        ("10 mm/1mV", 10, 10),
        ("25 мм/с 10 мм/мВ", 10, 10),
        ("Limb: 10 mm/mV Chest: 5 mm/mV", 10, 5),
        ("Limb: 20 Chest: 10", 20, 10),
        ("Chest/Limb: 10 mm/mV", 10, 10),
        ("10 mm/mV Chest: 5 mm/mV", 10, 5),
        ("10 mm/mV Cart 1/2V", 10, 5),
    ],
)
def test_spellings_of_the_gains(text: str, limb: float, chest: float) -> None:
    assert gains_printed(text) == Gains(limb, chest)


@pytest.mark.parametrize("text", ["", "25 mm/s", "10 mm/mV 5 mm/mV", "100 mm/mV", "Chest: 5 mm/mV", "-- / -- mmHg"])
def test_no_gain_is_read_where_none_or_two_are_stated(text: str) -> None:
    assert gains_printed(text) is None


def test_gain_of_a_lead() -> None:
    gains = Gains(limb=10.0, chest=5.0)
    assert [gains.of(lead) for lead in ("I", "-aVR", "aVF", "V1", "V7", "V4R")] == [10, 10, 10, 5, 5, 5]
