"""Handlers that yield."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Annotated, Any

import msgspec
import pytest

from trimaran import (
    App,
    Depends,
    EventSourceResponse,
    Header,
    Response,
    ServerSentEvent,
    StreamingResponse,
)
from trimaran.testing import TestClient


class Film(msgspec.Struct):
    title: str


class Wide(Film):
    secret: str = "hidden"


class Picture(StreamingResponse):
    media_type = "image/png"


app = App(debug=False)
order: list[str] = []


async def session(response: Response) -> AsyncIterator[str]:
    order.append("open")
    response.headers["x-used"] = "session"
    yield "session"
    order.append("closed")


@app.get("/lines")
async def lines(used: Annotated[str, Depends(session)]) -> AsyncIterable[Film]:
    for title in ("Ran", "Ikiru"):
        order.append(title)
        yield Wide(title)


@app.get("/in-threads")
def in_threads() -> Iterable[Film]:
    yield Film("Ran")
    yield Film("Ikiru")


@app.get("/untyped", status_code=202)
async def untyped() -> Any:
    yield {"a": 1}
    yield 2


@app.get("/events", response_class=EventSourceResponse)
async def events(last_event_id: Annotated[int | None, Header()] = None) -> AsyncIterable[Film]:
    yield Film(str(last_event_id))
    yield ServerSentEvent(data=Film("Ran"), id="3")  # type: ignore[misc]  # FastAPI's way


@app.get("/only-events", response_class=EventSourceResponse)
def only_events() -> Iterable[ServerSentEvent]:
    yield ServerSentEvent(raw_data="plain", event="note")


@app.get("/picture", response_class=Picture)
async def picture() -> AsyncIterable[bytes]:
    yield b"\x89PNG"


@app.get("/text", response_class=StreamingResponse)
def text() -> Iterable[str]:
    yield "a"
    yield "é"


@app.get("/broken")
async def broken() -> AsyncIterable[Film]:
    yield Film("Ran")
    yield 3  # type: ignore[misc]  # wrong on purpose


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client of the application above."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_json_lines(client: TestClient) -> None:
    """One line an item, of it only what the type declares."""
    order.clear()
    answer = client.get("/lines")
    assert answer.headers["content-type"] == "application/jsonl"
    assert answer.text == '{"title":"Ran"}\n{"title":"Ikiru"}\n'
    assert answer.headers["x-used"] == "session"
    assert order == ["open", "Ran", "Ikiru", "closed"]


def test_plain_generators(client: TestClient) -> None:
    """They run in a thread, step by step."""
    assert client.get("/in-threads").text == '{"title":"Ran"}\n{"title":"Ikiru"}\n'


def test_items_of_any_type(client: TestClient) -> None:
    """Without an annotation whatever has a JSON form is sent."""
    answer = client.get("/untyped")
    assert (answer.status_code, answer.text) == (202, '{"a":1}\n2\n')


def test_events(client: TestClient) -> None:
    """Values become data; events are as they were made."""
    answer = client.get("/events", headers={"Last-Event-ID": "2"})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.text == 'data: {"title":"2"}\n\ndata: {"title":"Ran"}\nid: 3\n\n'
    assert client.get("/only-events").text == "event: note\ndata: plain\n\n"


def test_bytes_and_text(client: TestClient) -> None:
    """As they are, with the class' media type."""
    answer = client.get("/picture")
    assert (answer.headers["content-type"], answer.content) == ("image/png", b"\x89PNG")
    assert client.get("/text").content == "aé".encode()


def test_head_of_a_stream(client: TestClient) -> None:
    """The handler does not run."""
    order.clear()
    assert client.head("/lines").headers["content-type"] == "application/jsonl"
    assert order == ["open", "closed"]


def test_items_that_are_not_what_was_declared() -> None:
    """The stream breaks off: nothing undeclared is sent."""
    with TestClient(app) as client, client.stream("GET", "/broken") as answer:
        chunks = answer.iter_bytes()
        assert next(chunks) == b'{"title":"Ran"}\n'
        with pytest.raises(ValueError, match="Expected `object`, got `int`"):
            next(chunks)


class Item(msgspec.Struct):
    name: str
    note: str | None = None


@pytest.mark.parametrize("kind", [None, EventSourceResponse])
@pytest.mark.parametrize("typed", [True, False])
def test_the_items_of_a_stream_have_the_routes_shape(kind: Any, typed: bool) -> None:
    """``response_model_exclude_none`` and its like are about each item."""
    app = App()

    async def items():  # type: ignore[no-untyped-def]  # given below
        yield Item("x")

    items.__annotations__["return"] = AsyncIterable[Item] if typed else AsyncIterable[Any]
    app.get("/", response_class=kind, response_model_exclude_none=True)(items)
    text = TestClient(app).get("/").text.strip()
    assert text.removeprefix("data: ") == '{"name":"x"}'
