"""FastAPI's "Path Operation Advanced Configuration"."""

from typing import Any

import pydantic
import pytest
import yaml

from trimaran import App, HTTPException, Request, Route
from trimaran.testing import TestClient


def described(app: App, path: str = "/items/", method: str = "get") -> Any:
    return app.openapi()["paths"][path][method]


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


def test_an_operation_id_of_ones_own(app: App) -> None:
    """In place of the one made of name and path."""
    app.get("/items/", operation_id="some_specific_id")(list)
    assert described(app)["operationId"] == "some_specific_id"


def test_operation_ids_by_a_function() -> None:
    """It gets the route, whose name is the function's."""

    def by_name(route: Route) -> str:
        return f"{route.name}{route.path_format}"

    app = App(generate_unique_id_function=by_name)

    @app.get("/items/{id}")
    async def read_item(id: int) -> int:
        return id

    assert described(app, "/items/{id}")["operationId"] == "read_item/items/{id}"


def test_a_route_is_left_out_of_the_document(app: App) -> None:
    """It answers all the same."""
    app.get("/items/", include_in_schema=False)(lambda: ["Foo"])
    assert app.openapi()["paths"] == {}
    assert TestClient(app).get("/items/").json() == ["Foo"]


def test_a_docstring_is_cut_at_a_form_feed(app: App) -> None:
    r"""What follows ``\f`` is for readers of the source."""

    @app.post("/items/", summary="Create an item")
    async def create_item() -> None:
        """
        Create an item with all the information:

        - **name**: each item must have a name
        \f
        :param item: User input.
        """

    operation = described(app, method="post")
    assert operation["summary"] == "Create an item"
    assert operation["description"].endswith("each item must have a name")


def test_extensions(app: App) -> None:
    """``openapi_extra`` adds to the operation."""
    app.get("/items/", openapi_extra={"x-aperture-labs-portal": "blue"})(list)
    assert described(app)["x-aperture-labs-portal"] == "blue"


BODY: dict[str, Any] = {
    "requestBody": {
        "content": {"application/json": {"schema": {"type": "object", "required": ["name"]}}},
        "required": True,
    }
}


def test_a_body_that_the_handler_reads_itself_is_described(app: App) -> None:
    """By hand; nothing is parsed."""

    @app.post("/items/", openapi_extra=BODY)
    async def create_item(request: Request) -> int:
        return len(await request.body())

    assert described(app, method="post")["requestBody"] == BODY["requestBody"]
    assert TestClient(app).post("/items/", content=b"\x00 no JSON").json() == 9


def test_extras_are_merged_deeply(app: App) -> None:
    """What is known of the operation stays."""
    extra = {"responses": {"200": {"headers": {"x-a": {"schema": {"type": "string"}}}}}}
    app.get("/items/", openapi_extra=extra)(list)
    answer = described(app)["responses"]["200"]
    assert set(answer) == {"description", "content", "headers"}


class Item(pydantic.BaseModel):
    name: str
    tags: list[str]


def test_another_media_type_with_a_models_schema(app: App) -> None:
    """YAML, read and validated by the handler."""
    schema = Item.model_json_schema()

    @app.post(
        "/items/",
        openapi_extra={
            "requestBody": {
                "content": {"application/x-yaml": {"schema": schema}},
                "required": True,
            }
        },
    )
    async def create_item(request: Request) -> Item:
        try:
            return Item.model_validate(yaml.safe_load(await request.body()))
        except yaml.YAMLError:
            raise HTTPException(422, "Invalid YAML") from None
        except pydantic.ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False)) from None

    client = TestClient(app)
    made = client.post("/items/", content="name: Deadpoolio\ntags: [x-force, x-men]")
    assert made.json() == {"name": "Deadpoolio", "tags": ["x-force", "x-men"]}
    assert client.post("/items/", content="name: [").json() == {"detail": "Invalid YAML"}
    wrong = client.post("/items/", content="name: x\ntags: [{}]")
    assert wrong.json()["detail"][0]["loc"] == ["tags", 0]
    content = described(app, method="post")["requestBody"]["content"]
    assert content == {"application/x-yaml": {"schema": schema}}
