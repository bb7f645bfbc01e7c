"""The film shop: its API, its page and its import, on the real data."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from matinee import app as matinee
from matinee.importing import DATA, Report, import_films
from matinee.models import Director, Film, Genre
from trimaran import App
from trimaran.testing import TestClient

TODAY = date(2026, 11, 22)


@pytest.fixture
def app() -> App:
    return matinee.app


@pytest.fixture
async def films(db: object) -> list[Film]:
    nolan = await Director.objects.create(name="Christopher Nolan")
    drama = await Genre.objects.create(name="Drama")
    values: dict[str, Any] = {"director": nolan, "genre": drama, "imdb_votes": 10}
    memento = Film(title="Memento", release_date=date(2001, 3, 16), imdb_rating="8.7", **values)
    following = Film(title="Following", release_date=date(1999, 4, 4), imdb_rating="7.7", **values)
    cars = Film(title="Cars & <Bars>", release_date=date(2006, 6, 9))
    return [await film.save() for film in (memento, following, cars)]


def titles(answer: Any) -> list[str]:
    return [film["title"] for film in answer.json()["items"]]


def test_films_are_searched_by_title_and_director(client: TestClient, films: list[Film]) -> None:
    """A search looks into titles and directors' names."""
    assert titles(client.get("/films?q=nolan")) == ["Memento", "Following"]
    assert titles(client.get("/films?q=CARS")) == ["Cars & <Bars>"]
    assert titles(client.get("/films?q=%25")) == []


def test_films_are_filtered_ordered_and_paged(client: TestClient, films: list[Film]) -> None:
    """Filters, order and page apply together, and the total counts all that match."""
    answer = client.get("/films?genre=drama&order=title&limit=1&offset=1").json()
    assert [film["title"] for film in answer["items"]] == ["Memento"]
    assert (answer["total"], answer["limit"], answer["offset"]) == (2, 1, 1)
    assert titles(client.get("/films?min_rating=8")) == ["Memento"]
    assert titles(client.get("/films?year=2006")) == ["Cars & <Bars>"]


def test_a_film_comes_with_its_director(client: TestClient, films: list[Film]) -> None:
    """One film shows its relations; an unknown one is 404, an impossible id 422."""
    film = client.get(f"/films/{films[0].id}").json()
    assert film["director"]["name"] == "Christopher Nolan"
    assert (film["distributor"], film["imdb_rating"]) == (None, "8.7")
    assert client.get("/films/987654").status_code == 404
    assert client.get("/films/0").json()["detail"][0]["loc"] == ["path", "film_id"]


def test_a_film_is_added_and_changed(client: TestClient, films: list[Film]) -> None:
    """POST adds a film, PATCH changes what is given, DELETE removes it once."""
    new = {"title": "Dunkirk", "release_date": "2017-07-21", "director_id": films[0].director_id}
    added = client.post("/films", json=new)
    assert (added.status_code, added.json()["director"]["name"]) == (201, "Christopher Nolan")
    path = f"/films/{added.json()['id']}"
    changed = client.patch(path, json={"imdb_rating": "7.8", "director_id": None}).json()
    assert (changed["title"], changed["imdb_rating"], changed["director"]) == (
        "Dunkirk",
        "7.8",
        None,
    )
    assert [client.delete(path).status_code for _ in range(2)] == [204, 404]


def test_bad_films_are_refused_with_every_fault(client: TestClient, films: list[Film]) -> None:
    """A body names each fault; a relation that does not exist is a conflict."""
    answer = client.post("/films", json={"title": "", "imdb_rating": 11, "genre_id": "x"})
    assert answer.status_code == 422
    places = {fault["loc"][1]: fault["type"] for fault in answer.json()["detail"]}
    assert places == {
        "title": "string_too_short",
        "release_date": "missing",
        "imdb_rating": "less_than_equal",
        "genre_id": "int_parsing",
    }
    film = {"title": "X", "release_date": "2020-01-01", "genre_id": 987654}
    assert client.post("/films", json=film).status_code == 409


def test_a_limit_that_is_no_number_is_named(client: TestClient, db: object) -> None:
    """The answer to ``/films?limit=abc`` says where the fault is."""
    answer = client.get("/films?limit=abc")
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", "limit"])


def test_the_api_describes_itself(client: TestClient) -> None:
    """The document is valid OpenAPI 3.1 and names every operation."""
    document = client.get("/openapi.json").json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        *("/films", "/films/{film_id}", "/directors", "/distributors", "/genres"),
    }


def test_the_page_lists_and_searches(client: TestClient, films: list[Film]) -> None:
    """The page shows what matches, escaped, and takes a form's empty fields."""
    page = client.get("/?q=&genre=&year=&min_rating=").text
    assert "Cars &amp; &lt;Bars&gt;" in page
    assert "3 films" in page
    assert "<script" not in page
    found = client.get("/?q=memento").text
    assert "Memento" in found
    assert "Following" not in found


@pytest.mark.parametrize(
    "query", ["page=0", "year=abc", "year=99999", "min_rating=1e99999", "min_rating=nan", "q=%00"]
)
def test_the_page_never_fails(client: TestClient, films: list[Film], query: str) -> None:
    """Odd queries give a page or a clear 4xx."""
    assert client.get("/?" + query).status_code in (200, 422)


async def test_the_import_accounts_for_every_row(db: object) -> None:
    """Each row of the file is added, known or refused with its reason; none is lost."""
    report = await import_films(DATA, today=TODAY)
    assert report.rows == report.added + report.known + len(report.refused) == 3201
    assert (report.added, await Film.objects.count()) == (3184, 3184)
    reasons = {refusal.title: refusal.reason for refusal in report.refused}
    assert reasons["The Wizard of Oz"] == "release date 2039-08-25 lies in the future"
    assert reasons[""] == "the title is missing"
    again = await import_films(DATA, today=TODAY)
    assert (again.added, again.known) == (0, 3184)


async def test_the_import_says_why_a_row_is_refused(db: object, tmp_path: Path) -> None:
    """A row with an impossible number, date or rating is refused with its line."""
    with DATA.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    faults = {
        "production_budget": "many",
        "release_date": "soon",
        "mpaa_rating": "Z",
        "imdb_rating": "?",
    }
    path = tmp_path / "films.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row.keys())
        writer.writeheader()
        writer.writerows({**row, column: value} for column, value in faults.items())
    report: Report = await import_films(path, today=TODAY)
    assert [(no.line, no.reason) for no in report.refused] == [
        (2, "production_budget 'many' is not a whole number"),
        (3, "release date 'soon' is not a date"),
        (4, "'Z' is not a rating"),
        (5, "imdb_rating '?' is not a number"),
    ]
