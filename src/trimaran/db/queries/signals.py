"""Signals: functions that are called when rows are written, awaited in their turn.

::

    @receiver(post_save, sender=Book)
    async def announce(instance: Book, created: bool) -> None: ...

A receiver takes those of a signal's arguments that it names. ``update()``, ``delete()`` of a query
and the bulk methods write without reading rows, so they send none. Where nothing is connected a
write costs one comparison more.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.sql.table import Table

R = TypeVar("R", bound=Callable[..., Any])

everywhere: dict[Signal, list[Receiver]] = {}
"""The receivers of all models, by signal; those of one model are in its table's ``receivers``."""


class Receiver:
    """A function and the arguments that it takes; None: all of them."""

    __slots__ = ("function", "names")

    def __init__(self, function: Callable[..., Any], names: frozenset[str] | None) -> None:
        self.function = function
        self.names = names

    async def call(self, arguments: dict[str, Any]) -> Any:
        """Call the function and await it if it is one to await."""
        if self.names is not None:
            arguments = {name: arguments[name] for name in self.names}
        made = self.function(**arguments)
        return await made if inspect.isawaitable(made) else made


class Signal:
    """Something that happens to rows; ``connect`` a function to be called then.

    arguments: what a receiver may name
    """

    def __init__(self, name: str, *arguments: str) -> None:
        self.name = name
        self.arguments = ("sender", "signal", *arguments)

    def __repr__(self) -> str:
        return f"<signal {self.name}>"

    def connect(self, function: R, sender: Any = None) -> R:
        """Call a function, async or not, from now on; connecting it again changes nothing.

        sender: a model, or None for all models
        """
        held = self._held(sender)
        if all(known.function is not function for known in held):
            held.append(Receiver(function, self._names(function)))
        return function

    def disconnect(self, function: Callable[..., Any], sender: Any = None) -> bool:
        """Call a function no more; return whether it was connected."""
        held = self._held(sender)
        kept = [known for known in held if known.function is not function]
        found = len(kept) < len(held)
        held[:] = kept
        table = _table_of(sender)
        receivers = everywhere if table is None else table.receivers
        if not kept:
            del receivers[self]
        return found

    def receivers(self, table: Table) -> list[Receiver]:
        """Return those that are to be called for a model."""
        return [*everywhere.get(self, ()), *table.receivers.get(self, ())]

    async def send(self, table: Table, **arguments: Any) -> None:
        """Await every receiver, in the order of connection; what one raises is raised."""
        arguments |= {"sender": table.model, "signal": self}
        for known in self.receivers(table):
            await known.call(arguments)

    def send_now(self, table: Table, **arguments: Any) -> None:
        """Call every receiver where nothing can be awaited, as while a class is made."""
        arguments |= {"sender": table.model, "signal": self}
        for known in self.receivers(table):
            names = known.names if known.names is not None else arguments
            made = known.function(**{name: arguments[name] for name in names})
            if inspect.iscoroutine(made):
                made.close()
                raise _unfit(self, known.function, "is async, and this signal is sent at import")

    def _held(self, sender: Any) -> list[Receiver]:
        table = _table_of(sender)
        receivers = everywhere if table is None else table.receivers
        return receivers.setdefault(self, [])

    def _names(self, function: Callable[..., Any]) -> frozenset[str] | None:
        parameters = inspect.signature(function).parameters.values()
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            return None
        for parameter in parameters:
            if parameter.name not in self.arguments and parameter.default is parameter.empty:
                raise _unfit(self, function, f"asks for {parameter.name!r}")
        return frozenset(p.name for p in parameters if p.name in self.arguments)


def _table_of(sender: Any) -> Table | None:
    if sender is None:
        return None
    table: Table | None = getattr(sender, "__table_info__", None)
    if table is None:
        raise ConfigurationError(
            "TRI-MODEL-015",
            f"A receiver was connected to {sender!r:.60}, which is no model with a table.",
            "Give sender=Book, or leave it out for all models.",
            where=callsite(),
        )
    return table


def _unfit(signal: Signal, function: Callable[..., Any], what: str) -> ConfigurationError:
    return ConfigurationError(
        "TRI-MODEL-015",
        f"{getattr(function, '__name__', function)} cannot receive {signal.name}: it {what}.",
        f"It may take {', '.join(signal.arguments)}, or **kwargs.",
        where=callsite(),
    )


def receiver(signal: Signal | Sequence[Signal], *, sender: Any = None) -> Callable[[R], R]:
    """Connect the function below to a signal, or to several."""
    signals = [signal] if isinstance(signal, Signal) else signal

    def connect(function: R) -> R:
        for each in signals:
            each.connect(function, sender)
        return function

    return connect


pre_save = Signal("pre_save", "instance", "created", "using", "update_fields")
post_save = Signal("post_save", "instance", "created", "using", "update_fields")
pre_delete = Signal("pre_delete", "instance", "using")
post_delete = Signal("post_delete", "instance", "using")
m2m_changed = Signal("m2m_changed", "instance", "action", "reverse", "model", "pk_set", "using")
class_prepared = Signal("class_prepared")
