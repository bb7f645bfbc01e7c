"""Parameters that a form fills, as FastAPI's users write them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import pydantic
import pytest

from trimaran import App, Body, Depends, File, Form, Header, HTTPException, UploadFile
from trimaran.testing import ClientResponse, TestClient


class Film(msgspec.Struct):
    title: Annotated[str, msgspec.Meta(min_length=2)]
    year: int = 2000
    tags: list[str] = []


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    title: str


class Order(pydantic.BaseModel):
    model_config = {"extra": "forbid"}
    film: int = pydantic.Field(gt=0, alias="filmId")
    notes: list[str] = []


@dataclass
class Login:
    user: str
    stay: bool = False


app = App(debug=False)
closed: list[bool] = []


@app.post("/fields")
async def fields(
    name: Annotated[str, Form(min_length=2, alias="full-name")],
    age: Annotated[int | None, Form()] = None,
    tags: Annotated[list[str], Form()] = [],  # noqa: B006  never changed
    agreed: bool = Form(False),
) -> list[Any]:
    return [name, age, tags, agreed]


@app.post("/film")
async def film(film: Annotated[Film, Form()]) -> Film:
    return film


@app.post("/strict")
async def strict(film: Annotated[Strict, Form()]) -> Strict:
    return film


@app.post("/order")
async def order(order: Annotated[Order, Form()]) -> Order:
    return order


@app.post("/login")
async def login(form: Annotated[Login, Form()]) -> list[Any]:
    return [form.user, form.stay]


@app.post("/file")
async def one_file(file: UploadFile) -> list[Any]:
    return [file.filename, file.content_type, file.size, (await file.read()).decode()]


@app.post("/optional")
async def optional(file: UploadFile | None = None, content: bytes | None = File(None)) -> list[Any]:
    return [file and file.filename, content and content.decode()]


@app.post("/files")
async def files(
    files: list[UploadFile],
    contents: Annotated[list[bytes], File()] = [],  # noqa: B006  never changed
) -> list[Any]:
    return [[file.filename for file in files], [content.decode() for content in contents]]


@app.post("/mixed")
async def mixed(
    poster: UploadFile, film: Annotated[Film, Body()], note: Annotated[str, Form()] = "-"
) -> list[Any]:
    return [poster.filename, film, note]


def signed_in(token: Annotated[str, Header()]) -> str:
    if token != "secret":
        raise HTTPException(401, "Who are you?")
    return token


@app.post("/guarded/{number}", dependencies=[Depends(signed_in)])
async def guarded(number: int, name: Annotated[str, Form()]) -> list[Any]:
    return [number, name]


kept: list[UploadFile] = []


@app.post("/kept")
def in_a_thread(file: UploadFile) -> str:
    kept.append(file)
    return file.file.read().decode()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A client of the application above."""
    with TestClient(app) as client:
        yield client


def faults(answer: ClientResponse) -> set[tuple[str, ...]]:
    """The faults of a 422: type and place."""
    assert answer.status_code == 422, answer.text
    return {(fault["type"], *map(str, fault["loc"])) for fault in answer.json()["detail"]}


def test_values_from_a_form(client: TestClient) -> None:
    """By name or alias, lists from repeated names, either encoding."""
    data = {"full-name": "Kurosawa", "age": "88", "tags": ["a", "b"], "agreed": "on"}
    for files in (None, {"unused": b""}):
        answer = client.post("/fields", data=data, files=files)
        assert answer.json() == ["Kurosawa", 88, ["a", "b"], True]


def test_empty_values_count_as_not_sent(client: TestClient) -> None:
    """As FastAPI has it: a browser sends every input of a form."""
    answer = client.post("/fields", data={"full-name": "Ozu", "age": "", "agreed": ""})
    assert answer.json() == ["Ozu", None, [], False]
    assert faults(client.post("/fields", data={"full-name": ""})) == {
        ("missing", "body", "full-name")
    }


def test_every_fault_of_a_form(client: TestClient) -> None:
    """At once, each with its place."""
    answer = client.post("/fields", data={"full-name": "x", "age": "old", "agreed": "perhaps"})
    assert faults(answer) == {
        ("string_too_short", "body", "full-name"),
        ("int_parsing", "body", "age"),
        ("bool_parsing", "body", "agreed"),
    }


def test_other_bodies_fill_no_form(client: TestClient) -> None:
    """The media type decides: JSON is no form, whatever it holds."""
    assert faults(client.post("/fields", json={"full-name": "Ozu"})) == {
        ("missing", "body", "full-name")
    }
    assert client.post("/fields").status_code == 422


def test_a_file_where_a_text_belongs(client: TestClient) -> None:
    """And a text where a file belongs."""
    answer = client.post("/fields", files={"full-name": ("a.txt", b"Ozu")})
    assert faults(answer) == {("string_type", "body", "full-name")}
    assert faults(client.post("/file", data={"file": "text"})) == {("file_type", "body", "file")}


def test_structs_from_a_form(client: TestClient) -> None:
    """Their fields are the form's."""
    answer = client.post("/film", data={"title": "Ran", "year": "1985", "tags": ["war"]})
    assert answer.json() == {"title": "Ran", "year": 1985, "tags": ["war"]}
    assert client.post("/film", data={"title": "Ran", "year": ""}).json()["year"] == 2000
    assert faults(client.post("/film", data={"year": "x"})) == {
        ("missing", "body", "title"),
        ("int_parsing", "body", "year"),
    }
    assert faults(client.post("/film", data={"title": "x"})) == {
        ("string_too_short", "body", "title")
    }


def test_unknown_fields_where_they_are_forbidden(client: TestClient) -> None:
    """A Struct or a model that forbids them refuses them."""
    assert client.post("/strict", data={"title": "Ran"}).json() == {"title": "Ran"}
    assert faults(client.post("/strict", data={"title": "Ran", "x": "1"})) == {
        ("extra_forbidden", "body", "x")
    }
    assert faults(client.post("/order", data={"filmId": "1", "x": "1"})) == {
        ("extra_forbidden", "body", "x")
    }


def test_pydantic_models_from_a_form(client: TestClient) -> None:
    """By alias, as lax as they are."""
    answer = client.post("/order", data={"filmId": "7", "notes": ["a", "b"]})
    assert answer.json() == {"filmId": 7, "notes": ["a", "b"]}
    assert faults(client.post("/order", data={"filmId": "0"})) == {
        ("greater_than", "body", "filmId")
    }


def test_dataclasses_from_a_form(client: TestClient) -> None:
    """With their defaults."""
    assert client.post("/login", data={"user": "me", "stay": "yes"}).json() == ["me", True]
    assert client.post("/login", data={"user": "me"}).json() == ["me", False]


def test_files(client: TestClient) -> None:
    """With their name, type, size and content."""
    answer = client.post("/file", files={"file": ("a.txt", "hello", "text/x")})
    assert answer.json() == ["a.txt", "text/x", 5, "hello"]
    assert faults(client.post("/file")) == {("missing", "body", "file")}


def test_optional_files(client: TestClient) -> None:
    """An input that was left empty counts as not sent."""
    assert client.post("/optional").json() == [None, None]
    assert client.post("/optional", files={"file": ("", b"")}).json() == [None, None]
    answer = client.post("/optional", files={"file": ("a", b""), "content": ("b", b"x")})
    assert answer.json() == ["a", "x"]


def test_many_files(client: TestClient) -> None:
    """All of a name, in order."""
    sent = {"files": [("a", b"1"), ("b", b"2")], "contents": [b"x", b"y"]}
    assert client.post("/files", files=sent).json() == [["a", "b"], ["x", "y"]]
    assert faults(client.post("/files", files={"x": b""})) == {("missing", "body", "files")}


def test_json_beside_files(client: TestClient) -> None:
    """A ``Body()`` parameter is one part of the form, checked as strictly as a body."""
    sent = {"poster": ("a.png", b"x")}
    answer = client.post("/mixed", files=sent, data={"film": '{"title":"Ran"}', "note": "n"})
    assert answer.json() == ["a.png", {"title": "Ran", "year": 2000, "tags": []}, "n"]
    answer = client.post("/mixed", files=sent, data={"film": '{"title":1,"year":"x"}'})
    assert faults(answer) == {
        ("string_type", "body", "film", "title"),
        ("int_parsing", "body", "film", "year"),
    }
    answer = client.post("/mixed", files=sent, data={"film": "{"})
    assert faults(answer) == {("json_invalid", "body", "film")}
    answer = client.post("/mixed", files=sent, data={"film": "[" * 100_000})
    assert faults(answer) == {("json_invalid", "body", "film")}


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b'{"title": "Ran"}', "application/json", None),
        (b'{"title": "Ran"}', "application/vnd.film+json; charset=utf-8", None),
        (b'{"title": 1}', "application/json", ("string_type", "body", "film", "title")),
        (b"{", "application/json", ("json_invalid", "body", "film")),
        (b'{"title": "Ran"}', "text/plain", ("json_type", "body", "film")),
        (b'"' + b"a" * 1_100_000 + b'"', "application/json", ("json_type", "body", "film")),
        (b"", "application/json", ("missing", "body", "film")),
    ],
)
def test_json_as_a_blob(client: TestClient, content: bytes, kind: str, expected: Any) -> None:
    """Browsers send a Blob as a file; what it says it is decides."""
    film = ("blob" if content else "", content, kind)
    answer = client.post("/mixed", files={"poster": ("a.png", b"x"), "film": film})
    if expected is None:
        assert answer.json()[1]["title"] == "Ran"
    else:
        assert faults(answer) == {expected}


def test_other_places_beside_a_form(client: TestClient) -> None:
    """Their faults stand together; a dependency that refuses comes first."""
    headers = {"token": "secret"}
    answer = client.post("/guarded/7", data={"name": "x"}, headers=headers)
    assert answer.json() == [7, "x"]
    assert faults(client.post("/guarded/x", headers=headers)) == {
        ("int_parsing", "path", "number"),
        ("missing", "body", "name"),
    }
    assert client.post("/guarded/x", headers={"token": "guess"}).status_code == 401


def test_malformed_forms_are_refused(client: TestClient) -> None:
    """400, whatever the parameters."""
    kind = {"content-type": "multipart/form-data; boundary=XX"}
    answer = client.post("/file", content=b"--XX\r\nnonsense", headers=kind)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The multipart body is malformed: ")


def test_files_are_closed_after_the_answer(client: TestClient) -> None:
    """Also where the handler ran in a thread."""
    assert client.post("/kept", files={"file": b"hello"}).text == '"hello"'
    assert [file.file.closed for file in kept] == [True]


def test_limits_of_bodies() -> None:
    """64 MB for files, 4 MB for other forms, unless the route says otherwise."""
    app.build()
    limits = {path: app.resolve("POST", path)[0].max_body // 2**20 for path in ("/file", "/fields")}
    assert limits == {"/file": 64, "/fields": 4}
