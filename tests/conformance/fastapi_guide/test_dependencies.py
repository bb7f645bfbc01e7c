"""FastAPI's guide on dependencies, statement by statement, with its names and meanings.

From "Dependencies", "Classes as Dependencies", "Sub-dependencies", "Dependencies in path operation
decorators", "Global Dependencies", "Dependencies with yield", "Advanced Dependencies" and "Testing
Dependencies with Overrides".
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial, wraps
from typing import Annotated, Any

import pytest

from trimaran import App, Cookie, Depends, Header, HTTPException, Router, StreamingResponse
from trimaran.testing import TestClient


class Guide:
    """An application and what happened in it."""

    def __init__(self) -> None:
        self.app = App()
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.log: list[str] = []

    def yielding(self, name: str) -> Callable[[], AsyncIterator[str]]:
        """A dependency that logs when it is entered, when it is left, and with what."""

        async def dependency() -> AsyncIterator[str]:
            self.log.append(f"{name} in")
            try:
                yield name
            except Exception as error:
                self.log.append(f"{name} sees {type(error).__name__}")
                raise
            finally:
                self.log.append(f"{name} out")

        return dependency


@pytest.fixture
def guide() -> Iterator[Guide]:
    """An empty application."""
    made = Guide()
    with made.client:
        yield made


# Dependencies


async def common_parameters(
    q: str | None = None, skip: int = 0, limit: int = 100
) -> dict[str, Any]:
    return {"q": q, "skip": skip, "limit": limit}


Commons = Annotated[dict[str, Any], Depends(common_parameters)]


def test_a_dependency_takes_the_parameters_of_a_handler(guide: Guide) -> None:
    """Validated and documented as if they were the route's own, in every route that shares it."""

    @guide.app.get("/items/")
    async def read_items(commons: Commons) -> dict[str, Any]:
        return commons

    @guide.app.get("/users/")
    def read_users(commons: dict[str, Any] = Depends(common_parameters)) -> dict[str, Any]:
        return commons

    for path in ("/items/", "/users/"):
        assert guide.client.get(path + "?q=a&skip=1").json() == {"q": "a", "skip": 1, "limit": 100}
        assert guide.client.get(path + "?skip=x").status_code == 422
        parameters = guide.app.openapi()["paths"][path]["get"]["parameters"]
        assert [parameter["name"] for parameter in parameters] == ["q", "skip", "limit"]


def test_async_or_not_does_not_matter(guide: Guide) -> None:
    """``def`` dependencies in ``async def`` handlers and the reverse."""

    def plain() -> str:
        return "plain"

    async def awaited(first: Annotated[str, Depends(plain)]) -> str:
        return first + " awaited"

    @guide.app.get("/")
    def show(value: Annotated[str, Depends(awaited)]) -> str:
        return value

    assert guide.client.get("/").json() == "plain awaited"


# Classes


class CommonQueryParams:
    def __init__(self, q: str | None = None, skip: int = 0) -> None:
        self.q, self.skip = q, skip


@pytest.mark.parametrize("declared", [Depends(CommonQueryParams), Depends()])
def test_a_class_is_a_dependency(guide: Guide, declared: Any) -> None:
    """Called to make its instance; ``Depends()`` alone calls what the annotation names."""

    @guide.app.get("/")
    async def show(commons: CommonQueryParams = declared) -> list[Any]:
        return [commons.q, commons.skip]

    assert guide.client.get("/?q=a&skip=2").json() == ["a", 2]


# Sub-dependencies


def test_dependencies_have_dependencies(guide: Guide) -> None:
    """The guide's example: the query, or what a cookie remembers of it."""

    def query_extractor(q: str | None = None) -> str | None:
        return q

    def query_or_cookie(
        q: Annotated[str | None, Depends(query_extractor)],
        last_query: Annotated[str | None, Cookie()] = None,
    ) -> str | None:
        return q or last_query

    @guide.app.get("/")
    async def show(query: Annotated[str | None, Depends(query_or_cookie)]) -> str | None:
        return query

    assert guide.client.get("/?q=a", cookies={"last_query": "b"}).json() == "a"
    assert guide.client.get("/", cookies={"last_query": "b"}).json() == "b"


@pytest.mark.parametrize(("use_cache", "calls"), [(True, 1), (False, 2)])
def test_a_dependency_is_called_once_a_request(guide: Guide, use_cache: bool, calls: int) -> None:
    """Unless ``use_cache=False`` asks for a fresh value each time."""

    def counted() -> int:
        guide.log.append("called")
        return len(guide.log)

    def one(value: Annotated[int, Depends(counted, use_cache=use_cache)]) -> int:
        return value

    @guide.app.get("/")
    async def show(
        first: Annotated[int, Depends(one)],
        second: Annotated[int, Depends(counted, use_cache=use_cache)],
    ) -> list[int]:
        return [first, second]

    assert guide.client.get("/").json() == [1, calls]
    assert len(guide.log) == calls


# In decorators, routers and the application


async def verify_token(x_token: Annotated[str, Header()]) -> None:
    if x_token != "fake-super-secret-token":
        raise HTTPException(400, "X-Token header invalid")


async def verify_key(x_key: Annotated[str, Header()]) -> str:
    if x_key != "fake-super-secret-key":
        raise HTTPException(400, "X-Key header invalid")
    return x_key


HEADERS = {"x-token": "fake-super-secret-token", "x-key": "fake-super-secret-key"}


@pytest.mark.parametrize("place", ["route", "router", "inclusion", "app"])
def test_dependencies_without_a_parameter(place: str) -> None:
    """In a decorator, a router, its inclusion or the application: run, their values dropped."""
    wanted = [Depends(verify_token), Depends(verify_key)]
    app = App(dependencies=wanted if place == "app" else [])
    router = Router(dependencies=wanted if place == "router" else [])

    @router.get("/items/", dependencies=wanted if place == "route" else [])
    async def read_items() -> list[str]:
        return ["Foo"]

    app.include_router(router, dependencies=wanted if place == "inclusion" else [])
    client = TestClient(app)
    assert client.get("/items/", headers=HEADERS).json() == ["Foo"]
    wrong = client.get("/items/", headers={**HEADERS, "x-token": "no"})
    assert (wrong.status_code, wrong.json()) == (400, {"detail": "X-Token header invalid"})
    assert client.get("/items/").status_code == 422


def test_dependencies_run_from_the_outside_in(guide: Guide) -> None:
    """The application's first, then the router's, its inclusion's, the route's, the parameters'."""

    def logged(name: str) -> Any:
        return Depends(partial(guide.log.append, name))

    guide.app.dependencies = (logged("app"),)
    router = Router(dependencies=[logged("router")])

    @router.get("/", dependencies=[logged("route")])
    async def show(_: Annotated[None, logged("parameter")]) -> None: ...

    guide.app.include_router(router, dependencies=[logged("inclusion")])
    assert guide.client.get("/").status_code == 200
    assert guide.log == ["app", "inclusion", "router", "route", "parameter"]


# With yield


def test_what_follows_the_yield_runs_after_the_answer(guide: Guide) -> None:
    """After the last byte, streamed ones too."""

    def lines() -> Iterator[str]:
        guide.log.append("body")
        yield "a"

    @guide.app.get("/")
    async def show(_: Annotated[str, Depends(guide.yielding("a"))]) -> StreamingResponse:
        guide.log.append("handler")
        return StreamingResponse(lines())

    assert guide.client.get("/").text == "a"
    assert guide.log == ["a in", "handler", "body", "a out"]


def test_a_dependency_that_yields_may_be_plain(guide: Guide) -> None:
    """``def`` with ``yield``: both halves run, in threads."""

    def session() -> Iterator[str]:
        with Manager(guide.log) as manager:
            yield manager

    @guide.app.get("/")
    async def show(value: Annotated[str, Depends(session)]) -> str:
        return value

    assert guide.client.get("/").json() == "managed"
    assert guide.log == ["enter", "exit None"]


class Manager:
    """The guide's context manager inside of a dependency."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def __enter__(self) -> str:
        self.log.append("enter")
        return "managed"

    def __exit__(self, kind: type | None, *rest: object) -> None:
        self.log.append(f"exit {kind and kind.__name__}")


def test_an_exception_arrives_at_the_yield(guide: Guide) -> None:
    """From the handler: in the order of the exits, and the client is answered."""

    @guide.app.get("/")
    async def show(
        _a: Annotated[str, Depends(guide.yielding("a"))],
        _b: Annotated[str, Depends(guide.yielding("b"))],
    ) -> None:
        raise HTTPException(418, "tea")

    answer = guide.client.get("/")
    assert (answer.status_code, answer.json()) == (418, {"detail": "tea"})
    exits = ["b sees HTTPException", "b out", "a sees HTTPException", "a out"]
    assert guide.log == ["a in", "b in", *exits]


def test_an_exception_of_another_dependency_arrives_too(guide: Guide) -> None:
    """``a`` is open while ``b`` fails."""

    async def failing(_: Annotated[str, Depends(guide.yielding("a"))]) -> None:
        raise HTTPException(403)

    @guide.app.get("/")
    async def show(_: Annotated[None, Depends(failing)]) -> None: ...

    assert guide.client.get("/").status_code == 403
    assert guide.log == ["a in", "a sees HTTPException", "a out"]


def test_exits_run_in_reverse(guide: Guide) -> None:
    """``c`` needs ``b`` needs ``a``: each may still use what it needs."""

    async def b(a: Annotated[str, Depends(guide.yielding("a"))]) -> AsyncIterator[str]:
        yield a + "b"
        guide.log.append(f"b out, {a} there")

    async def c(b: Annotated[str, Depends(b)]) -> AsyncIterator[str]:
        yield b + "c"
        guide.log.append(f"c out, {b} there")

    @guide.app.get("/")
    async def show(c: Annotated[str, Depends(c)]) -> str:
        return c

    assert guide.client.get("/").json() == "abc"
    assert guide.log == ["a in", "c out, ab there", "b out, a there", "a out"]


class OwnerError(Exception):
    pass


def test_another_exception_may_be_raised_instead(guide: Guide) -> None:
    """The guide's ``OwnerError``, which becomes an ``HTTPException``."""

    def get_username() -> Iterator[str]:
        try:
            yield "Rick"
        except OwnerError as error:
            raise HTTPException(400, f"Owner error: {error}") from error

    @guide.app.get("/")
    async def show(username: Annotated[str, Depends(get_username)]) -> None:
        raise OwnerError(username)

    answer = guide.client.get("/")
    assert (answer.status_code, answer.json()) == (400, {"detail": "Owner error: Rick"})


@pytest.mark.parametrize("again", [True, False])
def test_a_server_fault_is_a_500_whether_it_is_raised_again(
    guide: Guide, again: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The client learns nothing of it.

    Better: FastAPI loses one that a dependency swallows; here the log has it.
    """

    def get_username() -> Iterator[str]:
        try:
            yield "Rick"
        except OwnerError:
            if again:
                raise

    @guide.app.get("/")
    async def show(username: Annotated[str, Depends(get_username)]) -> None:
        raise OwnerError(username)

    assert guide.client.get("/").status_code == 500
    assert "OwnerError: Rick" in caplog.text


# Scopes


def test_the_function_scope_ends_before_the_answer(guide: Guide) -> None:
    """And the request's after it."""

    def lines() -> Iterator[str]:
        guide.log.append("body")
        yield "a"

    @guide.app.get("/")
    async def show(
        _r: Annotated[str, Depends(guide.yielding("request"), scope="request")],
        _f: Annotated[str, Depends(guide.yielding("function"), scope="function")],
    ) -> StreamingResponse:
        return StreamingResponse(lines())

    assert guide.client.get("/").text == "a"
    assert guide.log == ["request in", "function in", "function out", "body", "request out"]


def test_the_exit_of_a_function_scope_may_change_the_answer(guide: Guide) -> None:
    """Nothing is sent yet: a commit that fails is told."""

    async def session() -> AsyncIterator[None]:
        yield
        raise HTTPException(409, "cannot commit")

    @guide.app.get("/")
    async def show(_: Annotated[None, Depends(session, scope="function")]) -> str:
        return "done"

    answer = guide.client.get("/")
    assert (answer.status_code, answer.json()) == (409, {"detail": "cannot commit"})


def test_a_function_scope_may_need_a_request_scope(guide: Guide) -> None:
    """Its exit may use it."""

    async def inner(value: Annotated[str, Depends(guide.yielding("a"))]) -> AsyncIterator[str]:
        yield value
        guide.log.append(f"{value} there")

    @guide.app.get("/")
    async def show(value: Annotated[str, Depends(inner, scope="function")]) -> str:
        return value

    assert guide.client.get("/").json() == "a"
    assert guide.log == ["a in", "a there", "a out"]


def test_a_request_scope_may_not_need_a_function_scope(guide: Guide) -> None:
    """Told at start-up, with the chain."""

    async def session() -> AsyncIterator[None]:
        yield

    async def plain(_: Annotated[None, Depends(session, scope="function")]) -> None: ...

    async def user(_: Annotated[None, Depends(plain)]) -> AsyncIterator[None]:
        yield

    @guide.app.get("/")
    async def show(_: Annotated[None, Depends(user)]) -> None: ...

    with pytest.raises(Exception, match="TRI-DI-003") as caught:
        guide.app.build()
    assert "user (request) -> " in str(caught.value)
    assert "plain -> " in str(caught.value)
    assert "session (function)." in str(caught.value)


# Advanced


def test_an_instance_with_call_is_a_dependency(guide: Guide) -> None:
    """The guide's ``FixedContentQueryChecker``."""

    class FixedContentQueryChecker:
        def __init__(self, fixed_content: str) -> None:
            self.fixed_content = fixed_content

        def __call__(self, q: str = "") -> bool:
            return self.fixed_content in q

    @guide.app.get("/")
    async def show(found: Annotated[bool, Depends(FixedContentQueryChecker("bar"))]) -> bool:
        return found

    assert guide.client.get("/?q=a+bar").json() is True
    assert guide.client.get("/").json() is False


def test_wrapped_functions_are_called_as_what_they_wrap(guide: Guide) -> None:
    """``functools.wraps`` around coroutines and generators, and partials."""

    def noop(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    async def suffixed(text: str, q: str = "") -> str:
        return text + q

    @noop
    async def awaited(q: str = "") -> str:
        return q

    @noop
    def generated() -> Iterator[str]:
        yield "generated"
        guide.log.append("generated out")

    @noop
    async def streamed() -> AsyncIterator[str]:
        yield "streamed"
        guide.log.append("streamed out")

    @guide.app.get("/")
    async def show(
        a: Annotated[str, Depends(partial(suffixed, "partial "))],
        b: Annotated[str, Depends(awaited)],
        c: Annotated[str, Depends(generated)],
        d: Annotated[str, Depends(streamed)],
    ) -> list[str]:
        return [a, b, c, d]

    assert guide.client.get("/?q=x").json() == ["partial x", "x", "generated", "streamed"]
    assert guide.log == ["streamed out", "generated out"]


def test_context_managers_are_dependencies(guide: Guide) -> None:
    """``contextlib``'s decorators say what FastAPI would add itself."""

    @contextmanager
    def plain() -> Iterator[str]:
        yield "plain"
        guide.log.append("plain out")

    @asynccontextmanager
    async def awaited() -> AsyncIterator[str]:
        yield "awaited"
        guide.log.append("awaited out")

    @guide.app.get("/")
    async def show(
        a: Annotated[str, Depends(plain)], b: Annotated[str, Depends(awaited)]
    ) -> list[str]:
        return [a, b]

    assert guide.client.get("/").json() == ["plain", "awaited"]
    assert guide.log == ["awaited out", "plain out"]


# Testing with overrides


def test_overrides_replace_a_dependency_with_its_parameters(guide: Guide) -> None:
    """The override's own parameters are read; an emptied mapping restores all."""

    @guide.app.get("/items/")
    async def read_items(commons: Commons) -> dict[str, Any]:
        return commons

    async def override(q: str | None = None) -> dict[str, Any]:
        return {"q": q, "skip": 5, "limit": 10}

    guide.app.dependency_overrides[common_parameters] = override
    assert guide.client.get("/items/?q=a&skip=7").json() == {"q": "a", "skip": 5, "limit": 10}
    guide.app.dependency_overrides = {}
    assert guide.client.get("/items/?skip=7").json() == {"q": None, "skip": 7, "limit": 100}


def test_overrides_reach_dependencies_of_dependencies(guide: Guide) -> None:
    """And those in decorators; what yields may stand for what does not."""

    def real() -> str:
        raise HTTPException(500)

    def outer(value: Annotated[str, Depends(real)]) -> str:
        return value

    @guide.app.get("/", dependencies=[Depends(real)])
    async def show(value: Annotated[str, Depends(outer)]) -> str:
        return value

    guide.app.dependency_overrides[real] = guide.yielding("fake")
    assert guide.client.get("/").json() == "fake"
    assert guide.log == ["fake in", "fake out"]
