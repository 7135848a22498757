"""Leads named by hand, and pages whose leads are not known, or not the usual twelve."""

from __future__ import annotations

import csv
import io
from functools import lru_cache

import numpy as np
import pytest

from heartguard import read_ecg
from heartguard.cli import main
from heartguard.errors import CorrectionError
from heartguard.leads import CHEST_LEADS, LEAD_INDEX, SAMPLING_RATE_HZ
from heartguard.report import to_csv, to_json, to_text
from heartguard.values import Corrections, Reading
from heartguard.weights import models_folder
from heartlab.simulate.encoded import png
from tests.drawn_pages import RATE, Print, Seen, picture, signals

needs_models = pytest.mark.skipif(
    not (models_folder() / "vgg16.json").exists(), reason="the shipped models are not here"
)

PAGE = Print("6x1", leads=CHEST_LEADS, names=False)
NAMED = tuple((f"row {number}", lead) for number, lead in enumerate(CHEST_LEADS, 1))


@lru_cache(maxsize=1)
def page() -> bytes:
    return png(picture(PAGE, Seen()))


@lru_cache(maxsize=4)
def read(corrections: Corrections) -> Reading:
    return read_ecg(page(), name="chest.png", corrections=corrections)


def db(found: np.ndarray, lead: str) -> float:
    """Signal-to-noise ratio of a traced lead, at its best shift of at most 20 ms."""
    assert np.isfinite(found).mean() > 0.95
    ratios = []
    for shift in range(-10, 11):
        error = np.roll(found, shift) - signals()[LEAD_INDEX[lead]]
        true = signals()[LEAD_INDEX[lead]][np.isfinite(error)]
        ratios.append(10 * np.log10(true.var() / np.nanvar(error)))
    return float(max(ratios))


@needs_models
def test_rows_without_names_are_given_as_rows() -> None:
    reading = read(Corrections(layout="rows"))
    assert list(reading.ecg.others) == [f"row {number}" for number in range(1, 7)]
    assert not reading.ecg.shown
    for number, lead in enumerate(CHEST_LEADS, 1):
        assert db(reading.ecg.others[f"row {number}"], lead) > 15
    assert reading.measurements.heart_rate_bpm == pytest.approx(RATE, rel=0.02)
    assert reading.prediction.withheld is not None
    assert "row 1, row 2" in reading.prediction.withheld
    assert {"names.unread", "class.withheld"} <= {warning.code for warning in reading.warnings}


@needs_models
def test_a_class_that_is_withheld_is_in_no_output() -> None:
    reading = read(Corrections(layout="rows"))
    said = to_json(reading)
    assert said["status"] == "ok"
    assert (said["layout"], said["prediction"]["label"]) == ("6x1", None)
    assert set(said["prediction"]["probabilities"].values()) == {None}
    assert said["prediction"]["withheld"] == reading.prediction.withheld
    assert said["prediction"]["network"] is None
    text = to_text(reading)
    assert "Answer            none" in text
    assert "Probabilities" not in text


@needs_models
def test_the_csv_has_a_column_for_every_row() -> None:
    table = list(csv.reader(io.StringIO(to_csv(read(Corrections(layout="rows")).ecg))))
    assert table[0][-6:] == [f"row {number}" for number in range(1, 7)]
    assert len(table[0]) == 1 + 12 + 6
    assert {cell for row in table[1:] for cell in row[1:13]} == {""}
    assert sum(row[-1] != "" for row in table[1:]) > 9 * SAMPLING_RATE_HZ


@needs_models
def test_rows_are_named_by_hand() -> None:
    reading = read(Corrections(layout="rows", leads=NAMED))
    assert reading.ecg.shown == CHEST_LEADS
    assert not reading.ecg.others
    assert reading.page.layout.rows == tuple((lead,) for lead in CHEST_LEADS)
    assert all(db(reading.ecg.lead(lead), lead) > 15 for lead in CHEST_LEADS)
    assert "names.unread" not in {warning.code for warning in reading.warnings}
    (leads,) = [setting.text for setting in reading.by_hand if setting.field == "leads"]
    assert leads == "lead names V1 for row 1, V2 for row 2, V3 for row 3, V4 for row 4, V5 for row 5, V6 for row 6"


@needs_models
@pytest.mark.parametrize(
    ("leads", "said"),
    [((("row 9", "V1"),), "no row 9 to name; it has row 1"), ((("row 1", "V1"), ("row 2", "V1")), "would be V1")],
)
def test_names_that_cannot_be_are_refused(leads: tuple[tuple[str, str], ...], said: str) -> None:
    with pytest.raises(CorrectionError, match=said):
        read(Corrections(layout="rows", leads=leads))


def test_a_lead_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="V10"):
        Corrections(leads=(("row 1", "V10"),))


@pytest.mark.parametrize("text", ["row 1", "row 1=V10", "=V1"])
def test_the_command_line_says_how_a_lead_is_named(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["read", "page.png", "--lead", text])
    assert left.value.code == 2
    assert "write it as 'row 1=V1'" in capsys.readouterr().err
