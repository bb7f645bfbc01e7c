"""The texts of a request by place, and what becomes of those that are wrong."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from trimaran.handlers.reading import query_lists
from trimaran.handlers.route import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trimaran.handlers.plan import BodyField, Parameter
    from trimaran.http import Request
    from trimaran.schema import Fault

INVALID: Any = type("Invalid", (), {"__repr__": lambda _: "INVALID"})()
"""Stands for a value that the request did not give rightly."""


class Sources:
    """The texts of a request by place, each kind parsed when it is first asked for."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self._query: dict[str, list[str]] | None = None

    def get(self, place: str, alias: str) -> list[str]:
        """Return every text of a name in a place, in order."""
        if place == "query":
            if self._query is None:
                self._query = query_lists(self.request.query_string)
            return self._query.get(alias, [])
        if place == "header":
            return self.request.headers.getlist(alias)
        value = self.request.cookies.get(alias)
        return [] if value is None else [value]

    def names(self, place: str) -> Iterable[str]:
        """Return every name that was given in a place, those of headers in lower case."""
        if place == "query":
            self.get("query", "")
            return self._query or ()
        if place == "header":
            return dict.fromkeys(name.lower() for name in self.request.headers)
        return self.request.cookies

    def single(self, place: str, texts: list[str]) -> str:
        """Return the one text that counts: a header's first, a query's last."""
        return texts[0] if place == "header" else texts[-1]


def attempted(
    convert: Callable[[Any], Any],
    given: Any,
    find: Callable[[], list[Fault]],
    faults: list[Fault],
) -> Any:
    """Return a value converted, or ``INVALID`` and add its faults to the list."""
    try:
        return convert(given)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        found = find()
        if not found:
            raise  # the type accepts it, yet its own code failed: a fault of the application
        del error
    faults += found
    return INVALID


def absent(source: Parameter | BodyField, loc: tuple[str, ...], faults: list[Fault]) -> Any:
    """Return the default of what was not sent, or ``INVALID`` and note the fault."""
    if not source.required:
        factory = source.marker.default_factory
        if source.default is UNSET and factory is not None:
            return factory()
        return copy(source.default)
    faults.append({"type": "missing", "loc": list(loc), "msg": "Field required", "input": None})
    return INVALID
