"""FastAPI's tutorial, "Request Files", "Form Data" and "Form Models"."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from trimaran import App, File, Form, Request, UploadFile
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Login(BaseModel):
    username: str
    password: str
    tags: list[str] = []


@app.post("/login/")
async def login(username: Annotated[str, Form()], note: Annotated[str, Form()] = "none") -> Any:
    return [username, note]


@app.post("/model/")
async def model(data: Annotated[Login, Form()]) -> Login:
    return data


@app.post("/bytes/")
async def as_bytes(file: Annotated[bytes, File(description="Read whole")]) -> int:
    return len(file)


@app.post("/upload/")
async def upload(file: UploadFile) -> dict[str, Any]:
    start = await file.read(2)
    await file.seek(0)
    whole = await file.read()
    return {
        "name": file.filename,
        "type": file.content_type,
        "size": file.size,
        "start": start.decode(),
        "whole": whole.decode(),
        "part": file.headers["content-disposition"].split(";")[0],
    }


@app.post("/plain/")
def plain(file: UploadFile) -> bytes:
    return file.file.read()


@app.post("/optional/")
async def optional(file: UploadFile | None = None) -> str | None:
    return file and file.filename


@app.post("/many/")
async def many(files: Annotated[list[UploadFile], File(description="Several")]) -> Any:
    return [file.filename for file in files]


@app.post("/many-bytes/")
async def many_bytes(files: Annotated[list[bytes], File()]) -> list[int]:
    return [len(file) for file in files]


@app.post("/raw/")
async def raw(request: Request) -> list[str]:
    async with request.form() as form:
        return sorted(form)


def schema(path: str) -> Any:
    body = app.openapi()["paths"][path]["post"]["requestBody"]["content"]
    media, content = next(iter(body.items()))
    name = content["schema"]["$ref"].rpartition("/")[2]
    return media, app.openapi()["components"]["schemas"][name]


# Form Data


def test_fields_of_a_form() -> None:
    """Urlencoded or multipart; an empty one counts as none was sent."""
    assert client.post("/login/", data={"username": "ann"}).json() == ["ann", "none"]
    assert client.post("/login/", data={"username": "ann", "note": ""}).json() == ["ann", "none"]
    parts: Any = {"username": (None, "ann")}
    assert client.post("/login/", files=parts).json() == ["ann", "none"]
    empty = client.post("/login/", data={"username": ""})
    assert empty.json()["detail"][0]["type"] == "missing"


def test_a_form_is_documented() -> None:
    """By its media type."""
    media, shown = schema("/login/")
    assert media == "application/x-www-form-urlencoded"
    assert (shown["required"], list(shown["properties"])) == (["username"], ["username", "note"])


# Form Models


def test_a_form_as_a_model() -> None:
    """Each field of it; a list takes what repeats; the document shows the model."""
    sent = {"username": "ann", "password": "x", "tags": ["a", "b"]}
    assert client.post("/model/", data=sent).json() == sent
    body = app.openapi()["paths"]["/model/"]["post"]["requestBody"]["content"]
    reference = {"$ref": "#/components/schemas/Login"}
    assert body["application/x-www-form-urlencoded"]["schema"] == reference


# Request Files


def test_a_file_as_bytes() -> None:
    """Read whole into memory."""
    assert client.post("/bytes/", files={"file": b"12345"}).json() == 5
    missing = client.post("/bytes/")
    assert missing.status_code == 422
    assert missing.json()["detail"][0]["loc"] == ["body", "file"]


def test_an_upload_file() -> None:
    """filename, content_type, size, headers; read, seek and the like are awaited."""
    answer = client.post("/upload/", files={"file": ("log.txt", b"fog", "text/plain")})
    assert answer.json() == {
        "name": "log.txt",
        "type": "text/plain",
        "size": 3,
        "start": "fo",
        "whole": "fog",
        "part": "form-data",
    }


def test_the_file_of_an_upload() -> None:
    """``file.file`` is the Python file, for ``def`` handlers and libraries."""
    assert client.post("/plain/", files={"file": b"fog"}).status_code == 200


@pytest.mark.parametrize(("files", "name"), [({}, None), ({"file": ("a.txt", b"")}, "a.txt")])
def test_an_optional_file(files: Any, name: str | None) -> None:
    """None where there is none."""
    assert client.post("/optional/", files=files).json() == name


def test_several_files() -> None:
    """``list[UploadFile]`` or ``list[bytes]``, in their order."""
    files = [("files", ("a.txt", b"1")), ("files", ("b.txt", b"22"))]
    assert client.post("/many/", files=files).json() == ["a.txt", "b.txt"]
    assert client.post("/many-bytes/", files=files).json() == [1, 2]


def test_files_are_documented() -> None:
    """In multipart/form-data, with their descriptions.

    Differs: as ``format: binary``, which every client generator knows; FastAPI writes
    ``contentMediaType``.
    """
    media, shown = schema("/bytes/")
    assert media == "multipart/form-data"
    file = shown["properties"]["file"]
    assert (file["type"], file["format"]) == ("string", "binary")
    assert file["description"] == "Read whole"
    assert schema("/many/")[1]["properties"]["files"]["type"] == "array"


def test_a_form_read_by_hand() -> None:
    """``async with request.form()`` closes the files."""
    parts: Any = {"b": (None, "1"), "a": ("a.txt", b"x")}
    assert client.post("/raw/", files=parts).json() == ["a", "b"]
