"""Pages that belong together are one ECG, and two ECGs are never mixed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from heartguard import cli, read_ecg, read_ecgs, read_together
from heartguard.errors import CorrectionError, LayoutError, NotAnEcgError, PageNumberError
from heartguard.leads import CHEST_LEADS, LEADS, LIMB_LEADS, SAMPLING_RATE_HZ
from heartguard.reading import Refused
from heartguard.report import to_csv, to_json, to_text
from heartguard.values import Corrections, Reading
from heartguard.vector import same_recording
from heartguard.weights import models_folder
from heartlab.simulate.encoded import png
from heartlab.simulate.vector_pages import Plan, by_reportlab, known_ecg
from tests.drawn_pages import RATE, Print, Seen, picture
from tests.files import packed

pytest.importorskip("reportlab")
pytestmark = pytest.mark.skipif(not (models_folder() / "vgg16.json").exists(), reason="the shipped models are not here")

ECG = known_ecg()
LIMB = Plan(tuple((lead,) for lead in LIMB_LEADS))
CHEST = Plan(tuple((lead,) for lead in CHEST_LEADS))


def document(*pages: bytes) -> bytes:
    """Return one PDF of the pages of several."""
    whole = pypdfium2.PdfDocument.new()
    for page in pages:
        whole.import_pages(pypdfium2.PdfDocument(page))
    file = io.BytesIO()
    whole.save(file)
    return file.getvalue()


@lru_cache(maxsize=1)
def cover() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(842, 595))
    canvas.drawString(80, 500, "Resting ECG report. The recording follows on the next pages.")
    canvas.save()
    return file.getvalue()


@lru_cache
def drawn(plan: Plan) -> bytes:
    return by_reportlab(plan, ECG)


@lru_cache(maxsize=1)
def two_pages() -> Reading:
    return read_ecg(document(drawn(LIMB), drawn(CHEST)), name="two.pdf")


def table(reading: Reading) -> dict[str, Sequence[str]]:
    rows = list(csv.reader(io.StringIO(to_csv(reading.ecg))))
    return {name: cells for name, *cells in zip(*rows, strict=True)}


def codes(reading: Reading) -> set[str]:
    return {warning.code for warning in reading.warnings}


def test_limb_and_chest_leads_of_one_document_are_one_ecg() -> None:
    reading = two_pages()
    assert reading.ecg.shown == LEADS
    assert reading.prediction.withheld is None
    assert reading.sheets == (("two.pdf", 0), ("two.pdf", 1))
    assert reading.page.layout.name == "6x1 and 6x1"
    assert "file.together" in codes(reading)
    assert len(reading.page.panels) == 12
    assert reading.page.image.shape[0] > 1.9 * read_ecg(drawn(LIMB)).page.image.shape[0]


def test_each_page_keeps_its_own_seconds_and_no_interval_reaches_into_the_next() -> None:
    reading = two_pages()
    cells = table(reading)
    assert len(cells["time_s"]) == 21 * SAMPLING_RATE_HZ
    assert {cell != "" for cell in cells["II"][: 10 * SAMPLING_RATE_HZ - 5]} == {True}
    assert set(cells["II"][10 * SAMPLING_RATE_HZ :]) == {""}
    assert set(cells["V2"][: 11 * SAMPLING_RATE_HZ]) == {""}
    error = reading.ecg.lead("V2")[11 * SAMPLING_RATE_HZ :] - (ECG["V2"] - np.median(ECG["V2"]))
    assert np.nanmax(np.abs(error)) < 0.01
    assert reading.ecg.seams == (11 * SAMPLING_RATE_HZ,)
    alone = read_ecg(drawn(LIMB)).measurements
    assert reading.measurements.heart_rate_bpm == pytest.approx(alone.heart_rate_bpm, abs=1)
    assert reading.measurements.einthoven_residual_mv == pytest.approx(alone.einthoven_residual_mv, abs=1e-4)


def test_the_answer_names_every_page() -> None:
    said = to_json(two_pages())
    assert said["sheets"] == [{"file": "two.pdf", "page": 1}, {"file": "two.pdf", "page": 2}]
    assert (said["page"], said["pages"], said["part"], said["parts"]) == (1, 2, 1, 1)
    assert "Pages together    two.pdf page 1, two.pdf page 2" in to_text(two_pages())


def test_a_page_of_a_document_is_read_alone_where_that_is_asked_for() -> None:
    reading = read_ecg(document(drawn(LIMB), drawn(CHEST)), page=1, alone=True)
    assert reading.ecg.shown == CHEST_LEADS
    assert reading.ecg.signals.shape == (12, 5000)


def test_a_page_with_other_leads_at_another_speed_is_not_joined() -> None:
    slow = Plan(CHEST.rows, speed=50, seconds=5)
    assert read_ecg(document(drawn(LIMB), drawn(slow))).ecg.shown == LIMB_LEADS


def test_two_ecgs_of_one_document_are_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twelve = Plan()
    path = tmp_path / "two.pdf"
    path.write_bytes(document(drawn(twelve), cover(), drawn(twelve)))
    assert cli.main(["read", str(path), "--json", "--out", str(tmp_path)]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [(one["page"], one["part"], one["layout"]) for one in (first, second)] == [(1, 1, "3x4"), (3, 1, "3x4")]
    assert [Path(one["signals_csv"]).name for one in (first, second)] == ["two.csv", "two-2.csv"]


def test_a_cover_is_passed_over_and_points_to_the_ecg_where_it_is_asked_for_itself() -> None:
    data = document(cover(), drawn(LIMB), drawn(CHEST))
    (reading,) = read_ecgs(data)
    assert isinstance(reading, Reading)
    assert [page for _, page in reading.sheets] == [1, 2]
    with pytest.raises(NotAnEcgError, match=r"page 2 looks like an ECG"):
        read_ecg(data)


def test_the_command_line_joins_pages_only_where_it_is_asked_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "two.pdf"
    path.write_bytes(document(drawn(LIMB), drawn(CHEST)))
    assert cli.main(["read", str(path), "--json"]) == 0
    assert [json.loads(line)["page"] for line in capsys.readouterr().out.splitlines()] == [1, 2]
    assert cli.main(["read", "--together", str(path), "--json"]) == 0
    (joined,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [sheet["page"] for sheet in joined["sheets"]] == [1, 2]


def test_a_document_without_any_ecg_is_refused() -> None:
    with pytest.raises(NotAnEcgError, match="has 2 pages; no other that was looked at shows an ECG"):
        list(read_ecgs(document(cover(), cover())))


def test_a_page_that_cannot_be_read_is_refused_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    from heartguard import pipeline

    whole = pipeline.trace_ecgs

    def refuse_second(*args: object, page: int = 0, **options: object) -> object:
        if page == 1:
            raise LayoutError("Two rows.")
        return whole(*args, page=page, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "trace_ecgs", refuse_second)
    first, second = read_ecgs(document(drawn(Plan()), drawn(Plan())))
    assert isinstance(first, Reading)
    assert isinstance(second, Refused)
    assert (second.page, second.pages, str(second.error)) == (1, 2, "Two rows.")


def test_files_are_read_together_where_that_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [tmp_path / "limb.png", tmp_path / "chest.png"]
    for path, leads in zip(paths, (LIMB_LEADS, CHEST_LEADS), strict=True):
        path.write_bytes(png(picture(Print("6x1", leads=leads), Seen())))
    command = ["read", "--together", *map(str, paths), "--json", "--out", str(tmp_path)]
    assert cli.main(command) == 0
    (said,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [sheet["file"] for sheet in said["sheets"]] == ["limb.png", "chest.png"]
    assert said["measurements"]["heart_rate_bpm"] == pytest.approx(RATE, rel=0.05)
    assert said["prediction"]["withheld"] is None
    header = (tmp_path / "limb.csv").read_text().splitlines()[0]
    assert header == "time_s," + ",".join(LEADS)


def test_rows_without_names_are_counted_over_all_pages_and_named_by_hand() -> None:
    unnamed = [by_reportlab(Plan(rows[:3], spelled=lambda name: ""), ECG) for rows in (LIMB.rows, CHEST.rows)]
    reading = read_together(unnamed)
    assert list(reading.ecg.others) == [f"row {number}" for number in range(1, 7)]
    named = read_together(unnamed, corrections=Corrections(leads=(("row 1", "I"), ("row 4", "V1"))))
    assert named.ecg.shown == ("I", "V1")
    assert list(named.ecg.others) == ["row 2", "row 3", "row 5", "row 6"]


def test_what_is_set_for_one_page_cannot_be_set_for_several() -> None:
    with pytest.raises(CorrectionError, match="read it by itself"):
        read_together([drawn(LIMB), drawn(CHEST)], corrections=Corrections(layout="rows"))


def test_leads_that_are_on_several_pages_are_named() -> None:
    reading = read_together([drawn(LIMB), drawn(LIMB)])
    (said,) = (warning.text for warning in reading.warnings if warning.code == "names.repeated")
    assert "On several of them are I, II, III, aVR, aVL, aVF" in said
    assert np.isfinite(reading.ecg.lead("II")).sum() == pytest.approx(20 * SAMPLING_RATE_HZ, abs=50)


def test_pages_of_another_time_are_of_another_recording() -> None:
    header = {"anna", "beispiel", "204417", "resting", "08:44:00"}
    assert same_recording(header, header | {"page", "2/2"})
    assert not same_recording(header, {"bernd", "beispiel", "301188", "resting"})


def below(upper: Print, lower: Print) -> bytes:
    """Return a picture of two sheets, one below the other."""
    one, other = picture(upper, Seen()), picture(lower, Seen())
    width = max(one.shape[1], other.shape[1])
    sheets = [np.pad(s, ((0, 0), (0, width - s.shape[1]), (0, 0)), constant_values=255) for s in (one, other)]
    return png(np.ascontiguousarray(np.vstack(sheets)))


@lru_cache(maxsize=1)
def two_on_a_page() -> tuple[Reading, ...]:
    found = tuple(read_ecgs(below(Print("3x4+1"), Print("3x4+1")), name="two.png"))
    assert all(isinstance(one, Reading) for one in found)
    return tuple(one for one in found if isinstance(one, Reading))


def test_two_ecgs_on_one_page_are_two() -> None:
    readings = two_on_a_page()
    assert [(one.part, one.parts, one.page.layout.name) for one in readings] == [(0, 2, "3x4+1"), (1, 2, "3x4+1")]
    upper, lower = readings
    assert max(panel.baseline_y for panel in upper.page.panels) < min(panel.baseline_y for panel in lower.page.panels)
    for one in readings:
        assert one.ecg.shown == LEADS
        assert one.measurements.heart_rate_bpm == pytest.approx(RATE, rel=0.05)
        assert "page.several" in codes(one)
    assert [to_json(one)["part"] for one in readings] == [1, 2]
    assert "ECG on the page   2 of 2, from the top" in to_text(lower)


def test_two_ecgs_on_a_page_of_lines_are_two() -> None:
    rows = (*Plan().rows, *Plan().rows)
    readings = list(read_ecgs(by_reportlab(Plan(rows), ECG)))
    assert [one.page.layout.name for one in readings if isinstance(one, Reading)] == ["3x4", "3x4"]
    assert all("page.vector" in codes(one) for one in readings if isinstance(one, Reading))


def test_one_of_several_ecgs_is_read_by_its_number() -> None:
    rows = (*Plan().rows, *Plan().rows)
    data = by_reportlab(Plan(rows), ECG)
    assert read_ecg(data, part=1).part == 1
    with pytest.raises(PageNumberError, match="shows 2 ECGs; there is no number 3"):
        read_ecg(data, part=2)
    with pytest.raises(CorrectionError, match="shows 2 ECGs"):
        read_together([data, drawn(LIMB)])


def test_pages_of_a_scanned_document_are_one_ecg_where_names_are_read() -> None:
    from PIL import Image

    limb, chest = (Image.fromarray(picture(Print("6x1", leads=leads), Seen())) for leads in (LIMB_LEADS, CHEST_LEADS))
    reading = read_ecg(packed(limb, "TIFF", save_all=True, append_images=[chest], compression="tiff_deflate"))
    assert reading.ecg.shown == LEADS
    assert [page for _, page in reading.sheets] == [0, 1]
