"""The work list without a browser: archives, the order of reading, stopping and trying again, sorting, differences."""

from __future__ import annotations

import io
import zipfile
from collections import deque
from dataclasses import replace

import pytest

from heartguard.errors import FileTooLargeError, NotAnEcgError
from heartguard.intake import archive
from heartguard.intake.archive import GivenFile, is_archive, unpacked
from heartguard.patient import UNKNOWN_PATIENT
from heartguard.review import accept, reviewed
from heartguard.sessions import Chosen, WorkList, summary_of, work_list
from heartguard.signal_files import wfdb_zip
from heartguard.ui.worklist.comparing import differences
from heartguard.ui.worklist.order import NOT_REVIEWED, Filters, arranged
from heartguard.ui.worklist.progress import files_text
from heartguard.ui.worklist.table import table_rows
from tests.handmade import make_measurements, make_prediction, make_reading, make_upload


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def test_an_archive_gives_its_files_and_hidden_ones_are_passed_over():
    data = zipped({"b/two.png": b"2", "a.png": b"1", "__MACOSX/._a.png": b"x", ".hidden": b"x", "b/": b""})
    assert is_archive(data)
    assert list(unpacked(GivenFile("x.zip", data))) == [("two.png", b"2"), ("a.png", b"1")]
    assert list(unpacked(GivenFile("a.png", b"1"))) == [("a.png", b"1")]
    assert not is_archive(wfdb_zip({"record.hea": b"record 1 500"})), "a record of signals is one ECG"


def test_an_archive_is_bounded_in_files_and_bytes(monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    with pytest.raises(FileTooLargeError, match="holds 3 files; at most 2"):
        list(unpacked(GivenFile("x.zip", zipped({f"{k}.png": b"" for k in range(3)}))))
    monkeypatch.setattr(archive, "MAX_UNPACKED", 2_000_000)
    bomb = zipped({f"{k}.png": bytes(1_500_000) for k in range(2)})
    assert len(bomb) < 10_000
    taken = unpacked(GivenFile("x.zip", bomb))
    assert len(next(taken).data) == 1_500_000
    with pytest.raises(FileTooLargeError, match="unpacks to more than"):
        next(taken)


class ByHand:
    """A line whose jobs run when they are told to."""

    def __init__(self):
        self.waiting = deque()

    def submit(self, job):
        self.waiting.append(job)

    def run(self, count=1000):
        while self.waiting and count:
            self.waiting.popleft().run()
            count -= 1


def reading_of(chosen: Chosen, rate: float = 70.0, **changes):
    upload = make_upload(name=chosen.name, page=chosen.page, sha256=chosen.digest)
    made = make_reading(upload=upload, measurements=make_measurements(heart_rate_bpm=rate), **changes)
    return replace(made, sheets=((chosen.name, chosen.page),))


def list_of(read=lambda job, chosen: reading_of(chosen), **more) -> tuple[WorkList, ByHand]:
    line = ByHand()
    return WorkList(line, read, **more), line


def given(*names: str) -> list[GivenFile]:
    return [GivenFile(name, name.encode()) for name in names]


def states(work: WorkList) -> list[str]:
    return [entry.state for entry in work.entries]


def test_two_at_a_time_stand_in_the_line_and_the_others_follow():
    work, line = list_of()
    work.add(given("a", "b", "c", "d"), lambda data: 1)
    assert len(line.waiting) == 2
    line.run(1)
    assert (states(work), len(line.waiting)) == (["read", "waiting", "waiting", "waiting"], 2)
    line.run()
    assert states(work) == ["read"] * 4
    assert [entry.job for entry in work.entries] == [None] * 4, "no reading is held by a job"


def test_a_document_is_taken_apart_by_page_and_hashed_once():
    work, line = list_of()
    work.add([GivenFile("a.pdf", b"pdf")], lambda data: 3)
    assert [entry.chosen.page for entry in work.entries] == [0, 1, 2]
    assert len({entry.chosen.digest for entry in work.entries}) == 1
    assert work.nbytes == 3, "pages share their file"
    line.run(1)
    assert files_text(work.entries) == "0 of 1 files"
    work.add([GivenFile("again.pdf", b"pdf")], lambda data: 3)
    assert len(work) == 3, "the same page stands there once"


def test_pages_that_belong_together_are_one_ecg():
    def read(job, chosen):
        return replace(reading_of(chosen), sheets=(("a.pdf", 0), ("a.pdf", 2)))

    work, line = list_of(read)
    work.add([GivenFile("a.pdf", b"pdf")], lambda data: 3)
    line.run(1)
    assert [entry.chosen.page for entry in work.entries] == [0, 1]


def test_each_of_several_ecgs_on_a_page_is_listed_below_the_first():
    work, line = list_of(lambda job, chosen: replace(reading_of(chosen), parts=3, part=chosen.view.part))
    work.add(given("a", "b"), lambda data: 1)
    line.run(1)
    assert [(entry.chosen.name, entry.chosen.view.part) for entry in work.entries] == [
        ("a", 0),
        ("a", 1),
        ("a", 2),
        ("b", 0),
    ]
    assert table_rows(work.entries[1:2], {})[0]["below"] == ""
    line.run()
    assert table_rows(work.entries[1:2], {})[0]["below"] == "ECG 2 of 3"


def test_what_failed_says_why_and_is_tried_again():
    tried = []

    def read(job, chosen):
        tried.append(chosen.name)
        if len(tried) == 1:
            raise NotAnEcgError("No ECG was found in the picture.")
        if len(tried) == 2:
            raise RuntimeError("patient name")
        return reading_of(chosen)

    work, line = list_of(read)
    work.add(given("a", "b", "c"), lambda data: 1)
    line.run()
    assert states(work) == ["refused", "refused", "read"], "one bad file stops nothing"
    assert work.entries[0].refused == "No ECG was found in the picture."
    assert "patient" not in work.entries[1].refused
    work.retry()
    line.run()
    assert (states(work), tried) == (["read"] * 3, ["a", "b", "c", "a", "b"])


def test_stopping_ends_what_waits_and_what_runs():
    def read(job, chosen):
        work.stop()
        job.note("a stage")
        raise AssertionError("it went on")

    work, line = list_of(read)
    work.add(given("a", "b", "c"), lambda data: 1)
    line.run()
    assert states(work) == ["stopped"] * 3
    assert line.waiting == deque()


def test_what_nobody_looked_at_goes_on_when_somebody_does():
    work, line = list_of()
    work.add(given("a", "b"), lambda data: 1)
    for entry in work.entries:
        entry.job._seen -= 10_000
    line.run()
    assert states(work) == ["waiting"] * 2
    work.pump()
    line.run()
    assert states(work) == ["read"] * 2


def test_the_ecg_that_is_opened_next_is_read_again_once_where_it_was_let_go_of():
    held = set()
    work, line = list_of(holds=lambda chosen: chosen.name in held)
    work.add(given("a", "b"), lambda data: 1)
    line.run()
    work.wanted = work.entries[1].word
    work.pump()
    assert len(line.waiting) == 1
    line.run()
    work.pump()
    assert len(line.waiting) == 0, "there may be no room for it"


def test_the_list_is_bounded_and_says_what_was_left_out(monkeypatch):
    monkeypatch.setattr(work_list, "MAX_BYTES", 2**20)
    monkeypatch.setattr(work_list, "MAX_ENTRIES", 3)
    work, _ = list_of()
    work.add([GivenFile("large.png", bytes(2**20 + 1)), GivenFile("a.pdf", b"pdf")], lambda data: 5)
    assert len(work) == 3
    assert work.notes == [
        "large.png was left out: the list holds 1 MB of files at most.",
        "a.pdf from page 4 on: the list holds 3 ECGs at most.",
    ]
    assert work.drop_oldest_file()
    assert (len(work), work.notes[-1].split(",")[0]) == (0, "a.pdf was let go of")


def test_next_and_previous_follow_what_is_shown():
    work, _ = list_of()
    work.add(given("a", "b", "c"), lambda data: 1)
    a, b, c = (entry.word for entry in work.entries)
    assert work.neighbours(b) == (a, c, 2, 3)
    work.order = [c, a]
    assert work.neighbours(a) == (c, "", 2, 2)
    assert work.neighbours(b) == ("", "", 0, 2)


def read_list():
    answers = {"a": ("MI", 0.9, 44.0, 0.9), "b": ("Normal", 0.95, 80.0, 0.4), "c": ("HB", 0.6, None, 0.6)}

    def read(job, chosen):
        label, share, rate, quality = answers[chosen.name]
        prediction = make_prediction(label=label, probabilities={"Normal": 0.0, label: share}, abstained=label == "HB")
        return reading_of(chosen, rate, prediction=prediction, quality=quality)

    work, line = list_of(read)
    work.add(given("a", "b", "c", "d"), lambda data: 1)
    line.run(3)
    reviews = {
        work.entries[0].chosen.place: accept(make_reading()),
        work.entries[1].chosen.place: reviewed(make_reading(), "MI"),
    }
    return work, reviews


@pytest.mark.parametrize(
    ("by", "descending", "order"),
    [
        ("given", False, "abcd"),
        ("given", True, "dcba"),
        ("name", True, "dcba"),
        ("class", False, "bacd"),
        ("confidence", False, "cabd"),
        ("confidence", True, "bacd"),
        ("rate", False, "abcd"),
        ("rate", True, "bacd"),
        ("quality", False, "bcad"),
        ("statement", False, "abcd"),
        ("review", False, "cdba"),
    ],
)
def test_the_list_is_sorted_and_what_has_no_value_comes_last(by, descending, order):
    work, reviews = read_list()
    shown = arranged(work.entries, reviews, by=by, descending=descending)
    assert "".join(entry.chosen.name for entry in shown) == order


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), "abcd"),
        (Filters(classes=frozenset({"Not sure", "Normal"})), "bc"),
        (Filters(classes=frozenset({"Waiting"})), "d"),
        (Filters(rates=frozenset({"slow"})), "a"),
        (Filters(rates=frozenset({"not measured"})), "c"),
        (Filters(qualities=frozenset({"poor", "fair"})), "bc"),
        (Filters(confidence=(0.85, 0.92)), "a"),
        (Filters(reviews=frozenset({NOT_REVIEWED})), "cd"),
        (Filters(reviews=frozenset({"Overruled", "Accepted"})), "ab"),
        (Filters(statements=frozenset({"rate.slow"})), "a"),
    ],
)
def test_the_list_is_filtered(filters, names):
    work, reviews = read_list()
    assert "".join(entry.chosen.name for entry in arranged(work.entries, reviews, filters)) == names


def test_differences_are_bold_where_errors_do_not_explain_them():
    def summary(**values):
        uncertainty = {"qrs_ms": 10.0, "heart_rate_bpm": 2.0}
        measured = make_measurements(uncertainty=uncertainty, **values)
        return summary_of(make_reading(measurements=measured), UNKNOWN_PATIENT)

    first = summary(heart_rate_bpm=70.0, qrs_ms=90.0, axis_deg=170.0, pr_ms=None)
    second = summary(heart_rate_bpm=75.0, qrs_ms=104.0, axis_deg=-170.0, pr_ms=160.0)
    table = differences(first, second).set_index("name")["difference"]
    assert table["Rate"] == "**+5 /min**"
    assert table["QRS"] == "+14 ms", "less than the 14.1 ms of both errors"
    assert table["Axis"] == "+20°", "over 180 degrees"
    assert (table["PR"], table["QT"]) == ("–", "same")
    assert "P" not in table.index
