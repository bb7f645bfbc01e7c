"""Cookies in and out."""

from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.errors import InvalidHeaderError
from trimaran.http import Response
from trimaran.http.cookies import MAX_COOKIES, format_set_cookie, parse_cookies


def test_pairs_are_read_leniently() -> None:
    """What has no name or no equals sign is skipped, spaces are stripped, the last value stands."""
    assert parse_cookies(["a=1;b = 2 ; ;=x; flag; a=3", "c=x=y"]) == {
        "a": "3",
        "b": "2",
        "c": "x=y",
    }


def test_quoted_values_read_as_http_cookies_writes_them() -> None:
    """Cookies that Django or Starlette set are understood."""
    written = SimpleCookie()
    written["a"] = 'say "hi", \\ there'
    assert parse_cookies([written.output(header="").strip()]) == {"a": 'say "hi", \\ there'}


def test_number_of_cookies_is_bounded() -> None:
    """What comes after the limit is ignored, across several headers too."""
    header = "; ".join(f"c{number}=1" for number in range(MAX_COOKIES + 50))
    assert len(parse_cookies([header, "late=1"])) == MAX_COOKIES


@given(st.lists(st.text()))
def test_no_header_breaks_the_parser(headers: list[str]) -> None:
    """Hostile input gives a dictionary, never an error."""
    assert all(parse_cookies(headers))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=";")))
def test_what_is_set_comes_back(value: str) -> None:
    """Any text without control characters and ';' makes the round trip."""
    if len(value.encode()) < 900:
        pair = format_set_cookie("k", value, path=None, samesite=None)
        assert pair.isascii()
        assert parse_cookies([pair]) == {"k": value}


def test_every_attribute_is_written() -> None:
    """In one order, so that answers are reproducible."""
    response = Response()
    response.set_cookie(
        "__Host-id",
        "v",
        max_age=60,
        expires=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
        secure=True,
        httponly=True,
        samesite="strict",
        partitioned=True,
    )
    assert response.headers["set-cookie"] == (
        "__Host-id=v; Max-Age=60; Expires=Wed, 02 Jan 2030 03:04:05 GMT; Path=/; Secure; HttpOnly; "
        "Partitioned; SameSite=Strict"
    )


def test_deleting_sets_an_expired_cookie() -> None:
    """Browsers delete what is in the past."""
    response = Response()
    response.delete_cookie("id", domain="example.com")
    assert response.headers["set-cookie"] == (
        "id=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Domain=example.com; "
        "SameSite=Lax"
    )


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"key": "a b"}, "the name is not a token"),
    ({"key": ""}, "the name is not a token"),
    ({"key": "k", "value": "a;b"}, "control character or ';'"),
    ({"key": "k", "value": "a\r\nb"}, "control character or ';'"),
    ({"key": "k", "value": "x" * 4096}, "4,097 bytes of 4,096"),
    ({"key": "k", "path": "/;x"}, "path '/;x' holds a character that ends it"),
    ({"key": "k", "domain": "a\n"}, "holds a character that ends it"),
    ({"key": "k", "expires": "x;y"}, "expires 'x;y' holds a character that ends it"),
    ({"key": "k", "samesite": "none"}, "SameSite=None needs Secure. Pass secure=True."),
    ({"key": "k", "samesite": "no"}, "samesite 'no' does not exist"),
    ({"key": "k", "partitioned": True}, "Partitioned needs Secure"),
    ({"key": "__Secure-k"}, "its prefix needs Secure"),
    ({"key": "__Host-k", "secure": True, "domain": "a.b"}, "its prefix forbids Domain"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_cookies_that_would_be_lost_or_split_are_refused(
    arguments: dict[str, Any], message: str
) -> None:
    """The developer hears of it, since the browser would not say."""
    with pytest.raises(InvalidHeaderError, match="TRI-HTTP-005") as caught:
        format_set_cookie(**arguments)
    assert message in str(caught.value)
