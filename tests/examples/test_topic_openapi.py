"""The examples of docs/topics/openapi.md, and what they do."""

# ruff: noqa: E402  imports stand where the page shows them

from __future__ import annotations

# region describe
from trimaran import App, Router

app = App(
    title="Film shop",
    version="2.0.0",
    summary="Films, typed.",
    contact={"name": "The shop", "email": "api@shop.example"},
    license_info={"name": "MIT", "identifier": "MIT"},
    servers=[{"url": "https://api.shop.example", "description": "Production"}],
    openapi_tags=[{"name": "films", "description": "What is sold."}],
    openapi_external_docs={"url": "https://shop.example/guide"},
)
# endregion
# region route
import msgspec


class Film(msgspec.Struct):
    """A film, as the shop sells it."""

    title: str
    year: int


@app.post(
    "/films",
    status_code=201,
    tags=["films"],
    response_description="The film, as it was kept",
    responses={409: {"description": "The title is taken"}},
    openapi_extra={"x-rate-limit-group": "writes"},
)
async def add_film(film: Film) -> Film:
    """Add a film.

    Markdown, for the *pages*.
    \f
    For readers of the source alone.
    """
    return film


# endregion
# region callbacks
sales = Router()


@sales.post("{$request.body#/url}")
def film_sold(film: Film) -> None:
    """Sent to the subscriber for every film that is sold."""


class Subscription(msgspec.Struct):
    url: str


@app.post("/subscriptions", status_code=201, callbacks=sales.routes)
async def subscribe(subscription: Subscription) -> Subscription:
    return subscription


@app.webhooks.post("shop-closed")
def shop_closed(until: str) -> None:
    """Sent to every partner when the shop closes."""


# endregion
# region own
from typing import Any

from trimaran.openapi import get_openapi


def own_document() -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        document["info"]["x-logo"] = {"url": "https://shop.example/logo.svg"}
        app.openapi_schema = document
    return app.openapi_schema


# endregion
from openapi_spec_validator import validate

from trimaran.testing import TestClient


def test_the_document_holds_what_the_page_says() -> None:
    """Metadata, texts, extensions, callbacks, webhooks."""
    document = app.openapi()
    validate(document)
    operation = document["paths"]["/films"]["post"]
    assert operation["description"] == "Add a film.\n\nMarkdown, for the *pages*."
    assert operation["x-rate-limit-group"] == "writes"
    assert operation["responses"]["201"]["description"] == "The film, as it was kept"
    assert {"400", "409", "413", "415", "422"} <= set(operation["responses"])
    assert "film_sold" in document["paths"]["/subscriptions"]["post"]["callbacks"]
    assert list(document["webhooks"]) == ["shop-closed"]


def test_a_document_of_ones_own_is_served() -> None:
    """Whatever the function returns."""
    app.openapi_schema = None
    app.openapi = own_document  # type: ignore[method-assign]
    served = TestClient(app).get("/openapi.json").json()
    assert served["info"]["x-logo"] == {"url": "https://shop.example/logo.svg"}
    del app.openapi
    app.openapi_schema = None
