"""FastAPI's "Additional Responses in OpenAPI"."""

from typing import Any

import msgspec
import pytest

from trimaran import App, JSONResponse, Response
from trimaran.testing import TestClient


class Film(msgspec.Struct):
    slug: str
    title: str


class Message(msgspec.Struct):
    message: str


FILM_REF = {"$ref": "#/components/schemas/Film"}
MESSAGE_REF = {"$ref": "#/components/schemas/Message"}
SHARED: dict[int | str, dict[str, Any]] = {
    404: {"description": "No such film"},
    302: {"description": "The film was moved"},
}


def described(*, response_class: type | None = None, **responses: Any) -> Any:
    """Return what the document says of a route of these ``responses``."""
    app = App()

    @app.get(
        "/films/{slug}",
        response_model=Film,
        response_class=response_class or JSONResponse,
        responses={int(key[1:]): value for key, value in responses.items()},
    )
    async def show(slug: str) -> Response | dict[str, str]:
        if slug == "ran":
            return {"slug": "ran", "title": "Ran"}
        return JSONResponse({"message": "No such film"}, 404)

    client = TestClient(app)
    assert client.get("/films/ikiru").json() == {"message": "No such film"}
    document = app.openapi()
    return document["paths"]["/films/{slug}"]["get"]["responses"], document


def test_a_model_of_another_status() -> None:
    """Its schema is a component, its description the status' phrase."""
    responses, document = described(_404={"model": Message})
    content = {"application/json": {"schema": MESSAGE_REF}}
    assert responses["404"] == {"description": "Not Found", "content": content}
    assert "Message" in document["components"]["schemas"]
    assert responses["200"]["content"] == {"application/json": {"schema": FILM_REF}}


def test_another_media_type_of_the_main_answer() -> None:
    """Beside JSON, which stays with its schema."""
    declared = {"content": {"image/png": {}}, "description": "The film, or its poster"}
    responses, _ = described(_200=declared)
    assert responses["200"] == {
        "description": "The film, or its poster",
        "content": {"application/json": {"schema": FILM_REF}, "image/png": {}},
    }


def test_information_from_several_places_is_combined() -> None:
    """The response model's schema, and an example beside it."""
    example = {"slug": "ran", "title": "Ran"}
    responses, _ = described(
        _404={"model": Message, "description": "The film was not found"},
        _200={"content": {"application/json": {"example": example}}},
    )
    assert responses["404"]["description"] == "The film was not found"
    assert responses["200"] == {
        "description": "Successful Response",
        "content": {"application/json": {"schema": FILM_REF, "example": example}},
    }


def test_predefined_responses_are_unpacked() -> None:
    """What many routes share stands beside what is one's own."""
    own: dict[int | str, dict[str, Any]] = {**SHARED, 200: {"content": {"image/png": {}}}}
    responses, _ = described(**{f"_{status}": value for status, value in own.items()})
    assert list(responses) == ["200", "404", "302", "422"]
    assert own[200] == {"content": {"image/png": {}}}  # what was declared is left alone


@pytest.mark.parametrize("shared", ["app", "router"])
def test_headers_links_and_ranges_are_openapis_own(shared: str) -> None:
    """Whatever OpenAPI allows in a response may stand there; so may ``4XX`` and ``default``."""
    header = {"headers": {"Retry-After": {"schema": {"type": "integer"}}}}
    app = App(responses={"5XX": {"description": "Down"}} if shared == "app" else None)

    @app.get("/", responses={503: header, "default": {"description": "Else"}})
    async def show() -> None: ...

    responses = app.openapi()["paths"]["/"]["get"]["responses"]
    assert responses["503"] == {"description": "Service Unavailable", **header}
    assert responses["default"] == {"description": "Else"}
    assert ("5XX" in responses) == (shared == "app")


class Page(Response):
    """HTML by another name."""

    media_type = "text/x-page"


def test_a_model_without_a_media_type_has_that_of_the_route() -> None:
    """JSON's where the response class has none."""
    responses, _ = described(response_class=Page, _404={"model": Message})
    assert list(responses["404"]["content"]) == ["text/x-page"]
    responses, _ = described(response_class=Response, _404={"model": Message})
    assert list(responses["404"]["content"]) == ["application/json"]
