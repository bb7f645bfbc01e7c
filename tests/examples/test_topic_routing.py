"""The examples of ``docs/topics/routing.md``."""

from collections.abc import Iterator
from datetime import date

import pytest

from trimaran import App, ConfigurationError
from trimaran.routing import Converter
from trimaran.testing import TestClient

# region converter
SIZES = {"small": 1, "medium": 2, "large": 3}
NAMES = {number: name for name, number in SIZES.items()}

size = Converter(pattern="[a-z]+", parse=SIZES.__getitem__, format=NAMES.__getitem__)

app = App(converters={"size": size})


@app.get("/shirts/{shirt:size}")
async def shirts(shirt: int) -> int:
    return shirt


# endregion


# region kinds
@app.get("/films/{film_id:int}")
async def film(film_id: int) -> str:
    return f"film number {film_id}"


@app.get("/films/latest")
async def latest() -> str:
    return "the latest"


@app.get("/films/{slug:slug}")
async def film_by_slug(slug: str) -> str:
    return f"film called {slug}"


@app.get("/shows/{day:date}")
async def shows(day: date) -> int:
    return day.year


@app.get("/prices/{currency:re:[A-Z]{3}}")
async def prices(currency: str) -> str:
    return currency


@app.get("/posters/{name}-{width:int}.png")
async def poster(name: str, width: int) -> list[str | int]:
    return [name, width]


@app.get("/archive/{path:path}")
async def archive(path: str) -> str:
    return path


# endregion


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/films/12", "film number 12"),
        ("/films/latest", "the latest"),
        ("/films/the-kid", "film called the-kid"),
        ("/shows/2026-11-22", 2026),
        ("/prices/EUR", "EUR"),
        ("/posters/the-kid-640.png", ["the-kid", 640]),
        ("/archive/2026/11/list.txt", "2026/11/list.txt"),
        ("/shirts/large", 3),
    ],
)
def test_each_kind_takes_its_paths(client: TestClient, path: str, answer: object) -> None:
    """As the page says."""
    assert client.get(path).json() == answer


def test_misfits_are_not_found(client: TestClient) -> None:
    """404, not an error."""
    paths = ["/films/the kid", "/shows/2026-02-30", "/prices/euro", "/shirts/huge", "/films/1/2"]
    assert {client.get(path).status_code for path in paths} == {404}


def test_methods_that_no_route_takes_are_told(client: TestClient) -> None:
    """405 with the methods that would be taken; HEAD comes with GET."""
    answer = client.post("/films/12")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert client.head("/films/12").status_code == 200


def test_slash_at_the_end_redirects(client: TestClient) -> None:
    """To the path that exists."""
    answer = client.get("/films/12/?a=b", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/films/12?a=b")


def test_names_become_paths() -> None:
    """And a value that does not fit is refused."""
    # region reverse
    app.url_path_for("film", film_id=12)  # "/films/12"
    app.url_path_for("shows", day=date(2026, 11, 22))  # "/shows/2026-11-22"
    app.url_path_for("archive", path="a b/c")  # "/archive/a%20b/c"
    # endregion
    assert app.url_path_for("film", film_id=12) == "/films/12"
    assert app.url_path_for("shows", day=date(2026, 11, 22)) == "/shows/2026-11-22"
    assert app.url_path_for("archive", path="a b/c") == "/archive/a%20b/c"
    assert app.url_path_for("shirts", shirt=2) == "/shirts/medium"
    with pytest.raises(ConfigurationError, match="TRI-PATH-006 'twelve' does not fit"):
        app.url_path_for("film", film_id="twelve")


def test_clashes_are_told_together() -> None:
    """At start-up, each with both places."""
    broken = App()
    for prefix in ("/a", "/b"):
        broken.get(prefix + "/{x}")(lambda x: x)
        broken.get(prefix + "/{y}")(lambda y: y)
    with pytest.raises(ConfigurationError, match="has 2 configuration fault") as caught:
        broken.build()
    message = str(caught.value)
    assert message.count("TRI-PATH-003 tests/examples/test_topic_routing.py:") == 2
    assert "Path '/a/{y}' takes the same paths as '/a/{x}' of tests/examples" in message
