"""JSON bodies: what is taken, what is refused and how."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from trimaran.handlers import Body, Router
from trimaran.http import Request


class Item(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(max_length=5)]
    price: Decimal = Decimal(1)


@dataclass
class Point:
    x: int
    y: int = 0


class Size(TypedDict):
    width: int


class Paint(BaseModel):
    colour: str
    coats: int = 1


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    a: int


class Even(msgspec.Struct):
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            message = "not even"
            raise ValueError(message)


def taking(annotation: Any, marker: Any = None) -> Router:
    """Return a router whose ``POST /`` answers with the repr of its body."""
    router = Router()

    async def echo(data: Any) -> str:
        return repr(data)

    echo.__annotations__["data"] = annotation if marker is None else Annotated[annotation, marker]
    router.post("/")(echo)
    return router


@pytest.mark.parametrize(
    ("annotation", "json", "value"),
    [
        (Item, {"name": "a", "price": "2.50"}, "Item(name='a', price=Decimal('2.50'))"),
        (Point, {"x": 1}, "Point(x=1, y=0)"),
        (Size, {"width": 1}, "{'width': 1}"),
        (Paint, {"colour": "red"}, "Paint(colour='red', coats=1)"),
        (list[Paint], [{"colour": "red"}], "[Paint(colour='red', coats=1)]"),
        (dict[str, int], {"a": 1}, "{'a': 1}"),
        (list[int], [1, 2], "[1, 2]"),
        (dict, {"a": [None]}, "{'a': [None]}"),
        (Point | Size, {"width": 2}, "{'width': 2}"),
    ],
)
def test_a_body_becomes_the_annotated_type(
    ask: Any, annotation: Any, json: Any, value: str
) -> None:
    """Structs, dataclasses, TypedDicts, Pydantic models and builtins are read from JSON."""
    answer = ask(taking(annotation), "POST", "/", json=json)
    assert (answer.status, answer.json) == (200, value)


def test_every_fault_of_a_body_is_told(ask: Any) -> None:
    """A Struct's faults come together, each at its place."""
    answer = ask(taking(list[Item]), "POST", "/", json=[{"name": "toolong"}, {"price": "x"}, 3])
    assert answer.faults == {
        ("string_too_long", "body", "0", "name"),
        ("missing", "body", "1", "name"),
        ("decimal_parsing", "body", "1", "price"),
        ("model_attributes_type", "body", "2"),
    }


def test_pydantic_tells_its_own_faults(ask: Any) -> None:
    """A Pydantic model's faults are Pydantic's, at their place in the body."""
    answer = ask(taking(Paint), "POST", "/", json={"coats": "many"})
    assert answer.faults == {
        ("missing", "body", "colour"),
        ("int_parsing", "body", "coats"),
    }


def test_unknown_fields_are_refused_where_the_struct_says_so(ask: Any) -> None:
    """``forbid_unknown_fields`` is Pydantic's ``extra_forbidden``."""
    answer = ask(taking(Strict), "POST", "/", json={"a": 1, "b": 2})
    assert answer.faults == {("extra_forbidden", "body", "b")}


def test_post_init_speaks_when_the_fields_are_right(ask: Any) -> None:
    """A ``ValueError`` of ``__post_init__`` is a fault at the object's place."""
    answer = ask(taking(list[Even]), "POST", "/", json=[{"number": 2}, {"number": 3}])
    assert answer.faults == {("value_error", "body", "1")}
    assert answer.json["detail"][0]["msg"] == "Value error, not even"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_a_decimal_is_finite(ask: Any, text: str) -> None:
    """Not-a-number and the infinities are no decimals, though Python's Decimal takes them."""
    answer = ask(taking(Item), "POST", "/", json={"name": "a", "price": text})
    assert answer.faults == {("finite_number", "body", "price")}


def test_several_bodies_are_one_object(ask: Any) -> None:
    """Two body parameters are the keys of one object; both tell their faults."""
    router = Router()

    @router.post("/")
    async def both(item: Item, point: Point, note: Annotated[str, Body()] = "-") -> list[Any]:
        return [item.name, point.x, note]

    good = {"item": {"name": "a"}, "point": {"x": 1}}
    assert ask(router, "POST", "/", json=good).json == ["a", 1, "-"]
    bad = ask(router, "POST", "/", json={"item": {}, "note": 3})
    assert bad.faults == {
        ("missing", "body", "item", "name"),
        ("missing", "body", "point"),
        ("string_type", "body", "note"),
    }
    assert ask(router, "POST", "/", json=[1]).faults == {
        ("missing", "body", "item"),
        ("missing", "body", "point"),
    }


def test_embed_puts_one_body_under_its_name(ask: Any) -> None:
    """``Body(embed=True)`` reads ``{"data": …}``."""
    router = taking(Point, Body(embed=True))
    assert ask(router, "POST", "/", json={"data": {"x": 1}}).json == "Point(x=1, y=0)"
    assert ask(router, "POST", "/", json={"x": 1}).faults == {("missing", "body", "data")}


def test_a_missing_body_is_a_fault(ask: Any) -> None:
    """No body at all where one is required is ``missing`` at ``body``."""
    answer = ask(taking(Item), "POST", "/")
    assert answer.faults == {("missing", "body")}


def test_an_optional_body_may_be_left_out(ask: Any) -> None:
    """A default stands where no body was sent; a body that was sent is read."""
    router = Router()

    @router.post("/")
    async def maybe(data: Item | None = None) -> str:
        return "none" if data is None else data.name

    assert ask(router, "POST", "/").json == "none"
    assert ask(router, "POST", "/", json={"name": "a"}).json == "a"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"name": x}', "The body is not valid JSON: invalid character (byte 9)."),
        (
            b'{"name": "\\ud800"}',
            "The body is not valid JSON: it ends too early (byte 18), "
            "or a text in it holds half of a surrogate pair.",
        ),
        (b'{"name": "a"', "The body is not valid JSON: it ends too early (byte 12)."),
        (b'{"name": "a"} x', "The body is not valid JSON: trailing characters (byte 15)."),
        (b'{"name": NaN}', "The body is not valid JSON: invalid character (byte 9)."),
        (b'{"name": "\xff"}', "The body is not valid JSON: a text in it is not UTF-8."),
        (b'\xef\xbb\xbf{"name": "a"}', "The body is not valid JSON: invalid character (byte 0)."),
    ],
)
def test_malformed_json_is_400_and_says_where(ask: Any, body: bytes, detail: str) -> None:
    """What is no JSON at all is answered 400 with the place of the fault."""
    answer = ask(taking(Item), "POST", "/", body=body, headers={"content-type": "application/json"})
    assert (answer.status, answer.json) == (400, {"detail": detail})


@pytest.mark.parametrize("annotation", [Item, Paint, dict, list[Any], dict[str, Any]])
@pytest.mark.parametrize("prefix", [b"", b'{"name": "a", "skipped": '])
def test_json_10000_levels_deep_is_400(ask: Any, annotation: Any, prefix: bytes) -> None:
    """Nesting beyond what can be read is answered 400, also in a field that is skipped."""
    body = prefix + b"[" * 10_000 + b"]" * 10_000 + (b"}" if prefix else b"")
    answer = ask(
        taking(annotation), "POST", "/", body=body, headers={"content-type": "application/json"}
    )
    assert (answer.status, answer.json["detail"]) == (400, "The body is nested too deeply.")


@pytest.mark.parametrize("text", [b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud800x"'])
def test_a_lone_surrogate_is_400(ask: Any, text: bytes) -> None:
    """Half a surrogate pair is no text."""
    answer = ask(
        taking(str, Body()), "POST", "/", body=text, headers={"content-type": "application/json"}
    )
    assert answer.status == 400
    assert "not valid JSON" in answer.json["detail"]


def test_of_a_repeated_key_the_last_counts(ask: Any) -> None:
    """Duplicate keys are no fault; the last value is the value."""
    answer = ask(
        taking(Point),
        "POST",
        "/",
        body=b'{"x":1,"x":2}',
        headers={"content-type": "application/json"},
    )
    assert answer.json == "Point(x=2, y=0)"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("application/vnd.api+json", 200),
        ("text/plain", 422),
        ("text/json", 422),
        ("application/jsonp", 422),
        ("application/x-www-form-urlencoded", 422),
        ("text/plain; application/json", 422),
        ("", 422),
    ],
)
def test_a_json_body_says_that_it_is_json(ask: Any, content_type: str, status: int) -> None:
    """Only ``application/json`` and ``application/…+json`` are read as JSON."""
    headers = {"content-type": content_type} if content_type else {}
    answer = ask(taking(Point), "POST", "/", body=b'{"x":1}', headers=headers)
    assert answer.status == status
    if status == 422:
        assert "Content-Type: application/json" in answer.json["detail"][0]["msg"]


def test_another_content_type_never_skips_validation(ask: Any) -> None:
    """Even a type that takes any text refuses a body that does not say it is JSON."""
    answer = ask(taking(str, Body()), "POST", "/", body=b'"x"', headers={"content-type": "text/x"})
    assert answer.faults == {("json_type", "body")}


def test_a_text_body_is_read_as_it_is(ask: Any) -> None:
    """``Body(media_type="text/plain")`` gives a text, or bytes, without decoding JSON."""
    router = taking(str, Body(media_type="text/plain"))
    assert ask(router, "POST", "/", body=b"hello").json == "'hello'"
    assert ask(router, "POST", "/").faults == {("missing", "body")}
    assert ask(router, "POST", "/", body=b"\xff").status == 400
    assert ask(taking(bytes, Body(media_type="a/b")), "POST", "/", body=b"\xff").json == "b'\\xff'"


def test_faults_are_capped(ask: Any) -> None:
    """A body with thousands of faults is answered with the first hundred, quickly."""
    answer = ask(taking(list[int]), "POST", "/", json=["x"] * 5000)
    assert len(answer.json["detail"]) == 100


def test_a_fault_far_into_a_large_body_is_found(ask: Any) -> None:
    """Beyond the values that are looked at one by one, the first fault is still told."""
    answer = ask(taking(list[int]), "POST", "/", json=[1] * 50_000 + ["x"])
    assert answer.faults == {("value_error", "body", "50000")}


def test_an_echoed_object_is_cut(ask: Any) -> None:
    """The echo of a large object holds only its beginning."""
    answer = ask(taking(Item), "POST", "/", json={f"k{i}": i for i in range(100)})
    assert len(answer.json["detail"][0]["input"]) == 21


def test_a_huge_integer_is_400(ask: Any) -> None:
    """A number beyond what Python reads is refused, not a 500."""
    answer = ask(
        taking(dict), "POST", "/", body=b"9" * 5000, headers={"content-type": "application/json"}
    )
    assert answer.status == 400


def test_the_request_reads_the_same_body(ask: Any) -> None:
    """Beside a body parameter ``await request.body()`` gives the bytes."""
    router = Router()

    @router.post("/")
    async def both(request: Request, data: Point) -> list[Any]:
        return [(await request.body()).decode(), data.x]

    assert ask(router, "POST", "/", json={"x": 1}).json == ['{"x":1}', 1]


def test_a_bug_in_post_init_is_a_500(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Code of the application that fails on good input is its own fault, not the client's."""

    class Broken(msgspec.Struct):
        a: int

        def __post_init__(self) -> None:
            raise KeyError("bug")

    answer = ask(taking(Broken), "POST", "/", json={"a": 1})
    assert answer.status == 500
    assert "KeyError: 'bug'" in caplog.text
