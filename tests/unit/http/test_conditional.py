"""Requests that depend on what the client has."""

from datetime import UTC, datetime

import pytest

from trimaran.http import Request, not_modified
from trimaran.http.conditional import MAX_TAGS
from trimaran.http.dates import http_date, parse_http_date

WHEN = datetime(1994, 11, 6, 8, 49, 37, 500_000, tzinfo=UTC)
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT"


def status(method: str = "GET", **headers: str) -> int | None:
    """The status of the short answer to a request for version v7 of 1994."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    request = Request(method, "/", b"", raw, None)  # type: ignore[arg-type]  # no connection is asked
    short = not_modified(request, etag="v7", last_modified=WHEN)
    return None if short is None else short.status_code


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {}, None),
        ("GET", {"if_none_match": '"v7"'}, 304),
        ("HEAD", {"if_none_match": 'W/"v7"'}, 304),
        ("GET", {"if_none_match": '"a", "v7"'}, 304),
        ("GET", {"if_none_match": "*"}, 304),
        ("PUT", {"if_none_match": "*"}, 412),
        ("GET", {"if_none_match": '"v8"', "if_modified_since": DATE}, None),
        ("GET", {"if_none_match": "v7"}, None),
        ("GET", {"if_modified_since": DATE}, 304),
        ("GET", {"if_modified_since": LATER}, 304),
        ("GET", {"if_modified_since": EARLIER}, None),
        ("GET", {"if_modified_since": "yesterday"}, None),
        ("PUT", {"if_modified_since": DATE}, None),
        ("PUT", {"if_match": '"v7"'}, None),
        ("PUT", {"if_match": "*"}, None),
        ("PUT", {"if_match": 'W/"v7"'}, 412),
        ("PUT", {"if_match": '"v6"', "if_unmodified_since": DATE}, 412),
        ("PUT", {"if_unmodified_since": EARLIER}, 412),
        ("PUT", {"if_unmodified_since": DATE}, None),
    ],
)
def test_preconditions(method: str, headers: dict[str, str], expected: int | None) -> None:
    """In the order of RFC 9110, 13.2.2."""
    assert status(method, **headers) == expected


def test_the_short_answer_tells_the_version() -> None:
    """As RFC 9110, 15.4.5, asks for."""
    request = Request("GET", "/", b"", [(b"if-none-match", b'"v7"')], None)  # type: ignore[arg-type]  # no connection is asked
    short = not_modified(request, etag="v7", last_modified=WHEN)
    assert short is not None
    assert dict(short.headers) == {"etag": '"v7"', "last-modified": DATE}
    assert short.body == b""


def test_many_tags_are_not_read() -> None:
    """A header cannot cost more than its bound."""
    tags = ", ".join(['"x"'] * MAX_TAGS)
    assert status(if_none_match=f'{tags}, "v7"') is None
    assert status(if_none_match=f'{tags[5:]}, "v7"') == 304


def test_dates_are_read_as_they_are_written() -> None:
    """And what is no such date is none."""
    for seconds in (0, 784111777, 2**31, 4102444800):
        assert parse_http_date(http_date(seconds)) == seconds
    for text in ("", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", DATE[:-4]):
        assert parse_http_date(text) is None
