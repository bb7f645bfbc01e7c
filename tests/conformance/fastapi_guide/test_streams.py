"""FastAPI's tutorial, "Stream JSON Lines" and "Server-Sent Events (SSE)"."""

import json
from collections.abc import AsyncIterable, Iterable
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from trimaran import App, EventSourceResponse, Header, ServerSentEvent
from trimaran.testing import TestClient

app = App()
client = TestClient(app, raise_server_exceptions=False)


class Buoy(BaseModel):
    name: str
    depth: int | None = None


class Marked(Buoy):
    secret: str = "hidden"


BUOYS = [Marked(name="North", depth=3), Marked(name="South")]
SHOWN = [{"name": "North", "depth": 3}, {"name": "South", "depth": None}]


@app.get("/lines/async")
async def lines() -> AsyncIterable[Buoy]:
    for buoy in BUOYS:
        yield buoy


@app.get("/lines/plain")
def plain_lines() -> Iterable[Buoy]:
    yield from BUOYS


@app.get("/lines/untyped")
async def untyped_lines():  # type: ignore[no-untyped-def]  # without a return type on purpose
    for buoy in SHOWN:
        yield {**buoy, "note": "a\nb"}


@app.get("/events/async", response_class=EventSourceResponse)
async def events() -> AsyncIterable[Buoy]:
    for buoy in BUOYS:
        yield buoy


@app.get("/events/plain", response_class=EventSourceResponse)
def plain_events() -> Iterable[Buoy]:
    yield from BUOYS


@app.get("/events/untyped", response_class=EventSourceResponse)
async def untyped_events():  # type: ignore[no-untyped-def]  # as above
    yield {"a": 1}


@app.post("/events/named", response_class=EventSourceResponse)
async def named(
    last_event_id: Annotated[int | None, Header()] = None,
) -> AsyncIterable[ServerSentEvent]:
    first = 0 if last_event_id is None else last_event_id + 1
    yield ServerSentEvent(comment="begins")
    for number in range(first, 2):
        yield ServerSentEvent(data=BUOYS[number], event="buoy", id=str(number), retry=5000)
    yield ServerSentEvent(raw_data="[DONE]", event="done")


def events_of(text: str) -> list[dict[str, str]]:
    blocks = [block for block in text.split("\n\n") if block]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


# Stream JSON Lines


@pytest.mark.parametrize("path", ["/lines/async", "/lines/plain"])
def test_each_item_is_a_line(path: str) -> None:
    """``yield`` in ``async def`` and ``def``; each is filtered to the declared type."""
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in answer.text.splitlines()] == SHOWN


def test_lines_without_a_type() -> None:
    """Whatever encodes to JSON; a line end within a text is escaped."""
    found = [json.loads(line) for line in client.get("/lines/untyped").text.splitlines()]
    assert found == [{**buoy, "note": "a\nb"} for buoy in SHOWN]


def test_lines_are_documented() -> None:
    """Under application/jsonl, with the schema of an item.

    Differs: it stands as the content's ``schema``; FastAPI writes OpenAPI 3.2's ``itemSchema``.
    """
    responses = app.openapi()["paths"]["/lines/async"]["get"]["responses"]
    shown = responses["200"]["content"]["application/jsonl"]["schema"]
    assert shown == {"$ref": "#/components/schemas/Buoy"}


# Server-Sent Events


@pytest.mark.parametrize("path", ["/events/async", "/events/plain"])
def test_each_item_is_an_event(path: str) -> None:
    """With ``response_class=EventSourceResponse``: data in JSON, filtered to the type."""
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(event["data"]) for event in events_of(answer.text)] == SHOWN


def test_events_without_a_type() -> None:
    """Whatever encodes to JSON."""
    assert client.get("/events/untyped").text == 'data: {"a":1}\n\n'


def test_fields_of_an_event() -> None:
    """``ServerSentEvent``: comment, event, id, retry; ``raw_data`` is not encoded."""
    answer = client.post("/events/named").text
    assert answer.startswith(": begins\n\n")
    found = events_of(answer.removeprefix(": begins\n\n"))
    assert json.loads(found[0].pop("data"))["name"] == "North"
    assert found[0] == {"event": "buoy", "id": "0", "retry": "5000"}
    assert found[-1] == {"event": "done", "data": "[DONE]"}


def test_data_or_raw_data() -> None:
    """Not both."""
    with pytest.raises(ValueError, match="data or raw_data, not both"):
        ServerSentEvent(data=1, raw_data="1")


def test_a_stream_is_resumed() -> None:
    """A client sends the last id as ``Last-Event-ID``: a header like any other; POST works too."""
    answer = client.post("/events/named", headers={"Last-Event-ID": "0"})
    ids = [event["id"] for event in events_of(answer.text.split("\n\n", 1)[1]) if "id" in event]
    assert ids == ["1"]


def test_headers_for_proxies() -> None:
    """No caching, no buffering; a comment keeps an idle stream open."""
    headers = client.get("/events/async").headers
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-cache", "no")


def test_events_are_documented() -> None:
    """As text/event-stream, the schema of the data within."""
    responses = app.openapi()["paths"]["/events/async"]["get"]["responses"]
    shown: Any = responses["200"]["content"]["text/event-stream"]["schema"]
    data = shown["properties"]["data"]
    assert data["contentMediaType"] == "application/json"
    assert data["contentSchema"] == {"$ref": "#/components/schemas/Buoy"}
