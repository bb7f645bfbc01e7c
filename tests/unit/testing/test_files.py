"""Files sent by a test client."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trimaran import App, Request, UploadFile
from trimaran.errors import TrimaranError
from trimaran.testing import TestClient

app = App()


@app.post("/echo")
async def echo(request: Request) -> list[Any]:
    async with request.form() as form:
        return [
            [name, value.filename, value.content_type, (await value.read()).decode()]
            if isinstance(value, UploadFile)
            else [name, value]
            for name, value in form.multi_items()
        ]


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client of the application above."""
    with TestClient(app) as client:
        yield client


def test_files_however_they_are_given(client: TestClient, tmp_path: Path) -> None:
    """Content alone, with a name, with a type, or an open file."""
    path = tmp_path / "b.json"
    path.write_text("{}")
    with path.open("rb") as opened:
        files = {
            "a": b"1",
            "b": opened,
            "c": ("c.txt", "3"),
            "d": ("d", b"4", "x/y"),
            "e": io.BytesIO(b"5"),
        }
        assert client.post("/echo", files=files).json() == [
            ["a", "upload", "application/octet-stream", "1"],
            ["b", "b.json", "application/json", "{}"],
            ["c", "c.txt", "text/plain", "3"],
            ["d", "d", "x/y", "4"],
            ["e", "upload", "application/octet-stream", "5"],
        ]


def test_fields_beside_files(client: TestClient) -> None:
    """Repeated names from lists, in both."""
    answer = client.post("/echo", data={"x": ["1", "é"]}, files=[("f", b"a"), ("f", b"b")])
    assert [field[0] for field in answer.json()] == ["x", "x", "f", "f"]
    assert answer.json()[1] == ["x", "é"]


def test_names_cannot_break_the_form(client: TestClient) -> None:
    """They are written as browsers do."""
    answer = client.post("/echo", files={'a"b': ('c"d', b"")})
    assert answer.json() == [['a"b', 'c"d', "application/octet-stream", ""]]


def test_files_beside_another_body(client: TestClient) -> None:
    """Are refused: it could not be both."""
    for other in ({"json": {}}, {"content": b"x"}, {"data": "x"}):
        with pytest.raises(TrimaranError, match="TRI-TEST-002 Files are given beside a body"):
            client.post("/echo", files={"a": b""}, **other)  # type: ignore[arg-type]  # wrong on purpose


def test_a_part_without_a_file_name_is_a_field(client: TestClient) -> None:
    """``(None, text)`` in ``files``, as HTTPX has it: a form in multipart without a file."""
    answer = client.post("/echo", files={"a": (None, "1"), "b": (None, b"2", "text/plain")})
    assert answer.json() == [["a", "1"], ["b", "2"]]
