"""FastAPI's "Advanced Dependencies": instances as dependencies, and clean-up in time.

What the tutorial says of dependencies stands in ``test_dependencies.py``.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

import pytest

from trimaran import App, Depends, HTTPException, StreamingResponse
from trimaran.errors import ConfigurationErrors
from trimaran.testing import TestClient


class Contains:
    """A dependency with a setting: whether the query names a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def __call__(self, q: str = "") -> bool:
        return self.word in q


class ContainsLater(Contains):
    """The same, asynchronously."""

    async def __call__(self, q: str = "") -> bool:  # type: ignore[override]  # on purpose
        return self.word in q


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


@pytest.mark.parametrize("cls", [Contains, ContainsLater])
def test_an_instance_is_a_dependency(app: App, cls: type[Contains]) -> None:
    """Its ``__call__`` has the parameters; each instance is one of its own."""

    @app.get("/")
    async def show(
        bar: Annotated[bool, Depends(cls("bar"))], foo: Annotated[bool, Depends(cls("foo"))]
    ) -> dict[str, bool]:
        return {"bar": bar, "foo": foo}

    client = TestClient(app)
    assert client.get("/?q=barman").json() == {"bar": True, "foo": False}
    (parameter,) = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert parameter["name"] == "q"


def limited(q: str = "", *, most: int) -> str:
    return q[:most]


def test_a_partial_is_a_dependency(app: App) -> None:
    """What it has filled in is no parameter any more."""

    @app.get("/")
    async def show(q: Annotated[str, Depends(partial(limited, most=3))]) -> str:
        return q

    assert TestClient(app).get("/?q=abcdef").json() == "abc"


def test_clean_up_comes_after_the_answer_was_sent(app: App) -> None:
    """So that a stream may use what the dependency gave (FastAPI 0.118)."""
    log: list[str] = []

    def session() -> Iterator[list[str]]:
        yield log
        log.append("closed")

    @app.get("/")
    def stream(held: Annotated[list[str], Depends(session)]) -> StreamingResponse:
        def rows() -> Iterator[str]:
            for number in range(3):
                held.append(f"row {number}")
                yield f"{number}\n"

        return StreamingResponse(rows())

    assert TestClient(app).get("/").text == "0\n1\n2\n"
    assert log == ["row 0", "row 1", "row 2", "closed"]


def test_clean_up_before_the_answer_with_the_function_scope(app: App) -> None:
    """``Depends(scope="function")`` ends with the handler (FastAPI 0.121)."""
    log: list[str] = []

    def session() -> Iterator[None]:
        yield
        log.append("closed")

    @app.get("/")
    def stream(_: Annotated[None, Depends(session, scope="function")]) -> StreamingResponse:
        def rows() -> Iterator[str]:
            log.append("streaming")
            yield "x"

        return StreamingResponse(rows())

    TestClient(app).get("/")
    assert log == ["closed", "streaming"]


def test_a_request_scoped_dependency_cannot_need_a_function_scoped_one(app: App) -> None:
    """It would outlive what it uses; refused at start-up."""

    def short() -> Iterator[int]:
        yield 1

    def long(value: Annotated[int, Depends(short, scope="function")]) -> Iterator[int]:
        yield value

    app.get("/", dependencies=[Depends(long)])(lambda: 1)
    with pytest.raises(ConfigurationErrors, match="TRI-DI-003"):
        app.build()


def test_a_context_manager_is_entered_by_a_dependency(app: App) -> None:
    """As the page's example does it with a session."""
    log: list[str] = []

    @contextmanager
    def opened(name: str) -> Iterator[str]:
        log.append(f"open {name}")
        try:
            yield name
        finally:
            log.append(f"close {name}")

    def session() -> Iterator[str]:
        with opened("db") as value:
            yield value

    @app.get("/")
    def show(name: Annotated[str, Depends(session)]) -> str:
        return name

    assert TestClient(app).get("/").json() == "db"
    assert log == ["open db", "close db"]


def test_an_exception_in_the_handler_reaches_the_dependency_which_may_raise_another(
    app: App,
) -> None:
    """The one that it raises is answered; what it swallows does not make an answer."""

    async def guarded() -> AsyncIterator[None]:
        try:
            yield
        except KeyError as error:
            raise HTTPException(404, f"No {error}") from error

    @app.get("/", dependencies=[Depends(guarded)])
    async def show() -> Any:
        raise KeyError("ran")

    answer = TestClient(app).get("/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "No 'ran'"})
