"""Random applications: their documents are valid, and their answers are as these say."""

from __future__ import annotations

import enum
import inspect
import json
import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID

import jsonschema
import msgspec
import pydantic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from trimaran import App, Body, Cookie, Header, Query
from trimaran.schema import constrained
from trimaran.testing import TestClient


class Genre(enum.Enum):
    WAR = "war"
    LOVE = "love"


class Film(msgspec.Struct):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=9)]
    genre: Genre
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3
    parts: list[Film] = []


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    year: int | None = None


class Cat(msgspec.Struct, tag="cat", tag_field="kind"):
    lives: int


class Dog(msgspec.Struct, tag="dog", tag_field="kind"):
    name: str


@dataclass
class Review:
    text: str
    stars: int = 5


class Note(TypedDict, total=False):
    text: str
    at: date


class Priced(pydantic.BaseModel):
    amount: float = pydantic.Field(ge=0)
    tags: list[str] = []


Low = Annotated[int, msgspec.Meta(ge=0, le=9)]
Short = Annotated[str, msgspec.Meta(max_length=3, pattern="^[a-z]*$")]
Cents = constrained(Decimal, {"ge": 0, "le": 20, "max_digits": 4, "decimal_places": 2})

EXACT = [
    *(int, float, bool, str, Low, Short, int | None, Genre, Literal["a", "b"], Film, Strict),
    *(Review, Cat | Dog, dict[str, Low], list[Low], tuple[int, str], list[Film | None]),
]
"""Types whose schemas say all that is asked of a body."""

FORMATTED = [date, datetime, UUID, Note, set[str], Priced, list[Priced], dict[str, date]]
"""Types of which a schema says less (formats), or that are read more leniently (Pydantic, sets)."""

TEXTS = [int, float, bool, str, Low, Short, int | None, Genre, date, UUID, list[int], Cents]
PLACES = {"query": Query, "header": Header, "cookie": Cookie}

PARTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-20, 20)
    | st.floats(-9, 9, allow_nan=False).filter(math.isfinite)
    | st.sampled_from(["", "a", "war", "cat", "dog", "2020-01-01", "x" * 12]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "genre", "stars", "parts", "kind", "lives", "name", "year"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
NEAR = st.sampled_from(
    [
        {"title": "M", "genre": "war"},
        {"title": "M", "genre": "love", "stars": 5, "parts": []},
        {"title": "M", "genre": "war", "parts": [{"title": "", "genre": "war"}]},
        {"kind": "cat", "lives": 9},
        {"kind": "dog", "name": "x"},
        {"kind": "dog"},
        {"year": 1},
        {"text": "x", "stars": 2.0},
        {"text": "x", "at": "2020-01-01"},
        {"amount": 1.5},
        [{"title": "M", "genre": "war"}, None],
        [1, "a"],
        [3, 4],
        3.0,
        "war",
        "b",
    ]
)
WORDS = st.sampled_from(
    ["", "1", "-1", "9.5", "yes", "true", "war", "abc", "2020-01-01", "9.99", "99", "é", "1,2"]
)


def matches(document: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:
    """Tell whether a value is as a schema of the document says."""
    whole = {"allOf": [schema], "components": document.get("components", {})}
    return bool(jsonschema.Draft202012Validator(whole).is_valid(value))


def check_answer(document: dict[str, Any], operation: dict[str, Any], answer: Any) -> None:
    """Fail where an answer's status, media type or body is not documented."""
    described = operation["responses"].get(str(answer.status_code))
    assert described is not None, (answer.status_code, answer.text)
    kind = answer.headers["content-type"].partition(";")[0]
    content = described["content"]
    assert kind in content, (kind, content)
    assert matches(document, content[kind]["schema"], answer.json()), answer.text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([*EXACT, *FORMATTED]),
    st.lists(NEAR | PARTS, min_size=1, max_size=6),
    st.booleans(),
)
def test_bodies_are_taken_as_the_document_says(tp: Any, bodies: list[Any], problems: bool) -> None:
    """What fits the schema is taken and given back as described; what does not is a 422."""
    app = App(problem_details=problems)

    async def echo(value: Any) -> Any:
        return value

    echo.__annotations__ = {"value": Annotated[tp, Body()], "return": tp}
    app.post("/")(echo)
    document = app.openapi()
    validate(document)
    operation = document["paths"]["/"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    client = TestClient(app)
    for body in bodies:
        answer = client.post(
            "/", content=json.dumps(body), headers={"content-type": "application/json"}
        )
        check_answer(document, operation, answer)
        if tp in EXACT:
            taken = answer.status_code == 200
            assert taken == matches(document, schema, body), (tp, body, answer.text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(TEXTS), st.sampled_from(list(PLACES)), st.booleans()),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.lists(st.none() | WORDS, min_size=4, max_size=4), min_size=1, max_size=5),
    st.booleans(),
)
def test_parameters_are_refused_as_the_document_says(
    declared: list[tuple[Any, str, bool]], requests: list[list[str | None]], problems: bool
) -> None:
    """Any texts in any places: the answer is documented, and never a 500."""
    app = App(problem_details=problems)

    async def count(**values: Any) -> int:
        return len(values)

    names = [f"p{number}" for number in range(len(declared))]
    count.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if required else None,
                annotation=Annotated[tp if required else tp | None, PLACES[place]()],
            )
            for name, (tp, place, required) in zip(names, declared, strict=True)
        ],
        return_annotation=int,
    )
    app.get("/")(count)
    document = app.openapi()
    validate(document)
    client = TestClient(app)
    for words in requests:
        sent: dict[str, dict[str, str]] = {place: {} for place in PLACES}
        for name, (_, place, _), word in zip(names, declared, words, strict=False):
            if word is not None:
                sent[place][name] = word
        cookie = "; ".join(f"{name}={word}" for name, word in sent["cookie"].items())
        headers = {name: word for name, word in sent["header"].items() if word.isascii()}
        if cookie.isascii() and cookie:
            headers["cookie"] = cookie
        answer = client.get("/", params=sent["query"], headers=headers)
        check_answer(document, document["paths"]["/"]["get"], answer)
