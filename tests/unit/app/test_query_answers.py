"""Routes that return a query: it is fetched as the declared answer needs it."""

from typing import Any

import msgspec
import pytest

from trimaran import App, Field, ForeignKey, Model
from trimaran.testing import TestClient


class AnswerCountry(Model):
    """A country."""

    name: str


class AnswerAuthor(Model):
    """An author."""

    name: str
    country: ForeignKey[AnswerCountry | None] = Field(on_delete="set_null", related_name="authors")


class AnswerBook(Model):
    """A book."""

    title: str
    author: ForeignKey[AnswerAuthor] = Field(on_delete="cascade", related_name="books")


class CountryOut(msgspec.Struct):
    name: str


class AuthorOut(msgspec.Struct):
    name: str
    country: CountryOut | None


class BookOut(msgspec.Struct):
    id: int
    title: str
    author: AuthorOut


class TitleOut(msgspec.Struct):
    title: str


class ShelfOut(msgspec.Struct):
    name: str
    books: list[TitleOut]


app = App()


@app.get("/plain")
async def plain() -> list[AnswerBook]:
    return AnswerBook.objects.order_by("id")  # type: ignore[return-value]  # it is fetched


# region nested
@app.get("/nested")
async def nested() -> list[BookOut]:
    return AnswerBook.objects.order_by("id")  # type: ignore[return-value]  # it is fetched


# endregion


@app.get("/threaded")
def threaded() -> list[BookOut]:
    return AnswerBook.objects.filter(title="Iliad")  # type: ignore[return-value]  # it is fetched


@app.get("/shelves")
async def shelves() -> list[ShelfOut]:
    return AnswerAuthor.objects.order_by("name")  # type: ignore[return-value]  # it is fetched


@app.get("/values")
async def titles() -> list[dict[str, Any]]:
    return AnswerBook.objects.order_by("title").values("title")  # type: ignore[return-value]  # likewise


@pytest.fixture
def client() -> Any:
    async def fill() -> None:
        greece = await AnswerCountry.objects.create(name="Greece")
        homer = await AnswerAuthor.objects.create(name="Homer", country=greece)
        jane = await AnswerAuthor.objects.create(name="Jane")
        for title, author in [("Iliad", homer), ("Emma", jane), ("Odyssey", homer)]:
            await AnswerBook.objects.create(title=title, author=author)

    with TestClient(app, database="sqlite://:memory:") as client:
        client.run(fill())
        yield client


def test_rows_go_straight_to_the_answer(client: Any) -> None:
    """A query that was not awaited is fetched by one statement."""
    with client.queries() as seen:
        found = client.get("/plain").json()
    assert [row["title"] for row in found] == ["Iliad", "Emma", "Odyssey"]
    seen.assert_exactly(1)


def test_the_answer_drives_the_joins(client: Any) -> None:
    """Relations that the declared type holds are joined: still one statement."""
    with client.queries() as seen:
        found = client.get("/nested").json()
    assert found[0]["author"] == {"name": "Homer", "country": {"name": "Greece"}}
    assert found[1] == {"id": 2, "title": "Emma", "author": {"name": "Jane", "country": None}}
    seen.assert_exactly(1)
    assert client.get("/threaded").json()[0]["author"]["name"] == "Homer"


def test_the_answer_drives_the_prefetches(client: Any) -> None:
    """Lists of related rows take one more statement, however many rows there are."""
    with client.queries() as seen:
        found = client.get("/shelves").json()
    assert found == [
        {"name": "Homer", "books": [{"title": "Iliad"}, {"title": "Odyssey"}]},
        {"name": "Jane", "books": [{"title": "Emma"}]},
    ]
    seen.assert_exactly(2)


def test_values_are_sent_as_they_are(client: Any) -> None:
    """A query of values answers with its dicts."""
    assert client.get("/values").json() == [
        {"title": "Emma"}, {"title": "Iliad"}, {"title": "Odyssey"},
    ]  # fmt: skip
