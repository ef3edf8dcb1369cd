"""``--role`` from words to settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.commands.roles import parse_roles
from unspoken.errors import UsageError
from unspoken.settings import Settings

ROLES = ["customer", "staff", "bystander", "unknown"]
faces = st.integers(1, 99).map(str) | st.sampled_from(["left", "right", "all"])


@given(st.dictionaries(faces, st.sampled_from(ROLES)))
def test_what_can_be_meant_can_be_said(roles: dict[str, str]) -> None:
    parsed = parse_roles([f"{face}={role}" for face, role in roles.items()])
    assert parsed == roles
    assert Settings(role=parsed).role == roles


def test_a_role_alone_is_meant_for_all() -> None:
    assert parse_roles(["customer"]) == {"all": "customer"}


def test_case_spaces_and_leading_zeros_do_not_matter() -> None:
    assert parse_roles([" Left = Customer ", "01=staff"]) == {"left": "customer", "1": "staff"}


def test_saying_it_twice_is_no_contradiction() -> None:
    assert parse_roles(["1=staff", "1=staff"]) == {"1": "staff"}


@pytest.mark.parametrize("word", ["", "=", "1=", "1=boss", "0=staff", "-1=staff", "nose=staff"])
def test_other_words_are_refused_and_quoted(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_roles([word])
    assert f"--role {word}: " in caught.value.message


@given(st.text(max_size=12))
def test_any_text_is_understood_or_refused(word: str) -> None:
    try:
        parsed = parse_roles([word])
    except UsageError:
        return
    assert set(parsed.values()) <= set(ROLES)
