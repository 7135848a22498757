"""The person who signed in, from what the sign-in service says of the account (claims of OpenID Connect)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from heartguard.access.rules import RIGHTS, AccessRules, Right, Role, plain_address

__all__ = ["Person", "is_recent", "person_of"]

_MOST_INITIALS = 3
"""Letters of initials: first, middle and last name."""

_CLOCKS_S = 120
"""Seconds that the clocks of the service and of this server may differ: as many as Authlib allows."""


@dataclass(frozen=True)
class Person:
    """An account that signed in.

    Attributes
    ----------
    email : str
        In lower case; empty where the service names none.
    name : str
        As the service gives it, else the address.
    role : Role or None
        None for a stranger.
    verified : bool
        Whether the address counts as verified.
    """

    email: str
    name: str
    role: Role | None
    verified: bool

    def may(self, right: Right) -> bool:
        """Return whether the person has a right.

        Examples
        --------
        >>> Person("ada@clinic.example", "Ada", Role.READER, True).may("delete_history")
        False
        """
        return self.role is not None and right in RIGHTS[self.role]

    @property
    def initials(self) -> str:
        """First letters of the name, or of the address where there is no name.

        Examples
        --------
        >>> Person("ada@clinic.example", "Dr. Ada M. Lovelace", Role.READER, True).initials
        'AML'
        >>> Person("ada.lovelace@clinic.example", "ada.lovelace@clinic.example", Role.READER, True).initials
        'AL'
        """
        name = self.name.partition("@")[0]
        parts = [part for part in re.split(r"[\W_]+", name) if part[:1].isalpha()]
        without = [part for part in parts if part.lower() not in ("dr", "prof", "med")] or parts
        chosen = without if len(without) <= _MOST_INITIALS else [*without[: _MOST_INITIALS - 1], without[-1]]
        return "".join(part[0].upper() for part in chosen)


def person_of(claims: Mapping[str, object], rules: AccessRules) -> Person:
    """Return who signed in.

    Parameters
    ----------
    claims : mapping of str to object
        ``email``, ``email_verified`` and ``name``, as far as the service gives them.
    rules : AccessRules

    Examples
    --------
    >>> rules = AccessRules(readers=frozenset({"ada@clinic.example"}))
    >>> person_of({"email": "Ada@clinic.example", "email_verified": True, "name": "Ada"}, rules).role
    <Role.READER: 'reader'>
    >>> person_of({"email": "ada@clinic.example"}, rules).role is None
    True
    """
    email, name = _text(claims, "email"), _text(claims, "name")
    verified = _is_verified(claims, rules)
    role = rules.role_of(email) if verified else None
    return Person(plain_address(email), name or email or "this account", role, verified)


def is_recent(claims: Mapping[str, object], rules: AccessRules, now: float) -> bool:
    """Return whether somebody signed in within the hours that a sign-in lasts.

    Parameters
    ----------
    claims : mapping of str to object
        ``iat``, when the service said who it is, in seconds since 1970. Without it nobody knows.
    rules : AccessRules
    now : float
        Seconds since 1970.

    Examples
    --------
    >>> is_recent({"iat": 0}, AccessRules(hours=1), 3599), is_recent({"iat": 0}, AccessRules(hours=1), 3600)
    (True, False)
    """
    at = claims.get("iat")
    if isinstance(at, bool) or not isinstance(at, int | float):
        return False
    return -_CLOCKS_S <= now - at < rules.hours * 3600


def _is_verified(claims: Mapping[str, object], rules: AccessRules) -> bool:
    """Return whether an address counts; some services write the word instead of the value."""
    if "email_verified" not in claims:
        return rules.trust_unverified
    said = claims["email_verified"]
    return said is True or (isinstance(said, str) and said.lower() == "true")


def _text(claims: Mapping[str, object], name: str) -> str:
    found = claims.get(name)
    return found.strip() if isinstance(found, str) else ""
