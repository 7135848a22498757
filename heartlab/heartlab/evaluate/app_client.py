"""A client of the app: what a browser says to Streamlit, without drawing anything, so that twenty fit on two cores."""

from __future__ import annotations

import html
import re
import time
import urllib.request
import uuid
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

__all__ = ["WAIT_S", "AppClient", "AppError", "Strip"]

WAIT_S = 600.0
"""Longest wait for an answer: the last of twenty sessions waits for nineteen readings of up to 6 s each on two idle
cores (load.csv), for five times as long where the machine is busy."""

_XSRF = "_streamlit_xsrf"
"""Cookie that an upload must name in a header too."""

_GONE = "The server closed the connection."

_STRIP = re.compile(r'class="hg-strip".*?<h1>(?P<name>.*?)</h1>.*?<span>(?P<rate>\d+)/min</span>')
"""The strip of an ECG that was read, with its name and its rate (`heartguard.ui.shared.frame`)."""


class AppError(Exception):
    """The app showed an error in place of the page, or its server is gone."""


class Strip(NamedTuple):
    """What the strip says of the open ECG."""

    name: str
    rate_bpm: int


class AppClient:
    """One session of the app.

    Parameters
    ----------
    address : str
        Such as ``http://127.0.0.1:8501``.
    wait_s : float
        Longest wait for anything.

    Raises
    ------
    AppError, OSError
        Here and by every method: if the app shows an error, or the server is gone or does not answer in time.
    """

    def __init__(self, address: str, wait_s: float = WAIT_S) -> None:
        from websockets.exceptions import InvalidHandshake
        from websockets.sync.client import connect

        self._address, self._wait_s = address, wait_s
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=wait_s) as answer:
            cookies = SimpleCookie(answer.headers.get("Set-Cookie", ""))
        self._token = cookies[_XSRF].value if _XSRF in cookies else ""
        try:
            self._socket = connect(
                f"{address.replace('http', 'ws', 1)}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                additional_headers={"Cookie": f"{_XSRF}={self._token}"},
                max_size=None,
                open_timeout=wait_s,
                ping_interval=None,  # a server that has no time to answer at once is not gone
            )
        except InvalidHandshake as error:
            raise AppError(_GONE) from error
        self._urls: Any = None
        self._pages: dict[str, str] = {}
        self._page = self._query = self._session = ""
        self._widgets: dict[str, str] = {}
        self._polls: dict[str, list[float]] = {}
        """Next moment and interval of each fragment that runs by itself."""
        self.strip: Strip | None = None
        self.texts: list[str] = []
        """What the page says since it was asked for last."""
        self.run()

    def close(self) -> None:
        """Close the tab."""
        self._socket.close()

    def run(self, **widgets: Any) -> None:
        """Run the page; a widget is given by its key, with True where it is clicked."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        self._polls.clear()
        message = BackMsg()
        self._address_of(message)
        for key, value in widgets.items():
            state = message.rerun_script.widget_states.widgets.add(id=self._widgets[key])
            if value is True:
                state.trigger_value = True
            else:
                state.file_uploader_state_value.uploaded_file_info.add(
                    file_id=value.file_id, name=value.name, size=value.size, file_urls=value.urls
                )
        self._send(message)

    def upload(self, name: str, data: bytes) -> None:
        """Give a file to the first screen."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        key = self.wait(lambda: next((key for key in self._widgets if key.startswith("upload-")), None))
        message, request = BackMsg(), uuid.uuid4().hex
        message.file_urls_request.request_id = request
        message.file_urls_request.session_id = self._session
        message.file_urls_request.file_names.append(name)
        self._urls = None
        self._send(message)
        urls = self.wait(lambda: self._urls)
        self._put(urls.upload_url, name, data)
        self.run(**{key: _Uploaded(urls.file_id, name, len(data), urls)})

    def click(self, key: str) -> None:
        """Click a button by its key, once it is there."""
        self.run(**{self.wait(lambda: next((known for known in self._widgets if known.startswith(key)), None)): True})

    def open(self, page: str) -> None:
        """Go to another page of the app by its name in the address, with the open ECG."""
        self._page = self._pages[page]
        self._widgets.clear()
        self.texts.clear()
        self.run()

    def wait(self, found: Callable[[], Any]) -> Any:
        """Listen, and look at progress as the browser does, until something is found; return it.

        Raises
        ------
        TimeoutError
            If it does not come.
        """
        until = time.monotonic() + self._wait_s
        while not (what := found()):
            now = time.monotonic()
            if now > until:
                raise TimeoutError(f"The app did not answer for {self._wait_s:.0f} s: {self.texts[-3:]}")
            for fragment, poll in self._polls.items():
                if poll[0] <= now:
                    poll[0] = now + poll[1]
                    self._poll(fragment)
            self._listen(min([poll[0] for poll in self._polls.values()] + [now + 1]) - now)
        return what

    def forget(self) -> None:
        """Go back to the first screen."""
        self.click("another")
        self.strip = None
        self._widgets.clear()
        self.wait(lambda: any(key.startswith("upload-") for key in self._widgets))

    def _poll(self, fragment: str) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        self._address_of(message)
        message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
        self._send(message)

    def _send(self, message: Any) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            self._socket.send(message.SerializeToString())
        except ConnectionClosed as error:
            raise AppError(_GONE) from error

    def _address_of(self, message: Any) -> None:
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.context_info.url = self._address

    def _put(self, path: str, name: str, data: bytes) -> None:
        border = uuid.uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={border}",
            "X-Xsrftoken": self._token,
            "Cookie": f"{_XSRF}={self._token}",
        }
        body = head + data + f"\r\n--{border}--\r\n".encode()
        request = urllib.request.Request(f"{self._address}{path}", data=body, headers=headers, method="PUT")
        urllib.request.urlopen(request, timeout=self._wait_s).close()

    def _listen(self, seconds: float) -> None:
        """Take the next message that comes within so many seconds."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
        from websockets.exceptions import ConnectionClosed

        try:
            data = self._socket.recv(timeout=max(seconds, 0.001))
        except TimeoutError:
            return
        except ConnectionClosed as error:
            raise AppError(_GONE) from error
        message = ForwardMsg()
        message.ParseFromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id
            self._page = self._page or message.new_session.main_script_hash
        elif kind == "navigation":
            self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            interval = float(message.auto_rerun.interval)
            self._polls[message.auto_rerun.fragment_id] = [time.monotonic() + interval, interval]
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._polls.pop(fragment, None)
        elif kind == "file_urls_response":
            self._urls = message.file_urls_response.file_urls[0]
        elif kind == "delta":
            self._element(message.delta.new_element)

    def _element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind in ("button", "file_uploader"):
            identity = getattr(element, kind).id
            self._widgets[identity.split("-", 2)[-1]] = identity  # $$ID-digest-key
        elif kind == "exception":
            raise AppError(f"The app shows an error: {element.exception.type} {element.exception.message}")
        elif kind in ("html", "markdown"):
            text = getattr(element, kind).body
            self.texts.append(text)
            found = _STRIP.search(text)
            if found:
                self.strip = Strip(html.unescape(found["name"]), int(found["rate"]))


class _Uploaded(NamedTuple):
    file_id: str
    name: str
    size: int
    urls: Any
