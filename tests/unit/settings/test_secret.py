"""Secrets and settings do not show what they hide."""

from __future__ import annotations

import msgspec
import pytest

from trimaran._internal.redaction import is_sensitive, redact_urls
from trimaran.settings import Secret, Settings


def test_a_secret_is_shown_only_by_reveal() -> None:
    """``repr``, ``str`` and format hide the value; ``reveal`` returns it."""
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret!s:>20}"
    assert secret.reveal() == "hunter2"


def test_secrets_compare_by_value() -> None:
    """Equal values are equal secrets, and no secret equals a bare value."""
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert Secret(3) == Secret(3)


def test_an_empty_secret_is_false() -> None:
    """A secret that holds nothing is falsy, and its ``repr`` says so."""
    assert not Secret("")
    assert repr(Secret("")) == "Secret('')"


def test_json_refuses_a_secret() -> None:
    """An encoder never writes a secret by accident."""
    with pytest.raises(TypeError, match="Secret"):
        msgspec.json.encode(Secret("hunter2"))


def test_settings_hide_passwords_and_secrets_in_repr() -> None:
    """The ``repr`` of settings holds no password of a URL, no secret, no key kept as a string."""

    class Shop(Settings):
        """A shop whose author forgot ``Secret``."""

        api_token: str = "tok_1"

    shop = Shop(database_url="postgresql://ann:hunter2@db/shop", secret_key=Secret("hunter3"))
    for shown in (repr(shop), repr(list(shop.__rich_repr__()))):
        assert "hunter" not in shown
        assert "tok_1" not in shown
        assert "ann" not in shown
        assert "db/shop" in shown


@pytest.mark.parametrize(
    "name",
    ["password", "user_password", "passwd", "API_KEY", "x-api-key", "Authorization", "Set-Cookie",
     "access_token", "secret_key", "csrf_token", "sessionid", "key", "database_url"],
)  # fmt: skip
def test_names_of_secrets_are_recognised(name: str) -> None:
    """Names that usually hold a secret are sensitive, in any case and with hyphens."""
    assert is_sensitive(name)


@pytest.mark.parametrize("name", ["title", "author", "keyboard", "passenger", "monkey", "limit"])
def test_ordinary_names_are_not_hidden(name: str) -> None:
    """Names that merely contain a part of such a word stay readable."""
    assert not is_sensitive(name)


def test_urls_lose_user_and_password() -> None:
    """Credentials in any URL of a text are hidden, the rest of it stays."""
    text = "at redis://:pw@cache/0 and https://example.org/a:b@c"
    assert redact_urls(text) == "at redis://**********@cache/0 and https://example.org/a:b@c"
