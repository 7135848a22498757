"""Who gets which role, and what each may do."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from heartguard.access import RIGHTS, AccessRules, Person, Right, Role, access_rules, is_recent, person_of
from heartguard.errors import AccessError

RULES = access_rules(
    {"admins": ["Chief@clinic.example"], "readers": ["guest@else.example"], "reader_domains": ["@Ward.example"]}
)


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("chief@clinic.example", Role.ADMIN),
        ("CHIEF@Clinic.Example", Role.ADMIN),
        (" guest@else.example ", Role.READER),
        ("any.body@WARD.example", Role.READER),
        ("other@clinic.example", None),
        ("nurse@sub.ward.example", None),
        ("nurse@ward.example.evil.example", None),
        ("nurse@evilward.example", None),
        ("evil@evil.example@ward.example", None),
        ("@ward.example", None),
        ("chief", None),
        ("", None),
        # The Kelvin sign is an ordinary k in lower case, and then another address.
        ("any\u212a@ward.example", None),
    ],
)
def test_who_has_which_role(email: str, role: Role | None) -> None:
    assert RULES.role_of(email) is role


@pytest.mark.parametrize(
    ("said", "trust", "counts"),
    [
        ({"email_verified": True}, False, True),
        ({"email_verified": "true"}, False, True),
        ({"email_verified": False}, False, False),
        ({"email_verified": "false"}, False, False),
        ({"email_verified": 1}, False, False),
        ({"email_verified": None}, True, False),
        ({}, False, False),
        ({}, True, True),
        # What the service denies the operator cannot allow.
        ({"email_verified": False}, True, False),
    ],
)
def test_an_address_counts_only_if_the_service_verified_it(said: dict[str, Any], trust: bool, counts: bool) -> None:
    rules = AccessRules(readers=frozenset({"ada@clinic.example"}), trust_unverified=trust)
    person = person_of({"email": "Ada@clinic.example", "name": "Ada", **said}, rules)
    assert (person.role is Role.READER) is counts
    assert person.verified is counts
    assert person.may("read") is counts


def test_a_reader_reads_reviews_and_exports_and_an_admin_sees_and_deletes_the_history_too() -> None:
    assert RIGHTS[Role.READER] == {"read", "review", "export"}
    assert RIGHTS[Role.ADMIN] == set(get_args(Right))
    stranger = Person("a@b.example", "A", None, True)
    assert not any(stranger.may(right) for right in get_args(Right))


def test_without_rules_everybody_is_a_stranger() -> None:
    assert access_rules({}) == AccessRules()
    assert person_of({"email": "a@b.example", "email_verified": True}, AccessRules()).role is None


@pytest.mark.parametrize(
    ("section", "word"),
    [
        ({"admin": ["a@b.example"]}, "knows no 'admin'"),
        ({"admins": "a@b.example"}, "admins must be a list"),
        ({"readers": [1]}, "readers must be a list"),
        ({"readers": ["ward.example"]}, "whole e-mail addresses"),
        ({"reader_domains": ["a@ward.example"]}, "reader_domains are domains"),
        ({"reader_domains": ["@"]}, "reader_domains are domains"),
        ({"reader_domains": [""]}, "entry of reader_domains is empty"),
        ({"trust_unverified": "yes"}, "trust_unverified must be true or false"),
        ({"hours": 0}, "hours must be a number above 0"),
        ({"hours": True}, "hours must be a number above 0"),
        ("a@b.example", "must be a section"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(section: object, word: str) -> None:
    with pytest.raises(AccessError, match=word):
        access_rules(section)


@pytest.mark.parametrize(
    ("claims", "recent"),
    [
        ({"iat": 1_000_000}, True),
        ({"iat": 1_000_000 - 2 * 3600}, False),
        ({"iat": 1_000_100}, True),
        ({"iat": 1_000_400}, False),
        ({"iat": "1000000"}, False),
        ({}, False),
    ],
)
def test_a_sign_in_lasts_its_hours(claims: dict[str, Any], recent: bool) -> None:
    assert is_recent(claims, AccessRules(hours=2), 1_000_000) is recent


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ada Lovelace", "AL"),
        ("Prof. Dr. med. Ada Lovelace", "AL"),
        ("Ada Maria Bo Lovelace", "AML"),
        ("Årud Öst", "ÅÖ"),
        ("ada_lovelace@clinic.example", "AL"),
        ("42", ""),
    ],
)
def test_initials_are_first_letters(name: str, initials: str) -> None:
    assert Person("a@b.example", name, Role.READER, True).initials == initials


def test_an_account_without_name_or_address_is_a_stranger_that_can_be_named() -> None:
    person = person_of({"email": None, "email_verified": True}, RULES)
    assert (person.email, person.name, person.role) == ("", "this account", None)
