"""FastAPI's tutorial, "Path Parameters" and "Path Parameters and Numeric Validations"."""

from enum import Enum
from typing import Annotated, Any

import pytest

from trimaran import App, ConfigurationError, Path, Query
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Size(str, Enum):  # noqa: UP042  as the guide has it
    small = "small"
    large = "large"


@app.get("/boats/me")
async def own() -> str:
    return "own"


@app.get("/boats/{boat_id}")
async def boat(boat_id: int) -> int:
    return boat_id


@app.get("/names/{name}")
async def named(name):  # type: ignore[no-untyped-def]  # without an annotation on purpose
    return name


@app.get("/sizes/{size}")
async def sized(size: Size) -> dict[str, Any]:
    return {"size": size, "is_small": size is Size.small, "value": size.value}


@app.get("/files/{file_path:path}")
async def file(file_path: str) -> str:
    return file_path


@app.get("/berths/{berth}")
async def berth(
    *,
    berth: Annotated[int, Path(title="Number of the berth", gt=0, le=1000)],
    q: str,
    depth: Annotated[float, Query(gt=0, lt=10.5)] = 1,
) -> list[Any]:
    return [berth, q, depth]


@app.get("/old/{berth}")
async def old_style(q: str, berth: int = Path(title="Number", ge=1)) -> list[Any]:
    return [berth, q]


def parameter(path: str, name: str) -> Any:
    found = app.openapi()["paths"][path]["get"]["parameters"]
    return next(one for one in found if one["name"] == name)


# Path Parameters


def test_a_parameter_takes_its_part_of_the_path() -> None:
    """The text between the slashes, decoded; without an annotation it is a text."""
    assert client.get("/names/mary%20rose").json() == "mary rose"


def test_a_parameter_is_converted() -> None:
    """``boat_id: int`` arrives as an int."""
    assert client.get("/boats/3").json() == 3


@pytest.mark.parametrize("value", ["three", "4.2"])
def test_a_wrong_parameter_is_422(value: str) -> None:
    """With type, place, message and input of the fault."""
    answer = client.get(f"/boats/{value}")
    assert answer.status_code == 422
    message = "Input should be a valid integer, unable to parse string as an integer"
    fault = {"type": "int_parsing", "loc": ["path", "boat_id"], "msg": message, "input": value}
    assert answer.json() == {"detail": [fault]}


def test_path_parameters_are_documented() -> None:
    """With their type, as required.

    Differs: a schema has no title that only repeats the name; say ``title=`` to have one.
    """
    shown = {"name": "boat_id", "in": "path", "required": True, "schema": {"type": "integer"}}
    assert parameter("/boats/{boat_id}", "boat_id") == shown


def test_a_fixed_path_beside_a_parameter() -> None:
    """/boats/me is not taken for a number.

    Better: the more exact path wins in whatever order the routes are declared.
    """
    late = App()
    late.get("/boats/{boat_id}")(boat)
    late.get("/boats/me")(own)
    assert client.get("/boats/me").json() == "own"
    assert TestClient(late).get("/boats/me").json() == "own"


def test_a_path_declared_twice() -> None:
    """One method and path have one route.

    Differs: FastAPI lets the first answer in silence; it is refused at start-up, with both places.
    """
    twice = App()
    twice.get("/boats/{boat_id}")(boat)
    twice.get("/boats/{boat_id}")(own)
    with pytest.raises(ConfigurationError, match=r"TRI-ROUTE-009.*is declared already"):
        twice.build()


def test_predefined_values() -> None:
    """An Enum takes its values alone; the handler gets the member, which is sent as its value."""
    answer = client.get("/sizes/small").json()
    assert answer == {"size": "small", "is_small": True, "value": "small"}
    refused = client.get("/sizes/huge")
    assert refused.status_code == 422
    fault = refused.json()["detail"][0]
    assert (fault["type"], fault["loc"]) == ("enum", ["path", "size"])
    assert fault["msg"] == "Input should be 'small' or 'large'"
    assert fault["ctx"] == {"expected": "'small' or 'large'"}


def test_predefined_values_are_documented() -> None:
    """As an ``enum`` among the components, or beside the parameter."""
    schema = parameter("/sizes/{size}", "size")["schema"]
    if "$ref" in schema:
        schema = app.openapi()["components"]["schemas"]["Size"]
    assert sorted(schema["enum"]) == ["large", "small"]


def test_a_parameter_that_holds_a_path() -> None:
    """``{file_path:path}`` takes slashes, a leading one too."""
    assert client.get("/files/home/log.txt").json() == "home/log.txt"
    assert client.get("/files//home/log.txt").json() == "/home/log.txt"
    assert "/files/{file_path}" in app.openapi()["paths"]


# Path Parameters and Numeric Validations


def test_path_metadata() -> None:
    """``Path(title=...)`` stands in the document."""
    schema = parameter("/berths/{berth}", "berth")["schema"]
    assert schema["title"] == "Number of the berth"
    assert parameter("/berths/{berth}", "berth")["required"] is True


def test_parameters_in_any_order() -> None:
    """``*`` first, or ``Path()`` as the default of the last one."""
    assert client.get("/berths/5?q=a").json() == [5, "a", 1]
    assert client.get("/old/5?q=a").json() == [5, "a"]
    assert client.get("/old/0?q=a").json()["detail"][0]["loc"] == ["path", "berth"]


@pytest.mark.parametrize(
    ("value", "kind", "message", "limit"),
    [
        (0, "greater_than", "Input should be greater than 0", {"gt": 0}),
        (1001, "less_than_equal", "Input should be less than or equal to 1000", {"le": 1000}),
    ],
)
def test_numbers_have_bounds(value: int, kind: str, message: str, limit: dict[str, int]) -> None:
    """``gt``, ``ge``, ``lt``, ``le`` on integers."""
    answer = client.get(f"/berths/{value}?q=a")
    fault = {"type": kind, "loc": ["path", "berth"], "msg": message, "input": str(value)}
    assert (answer.status_code, answer.json()) == (422, {"detail": [{**fault, "ctx": limit}]})


@pytest.mark.parametrize(("value", "status"), [("0", 422), ("0.5", 200), ("10.5", 422)])
def test_floats_have_bounds(value: str, status: int) -> None:
    """``gt=0`` lets 0.5 pass but not 0: bounds are not for integers only."""
    assert client.get(f"/berths/5?q=a&depth={value}").status_code == status


def test_bounds_are_documented() -> None:
    """As JSON Schema's keywords."""
    schema = parameter("/berths/{berth}", "berth")["schema"]
    assert (schema["exclusiveMinimum"], schema["maximum"]) == (0, 1000)
    depth = parameter("/berths/{berth}", "depth")["schema"]
    assert (depth["exclusiveMinimum"], depth["exclusiveMaximum"], depth["default"]) == (0, 10.5, 1)
