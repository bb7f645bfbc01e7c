"""Strict loading: a relation that no query fetched beforehand raises."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from trimaran._internal.callsite import callsite
from trimaran.errors import RelationNotLoadedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_strict: ContextVar[bool | None] = ContextVar("strict_loading", default=None)
_everywhere = False


@contextmanager
def strict_loading(on: bool = True) -> Iterator[None]:
    """Raise where a relation, or a field left out, would be read lazily.

    Inside the block ``await book.author`` needs ``select_related("author")`` or
    ``prefetch_related("author")`` before it; ``strict_loading(False)`` lifts that again.
    """
    token = _strict.set(on)
    try:
        yield
    finally:
        _strict.reset(token)


def set_strict_loading(on: bool) -> None:
    """Make strict loading the rule of the process, or end that."""
    global _everywhere  # noqa: PLW0603  one switch for the process
    _everywhere = on


def check_lazy(label: str, name: str) -> None:
    """Raise ``RelationNotLoadedError`` where loading is strict."""
    strict = _strict.get()
    if _everywhere if strict is None else strict:
        raise RelationNotLoadedError(
            "TRI-QUERY-030",
            f"{label}.{name} would be read by a query of its own, and loading is strict here.",
            f"Fetch it before: select_related({name!r}), prefetch_related({name!r}) or only(...).",
            where=callsite(),
        )
