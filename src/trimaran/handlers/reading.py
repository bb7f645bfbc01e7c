"""What compiled routes take from a request, in forms that cost little."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.http.media_type import parse_media_type
from trimaran.http.query import MAX_FIELDS, parse_query

if TYPE_CHECKING:
    from trimaran.http import Request
    from trimaran.types import RawHeaders

_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def query_values(data: bytes) -> dict[str, str]:
    """Return the fields of a query, of a repeated name the last.

    Raises ``HTTPException`` 400 for too many of them.
    """
    if not data:
        return {}
    if not data.isascii():
        return dict(parse_query(data))
    text = data.decode()
    if "%" in text or (len(text) >= MAX_FIELDS and text.count("&") >= MAX_FIELDS):
        return dict(parse_query(data))
    if "+" in text:
        text = text.replace("+", " ")
    found: dict[str, str] = {}
    for piece in text.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            found[name] = value
    return found


def query_lists(data: bytes) -> dict[str, list[str]]:
    """Return the fields of a query, every value of each name in order."""
    found: dict[str, list[str]] = {}
    for name, value in parse_query(data):
        found.setdefault(name, []).append(value)
    return found


def pick_headers(
    raw: RawHeaders, wanted: frozenset[bytes], lengths: frozenset[int]
) -> dict[bytes, str]:
    """Return the values of the wanted headers, by lower-case name, the first each.

    lengths: those of the wanted names, so that the others cost little
    """
    found: dict[bytes, str] = {}
    for name, value in raw:
        if len(name) in lengths:
            lower = name.lower()
            if lower in wanted and lower not in found:
                found[lower] = value.decode("latin-1")
    return found


def content_type(raw: RawHeaders) -> bytes:
    """Return the value of Content-Type, empty where there is none."""
    for name, value in raw:
        if len(name) == 12 and (name == b"Content-Type" or name.lower() == b"content-type"):
            return value
    return b""


MAX_MEDIA_TYPE = 256
"""Bytes of a Content-Type; a longer one is no JSON's."""


def is_json(value: bytes) -> bool:
    """Whether a Content-Type is ``application/json`` or ``…+json`` (RFC 6839)."""
    return len(value) <= MAX_MEDIA_TYPE and _is_json(value)


@lru_cache(maxsize=256)
def _is_json(value: bytes) -> bool:
    essence = parse_media_type(value.decode("latin-1")).essence
    kind, _, subtype = essence.partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))


def json_body(request: Request) -> bytes:
    """Return a body that says it is JSON. Raises ``ValueError`` for any other.

    Also for one that is compressed, which the careful way inflates.
    """
    kind = b""
    for name, value in request.raw_headers:
        size = len(name)
        if size == 12:
            if not kind and name.lower() == b"content-type":
                kind = value
        elif size == 16 and name.lower() == b"content-encoding":
            what = "the body is compressed"
            raise ValueError(what)
    if kind == b"application/json" or is_json(kind):
        return request.body_bytes
    what = "the body is not JSON"
    raise ValueError(what)


def json_fields(request: Request) -> dict[str, Any]:
    """Return the values of a JSON object, each still encoded."""
    return _decode_object(json_body(request))


def text_body(request: Request) -> str:
    """Return the body as text. Raises ``ValueError`` where it is not UTF-8."""
    return raw_body(request).decode()


def raw_body(request: Request) -> bytes:
    """Return the body as it came. Raises ``ValueError`` for one that is compressed."""
    if "content-encoding" in request.headers:
        what = "the body is compressed"
        raise ValueError(what)
    return request.body_bytes
