"""Printed words: from drawn pages to lead names, speed and gain, and every step between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from heartguard.arrays import Floats, Image
from heartguard.page.print import PrintedValue, Word, names_on, read_print, values_on
from heartguard.page.print.candidates import MOST_WORDS, find_words
from heartguard.page.print.cuts import CUT_HEIGHT, FRAME, Box, cut_out, side_by_side
from heartguard.page.print.decoding import likeliest_letters, probabilities
from heartguard.page.print.lexicon import likeliest_lead, probability_of_value
from heartguard.page.print.lines import words_of
from heartguard.page.print.symbols import OTHER, SYMBOLS, decoded, encoded
from heartguard.page.straight import PX_PER_MM, Scale, StraightPage, straighten
from heartguard.page.strips import PLANES
from heartguard.printed import lead_named
from heartguard.weights import models_folder
from heartlab.simulate.recorders import SimulatedSheet
from heartlab.simulate.recorders.scene import Text
from heartlab.simulate.recorders.views import flat_view
from heartlab.train.print.lessons import INK, ROOM, Lesson, draw_lessons, read_lessons, write_lessons
from heartlab.train.print.training import PrintRecipe, batches, varied
from heartlab.train.structure.records import RecordPool
from tests.drawn_pages import PX_PER_MM as DRAWN_PX_PER_MM
from tests.drawn_pages import Print, printed
from tests.networks import page_models

EMPTY = RecordPool(np.zeros((0, 12, 5000), np.int16), np.zeros((0, 12, 5000), np.int16))
NAMES = Counter(("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6", "II"))


def shares_of(*columns: str, sure: float = 0.9) -> Floats:
    """Return shares of symbols that say a symbol in each column; ``""`` is none."""
    shares = np.full((len(columns), len(SYMBOLS)), (1 - sure) / (len(SYMBOLS) - 1), np.float32)
    shares[np.arange(len(columns)), [SYMBOLS.index(symbol) for symbol in columns]] = sure
    return shares


def page_saying(
    spelling: Callable[[str], str], values: str, px_per_mm: float = DRAWN_PX_PER_MM, spacing: float = 0.0
) -> StraightPage:
    """Draw a page of three rows and a strip with these names and this line below, as a file, and make it straight."""
    plan, scene = printed(Print())
    items = [
        replace(item, text=spelling(item.text), spacing=spacing)
        if isinstance(item, Text) and item.kind == "name"
        else item
        for item in scene.items
    ]
    items.append(Text("print", values, 24.0, plan.height - 1.2, 2.6, "default", (20, 20, 20)))
    scene = replace(scene, items=items)
    view = flat_view((0.0, 0.0, scene.width, scene.height), px_per_mm)
    image = SimulatedSheet(plan, scene, view, "digital", px_per_mm, False, None, 1).draw().image
    page = straighten(image, page_models().structure.maps(image))
    assert page is not None
    return page


def blank_page(boxes: dict[str, list[Box]], height: int = 800, width: int = 1600) -> StraightPage:
    """Return a white page on which the network sees names or print in some boxes."""
    shares = {plane: np.zeros((height, width), np.uint8) for plane in PLANES}
    for plane, places in boxes.items():
        for x0, y0, x1, y1 in places:
            shares[plane][int(y0) : int(y1), int(x0) : int(x1)] = 255
    image: Image = np.full((height, width, 3), 255, np.uint8)
    return StraightPage(image, shares, np.eye(3), None, Scale(PX_PER_MM, PX_PER_MM, "grid"), 0.0)


def test_a_text_comes_back_without_case_accents_and_foreign_letters():
    assert decoded(encoded("aVR  −DIII")) == "avr -diii"
    assert decoded(encoded("25 мм/сек")) == "25 мм/сек"
    assert decoded(encoded("Größe 床号: Ⅱ")) == f"gro{OTHER}e {OTHER}: ii"


def test_the_probabilities_of_all_texts_add_up_to_one():
    shares = np.random.default_rng(0).dirichlet(np.ones(3), 4)
    padded = np.zeros((4, len(SYMBOLS)))
    padded[:, :3] = shares
    texts = [text for length in range(5) for text in product((1, 2), repeat=length)]
    assert probabilities(padded, texts).sum() == pytest.approx(1.0)


def test_a_letter_in_neighbouring_columns_is_one_and_with_none_between_two():
    letters = likeliest_letters(shares_of("m", "m", "", "m", "/"))
    assert [(SYMBOLS[letter.number], letter.first, letter.last) for letter in letters] == [
        ("m", 0, 1),
        ("m", 3, 3),
        ("/", 4, 4),
    ]


def test_a_letter_that_could_be_two_still_names_the_lead():
    shares = shares_of("a", "", "v", "", "f")
    shares[4, [SYMBOLS.index("f"), SYMBOLS.index("p")]] = 0.44, 0.46
    assert decoded(letter.number for letter in likeliest_letters(shares)) == "avp"
    assert likeliest_lead(shares_of("a", "", "v", "", "f"), "avf") == ("avf", pytest.approx(0.9**5, rel=0.05))
    assert likeliest_lead(shares, "avp") is None  # less probable than not


def test_a_mark_before_a_name_is_no_part_of_it():
    found = likeliest_lead(shares_of("|", "", "ii", "", "."), "|ii.")
    assert found is not None
    assert found[0] == "ii"


def test_words_that_rather_are_names_come_first_and_letters_are_joined_to_lines():
    line = [Box(100, 20, 130, 44), Box(136, 20, 160, 44), Box(700, 20, 730, 44)]
    page = blank_page({"print": line, "name": [Box(300, 400, 330, 424)], "trace": [Box(10, 420, 1590, 424)]})
    found = find_words(page)
    assert len(found) == 3
    assert found[0].box.x0 == pytest.approx(300, abs=4)
    assert found[0].name == pytest.approx(1.0)
    joined = min(found[1:], key=lambda candidate: candidate.box.x0).box
    assert joined.x0 == pytest.approx(100, abs=4)
    assert joined.x1 == pytest.approx(160, abs=4)


def test_a_line_that_runs_askew_or_under_other_print_is_read_in_stretches_as_high_as_its_letters():
    askew = [Box(100 + 30 * k, 20 + 4 * k, 124 + 30 * k, 44 + 4 * k) for k in range(12)]
    over = [Box(700 + 30 * k, 300, 724 + 30 * k, 324) for k in range(8)] + [Box(820, 300, 844, 348)]
    boxes = [candidate.box for candidate in find_words(blank_page({"print": askew + over}))]
    highest = 1.4 * 24 + 2
    assert sum(box.y1 - box.y0 <= highest for box in boxes) == len(boxes) - 1  # but the part under other print
    assert max(box.x1 - box.x0 for box in boxes if box.y1 < 200) < 150
    assert max(box.x1 for box in boxes if box.y1 < 200) == pytest.approx(454, abs=4)
    assert max(box.x1 - box.x0 for box in boxes if box.y0 > 200) == pytest.approx(114, abs=8)


def test_a_name_that_a_trace_crosses_is_one_word():
    page = blank_page({"name": [Box(300, 400, 330, 409), Box(300, 415, 330, 424)]})
    [found] = find_words(page)
    assert (found.box.y0, found.box.y1) == (pytest.approx(400, abs=4), pytest.approx(424, abs=4))


def test_no_page_has_more_words_than_can_be_read_in_time():
    many = [Box(40 * k, 30 * row, 40 * k + 10, 30 * row + 16) for k in range(1, 39) for row in range(1, 12)]
    assert len(find_words(blank_page({"print": many}))) == MOST_WORDS


def test_a_word_is_cut_out_in_the_middle_and_at_one_height():
    image: Image = np.full((200, 400, 3), 255, np.uint8)
    image[100:146, 200:230] = 0
    cut = cut_out(image, Box(200, 100, 230, 146))
    assert cut.shape[0] == CUT_HEIGHT
    assert cut.shape[1] % FRAME == 0
    rows = np.flatnonzero((cut[..., 0] < 128).any(axis=1))
    assert len(rows) == pytest.approx(23, abs=1)
    assert rows.mean() == pytest.approx((CUT_HEIGHT - 1) / 2, abs=0.6)
    strip, answers = side_by_side([cut, cut])
    assert strip.shape[1] % FRAME == 0
    assert [answer.stop - answer.start for answer in answers] == [cut.shape[1] // FRAME] * 2


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        str.upper,
        lambda lead: lead.replace("V", "C") if lead[0] == "V" else lead,
        lambda lead: f"D{lead}" if set(lead) == {"I"} else lead,
        lambda lead: f"D{len(lead)}" if set(lead) == {"I"} else lead.replace("R", "r"),
    ],
    ids=["usual", "capitals", "C1 to C6", "DI to DIII", "D1 to D3, aVr"],
)
def test_all_names_of_a_page_are_read_and_nothing_else_is_one(spelling: Callable[[str], str]):
    page = page_saying(spelling, "25 mm/s   10 mm/mV   40 Hz")
    names = names_on(read_print(page, page_models().print))
    assert Counter(name.lead for name in names) == NAMES
    assert min(name.probability for name in names) > 0.5
    # Columns begin every 62.5 mm from 20 mm on, with a name 1.5 mm further on.
    for lead, x in (("I", 20), ("aVL", 82.5), ("V2", 145), ("V6", 207.5)):
        [found] = [name for name in names if name.lead == lead]
        assert found.x / PX_PER_MM == pytest.approx(x + 3.5, abs=4)


@pytest.mark.parametrize("spacing", [0.3, 0.6])
def test_names_whose_letters_are_far_apart_are_read(spacing: float):
    page = page_saying(str, "25 mm/s   10 mm/mV", spacing=spacing)
    assert Counter(name.lead for name in names_on(read_print(page, page_models().print))) == NAMES


def test_numerals_that_were_read_one_by_one_are_one_name():
    lead, probability = likeliest_lead(shares_of("i", "", " ", "i", ""), "i i", 0.25)
    assert (lead_named(lead), probability > 0.5) == ("II", True)


@pytest.mark.parametrize(
    ("line", "speed", "limb", "chest"),
    [
        ("25 mm/s   10 mm/mV   40 Hz", 25.0, 10.0, 10.0),
        ("50mm/s 20mm/mV 0.01-40Hz", 50.0, 20.0, 20.0),
        ("Speed: 25 mm/sec  Limb: 10 mm/mV  Chest: 5 mm/mV", 25.0, 10.0, 5.0),
    ],
)
@pytest.mark.parametrize("px_per_mm", [DRAWN_PX_PER_MM, 7.0])
def test_speed_and_gain_are_read_from_the_line_below(
    line: str, speed: float, limb: float, chest: float, px_per_mm: float
):
    scale = values_on(read_print(page_saying(str, line, px_per_mm), page_models().print))
    assert [value and value.value for value in scale] == [speed, limb, chest, None]


def test_a_name_within_a_sentence_names_no_lead():
    words = [Word("v1", 0, 0, 9, 9, 0.9, 1), Word("elevated", 12, 0, 60, 9, 0.9, 1), Word("v2", 0, 90, 9, 99, 0.9, 2)]
    assert [name.lead for name in names_on(words)] == ["V2"]


def test_a_name_that_was_completed_from_two_parts_is_there_once_and_an_unlikely_one_is_not():
    words = [Word("avr", 0, 0, 40, 20, 0.9, 1), Word("avr", 10, 2, 44, 22, 0.8, 2), Word("v1", 0, 90, 30, 110, 0.4, 3)]
    assert [(name.lead, name.x) for name in names_on(words)] == [("aVR", 20.0)]


def test_a_value_is_as_sure_as_the_words_that_say_it():
    words = [Word("adc", 0, 0, 30, 9, 0.2), Word("25", 35, 0, 50, 9, 0.9), Word("mm/s", 55, 0, 80, 9, 0.8)]
    assert values_on(words).speed == PrintedValue(25.0, pytest.approx(0.72))
    assert values_on(words).limb_gain is None


def test_a_value_is_found_beside_a_comma_and_is_surer_than_its_unit():
    columns = [column for letter in "50mm/s,10mm/mv" for column in (letter, "")]
    shares = shares_of(*columns, sure=0.99)
    first_m = columns.index("m")
    shares[first_m, [SYMBOLS.index("m"), SYMBOLS.index("n")]] = 0.5, 0.48
    words = list(words_of(Box(0, 0, 200, 23), shares, 0, 0.0))
    assert [word.text for word in words] == ["50mm/s", ",", "10mm/mv"]
    assert words[0].probability > 0.75
    said = values_on(words)
    assert (said.speed and said.speed.value, said.limb_gain and said.limb_gain.value) == (50.0, 10.0)


def test_a_number_that_may_be_another_one_is_no_sure_value():
    shares = shares_of(*(column for letter in "50mm/s" for column in (letter, "")), sure=0.99)
    shares[0, [SYMBOLS.index("5"), SYMBOLS.index("2")]] = 0.52, 0.46
    shares[2, [SYMBOLS.index("0"), SYMBOLS.index("5")]] = 0.52, 0.46
    assert probability_of_value(shares, "50mm/s") < 0.6
    assert probability_of_value(shares_of(*"10m", "", *"m/s"), "10mm/s") > 0.7


def test_a_rare_speed_that_is_the_end_of_a_common_one_is_no_sure_value():
    slow, usual = (shares_of(*number, "m", "", "m", "/", "s", sure=0.99) for number in ("5", "25"))
    assert probability_of_value(slow, "5mm/s") < 0.5 < 0.9 < probability_of_value(usual, "25mm/s")


def test_two_lines_that_differ_say_nothing():
    words = [Word("25mm/s", 0, 0, 30, 9, 0.9, 1), Word("50mm/s", 0, 90, 30, 99, 0.9, 2)]
    assert values_on(words).speed is None
    assert values_on([words[0], words[1]._replace(probability=0.3)]).speed == PrintedValue(25.0, 0.9)


def test_the_network_is_small():
    assert (models_folder() / "print.tflite").stat().st_size < 1_000_000


def test_the_trained_network_and_its_litert_file_say_the_same():
    torch, _ = pytest.importorskip("torch"), pytest.importorskip("ai_edge_quantizer")
    from heartguard.page.print.network import PrintNetwork
    from heartlab.networks.print import PRINT_LAYERS, print_network_file
    from heartlab.train.layers_torch import fold
    from heartlab.train.print.network import build_trainee

    network = build_trainee(0).eval()
    cut = np.random.default_rng(0).integers(0, 255, (CUT_HEIGHT, 80, 3)).astype(np.uint8)
    [found] = PrintNetwork(print_network_file(fold(network, PRINT_LAYERS))).shares([cut])
    strip, [answer] = side_by_side([cut])
    with torch.no_grad():
        logits = network(torch.from_numpy(strip.transpose(2, 0, 1)[None]))
    assert found == pytest.approx(logits.softmax(2)[0].numpy()[answer], abs=2e-3)


def test_the_shipped_network_is_taught_further_from_its_own_weights():
    torch = pytest.importorskip("torch")
    from heartlab.train.print.further import shipped_weights
    from heartlab.train.print.network import plain_trainee

    network = plain_trainee(shipped_weights(models_folder() / "print.tflite")).eval()
    cut = np.random.default_rng(0).integers(0, 255, (CUT_HEIGHT, 80, 3)).astype(np.uint8)
    [found] = page_models().print.shares([cut])
    strip, [answer] = side_by_side([cut])
    with torch.no_grad():
        logits = network(torch.from_numpy(strip.transpose(2, 0, 1)[None]))
    assert found == pytest.approx(logits.softmax(2)[0].numpy()[answer], abs=2e-3)


def test_lessons_say_what_they_show_and_are_kept(tmp_path: Path):
    lessons = draw_lessons(EMPTY, 5)
    assert len(lessons) > 20
    assert {lesson.image.shape[0] for lesson in lessons} == {INK + 2 * ROOM}
    assert any(lesson.text == "" for lesson in lessons)
    write_lessons(tmp_path / "00000.npz", lessons)
    kept = read_lessons(tmp_path / "00000.npz")
    assert [lesson.text for lesson in kept] == [lesson.text for lesson in lessons]
    assert np.array_equal(kept[-1].image, lessons[-1].image)


def test_lessons_are_cut_as_the_product_cuts(tmp_path: Path):
    image: Image = np.full((INK + 2 * ROOM, 40 + 2 * ROOM, 3), 255, np.uint8)
    image[ROOM:-ROOM, ROOM:-ROOM] = 0
    recipe = PrintRecipe(batch=4)
    found = varied(Lesson(image, "I"), recipe, np.random.default_rng(1))
    assert found.shape[0] == CUT_HEIGHT
    assert found.shape[1] % FRAME == 0
    write_lessons(tmp_path / "00000.npz", [Lesson(image, "II")] * 8)
    [(cuts, texts), _] = list(batches([tmp_path / "00000.npz"], recipe, 0))
    assert cuts.shape[:3] == (4, 3, CUT_HEIGHT)
    assert texts == [[SYMBOLS.index("ii")]] * 4


@pytest.mark.parametrize(
    ("text", "probability", "speed", "unsure"),
    [
        ("10 mm/s", 0.61, None, 10.0),
        ("10 mm/s", 0.95, 10.0, None),
        ("50 mm/s", 0.61, 50.0, None),
        ("50 mm/s", 0.4, None, None),
    ],
)
def test_an_unusual_speed_that_was_not_read_surely_is_told_and_not_believed(text, probability, speed, unsure):
    from heartguard.page.printed_page import PrintedOnPage
    from heartguard.page.speed import speed_warnings

    printed = PrintedOnPage.of([Word(text, 0, 0, 80, 9, probability)])
    assert (printed.speed_mm_per_s, printed.unsure_mm_per_s) == (speed, unsure)
    said = speed_warnings(10.0, 25.0, False, printed.speed_mm_per_s, unsure=printed.unsure_mm_per_s)
    assert ("scale.speed_unsure" in [one.code for one in said]) == (unsure is not None)
    assert not speed_warnings(10.0, 25.0, True, None, unsure=unsure)
