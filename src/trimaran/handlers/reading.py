"""What compiled routes take from a request, in forms that cost little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

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


def is_json(value: bytes) -> bool:
    """Whether a Content-Type is ``application/json`` or ``…+json`` (RFC 6839)."""
    if value == b"application/json":
        return True
    media_type = value.partition(b";")[0].strip().lower()
    kind, _, subtype = media_type.partition(b"/")
    return kind == b"application" and (subtype == b"json" or subtype.endswith(b"+json"))


def json_body(request: Request) -> bytes:
    """Return a body that says it is JSON. Raises ``ValueError`` for any other."""
    if is_json(content_type(request.raw_headers)):
        return request.body_bytes
    what = "the body is not JSON"
    raise ValueError(what)


def json_fields(request: Request) -> dict[str, Any]:
    """Return the values of a JSON object, each still encoded."""
    return _decode_object(json_body(request))


def text_body(request: Request) -> str:
    """Return the body as text. Raises ``ValueError`` where it is not UTF-8."""
    return request.body_bytes.decode()


def raw_body(request: Request) -> bytes:
    """Return the body as it came."""
    return request.body_bytes
