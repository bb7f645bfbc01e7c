"""FastAPI's "JSON with Bytes as Base64" and "Strict Content-Type Checking"."""

from typing import Annotated, Any

import msgspec
import pydantic
import pytest

from trimaran import App, Body, Router
from trimaran.testing import TestClient


class Both(pydantic.BaseModel):
    description: str
    data: bytes
    model_config = {"val_json_bytes": "base64", "ser_json_bytes": "base64"}


class Own(msgspec.Struct):
    description: str
    data: bytes


def served(cls: Any) -> App:
    app = App()

    @app.post("/data", response_model=cls)
    def echo(body: cls) -> Any:
        assert body.data == b"hello"
        return body

    return app


@pytest.mark.parametrize("cls", [Both, Own])
def test_bytes_are_base64_in_both_directions(cls: Any) -> None:
    """Of a Struct by nature, of a Pydantic model where its configuration says so."""
    sent = {"description": "Some data", "data": "aGVsbG8="}
    assert TestClient(served(cls)).post("/data", json=sent).json() == sent


@pytest.mark.parametrize("cls", [Both, Own])
def test_the_document_says_how_bytes_are_encoded(cls: Any) -> None:
    """By ``contentEncoding``, as JSON Schema 2020-12 has it."""
    schemas = served(cls).openapi()["components"]["schemas"]
    assert schemas[cls.__name__]["properties"]["data"]["contentEncoding"] == "base64"


def test_text_that_is_not_base64_is_refused() -> None:
    """At its place."""
    sent = {"description": "x", "data": "?"}
    for cls in (Both, Own):
        answer = TestClient(served(cls)).post("/data", json=sent)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", "data"]


# Strict Content-Type Checking


@pytest.mark.parametrize("cls", [Both, Own])
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (None, 422),
        ("text/plain", 422),
        ("application/octet-stream", 422),
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/vnd.films+json", 200),
        ("APPLICATION/JSON", 200),
    ],
)
def test_json_is_read_where_the_content_type_says_so(
    cls: Any, kind: str | None, status: int
) -> None:
    """A page elsewhere could send a body without one, or text, past CORS."""
    headers = {} if kind is None else {"content-type": kind}
    body = b'{"description": "x", "data": "aGVsbG8="}'
    client = TestClient(served(cls))
    assert client.post("/data", content=body, headers=headers).status_code == status


def test_bodies_without_a_content_type_are_read_where_that_is_asked_for() -> None:
    """``strict_content_type=False`` of the application or of a router; text stays text."""
    router = Router("/lax", strict_content_type=False)
    lax, strict = App(strict_content_type=False), App()
    for declaring in (lax, strict, router):

        @declaring.post("/own")
        def take(own: Own, more: Annotated[int, Body()] = 0) -> str:
            return own.description

    strict.include_router(router)
    body = b'{"own": {"description": "x", "data": ""}}'
    asked = [(lax, "/own", 200), (strict, "/lax/own", 200), (strict, "/own", 422)]
    for app, path, status in asked:
        client = TestClient(app)
        assert client.post(path, content=body).status_code == status
        text = client.post(path, content=body, headers={"content-type": "text/plain"})
        assert text.status_code == 422
        assert client.post(path, content=b"{").status_code in (400, 422)
