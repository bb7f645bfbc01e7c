"""The examples of ``docs/topics/parameters.md`` and ``docs/topics/bodies.md``."""

import datetime
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from trimaran import App, Body, Check, Cookie, Header, Query, Request, register_type
from trimaran.testing import TestClient

app = App()


# region first
@app.get("/films/{film_id}")
async def show(
    film_id: int,
    tags: Annotated[list[str], Query(max_length=5, default_factory=list)],
    since: datetime.date | None = None,
    order: Literal["title", "year"] = "title",
    user_agent: Annotated[str, Header()] = "unknown",
    session: Annotated[str | None, Cookie()] = None,
) -> list[Any]:
    return [film_id, since, tags, order, user_agent, session]


# endregion


# region model
class Filters(Struct, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(gt=0, le=100)] = 20
    order_by: Literal["created", "updated"] = "created"
    tags: list[str] = []


@dataclass
class Common:
    if_none_match: str | None = None  # the header If-None-Match
    x_tag: list[str] | None = None


@app.get("/search")
async def search(
    filters: Annotated[Filters, Query()], common: Annotated[Common, Header()]
) -> Filters:
    return filters


# endregion


# region check
def known_isbn(value: str) -> str:
    digits = value.replace("-", "")
    if len(digits) != 13:
        raise ValueError("an ISBN has 13 digits")
    return digits


Isbn = Annotated[str, Check(known_isbn)]
Tags = Annotated[list[str], Check(lambda value: value.split(","), before=True)]


class Copy(Struct):
    isbn: Isbn
    price: Decimal


@app.get("/books/{isbn}")
async def book(isbn: Isbn) -> str:
    return isbn


@app.post("/copies")
async def add_copies(copies: list[Copy]) -> int:
    return len(copies)


# endregion


# region union
class Film(Struct):
    title: str
    minutes: int


class Series(Struct):
    title: str
    episodes: list[str]


@app.post("/shows")
async def add_show(work: Film | Series) -> str:
    return type(work).__name__


# endregion


# region tagged
class Circle(Struct, tag="circle"):
    radius: float


class Square(Struct, tag="square"):
    side: float


@app.post("/shapes")
async def add_shape(shape: Circle | Square) -> float:
    return shape.radius if isinstance(shape, Circle) else shape.side


# endregion


# region custom
class Colour:
    def __init__(self, red: int, green: int, blue: int) -> None:
        self.parts = (red, green, blue)

    @classmethod
    def parse(cls, text: str) -> "Colour":
        return cls(*bytes.fromhex(text.removeprefix("#")))  # ValueError for anything else

    def __str__(self) -> str:
        return "#" + bytes(self.parts).hex()


register_type(Colour, decode=Colour.parse, encode=str, schema={"type": "string", "format": "color"})


@app.get("/paint")
async def paint(colour: Colour) -> Colour:
    return colour


# endregion


# region bodies
@app.post("/orders")
async def order(
    film: Film,
    copies: Annotated[int, Body(ge=1)] = 1,
    note: Annotated[str | None, Body(max_length=200)] = None,
) -> list[Any]:
    return [film.title, copies, note]


@app.post("/embedded")
async def embedded(film: Annotated[Film, Body(embed=True)]) -> str:
    return film.title


# endregion


# region raw
@app.post("/notes")
async def note(text: Annotated[str, Body(media_type="text/plain")]) -> int:
    return len(text)


@app.put("/blobs/{name}", max_body=1024 * 1024 * 1024)
async def blob(name: str, request: Request) -> int:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return size


# endregion


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_parameters(client: TestClient) -> None:
    """Each from its place."""
    answer = client.get(
        "/films/3?since=2026-11-22&tags=a&tags=b",
        headers={"user-agent": "me", "cookie": "session=s"},
    )
    assert answer.json() == [3, "2026-11-22", ["a", "b"], "title", "me", "s"]


def test_models(client: TestClient) -> None:
    """A class takes several; what it forbids is told at its name."""
    answer = client.get("/search?limit=3&tags=a", headers={"x-tag": "t"})
    assert answer.json() == {"limit": 3, "order_by": "created", "tags": ["a"]}
    [fault] = client.get("/search?tool=1").json()["detail"]
    assert (fault["type"], fault["loc"]) == ("extra_forbidden", ["query", "tool"])


def test_checks(client: TestClient) -> None:
    """On a parameter, and on a field of a list's items."""
    assert client.get("/books/978-3-16-148410-0").json() == "9783161484100"
    copies = [{"isbn": "9783161484100", "price": "1.50"}, {"isbn": "1", "price": "1.50"}]
    [fault] = client.post("/copies", json=copies).json()["detail"]
    assert fault["loc"] == ["body", 1, "isbn"]
    assert fault["msg"] == "Value error, an ISBN has 13 digits"
    assert msgspec.convert(["a"], Tags) == ["a"]


def test_unions(client: TestClient) -> None:
    """By what fits, or by the tag."""
    assert client.post("/shows", json={"title": "Ran", "minutes": 160}).json() == "Film"
    assert client.post("/shows", json={"title": "Ran", "episodes": []}).json() == "Series"
    assert client.post("/shapes", json={"type": "square", "side": 2}).json() == 2


def test_custom_types(client: TestClient) -> None:
    """As they were registered."""
    assert client.get("/paint?colour=%23ff8000").json() == "#ff8000"
    assert client.get("/paint?colour=red").status_code == 422


def test_bodies(client: TestClient) -> None:
    """Several, one under its name, text, and as it arrives."""
    film = {"title": "Ran", "minutes": 160}
    assert client.post("/orders", json={"film": film, "copies": 2}).json() == ["Ran", 2, None]
    assert client.post("/embedded", json={"film": film}).json() == "Ran"
    packed = gzip.compress(b"four")
    headers = {"content-type": "text/plain", "content-encoding": "gzip"}
    assert client.post("/notes", content=packed, headers=headers).json() == 4
    assert client.put("/blobs/a", content=b"12345").json() == 5
