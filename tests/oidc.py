"""A sign-in service for tests: OpenID Connect on a free port of this machine, with accounts to choose from by a click.

It does what a real service does with a code, a state, a nonce, PKCE and RS256; nothing in it is a secret.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, CLIENT_SECRET = "heartguard", "of-the-tests-only"


class Service:
    """A sign-in service.

    Parameters
    ----------
    accounts : mapping of str to dict
        What it says of each account, by the words on its link.
    """

    def __init__(self, accounts: Mapping[str, dict[str, Any]]) -> None:
        self.accounts = accounts
        self.key = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256", "kid": "test"})
        self.codes: dict[str, tuple[str, dict[str, str]]] = {}
        self.tokens: dict[str, str] = {}
        self.signed_out: list[dict[str, str]] = []
        self.issuer = ""

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def choices(self, asked: dict[str, str]) -> str:
        """Return the page on which an account is chosen."""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        query = urlencode(asked)
        links = [
            f'<li><a href="/chosen?account={quote(name)}&{html.escape(query)}">{name}</a>' for name in self.accounts
        ]
        return f"<!doctype html><title>Accounts</title><h1>Accounts</h1><ul>{''.join(links)}</ul>"

    def chosen(self, asked: dict[str, str]) -> str:
        """Return where the browser goes with the code of an account."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked.pop("account"), asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the tokens of a code, once; None where anything of the request is wrong."""
        account, asked = self.codes.pop(given.get("code", ""), ("", {}))
        client = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (
            account
            and authorization == f"Basic {client}"
            and given.get("redirect_uri") == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not right:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": account, "aud": CLIENT, "iat": now, "exp": now + 600}
        claims |= {"nonce": asked["nonce"], **self.accounts[account]}
        token = secrets.token_urlsafe(16)
        self.tokens[token] = account
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)
        return {"access_token": token, "token_type": "Bearer", "expires_in": 600, "id_token": signed}

    def user(self, authorization: str) -> dict[str, Any] | None:
        account = self.tokens.get(authorization.removeprefix("Bearer "))
        return None if account is None else {"sub": account, **self.accounts[account]}


@contextlib.contextmanager
def serve(accounts: Mapping[str, dict[str, Any]]) -> Iterator[Service]:
    """Run a service; yields it with its address as ``issuer``."""
    service = Service(accounts)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            match address.path:
                case "/.well-known/openid-configuration":
                    self.give(service.metadata())
                case "/jwks":
                    self.give({"keys": [service.key.as_dict(private=False)]})
                case "/authorize":
                    self.send(200, "text/html", service.choices(asked))
                case "/chosen":
                    self.lead(service.chosen(asked))
                case "/userinfo":
                    self.give(service.user(self.headers.get("Authorization", "")))
                case "/logout":
                    service.signed_out.append(asked)
                    self.lead(asked["post_logout_redirect_uri"])
                case _:
                    self.send(404, "text/plain", "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            self.give(service.exchange(given, self.headers.get("Authorization", "")))

        def give(self, what: dict[str, Any] | None) -> None:
            self.send(400 if what is None else 200, "application/json", json.dumps(what or {"error": "invalid_grant"}))

        def lead(self, where: str) -> None:
            self.send_response(302)
            self.send_header("Location", where)
            self.end_headers()

        def send(self, status: int, kind: str, text: str) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
