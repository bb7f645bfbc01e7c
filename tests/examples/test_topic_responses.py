"""The examples of ``docs/topics/responses.md``."""

import asyncio
from collections.abc import AsyncIterable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from trimaran import (
    App,
    Compression,
    EventSourceResponse,
    FileResponse,
    Header,
    HTTPException,
    Request,
    Response,
    ServerSentEvent,
    StreamingResponse,
    not_modified,
)
from trimaran.testing import TestClient

FOLDER = Path(__file__).parent
app = App()
app.middleware("http")(Compression())


class Film(msgspec.Struct):
    title: str
    year: int = 2000
    note: str | None = None


FILMS = [Film("Ran", 1985), Film("Ikiru", 1952, "black and white")]


# region parts
@app.get("/films", response_model_exclude_none=True, response_model_exclude={"year"})
async def films() -> list[Film]:
    return FILMS


# endregion


# region file
@app.get("/source")
async def source() -> FileResponse:
    return FileResponse(FOLDER / "test_topic_responses.py", filename="naïve.py")


# endregion


# region lines
@app.get("/films.jsonl")
async def export() -> AsyncIterable[Film]:
    for film in FILMS:
        yield film


# endregion


# region events
@app.get("/events", response_class=EventSourceResponse)
async def events(
    last_event_id: Annotated[int, Header()] = 0,
) -> AsyncIterable[ServerSentEvent]:
    for number, film in enumerate(FILMS, start=1):
        if number > last_event_id:
            yield ServerSentEvent(data=film, event="film", id=str(number))
            await asyncio.sleep(0)


# endregion


# region bytes
class Picture(StreamingResponse):
    media_type = "image/png"


@app.get("/picture", response_class=Picture)
def picture() -> Iterable[bytes]:
    yield b"\x89PNG"


# endregion


# region conditional
VERSIONS = {"ran": 7}


@app.get("/versions/{slug}")
async def version(slug: str, request: Request, response: Response) -> Film | Response:
    if slug not in VERSIONS:
        raise HTTPException(404)
    etag = f"{slug}-{VERSIONS[slug]}"
    if (short := not_modified(request, etag=etag)) is not None:
        return short
    response.headers["etag"] = f'"{etag}"'
    return FILMS[0]


# endregion


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_parts_of_answers(client: TestClient) -> None:
    """What is excluded is not sent."""
    assert client.get("/films").json() == [
        {"title": "Ran"},
        {"title": "Ikiru", "note": "black and white"},
    ]


def test_files(client: TestClient) -> None:
    """Whole, in parts, or not at all."""
    headers = {"accept-encoding": "identity"}
    answer = client.get("/source", headers=headers)
    assert answer.content == Path(__file__).read_bytes()
    assert "filename*=UTF-8''na%C3%AFve.py" in answer.headers["content-disposition"]
    assert client.get("/source", headers={"range": "bytes=0-2", **headers}).content == b'"""'
    known = {"if-none-match": answer.headers["etag"]}
    assert client.get("/source", headers=known).status_code == 304


def test_streams(client: TestClient) -> None:
    """Lines, events and bytes."""
    first = '{"title":"Ran","year":1985,"note":null}'
    assert client.get("/films.jsonl").text.splitlines()[0] == first
    answer = client.get("/events", headers={"last-event-id": "1"})
    assert answer.text.startswith('event: film\ndata: {"title":"Ikiru"')
    assert answer.text.endswith("\nid: 2\n\n")
    assert client.get("/picture").content == b"\x89PNG"


def test_conditions(client: TestClient) -> None:
    """304 while the version is the same."""
    answer = client.get("/versions/ran")
    known = {"if-none-match": answer.headers["etag"]}
    assert (answer.json()["title"], answer.headers["etag"]) == ("Ran", '"ran-7"')
    assert client.get("/versions/ran", headers=known).status_code == 304
    assert client.get("/versions/rashomon").status_code == 404


def test_compression(client: TestClient) -> None:
    """For clients that take it, where it is worth it."""
    headers = {"accept-encoding": "gzip"}
    answer = client.get("/source", headers=headers)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in client.get("/films", headers=headers).headers
