"""Dependencies that live as long as the application, and those without a request."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from trimaran.di import Constant, Resolver, key_of
from trimaran.handlers.inputs import InputReader
from trimaran.handlers.interpreting import call_nodes
from trimaran.handlers.plan import BodyField, Parameter
from trimaran.handlers.route import UNSET
from trimaran.handlers.signature import name_of, where_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from trimaran.di import Dependency, Node


class AppScope:
    """The values of one application's ``app`` dependencies, each made once.

    They are cleaned up in the reverse order of their making. Whoever asks while one is being made
    waits for it; one that fails is made again when it is next asked for.
    """

    def __init__(self) -> None:
        self._values: dict[Any, Any] = {}
        self._exits = AsyncExitStack()
        self._lock = asyncio.Lock()

    def __bool__(self) -> bool:
        return bool(self._values)

    def holds(self, nodes: Iterable[Node]) -> bool:
        """Whether each of these has its value."""
        return all(key_of(node.call) in self._values for node in nodes)

    def value(self, node: Node) -> Any:
        """Return the value of a dependency that was made."""
        return self._values[key_of(node.call)]

    async def make(self, nodes: Iterable[Node]) -> None:
        """Make what is not there yet, in this order."""
        async with self._lock:
            for node in nodes:
                key = key_of(node.call)
                if key not in self._values:
                    known = {
                        id(argument.source): self.value(argument.source)
                        for argument in node.arguments
                        if not isinstance(argument.source, Constant)
                    }
                    await call_nodes([node], known, self._exits)
                    self._values[key] = known[id(node)]

    @asynccontextmanager
    async def layer(self) -> AsyncIterator[None]:
        """Clean up at the end what was made inside of this block."""
        outer, before = self._exits, dict(self._values)
        self._exits, self._lock = AsyncExitStack(), asyncio.Lock()
        try:
            yield
        finally:
            exits, self._exits = self._exits, outer
            self._values = before
            await exits.aclose()

    async def close(self) -> None:
        """Clean up what was made outside of any layer."""
        exits, self._exits = self._exits, AsyncExitStack()
        self._values = {}
        await exits.aclose()


def apart_from_requests(source: Any) -> Constant | None:
    """Return what stands for an input without a request: its default, if any."""
    if not isinstance(source, Parameter | BodyField) or source.required:
        return None
    factory = source.marker.default_factory
    if source.default is UNSET and factory is not None:
        return Constant(factory())
    return Constant(copy(source.default))


@asynccontextmanager
async def resolved(
    dependency: Dependency,
    *,
    overrides: Mapping[Any, Any],
    app_scope: AppScope,
) -> AsyncIterator[Any]:
    """Give a dependency's value for a while, without a request.

    Raises ``ConfigurationErrors`` where something is wrong with its declaration, or where it needs
    something of a request.
    """

    def where() -> str:
        return where_of(dependency.dependency)

    resolver = Resolver(
        InputReader({}, where).read,
        overrides=overrides,
        name=name_of,
        where=where,
        apart=apart_from_requests,
    )
    graph = resolver.resolve_alone(dependency)
    await app_scope.make(graph.lasting)
    known = {id(node): app_scope.value(node) for node in graph.lasting}
    async with AsyncExitStack() as exits:
        await call_nodes(graph.nodes, known, exits)
        yield known[id(graph.arguments[0].source)]
