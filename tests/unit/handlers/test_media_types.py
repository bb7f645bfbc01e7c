"""What a body says it is decides how it is read, and nothing else does."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Annotated, Any

import msgspec
import pytest

from trimaran import App, Body, File, Form, Request, UploadFile
from trimaran.testing import TestClient


class Film(msgspec.Struct):
    title: str


app = App(debug=False)


@app.post("/film")
async def film(film: Film) -> Film:
    return film


@app.post("/two")
async def two(film: Film, stars: Annotated[int, Body()] = 0) -> list[Any]:
    return [film.title, stars]


@app.post("/text")
async def text(text: Annotated[str, Body(media_type="text/plain")]) -> str:
    return text


@app.post("/small", max_body=1000)
async def small(film: Film) -> int:
    return len(film.title)


@app.post("/form")
async def form(title: Annotated[str, Form()], poster: UploadFile | None = None) -> list[Any]:
    return [title, poster and (await poster.read()).decode()]


@app.post("/limited")
async def limited(
    poster: Annotated[UploadFile, File(max_length=5)],
    stills: Annotated[list[bytes], File(min_length=2)] = [],  # noqa: B006  never changed
) -> int | None:
    return poster.size


@app.post("/by-hand")
async def by_hand(request: Request) -> list[Any]:
    raw = await request.body()
    return [len(raw), await request.json()]


@pytest.fixture(scope="module")
def client() -> Any:
    with TestClient(app) as client:
        yield client


JSON = b'{"title": "Ran"}'


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json;",
        "application/json; charset=latin-1",
        "APPLICATION/JSON",
        " application/json ; a=b",
        "application/vnd.films.v2+json",
        "application/problem+json; charset=utf-8",
    ],
)
def test_kinds_of_json(client: TestClient, kind: str) -> None:
    """Any case, any parameter, any structured suffix; it is UTF-8 whatever it says (RFC 8259)."""
    assert client.post("/film", content=JSON, headers={"content-type": kind}).json() == {
        "title": "Ran"
    }


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "text/plain; application/json",
        "text/plain, application/json",
        "application/json, text/plain",
        "application/jsonx",
        "application/ +json",
        "application/x+json+xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=+json",
    ],
)
@pytest.mark.parametrize("path", ["/film", "/two"])
def test_what_is_not_json_is_refused(client: TestClient, kind: str, path: str) -> None:
    """However much the body looks like it: a form of another site could send it (CSRF)."""
    answer = client.post(path, content=JSON, headers={"content-type": kind} if kind else {})
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["detail"][0]["msg"]


def test_the_first_of_two_media_types_counts(client: TestClient) -> None:
    """For reading and for judging both."""
    both = [("content-type", "application/json"), ("content-type", "text/plain")]
    assert client.post("/film", content=JSON, headers=both).status_code == 200
    assert client.post("/film", content=JSON, headers=both[::-1]).status_code == 422


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
@pytest.mark.parametrize(
    ("path", "body", "kind", "expected"),
    [
        ("/film", JSON, "application/json", {"title": "Ran"}),
        ("/two", b'{"film": {"title": "Ran"}, "stars": 3}', "application/json", ["Ran", 3]),
        ("/text", "für alle".encode(), "text/plain", "für alle"),
        ("/form", b"title=a+b", "application/x-www-form-urlencoded", ["a b", None]),
    ],
)
def test_compressed_bodies(
    client: TestClient, pack: Any, path: str, body: bytes, kind: str, expected: Any
) -> None:
    """JSON, text and forms are inflated before they are read."""
    coding = "gzip" if pack is gzip.compress else "deflate"
    headers = {"content-type": kind, "content-encoding": coding}
    assert client.post(path, content=pack(body), headers=headers).json() == expected


def test_a_compressed_upload(client: TestClient) -> None:
    """Files too, as they arrive."""
    boundary = b"--b\r\nContent-Disposition: form-data; name="
    body = boundary + b'"title"\r\n\r\na\r\n'
    body += boundary + b'"poster"; filename="x"\r\n\r\npixels\r\n--b--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=b", "content-encoding": "gzip"}
    answer = client.post("/form", content=gzip.compress(body), headers=headers)
    assert answer.json() == ["a", "pixels"]


def test_a_body_read_by_hand(client: TestClient) -> None:
    """``body()`` is what came, ``json()`` what it means."""
    packed = gzip.compress(JSON)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert client.post("/by-hand", content=packed, headers=headers).json() == [
        len(packed),
        {"title": "Ran"},
    ]


@pytest.mark.parametrize(
    ("path", "body", "coding", "status"),
    [
        ("/film", JSON, "gzip", 400),  # plain, in spite of what it says
        ("/film", gzip.compress(JSON)[:-3], "gzip", 400),
        ("/film", gzip.compress(b"{"), "gzip", 400),
        ("/film", gzip.compress(b"{}"), "gzip", 422),
        ("/film", JSON, "compress", 415),
        ("/text", JSON, "lzma", 415),
        ("/form", b"title=a", "lzma", 415),
        ("/by-hand", JSON, "gzip, br", 415),
        ("/small", gzip.compress(b'{"title": "%b"}' % bytes(b"a" * 1000)), "gzip", 413),
        ("/small", gzip.compress(b'{"title": "%b"}' % bytes(b"a" * 900)), "gzip", 200),
        ("/film", gzip.compress(b" " * 5_000_000), "gzip", 413),
    ],
)
def test_bodies_that_are_not_what_they_say(
    client: TestClient, path: str, body: bytes, coding: str, status: int
) -> None:
    """A clear refusal each; the limit is the route's own and holds for what comes out."""
    kind = {"/text": "text/plain", "/form": "application/x-www-form-urlencoded"}
    headers = {"content-type": kind.get(path, "application/json"), "content-encoding": coding}
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code == status
    if status == 415:
        assert "gzip" in answer.headers["accept-encoding"]


def test_sizes_of_files(client: TestClient) -> None:
    """``File(max_length=, min_length=)`` are bytes of each file."""
    poster = {"poster": ("a", io.BytesIO(b"12345"))}
    assert client.post("/limited", files=poster).json() == 5
    files = [("poster", ("a", b"123456")), ("stills", ("b", b"12")), ("stills", ("c", b"1"))]
    faults = client.post("/limited", files=files).json()["detail"]
    assert [(fault["type"], fault["loc"]) for fault in faults] == [
        ("bytes_too_long", ["body", "poster"]),
        ("bytes_too_short", ["body", "stills"]),
    ]
