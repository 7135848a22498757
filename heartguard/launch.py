"""``heartguard app``: serve the app to this computer's browser.

The look and the limits of the app stand in ``.streamlit/config.toml`` beside its script, in a wheel as in a checkout,
and Streamlit reads them there whatever the working directory. The address is set here and not in that file, which also
rules where the app must answer from outside: on Streamlit Community Cloud and in a container.
"""

from __future__ import annotations

import argparse
import socket

from heartguard.errors import AddressError
from heartguard.resources import shipped

__all__ = ["HOST", "MAX_PORT", "PORT", "add_arguments", "run", "serve", "streamlit_arguments"]

HOST = "127.0.0.1"
"""This computer alone: the app asks nobody to sign in unless its operator switched that on."""

PORT = 8501
"""Streamlit's own, so that addresses in its documentation hold here."""

MAX_PORT = 65535
"""Ports have 16 bits."""

_EVERYWHERE = ("0.0.0.0", "::")  # nosec B104
"""Hosts that mean every network of this computer; no browser opens these."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--host",
        type=_host,
        default=HOST,
        help=f"address to listen on (default: {HOST}, this computer alone); 0.0.0.0 lets others in, whom nobody asks "
        "to sign in unless that was switched on",
    )
    parser.add_argument("--port", type=_port, default=PORT, help=f"port to listen on (default: {PORT})")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    serve(args.host, args.port)
    return 0


def serve(host: str = HOST, port: int = PORT) -> None:
    """Serve the app until it is stopped.

    Raises
    ------
    AddressError
        If the address cannot be listened on.
    """
    _check_address(host, port)
    print(f"HeartGuard opens at http://{_named(host)}:{port} (Ctrl+C stops it).", flush=True)
    from streamlit.web.cli import main

    main(streamlit_arguments(host, port), prog_name="streamlit", standalone_mode=False)


def streamlit_arguments(host: str, port: int) -> list[str]:
    """Return the arguments for Streamlit's command line."""
    return [
        "run",
        str(shipped("streamlit_app.py")),
        f"--server.address={host}",
        f"--server.port={port}",
        # Without the browser's address a start without a display asks checkip.amazonaws.com for this computer's own.
        f"--browser.serverAddress={_named(host)}",
        "--logger.hideWelcomeMessage=true",
    ]


def _named(host: str) -> str:
    """Return a host as a browser on this computer wants it."""
    if host in _EVERYWHERE:
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _check_address(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise AddressError(
            f"The app cannot be served at {host}, port {port}: another program, perhaps another HeartGuard, listens "
            "there, or the address is not this computer's. Close that one, or choose another with --port or --host."
        ) from error


def _host(text: str) -> str:
    if text.strip():
        return text
    raise argparse.ArgumentTypeError("it is empty, which would let everybody in; 0.0.0.0 says so in words")


def _port(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= MAX_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; ports count from 1 to {MAX_PORT}")
