"""FastAPI's tutorial, "Response Model - Return Type" and "Extra Models"."""

from typing import Any

import pytest
from pydantic import BaseModel

from trimaran import App, JSONResponse, PlainTextResponse, RedirectResponse, Response
from trimaran.testing import TestClient

app = App()
client = TestClient(app, raise_server_exceptions=False)


class Boat(BaseModel):
    name: str
    note: str | None = None
    length: float
    draught: float = 10.5
    tags: list[str] = []


class BaseSailor(BaseModel):
    username: str
    full_name: str | None = None


class SailorIn(BaseSailor):
    password: str


class SailorOut(BaseSailor):
    pass


class Vessel(BaseModel):
    description: str
    type: str


class Sloop(Vessel):
    type: str = "sloop"


class Barge(Vessel):
    type: str = "barge"
    tons: int


BOATS: dict[str, Any] = {
    "foo": {"name": "Foo", "length": 50.2},
    "bar": {"name": "Bar", "note": "The bar", "length": 62, "draught": 20.2},
    "baz": {"name": "Baz", "note": None, "length": 50.2, "draught": 10.5, "tags": []},
}


@app.get("/all/")
async def every() -> list[Boat]:
    return [Boat(**boat) for boat in BOATS.values()]


@app.get("/dicts/", response_model=list[Boat])
async def dicts() -> Any:
    return list(BOATS.values())


@app.post("/sailors/")
async def sailor(sailor: SailorIn) -> BaseSailor:
    return sailor


@app.post("/out/", response_model=SailorOut)
async def out(sailor: SailorIn) -> Any:
    return sailor


@app.post("/priority/", response_model=SailorOut)
async def priority(sailor: SailorIn) -> SailorIn:
    return sailor


@app.get("/wrong/")
async def wrong() -> Boat:
    return {"name": "no length"}  # type: ignore[return-value]


@app.get("/portal")
async def portal(teleport: bool = False) -> Response:
    if teleport:
        return RedirectResponse(url="https://example.com/")
    return JSONResponse(content={"message": "Here"})


@app.get("/teleport")
async def teleport() -> RedirectResponse:
    return RedirectResponse(url="https://example.com/")


@app.get("/either", response_model=None)
async def either(teleport: bool = False) -> Response | dict[str, Any]:
    return RedirectResponse("/portal") if teleport else {"message": "Here"}


@app.get("/unset/{id}", response_model=Boat, response_model_exclude_unset=True)
async def unset(id: str) -> Any:
    return BOATS[id]


@app.get("/defaults/{id}", response_model=Boat, response_model_exclude_defaults=True)
async def defaults(id: str) -> Any:
    return BOATS[id]


@app.get("/included/", response_model=Boat, response_model_include={"name", "note"})
async def included() -> Any:
    return BOATS["bar"]


@app.get("/excluded/", response_model=Boat, response_model_exclude=["draught", "tags"])
async def excluded() -> Any:
    return BOATS["bar"]


@app.get("/vessels/{id}")
async def vessel(id: int) -> Barge | Sloop:
    return Sloop(description="small") if id else Barge(description="large", tons=5)


@app.get("/weights/")
async def weights() -> dict[str, float]:
    return {"foo": 2.3, "bar": 3}


def schema(path: str, method: str = "get") -> Any:
    responses = app.openapi()["paths"][path][method]["responses"]
    return responses["200"].get("content", {}).get("application/json", {}).get("schema")


# Response Model - Return Type


def test_the_return_type_is_the_answer() -> None:
    """Validated, completed with defaults, documented."""
    boats = client.get("/all/").json()
    assert boats[0] == {"name": "Foo", "note": None, "length": 50.2, "draught": 10.5, "tags": []}
    assert schema("/all/") == {"type": "array", "items": {"$ref": "#/components/schemas/Boat"}}


def test_response_model_in_place_of_the_return_type() -> None:
    """What is returned may be of another type: dictionaries become models."""
    assert client.get("/dicts/").json() == client.get("/all/").json()
    assert schema("/dicts/")["items"] == schema("/all/")["items"]


@pytest.mark.parametrize("path", ["/sailors/", "/out/", "/priority/"])
def test_what_is_not_declared_is_not_sent(path: str) -> None:
    """A subclass that is returned loses its own fields; ``response_model`` counts before."""
    body = {"username": "ann", "password": "secret"}
    assert client.post(path, json=body).json() == {"username": "ann", "full_name": None}
    assert "SailorIn" not in str(schema(path, "post"))


def test_an_answer_that_does_not_fit_is_a_server_fault() -> None:
    """500: the client learns nothing of it."""
    answer = client.get("/wrong/")
    assert answer.status_code == 500
    assert "length" not in answer.text


def test_a_response_is_sent_as_it_is() -> None:
    """``-> Response`` or a class of it: nothing is validated."""
    assert client.get("/portal").json() == {"message": "Here"}
    answer = client.get("/portal?teleport=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "https://example.com/")


def test_a_response_class_is_documented_by_its_status() -> None:
    """What ``-> RedirectResponse`` sends.

    Better: 307 without content; FastAPI documents 200.
    """
    assert list(app.openapi()["paths"]["/teleport"]["get"]["responses"]) == ["307"]


def test_no_response_model() -> None:
    """``response_model=None`` allows any return type, such as a union with a Response."""
    assert client.get("/either").json() == {"message": "Here"}
    assert client.get("/either?teleport=1", follow_redirects=False).status_code == 307


@pytest.mark.parametrize(("query", "text"), [("", '{"depth":3}'), ("?plain=1", "three")])
def test_a_return_type_of_both_kinds(query: str, text: str) -> None:
    """``-> Response | dict[str, int]``: a Response goes as it is, the rest is validated.

    Better: FastAPI refuses it without ``response_model=None``, and then validates nothing.
    """
    other = App()

    @other.get("/")
    async def mixed(plain: bool = False) -> Response | dict[str, int]:
        return PlainTextResponse("three") if plain else {"depth": 3}

    assert TestClient(other).get(f"/{query}").text == text
    content = other.openapi()["paths"]["/"]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["schema"]["additionalProperties"] == {"type": "integer"}


def test_without_what_was_not_set() -> None:
    """``response_model_exclude_unset``: a value equal to the default stays where it was given."""
    assert client.get("/unset/foo").json() == {"name": "Foo", "length": 50.2}
    assert client.get("/unset/bar").json() == BOATS["bar"]
    assert client.get("/unset/baz").json() == BOATS["baz"]


def test_without_what_is_the_default() -> None:
    """``response_model_exclude_defaults``."""
    assert client.get("/defaults/baz").json() == {"name": "Baz", "length": 50.2}


def test_included_and_excluded_fields() -> None:
    """By a set or a list of names.

    Better: the document shows what is sent; FastAPI's shows the whole model.
    """
    assert client.get("/included/").json() == {"name": "Bar", "note": "The bar"}
    assert client.get("/excluded/").json() == {"name": "Bar", "note": "The bar", "length": 62}
    assert set(schema("/included/")["properties"]) == {"name", "note"}


# Extra Models


def test_a_union_of_models() -> None:
    """The first that fits; documented as ``anyOf``."""
    assert client.get("/vessels/0").json() == {"description": "large", "type": "barge", "tons": 5}
    assert client.get("/vessels/1").json() == {"description": "small", "type": "sloop"}
    shown = [{"$ref": "#/components/schemas/Barge"}, {"$ref": "#/components/schemas/Sloop"}]
    assert schema("/vessels/{id}")["anyOf"] == shown


def test_models_share_a_base() -> None:
    """Fields of the base class stand in each schema."""
    schemas = app.openapi()["components"]["schemas"]
    assert list(schemas["SailorIn"]["properties"]) == ["username", "full_name", "password"]
    assert schemas["SailorIn"]["required"] == ["username", "password"]


def test_a_dictionary_as_the_answer() -> None:
    """``dict[str, float]``: its keys are not known, its values' type is."""
    assert client.get("/weights/").json() == {"foo": 2.3, "bar": 3}
    values = schema("/weights/")
    assert (values["type"], values["additionalProperties"]) == ("object", {"type": "number"})
