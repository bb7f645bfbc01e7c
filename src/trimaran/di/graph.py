"""The dependencies of one callable, resolved: what is called, when, with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.di.dependency import Scope
    from trimaran.di.kinds import Kind


class Argument(msgspec.Struct, frozen=True):
    """One argument of a call.

    source:  a ``Node``, whose value it is; a ``Constant``; or whatever the reader of signatures
             put there
    keyword: whether it must be passed by name
    """

    name: str
    source: Any
    keyword: bool = False


class Constant(msgspec.Struct, frozen=True, eq=False):
    """A source whose value no request changes."""

    value: Any


class Node(msgspec.Struct, eq=False):
    """One call of a dependency.

    scope: how long its value lives; None where that is nobody's concern: nothing is cleaned up
    """

    call: Callable[..., Any]
    kind: Kind
    arguments: tuple[Argument, ...] = ()
    scope: Scope | None = None

    @property
    def yields(self) -> bool:
        """Whether something is cleaned up after its value was used."""
        return self.kind in {"yield", "async_yield"}


class Guard(msgspec.Struct, frozen=True):
    """A security scheme that guards a callable, with the scopes asked for."""

    scheme: Any
    scopes: tuple[str, ...] = ()


class Graph(msgspec.Struct, eq=False):
    """A callable with its dependencies.

    nodes:     called in a request, in this order: each after those that it needs
    lasting:   called once in the application's life, in this order, before any of ``nodes``
    arguments: of the callable itself
    guards:    the security schemes among the dependencies, for the documentation
    """

    call: Callable[..., Any]
    nodes: list[Node] = msgspec.field(default_factory=list)
    arguments: tuple[Argument, ...] = ()
    lasting: list[Node] = msgspec.field(default_factory=list)
    guards: list[Guard] = msgspec.field(default_factory=list)

    @property
    def inputs(self) -> list[Any]:
        """Every source that a request fills, in the order of the calls, once each."""
        return [source for source in self._sources() if not isinstance(source, Constant)]

    @property
    def constants(self) -> list[Constant]:
        """Every source that no request changes, once each."""
        return [source for source in self._sources() if isinstance(source, Constant)]

    def _sources(self) -> list[Any]:
        found: dict[int, Any] = {}
        calls: list[Node | Graph] = [*self.nodes, self]
        for call in calls:
            for argument in call.arguments:
                if not isinstance(argument.source, Node):
                    found.setdefault(id(argument.source), argument.source)
        return list(found.values())


def key_of(call: Any) -> Any:
    """Return what tells one callable from another, hashable or not."""
    try:
        hash(call)
    except TypeError:
        return id(call)
    return call
