"""The camera in a real browser: with Chromium's fake camera, over plain HTTP, and as a phone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from heartguard.samples import list_samples
from tests import browser
from tests.test_app import NORMAL, ROOT, open_app, words

FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FULL_HD = (1920, 1080)
READING_MS = 120_000
LOSE_CONNECTION = """
const sockets = [], Real = WebSocket;
let lost = false;
window.WebSocket = class extends Real {
  constructor(url, ...rest) { super(lost ? "ws://127.0.0.1:9/" : url, ...rest); sockets.push(this); }
};
window.lose = () => { lost = true; sockets.forEach((socket) => socket.close()); };
window.restore = () => { lost = false; };
"""
VIDEO_SIZE = "video => [video.videoWidth, video.videoHeight, video.clientWidth]"


@pytest.fixture(scope="module")
def photo_url(browsers, tmp_path_factory):
    """Address of the camera alone, which says what arrives in Python."""
    browsers.get(FAKE_CAMERA)
    with browser.serve(ROOT / "tests" / "photo_app.py", tmp_path_factory.mktemp("photo") / "log.txt") as url:
        yield url


def over_plain_http(url):
    return url.replace("127.0.0.1", browser.INSECURE_HOST)


def film(path, image):
    """Write an uncompressed video of one picture, RGB of even size, for Chromium's fake camera."""
    height, width = image.shape[:2]
    frame = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2YUV_I420).tobytes()
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + (b"FRAME\n" + frame) * 2)
    return path


def sample_on_a_desk():
    """Return a dark full-HD picture with a whole sample page in its middle."""
    width, height = FULL_HD
    page = cv2.cvtColor(cv2.imread(str(list_samples()[NORMAL].path)), cv2.COLOR_BGR2RGB)
    scale = min(0.95 * width / page.shape[1], 0.95 * height / page.shape[0])
    page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = np.full((height, width, 3), 40, np.uint8)
    top, left = (height - page.shape[0]) // 2, (width - page.shape[1]) // 2
    picture[top : top + page.shape[0], left : left + page.shape[1]] = page
    return picture


def test_the_live_picture_arrives_with_every_pixel_of_the_video(open_page, photo_url):
    page = open_page(photo_url, FAKE_CAMERA)
    page.get_by_role("button", name="Open the live camera").click()
    page.get_by_role("button", name="Take the photo").wait_for()
    width, height, shown_width = page.locator("video").evaluate(VIDEO_SIZE)
    assert width >= FULL_HD[0] > shown_width
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_text(f"Arrived: photo.jpg, JPEG, {width} x {height}").wait_for()


def test_a_page_held_before_the_camera_is_read(open_page, app_url, tmp_path):
    video = film(tmp_path / "page.y4m", sample_on_a_desk())
    page = open_page(app_url, (*FAKE_CAMERA, f"--use-file-for-fake-video-capture={video}"))
    page.get_by_text("Use the camera").click()
    page.get_by_role("button", name="Open the live camera").click()
    page.get_by_role("button", name="Take the photo").click()
    row = page.locator("[data-field=heart_rate_bpm] .hg-value")
    row.wait_for(timeout=READING_MS)
    rate = row.inner_text()
    assert abs(float(rate.removesuffix(" /min")) - list_samples()[NORMAL].heart_rate_bpm) <= 2


def test_closing_the_camera_switches_it_off_and_the_keyboard_is_enough(open_page, photo_url):
    page = open_page(photo_url, FAKE_CAMERA)
    page.get_by_role("button", name="Open the live camera").press("Enter")
    page.get_by_role("button", name="Take the photo").wait_for()
    video = page.locator("video")
    track = video.evaluate_handle("video => video.srcObject.getVideoTracks()[0]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open the live camera").wait_for()
    assert track.evaluate("track => track.readyState") == "ended"
    assert not video.is_visible()


def test_plain_http_is_named_and_an_upload_is_taken(open_page, photo_url):
    page = open_page(over_plain_http(photo_url), FAKE_CAMERA)
    page.get_by_text("The live camera needs HTTPS").wait_for()
    assert not page.get_by_role("button", name="Open the live camera").is_visible()
    page.locator(".st-key-camera-0 input[type=file]").set_input_files(list_samples()[NORMAL].path)
    page.get_by_text(f"Arrived: {list_samples()[NORMAL].path.name}").wait_for()


@pytest.mark.parametrize("plain", [False, True])
def test_a_phone_opens_its_own_camera_and_the_photo_arrives_whole(open_page, photo_url, tmp_path, plain):
    photo = tmp_path / "IMG_0001.jpg"
    cv2.imwrite(str(photo), np.full((3024, 4032, 3), 200, np.uint8))
    page = open_page(over_plain_http(photo_url) if plain else photo_url, FAKE_CAMERA, **PHONE)
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Take a photo").tap()
    assert asked.value.element.get_attribute("capture") == "environment"
    assert page.get_by_text("Only the live picture would need HTTPS").is_visible() == plain
    asked.value.set_files(photo)
    page.get_by_text("Arrived: IMG_0001.jpg, JPEG, 4032 x 3024").wait_for()


def test_a_photo_taken_while_the_connection_was_lost_is_sent_afterwards(open_page, photo_url):
    page = open_page("about:blank", FAKE_CAMERA, **PHONE)
    page.add_init_script(LOSE_CONNECTION)
    page.goto(photo_url)
    page.get_by_role("button", name="Take a photo").wait_for()
    page.evaluate("lose()")
    page.locator("[data-testid=stFileUploaderDropzone][aria-disabled=true]").wait_for()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Take a photo").tap()
    asked.value.set_files(list_samples()[NORMAL].path)
    page.get_by_text("is being sent").wait_for()
    page.evaluate("restore()")
    page.get_by_text(f"Arrived: {list_samples()[NORMAL].path.name}").wait_for()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(FAKE_CAMERA[:1], "The browser may not use the camera"), (FAKE_CAMERA[1:], "The browser found no camera")],
    ids=["refused", "none"],
)
def test_why_there_is_no_camera_is_said(open_page, photo_url, arguments, said):
    page = open_page(photo_url, arguments)
    page.get_by_role("button", name="Open the live camera").click()
    page.get_by_text(said).wait_for()
    assert page.get_by_role("button", name="Open the live camera").is_enabled()


def test_the_buttons_are_large_enough_for_a_finger(open_page, photo_url):
    page = open_page(photo_url, FAKE_CAMERA, **PHONE)
    page.get_by_role("button", name="Open the live camera").tap()
    for name in ("Take the photo", "Close the camera"):
        button = page.get_by_role("button", name=name)
        button.wait_for()
        assert button.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_without_the_script_a_photo_can_still_be_uploaded():
    app = AppTest.from_file(str(ROOT / "tests" / "photo_app.py")).run()
    assert not app.exception
    app.file_uploader[0].upload("page.png", list_samples()[NORMAL].path.read_bytes())
    assert "Arrived: page.png, PNG" in app.run().markdown[0].value


def test_the_app_reads_what_the_camera_gave():
    app = open_app()
    app.session_state["way"] = "Use the camera"
    app.run()
    assert "Hold the camera straight above" in words(app)
    app.file_uploader[0].upload("photo.png", list_samples()[NORMAL].path.read_bytes())
    app.run()
    assert not app.exception
    assert [chosen.origin for chosen in app.session_state["tab"].ecgs.values()] == ["camera"]
