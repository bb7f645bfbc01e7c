"""Routes that cannot stand beside each other, or not where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.errors import ConfigurationError
from trimaran.handlers.route import Route, locate

if TYPE_CHECKING:
    from collections.abc import Iterable


def misplaced(routes: Iterable[Route]) -> list[ConfigurationError]:
    """Return a fault for every route whose path does not begin as one.

    Found when an application starts: webhooks and callbacks have other names in a path's place.
    """
    faults = []
    for route in routes:
        if not route.path.startswith("/"):
            what = f"Path {route.path!r} does not begin with '/'."
            mend = "Put a '/' in front."
            faults.append(ConfigurationError("TRI-ROUTE-008", what, mend, where=route.where))
    return faults


def duplicates(routes: Iterable[Route]) -> list[ConfigurationError]:
    """Return a fault for every route whose method and path another route has."""
    seen: dict[tuple[str, str], Route] = {}
    faults = []
    for route in routes:
        for method in route.methods:
            first = seen.setdefault((method, route.path), route)
            if first is not route:
                what = f"{method} {route.path} is declared already, at {locate(first.handler)}."
                mend = "Remove one of the two, or change its path."
                faults.append(ConfigurationError("TRI-ROUTE-009", what, mend, where=route.where))
    return faults
