"""The app says whether it keeps anything, and with a history keeps readings, reviews and exports under a number."""

from __future__ import annotations

import pytest

from tests import browser
from tests.screens import DESKTOP, keep, settle, visitor
from tests.test_desk import WAIT_MS, png, upload

pytest.importorskip("alembic", reason="the extra history is not installed")

from heartguard.history import History, HistorySettings

pytestmark = pytest.mark.timeout(300)
SCRIPT = browser.ROOT / "streamlit_app.py"


def test_the_app_keeps_what_it_says_it_keeps(chrome, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'history.db'}"
    monkeypatch.setenv("HEARTGUARD_HISTORY", url)
    monkeypatch.setenv("HEARTGUARD_HISTORY_DAYS", "90")
    with browser.serve(SCRIPT, tmp_path / "log.txt", "tests.hand_made_app") as app:
        page = visitor(chrome, DESKTOP)
        page.set_default_timeout(WAIT_MS)
        page.goto(app)
        page.get_by_text("This server keeps each reading and review for 90 days").wait_for()
        page.locator("input[type=file]").first.set_input_files([upload("bed-52-HB-0.93.png", png(3))])
        page.locator(".st-key-measurements .hg-row").first.wait_for()
        settle(page)
        page.get_by_role("button", name="Age and sex").click()
        page.get_by_label("Number of the patient", exact=True).fill("4711")
        page.get_by_label("Number of the patient", exact=True).press("Enter")
        settle(page)
        keep(page, "history-number")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Accept").click()
        page.locator(".hg-doctor").wait_for()
        settle(page)
        page.get_by_role("button", name="Download", exact=True).click()
        with page.expect_download():
            page.get_by_role("button", name="Reading (JSON)").click()
        page.context.close()
    history = History(HistorySettings(url))
    (kept,) = history.of_patient("4711", who="test")
    assert (kept.file, kept.answer["prediction"]["label"]) == ("bed-52-HB-0.93.png", "HB")
    assert kept.answer["review"]["verdict"] == "accepted"
    assert [line["did"] for line in reversed(history.audit())] == [
        "read",
        "assigned",
        "reviewed",
        "exported",
        "looked",
    ]
    history.close()


def test_a_history_that_cannot_be_written_stops_no_doctor_and_is_said(monkeypatch):
    from heartguard.sessions import Chosen, Tab
    from heartguard.ui.shared import keeping
    from tests.handmade import make_reading

    monkeypatch.setenv("HEARTGUARD_HISTORY", "postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
    keeping.history.cache_clear()
    tab, chosen = Tab(), Chosen("a.png", b"a", "upload")
    keeping.keep_reading(tab, chosen, make_reading())
    assert (tab.not_kept, tab.kept) == ({chosen.place}, {})
    sample = Chosen("b.png", b"b", "sample")
    keeping.keep_reading(tab, sample, make_reading())
    assert sample.place not in tab.not_kept
    assert "365 days" in keeping.kept_text()
    monkeypatch.setenv("HEARTGUARD_HISTORY", "off")
    assert keeping.kept_text().startswith("Nothing is kept")
