"""Signatures: annotations as text, locals, partials, methods, wrapped functions."""

from __future__ import annotations

import functools
import typing
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
import pytest
from typing_extensions import TypeAliasType

from trimaran import App
from trimaran.di import Depends
from trimaran.handlers import UNSET, Query, Router
from trimaran.handlers.signature import Slot, name_of, read_return, read_slots
from trimaran.testing import TestClient


class Item(msgspec.Struct):
    name: str


def wrapping(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate as users do."""

    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return ["wrapped", await function(*args, **kwargs)]

    return wrapper


def plainly_wrapping(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a coroutine function with a plain one."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def test_annotations_as_text_are_evaluated() -> None:
    """Text stands for the types that it names, also inside others."""

    def handler(a: int, b: list[Item] | None, c: Annotated[int, "note"] = 3, *, d) -> Item: ...  # type: ignore[no-untyped-def,empty-body]

    assert read_slots(handler) == [
        Slot("a", int, UNSET, False),
        Slot("b", list[Item] | None, UNSET, False),
        Slot("c", Annotated[int, "note"], 3, False),
        Slot("d", UNSET, UNSET, True),
    ]
    assert read_return(handler) is Item


def test_types_local_to_a_function_are_found(ask: Any) -> None:
    """A handler declared inside a function may use the types and dependencies beside it."""
    router = Router()

    class Local(msgspec.Struct):
        x: int

    async def dependency(q: LocalAlias = 1) -> int:
        return q

    LocalAlias = int

    @router.post("/")
    async def add(data: Local, q: Annotated[LocalAlias, Depends(dependency)]) -> Local:
        return Local(data.x + q)

    assert ask(router, "POST", "/?q=2", json={"x": 1}).json == {"x": 3}


def test_partials_leave_what_they_fill_out(ask: Any) -> None:
    """An argument that a partial passes by name keeps that value as its default."""

    async def add(a: int, b: int) -> int:
        return a + b

    router = Router()
    router.get("/")(functools.partial(add, b=10))
    router.get("/first")(functools.partial(add, 5))
    assert ask(router, "GET", "/?a=1").json == 11
    assert ask(router, "GET", "/first?b=1").json == 6


def test_methods_and_callable_objects_are_handlers(ask: Any) -> None:
    """A bound method and an object with ``__call__`` leave ``self`` out."""

    class Controller:
        async def show(self, n: int) -> int:
            return n

        async def __call__(self, n: int) -> int:
            return n + 1

    router = Router()
    router.get("/method")(Controller().show)
    router.get("/object", name="object")(Controller())
    assert ask(router, "GET", "/method?n=1").json == 1
    assert ask(router, "GET", "/object?n=1").json == 2


def test_wrapped_functions_show_their_own_signature(ask: Any) -> None:
    """``functools.wraps`` keeps the parameters; the wrapper is what is called."""
    router = Router()

    @router.get("/a")
    @wrapping
    async def show(n: int) -> Any:
        return n

    @router.get("/b")
    @plainly_wrapping
    async def plain(n: Annotated[int, Query(le=5)]) -> int:
        return n

    assert ask(router, "GET", "/a?n=1").json == ["wrapped", 1]
    assert ask(router, "GET", "/b?n=1").json == 1
    assert ask(router, "GET", "/b?n=9").faults == {("less_than_equal", "query", "n")}


def test_keyword_only_and_oddly_named_parameters(ask: Any) -> None:
    """Parameters may be keyword-only and named like the compiled function's own variables."""
    router = Router()

    @router.get("/{path}")
    async def show(
        path: str, *, request: int = 1, query: int = 2, in_query: int = 3, result: int = 4
    ) -> list[Any]:
        return [path, request, query, in_query, result]

    assert ask(router, "GET", "/p?request=5&in_query=7").json == ["p", 5, 2, 7, 4]


def test_dataclasses_are_dependencies(ask: Any) -> None:
    """A dataclass' fields, annotated as text, are its parameters."""
    router = Router()

    @router.get("/")
    async def show(page: Annotated[Page, Depends()]) -> int:
        return page.size

    assert ask(router, "GET", "/?size=7").json == 7


@dataclass
class Page:
    size: Annotated[int, Query(le=10)] = 5


def test_callables_have_readable_names() -> None:
    """Messages name partials by what they call."""
    assert name_of(functools.partial(wrapping)) == "partial(wrapping)"
    assert name_of(Item) == "Item"


def test_one_handler_on_two_paths() -> None:
    """What one path has, another may take from the query, with its default."""
    app = App()

    @app.get("/films/{slug}")
    @app.get("/films")
    async def films(slug: str | None = None) -> str | None:
        return slug

    client = TestClient(app)
    assert client.get("/films/ran").json() == "ran"
    assert client.get("/films").json() is None
    assert client.get("/films?slug=ikiru").json() == "ikiru"
    (parameter,) = app.openapi()["paths"]["/films/{slug}"]["get"]["parameters"]
    assert (parameter["in"], parameter["required"]) == ("path", True)


async def word(q: str = "none") -> str:
    return q


T = TypeVar("T")
Word = TypeAliasType("Word", Annotated[str, Depends(word)])
Size = TypeAliasType("Size", int)
Many = TypeAliasType("Many", list[T], type_params=(T,))


def test_names_of_types_stand_for_what_they_name() -> None:
    """``type Size = int`` (PEP 695), also around a marker, within one, and with parameters."""
    app = App()

    @app.get("/")
    async def show(
        word: Word,
        size: Size,
        ids: Annotated[Many[int], Query()],
        more: Annotated[Size, Query(gt=1)] = 2,
    ) -> Many[int]:
        return [size, more, len(word), *ids]

    client = TestClient(app)
    assert client.get("/?size=3&q=abc&ids=7&ids=8").json() == [3, 2, 3, 7, 8]
    assert client.get("/?size=3&more=1&ids=7").status_code == 422


@pytest.mark.parametrize("returns", [AsyncIterable, typing.AsyncIterable, AsyncIterable[Any]])
def test_a_stream_may_not_say_what_it_yields(returns: Any) -> None:
    """A bare ``AsyncIterable`` yields anything."""
    app = App()

    async def lines():  # type: ignore[no-untyped-def]  # given below
        yield {"a": 1}

    lines.__annotations__["return"] = returns
    app.get("/")(lines)
    assert TestClient(app).get("/").text == '{"a":1}\n'
