"""Server-sent events."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from trimaran.http import EventSourceResponse, ServerSentEvent
from trimaran.http.events import encode_event


class Film(msgspec.Struct):
    title: str


def sent(response: EventSourceResponse, count: int | None = None) -> list[bytes]:
    """The first chunks of a response."""

    async def go() -> list[bytes]:
        chunks, found = response.chunks(), []
        async for chunk in chunks:
            found.append(chunk)
            if len(found) == count:
                break
        await chunks.aclose()
        return found

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ServerSentEvent(data=Film("Ran")), 'data: {"title":"Ran"}\n\n'),
        (ServerSentEvent(data="hi\nyou"), 'data: "hi\\nyou"\n\n'),
        (ServerSentEvent(raw_data="a\r\nb\rc\n"), "data: a\ndata: b\ndata: c\ndata: \n\n"),
        (
            ServerSentEvent(data=1, event="add", id="7", retry=500),
            "event: add\ndata: 1\nid: 7\nretry: 500\n\n",
        ),
        (ServerSentEvent(comment="still\nhere"), ": still\n: here\n\n"),
        (ServerSentEvent(raw_data=""), "data: \n\n"),
    ],
)
def test_events_as_text(event: ServerSentEvent, text: str) -> None:
    """No value can begin a line that it should not."""
    assert encode_event(event) == text.encode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"data": 1, "raw_data": "1"}, "not both"),
        ({"event": "a\nb"}, "event of an event holds a line end or NUL"),
        ({"id": "a\0"}, "id of an event holds a line end or NUL"),
        ({"retry": -1}, "below zero"),
    ],
)
def test_events_that_would_break_the_stream(fields: dict[str, object], message: str) -> None:
    """Are refused where they are made."""
    with pytest.raises(ValueError, match=message):
        ServerSentEvent(**fields)  # type: ignore[arg-type]  # wrong on purpose


def test_values_become_events() -> None:
    """Events as they are, other values as JSON, text untouched."""
    response = EventSourceResponse([Film("Ran"), ServerSentEvent(event="end"), "data: x\n\n"])
    assert sent(response) == [b'data: {"title":"Ran"}\n\n', b"event: end\n\n", b"data: x\n\n"]
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-accel-buffering"] == "no"


def test_silence_is_broken_by_comments() -> None:
    """So that no proxy takes the stream for dead."""
    closed = []

    async def silent() -> AsyncIterator[str]:
        try:
            yield "data: 1\n\n"
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    found = sent(EventSourceResponse(silent(), keep_alive=0.01), 3)
    assert found == [b"data: 1\n\n", b": ping\n\n", b": ping\n\n"]
    assert closed == [True]


def test_faults_of_the_source_reach_the_reader() -> None:
    """After everything that came before them."""

    async def failing() -> AsyncIterator[str]:
        yield "a"
        yield "b"
        raise RuntimeError("lost")

    async def go() -> None:
        chunks = EventSourceResponse(failing()).chunks()
        assert [await anext(chunks), await anext(chunks)] == [b"a", b"b"]
        with pytest.raises(RuntimeError, match="lost"):
            await anext(chunks)

    asyncio.run(go())


def test_the_source_runs_one_item_ahead_at_most() -> None:
    """A reader that stops stops the source too."""
    made = []

    async def eager() -> AsyncIterator[str]:
        for number in range(100):
            made.append(number)
            yield str(number)

    async def go() -> None:
        chunks = EventSourceResponse(eager()).chunks()
        await anext(chunks)
        await asyncio.sleep(0.02)
        await chunks.aclose()

    asyncio.run(go())
    assert len(made) <= 3
