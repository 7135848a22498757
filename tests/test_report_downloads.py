"""The report out of the app in a real browser: German, with the page's picture shown before, as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

LONGEST_MS = 90_000
"""For a reading on a busy machine."""


def test_the_report_is_downloaded_in_the_language_chosen(app_url: str, open_page: Any, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    page = open_page(app_url, accept_downloads=True, viewport={"width": 1280, "height": 900})
    page.set_default_timeout(LONGEST_MS)
    page.locator(".st-key-sample-0 button").click()
    page.get_by_role("button", name="Download", exact=True).click()
    page.get_by_text("Deutsch", exact=True).click()
    page.get_by_text("Show what stays of the page").click()
    page.get_by_text("As PDF and HTML show it.").wait_for()
    page.screenshot(path=tmp_path / "downloads.png")
    with page.expect_download() as waited:
        page.locator(".st-key-download-pdf button").click()
    written = tmp_path / "report.pdf"
    waited.value.save_as(written)
    assert waited.value.suggested_filename.endswith(".pdf")
    document = pdfium.PdfDocument(written)
    assert [round(side * 25.4 / 72) for side in document[0].get_size()] == [297, 210]
    assert "EKG-Bericht" in document[0].get_textpage().get_text_bounded()
