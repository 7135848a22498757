"""The sign-in in front of the pages, with a made-up account: off, asked for, refused, let in, and badly set up."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from heartguard.sessions import Chosen, Tab
from heartguard.ui.shared import keeping, session

pytest.importorskip("authlib", reason="the extra signin is not installed")

ROOT = Path(__file__).resolve().parents[1]
AUTH = {"redirect_uri": "http://127.0.0.1/oauth2callback", "cookie_secret": "of-the-tests-only", "client_id": "a"}
ACCESS = {"admins": ["chief@clinic.example"], "reader_domains": ["ward.example"]}
ON = {"auth": AUTH, "heartguard_access": ACCESS}
READER = {"email": "Ada@ward.example", "name": "Ada Lovelace"}
PAGES = [f"pages/{name}.py" for name in ("read", "worklist", "preprocessing", "explanation", "about")]
"""Opened by their own scripts too, as Streamlit does on a server that has not run its entry yet."""


def account(**claims: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "email_verified": True, "iat": int(time.time()), **claims}


def opened(secrets: dict[str, Any], user: dict[str, Any] | None = None, script: str = "streamlit_app.py") -> AppTest:
    app = AppTest.from_file(str(ROOT / script), default_timeout=60)
    app.secrets, app.user = secrets, user or {}
    app.run()
    assert not app.exception
    return app


def headings(app: AppTest) -> list[str]:
    bodies = [element.proto.body for element in app.get("html")]
    return [body.partition(">")[2].partition("<")[0] for body in bodies if body.startswith("<h1")]


def text(app: AppTest) -> str:
    return "\n".join([*(each.value for each in app.markdown), *(each.proto.body for each in app.get("html"))])


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


@pytest.mark.parametrize("secrets", [{}, {"HEARTGUARD_NOTHING": "said"}])
def test_off_nothing_is_asked(secrets):
    app = opened(secrets)
    assert headings(app) == ["Read a paper ECG"]
    assert {"Sign in", "Sign out"}.isdisjoint(labels(app))


def test_off_neither_the_sign_in_nor_the_history_is_loaded():
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('streamlit_app.py', default_timeout=60).run().switch_page('pages/about.py').run()\n"
        "assert not app.exception, app.exception\n"
        "print(sorted({'authlib', 'joserfc', 'sqlalchemy'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("script", ["streamlit_app.py", *PAGES])
def test_on_every_page_shows_a_sentence_and_a_button_and_nothing_else(script):
    app = opened(ON, script=script)
    assert headings(app) == ["Sign in"]
    assert labels(app) == ["Sign in"]
    assert [each.value for each in app.markdown] == ["This HeartGuard is open to the people whom its operator named."]
    assert not app.get("page_link")
    assert not app.get("file_uploader")


def test_several_services_have_a_button_each():
    service = {"client_id": "a", "client_secret": "b", "server_metadata_url": "http://127.0.0.1/"}
    shared = {"redirect_uri": AUTH["redirect_uri"], "cookie_secret": "c"}
    app = opened({"auth": {**shared, "ward": service, "lab": service}, "heartguard_access": ACCESS})
    assert labels(app) == ["Sign in by ward", "Sign in by lab"]


@pytest.mark.parametrize("script", ["streamlit_app.py", *PAGES])
@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "eve@else.example"}, "this account may not use this HeartGuard"),
        ({"email": "eve@ward.example", "email_verified": False}, "does not say that the address"),
    ],
)
def test_a_stranger_is_told_which_account_and_can_sign_out(script, claims, why):
    app = opened(ON, account(**claims), script)
    assert headings(app) == ["No access"]
    assert why in text(app)
    assert claims["email"].partition("@")[0] in text(app)
    assert labels(app) == ["Sign out"]


@pytest.mark.parametrize("claims", [READER, {"email": "chief@clinic.example", "name": "Ada Lovelace"}])
def test_who_has_a_role_sees_the_page_and_the_own_name(claims):
    app = opened(ON, account(**claims))
    assert headings(app) == ["Read a paper ECG"]
    assert "Ada Lovelace" in text(app)
    assert labels(app).count("Sign out") == 1
    tab = app.session_state["tab"]
    assert (tab.owner, tab.initials) == (claims["email"].lower(), "AL")


def test_who_signed_in_too_long_ago_is_asked_again():
    old = account(**READER) | {"iat": int(time.time()) - 13 * 3600}
    assert headings(opened(ON, old)) == ["Sign in"]
    assert headings(opened({**ON, "heartguard_access": {**ACCESS, "hours": 14}}, old)) == ["Read a paper ECG"]


@pytest.mark.parametrize(
    ("secrets", "why"),
    [
        ({"auth": AUTH}, "none named"),
        ({"heartguard_access": {}}, "none named"),
        ({**ON, "heartguard_access": {"admin": []}}, "knows no"),
    ],
)
def test_a_sign_in_that_is_set_up_wrongly_lets_nobody_in(secrets, why):
    app = opened(secrets, account(email="chief@clinic.example"))
    assert headings(app) == ["The sign-in is not in order"]
    assert why in text(app)
    assert labels(app) == []


def test_secrets_that_cannot_be_read_let_nobody_in(tmp_path, monkeypatch):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("[auth\n")
    monkeypatch.setattr(st, "get_option", lambda name: [str(tmp_path / ".streamlit" / "secrets.toml")])
    assert headings(opened({})) == ["The sign-in is not in order"]


def test_a_tab_is_taken_up_by_its_owner_alone(monkeypatch):
    left, came = Tab(owner="ada@ward.example"), Tab(owner="eve@ward.example")
    store = session.TabStore()
    store.keep(left)
    state = {"tab": came}
    monkeypatch.setattr(session, "_store", lambda: store)
    monkeypatch.setattr(session, "_session", lambda: "")
    monkeypatch.setattr(st, "session_state", state)
    assert not session.take_up(left.token)
    assert state["tab"] is came
    came.owner = "ada@ward.example"
    assert session.take_up(left.token)
    assert state["tab"] is left


class Trail:
    """Notes who is said to have acted."""

    def __init__(self) -> None:
        self.who: list[str] = []

    def exported(self, reading: str, form: str, *, who: str) -> None:
        self.who.append(who)

    def expire(self) -> int:
        return 0


def test_the_audit_trail_names_the_person_else_the_initials(monkeypatch):
    trail, chosen = Trail(), Chosen("a.png", b"a", "upload")
    monkeypatch.setattr(keeping, "history", lambda: trail)
    monkeypatch.setenv("HEARTGUARD_HISTORY", "on")
    for tab in (Tab(owner="ada@ward.example", initials="XX"), Tab(initials="XX")):
        tab.kept[chosen.place] = "1"
        keeping.note_export(tab, chosen, "pdf")
    assert trail.who == ["ada@ward.example", "XX"]
