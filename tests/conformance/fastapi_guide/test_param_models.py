"""FastAPI's tutorial, "Query Parameter Models", "Header ..." and "Cookie Parameter Models"."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from trimaran import App, Cookie, Header, Query
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Filters(BaseModel):
    limit: int = Field(100, gt=0, le=100)
    offset: int = Field(0, ge=0)
    order_by: Literal["created_at", "updated_at"] = "created_at"
    tags: list[str] = []


class ClosedFilters(Filters):
    model_config = {"extra": "forbid"}


class CommonHeaders(BaseModel):
    host: str
    save_data: bool
    if_modified_since: str | None = None
    x_tag: list[str] = []


class ClosedHeaders(BaseModel):
    model_config = {"extra": "forbid"}
    save_data: bool


class Crumbs(BaseModel):
    session_id: str
    fatebook_tracker: str | None = None


class ClosedCrumbs(Crumbs):
    model_config = {"extra": "forbid"}


@app.get("/query/")
async def query(filters: Annotated[Filters, Query()]) -> Filters:
    return filters


@app.get("/closed-query/")
async def closed_query(filters: Annotated[ClosedFilters, Query()]) -> ClosedFilters:
    return filters


@app.get("/headers/")
async def headers(headers: Annotated[CommonHeaders, Header()]) -> CommonHeaders:
    return headers


@app.get("/underscores/")
async def underscores(
    headers: Annotated[CommonHeaders, Header(convert_underscores=False)],
) -> CommonHeaders:
    return headers


@app.get("/crumbs/")
async def crumbs(crumbs: Annotated[Crumbs, Cookie()]) -> Crumbs:
    return crumbs


@app.get("/closed-crumbs/")
async def closed_crumbs(crumbs: Annotated[ClosedCrumbs, Cookie()]) -> ClosedCrumbs:
    return crumbs


def faults(answer: Any) -> list[Any]:
    assert answer.status_code == 422
    return [(fault["type"], fault["loc"]) for fault in answer.json()["detail"]]


def parameters(path: str) -> dict[str, Any]:
    return {one["name"]: one for one in app.openapi()["paths"][path]["get"]["parameters"]}


# Query Parameter Models


def test_the_query_as_a_model() -> None:
    """Each field is a parameter, with its default; a list takes each repetition."""
    shown = {"limit": 100, "offset": 0, "order_by": "created_at", "tags": []}
    assert client.get("/query/").json() == shown
    answer = client.get("/query/?limit=10&tags=a&tags=b").json()
    assert (answer["limit"], answer["tags"]) == (10, ["a", "b"])


def test_each_field_is_told_at_its_place() -> None:
    """All at once."""
    answer = client.get("/query/?limit=150&offset=-1&order_by=invalid")
    assert faults(answer) == [
        ("less_than_equal", ["query", "limit"]),
        ("greater_than_equal", ["query", "offset"]),
        ("literal_error", ["query", "order_by"]),
    ]


def test_the_fields_are_documented_as_parameters() -> None:
    """One by one, with limits and defaults."""
    shown = parameters("/query/")
    assert list(shown) == ["limit", "offset", "order_by", "tags"]
    limit = shown["limit"]["schema"]
    assert (limit["exclusiveMinimum"], limit["maximum"], limit["default"]) == (0, 100, 100)
    assert shown["limit"]["required"] is False
    assert shown["order_by"]["schema"]["enum"] == ["created_at", "updated_at"]


def test_extra_parameters_are_refused() -> None:
    """Where the model says ``extra="forbid"``; else they are left alone."""
    assert client.get("/query/?tool=plumbus").status_code == 200
    answer = client.get("/closed-query/?limit=10&tool=plumbus")
    assert faults(answer) == [("extra_forbidden", ["query", "tool"])]
    assert answer.json()["detail"][0]["input"] == "plumbus"


# Header Parameter Models


def test_headers_as_a_model() -> None:
    """Underscores of the fields are hyphens on the wire; a list takes each line."""
    sent = [("save-data", "true"), ("x-tag", "one"), ("x-tag", "two")]
    answer = client.get("/headers/", headers=sent).json()
    shown = {"save_data": True, "if_modified_since": None, "x_tag": ["one", "two"]}
    assert answer == {"host": "testserver", **shown}


def test_a_header_of_a_model_is_told_by_its_name_on_the_wire() -> None:
    """In faults and in the document."""
    assert faults(client.get("/headers/")) == [("missing", ["header", "save-data"])]
    names = list(parameters("/headers/"))
    assert names == ["host", "save-data", "if-modified-since", "x-tag"]


def test_underscores_of_a_model_may_stay() -> None:
    """``Header(convert_underscores=False)``."""
    assert client.get("/underscores/", headers={"save_data": "true"}).status_code == 200
    answer = client.get("/underscores/", headers={"save-data": "true"})
    assert faults(answer) == [("missing", ["header", "save_data"])]


def test_extra_headers_are_refused() -> None:
    """``extra="forbid"``: also those that every client sends."""
    other = App()

    @other.get("/")
    async def closed(headers: Annotated[ClosedHeaders, Header()]) -> ClosedHeaders:
        return headers

    answer = TestClient(other).get("/", headers={"save-data": "true", "tool": "plumbus"})
    assert ("extra_forbidden", ["header", "tool"]) in faults(answer)


# Cookie Parameter Models


def test_cookies_as_a_model() -> None:
    """A missing one is told at its place."""
    sent = {"session_id": "123", "fatebook_tracker": "456"}
    assert client.get("/crumbs/", cookies=sent).json() == sent
    assert faults(client.get("/crumbs/")) == [("missing", ["cookie", "session_id"])]
    assert list(parameters("/crumbs/")) == ["session_id", "fatebook_tracker"]


@pytest.mark.parametrize(("path", "status"), [("/crumbs/", 200), ("/closed-crumbs/", 422)])
def test_extra_cookies_are_refused(path: str, status: int) -> None:
    """Where the model forbids them."""
    answer = client.get(path, cookies={"session_id": "123", "extra": "x"})
    assert answer.status_code == status
    if status == 422:
        assert faults(answer) == [("extra_forbidden", ["cookie", "extra"])]
