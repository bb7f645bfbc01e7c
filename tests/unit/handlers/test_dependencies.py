"""``Depends``: what is called, in which order, how often, and what happens afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Annotated, Any

import msgspec
import pytest

from trimaran.di import Depends
from trimaran.errors import HTTPException
from trimaran.handlers import Header, Query, Router
from trimaran.http import Request, Response

variable: ContextVar[str] = ContextVar("variable", default="unset")


class Paging:
    def __init__(self, limit: Annotated[int, Query(le=50)] = 10, offset: int = 0) -> None:
        self.limit = limit
        self.offset = offset


class Filter(msgspec.Struct):
    q: str = ""
    year: int | None = None


async def token(x_token: Annotated[str, Header()] = "") -> str:
    if not x_token:
        raise HTTPException(401, "Who are you?")
    return x_token


async def user(token: Annotated[str, Depends(token)]) -> str:
    return f"user {token}"


def test_dependencies_nest_and_take_parameters(ask: Any) -> None:
    """A dependency has parameters and dependencies of its own; both forms of Depends work."""
    router = Router()

    @router.get("/{id}")
    async def show(
        id: int, name: Annotated[str, Depends(user)], again: str = Depends(user)
    ) -> list[Any]:
        return [id, name, again]

    assert ask(router, "GET", "/1", headers={"x-token": "a"}).json == [1, "user a", "user a"]
    assert ask(router, "GET", "/1").json == {"detail": "Who are you?"}


def test_a_dependency_is_called_once_a_request(ask: Any) -> None:
    """One call serves every parameter that needs it, unless ``use_cache=False``."""
    calls: list[str] = []

    async def count() -> int:
        calls.append("count")
        return len(calls)

    async def inner(n: int = Depends(count)) -> int:
        return n

    router = Router()

    @router.get("/")
    async def show(
        a: int = Depends(count),
        b: int = Depends(inner),
        c: int = Depends(count, use_cache=False),
    ) -> list[int]:
        return [a, b, c]

    assert ask(router, "GET", "/").json == [1, 1, 2]


def test_classes_are_made_in_place(ask: Any) -> None:
    """``Annotated[Paging, Depends()]`` makes the class from the query, faults included."""
    router = Router()

    @router.get("/")
    async def show(
        page: Annotated[Paging, Depends()], f: Annotated[Filter, Depends()]
    ) -> list[Any]:
        return [page.limit, page.offset, f.q, f.year]

    answer = ask(router, "GET", "/?offset=5&year=1999")
    assert answer.json == [10, 5, "", 1999]
    assert answer.at_once
    assert ask(router, "GET", "/?limit=99&year=x").faults == {
        ("less_than_equal", "query", "limit"),
        ("int_parsing", "query", "year"),
    }


def test_plain_functions_run_in_threads_with_the_context(ask: Any) -> None:
    """A ``def`` dependency or handler leaves the loop's thread and keeps context variables."""
    router = Router()

    async def setting() -> None:
        variable.set("from the task")
        await asyncio.sleep(0)

    def where() -> tuple[bool, str]:
        return threading.current_thread() is threading.main_thread(), variable.get()

    @router.get("/", dependencies=[Depends(setting)])
    def show(found: Annotated[tuple[bool, str], Depends(where)]) -> list[Any]:
        return [*found, threading.current_thread().name.startswith("trimaran")]

    assert ask(router, "GET", "/").json == [False, "from the task", True]


def test_route_router_and_outer_dependencies_run_in_that_order(ask: Any) -> None:
    """Dependencies of the outer router come first, the route's own last."""
    order: list[str] = []

    def noting(name: str) -> Any:
        async def note() -> None:
            order.append(name)

        return Depends(note)

    inner = Router("/in", dependencies=[noting("inner")])
    inner.get("/", dependencies=[noting("route")])(lambda: "x")
    outer = Router(dependencies=[noting("outer")])
    outer.include_router(inner, prefix="/a", dependencies=[noting("include")])
    assert ask(outer, "GET", "/a/in/").json == "x"
    assert order == ["outer", "include", "inner", "route"]


@pytest.mark.parametrize("sync", [False, True])
def test_what_follows_yield_runs_after_the_answer(ask: Any, sync: bool) -> None:
    """Clean-up waits in ``Response.after``, innermost first."""
    order: list[str] = []

    async def opened() -> AsyncIterator[str]:
        order.append("open")
        yield "value"
        order.append("close")

    def sync_opened() -> Iterator[str]:
        order.append("open")
        yield "value"
        order.append("close")

    async def second(first: str = Depends(sync_opened if sync else opened)) -> AsyncIterator[str]:
        order.append("open second")
        yield first + " twice"
        order.append("close second")

    router = Router()

    @router.get("/")
    async def show(value: Annotated[str, Depends(second)]) -> str:
        order.append(f"handler {value}")
        return value

    assert ask(router, "GET", "/").json == "value twice"
    assert order == ["open", "open second", "handler value twice", "close second", "close"]


@pytest.mark.parametrize("sync", [False, True])
def test_an_exception_is_thrown_in_at_the_yield(ask: Any, sync: bool) -> None:
    """The dependency sees the handler's exception and may answer with another one."""
    seen: list[str] = []

    async def guarded() -> AsyncIterator[None]:
        try:
            yield
        except KeyError as error:
            seen.append(repr(error))
            raise HTTPException(409, "translated") from error

    def sync_guarded() -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            seen.append(repr(error))
            raise HTTPException(409, "translated") from error

    router = Router()

    @router.get("/", dependencies=[Depends(sync_guarded if sync else guarded)])
    async def show() -> None:
        raise KeyError("x")

    answer = ask(router, "GET", "/")
    assert (answer.status, answer.json) == (409, {"detail": "translated"})
    assert seen == ["KeyError('x')"]


def test_a_swallowed_exception_is_still_a_500(ask: Any) -> None:
    """A dependency that swallows the exception leaves no result to send: the fault stands."""

    async def swallowing() -> AsyncIterator[None]:
        with contextlib.suppress(ValueError):
            yield

    router = Router()

    @router.get("/", dependencies=[Depends(swallowing)])
    async def show() -> None:
        raise ValueError("lost")

    assert ask(router, "GET", "/").status == 500


def test_cancellation_is_thrown_in_too(ask: Any) -> None:
    """A request that is cancelled lets its dependencies clean up."""
    order: list[str] = []

    async def opened() -> AsyncIterator[None]:
        try:
            yield
        finally:
            order.append("closed")

    router = Router()

    @router.get("/", dependencies=[Depends(opened)])
    async def show() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        ask(router, "GET", "/")
    assert order == ["closed"]


def test_a_dependency_refuses_before_the_faults_are_told(ask: Any) -> None:
    """Without a token the answer is 401, not a list of what else is wrong."""
    router = Router()

    @router.post("/", dependencies=[Depends(user)])
    async def add(data: dict[str, int], n: int) -> None:
        raise AssertionError

    assert ask(router, "POST", "/", json={"a": "x"}).status == 401
    bad = ask(router, "POST", "/?n=x", json={"a": "x"}, headers={"x-token": "a"})
    assert bad.faults == {("int_parsing", "query", "n"), ("int_parsing", "body", "a")}


def test_dependencies_with_wrong_inputs_are_not_called(ask: Any) -> None:
    """A dependency whose own parameter is wrong is skipped, and what yields is closed."""
    order: list[str] = []

    async def needs(n: int) -> None:
        order.append("never")

    async def opened() -> AsyncIterator[None]:
        order.append("open")
        try:
            yield
        finally:
            order.append("close")

    router = Router()

    @router.get("/", dependencies=[Depends(opened), Depends(needs)])
    def show() -> None:
        raise AssertionError

    assert ask(router, "GET", "/?n=x").faults == {("int_parsing", "query", "n")}
    assert order == ["open", "close"]


def test_an_override_takes_the_place_of_a_dependency(ask: Any) -> None:
    """The override has its own parameters; the one it replaces is not called."""
    router = Router()

    @router.get("/")
    async def show(name: Annotated[str, Depends(user)]) -> str:
        return name

    async def fake(q: str = "fake") -> str:
        return q

    assert ask(router, "GET", "/", overrides={user: fake}).json == "fake"
    assert ask(router, "GET", "/?q=x", overrides={token: fake}).json == "user x"


def test_partials_methods_and_callable_objects_are_dependencies(ask: Any) -> None:
    """Anything callable with a signature can be depended on."""

    class Checker:
        def __init__(self, least: int) -> None:
            self.least = least

        async def __call__(self, n: int = 0) -> bool:
            return n >= self.least

        async def method(self, n: int = 0) -> int:
            return n + self.least

    async def add(a: int, b: int) -> int:
        return a + b

    checker = Checker(3)
    router = Router()

    @router.get("/")
    async def show(
        ok: bool = Depends(checker),
        total: int = Depends(checker.method),
        part: int = Depends(functools.partial(add, b=100)),
    ) -> list[Any]:
        return [ok, total, part]

    assert ask(router, "GET", "/?n=5&a=1").json == [True, 8, 101]


def test_a_dependency_can_set_headers(ask: Any) -> None:
    """The response injected into a dependency is the handler's own."""

    async def note(request: Request, response: Response) -> None:
        response.headers["x-method"] = request.method

    router = Router()
    router.get("/", dependencies=[Depends(note)])(lambda: 1)
    assert ask(router, "GET", "/").header(b"x-method") == [b"GET"]


def test_one_wire_name_may_be_read_as_two_types(ask: Any) -> None:
    """Handler and dependency may take the same parameter, each as its own type."""

    async def raw(limit: str = "") -> str:
        return limit

    router = Router()

    @router.get("/")
    async def show(limit: int, text: Annotated[str, Depends(raw)]) -> list[Any]:
        return [limit, text]

    assert ask(router, "GET", "/?limit=007").json == [7, "007"]
