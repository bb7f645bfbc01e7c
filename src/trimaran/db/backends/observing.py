"""Who hears of statements: query logs, an application's metrics."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trimaran._internal.callsite import calling_place, describe_place
from trimaran.db.backends.faults import shown_sql

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trimaran._internal.callsite import Place
    from trimaran.db.backends.connection import Verb

    Observer = Callable[["Observation"], None]

query_log = logging.getLogger("trimaran.db.queries")
slow_log = logging.getLogger("trimaran.db.slow")

_SHOWN_VALUE = 80


@dataclass(frozen=True, slots=True)
class Observation:
    """One statement that was run.

    alias:    of the database
    seconds:  from the call to the answer, the wait for a connection among them
    argument: the parameters; a list of them for ``execute_many``. They may be secrets
    error:    what it raised, None where it worked
    place:    the application's line that asked, None where no such line is on the stack
    """

    alias: str
    verb: Verb
    sql: str
    seconds: float
    error: BaseException | None
    place: Place | None = field(repr=False)
    argument: Any = field(repr=False)

    @property
    def where(self) -> str:
        """The line that asked: ``shop/orders.py:41 pay``."""
        return describe_place(self.place)


class Observers:
    """What a database tells each statement to, while there is anybody to tell."""

    def __init__(self, alias: str, run: Callable[[Verb, str, Any], Awaitable[Any]]) -> None:
        self.observers: list[Observer] = []
        self._alias = alias
        self._run = run

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement and tell of it."""
        began = time.perf_counter()
        error: BaseException | None = None
        try:
            return await self._run(verb, sql, argument)
        except BaseException as exc:
            error = exc
            raise
        finally:
            seconds = time.perf_counter() - began
            place = calling_place()
            seen = Observation(self._alias, verb, sql, seconds, error, place, argument)
            for observer in tuple(self.observers):
                try:
                    observer(seen)
                except Exception:  # noqa: BLE001  a broken observer must not break statements
                    query_log.exception("an observer of statements failed: %r", observer)


def log_queries(*, slow: float | None, every: bool, parameters: bool) -> Observer:
    """Return what writes statements into the logs.

    slow:       seconds from which a statement is worth a warning on ``trimaran.db.slow``
    every:      write each statement to ``trimaran.db.queries`` (INFO)
    parameters: show their values, which may be secrets; otherwise their number
    """

    def observe(seen: Observation) -> None:
        is_slow = slow is not None and seen.seconds >= slow
        if not (every or is_slow):
            return
        text = (
            f"{seen.seconds * 1000:.1f} ms on {seen.alias} at {seen.where or 'an unknown place'}:"
            f" {shown_sql(seen.sql)} {_parameters(seen, shown=parameters)}"
        )
        if seen.error is not None:
            text += f" failed: {getattr(seen.error, 'id', type(seen.error).__name__)}"
        if every:
            query_log.info("%s", text)
        if is_slow:
            slow_log.warning("%s", text)

    return observe


def _parameters(seen: Observation, *, shown: bool) -> str:
    values = seen.argument
    if seen.verb == "execute_many":
        return f"[{len(values)} rows]"
    if not values:
        return "[]"
    if not shown:
        return f"[{len(values)} parameters hidden]"
    texts = [repr(value) for value in values]
    short = [text if len(text) <= _SHOWN_VALUE else text[:_SHOWN_VALUE] + "…" for text in texts]
    return f"[{', '.join(short)}]"
