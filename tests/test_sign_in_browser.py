"""The sign-in in a real browser, with a service of the tests (`tests.oidc`): off, stranger, reader, admin, out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import browser
from tests.screens import DESKTOP, PHONE, TABLET, keep, resize, set_theme, settle, violations, visitor
from tests.test_desk import WAIT_MS, png, upload

pytest.importorskip("authlib", reason="the extra signin is not installed")
pytest.importorskip("joserfc", reason="joserfc, of Authlib, is not installed")
pytest.importorskip("alembic", reason="the extra history is not installed")

from heartguard.history import History, HistorySettings
from tests import oidc

pytestmark = pytest.mark.timeout(300)
SCRIPT = browser.ROOT / "streamlit_app.py"
READER, ADMIN = "ada@ward.example", "chief@clinic.example"
ACCOUNTS = {
    "Ada": {"email": READER, "email_verified": True, "name": "Ada Lovelace"},
    "Chief": {"email": ADMIN, "email_verified": True, "name": "Chief Physician"},
    "Eve": {"email": "eve@else.example", "email_verified": True, "name": "Eve"},
    "Unverified": {"email": ADMIN, "email_verified": False, "name": "Mallory"},
}
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "of-the-tests-only"
client_id = "CLIENT"
client_secret = "KEY"
server_metadata_url = "ISSUER/.well-known/openid-configuration"

[heartguard_access]
admins = ["chief@clinic.example"]
reader_domains = ["ward.example"]
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('history') / 'history.db'}"


@pytest.fixture(scope="module")
def door(chrome, tmp_path_factory, kept) -> Iterator[tuple[str, oidc.Service]]:
    """Serve the app with a sign-in, and a history that names who acts."""
    home = tmp_path_factory.mktemp("home")
    (home / ".streamlit").mkdir()
    with oidc.serve(ACCOUNTS) as service, pytest.MonkeyPatch.context() as patch:
        secrets = SECRETS.replace("ISSUER", service.issuer).replace("CLIENT", oidc.CLIENT)
        (home / ".streamlit" / "secrets.toml").write_text(secrets.replace("KEY", oidc.CLIENT_SECRET))
        patch.setenv("HOME", str(home))
        patch.setenv("HEARTGUARD_HISTORY", kept)
        with browser.serve(SCRIPT, home / "log.txt", "tests.hand_made_app") as url:
            yield url, service


@pytest.fixture
def page(chrome, door) -> Iterator[Any]:
    """Open the app in a browser that nobody used before."""
    opened = visitor(chrome, DESKTOP)
    opened.set_default_timeout(WAIT_MS)
    opened.goto(door[0])
    heading(opened, "Sign in")
    yield opened
    opened.context.close()


def heading(page: Any, words: str) -> None:
    page.locator("h1", has_text=words).wait_for()
    settle(page)


def sign_in(page: Any, account: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=account).click()


def sign_out(page: Any) -> None:
    """Sign out, and wait until the browser was at the service and is back."""
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    heading(page, "Sign in")


def sizes(page: Any, name: str) -> None:
    """Keep pictures at three sizes, and on a phone in the dark theme; nothing runs out at the side."""
    for size, theme in ((DESKTOP, "light"), (TABLET, "light"), (PHONE, "light"), (PHONE, "dark")):
        set_theme(page, theme)
        resize(page, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        keep(page, f"{name}-{size[0]}-{theme}")
    set_theme(page, "light")
    resize(page, DESKTOP)


def read_one(page: Any, name: str) -> None:
    page.locator("input[type=file]").first.set_input_files([upload(name, png(3))])
    page.locator(".st-key-measurements .hg-row").first.wait_for()
    settle(page)


def test_off_nothing_is_asked(open_page, app_url):
    page = open_page(app_url)
    heading(page, "Read a paper ECG")
    assert not page.get_by_role("button", name="Sign in").count()
    assert not page.get_by_role("button", name="Sign out").count()


def test_on_the_door_is_all_that_is_seen_at_every_address(page, door):
    (button,) = page.locator(".stMain button").all_inner_texts()
    assert button.split() == ["login", "Sign", "in"]
    assert not violations(page)
    sizes(page, "sign-in")
    for name in ("worklist", "preprocessing", "explanation", "about"):
        page.goto(f"{door[0]}/{name}")
        heading(page, "Sign in")
        assert not page.locator(".st-key-pages").count()
        assert not page.locator("input[type=file]").count()


@pytest.mark.parametrize(
    ("account", "words"),
    [("Eve", "this account may not use this HeartGuard"), ("Unverified", "does not say that the address")],
)
def test_a_stranger_is_named_and_sent_back(page, account, words):
    sign_in(page, account)
    heading(page, "No access")
    assert words in page.locator(".st-key-door").inner_text()
    assert ACCOUNTS[account]["email"] in page.locator(".st-key-door").inner_text()
    assert not violations(page)
    if account == "Eve":
        sizes(page, "no-access")
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Sign in")


def test_a_reader_works_under_the_own_name_and_leaves_nothing_to_the_next(page, door, kept):
    sign_in(page, "Ada")
    heading(page, "Read a paper ECG")
    assert "Ada Lovelace" in page.locator(".st-key-account").inner_text()
    assert not violations(page)
    sizes(page, "signed-in")
    read_one(page, "bed-52-HB-0.93.png")
    sizes(page, "signed-in-ecg")
    page.get_by_role("button", name="Accept").click()
    page.locator(".hg-doctor").wait_for()
    assert "AL" in page.locator(".hg-doctor").inner_text()
    page.reload()
    page.locator(".hg-strip h1", has_text="bed-52").wait_for()
    settle(page)
    address, out = page.url, len(door[1].signed_out)
    sign_out(page)
    assert len(door[1].signed_out) == out + 1, "the service is told, so that it asks again"
    sign_in(page, "Chief")
    heading(page, "Read a paper ECG")
    page.goto(address)
    heading(page, "Read a paper ECG")
    assert not page.get_by_text("bed-52").count()
    history = History(HistorySettings(kept))
    assert {(line["who"], line["did"]) for line in history.audit()} == {(READER, "read"), (READER, "reviewed")}
    history.close()


def test_a_sign_in_holds_in_another_tab_and_ends_in_a_new_browser(page, door):
    sign_in(page, "Chief")
    heading(page, "Read a paper ECG")
    other = page.context.new_page()
    other.goto(f"{door[0]}/about")
    heading(other, "How it works")
    assert "Chief Physician" in other.locator(".st-key-account").inner_text()
    elsewhere = visitor(page.context.browser)
    elsewhere.goto(f"{door[0]}/about")
    heading(elsewhere, "Sign in")
    elsewhere.context.close()


HISTORY = "History: who did what, deleting a patient"


def offered(page: Any, door: tuple[str, oidc.Service], name: str) -> Any:
    """Look for a table of the page About by its name."""
    page.goto(f"{door[0]}/about")
    heading(page, "How it works")
    page.get_by_role("combobox").click()
    page.get_by_role("option").first.wait_for()
    page.get_by_role("combobox").fill(name)
    settle(page)
    return page.get_by_role("option", name=name)


def test_an_admin_sees_who_did_what_and_deletes_a_patient(page, door, kept):
    history = History(HistorySettings(kept))
    answer = {"sha256": "d" * 64, "file": "x.png", "model": "m", "prediction": {"label": "HB"}}
    history.keep(answer, b"", who="someone", patient="4711")
    sign_in(page, "Chief")
    heading(page, "Read a paper ECG")
    offered(page, door, HISTORY).click()
    page.get_by_role("table").filter(has_text="someone").wait_for()
    settle(page)
    sizes(page, "history")
    page.get_by_label("Number of the patient to delete").fill("4711")
    page.get_by_role("button", name="Delete the patient").click()
    page.get_by_text("Nothing was deleted: give the number").wait_for()
    assert len(history.of_patient("4711", who="test")) == 1
    settle(page)
    page.get_by_label("Number of the patient to delete").fill("4711")
    page.get_by_text("it cannot be undone").first.click()
    page.get_by_role("button", name="Delete the patient").click()
    page.get_by_text("Deleted: the patient and 1 readings").wait_for()
    assert history.of_patient("4711", who="test") == []
    assert [line["who"] for line in history.audit() if line["did"] == "deleted"] == [ADMIN]
    history.close()


def test_a_reader_is_not_offered_the_history(page, door):
    sign_in(page, "Ada")
    heading(page, "Read a paper ECG")
    assert offered(page, door, "Data and licences").count() == 1
    assert not offered(page, door, HISTORY).count()


def test_secrets_reach_neither_page_nor_log(page, door, tmp_path_factory):
    assert oidc.CLIENT_SECRET not in page.content()
    logs = [path.read_text(errors="replace") for path in Path(tmp_path_factory.getbasetemp()).glob("home*/log.txt")]
    assert logs
    assert not [log for log in logs if oidc.CLIENT_SECRET in log]
