"""Heads on the wire."""

import pytest

from trimaran.errors import InvalidHeaderError
from trimaran.http.wire import encode_head, status_line


def test_head_is_status_line_and_header_lines() -> None:
    """The empty line that ends a head is left to the server."""
    head = encode_head(200, [(b"content-type", b"text/plain"), (b"x-a", b"1")])
    assert head == b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-a: 1\r\n"


def test_unknown_status_has_an_empty_phrase() -> None:
    """A status that is not registered is sent as given."""
    assert status_line(799) == b"HTTP/1.1 799 \r\n"


@pytest.mark.parametrize("bad", [b"a\r\nx: y", b"a\nb", b"a\rb", b"a\0b"])
@pytest.mark.parametrize("place", ["name", "value"])
def test_nothing_splits_a_head(bad: bytes, place: str) -> None:
    """CR, LF and NUL in a name or a value are refused, whoever put them there."""
    field = (bad, b"v") if place == "name" else (b"x-bad", bad)
    with pytest.raises(
        InvalidHeaderError, match=r"TRI-HTTP-003 Header .* would split the response"
    ):
        encode_head(200, [(b"x-good", b"1"), field])
