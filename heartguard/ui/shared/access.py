"""The sign-in in the app: off unless the operator's secrets set it up, and then in front of every page.

Streamlit's ``st.login`` does it by OpenID Connect; what an account may is said by `heartguard.access`. Secrets that are
set up by half, or not understood, let nobody in: an operator who wrote them did not want an open app.
"""

from __future__ import annotations

import html
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitAuthError, StreamlitSecretNotFoundError

from heartguard.access import SECTION, AccessRules, Person, access_rules, is_recent, person_of
from heartguard.errors import AccessError
from heartguard.sessions import log_surprise
from heartguard.ui.shared.session import belong_to
from heartguard.ui.shared.words import escape_markdown

__all__ = ["let_in", "show_account", "signed_in"]

_AUTH = "auth"
"""Section of the secrets with the sign-in service, by Streamlit's name."""

_SERVICE = "client_id"
"""What a section has that names a service: Streamlit lets there be several, each in a section within its own."""

_DOOR_PX = 520
"""Width of what stands in place of a page: a line of some 70 letters."""


def let_in(place: DeltaGenerator) -> None:
    """Return where the page may be shown; else show in its place how to sign in, or why not, and end the run.

    Parameters
    ----------
    place : DeltaGenerator
        Where the page would be.
    """
    try:
        rules = _rules()
        person = None if rules is None else _person(rules)
    except AccessError as error:
        _refuse(place, error)
    if rules is None:
        return
    if person is None:
        _ask(place)
    elif not person.may("read"):
        _turn_away(place, person)
    else:
        belong_to(person.email, person.initials)


def signed_in() -> Person | None:
    """Return who signed in; None without a sign-in, or where nobody has."""
    try:
        rules = _rules()
    except AccessError:
        return None
    return None if rules is None else _person(rules)


def show_account(*, aside: bool) -> None:
    """Show who signed in, and the way out; nothing without a sign-in.

    Parameters
    ----------
    aside : bool
        Whether it must be moved to the right end of the row, as nothing else is there.
    """
    person = signed_in()
    if person is None:
        return
    if aside:
        st.space("stretch")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content", key="account"):
        st.html(f'<span class="hg-account">{html.escape(person.name)}</span>', width="content")
        _sign_out("tertiary")


def _rules() -> AccessRules | None:
    """Return the rules; None where the sign-in is off.

    Raises
    ------
    AccessError
        If it is set up by half or wrongly.
    """
    try:
        sections: Mapping[str, object] = {name: st.secrets[name] for name in (_AUTH, SECTION) if name in st.secrets}
    except StreamlitSecretNotFoundError as error:
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            raise AccessError("The secrets cannot be read.") from error
        return None
    if not sections:
        return None
    if len(sections) < 2:
        (there,) = sections
        missing = SECTION if there == _AUTH else _AUTH
        raise AccessError(f"The secrets have a section [{there}], and none named [{missing}].")
    if find_spec("authlib") is None or find_spec("httpx") is None:
        raise AccessError("The sign-in needs its extra: pip install 'heartguard[signin]'.")
    return access_rules(sections[SECTION])


def _person(rules: AccessRules) -> Person | None:
    """Return who signed in, not too long ago."""
    claims = st.user.to_dict()
    if claims.get("is_logged_in") is not True or not is_recent(claims, rules, time.time()):
        return None
    return person_of(claims, rules)


def _ask(place: DeltaGenerator) -> NoReturn:
    with _door(place, "Sign in"):
        st.markdown("This HeartGuard is open to the people whom its operator named.")
        for provider in _providers():
            name = "Sign in" if provider is None else f"Sign in by {escape_markdown(provider)}"
            if st.button(name, type="primary", icon=":material/login:", key=f"sign-in-{provider}"):
                _sign_in(provider)
    st.stop()


def _providers() -> list[str | None]:
    """Return the names of the services; None alone for the one that needs no name."""
    auth = st.secrets[_AUTH]
    named = [name for name, value in auth.items() if isinstance(value, Mapping) and _SERVICE in value]
    return [None] if _SERVICE in auth or not named else [*named]


def _sign_in(provider: str | None) -> None:
    try:
        st.login(provider)
    except StreamlitAuthError as error:
        log_surprise(error)
        st.warning(
            "The sign-in cannot begin: the section [auth] of the secrets is not complete. Tell who runs this server.",
            icon=":material/report:",
        )


def _turn_away(place: DeltaGenerator, person: Person) -> NoReturn:
    """Tell a stranger which account was taken, and why it is not let in."""
    account = f"<strong>{html.escape(person.email or person.name)}</strong>"
    if not person.verified:
        why = f"The sign-in service does not say that the address {account} is verified, so it does not count."
    else:
        why = f"You are signed in as {account}, and this account may not use this HeartGuard."
    with _door(place, "No access"):
        # No Markdown, which makes links of addresses.
        st.html(f'<p class="hg-door">{why} Ask who runs this server, or sign out and take another account.</p>')
        _sign_out("secondary")
    st.stop()


def _sign_out(kind: Literal["secondary", "tertiary"]) -> None:
    st.button("Sign out", type=kind, icon=":material/logout:", on_click=st.logout, key="sign-out")


def _door(place: DeltaGenerator, title: str) -> DeltaGenerator:
    """Return a container in place of the page, under its heading."""
    st.set_page_config(page_title=f"{title} · HeartGuard")
    inner = place.container(width=_DOOR_PX, gap="small", key="door")
    inner.html(f'<h1 class="hg-title">{html.escape(title)}</h1>')
    return inner


def _refuse(place: DeltaGenerator, error: AccessError) -> NoReturn:
    """Tell what the operator has to mend: names of settings, none of their values."""
    door = _door(place, "The sign-in is not in order")
    door.markdown(f"Nobody is let in until who runs this server has mended it. {escape_markdown(str(error))}")
    st.stop()
