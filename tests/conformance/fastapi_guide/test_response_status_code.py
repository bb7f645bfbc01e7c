"""FastAPI's tutorial, "Response Status Code" and "Path Operation Configuration"."""

from enum import Enum
from typing import Any

import pytest

from trimaran import App, status
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


class Tags(Enum):
    sails = "sails"
    ropes = "ropes"


@app.post("/created/", status_code=201)
async def created(name: str) -> dict[str, str]:
    return {"name": name}


@app.post("/named/", status_code=status.HTTP_202_ACCEPTED)
async def named() -> None:
    return None


@app.delete("/gone/", status_code=status.HTTP_204_NO_CONTENT)
async def gone() -> None:
    return None


@app.get(
    "/sails/",
    tags=["sails", Tags.ropes],
    summary="List sails",
    description="All of **them**.",
    response_description="The sails",
    deprecated=True,
)
async def sails() -> list[str]:
    return ["Jib"]


@app.get("/ropes/", tags=[Tags.ropes])
async def list_all_ropes() -> list[str]:
    """List the ropes.

    - **each** by its name
    \f
    :param hidden: what follows the form feed is not shown
    """
    return ["Sheet"]


def operation(path: str, method: str = "get") -> Any:
    return app.openapi()["paths"][path][method]


# Response Status Code


def test_the_status_of_success() -> None:
    """``status_code=`` of the decorator, in the answer and in the document."""
    assert client.post("/created/?name=x").status_code == 201
    responses = operation("/created/", "post")["responses"]
    assert sorted(responses) == ["201", "422"]


def test_statuses_have_names() -> None:
    """``trimaran.status`` holds them: ``HTTP_202_ACCEPTED``."""
    assert client.post("/named/").status_code == 202


def test_a_status_without_a_body() -> None:
    """204 sends none, and none is documented."""
    answer = client.delete("/gone/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content" not in operation("/gone/", "delete")["responses"]["204"]


def test_an_enum_of_statuses() -> None:
    """``http.HTTPStatus`` is a number too."""
    import http

    other = App()
    other.get("/", status_code=http.HTTPStatus.IM_A_TEAPOT)(gone)
    assert TestClient(other).get("/").status_code == 418


# Path Operation Configuration


def test_tags() -> None:
    """A list of texts or of an Enum's members, documented by their values."""
    assert operation("/sails/")["tags"] == ["sails", "ropes"]
    assert operation("/ropes/")["tags"] == ["ropes"]


def test_summary_and_description() -> None:
    """As given; else the summary is the function's name."""
    shown = operation("/sails/")
    assert (shown["summary"], shown["description"]) == ("List sails", "All of **them**.")
    assert operation("/ropes/")["summary"] == "List All Ropes"


def test_the_docstring_is_the_description() -> None:
    """Its Markdown, without indentation, up to a form feed."""
    assert operation("/ropes/")["description"] == "List the ropes.\n\n- **each** by its name"


def test_the_description_of_the_answer() -> None:
    """``response_description``; OpenAPI requires one, so there is a default."""
    assert operation("/sails/")["responses"]["200"]["description"] == "The sails"
    assert operation("/ropes/")["responses"]["200"]["description"] == "Successful Response"


def test_deprecated_routes_still_answer() -> None:
    """They are only marked."""
    assert operation("/sails/")["deprecated"] is True
    assert "deprecated" not in operation("/ropes/")
    assert client.get("/sails/").json() == ["Jib"]


@pytest.mark.parametrize("wrong", [99, 600])
def test_a_status_that_cannot_end_a_request(wrong: int) -> None:
    """Is refused when it is declared.

    Better: FastAPI finds out when the first request comes.
    """
    with pytest.raises(Exception, match="TRI-ROUTE-015"):
        App().get("/", status_code=wrong)(gone)
