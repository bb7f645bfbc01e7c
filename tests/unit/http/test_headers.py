"""Header fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.errors import InvalidHeaderError
from trimaran.http import Headers, MutableHeaders
from trimaran.http.headers import encode_header
from trimaran.http.wire import encode_head


def test_names_match_in_any_case() -> None:
    """A field is found whatever the case of its name on the wire."""
    headers = Headers(raw=[(b"X-Token", b"one"), (b"x-token", b"two"), (b"Host", b"h")])
    assert headers["x-TOKEN"] == "one"
    assert headers.getlist("X-Token") == ["one", "two"]
    assert "HOST" in headers
    assert list(headers) == ["x-token", "host"]
    assert len(headers) == 2


def test_missing_field_is_a_key_error() -> None:
    """It reads as a mapping does."""
    headers = Headers({"a": "1"})
    assert headers.get("b", "none") == "none"
    assert 3 not in headers
    with pytest.raises(KeyError, match="b"):
        headers["b"]


def test_setting_replaces_every_field_of_the_name() -> None:
    """One field is left, at the first one's place."""
    raw = [(b"X-A", b"1"), (b"b", b"2"), (b"x-a", b"3")]
    headers = MutableHeaders(raw=raw)
    headers["X-a"] = "9"
    assert raw == [(b"x-a", b"9"), (b"b", b"2")]


def test_adding_keeps_the_others_and_deleting_removes_all() -> None:
    """``add`` is for fields that may repeat."""
    headers = MutableHeaders({"x-a": "1"})
    headers.add("X-A", "2")
    assert headers.multi_items() == [("x-a", "1"), ("x-a", "2")]
    del headers["X-A"]
    assert headers.raw == []
    with pytest.raises(KeyError):
        del headers["x-a"]


def test_vary_names_each_header_once() -> None:
    """Adding a name that stands there changes nothing."""
    headers = MutableHeaders()
    headers.add_vary_header("Cookie")
    headers.add_vary_header("accept")
    headers.add_vary_header("cookie")
    assert headers["vary"] == "Cookie, accept"


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0", "a\x7f", "a\x0b", "\u0142"])
def test_values_with_control_characters_are_refused(value: str) -> None:
    """So are characters that no header can carry."""
    with pytest.raises(InvalidHeaderError, match=r"TRI-HTTP-003 .*'x-a' holds characters"):
        MutableHeaders()["x-a"] = value


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\n", "é", "a/b"])
def test_names_that_are_no_tokens_are_refused(name: str) -> None:
    """RFC 9110, 5.6.2."""
    with pytest.raises(InvalidHeaderError, match=r"TRI-HTTP-003 Header name .* is not a token"):
        encode_header(name, "1")


@pytest.mark.parametrize("name", ["content-length", "Transfer-Encoding", "Date"])
def test_framing_belongs_to_the_server(name: str) -> None:
    """Setting such a header is refused; among many, copied from elsewhere, it is left out."""
    with pytest.raises(InvalidHeaderError, match=r"TRI-HTTP-004 .* belongs to the server"):
        MutableHeaders()[name] = "1"
    assert Headers({name: "1", "x": "2"}).multi_items() == [("x", "2")]


@given(st.text(), st.text())
def test_what_is_accepted_makes_one_line(name: str, value: str) -> None:
    """Whatever passes the check cannot change the message."""
    try:
        field = encode_header(name, value)
    except InvalidHeaderError:
        return
    assert encode_head(200, [field]).count(b"\r\n") == 2
