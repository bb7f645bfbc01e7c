"""What handlers return, and what of it is sent."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from trimaran.handlers import Router
from trimaran.http import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)


class UserOut(msgspec.Struct):
    name: str


class UserInDB(UserOut):
    password: str = "secret"


class Team(msgspec.Struct):
    lead: UserOut
    members: list[UserOut] = []


class Unrelated:
    def __init__(self) -> None:
        self.name = "u"
        self.password = "secret"


@dataclass
class Card:
    name: str


@dataclass
class SecretCard(Card):
    password: str = "secret"


class Row(TypedDict):
    name: str


class PydanticOut(BaseModel):
    name: str


class PydanticInDB(PydanticOut):
    password: str = "secret"


USER = UserInDB("u")


def returning(annotation: Any, value: Any, **options: Any) -> Router:
    """Return a router whose ``GET /`` returns the value under that annotation."""
    router = Router()

    async def give() -> Any:
        return value

    if annotation is not ...:
        give.__annotations__["return"] = annotation
    else:
        del give.__annotations__["return"]
    router.get("/", **options)(give)
    return router


@pytest.mark.parametrize(
    ("annotation", "value", "json"),
    [
        (UserOut, USER, {"name": "u"}),
        (UserOut, Unrelated(), {"name": "u"}),
        (UserOut, {"name": "u", "password": "secret"}, {"name": "u"}),
        (UserOut | None, USER, {"name": "u"}),
        (UserOut | None, None, None),
        (list[UserOut], [UserOut("a"), USER], [{"name": "a"}, {"name": "u"}]),
        (list[UserOut], (USER,), [{"name": "u"}]),
        (dict[str, UserOut], {"x": USER}, {"x": {"name": "u"}}),
        (tuple[UserOut, int], (USER, 1), [{"name": "u"}, 1]),
        (list[list[UserOut]], [[USER]], [[{"name": "u"}]]),
        (Team, Team(USER, [USER]), {"lead": {"name": "u"}, "members": [{"name": "u"}]}),
        (list[Team], [Team(USER)], [{"lead": {"name": "u"}, "members": []}]),
        (Card, SecretCard("u"), {"name": "u"}),
        (list[Card], [SecretCard("u")], [{"name": "u"}]),
        (Row, {"name": "u", "password": "secret"}, {"name": "u"}),
        (list[Row], [{"name": "u", "password": "secret"}], [{"name": "u"}]),
        (PydanticOut, PydanticInDB(name="u"), {"name": "u"}),
        (PydanticOut, Unrelated(), {"name": "u"}),
        (list[PydanticOut], [PydanticInDB(name="u")], [{"name": "u"}]),
        (UserOut, PydanticInDB(name="u"), {"name": "u"}),
        (UserOut | Card, SecretCard("u"), {"name": "u"}),
        (UserOut | Card, USER, {"name": "u"}),
    ],
)
def test_only_declared_fields_are_sent(ask: Any, annotation: Any, value: Any, json: Any) -> None:
    """A value of another class is filtered to the declared one, at any depth."""
    answer = ask(returning(annotation, value), "GET", "/")
    assert (answer.status, answer.json) == (200, json)


def test_response_model_decides_over_the_annotation(ask: Any) -> None:
    """``response_model`` filters where the annotation says something wider."""
    answer = ask(
        returning(dict[str, str], {"name": "u", "b": "c"}, response_model=UserOut), "GET", "/"
    )
    assert answer.json == {"name": "u"}


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, "1"),
        (UserOut, {"nom": "u"}),
        (UserOut, None),
        (list[int], [1, "x"]),
        (dict[str, int], {"a": "x"}),
        (PydanticOut, {"nom": "u"}),
        (str, object()),
        (..., object()),
        (..., {"a": object()}),
    ],
)
def test_a_mismatch_is_a_500_that_leaks_nothing(
    ask: Any, caplog: pytest.LogCaptureFixture, annotation: Any, value: Any
) -> None:
    """A value that is not what was declared is logged with the handler's place, not sent."""
    answer = ask(returning(annotation, value), "GET", "/")
    assert answer.status == 500
    assert set(answer.json) == {"detail", "request_id"}
    assert answer.header(b"x-request-id") == [answer.json["request_id"].encode()]
    assert "TRI-ROUTE-010" in caplog.text
    assert "test_answers.py" in caplog.text


@pytest.mark.parametrize(
    ("value", "json"),
    [
        ({"a": Decimal("1.50")}, {"a": "1.50"}),
        ([datetime.date(2026, 1, 2)], ["2026-01-02"]),
        ([PydanticOut(name="u")], [{"name": "u"}]),
        (UserOut("u"), {"name": "u"}),
        (None, None),
        ({1}, [1]),
    ],
)
def test_without_annotation_anything_encodes(ask: Any, value: Any, json: Any) -> None:
    """An unannotated handler's result is written as what it is."""
    assert ask(returning(..., value), "GET", "/").json == json


def test_a_response_passes_as_it_is(ask: Any) -> None:
    """A response returned by a handler is the answer, whatever the route declares."""
    answer = ask(returning(UserOut, PlainTextResponse("hi", 418)), "GET", "/")
    assert (answer.status, answer.body) == (418, b"hi")


def test_no_content_has_no_body(ask: Any) -> None:
    """Status 204 sends nothing, also where the handler returned something."""
    for value in (None, {"a": 1}):
        answer = ask(returning(..., value, status_code=204), "GET", "/")
        assert (answer.status, answer.body, answer.headers) == (204, b"", [])


def test_none_is_null(ask: Any) -> None:
    """``-> None`` with a status that has a body answers ``null``, as in FastAPI."""
    assert ask(returning(None, None), "GET", "/").body == b"null"


def test_a_union_with_a_response_is_the_rest(ask: Any) -> None:
    """``UserOut | RedirectResponse`` validates the value and lets the response pass."""
    union = UserOut | RedirectResponse
    assert ask(returning(union, USER), "GET", "/").json == {"name": "u"}
    assert ask(returning(union, RedirectResponse("/x")), "GET", "/").header(b"location") == [b"/x"]


@pytest.mark.parametrize(
    ("kind", "value", "body", "content_type"),
    [
        (HTMLResponse, "<p>", b"<p>", b"text/html; charset=utf-8"),
        (PlainTextResponse, "x", b"x", b"text/plain; charset=utf-8"),
        (JSONResponse, [1], b"[1]", b"application/json"),
    ],
)
def test_response_class_renders_the_result(
    ask: Any, kind: type[Response], value: Any, body: bytes, content_type: bytes
) -> None:
    """The result is rendered by the declared class, with its content type."""
    answer = ask(returning(..., value, response_class=kind, status_code=201), "GET", "/")
    assert (answer.status, answer.body) == (201, body)
    assert answer.header(b"content-type") == [content_type]


def test_a_response_class_of_ones_own_renders(ask: Any) -> None:
    """A subclass with its own ``render`` gets the filtered result."""

    class Shouting(JSONResponse):
        media_type = "application/shout+json"

        def render(self, content: Any) -> bytes:
            return super().render(content).upper()

    answer = ask(returning(UserOut, USER, response_class=Shouting), "GET", "/")
    assert answer.body == b'{"NAME":"U"}'
    assert answer.header(b"content-type") == [b"application/shout+json"]


def test_a_redirect_class_redirects_to_the_result(ask: Any) -> None:
    """``response_class=RedirectResponse`` sends the returned address, 307 unless told."""
    answer = ask(returning(..., "/films", response_class=RedirectResponse), "GET", "/")
    assert (answer.status, answer.header(b"location")) == (307, [b"/films"])


def test_the_injected_response_is_merged(ask: Any) -> None:
    """Headers, cookies and status set on an injected response reach the answer."""
    router = Router()

    @router.get("/")
    async def cookie(response: Response) -> dict[str, int]:
        response.set_cookie("a", "1")
        response.headers["x-own"] = "2"
        response.status_code = 202
        return {"ok": 1}

    answer = ask(router, "GET", "/")
    assert (answer.status, answer.json) == (202, {"ok": 1})
    assert answer.header(b"x-own") == [b"2"]
    assert answer.header(b"set-cookie")[0].startswith(b"a=1")
    assert answer.header(b"content-type") == [b"application/json"]


def test_the_injected_response_adds_to_a_returned_one(ask: Any) -> None:
    """A returned response keeps its own status and headers, and gains the cookies."""
    router = Router()

    @router.get("/")
    async def both(response: Response) -> PlainTextResponse:
        response.set_cookie("a", "1")
        response.headers["x-own"] = "injected"
        response.status_code = 202
        return PlainTextResponse("x", 203, {"x-own": "returned"})

    answer = ask(router, "GET", "/")
    assert (answer.status, answer.header(b"x-own")) == (203, [b"returned"])
    assert answer.header(b"set-cookie")
