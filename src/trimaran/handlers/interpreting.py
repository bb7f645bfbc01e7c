"""Dependencies called one by one, where a route's compiled form does not apply."""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from trimaran.di import Constant, makes_manager
from trimaran.handlers.background import BackgroundTasks
from trimaran.handlers.inputs import BACKGROUND, CONNECTION, REQUEST, RESPONSE
from trimaran.handlers.sources import INVALID
from trimaran.handlers.threads import in_thread
from trimaran.http import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from trimaran.di import Argument, Graph, Node
    from trimaran.http import Request


async def refuse(
    graph: Graph,
    inputs: Sequence[Any],
    request: Request,
    *,
    values: Sequence[Any],
    lasting: Mapping[int, Any],
    refusal: Exception,
) -> None:
    """Call the dependencies whose inputs are right, then raise the refusal.

    So a dependency that answers 401 or 403 does so before the request's faults are told, as in
    FastAPI.

    lasting: the values of the application's own dependencies, by the identity of their nodes
    """
    known: dict[int, Any] = {
        id(source): value for source, value in zip(inputs, values, strict=True)
    }
    known.update(lasting)
    known[id(REQUEST)] = known[id(CONNECTION)] = request
    known[id(RESPONSE)] = Response()
    known[id(BACKGROUND)] = BackgroundTasks()  # dropped with the request, which is refused
    async with AsyncExitStack() as exits:
        await call_nodes(graph.nodes, known, exits)
        raise refusal


async def call_nodes(nodes: Iterable[Node], known: dict[int, Any], exits: AsyncExitStack) -> None:
    """Call dependencies in this order and add their values to those that are known.

    known: values by the identity of their sources; ``INVALID`` makes what needs it so too
    """
    for node in nodes:
        given = values_of(node.arguments, known)
        if any(value is INVALID for value in given):
            known[id(node)] = INVALID
        else:
            known[id(node)] = await _call(node, given, exits)


def values_of(arguments: Iterable[Argument], known: Mapping[int, Any]) -> list[Any]:
    """Return the values of arguments."""
    sources = (argument.source for argument in arguments)
    return [
        source.value if isinstance(source, Constant) else known[id(source)] for source in sources
    ]


async def _call(node: Node, given: Sequence[Any], exits: AsyncExitStack) -> Any:
    args = [v for v, a in zip(given, node.arguments, strict=True) if not a.keyword]
    kwargs = {a.name: v for v, a in zip(given, node.arguments, strict=True) if a.keyword}
    if node.kind == "inline":
        return node.call(*args, **kwargs)
    if node.kind in {"coroutine", "awaitable"}:
        return await node.call(*args, **kwargs)
    if node.kind == "thread":
        return await in_thread(node.call, *args, **kwargs)
    return await exits.enter_async_context(manager_of(node)(*args, **kwargs))


def manager_of(node: Node) -> Callable[..., AbstractAsyncContextManager[Any]]:
    """Return what enters and leaves a dependency that yields."""
    if node.kind == "async_yield":
        return node.call if makes_manager(node.call) else asynccontextmanager(node.call)
    sync = node.call if makes_manager(node.call) else contextmanager(node.call)

    @asynccontextmanager
    async def in_threads(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        manager = sync(*args, **kwargs)
        value = await in_thread(manager.__enter__)
        try:
            yield value
        except (Exception, CancelledError) as error:
            # Sound only where it is thrown in: whether it is swallowed, the generator decides.
            if not await in_thread(manager.__exit__, type(error), error, error.__traceback__):
                raise
        else:
            await in_thread(manager.__exit__, None, None, None)

    return in_threads
