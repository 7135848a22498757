"""What a doctor does, in a real browser: first screen, layers, calipers, numbers, classes, corrections, back, print.

One ECG is read once and looked at in several window sizes. Every screen is kept as build/screens/*.png.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest

from heartguard.samples import list_samples
from heartguard.ui.shared.frame import PAGES
from heartguard.vocabulary import CLASS_NAMES
from tests.screens import (
    DESKTOP,
    PHONE,
    SCREENS,
    SMALL,
    TABLET,
    inside,
    keep,
    resize,
    runs_across,
    set_theme,
    settle,
    small_targets,
    violations,
    visitor,
)

READING_MS = 240_000
"""A reading takes seconds on an idle machine; tests often share theirs."""

NORMAL = 0
ECG, ANSWER, MEASUREMENTS = '[aria-label="ECG page"]', ".st-key-answer", ".st-key-measurements"
pytestmark = pytest.mark.timeout(900)

MOST_BYTES, MOST_CLASS_BYTES = 1_500_000, 100_000


class Traffic:
    """Bytes and WebP pictures that the app sent over its websocket."""

    def __init__(self, page: Any) -> None:
        self.bytes = self.pictures = 0
        page.on("websocket", lambda socket: socket.on("framereceived", self._count))

    def _count(self, frame: bytes | str) -> None:
        self.bytes += len(frame)
        self.pictures += isinstance(frame, bytes) and b"WEBPVP8" in frame


@pytest.fixture(scope="module")
def opened(chrome, app_url) -> Iterator[tuple[Any, Traffic]]:
    """Open a page with a sample that was read; each test has it as the one before left it."""
    page = visitor(chrome, DESKTOP)
    page.set_default_timeout(READING_MS)
    traffic = Traffic(page)
    page.goto(app_url)
    page.locator(f".st-key-sample-{NORMAL} button").wait_for()
    traffic.bytes = 0
    page.locator(f".st-key-sample-{NORMAL} button").click()
    page.locator(ECG).wait_for()
    assert not page.locator(ANSWER).count(), "the page of the doctor is there before the answer"
    page.locator(f"{MEASUREMENTS} .hg-row").first.wait_for()
    page.locator(f"{ANSWER} canvas, {ANSWER} svg.marks").first.wait_for()
    assert traffic.bytes < MOST_BYTES
    assert traffic.pictures == 2, "the page as uploaded, and straight"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "ECG page", (
        "the keyboard goes on there"
    )
    assert page.get_by_role("status").first.inner_text().startswith("Read. Normal"), "and a screen reader says what"
    yield page, traffic
    page.context.close()


@pytest.fixture
def ecg(opened) -> Any:
    """Give the page Read in a desktop window, all of the ECG in view."""
    page, _ = opened
    resize(page, DESKTOP)
    if not page.locator(ANSWER).count():
        turn_to(page, "Read")
    page.locator(f"{MEASUREMENTS} .hg-row").first.wait_for()
    page.get_by_role("button", name="Page", exact=True).click()
    settle(page)
    return page


def turn_to(page: Any, name: str) -> None:
    page.locator(".st-key-pages a").filter(has_text=name).first.click()


@pytest.mark.parametrize(("size", "least"), [(DESKTOP, (800, 420)), (TABLET, (640, 340))])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ecg_answer_and_measurements_are_on_the_first_screen(ecg, size, least, theme):
    set_theme(ecg, theme)
    resize(ecg, size)
    box = inside(ecg, ECG, size)
    assert box["width"] >= least[0]
    assert box["height"] >= least[1]
    inside(ecg, ANSWER, size)
    inside(ecg, MEASUREMENTS, size)
    keep(ecg, f"read-{size[0]}-{theme}")
    set_theme(ecg, "light")


def test_on_a_phone_the_page_comes_right_after_the_strip_and_nothing_scrolls_across(ecg):
    resize(ecg, PHONE)
    box, strip = ecg.locator(ECG).bounding_box(), ecg.locator(".hg-strip").bounding_box()
    assert box["y"] < 420
    assert box["width"] >= 340
    assert 0 < box["y"] - (strip["y"] + strip["height"]) < 30
    below = [ecg.locator(part).bounding_box()["y"] for part in (".hg-tools", ".st-key-accept", ANSWER)]
    assert box["y"] + box["height"] < below[0] < below[1] < below[2]
    keep(ecg, "read-390-light")
    resize(ecg, SMALL)
    assert ecg.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
    links = ecg.locator(".st-key-pages a")
    assert [link.inner_text() for link in links.all()] == [name for name, _ in PAGES.values()]
    assert len({link.bounding_box()["y"] for link in links.all()}) == 1, "all names are on one line"


def test_a_layer_is_switched_at_once_and_asks_nobody(ecg, opened):
    _, traffic = opened
    traffic.bytes = 0
    spent = ecg.get_by_label("R peaks").evaluate(
        "box => { const start = performance.now(); box.click();"
        " return [performance.now() - start, document.querySelectorAll('.hg-peak').length]; }"
    )
    assert spent[0] < 100
    assert spent[1] > 12
    ecg.get_by_label("R peaks").uncheck()
    assert ecg.locator(".hg-peak").count() == 0
    assert traffic.bytes == 0


def test_a_number_lights_the_beats_and_marks_that_it_came_from(ecg):
    ecg.locator("[data-field=pr_ms]").click()
    bands = ecg.locator(".hg-light[data-lit=pr_ms] rect")
    assert bands.count() >= 12
    unit = float(ecg.locator(f"{ECG} svg").evaluate("svg => svg.viewBox.baseVal.width / svg.clientWidth"))
    shown_ms = bands.first.bounding_box()["width"] * unit / 200 * 1000
    said_ms = float(ecg.locator("[data-field=pr_ms] .hg-value").inner_text().removesuffix(" ms"))
    assert shown_ms == pytest.approx(said_ms, abs=6)
    assert "from the start of P to the start of QRS" in ecg.locator(".hg-word").inner_text()
    keep(ecg, "number-pr")
    ecg.locator("[data-field=axis_deg]").click()
    lit = {path.get_attribute("data-lead") for path in ecg.locator(".hg-trace.hg-lit").all()}
    assert lit == {"I", "II", "III", "aVR", "aVL", "aVF"}
    ecg.locator("[data-field=axis_deg]").press("Enter")
    assert ecg.locator(".hg-trace.hg-lit").count() == 0
    ecg.get_by_role("button", name="Signals").click()
    ecg.locator("[data-field=heart_rate_bpm]").click()
    assert ecg.locator(".hg-peak").count() >= 12
    keep(ecg, "signals-rate")
    ecg.locator("[data-field=heart_rate_bpm]").click()


def test_p_qrs_and_t_are_marked_at_every_beat_of_the_page(ecg):
    ecg.locator(".hg-switch", has_text="QRS").click()
    counts = [ecg.locator(f".hg-wave-{wave}").count() for wave in ("p", "qrs", "t")]
    assert counts[1] >= 12 * 3 + 12 - 4, "three beats of each lead and twelve of the strip, some cut at an edge"
    assert min(counts) > 30
    keep(ecg, "waves")
    ecg.get_by_role("button", name="Signals").click()
    assert ecg.locator(".hg-wave-qrs").count() >= 40
    ecg.locator(".hg-switch", has_text="QRS").click()
    assert ecg.locator(".hg-wave").count() == 0


def test_the_median_beats_stand_beside_the_table_of_their_waves(ecg):
    ecg.get_by_role("button", name="Beats", exact=True).click()
    assert ecg.locator(".hg-trace").count() == 12
    table = ecg.get_by_role("table", name="Waves of each lead")
    window, side = ecg.locator(ECG).bounding_box(), table.bounding_box()
    assert side["x"] >= window["x"] + window["width"]
    assert side["y"] + side["height"] <= DESKTOP[1]
    heights = table.locator("tr", has_text="V4").inner_text().split()
    assert float(heights[2]) > 1, "R of V4 is more than 1 mV"
    table.get_by_role("button", name="V4").click()
    assert float(ecg.locator(ECG).get_attribute("data-zoom")) > 3
    assert re.match(r"Lead V4: median of \d beats", ecg.locator(".hg-word").inner_text())
    keep(ecg, "beats-v4")


def value(page: Any, field: str) -> float:
    return float(page.locator(f"[data-field={field}] .hg-value").inner_text().removesuffix(" ms"))


def test_a_moved_mark_changes_the_numbers_and_is_said_and_goes_back(ecg, opened):
    _, traffic = opened
    ecg.get_by_role("button", name="Beats", exact=True).click()
    ecg.get_by_role("button", name="Move marks").click()
    before, qt = value(ecg, "qrs_ms"), value(ecg, "qt_ms")
    traffic.pictures = 0
    for _ in range(5):
        ecg.get_by_role("slider", name="Mark, end of QRS").press("ArrowRight")
    ecg.get_by_text("mark moved by hand").first.wait_for()
    assert (value(ecg, "qrs_ms"), value(ecg, "qt_ms")) == (before + 10, qt)
    assert "end of QRS" in ecg.locator(".hg-strip").inner_text()
    assert ecg.locator(".hg-mark.hg-moved").count() >= 12
    assert traffic.pictures == 0
    keep(ecg, "mark-moved")
    ecg.get_by_role("button", name="Put marks back").click()
    ecg.get_by_text("mark moved by hand").first.wait_for(state="detached")
    assert value(ecg, "qrs_ms") == before
    assert ecg.locator(".hg-moved").count() == 0


def test_more_measurements_light_their_interval_or_their_leads(ecg):
    assert ecg.locator("[data-field=p_ms]").count() == 0
    ecg.get_by_role("button", name="More measurements").click()
    ecg.locator("[data-field=p_ms]").click()
    assert ecg.locator(".hg-light[data-lit=p_ms] rect").count() >= 12
    ecg.locator("[data-field=cornell_mv]").click()
    assert {path.get_attribute("data-lead") for path in ecg.locator(".hg-trace.hg-lit").all()} == {"aVL", "V3"}
    ecg.locator("[data-field=cornell_mv]").click()
    ecg.get_by_role("button", name="Fewer measurements").click()


INFERIOR = 1


def test_a_statement_leads_to_the_leads_that_show_it(opened, chrome, app_url):
    page = visitor(chrome, DESKTOP)
    page.set_default_timeout(READING_MS)
    page.goto(app_url)
    page.locator(f".st-key-sample-{INFERIOR} button").wait_for()
    picture = page.locator(f".st-key-card-{INFERIOR} img").bounding_box()
    page.mouse.click(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2)
    elevation = page.locator('.hg-statements [data-code="st.elevation"]')
    elevation.wait_for()
    assert elevation.inner_text().startswith("ST elevation in II")
    elevation.click()
    lit = {path.get_attribute("data-lead") for path in page.locator(".hg-trace.hg-lit").all()}
    assert lit == {"II", "III", "aVF"}
    page.locator("[data-field=pr_ms]").click()
    assert elevation.get_attribute("aria-pressed") == "false"
    assert page.locator(".hg-trace.hg-lit").count() == 0
    settle(page)
    inside(page, ANSWER, DESKTOP)
    inside(page, MEASUREMENTS, DESKTOP)
    keep(page, "statements")
    resize(page, TABLET)
    inside(page, ANSWER, TABLET)
    inside(page, MEASUREMENTS, TABLET)
    page.context.close()


FIBRILLATION = 3


def test_what_could_not_be_measured_leaves_the_rest_on_the_first_screen_and_says_why_once_pressed(
    opened, chrome, app_url
):
    page = visitor(chrome, TABLET)
    page.set_default_timeout(READING_MS)
    page.goto(app_url)
    page.locator(f".st-key-sample-{FIBRILLATION} button").click()
    pr = page.locator("[data-field=pr_ms]")
    pr.wait_for()
    settle(page)
    for size in (TABLET, DESKTOP):
        resize(page, size)
        inside(page, ANSWER, size)
        inside(page, MEASUREMENTS, size)
    low = pr.bounding_box()["height"]
    rate = page.locator("[data-field=heart_rate_bpm]")
    assert rate.bounding_box()["height"] == low, "on one line"
    pr.click()
    assert pr.bounding_box()["height"] > low
    assert "no P wave has a fixed distance" in page.locator(".hg-word").inner_text()
    keep(page, "not-measurable")
    page.context.close()


def drag(page: Any, hand: str, x: float, y: float) -> None:
    box = page.locator(f"[data-hand={hand}]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("zoom", [0, 2, 5])
def test_calipers_agree_with_the_paper_at_every_zoom(ecg, zoom):
    """400 ms are 10 mm of a sample that was drawn at 7 pixels a mm, 1 mV too; its straight page is scaled anew."""
    for _ in range(zoom):
        ecg.get_by_role("button", name="Larger").click()
    ecg.get_by_role("button", name="Calipers").click()
    sizes = "svg => [svg.clientWidth / svg.viewBox.baseVal.width, +svg.querySelector('image').getAttribute('width')]"
    per_unit, width = ecg.locator(f"{ECG} svg").evaluate(sizes)
    from PIL import Image

    drawn_width = Image.open(list_samples()[NORMAL].path).width
    length = 70 * width / drawn_width * per_unit
    box = ecg.locator(ECG).bounding_box()
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    drag(ecg, "a", x, y)
    drag(ecg, "b", x + length, y - length)
    text = ecg.locator(".hg-word").inner_text()
    ms, mv = (float(re.search(pattern, text)[1]) for pattern in (r"(\d+) ms", r"([\d.]+) mV"))
    assert ms == pytest.approx(400, abs=5)
    assert mv == pytest.approx(1, abs=0.03)
    ecg.locator("[data-hand=b]").press("ArrowRight")
    moved = float(re.search(r"(\d+) ms", ecg.locator(".hg-word").inner_text())[1])
    assert ms <= moved <= ms + 6
    keep(ecg, f"calipers-{zoom}")
    ecg.get_by_role("button", name="Calipers").click()
    ecg.locator(ECG).press("0")


def test_the_page_is_enlarged_by_keys_and_by_the_wheel_with_a_key_and_a_lead_by_its_name(ecg):
    window = ecg.locator(ECG)
    window.press("+")
    assert float(window.get_attribute("data-zoom")) == pytest.approx(1.3)
    window.press("0")
    box = window.bounding_box()
    ecg.mouse.move(box["x"] + 300, box["y"] + 200)
    ecg.mouse.wheel(0, -300)
    settle(ecg)
    assert window.get_attribute("data-zoom") == "1.00"
    ecg.keyboard.down("Control")
    ecg.mouse.wheel(0, -300)
    ecg.keyboard.up("Control")
    settle(ecg)
    assert float(window.get_attribute("data-zoom")) > 1.5
    ecg.get_by_label("Enlarge a lead").select_option("V2")
    assert re.match(r"Lead V2: 5\.0 to 7\.5 s\. Traced good", ecg.locator(".hg-word").inner_text())
    keep(ecg, "lead-v2")
    ecg.get_by_label("Enlarge a lead").select_option("")
    assert window.get_attribute("data-zoom") == "1.00"


WATCH = """label => {
  const seen = [], start = performance.now();
  document.querySelector(`[data-value="${label}"]`).click();
  return new Promise((done) => {
    const look = () => {
      const parts = [...document.querySelectorAll('[class*="st-key-evidence-"]')];
      const stale = parts.filter((part) => getComputedStyle(part).visibility !== "hidden"
        && !part.className.includes(`st-key-evidence-${label}-`));
      const map = document.querySelector("image.hg-map")?.dataset.label;
      seen.push([performance.now() - start, stale.length, map]);
      if (performance.now() - start > 3000) done(seen); else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}"""


def test_a_class_switch_leaves_nothing_of_the_class_before(ecg, opened):
    _, traffic = opened
    turn_to(ecg, "Explanation")
    ecg.locator('[class*="st-key-evidence-"] .stVegaLiteChart').first.wait_for()
    settle(ecg)
    keep(ecg, "explanation")
    traffic.bytes = 0
    seen = ecg.evaluate(WATCH, "MI")
    late = [entry for entry in seen if entry[0] > 300]
    assert late
    assert all(stale == 0 and label == "MI" for _, stale, label in late)
    ecg.get_by_text(f"Evidence for {CLASS_NAMES['MI']}").wait_for()
    settle(ecg)
    assert ecg.locator(".st-key-evidence-MI-beside").is_visible()
    assert traffic.bytes < MOST_CLASS_BYTES
    keep(ecg, "explanation-mi")
    resize(ecg, PHONE)
    keep(ecg, "explanation-390")


def test_back_goes_back_and_another_browser_sees_nothing(ecg, opened, chrome):
    address = ecg.url
    assert re.search(r"\?ecg=[\w-]{8}$", address)
    turn_to(ecg, "About")
    ecg.get_by_text("Open a table or a list").wait_for()
    keep(ecg, "about")
    ecg.go_back()
    ecg.locator(f"{MEASUREMENTS} .hg-row").first.wait_for()
    assert ecg.url == address
    assert ecg.title().startswith(list_samples()[NORMAL].title)
    stranger = visitor(chrome)
    stranger.goto(address)
    stranger.get_by_text("Nothing of it is kept here").wait_for(timeout=READING_MS)
    assert list_samples()[NORMAL].title not in stranger.locator("h1").inner_text()
    stranger.context.close()


WATCH_ANOTHER = """selector => {
  const seen = [], start = performance.now();
  document.querySelector(selector).click();
  return new Promise((done) => {
    const look = () => {
      const shown = [...document.querySelectorAll('[class*="st-key-of-"]')];
      const visible = shown.filter((part) => getComputedStyle(part).visibility !== "hidden");
      seen.push([document.querySelector("h1")?.innerText, visible.some((part) => part.querySelector(".hg-window"))]);
      if (performance.now() - start > 2500) done(seen); else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}"""


def test_a_reload_keeps_what_was_read_and_read_another_offers_the_way_back(ecg, tmp_path):
    ecg.reload()
    ecg.locator(f"{MEASUREMENTS} .hg-row").first.wait_for()
    seen = ecg.evaluate(WATCH_ANOTHER, ".st-key-another button")
    assert seen[-1] == ["Read a paper ECG", False]
    assert ["Read a paper ECG", True] not in seen, "no ECG under the heading of the first screen, however slow it comes"
    ecg.locator(".st-key-recent").wait_for()
    keep(ecg, "first-screen")
    (tmp_path / "large.png").write_bytes(b"\x89PNG" + bytes(51 * 2**20))
    ecg.locator("input[type=file]").first.set_input_files(tmp_path / "large.png")
    word = ecg.get_by_text("File must be 50.0MB or smaller")
    word.wait_for()
    assert word.bounding_box()["height"] > 10, "to be seen, not only heard"
    assert violations(ecg) == []
    ecg.locator(".st-key-recent").get_by_role("link", name=list_samples()[NORMAL].title).click()
    ecg.locator(f"{MEASUREMENTS} .hg-row").first.wait_for()


@pytest.mark.parametrize("landscape", [True, False])
def test_print_gives_one_clean_page(ecg, tmp_path, landscape):
    pdf = tmp_path / "print.pdf"
    pdf.write_bytes(ecg.pdf(format="A4", print_background=True, landscape=landscape))
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_range()
    assert len(document) == 1
    assert "Rate" in text
    assert "not a medical" in text
    assert "Read another" not in text
    SCREENS.mkdir(parents=True, exist_ok=True)
    document[0].render(scale=1.5).to_pil().save(SCREENS / f"print-{'landscape' if landscape else 'portrait'}.png")


SHOWN = """() => new Promise((done) => {
  const start = performance.now();
  const look = () => {
    if (document.querySelector('[aria-label="ECG page"] image[href]')) done(performance.now() - start);
    else requestAnimationFrame(look);
  };
  document.querySelector('.st-key-sample-1 button').click();
  look();
})"""


def test_the_page_of_the_doctor_is_seen_within_a_second_of_the_choice(opened, chrome, app_url):
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        pytest.skip("the machine is busy: what is promised is for an idle one")
    waited = []
    while len(waited) < 3 and min(waited, default=1000) >= 1000:  # what tests before it left may still be at work
        page = visitor(chrome, DESKTOP)
        page.goto(app_url)
        page.locator(".st-key-sample-1 button").wait_for()
        settle(page)
        waited.append(page.evaluate(SHOWN))
        page.get_by_role("button", name="Stop").click()
        page.context.close()
    assert min(waited) < 1000


def test_what_is_set_by_hand_is_said_beside_what_was_found(ecg):
    turn_to(ecg, "Preprocessing")
    corner = ecg.get_by_role("slider", name="Corner of the paper, upper left")
    corner.wait_for()
    keep(ecg, "preprocessing")
    corner.press("Shift+ArrowRight")
    assert re.match(r"10, 0", corner.get_attribute("aria-valuetext"))
    ecg.get_by_label("Gain", exact=True).click()
    ecg.get_by_role("option", name="5 mm/mV", exact=True).click()
    settle(ecg)
    ecg.get_by_role("button", name="Read again with these").click()
    ecg.locator(f"{MEASUREMENTS} .hg-row").first.wait_for()
    ecg.get_by_text("gain 5 mm/mV (found: 10 mm/mV)").first.wait_for()
    assert "Quality good" not in ecg.locator(".hg-strip").inner_text(), "the pulses say otherwise"
    assert not ecg.get_by_text("Traced good").count()
    keep(ecg, "by-hand")


def test_every_page_is_accessible_in_both_themes_and_on_a_phone(ecg):
    """Axe-core finds nothing that is not Streamlit's own, what is pressed is large enough, and nothing runs across."""
    ours, small, across = [], [], []
    for name, last in (
        ("Read", f"{MEASUREMENTS} .hg-row"),
        ("Work list", ".st-key-worklist-add"),
        ("Preprocessing", '[aria-label^="Corner of the paper"]'),
        ("Explanation", '[class*="st-key-evidence-"] .stVegaLiteChart'),
        ("About", ".stVegaLiteChart"),
    ):
        turn_to(ecg, name)
        ecg.locator(last).first.wait_for()
        for theme in ("dark", "light"):
            set_theme(ecg, theme)
            ours += [(name, theme, *found) for found in violations(ecg, colours=theme == "dark")]
            keep(ecg, f"page-{name}-{theme}")
        for size in (DESKTOP, SMALL):
            resize(ecg, size)
            small += [(name, size, target) for target in small_targets(ecg)]
            across += [(name, size)] if runs_across(ecg) else []
        keep(ecg, f"page-{name}-360")
        resize(ecg, DESKTOP)
    turn_to(ecg, "Read")
    assert ours == []
    assert small == []
    assert across == []


def test_the_viewer_is_reached_by_a_few_keys_and_shows_where_the_focus_is(ecg):
    ecg.evaluate("document.activeElement.blur()")
    ecg.mouse.click(DESKTOP[0] // 2, 5)
    pressed = 0
    while not ecg.locator(".hg-viewer :focus-visible").count() and pressed < 16:
        ecg.keyboard.press("Tab")
        pressed += 1
    assert pressed <= 12
    assert ecg.locator(".hg-viewer :focus-visible").evaluate("node => getComputedStyle(node).outlineWidth") == "3px"


def test_another_theme_is_taken_up_without_the_server_and_calls_no_page_back(ecg, opened):
    _, traffic = opened
    word = ecg.locator(f"{ANSWER} .role-axis-label text").first
    light = word.evaluate("node => getComputedStyle(node).fill")
    traffic.bytes = 0
    set_theme(ecg, "dark")
    assert traffic.bytes == 0
    text = ecg.locator(f"{ANSWER} p").first.evaluate("node => getComputedStyle(node).color")
    assert word.evaluate("node => getComputedStyle(node).fill") == text != light
    ecg.emulate_media(color_scheme="light")
    turn_to(ecg, "About")
    ecg.get_by_text("Open a table or a list").wait_for()
    ecg.wait_for_timeout(600)  # once the page was called back after 0.3 s
    settle(ecg)
    assert ecg.get_by_text("Open a table or a list").is_visible()
    turn_to(ecg, "Read")


def test_a_reading_that_is_stopped_leaves_no_progress_and_can_be_begun_again(chrome, app_url):
    page = visitor(chrome, DESKTOP)
    page.set_default_timeout(READING_MS)
    page.goto(app_url)
    page.locator(f".st-key-sample-{INFERIOR} button").click()
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.wait_for()
    assert "st-key-stop" in stop.evaluate("node => node.closest('[class*=st-key-]').className"), "not Streamlit's own"
    stop.click()
    page.get_by_text("Nothing was read from this page.").wait_for()
    settle(page)
    assert page.get_by_role("button", name="Read it").is_enabled()
    assert not page.get_by_text("Reading the page").count()
    assert not page.locator('[data-testid="stSpinner"]').count()
    assert page.locator(f"{ECG} image[href]").count(), "the page of the doctor stays"
    page.context.close()
