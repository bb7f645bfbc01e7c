"""Classes whose fields come from the query, the head or cookies."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired

import attrs
import msgspec
import pydantic
import pytest
from typing_extensions import TypedDict

from trimaran import App, Check, Cookie, Form, Header, Query, WebSocket
from trimaran.handlers import Router
from trimaran.testing import TestClient


class Order(enum.Enum):
    UP = "up"
    DOWN = "down"


class StructFilters(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(gt=0, le=100)]
    offset: int = 0
    order_by: Literal["created", "updated"] = "created"
    tags: list[str] = []
    colours: set[Order] = msgspec.field(default_factory=set)


@dataclass
class DataclassFilters:
    limit: Annotated[int, msgspec.Meta(gt=0, le=100)]
    offset: int = 0
    order_by: Literal["created", "updated"] = "created"
    tags: list[str] = field(default_factory=list)
    colours: set[Order] = field(default_factory=set)


@attrs.define
class AttrsFilters:
    limit: Annotated[int, msgspec.Meta(gt=0, le=100)]
    offset: int = attrs.field(default=0, converter=int)
    order_by: Literal["created", "updated"] = "created"
    tags: list[str] = attrs.field(factory=list)
    colours: set[Order] = attrs.field(factory=set)


class ModelFilters(pydantic.BaseModel):
    model_config = {"extra": "forbid"}
    limit: int = pydantic.Field(gt=0, le=100)
    offset: int = 0
    order_by: Literal["created", "updated"] = "created"
    tags: list[str] = []
    colours: set[Order] = set()


class TypedFilters(TypedDict):
    limit: Annotated[int, msgspec.Meta(gt=0, le=100)]
    offset: NotRequired[int]
    order_by: NotRequired[Literal["created", "updated"]]
    tags: NotRequired[list[str]]
    colours: NotRequired[set[Order]]


FILTERS: list[Any] = [StructFilters, DataclassFilters, AttrsFilters, ModelFilters, TypedFilters]
FORBIDDING = (StructFilters, ModelFilters)
Ask = Callable[..., Any]


def shown(value: Any) -> Any:
    """Return an object as a dictionary, its sets sorted."""
    return msgspec.to_builtins(value, enc_hook=lambda v: v.model_dump(mode="json"))


def of_query(tp: Any) -> Router:
    """A route that takes a model from the query."""
    router = Router()

    async def show(filters: Any, page: int = 1) -> Any:
        return shown(filters)

    show.__annotations__["filters"] = Annotated[tp, Query()]
    router.get("/")(show)
    return router


@pytest.mark.parametrize("tp", FILTERS)
def test_a_query_as_an_object(ask: Ask, tp: Any) -> None:
    """Every kind of class: numbers, choices, lists, sets, defaults."""
    answer = ask(of_query(tp), "GET", "/?limit=3&offset=4&tags=a&tags=b&colours=up&page=2")
    assert answer.json == {
        "limit": 3,
        "offset": 4,
        "tags": ["a", "b"],
        "colours": ["up"],
        **({} if tp is TypedFilters else {"order_by": "created"}),
    }


@pytest.mark.parametrize("tp", FILTERS)
def test_each_fault_stands_at_its_name(ask: Ask, tp: Any) -> None:
    """As if each field were a parameter; a name is extra only where the class forbids it."""
    target = "/?limit=101&offset=x&order_by=z&colours=up&colours=blue&tool=1&page=q"
    extra = {("extra_forbidden", "query", "tool")} if tp in FORBIDDING else set()
    offset = "value_error" if tp is AttrsFilters else "int_parsing"  # its converter's words
    assert ask(of_query(tp), "GET", target).faults == extra | {
        ("less_than_equal", "query", "limit"),
        (offset, "query", "offset"),
        ("literal_error", "query", "order_by"),
        ("enum", "query", "colours", "1"),
        ("int_parsing", "query", "page"),
    }
    assert ask(of_query(tp), "GET", "/?tags=a").faults == {("missing", "query", "limit")}


@pytest.mark.parametrize("tp", FILTERS)
def test_other_parameters_are_not_extra(ask: Ask, tp: Any) -> None:
    """What stands beside a model in the signature is known."""
    assert ask(of_query(tp), "GET", "/?limit=1&page=2").status == 200


@pytest.mark.parametrize("tp", FILTERS)
def test_a_form_as_an_object(tp: Any) -> None:
    """By the same rules, but that an empty field counts as not sent."""
    app = App(debug=False)

    async def show(filters: Any) -> Any:
        return shown(filters)

    show.__annotations__["filters"] = Annotated[tp, Form()]
    app.post("/")(show)
    with TestClient(app) as client:
        sent = {"limit": "3", "offset": "", "tags": ["a", "b"], "colours": "up"}
        answer = client.post("/", data=sent).json()
        assert (answer["limit"], answer["tags"], answer["colours"]) == (3, ["a", "b"], ["up"])
        assert answer.get("offset", 0) == 0
        faults = client.post("/", data={"limit": "0", "order_by": "z", "tool": "1"}).json()
    extra = {("extra_forbidden", "tool")} if tp in FORBIDDING else set()
    assert {(one["type"], *one["loc"][1:]) for one in faults["detail"]} == extra | {
        ("greater_than", "limit"),
        ("literal_error", "order_by"),
    }


class StructHead(msgspec.Struct):
    host: str
    save_data: bool
    if_modified_since: str | None = None
    x_tag: list[str] = []
    trace: str = msgspec.field(default="", name="X_Trace")


@dataclass
class DataclassHead:
    host: str
    save_data: bool
    if_modified_since: str | None = None
    x_tag: list[str] = field(default_factory=list)


class ModelHead(pydantic.BaseModel):
    host: str
    save_data: bool
    if_modified_since: str | None = None
    x_tag: list[str] = []
    trace: str = pydantic.Field(default="", alias="X_Trace")


TRACES: dict[Any, dict[str, str]] = {
    StructHead: {"X_Trace": "t"},
    DataclassHead: {},
    ModelHead: {"trace": "t"},
}


def of_head(tp: Any, **options: Any) -> App:
    """A route that takes a model from the request's head."""
    app = App()

    async def show(head: Any) -> Any:
        return shown(head)

    show.__annotations__["head"] = Annotated[tp, Header(**options)]
    app.get("/")(show)
    return app


@pytest.mark.parametrize("tp", [StructHead, DataclassHead, ModelHead])
def test_a_head_as_an_object(tp: Any) -> None:
    """Underscores are hyphens, in faults too, but for an alias; a repeated header is a list."""
    headers = [("save-data", "yes"), ("x-tag", "a"), ("x-tag", "b"), ("x_trace", "t")]
    with TestClient(of_head(tp)) as client:
        answer = client.get("/", headers=headers)
        assert answer.json() == {
            "host": "testserver",
            "save_data": True,
            "if_modified_since": None,
            "x_tag": ["a", "b"],
            **TRACES[tp],
        }
        [fault] = client.get("/", headers={"save-data": "perhaps"}).json()["detail"]
        assert (fault["type"], fault["loc"]) == ("bool_parsing", ["header", "save-data"])
        [missing] = client.get("/").json()["detail"]
        assert (missing["type"], missing["loc"]) == ("missing", ["header", "save-data"])


def test_underscores_may_stay(ask: Ask) -> None:
    """``convert_underscores=False`` holds for every field."""

    class Head(msgspec.Struct):
        save_data: bool = False

    with TestClient(of_head(Head, convert_underscores=False)) as client:
        assert client.get("/", headers={"save-data": "1"}).json() == {"save_data": False}
        assert client.get("/", headers={"save_data": "1"}).json() == {"save_data": True}


class Session(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    session_id: str
    seen_until: datetime.date | None = None


def test_cookies_as_an_object(ask: Ask) -> None:
    """By the names that ``rename`` makes; an extra one is told where the class forbids it."""
    router = Router()

    @router.get("/")
    async def show(session: Annotated[Session, Cookie()]) -> Session:
        return session

    answer = ask(router, "GET", "/", headers={"cookie": "sessionId=a; seenUntil=2026-11-22"})
    assert answer.json == {"sessionId": "a", "seenUntil": "2026-11-22"}
    assert ask(router, "GET", "/", headers={"cookie": "sessionId=a; more=1"}).faults == {
        ("extra_forbidden", "cookie", "more")
    }
    assert ask(router, "GET", "/").faults == {("missing", "cookie", "sessionId")}


def test_a_default_stands_for_a_model_of_which_nothing_was_sent(ask: Ask) -> None:
    """None, or an object."""
    router = Router()

    @router.get("/")
    async def show(
        filters: Annotated[StructFilters | None, Query()] = None,
        cookies: Annotated[Session, Cookie()] = Session("none"),  # noqa: B008  never changed
    ) -> list[Any]:
        return [filters and filters.limit, cookies.session_id]

    assert ask(router, "GET", "/").json == [None, "none"]
    assert ask(router, "GET", "/?limit=2").json == [2, "none"]
    assert ask(router, "GET", "/?offset=2").faults == {("missing", "query", "limit")}


class Range(msgspec.Struct):
    low: Annotated[int, Check(lambda value: value * 10)] = 0
    high: int = 1000

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


def test_checks_of_fields_and_of_the_whole(ask: Ask) -> None:
    """A field's check stands at the field, the class's own at the place."""
    router = Router()

    @router.get("/")
    async def show(within: Annotated[Range, Query()]) -> int:
        return within.low

    assert ask(router, "GET", "/?low=4").json == 40
    assert ask(router, "GET", "/?low=4&high=30").faults == {("value_error", "query")}


def test_each_field_is_documented_alone() -> None:
    """As a parameter with its limits, its default and its name on the wire."""
    app = of_head(StructHead)
    app.include_router(of_query(ModelFilters), prefix="/model")
    app.include_router(of_query(StructFilters), prefix="/struct")
    paths = app.openapi()["paths"]
    assert [one["name"] for one in paths["/"]["get"]["parameters"]] == [
        "host",
        "save-data",
        "if-modified-since",
        "x-tag",
        "X_Trace",
    ]
    for place in ("/model/", "/struct/"):
        found = {one["name"]: one for one in paths[place]["get"]["parameters"]}
        limit, offset, tags = found["limit"], found["offset"], found["tags"]["schema"]
        assert (limit["in"], limit["required"], offset["required"]) == ("query", True, False)
        assert limit["schema"]["exclusiveMinimum"] == 0
        assert limit["schema"]["maximum"] == 100
        assert offset["schema"]["default"] == 0
        assert (tags["type"], tags["items"], tags["default"]) == ("array", {"type": "string"}, [])
        assert "page" in found


def test_sockets_take_models_too() -> None:
    """From the head of their handshake."""

    async def live(ws: WebSocket, filters: Annotated[StructFilters, Query()]) -> None:
        await ws.accept()
        await ws.send_json(filters.limit)

    app = App()
    app.websocket("/")(live)
    with TestClient(app) as client, client.websocket_connect("/?limit=7") as ws:
        assert ws.receive_json() == 7


class Open(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    size: int = 0


@pytest.mark.parametrize("place", ["query", "form", "cookie"])
def test_other_names_are_kept_where_the_class_allows_them(place: str) -> None:
    """``extra="allow"`` of Pydantic; one that repeats is a list."""
    app = App()
    marker = {"query": Query, "form": Form, "cookie": Cookie}[place]()

    @app.api_route("/", methods=["GET", "POST"])
    async def show(given: Annotated[Open, marker]) -> dict[str, Any]:
        return given.model_dump()

    client = TestClient(app)
    sent: dict[str, Any] = {"size": "3", "a": "x"}
    if place == "query":
        answer = client.get("/", params={**sent, "b": ["1", "2"]})
    elif place == "form":
        answer = client.post("/", data={**sent, "b": ["1", "2"]})
    else:
        answer = client.get("/", cookies=sent)
    expected = {"size": 3, "a": "x"} | ({} if place == "cookie" else {"b": ["1", "2"]})
    assert answer.json() == expected
