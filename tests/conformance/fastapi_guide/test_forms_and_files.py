"""FastAPI's guide on forms, files and answers, statement by statement.

From "Form Data", "Form Models", "Request Files", "Request Forms and Files", "Response Model -
Return Type", "Custom Response", "Stream JSON Lines", "Server-Sent Events", "Stream Data" and "Using
the Request Directly".
"""

from collections.abc import AsyncIterable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Json

from trimaran import (
    App,
    Depends,
    EventSourceResponse,
    File,
    FileResponse,
    Form,
    Header,
    Request,
    ServerSentEvent,
    StreamingResponse,
    UploadFile,
)
from trimaran.testing import ClientResponse, TestClient

app = App()


class FormData(BaseModel):
    username: str
    password: str


class Closed(FormData):
    model_config = {"extra": "forbid"}


class Item(BaseModel):
    name: str
    description: str | None = None
    price: float = 9.5
    tags: list[str] = []


ITEMS = [Item(name="Plumbus"), Item(name="Portal Gun", description="Opens portals.")]


class PasswordForm:
    """A class whose ``__init__`` takes form fields, as OAuth2PasswordRequestForm does."""

    def __init__(
        self,
        *,
        grant_type: Annotated[str | None, Form(pattern="^password$")] = None,
        username: Annotated[str, Form()],
        scope: Annotated[str, Form()] = "",
    ) -> None:
        self.grant_type = grant_type
        self.username = username
        self.scopes = scope.split()


@app.post("/login/")
async def login(username: Annotated[str, Form()], password: Annotated[str, Form()]) -> Any:
    return {"username": username}


@app.post("/model/")
async def model(data: Annotated[FormData, Form()]) -> FormData:
    return data


@app.post("/closed/")
async def closed(data: Annotated[Closed, Form()]) -> Closed:
    return data


@app.post("/token")
async def token(form: Annotated[PasswordForm, Depends()]) -> list[Any]:
    return [form.username, form.scopes]


@app.post("/files/")
async def create_file(file: Annotated[bytes | None, File(description="Bytes")] = None) -> Any:
    return {"file_size": len(file)} if file else {"message": "No file sent"}


@app.post("/uploadfile/")
async def create_upload_file(file: Annotated[UploadFile, File(description="A file")]) -> Any:
    return {"filename": file.filename}


@app.post("/uploadfiles/")
async def create_upload_files(files: list[UploadFile]) -> Any:
    return {"filenames": [file.filename for file in files]}


@app.post("/both/")
async def both(
    file: Annotated[bytes, File()],
    fileb: Annotated[UploadFile, File()],
    token: Annotated[str, Form()],
) -> Any:
    return {"file_size": len(file), "token": token, "fileb_content_type": fileb.content_type}


@app.post("/json-part/")
async def json_part(item: Annotated[Json[Item], Form()], files: list[UploadFile]) -> list[Any]:
    return [item, len(files)]


@app.post("/raw")
async def raw(request: Request) -> list[str]:
    form = await request.form()
    names = sorted(form)
    await form.close()
    return names


@app.get("/unset", response_model=Item, response_model_exclude_unset=True)
async def unset() -> Any:
    return {"name": "Foo", "price": 50.2}


@app.get("/some", response_model=Item, response_model_include=["name", "description"])
async def some() -> Any:
    return ITEMS[1]


@app.get("/others", response_model=Item, response_model_exclude={"tags"})
async def others() -> Any:
    return ITEMS[1]


@app.get("/file", response_class=FileResponse)
async def file() -> Any:
    return __file__


@app.get("/jsonl")
async def jsonl() -> AsyncIterable[Item]:
    for item in ITEMS:
        yield item


@app.get("/jsonl-plain")
def jsonl_plain() -> Iterable[Item]:
    yield from ITEMS


@app.get("/sse", response_class=EventSourceResponse)
async def sse(last_event_id: Annotated[int | None, Header()] = None) -> AsyncIterable[Any]:
    yield ServerSentEvent(comment="stream of items")
    start = last_event_id + 1 if last_event_id is not None else 0
    for number, item in enumerate(ITEMS[start:], start):
        yield ServerSentEvent(data=item, event="item", id=str(number), retry=5000)


@app.post("/sse", response_class=EventSourceResponse)
async def sse_by_post(prompt: Annotated[str, Form()]) -> AsyncIterable[ServerSentEvent]:
    for word in prompt.split():
        yield ServerSentEvent(raw_data=word)
    yield ServerSentEvent(raw_data="[DONE]", event="done")


@app.get("/story", response_class=StreamingResponse)
async def story() -> AsyncIterable[str]:
    yield "Rick: "
    yield "Morty!"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A client of the guide's application."""
    with TestClient(app) as client:
        yield client


def faults(answer: ClientResponse) -> list[tuple[str, list[str]]]:
    """Type and place of each fault."""
    assert answer.status_code == 422, answer.text
    return [(fault["type"], fault["loc"]) for fault in answer.json()["detail"]]


def test_form_fields(client: TestClient) -> None:
    """They come from a form, and JSON fills none of them."""
    data = {"username": "rick", "password": "secret"}
    assert client.post("/login/", data=data).json() == {"username": "rick"}
    missing = [("missing", ["body", "username"]), ("missing", ["body", "password"])]
    assert faults(client.post("/login/", json=data)) == missing


def test_form_models(client: TestClient) -> None:
    """Each field is taken from the form; others are refused where they are forbidden."""
    data = {"username": "rick", "password": "secret"}
    assert client.post("/model/", data={**data, "extra": "Mr."}).json() == data
    answer = client.post("/closed/", data={**data, "extra": "Mr. Poopybutthole"})
    assert answer.json()["detail"] == [
        {
            "type": "extra_forbidden",
            "loc": ["body", "extra"],
            "msg": "Extra inputs are not permitted",
            "input": "Mr. Poopybutthole",
        }
    ]


def test_classes_with_form_fields_as_dependencies(client: TestClient) -> None:
    """What OAuth2's password flow needs."""
    answer = client.post("/token", data={"username": "rick", "scope": "a b"})
    assert answer.json() == ["rick", ["a", "b"]]
    answer = client.post("/token", data={"username": "rick", "grant_type": "other"})
    assert faults(answer) == [("string_pattern_mismatch", ["body", "grant_type"])]


def test_files(client: TestClient) -> None:
    """As bytes, as UploadFile, several of them, and none."""
    assert client.post("/files/", files={"file": b"1234"}).json() == {"file_size": 4}
    assert client.post("/files/").json() == {"message": "No file sent"}
    answer = client.post("/uploadfile/", files={"file": ("a.txt", b"")})
    assert answer.json() == {"filename": "a.txt"}
    answer = client.post("/uploadfiles/", files=[("files", ("a", b"")), ("files", ("b", b""))])
    assert answer.json() == {"filenames": ["a", "b"]}


def test_files_and_fields(client: TestClient) -> None:
    """In one form; a field may hold JSON."""
    files: Any = {"file": b"123", "fileb": ("b.txt", b"x", "text/plain")}
    assert client.post("/both/", files=files, data={"token": "t"}).json() == {
        "file_size": 3,
        "token": "t",
        "fileb_content_type": "text/plain",
    }
    answer = client.post("/json-part/", files={"files": b""}, data={"item": '{"name": "Foo"}'})
    assert answer.json()[0]["name"] == "Foo"
    answer = client.post("/json-part/", files={"files": b""}, data={"item": '{"price": "x"}'})
    assert faults(answer) == [
        ("missing", ["body", "item", "name"]),
        ("float_parsing", ["body", "item", "price"]),
    ]


def test_forms_read_from_the_request(client: TestClient) -> None:
    """By ``await request.form()``."""
    assert client.post("/raw", data={"b": "1"}, files={"a": b""}).json() == ["a", "b"]


def test_response_models_in_parts(client: TestClient) -> None:
    """Unset fields left out, some included, some excluded."""
    assert client.get("/unset").json() == {"name": "Foo", "price": 50.2}
    assert client.get("/some").json() == {"name": "Portal Gun", "description": "Opens portals."}
    assert client.get("/others").json() == {
        "name": "Portal Gun",
        "description": "Opens portals.",
        "price": 9.5,
    }


def test_a_path_as_a_file(client: TestClient) -> None:
    """With ``response_class=FileResponse`` the handler returns the path."""
    assert client.get("/file").content == Path(__file__).read_bytes()


@pytest.mark.parametrize("path", ["/jsonl", "/jsonl-plain"])
def test_json_lines(client: TestClient, path: str) -> None:
    """Each item that is yielded is a line."""
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/jsonl"
    assert [Item.model_validate_json(line) for line in answer.text.splitlines()] == ITEMS


def test_server_sent_events(client: TestClient) -> None:
    """With comments, names, ids and delays; resumed by Last-Event-ID; by POST too."""
    answer = client.get("/sse", headers={"Last-Event-ID": "0"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-accel-buffering"] == "no"
    comment, event, _ = answer.text.split("\n\n")
    assert comment == ": stream of items"
    lines = dict(line.split(": ", 1) for line in event.split("\n"))
    assert (lines["event"], lines["id"], lines["retry"]) == ("item", "1", "5000")
    assert Item.model_validate_json(lines["data"]) == ITEMS[1]
    answer = client.post("/sse", data={"prompt": "hello world"})
    assert answer.text == "data: hello\n\ndata: world\n\nevent: done\ndata: [DONE]\n\n"


def test_streams_of_text(client: TestClient) -> None:
    """Sent as they are."""
    assert client.get("/story").text == "Rick: Morty!"
