"""Roles, what each may do, and whom the operator gave which: a section of the app's secrets.

What is misspelt is refused, never skipped: a name that is not understood could have been meant to keep somebody out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from heartguard.errors import AccessError

__all__ = ["RIGHTS", "SECTION", "AccessRules", "Right", "Role", "access_rules", "plain_address"]

SECTION = "heartguard_access"
"""Name of the section."""

DEFAULT_HOURS = 12.0
"""How long a sign-in lasts where the operator does not say: a long shift. Streamlit's own cookie lasts 30 days."""

Right = Literal["read", "review", "export", "see_history", "delete_history"]


class Role(Enum):
    """What an account is to the app; one without a role is a stranger."""

    READER = "reader"
    ADMIN = "admin"


_READING: frozenset[Right] = frozenset({"read", "review", "export"})

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.READER: _READING,
    Role.ADMIN: _READING | {"see_history", "delete_history"},
}
"""What each role may do."""

_LISTS = ("admins", "readers", "reader_domains")


@dataclass(frozen=True)
class AccessRules:
    """Whom the operator gave which role.

    Attributes
    ----------
    admins, readers : frozenset of str
        E-mail addresses in lower case.
    reader_domains : frozenset of str
        Domains whose addresses are readers, such as ``clinic.example``; their subdomains are not.
    trust_unverified : bool
        Whether an address counts of which the sign-in service does not say whether it is verified.
    hours : float
        How long a sign-in lasts.
    """

    admins: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    reader_domains: frozenset[str] = frozenset()
    trust_unverified: bool = False
    hours: float = DEFAULT_HOURS

    def role_of(self, email: str) -> Role | None:
        """Return the role of an address; None for a stranger.

        Parameters
        ----------
        email : str
            Verified. Letters beyond ASCII get no role: some become others in lower case.

        Examples
        --------
        >>> rules = access_rules({"admins": ["ada@clinic.example"], "reader_domains": ["clinic.example"]})
        >>> rules.role_of("Ada@Clinic.example"), rules.role_of("bo@clinic.example"), rules.role_of("bo@else.example")
        (<Role.ADMIN: 'admin'>, <Role.READER: 'reader'>, None)
        """
        address = plain_address(email)
        name, at, domain = address.partition("@")
        if not (name and at and domain) or "@" in domain:
            return None
        if address in self.admins:
            return Role.ADMIN
        return Role.READER if address in self.readers or domain in self.reader_domains else None


def access_rules(section: object) -> AccessRules:
    """Return the rules that a section of the secrets states.

    Parameters
    ----------
    section : mapping of str to object
        ``admins``, ``readers``, ``reader_domains``: lists of str; ``trust_unverified``: bool; ``hours``: number.

    Raises
    ------
    heartguard.errors.AccessError
        If it is none, names something else, or a value is of another kind. The sentence holds names, never values.

    Examples
    --------
    >>> access_rules({"readers": ["ada@clinic.example"], "hours": 8}).hours
    8.0
    >>> access_rules({"reader": ["ada@clinic.example"]})
    Traceback (most recent call last):
    ...
    heartguard.errors.AccessError: [heartguard_access] knows no 'reader', ... trust_unverified, hours.
    """
    if not isinstance(section, Mapping):
        raise AccessError(f"[{SECTION}] must be a section of the secrets.")
    known = (*_LISTS, "trust_unverified", "hours")
    unknown = sorted(set(section) - set(known))
    if unknown:
        named = ", ".join(repr(name) for name in unknown)
        raise AccessError(f"[{SECTION}] knows no {named}, only {', '.join(known)}.")
    admins, readers, domains = (_addresses(section, name) for name in _LISTS)
    if any("@" not in address for address in admins | readers):
        raise AccessError(f"[{SECTION}]: admins and readers are whole e-mail addresses.")
    domains = frozenset(domain.removeprefix("@") for domain in domains)
    if any("@" in domain or not domain for domain in domains):
        raise AccessError(f"[{SECTION}]: reader_domains are domains, such as clinic.example.")
    return AccessRules(admins, readers, domains, _trust(section), _hours(section))


def plain_address(email: str) -> str:
    """Return an address as it is compared: without spaces around it, in lower case; empty where it is not ASCII."""
    address = email.strip()
    return address.lower() if address.isascii() else ""


def _addresses(section: Mapping[str, object], name: str) -> frozenset[str]:
    found = section.get(name, [])
    if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
        raise AccessError(f'[{SECTION}]: {name} must be a list of texts, such as {name} = ["..."].')
    addresses = [plain_address(each) for each in found]
    if not all(addresses):
        raise AccessError(f"[{SECTION}]: an entry of {name} is empty or has letters beyond ASCII.")
    return frozenset(addresses)


def _trust(section: Mapping[str, object]) -> bool:
    found = section.get("trust_unverified", False)
    if not isinstance(found, bool):
        raise AccessError(f"[{SECTION}]: trust_unverified must be true or false.")
    return found


def _hours(section: Mapping[str, object]) -> float:
    found = section.get("hours", DEFAULT_HOURS)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < float("inf"):
        raise AccessError(f"[{SECTION}]: hours must be a number above 0.")
    return float(found)
