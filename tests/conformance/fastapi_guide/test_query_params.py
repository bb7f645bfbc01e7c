"""FastAPI's tutorial, "Query Parameters" and "Query Parameters and String Validations"."""

import random
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator

from trimaran import App, Query
from trimaran.testing import TestClient

app = App()
client = TestClient(app)
LOG = {"isbn-1": "Moby Dick", "imdb-2": "Das Boot"}


def known(value: str) -> str:
    if not value.startswith(("isbn-", "imdb-")):
        message = "it begins with isbn- or imdb-"
        raise ValueError(message)
    return value


@app.get("/page/")
async def page(skip: int = 0, limit: int = 10) -> list[int]:
    return [skip, limit]


@app.get("/ports/{port}/{ship}")
async def ship(
    ship: str, port: int, needy: str, short: bool = False, q: str | None = None
) -> list[Any]:
    return [port, ship, needy, short, q]


@app.get("/limited/")
async def limited(
    q: Annotated[str | None, Query(min_length=3, max_length=5, pattern="^f.*$")] = None,
) -> str | None:
    return q


@app.get("/old/")
async def old(q: str = Query(default="fixed", min_length=3)) -> str:
    return q


@app.get("/required/")
async def required(
    q: Annotated[str, Query(min_length=3)], n: Annotated[str | None, Query()]
) -> str:
    return q


@app.get("/many/")
async def many(
    q: Annotated[list[str] | None, Query()] = None,
    d: Annotated[list[str], Query()] = ["foo", "bar"],  # noqa: B006  as the guide has it
    any_: Annotated[list, Query(alias="any")] = [],  # type: ignore[type-arg]  # noqa: B006
) -> list[Any]:
    return [q, d, any_]


@app.get("/described/")
async def described(
    q: Annotated[
        str | None,
        Query(alias="item-query", title="Query", description="What to find", deprecated=True),
    ] = None,
    hidden: Annotated[str | None, Query(include_in_schema=False)] = None,
) -> list[Any]:
    return [q, hidden]


@app.get("/checked/")
async def checked(id: Annotated[str | None, AfterValidator(known)] = None) -> str:
    return LOG[id or random.choice(list(LOG))]


def faults(path: str) -> list[tuple[str, Any, str]]:
    answer = client.get(path)
    assert answer.status_code == 422
    return [(fault["type"], fault["loc"], fault["msg"]) for fault in answer.json()["detail"]]


def parameters(path: str) -> dict[str, Any]:
    return {one["name"]: one for one in app.openapi()["paths"][path]["get"]["parameters"]}


# Query Parameters


def test_what_is_not_in_the_path_is_in_the_query() -> None:
    """With its default where the query does not say it, converted where it does."""
    assert client.get("/page/").json() == [0, 10]
    assert client.get("/page/?skip=20").json() == [20, 10]
    assert faults("/page/?limit=x")[0][:2] == ("int_parsing", ["query", "limit"])


def test_optional_parameters() -> None:
    """None as the default makes one optional."""
    assert client.get("/ports/1/a?needy=n").json() == [1, "a", "n", False, None]


@pytest.mark.parametrize("text", ["1", "True", "true", "on", "yes", "YES", "t", "y"])
@pytest.mark.parametrize("negative", [False, True])
def test_booleans_are_read_from_words(text: str, negative: bool) -> None:
    """1, true, on, yes in any case are True; 0, false, off, no are False."""
    opposite = {"1": "0", "true": "false", "on": "off", "yes": "no", "t": "f", "y": "n"}
    word = opposite[text.lower()] if negative else text
    assert client.get(f"/ports/1/a?needy=n&short={word}").json()[3] is not negative


def test_a_word_that_is_no_boolean() -> None:
    """422, in Pydantic's words."""
    message = "Input should be a valid boolean, unable to interpret input"
    expected = [("bool_parsing", ["query", "short"], message)]
    assert faults("/ports/1/a?needy=n&short=maybe") == expected


def test_path_and_query_in_any_order() -> None:
    """They are told apart by their names."""
    assert client.get("/ports/7/b?q=x&needy=n&short=1").json() == [7, "b", "n", True, "x"]


def test_a_parameter_without_default_is_required() -> None:
    """422, "Field required", with null for the input."""
    answer = client.get("/ports/1/a").json()["detail"]
    assert answer == [
        {"type": "missing", "loc": ["query", "needy"], "msg": "Field required", "input": None}
    ]
    documented = parameters("/ports/{port}/{ship}")
    assert [documented[name]["required"] for name in ("needy", "short", "q")] == [
        True,
        False,
        False,
    ]
    assert documented["short"]["schema"] == {"type": "boolean", "default": False}


def test_parameters_are_documented_path_first() -> None:
    """Whatever the order of the signature."""
    assert list(parameters("/ports/{port}/{ship}"))[:2] == ["ship", "port"]


# Query Parameters and String Validations


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("ab", "string_too_short", "String should have at least 3 characters"),
        ("fabcde", "string_too_long", "String should have at most 5 characters"),
        ("abcd", "string_pattern_mismatch", "String should match pattern '^f.*$'"),
    ],
)
def test_strings_have_limits(value: str, kind: str, message: str) -> None:
    """``min_length``, ``max_length``, ``pattern``, none of which None has to meet."""
    assert faults(f"/limited/?q={value}") == [(kind, ["query", "q"], message)]
    assert client.get("/limited/").json() is None
    assert client.get("/limited/?q=full").json() == "full"


def test_string_limits_are_documented() -> None:
    """On the member of the union that is a text."""
    schema = parameters("/limited/")["q"]["schema"]
    text = {"type": "string", "minLength": 3, "maxLength": 5, "pattern": "^f.*$"}
    assert [one for one in schema["anyOf"] if one.get("type") == "string"] == [text]
    assert {"type": "null"} in schema["anyOf"]


def test_query_as_the_default() -> None:
    """The old style, ``q: str = Query(default="fixed")``, means the same."""
    assert client.get("/old/").json() == "fixed"
    assert faults("/old/?q=ab")[0][0] == "string_too_short"


def test_required_parameters_with_limits() -> None:
    """No default: required, also where None would be a value."""
    places = [place for kind, place, _ in faults("/required/") if kind == "missing"]
    assert places == [["query", "q"], ["query", "n"]]
    assert client.get("/required/?q=abc&n=").status_code == 200


def test_a_name_that_repeats_is_a_list() -> None:
    """``?q=a&q=b``, with a default list, and ``list`` without a type of its items."""
    assert client.get("/many/").json() == [None, ["foo", "bar"], []]
    assert client.get("/many/?q=a&q=b&d=c&any=1&any=x").json() == [["a", "b"], ["c"], ["1", "x"]]
    schema = parameters("/many/")["d"]["schema"]
    items = {"type": "string"}
    assert schema == {"type": "array", "items": items, "default": ["foo", "bar"]}


def test_alias_and_metadata() -> None:
    """``alias``, ``title``, ``description``, ``deprecated`` stand in the document."""
    assert client.get("/described/?item-query=x&q=no").json() == ["x", None]
    shown = parameters("/described/")["item-query"]
    assert (shown["description"], shown["deprecated"]) == ("What to find", True)
    assert shown["schema"]["title"] == "Query"


def test_a_hidden_parameter() -> None:
    """``include_in_schema=False`` works and is not documented."""
    assert client.get("/described/?hidden=x").json() == [None, "x"]
    assert list(parameters("/described/")) == ["item-query"]


def test_validators_of_pydantic() -> None:
    """``AfterValidator``: a ValueError is a 422 with its text."""
    assert client.get("/checked/?id=isbn-1").json() == "Moby Dick"
    assert client.get("/checked/").json() in LOG.values()
    message = "Value error, it begins with isbn- or imdb-"
    assert faults("/checked/?id=x") == [("value_error", ["query", "id"], message)]
