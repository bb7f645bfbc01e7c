"""Whole documents, held against golden files.

``TRIMARAN_UPDATE_GOLDEN=1`` writes them anew.
"""

import enum
import json
import os
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Annotated, Any, TypedDict
from uuid import UUID

import msgspec
import pydantic
import pytest
from openapi_spec_validator import validate

from trimaran import (
    App,
    Body,
    Cookie,
    Depends,
    EventSourceResponse,
    File,
    FileResponse,
    Form,
    Header,
    Path,
    Query,
    Router,
    ServerSentEvent,
    UploadFile,
)
from trimaran.http import HTMLResponse, RedirectResponse, Response, StreamingResponse

GOLDEN = FilePath(__file__).parents[2] / "golden" / "openapi"


class Genre(enum.Enum):
    """What a film is about."""

    WAR = "war"
    LOVE = "love"


class Director(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    born: date | None = None


class Film(msgspec.Struct, kw_only=True):
    """A film, as the shop sells it."""

    id: int
    title: str
    director: Director
    price: Decimal = Decimal("9.99")
    genres: list[Genre] = []
    tags: dict[str, str] = {}


class FilmPatch(TypedDict, total=False):
    title: str
    price: float


@dataclass
class Review:
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)]
    text: str = ""


class Problem(msgspec.Struct):
    reason: str


def paging(
    offset: Annotated[int, Query(ge=0, description="Rows to pass over")] = 0,
    limit: Annotated[int, Query(ge=1, le=100, examples=[10, 50])] = 20,
) -> tuple[int, int]:
    """Return the part of a list that is asked for."""
    return offset, limit


def typed() -> App:
    """Return an application with a bit of everything."""
    app = App(title="Film shop", version="1.2.0", description="Films, *typed*.")
    films = Router(prefix="/films", tags=["films"])

    @films.get("")
    async def list_films(
        page: Annotated[tuple[int, int], Depends(paging)],
        q: str | None = None,
        genre: Annotated[list[Genre], Query()] = [],  # noqa: B006  never changed
        sort: Annotated[str, Query(pattern="^-?[a-z]+$", deprecated=True)] = "title",
    ) -> list[Film]:
        """List films.

        Newest *first*.
        \f
        Not for readers of the documentation.
        """
        return []

    @films.post("", status_code=201, responses={409: {"model": Problem}})
    async def add_film(film: Film, x_token: Annotated[str, Header(max_length=40)]) -> Film:
        return film

    @films.get("/{film_id:int}", responses={404: {"description": "No such film"}})
    async def show_film(
        film_id: Annotated[int, Path(ge=1, title="Number")],
        session: Annotated[str | None, Cookie()] = None,
    ) -> Film:
        """Show one film."""
        raise NotImplementedError

    @films.patch("/{film_id:int}", operation_id="changeFilm")
    async def change_film(film_id: int, patch: FilmPatch) -> Film:
        raise NotImplementedError

    @films.delete("/{film_id:int}", status_code=204, summary="Remove it", deprecated=True)
    async def remove_film(film_id: int) -> None:
        return None

    @films.post("/{film_id:int}/reviews")
    async def review(
        film_id: int,
        review: Review,
        notify: Annotated[bool, Body(description="Tell the author")] = False,
    ) -> Review | None:
        return review

    app.include_router(films)

    @app.get("/page")
    async def page() -> HTMLResponse:
        return HTMLResponse("")

    @app.get("/old/{code:re:[A-Z]{3}}/{key:uuid}")
    async def old(code: str, key: UUID) -> RedirectResponse:
        return RedirectResponse("/")

    @app.get("/export/{name:path}")
    async def export(name: str) -> StreamingResponse:
        return StreamingResponse([])

    @app.get("/hidden", include_in_schema=False)
    async def hidden() -> Response:
        return Response()

    @app.api_route("/both", methods=["GET", "PUT"])
    async def both() -> dict[str, int]:
        return {}

    return app


class Line(pydantic.BaseModel):
    """One line of an order."""

    film: int = pydantic.Field(gt=0, description="Its number")
    price: float = pydantic.Field(1.0, le=1000)

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def cents(self) -> int:
        """The price, counted."""
        return round(self.price * 100)


class Order(pydantic.BaseModel):
    lines: list[Line]
    note: str | None = None


def with_pydantic() -> App:
    """Return an application whose types are Pydantic's."""
    app = App(title="Orders", version="1")

    @app.post("/orders", status_code=201)
    async def order(order: Order) -> Order:
        return order

    @app.get("/orders/{id:int}")
    async def show(id: int) -> Order | None:
        return None

    return app


def minimal() -> App:
    """Return the smallest application."""
    app = App()

    @app.get("/")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    return app


class Signup(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(max_length=20)]
    tags: list[str] = []


def with_files() -> App:
    """Return an application that takes forms and files, and streams."""
    app = App(title="Files", version="1")

    @app.post("/login")
    async def login(
        user: Annotated[str, Form(min_length=2)],
        stay: Annotated[bool, Form(description="On this device")] = False,
    ) -> str:
        return user

    @app.post("/signup")
    async def signup(form: Annotated[Signup, Form()]) -> Signup:
        return form

    @app.post("/posters")
    async def add_poster(
        poster: UploadFile,
        film: Annotated[Film, Body()],
        stills: list[UploadFile] | None = None,
        thumbnail: Annotated[bytes | None, File(description="Small")] = None,
    ) -> int:
        return 0

    @app.get("/poster")
    async def poster() -> FileResponse:
        return FileResponse("poster.png")

    @app.get("/lines")
    async def lines() -> AsyncIterable[Problem]:
        yield Problem("none")

    @app.get("/events", response_class=EventSourceResponse)
    async def events() -> AsyncIterable[Problem]:
        yield Problem("none")

    @app.get("/plain-events", response_class=EventSourceResponse)
    async def plain_events() -> AsyncIterable[ServerSentEvent]:
        yield ServerSentEvent(data=1)

    @app.get("/bytes", response_class=StreamingResponse)
    async def stream() -> AsyncIterable[bytes]:
        yield b""

    return app


APPS = [typed, with_pydantic, minimal, with_files]


@pytest.mark.parametrize("make", APPS, ids=lambda make: make.__name__)
def test_document_is_the_golden_one(make: Callable[[], App]) -> None:
    """To the letter and in this order, whatever the run."""
    text = json.dumps(make().openapi(), indent=1, ensure_ascii=False) + "\n"
    golden = GOLDEN / f"{make.__name__}.json"
    if os.environ.get("TRIMARAN_UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("make", APPS, ids=lambda make: make.__name__)
def test_document_is_valid(make: Callable[[], App]) -> None:
    """By the schema of OpenAPI 3.1, and every reference leads somewhere."""
    document = make().openapi()
    validate(document)
    names = set(document.get("components", {}).get("schemas", {}))
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in names


def references(part: Any) -> list[str]:
    """Return every reference in a part of a document."""
    if isinstance(part, dict):
        own = [value for key, value in part.items() if key == "$ref"]
        return own + [one for value in part.values() for one in references(value)]
    return [one for value in part for one in references(value)] if isinstance(part, list) else []
