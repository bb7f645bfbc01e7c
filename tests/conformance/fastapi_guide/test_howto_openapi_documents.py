"""FastAPI's "Extending OpenAPI", "Separate OpenAPI Schemas for Input and Output or Not"."""

from typing import Any

import pydantic

from trimaran import App, Route
from trimaran.openapi import get_openapi
from trimaran.testing import TestClient


def extended() -> App:
    app = App()
    app.get("/items/")(lambda: [{"name": "Foo"}])

    def custom_openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title="Custom title",
                version="2.5.0",
                summary="This is a very custom OpenAPI schema",
                description="Here's a longer description",
                routes=app.routes,
            )
            document["info"]["x-logo"] = {"url": "https://films.example/logo.png"}
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = custom_openapi  # type: ignore[method-assign]  # as the page does it
    return app


def test_the_document_is_made_by_a_function_of_ones_own() -> None:
    """``app.openapi`` is overridden; what it returns is served."""
    document = TestClient(extended()).get("/openapi.json").json()
    assert document["info"] == {
        "title": "Custom title",
        "version": "2.5.0",
        "summary": "This is a very custom OpenAPI schema",
        "description": "Here's a longer description",
        "x-logo": {"url": "https://films.example/logo.png"},
    }
    assert list(document["paths"]) == ["/items/"]


def test_the_document_is_made_once() -> None:
    """It is kept in ``app.openapi_schema``; so is the usual one."""
    app = extended()
    assert app.openapi() is app.openapi()
    usual = App()
    assert usual.openapi() is usual.openapi() is usual.openapi_schema


# Separate OpenAPI Schemas for Input and Output or Not


class Item(pydantic.BaseModel):
    name: str
    description: str | None = None

    model_config = {"json_schema_serialization_defaults_required": True}


def with_items(**options: Any) -> Any:
    app = App(**options)

    @app.post("/items/")
    def create_item(item: Item) -> Item:
        return item

    return app.openapi()


def test_a_model_that_differs_by_direction_has_two_schemas() -> None:
    """A default makes a field optional in a request; in an answer it is always there."""
    document = with_items()
    schemas = document["components"]["schemas"]
    assert schemas["Item-Input"]["required"] == ["name"]
    assert schemas["Item-Output"]["required"] == ["name", "description"]
    body = document["paths"]["/items/"]["post"]["requestBody"]
    reference = {"$ref": "#/components/schemas/Item-Input"}
    assert body["content"]["application/json"]["schema"] == reference


def test_one_schema_for_both_directions() -> None:
    """``separate_input_output_schemas=False``."""
    schemas = with_items(separate_input_output_schemas=False)["components"]["schemas"]
    assert schemas["Item"]["required"] == ["name"]
    assert not {"Item-Input", "Item-Output"} & set(schemas)


# Generating SDKs


def test_client_generators_find_tags_and_short_names() -> None:
    """The page's function: the first tag and the handler's name."""

    def short(route: Route) -> str:
        return f"{route.tags[0]}-{route.name}"

    app = App(generate_unique_id_function=short)
    app.get("/items/", tags=["items"], name="get_items")(list)
    operation = app.openapi()["paths"]["/items/"]["get"]
    assert (operation["operationId"], operation["tags"]) == ("items-get_items", ["items"])
