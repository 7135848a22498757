"""A shift in a real browser: twenty ECGs in the work list, keys, filters, two side by side, review, reload, axe-core.

Readings are made by hand from the names of the files (`tests.hand_made_app`), so that all of it takes seconds.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import browser
from tests.screens import DESKTOP, PHONE, SMALL, TABLET, inside, keep, resize, set_theme, settle, violations, visitor

pytestmark = pytest.mark.timeout(300)
WAIT_MS = 60_000
LABELS = ("Normal", "MI", "PMI", "HB", "unsure")
ROWS = ".hg-worklist tbody tr"


def png(number: int) -> bytes:
    page = np.full((400, 700, 3), 250, np.uint8)
    page[::20], page[:, ::20] = (240, 200, 200), (240, 200, 200)
    page[number * 3 % 400] = number
    out = io.BytesIO()
    Image.fromarray(page).save(out, "PNG")
    return out.getvalue()


def upload(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def twenty_ecgs() -> list[dict[str, Any]]:
    """Return 16 pictures, a ZIP with two more, and a PDF of two pages."""
    files = [upload(f"bed{k:02d}-{40 + 5 * k}-{LABELS[k % 5]}-{0.5 + 0.02 * k:.2f}.png", png(k)) for k in range(16)]
    packed, pages = io.BytesIO(), [Image.open(io.BytesIO(png(100 + k))) for k in range(2)]
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("night/bad-70-MI-0.83.png", png(90))
        archive.writestr("night/ward-71-HB-0.81.png", png(91))
    document = io.BytesIO()
    pages[0].save(document, "PDF", save_all=True, append_images=pages[1:])
    return [*files, upload("night.zip", packed.getvalue()), upload("ward-66-PMI-0.77.pdf", document.getvalue())]


@pytest.fixture(scope="module")
def desk(chrome, tmp_path_factory) -> Iterator[Any]:
    """Open the work list with twenty ECGs that were read; each test has it as the one before left it."""
    log = tmp_path_factory.mktemp("desk") / "log.txt"
    script = browser.ROOT / "streamlit_app.py"
    with browser.serve(script, log, "tests.hand_made_app") as url:
        page = visitor(chrome, DESKTOP)
        page.set_default_timeout(WAIT_MS)
        page.goto(f"{url}/about")  # the first visit of a fresh server, which has not run its entry yet
        page.get_by_text("Open a table or a list").wait_for()
        assert page.get_by_test_id("stHeaderLogo").is_visible()
        assert page.get_by_test_id("stMainBlockContainer").bounding_box()["width"] > 0.9 * DESKTOP[0]
        to_list(page)
        page.locator(".st-key-worklist-add input[type=file]").set_input_files(twenty_ecgs())
        page.get_by_text(re.compile(r"\d of 20 read · \d+ of 19 files")).wait_for()
        keep(page, "worklist-reading")
        page.get_by_text("19 read, 1 not read").wait_for()
        yield page
        page.context.close()


def to_list(page: Any) -> None:
    page.locator(".st-key-pages a").filter(has_text="Work list").first.click()
    page.locator("h1", has_text="Work list").wait_for()
    settle(page)


def names(page: Any) -> list[str]:
    return page.locator(f"{ROWS} .hg-open").all_inner_texts()


def row(page: Any, name: str) -> Any:
    return page.locator(ROWS).filter(has_text=name)


def heading(page: Any) -> str:
    return str(page.locator(".hg-strip h1").inner_text())


def test_every_page_and_every_file_of_an_archive_is_an_ecg_of_its_own(desk):
    assert len(names(desk)) == 20
    assert names(desk).count("ward-66-PMI-0.77.pdf") == 2
    assert "page 2 of 2" in desk.locator(ROWS).filter(has_text="ward-66").nth(1).inner_text()
    assert re.search(r"Not read\s+No ECG was found", row(desk, "bad-70").inner_text())
    assert re.search(r"Myocardial infarction\s+52 %\s+Slow: 45/min.*\s+45/min\s+good", row(desk, "bed01").inner_text())
    assert desk.get_by_role("columnheader", name="ECG").get_attribute("aria-sort") == "none"


def test_what_failed_is_read_when_it_is_tried_again(desk):
    desk.get_by_role("button", name="Try 1 again").click()
    desk.get_by_text("20 read", exact=True).wait_for()
    assert "83 %" in row(desk, "bad-70").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE])
def test_the_list_is_on_the_first_screen_and_nothing_scrolls_across(desk, size, theme):
    set_theme(desk, theme)
    resize(desk, size)
    inside(desk, f"{ROWS} .hg-open", size)
    assert desk.evaluate("document.documentElement.scrollWidth") <= size[0]
    keep(desk, f"worklist-{size[0]}-{theme}")
    set_theme(desk, "light")
    resize(desk, DESKTOP)


def test_a_heading_sorts_up_then_down_then_as_given(desk):
    given = names(desk)
    press = desk.get_by_role("button", name="Rate").click
    press()
    desk.locator('th[aria-sort="ascending"]').wait_for()
    assert names(desk)[:2] == ["bed00-40-Normal-0.50.png", "bed01-45-MI-0.52.png"]
    press()
    desk.locator('th[aria-sort="descending"]').wait_for()
    assert names(desk)[0] == "bed15-115-Normal-0.80.png"
    assert desk.evaluate("document.activeElement.innerText").startswith("Rate"), "the focus stays"
    press()
    desk.locator('th[aria-sort="descending"]').wait_for(state="detached")
    assert names(desk) == given


def test_two_ecgs_stand_side_by_side_with_their_differences(desk):
    for name in ("bed00", "bed03"):
        row(desk, name).locator("input").check()
        settle(desk)
    desk.locator(".st-key-two table").wait_for()
    assert desk.locator('.st-key-two [aria-label="ECG page"]').count() == 2
    rate = desk.locator(".st-key-two tr").filter(has_text="Rate")
    assert [cell.strip() for cell in rate.inner_text().split("\t")] == ["Rate", "40 /min", "55 /min", "+15 /min"]
    assert rate.locator("strong").count() == 1
    qrs = desk.locator(".st-key-two tr").filter(has_text="QRS")
    assert [cell.strip() for cell in qrs.inner_text().split("\t")[1:]] == ["84 ms", "86 ms", "+2 ms"]
    assert qrs.locator("strong").count() == 0
    keep(desk, "worklist-two")
    for name in ("bed00", "bed03"):
        row(desk, name).locator("input").uncheck()
        settle(desk)


def test_keys_lead_through_the_list_as_it_is_sorted_and_accept(desk):
    desk.get_by_role("button", name="Confidence").click()
    desk.locator('th[aria-sort="ascending"]').wait_for()
    row(desk, "bed02").locator(".hg-open").click()
    desk.locator(".hg-strip h1", has_text="bed02").wait_for()
    desk.get_by_text("3 of 20").wait_for()
    desk.keyboard.press("n")
    desk.locator(".hg-strip h1", has_text="bed03").wait_for()
    settle(desk)
    desk.keyboard.press("p")
    desk.locator(".hg-strip h1", has_text="bed02").wait_for()
    settle(desk)
    desk.keyboard.press("a")
    assert desk.locator(".hg-doctor").inner_text() == "Doctor: History of MI (accepted)"
    assert desk.get_by_role("button", name="Accept").is_disabled(), "one key undoes no review"
    tops = {button.bounding_box()["y"] for button in desk.locator(".st-key-actions button:visible").all()}
    assert max(tops) - min(tops) < 1, "all on one line"


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE, SMALL])
def test_review_and_neighbours_leave_the_first_screen_as_it_was(desk, size):
    resize(desk, size)
    desk.locator(".st-key-measurements .hg-row").first.wait_for()
    ecg = desk.locator('[aria-label="ECG page"]')
    ecg.wait_for()
    if size in (PHONE, SMALL):
        assert size == SMALL or ecg.bounding_box()["y"] < 420
        assert desk.evaluate("document.documentElement.scrollWidth") <= size[0]
    else:
        for selector in ('[aria-label="ECG page"]', ".st-key-answer", ".st-key-measurements"):
            inside(desk, selector, size)
    keep(desk, f"reviewed-{size[0]}")
    resize(desk, DESKTOP)


def test_overruling_keeps_both_answers_apart(desk):
    desk.keyboard.press("n")
    desk.locator(".hg-strip h1", has_text="bed03").wait_for()
    settle(desk)
    desk.keyboard.press("o")
    panel = desk.locator(".st-key-review-panel")
    panel.get_by_text("the program says Abnormal heartbeat, 56 %").wait_for()
    panel.get_by_text("Correct a measurement").click()
    panel.get_by_label("QRS", exact=True).fill("124")
    panel.get_by_label("Note").fill("an old page, no pacing")
    assert panel.count() == 1, "letters that are typed are no commands"
    panel.get_by_label("Initials").fill("AB")
    panel.locator("button").filter(has_text=re.compile("^Myocardial infarction$")).click()
    keep(desk, "review-panel")
    panel.get_by_label("Note").press("Control+Enter")
    desk.locator(".hg-doctor").wait_for()
    settle(desk)
    strip = desk.locator(".hg-strip").inner_text()
    assert "Abnormal heartbeat · 56 %" in strip
    assert "Doctor AB: Myocardial infarction (overruled)" in strip
    review = desk.locator(".st-key-review").inner_text()
    assert "The program had answered: Abnormal heartbeat, 56 % (model vgg16-0123abcd)." in review
    assert "QRS: 124 by the doctor (read: 86)" in review
    assert "QRS\n86 ms" in desk.locator(".st-key-measurements").inner_text(), "what was read stays as it was"


def test_the_overruled_ecg_is_written_as_a_labelled_set(desk, tmp_path):
    to_list(desk)
    assert "Overruled" in row(desk, "bed03").inner_text()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Overruled ECGs (ZIP").click()
    download.value.save_as(tmp_path / "set.zip")
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        table = archive.read("pages/pages.csv").decode().splitlines()
        assert len([name for name in archive.namelist() if name.endswith(".webp")]) == 1
    assert len(table) == 2
    assert ",MI," in table[1]
    assert ",HB,0.5600,vgg16-0123abcd,AB," in table[1]


def test_a_filter_shows_what_is_left_to_do(desk):
    desk.locator(".st-key-worklist-filters button").filter(has_text="Overruled").click()
    desk.locator(ROWS).filter(has_text="bed02").wait_for(state="detached")
    assert names(desk) == ["bed03-55-HB-0.56.png"]
    desk.locator(".st-key-worklist-filters button").filter(has_text="Overruled").click()
    desk.locator(ROWS).filter(has_text="bed02").wait_for()
    desk.get_by_role("button", name="More filters").click()
    desk.get_by_label("Answer").click()
    desk.get_by_role("option", name="Not sure").click()
    desk.locator(ROWS).filter(has_text="bed02").wait_for(state="detached")
    assert {name.split("-")[2] for name in names(desk)} == {"unsure"}
    keep(desk, "worklist-filters")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")


def test_a_reload_keeps_the_list_and_the_reviews(desk):
    desk.reload()
    desk.locator(ROWS).first.wait_for()
    assert len(names(desk)) == 20
    assert "Accepted" in row(desk, "bed02").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_work_list_that_is_not_streamlits_own(desk, theme):
    set_theme(desk, theme)
    ours = violations(desk)
    set_theme(desk, "light")
    assert ours == []


def test_axe_finds_nothing_on_the_panel_of_a_review_that_is_not_streamlits_own(desk):
    row(desk, "bed03").locator(".hg-open").click()
    desk.locator(".st-key-accept").wait_for()
    desk.locator(".st-key-measurements .hg-row").first.wait_for()
    settle(desk)
    desk.keyboard.press("o")
    desk.locator(".st-key-review-panel").wait_for()
    settle(desk)
    assert violations(desk) == []
