"""Query strings, and forms of the same encoding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from trimaran.errors import HTTPException

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_FIELDS = 1000
"""More fields than this in one query are answered 400."""


def parse_query(data: bytes, *, max_fields: int = MAX_FIELDS) -> list[tuple[str, str]]:
    """Return the fields of an ``application/x-www-form-urlencoded`` string, in order.

    A field without ``=`` has an empty value. Octets that are no UTF-8 become U+FFFD.
    Raises ``HTTPException`` 400 for more than ``max_fields`` fields.
    """
    if not data:
        return []
    # A "+" is a space before percent-decoding, and "%2B" a plus after it.
    pieces = data.replace(b"+", b" ").decode("utf-8", "replace").split("&", max_fields)
    if len(pieces) > max_fields:
        raise HTTPException(400, f"More than {max_fields} fields in one query or form.")
    fields = []
    for piece in pieces:
        name, _, value = piece.partition("=")
        if "%" in piece:
            name, value = _unquote(name), _unquote(value)
        if piece:
            fields.append((name, value))
    return fields


def _unquote(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace") if "%" in text else text


class QueryParams(Mapping[str, str]):
    """The fields of a query by name; of a repeated one the last value stands.

    ``params["tag"]`` is the last ``tag``, ``params.getlist("tag")`` all of them.
    """

    __slots__ = ("_items", "_last")

    def __init__(
        self, source: bytes | str | Mapping[str, str] | Iterable[tuple[str, str]] = b""
    ) -> None:
        if isinstance(source, str):
            source = source.encode("utf-8", "surrogateescape")
        given: Any = source.items() if isinstance(source, Mapping) else source
        items = parse_query(given) if isinstance(given, bytes) else list(given)
        self._items: list[tuple[str, str]] = items
        self._last: dict[str, str] = dict(items)

    def __getitem__(self, name: str) -> str:
        return self._last[name]

    def __contains__(self, name: object) -> bool:
        return name in self._last

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def getlist(self, name: str) -> list[str]:
        """Return every value of this name, in order."""
        return [value for key, value in self._items if key == name]

    def multi_items(self) -> list[tuple[str, str]]:
        """Return every field, repeated names included."""
        return list(self._items)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, QueryParams):
            return sorted(self._items) == sorted(other._items)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # Mapping declares a method

    def __str__(self) -> str:
        from urllib.parse import urlencode

        return urlencode(self._items)

    def __repr__(self) -> str:
        return f"QueryParams({str(self)!r})"
