"""XML of any encoding as a tree, within bounds and without entities."""

from __future__ import annotations

import base64
import binascii
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from numpy.typing import NDArray

from heartguard.errors import DamagedFileError, FileTooLargeError

__all__ = ["attribute", "base64_int16", "child_text", "decoded", "local_name", "number", "parse_xml"]

MAX_XML_BYTES = 16 * 2**20
"""A 12-lead ECG of 10 s at 1000 Hz, written as digits, has 1 MB; the tree takes several times the text."""

MAX_ELEMENTS = 400_000
"""Bounds the tree to about 100 MB; files of the makers have fewer than 10 000 elements."""

MAX_DEPTH = 200
"""Nested elements; the formats nest about fifteen."""


def parse_xml(data: bytes, what: str) -> Element:
    """Return the root of an XML document with local names: namespaces are dropped from the names of elements.

    Parameters
    ----------
    data : bytes
        UTF-8, UTF-16 with or without its mark, or what the declaration says.
    what : str
        Name of the format, for the sentences.

    Raises
    ------
    FileTooLargeError
        With more bytes or elements than the bounds.
    DamagedFileError
        If it is no well-formed XML, or declares entities, which can make a small file endless.
    """
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if len(data) > MAX_XML_BYTES or data.count(b"<") > 2 * MAX_ELEMENTS:
        raise FileTooLargeError(
            f"The {what} is larger than an ECG can be (more than {MAX_XML_BYTES // 2**20} MB or {MAX_ELEMENTS} parts). "
            "Export the ECG of 10 s alone."
        )
    try:
        # The DTD that MUSE names is never fetched; entities, the dangerous part of one, are refused.
        root: Element = ElementTree.fromstring(_with_mark(data), forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise DamagedFileError(
            f"The {what} declares entities, which no recorder writes and which can make a file endless. "
            "Export the ECG again."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise DamagedFileError(f"The {what} is no complete XML: it may be cut off. Fetch the file again.") from error
    _drop_namespaces(root, what)
    return root


def _with_mark(data: bytes) -> bytes:
    """Put the mark of UTF-16 before a text that lacks it, as the parser asks for one."""
    if data.startswith(b"<\x00"):
        return b"\xff\xfe" + data
    return b"\xfe\xff" + data if data.startswith(b"\x00<") else data


def _drop_namespaces(root: Element, what: str) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        for element in level:
            element.tag = local_name(element.tag)
        level = [child for element in level for child in element]
        if not level:
            return
    raise DamagedFileError(f"The {what} nests its parts deeper than any recorder does. Export the ECG again.")


def local_name(tag: object) -> str:
    """Return a name without its namespace."""
    return str(tag).rpartition("}")[2]


def attribute(element: Element, name: str, default: str = "") -> str:
    """Return an attribute by its name without namespace."""
    return next((value for key, value in element.attrib.items() if local_name(key) == name), default)


def child_text(element: Element, path: str, default: str = "") -> str:
    """Return the text of the first element at a path below another, without spaces around it."""
    return (element.findtext(path) or default).strip()


def number(text: str, what: str, name: str) -> float:
    """Return a number of a file.

    Raises
    ------
    DamagedFileError
        If the text is none; the sentence names it.
    """
    try:
        return float(text)
    except ValueError as error:
        raise DamagedFileError(f"The {what} does not state its {name}. Export the ECG again.") from error


def decoded(text: str, what: str) -> bytes:
    """Return the bytes of a text in base64.

    Raises
    ------
    DamagedFileError
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DamagedFileError(f"The samples in the {what} are damaged. Fetch the file again.") from error


def base64_int16(text: str, what: str) -> NDArray[np.int16]:
    """Return the 16-bit samples, low byte first, of a text in base64."""
    data = decoded(text, what)
    if len(data) % 2:
        raise DamagedFileError(f"The samples in the {what} are cut off. Fetch the file again.")
    return np.frombuffer(data, "<i2").astype(np.int16)
