"""Look-ups in JSON documents that SQLite lacks, in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

_decode = msgspec.json.decode


def _at(document: str | None, path: str) -> str | None:
    """Return the part of a document that a list of keys leads to, as JSON."""
    if document is None:
        return None
    here = _decode(document)
    for key in _decode(path):
        if isinstance(here, dict) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isdecimal() and int(key) < len(here):
            here = here[int(key)]
        else:
            return None
    return msgspec.json.encode(here).decode()


def _equal(one: str | None, other: str | None) -> bool | None:
    if one is None or other is None:
        return None
    return _same(_decode(one), _decode(other))


def _same(one: Any, other: Any) -> bool:
    """Tell whether two documents are equal; true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _contains(outer: str | None, inner: str | None) -> bool | None:
    if outer is None or inner is None:
        return None
    return _holds(_decode(outer), _decode(inner), top=True)


def _holds(outer: Any, inner: Any, *, top: bool = False) -> bool:
    """Tell whether a document holds another, as PostgreSQL's ``@>`` does."""
    if isinstance(outer, dict) and isinstance(inner, dict):
        return all(key in outer and _holds(outer[key], value) for key, value in inner.items())
    if isinstance(outer, list) and isinstance(inner, list):
        return all(any(_holds(mine, theirs) for mine in outer) for theirs in inner)
    if top and isinstance(outer, list) and not isinstance(inner, dict):
        return any(_same(mine, inner) for mine in outer)
    return _same(outer, inner)


DOCUMENTS: dict[tuple[str, int], Callable[..., Any]] = {
    ("trimaran_json_at", 2): _at,
    ("trimaran_json_equal", 2): _equal,
    ("trimaran_json_contains", 2): _contains,
}
