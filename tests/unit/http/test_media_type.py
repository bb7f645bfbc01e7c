"""Content types taken apart."""

import pytest

from trimaran.http.media_type import parse_media_type


@pytest.mark.parametrize(
    ("value", "essence", "params"),
    [
        ("application/json", "application/json", {}),
        (" Text/HTML ; Charset=utf-8", "text/html", {"charset": "utf-8"}),
        ('a/b;x="1;\\"2";y=z', "a/b", {"x": '1;"2', "y": "z"}),
        ("a/b; x=1; x=2", "a/b", {"x": "1"}),
        ("a/b;", "a/b", {}),
    ],
)
def test_media_types(value: str, essence: str, params: dict[str, str]) -> None:
    """Names in lower case, values unquoted, the first of a repeated parameter."""
    assert parse_media_type(value) == (essence, params)


@pytest.mark.parametrize(
    "value", ["", "json", "a/b c", "a/b; x", "a/b; x=1 2", 'a/b; x="1', "a/b, c/d", "a/b;;x=1"]
)
def test_malformed_media_types_are_none(value: str) -> None:
    """A trick in a Content-Type cannot make one body two things."""
    assert parse_media_type(value) == ("", {})
