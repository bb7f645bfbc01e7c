"""Query strings."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.errors import HTTPException
from trimaran.http import QueryParams
from trimaran.http.query import MAX_FIELDS, parse_query


@given(st.binary(max_size=200))
def test_agrees_with_the_standard_library(data: bytes) -> None:
    """Any bytes parse, and as ``parse_qsl`` reads them."""
    expected = parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    assert parse_query(data) == expected


def test_plus_is_a_space_and_percent_is_decoded() -> None:
    """``%2B`` is the plus itself; what is no UTF-8 is replaced."""
    assert parse_query(b"a+b=c+d&e=%2B%C3%A9&f=%FF&g") == [
        ("a b", "c d"),
        ("e", "+\u00e9"),
        ("f", "\ufffd"),
        ("g", ""),
    ]


def test_number_of_fields_is_bounded() -> None:
    """A query with more fields than allowed is answered 400."""
    assert len(parse_query(b"&".join([b"a=1"] * MAX_FIELDS))) == MAX_FIELDS
    with pytest.raises(HTTPException, match="400: More than 1000 fields"):
        parse_query(b"&".join([b"a=1"] * (MAX_FIELDS + 1)))


def test_last_value_stands_and_all_are_kept() -> None:
    """It reads as a mapping, and gives every value on request."""
    params = QueryParams("tag=a&tag=b&n=1")
    assert params["tag"] == "b"
    assert params.getlist("tag") == ["a", "b"]
    assert params.multi_items() == [("tag", "a"), ("tag", "b"), ("n", "1")]
    assert dict(params) == {"tag": "b", "n": "1"}
    assert "x" not in params
    assert len(params) == 2


def test_text_and_equality() -> None:
    """Its text is a query again; order does not matter to equality."""
    params = QueryParams({"a": "x y", "b": "&"})
    assert str(params) == "a=x+y&b=%26"
    assert params == QueryParams([("b", "&"), ("a", "x y")])
    assert params != "a=x+y&b=%26"
    assert repr(params) == "QueryParams('a=x+y&b=%26')"
