"""Requests that depend on what the client has already (RFC 9110, 13)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trimaran.http.dates import http_date, parse_http_date
from trimaran.http.response import Response

if TYPE_CHECKING:
    from trimaran.http.request import Request

_TAG = re.compile(r'[ \t]*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?:,|$)')
MAX_TAGS = 100
"""Entity tags of one header beyond this many are not looked at."""


def not_modified(
    request: Request,
    *,
    etag: str | None = None,
    last_modified: datetime | float | None = None,
) -> Response | None:
    """Return a 304 or 412 for a client that need not get the answer; else None.

    etag:          names the state of what would be sent: ``"v7"`` or ``W/"v7"``; quotes are added
    last_modified: a date, or seconds since the epoch

    ::

        if (short := not_modified(request, etag=film.version)) is not None:
            return short
    """
    tag = None if etag is None else quoted_tag(etag)
    seconds = _seconds(last_modified)
    status = precondition_status(request, etag=tag, last_modified=seconds)
    if status is None:
        return None
    headers = {} if tag is None else {"etag": tag}
    if seconds is not None:
        headers["last-modified"] = http_date(seconds)
    return Response(None, status, headers)


def quoted_tag(etag: str) -> str:
    """Return an entity tag with its quotes."""
    return etag if etag.endswith('"') and etag.startswith(('"', 'W/"')) else f'"{etag}"'


def precondition_status(
    request: Request, *, etag: str | None, last_modified: float | None
) -> int | None:
    """Return 304, 412, or None where the request is to be answered (RFC 9110, 13.2.2)."""
    headers = request.headers
    reads = request.method in ("GET", "HEAD")
    if (wanted := headers.get("if-match")) is not None:
        if not _matches(wanted, etag, weak=False):
            return 412
    elif last_modified is not None:
        since = parse_http_date(headers.get("if-unmodified-since", ""))
        if since is not None and int(last_modified) > since:
            return 412
    if (known := headers.get("if-none-match")) is not None:
        if _matches(known, etag, weak=True):
            return 304 if reads else 412
    elif last_modified is not None and reads:
        since = parse_http_date(headers.get("if-modified-since", ""))
        if since is not None and int(last_modified) <= since:
            return 304
    return None


def range_applies(header: str | None, *, etag: str, last_modified: float) -> bool:
    """Whether an ``If-Range`` lets the request's ``Range`` count (RFC 9110, 13.1.5)."""
    if header is None:
        return True
    if '"' in header:
        return header.strip() == etag and not etag.startswith("W/")
    return parse_http_date(header) == int(last_modified)


def _matches(header: str, etag: str | None, *, weak: bool) -> bool:
    """Whether a list of entity tags names this one; ``*`` names any that exists."""
    if header.strip() == "*":
        return True
    if etag is None or (not weak and etag.startswith("W/")):
        return False
    place = 0
    for _ in range(MAX_TAGS):
        found = _TAG.match(header, place)
        if found is None:
            return False
        tag = found[1].removeprefix("W/") if weak else found[1]
        if tag == (etag.removeprefix("W/") if weak else etag):
            return True
        place = found.end()
    return False


def _seconds(moment: datetime | float | None) -> float | None:
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return moment
