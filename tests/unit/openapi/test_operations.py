"""Operations: what a plan becomes in the document."""

from typing import Annotated, Any

import msgspec
import pytest

from trimaran.di import Graph
from trimaran.handlers.parameters import BodyMarker, ParameterMarker
from trimaran.handlers.plan import Body, BodyField, Parameter, Plan
from trimaran.handlers.route import UNSET, Route
from trimaran.http import HTMLResponse, PlainTextResponse, Response
from trimaran.openapi import build_document


class Film(msgspec.Struct):
    title: str


class Problem(msgspec.Struct):
    reason: str


def show_film() -> None:
    """Show one film.

    With its *director*.
    \f
    Readers of the source see this.
    """


def plan(
    path: str = "/films",
    *,
    parameters: tuple[Parameter, ...] = (),
    body: Body | None = None,
    returns: Any = UNSET,
    **route: Any,
) -> Plan:
    """Return a plan as the handlers' room would make it."""
    values = {"methods": ("GET",), "name": "show_film", "handler": show_film} | route
    return Plan(
        route=Route(path=path, **values),
        graph=Graph(show_film),
        parameters=parameters,
        body=body,
        returns=returns,
    )


def parameter(
    place: Any, alias: str, type_: Any = str, *, default: Any = UNSET, **marker: Any
) -> Parameter:
    """Return a parameter."""
    return Parameter(
        name=alias.replace("-", "_"),
        alias=alias,
        place=place,
        type=type_,
        required=default is UNSET,
        default=default,
        marker=ParameterMarker(place=place, **marker),
    )


def field(
    alias: str, type_: Any, *, required: bool = True, default: Any = UNSET, **marker: Any
) -> BodyField:
    """Return a field of a body."""
    return BodyField(
        name=alias,
        alias=alias,
        type=type_,
        required=required,
        default=default,
        marker=BodyMarker(**marker),
    )


def document(*plans: Plan) -> dict[str, Any]:
    """Return the document of these plans."""
    return build_document(plans, title="Films", version="1")


def operation(one: Plan) -> dict[str, Any]:
    """Return the only operation of a plan's document."""
    (item,) = document(one)["paths"].values()
    (found,) = item.values()
    assert isinstance(found, dict)
    return found


def test_texts_come_from_name_and_docstring() -> None:
    """Up to a form feed, as FastAPI does it."""
    found = operation(plan("/films/{id:int}", tags=["films", "films"], deprecated=True))
    assert found["summary"] == "Show Film"
    assert found["description"] == "Show one film.\n\nWith its *director*."
    assert found["operationId"] == "show_film_films__id__get"
    assert found["tags"] == ["films"]
    assert found["deprecated"] is True


def test_texts_of_the_route_win() -> None:
    """What the decorator says stands."""
    found = operation(plan(summary="S", description="D", operation_id="one"))
    assert (found["summary"], found["description"], found["operationId"]) == ("S", "D", "one")


def test_operation_ids_are_unique() -> None:
    """A second one of the same name gets a number; each method has its own."""
    paths = document(
        plan("/a-b", methods=("GET", "POST")),
        plan("/a_b"),
        plan("/c", operation_id="x"),
        plan("/d", operation_id="x"),
    )["paths"]
    ids = [one["operationId"] for item in paths.values() for one in item.values()]
    assert ids == ["show_film_a_b_get", "show_film_a_b_post", "show_film_a_b_get_2", "x", "x_2"]


def test_parameters_carry_constraints_defaults_and_texts() -> None:
    """Everything a client can know of them."""
    limit = parameter(
        "query",
        "limit",
        Annotated[int, msgspec.Meta(ge=1, le=100)],
        default=20,
        title="Limit",
        description="How many",
        examples=[5],
        deprecated=True,
        openapi_examples={"few": {"value": 3}},
    )
    assert operation(plan(parameters=(limit,)))["parameters"] == [
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "schema": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "default": 20,
                "title": "Limit",
                "examples": [5],
            },
            "description": "How many",
            "deprecated": True,
            "examples": {"few": {"value": 3}},
        }
    ]


def test_hidden_parameters_are_left_out_but_can_fail() -> None:
    """The 422 answer is described still."""
    found = operation(plan(parameters=(parameter("header", "x-key", include_in_schema=False),)))
    assert "parameters" not in found
    assert set(found["responses"]) == {"200", "422"}


def test_path_parameters_nobody_takes_are_described() -> None:
    """OpenAPI wants every one of a template; a pattern is told."""
    code = parameter("path", "code")
    found = operation(plan("/f/{code:re:[A-Z]+}/{n:int}", parameters=(code,)))
    assert found["parameters"] == [
        {
            "name": "code",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^(?:[A-Z]+)$"},
        },
        {"name": "n", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}},
    ]


def test_default_that_is_no_json_is_left_out() -> None:
    """A description never fails on it."""
    found = operation(plan(parameters=(parameter("query", "q", default=object()),)))
    assert found["parameters"][0]["schema"] == {"type": "string"}


def test_body_of_one_field_is_its_type() -> None:
    """With the marker's texts."""
    film = field("film", Film, description="The film", openapi_examples={"a": {"value": {}}})
    body = Body(fields=(film,), embed=False, required=True, media_type="application/json")
    assert operation(plan(methods=("POST",), body=body))["requestBody"] == {
        "description": "The film",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Film"},
                "examples": {"a": {"value": {}}},
            }
        },
        "required": True,
    }


def test_body_of_several_fields_is_an_object_with_a_name() -> None:
    """Named after the operation, as FastAPI does it."""
    fields = (field("film", Film), field("stars", int, required=False, default=3, title="Stars"))
    body = Body(fields=fields, embed=True, required=True, media_type="application/json")
    made = document(plan(methods=("POST",), body=body))
    name = "Body_show_film_films_post"
    assert made["components"]["schemas"][name] == {
        "title": name,
        "type": "object",
        "properties": {
            "film": {"$ref": "#/components/schemas/Film"},
            "stars": {"type": "integer", "title": "Stars", "default": 3},
        },
        "required": ["film"],
    }


@pytest.mark.parametrize(
    ("route", "content"),
    [
        (
            {"returns": Film},
            {"application/json": {"schema": {"$ref": "#/components/schemas/Film"}}},
        ),
        ({"returns": UNSET}, {"application/json": {"schema": {}}}),
        ({"returns": Response}, None),
        ({"returns": HTMLResponse}, {"text/html": {"schema": {"type": "string"}}}),
        (
            {"returns": str, "response_class": PlainTextResponse},
            {"text/plain": {"schema": {"type": "string"}}},
        ),
        ({"returns": None}, None),
        ({"returns": Film, "status_code": 204}, None),
    ],
)
def test_main_answer_has_the_declared_content(route: dict[str, Any], content: Any) -> None:
    """By type and response class; none where the status has no body."""
    found = operation(plan(**route))
    answer = found["responses"][str(route.get("status_code", 200))]
    assert answer["description"] == "Successful Response"
    assert answer.get("content") == content


def test_declared_answers_stand_beside_the_main_one() -> None:
    """A model becomes content, the rest is kept; the main one can be told more of."""
    found = operation(
        plan(
            returns=Film,
            responses={
                404: {"model": Problem},
                "4xx": {"description": "No"},
                "default": {},
                200: {"headers": {"x-total": {"schema": {"type": "integer"}}}},
            },
        )
    )["responses"]
    assert list(found) == ["200", "404", "4XX", "default"]
    assert found["404"]["description"] == "Not Found"
    schema = found["404"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}
    assert found["4XX"] == {"description": "No"}
    assert found["default"] == {"description": "Default Response"}
    assert set(found["200"]) == {"description", "content", "headers"}


def test_declared_422_replaces_the_usual_one() -> None:
    """An application that answers otherwise says so."""
    one = plan(parameters=(parameter("query", "q"),), responses={422: {"model": Problem}})
    made = document(one)
    assert list(made["components"]["schemas"]) == ["Problem"]


def test_document_holds_what_was_told() -> None:
    """And leaves out what was not, hidden routes and odd methods included."""
    made = build_document(
        [plan(), plan("/hidden", include_in_schema=False), plan("/odd", methods=("PURGE",))],
        title="Films",
        version="2",
        summary="Short",
        description="Long",
    )
    assert made["openapi"] == "3.1.0"
    assert made["info"] == {
        "title": "Films",
        "summary": "Short",
        "description": "Long",
        "version": "2",
    }
    assert list(made["paths"]) == ["/films"]
    assert "components" not in made


def test_first_of_routes_that_openapi_cannot_tell_apart_stands() -> None:
    """``/films/{id:int}`` and ``/films/{id}`` are one path there."""
    made = document(
        plan("/films/{id:int}", summary="by number"), plan("/films/{id}", summary="by text")
    )
    assert [one["get"]["summary"] for one in made["paths"].values()] == ["by number"]
