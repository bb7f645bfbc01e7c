"""Values from path, query, header and cookie."""

from __future__ import annotations

import datetime
import enum
import ipaddress
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest

from trimaran.handlers import Cookie, Header, Path, Query, Router

NEW_YEAR = datetime.date(2020, 1, 1)


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


def echoing(annotation: Any, default: Any = ...) -> Router:
    """Return a router whose ``/?v=`` answers with the repr of what the handler was given."""
    router = Router()

    async def echo(v: Any) -> str:
        return repr(v)

    echo.__annotations__["v"] = annotation
    if default is not ...:
        echo.__defaults__ = (default,)
    router.get("/")(echo)
    return router


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (int, "12", 12),
        (int, "-12", -12),
        (int, "%2B5", 5),
        (int, "1_000", 1000),
        (int, "7.0", 7),
        (float, "1e3", 1000.0),
        (bool, "on", True),
        (bool, "No", False),
        (str, "", ""),
        (str | None, "x", "x"),
        (int | None, "4", 4),
        (int | str, "4", "4"),
        (Decimal, "1.10", Decimal("1.10")),
        (datetime.date, "2026-11-22", datetime.date(2026, 11, 22)),
        (datetime.datetime, "2026-11-22", datetime.datetime(2026, 11, 22)),  # noqa: DTZ001
        (datetime.time, "18:30", datetime.time(18, 30)),
        (datetime.timedelta, "PT1H", datetime.timedelta(hours=1)),
        (uuid.UUID, "0" * 32, uuid.UUID(int=0)),
        (Colour, "red", Colour.RED),
        (Literal["a", "b"], "b", "b"),
        (Literal[1, 2], "2", 2),
        (bytes, "ab", b"ab"),
    ],
)
def test_text_becomes_the_annotated_type(ask: Any, annotation: Any, text: str, value: Any) -> None:
    """Text from the query is read as the annotation says, laxly."""
    answer = ask(echoing(annotation), "GET", f"/?v={text}")
    assert (answer.status, answer.json) == (200, repr(value))


@pytest.mark.parametrize(
    ("annotation", "text", "kind"),
    [
        (int, "", "int_parsing"),
        (int, "1.5", "int_parsing"),
        (int, "%D9%A1", "int_parsing"),
        (int, "9" * 5000, "int_parsing_size"),
        (int | None, "", "int_parsing"),
        (float, "x", "float_parsing"),
        (float, "nan", "finite_number"),
        (bool, "maybe", "bool_parsing"),
        (Decimal, "x", "decimal_parsing"),
        (Decimal, "inf", "finite_number"),
        (datetime.date, "2026-13-01", "date_from_datetime_parsing"),
        (datetime.datetime, "x", "datetime_from_date_parsing"),
        (datetime.time, "x", "time_parsing"),
        (datetime.timedelta, "x", "time_delta_parsing"),
        (uuid.UUID, "x", "uuid_parsing"),
        (Colour, "blue", "enum"),
        (Literal["a"], "b", "literal_error"),
        (Annotated[int, Query(ge=1)], "0", "greater_than_equal"),
        (Annotated[int, Query(gt=1)], "1", "greater_than"),
        (Annotated[int, Query(lt=1)], "1", "less_than"),
        (Annotated[int, Query(le=1)], "2", "less_than_equal"),
        (Annotated[int, Query(multiple_of=5)], "7", "multiple_of"),
        (Annotated[str, Query(min_length=2)], "a", "string_too_short"),
        (Annotated[str, Query(max_length=2)], "abc", "string_too_long"),
        (Annotated[str, Query(pattern="^a+$")], "b", "string_pattern_mismatch"),
        (Annotated[Decimal, Query(ge=1)], "0.5", "greater_than_equal"),
        (Annotated[Decimal, Query(decimal_places=1)], "0.55", "decimal_max_places"),
        (Annotated[Decimal | None, Query(max_digits=2)], "123", "decimal_max_digits"),
        (
            Annotated[datetime.date, Query(ge=datetime.date(2020, 1, 1))],
            "2019-01-01",
            "greater_than_equal",
        ),
    ],
)
def test_unreadable_text_is_a_fault_at_its_place(
    ask: Any, annotation: Any, text: str, kind: str
) -> None:
    """Text that is no such value is answered 422 with Pydantic's name for the fault."""
    answer = ask(echoing(annotation), "GET", f"/?v={text}")
    assert answer.faults == {(kind, "query", "v")}


def test_a_missing_parameter_is_told(ask: Any) -> None:
    """A required parameter that is not there is a fault with a null input."""
    answer = ask(echoing(int), "GET", "/")
    assert answer.json["detail"] == [
        {"type": "missing", "loc": ["query", "v"], "msg": "Field required", "input": None}
    ]


def test_an_absent_parameter_takes_its_default(ask: Any) -> None:
    """A default stands where the parameter is absent, a fresh copy of a mutable one."""
    router = Router()

    @router.get("/")
    async def add(tags: Annotated[list[str], Query()] = []) -> list[str]:  # noqa: B006
        tags.append("x")
        return tags

    assert ask(router, "GET", "/").json == ["x"]
    assert ask(router, "GET", "/").json == ["x"]


def test_a_default_factory_makes_the_default(ask: Any) -> None:
    """``default_factory`` is called for each request that leaves the parameter out."""
    router = echoing(Annotated[list[int], Query(default_factory=lambda: [1])])
    assert ask(router, "GET", "/").json == "[1]"


def test_a_list_collects_a_repeated_name(ask: Any) -> None:
    """``list[int]`` takes every value of its name, and names the index of a wrong one."""
    router = echoing(Annotated[list[int], Query()])
    assert ask(router, "GET", "/?v=1&v=2").json == "[1, 2]"
    assert ask(router, "GET", "/?v=1&v=x").faults == {("int_parsing", "query", "v", "1")}


def test_the_last_of_a_repeated_name_counts(ask: Any) -> None:
    """A single parameter takes the last value, also beside one that collects."""
    router = Router()

    @router.get("/")
    async def both(v: int, tag: Annotated[list[str], Query()] = []) -> list[Any]:  # noqa: B006
        return [v, tag]

    assert ask(router, "GET", "/?v=1&tag=a&v=2&tag=b").json == [2, ["a", "b"]]


def test_a_header_is_named_with_hyphens(ask: Any) -> None:
    """``user_agent`` is the header User-Agent; a header with an underscore is another one."""
    router = Router()

    @router.get("/")
    async def agent(user_agent: Annotated[str, Header()] = "none") -> str:
        return user_agent

    assert ask(router, "GET", "/", headers={"User-Agent": "x"}).json == "x"
    assert ask(router, "GET", "/", headers={"user_agent": "x"}).json == "none"


def test_a_repeated_header_is_a_list(ask: Any) -> None:
    """``list[str]`` from a header takes each of its fields."""
    router = Router()

    @router.get("/")
    async def tokens(x_token: Annotated[list[int], Header()]) -> list[int]:
        return x_token

    assert ask(router, "GET", "/", headers={"x-token": "1", "X-Token": "2"}).json == [1, 2]
    assert ask(router, "GET", "/").faults == {("missing", "header", "x-token")}


def test_cookies_are_taken_by_name(ask: Any) -> None:
    """A cookie is read as its type; a wrong one is a fault at ``cookie``."""
    router = Router()

    @router.get("/")
    async def session(visits: Annotated[int, Cookie()] = 0) -> int:
        return visits

    assert ask(router, "GET", "/", headers={"cookie": "visits=3"}).json == 3
    answer = ask(router, "GET", "/", headers={"cookie": "visits=x"})
    assert answer.faults == {("int_parsing", "cookie", "visits")}


def test_markers_work_as_defaults(ask: Any) -> None:
    """``limit: int = Query(10, ge=1)`` is the older form of the same."""
    router = Router()

    @router.get("/{size}")
    async def old(size: int = Path(ge=1), limit: int = Query(10, le=50, alias="n")) -> list[int]:
        return [size, limit]

    assert ask(router, "GET", "/2").json == [2, 10]
    assert ask(router, "GET", "/0?n=51").faults == {
        ("greater_than_equal", "path", "size"),
        ("less_than_equal", "query", "n"),
    }


def test_path_values_come_typed_from_the_converter(ask: Any) -> None:
    """``{id:int}`` gives an int, whose limits still hold; ``{id}`` is read by the annotation."""
    router = Router()

    @router.get("/a/{id:int}")
    async def typed(id: Annotated[int, Path(le=9)]) -> int:
        return id

    @router.get("/b/{id}")
    async def plain(id: int) -> int:
        return id

    assert ask(router, "GET", "/a/5").json == 5
    assert ask(router, "GET", "/a/10").faults == {("less_than_equal", "path", "id")}
    assert ask(router, "GET", "/b/x").faults == {("int_parsing", "path", "id")}


def test_every_fault_of_every_place_is_told_at_once(ask: Any) -> None:
    """One answer holds the faults of path, query, header, cookie and body, in that order."""
    router = Router()

    @router.post("/{id}")
    async def all_places(
        id: int,
        data: dict[str, int],
        q: int,
        x_n: Annotated[int, Header()],
        c: Annotated[int, Cookie()],
    ) -> None:
        raise AssertionError

    answer = ask(router, "POST", "/x?q=x", json={"a": "b"}, headers={"x-n": "x", "cookie": "c=x"})
    assert [fault["loc"] for fault in answer.json["detail"]] == [
        ["path", "id"],
        ["query", "q"],
        ["header", "x-n"],
        ["cookie", "c"],
        ["body", "a"],
    ]


def test_too_many_fields_are_refused(ask: Any) -> None:
    """More than a thousand fields in one query are answered 400."""
    answer = ask(echoing(str, "d"), "GET", "/?" + "&".join(["a=1"] * 1001))
    assert answer.status == 400
    assert "1000 fields" in answer.json["detail"]


def test_a_long_input_is_echoed_in_part(ask: Any) -> None:
    """A fault echoes no more than the beginning of what was sent."""
    fault = ask(echoing(int), "GET", "/?v=" + "x" * 5000).json["detail"][0]
    assert len(fault["input"]) == 201


def test_an_address_is_read_and_written(ask: Any) -> None:
    """IP addresses are read from text and written as text."""
    router = Router()

    @router.get("/")
    async def address(v: ipaddress.IPv4Address) -> ipaddress.IPv4Address:
        return v

    assert ask(router, "GET", "/?v=192.0.2.1").json == "192.0.2.1"
    assert ask(router, "GET", "/?v=x").faults == {("value_error", "query", "v")}
