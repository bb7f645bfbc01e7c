"""Query strings and headers, read in forms that cost little."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.errors import HTTPException
from trimaran.handlers.reading import content_type, is_json, pick_headers, query_lists, query_values

QUERIES = st.text("ab=&%+2BéE4 ;#/?\u2028", max_size=30)


@given(text=QUERIES)
def test_queries_are_read_as_the_standard_library_reads_them(text: str) -> None:
    """Every query gives what ``parse_qs(keep_blank_values=True)`` gives."""
    data = text.encode()
    expected = parse_qs(text, keep_blank_values=True)
    assert query_lists(data) == expected
    assert query_values(data) == {name: values[-1] for name, values in expected.items()}


@given(data=st.binary(max_size=30))
def test_any_bytes_are_a_query(data: bytes) -> None:
    """Octets that are no text are read too, without an exception."""
    lists = query_lists(data)
    assert query_values(data) == {name: values[-1] for name, values in lists.items()}


@pytest.mark.parametrize("read", [query_values, query_lists])
def test_a_thousand_fields_are_the_limit(read: Any) -> None:
    """The thousand-and-first field is refused."""
    assert read(b"&".join([b"a=1"] * 1000))
    with pytest.raises(HTTPException) as caught:
        read(b"&".join([b"a=1"] * 1001))
    assert caught.value.status_code == 400


def test_wanted_headers_are_picked_in_any_case() -> None:
    """Names match in any case; of a repeated one the first counts; others are left alone."""
    raw = [(b"X-One", b"1"), (b"x-ONE", b"2"), (b"x_one", b"3"), (b"x-two", b"\xe9")]
    found = pick_headers(raw, frozenset({b"x-one", b"x-two"}), frozenset({5}))
    assert found == {b"x-one": "1", b"x-two": "é"}


def test_the_content_type_is_found_in_any_case() -> None:
    """The first Content-Type counts, empty where there is none."""
    assert content_type([(b"accept", b"x"), (b"CONTENT-type", b"a/b")]) == b"a/b"
    assert content_type([]) == b""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"application/json", True),
        (b" APPLICATION/json ; x=y", True),
        (b"application/problem+json", True),
        (b"application/json-seq", False),
        (b"application/xjson", False),
        (b"text/json", False),
        (b"json", False),
        (b"", False),
        (b"x; application/json", False),
        (b"application/json/x", False),
    ],
)
def test_only_json_is_json(value: bytes, expected: bool) -> None:
    """The media type decides, its parameters do not."""
    assert is_json(value) is expected
