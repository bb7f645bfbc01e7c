"""The examples of ``docs/topics/forms-and-files.md``."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from trimaran import App, Body, File, Form, HTTPException, Request, UploadFile
from trimaran.testing import TestClient

app = App()


# region form
@app.post("/login")
async def login(
    user: Annotated[str, Form(min_length=2)],
    stay: Annotated[bool, Form()] = False,
) -> str:
    return f"{user} stays" if stay else f"{user} visits"


# endregion


# region model
class Review(msgspec.Struct, forbid_unknown_fields=True):
    title: Annotated[str, msgspec.Meta(max_length=80)]
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3
    tags: list[str] = []


@app.post("/reviews")
async def add_review(review: Annotated[Review, Form()]) -> Review:
    return review


# endregion


# region files
@app.post("/posters")
async def add_poster(
    poster: UploadFile,
    stills: list[UploadFile] | None = None,
    thumbnail: Annotated[bytes | None, File()] = None,
) -> dict[str, Any]:
    if poster.content_type not in ("image/png", "image/jpeg"):
        raise HTTPException(415, "A poster is a PNG or a JPEG.")
    first = await poster.read(8)
    return {"name": poster.filename, "size": poster.size, "png": first == b"\x89PNG\r\n\x1a\n"}


# endregion


# region mixed
class Film(msgspec.Struct):
    title: str
    year: int


@app.post("/films")
async def add_film(film: Annotated[Film, Body()], poster: UploadFile) -> list[Any]:
    return [film, poster.filename]


# endregion


# region keep
@app.post("/archive", max_body=500 * 1024 * 1024)
def archive(file: UploadFile) -> int | None:
    # A plain function runs in a thread, where it may wait for the disk.
    folder: Path = app.state.folder
    with (folder / "upload.bin").open("wb") as kept:
        shutil.copyfileobj(file.file, kept)
    return file.size


# endregion


# region raw
@app.post("/anything")
async def anything(request: Request) -> list[str]:
    async with request.form(max_files=10, max_fields=100) as form:
        return list(form)


# endregion


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app.state.folder = tmp_path
    with TestClient(app) as client:
        yield client


def test_forms(client: TestClient) -> None:
    """Values by name."""
    assert client.post("/login", data={"user": "ada", "stay": "on"}).json() == "ada stays"
    answer = client.post("/login", data={"user": ""})
    assert answer.json()["detail"][0]["type"] == "missing"


def test_models(client: TestClient) -> None:
    """A class' fields are the form's."""
    data = {"title": "Ran", "stars": "5", "tags": ["war", "kings"]}
    assert client.post("/reviews", data=data).json() == {**data, "stars": 5}
    answer = client.post("/reviews", data={"title": "Ran", "rating": "5"})
    assert answer.json()["detail"][0]["loc"] == ["body", "rating"]


def test_files(client: TestClient) -> None:
    """As the page sends them."""
    # region client
    png = b"\x89PNG\r\n\x1a\n..."
    answer = client.post("/posters", files={"poster": ("ran.png", png, "image/png")})
    # endregion
    assert answer.json() == {"name": "ran.png", "size": 11, "png": True}
    assert client.post("/posters", files={"poster": ("a.txt", b"x")}).status_code == 415


def test_json_beside_a_file(client: TestClient) -> None:
    """One part is JSON."""
    answer = client.post(
        "/films", data={"film": '{"title": "Ran", "year": 1985}'}, files={"poster": ("p", b"x")}
    )
    assert answer.json() == [{"title": "Ran", "year": 1985}, "p"]


def test_kept_and_read_by_hand(client: TestClient, tmp_path: Path) -> None:
    """The file is written where the application says."""
    assert client.post("/archive", files={"file": b"x" * 3_000_000}).json() == 3_000_000
    assert (tmp_path / "upload.bin").stat().st_size == 3_000_000
    assert client.post("/anything", data={"a": "1"}, files={"b": b""}).json() == ["a", "b"]
