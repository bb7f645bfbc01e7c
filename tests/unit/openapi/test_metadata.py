"""What an application says of its API as a whole, and of routes that it does not answer."""

from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import msgspec
import pydantic
import pytest
from openapi_spec_validator import validate

from trimaran import App, Body, Depends, Request, Response, Router, WebSocket
from trimaran.errors import ConfigurationErrors
from trimaran.handlers import Route
from trimaran.middleware import ConcurrencyLimitMiddleware, RateLimitMiddleware
from trimaran.openapi import get_openapi
from trimaran.testing import TestClient


class Sale(msgspec.Struct):
    film: int


def answered(app: App) -> dict[str, Any]:
    """Return the document of an application with one route; it is valid."""
    if not app.routes:
        app.get("/films", name="films")(lambda: 1)
    document = app.openapi()
    validate(document)
    return document


def test_the_api_is_described_as_a_whole() -> None:
    """By FastAPI's names; each stands where OpenAPI has it."""
    tags = [{"name": "films", "description": "All.", "externalDocs": {"url": "https://x.example"}}]
    document = answered(
        App(
            title="Films",
            version="2",
            summary="Short",
            description="*Long*",
            terms_of_service="https://shop.example/terms",
            contact={"name": "Ann", "email": "ann@shop.example"},
            license_info={"name": "MIT", "identifier": "MIT"},
            openapi_tags=tags,
            openapi_external_docs={"url": "https://shop.example/docs"},
            servers=[{"url": "https://api.shop.example", "description": "Live"}],
        )
    )
    assert document["info"] == {
        "title": "Films",
        "summary": "Short",
        "description": "*Long*",
        "termsOfService": "https://shop.example/terms",
        "contact": {"name": "Ann", "email": "ann@shop.example"},
        "license": {"name": "MIT", "identifier": "MIT"},
        "version": "2",
    }
    assert document["tags"] == tags
    assert document["externalDocs"] == {"url": "https://shop.example/docs"}
    assert document["servers"] == [{"url": "https://api.shop.example", "description": "Live"}]


def test_an_unknown_option_is_refused() -> None:
    """As any call with a misspelt name is."""
    options: dict[str, Any] = {"titel": "x"}
    with pytest.raises(TypeError, match="unexpected keyword argument 'titel'"):
        App(**options)


def test_root_path_is_a_server() -> None:
    """First, unless it is listed or not wanted; requests come with and without it."""
    app = App(root_path="/api/v1/", servers=[{"url": "https://x.example"}])
    assert [one["url"] for one in answered(app)["servers"]] == ["/api/v1", "https://x.example"]
    client = TestClient(app)
    assert client.get("/films").json() == client.get("/api/v1/films").json() == 1
    assert client.get("/api/v1").status_code == 404
    assert "servers" not in answered(App(root_path="/api", root_path_in_servers=False))


def test_a_mounted_application_lists_where_it_is() -> None:
    """So that its page asks below the mount, and one that is asked directly does not."""
    inner, outer = App(), App()
    inner.get("/films")(lambda: 1)
    outer.mount("/shop", inner)
    client = TestClient(outer)
    assert client.get("/shop/openapi.json").json()["servers"] == [{"url": "/shop"}]
    assert "servers" not in TestClient(inner).get("/openapi.json").json()


def test_webhooks_stand_apart() -> None:
    """Their names are in a path's place; no request reaches them."""
    app = App()

    @app.webhooks.post("film-sold", tags=["sales"])
    def sold(sale: Sale) -> None:
        """Sent when a film is sold."""

    document = answered(app)
    assert list(document["webhooks"]) == ["film-sold"]
    operation = document["webhooks"]["film-sold"]["post"]
    assert operation["description"] == "Sent when a film is sold."
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Sale"}
    assert TestClient(app).post("/film-sold").status_code == 404


def test_a_router_of_webhooks_can_be_given() -> None:
    """As FastAPI takes it."""
    router = Router()
    router.post("film-sold")(lambda: None)
    assert list(answered(App(webhooks=router))["webhooks"]) == ["film-sold"]


def test_callbacks_are_described_with_their_route() -> None:
    """Each by its handler's name and the expression that gives its URL."""
    callbacks = Router()

    @callbacks.post("{$callback_url}/sales/{$request.body.film}")
    def notify(sale: Sale) -> Sale:
        return sale

    app = App()

    @app.post("/sales", callbacks=callbacks.routes)
    async def sell(sale: Sale, callback_url: str | None = None) -> Sale:
        return sale

    operation = answered(app)["paths"]["/sales"]["post"]
    [(expression, item)] = operation["callbacks"]["notify"].items()
    assert expression == "{$callback_url}/sales/{$request.body.film}"
    assert "200" in item["post"]["responses"]
    assert item["post"]["requestBody"]["required"] is True


def test_a_callback_for_every_route_of_a_router() -> None:
    """And of an inclusion: they add up."""
    one, two = Router(), Router()
    one.post("{$request.query.url}")(sale_sent)
    two.post("{$request.query.back}")(sale_undone)
    router = Router(callbacks=one.routes)
    router.post("/sales")(lambda: None)
    app = App()
    app.include_router(router, callbacks=two.routes)
    callbacks = answered(app)["paths"]["/sales"]["post"]["callbacks"]
    assert set(callbacks) == {"sale_sent", "sale_undone"}


def sale_sent() -> None: ...
def sale_undone() -> None: ...


def test_faults_of_webhooks_and_callbacks_are_told_at_start() -> None:
    """Though nobody calls them."""
    app = App()

    def wrong(x: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821  on purpose

    app.webhooks.post("one")(wrong)
    with pytest.raises(ConfigurationErrors, match="TRI-ROUTE-001"):
        app.build()


def test_ids_can_be_made_by_a_function() -> None:
    """The innermost one, and an id of the route's own before it."""
    app = App(generate_unique_id_function=lambda route: f"app-{route.name}")
    router = Router(generate_unique_id_function=lambda route: f"{route.tags[0]}-{route.name}")
    app.get("/a", name="a")(lambda: 1)
    router.get("/b", name="b", tags=["films"])(lambda: 1)
    router.get("/c", operation_id="see", tags=["films"])(lambda: 1)
    app.include_router(router)
    paths = answered(app)["paths"]
    assert [paths[path]["get"]["operationId"] for path in paths] == ["app-a", "films-b", "see"]


def test_extra_is_merged_into_the_operation() -> None:
    """Objects and lists grow, so an ``x-`` stands beside what is there."""
    app = App()
    extra: dict[str, Any] = {
        "x-internal": True,
        "parameters": [{"name": "raw", "in": "query", "schema": {"type": "string"}}],
        "responses": {"418": {"description": "Teapot"}},
    }
    app.get("/films/{id:int}", openapi_extra=extra)(film)
    operation = answered(app)["paths"]["/films/{id}"]["get"]
    assert operation["x-internal"] is True
    assert [one["name"] for one in operation["parameters"]] == ["id", "raw"]
    assert {"200", "418"} <= set(operation["responses"])


def film(id: int) -> int:
    return id


class Tags(Enum):
    FILMS = "films"


def test_a_tag_may_be_a_member_of_an_enum() -> None:
    """Its value is the tag."""
    app = App()
    app.get("/", tags=[Tags.FILMS])(lambda: 1)
    assert answered(app)["paths"]["/"]["get"]["tags"] == ["films"]


class Priced(pydantic.BaseModel):
    amount: float = 1.0
    price: Decimal = Decimal(1)


def test_one_schema_for_both_ways_if_asked() -> None:
    """FastAPI's option: what may be left out of a request stays optional in the answer."""

    def names(**options: Any) -> list[str]:
        app = App(**options)

        @app.post("/")
        def change(price: Priced) -> Priced:
            return price

        return [name for name in answered(app)["components"]["schemas"] if "Priced" in name]

    assert names() == ["Priced-Input", "Priced-Output"]
    assert names(separate_input_output_schemas=False) == ["Priced"]


def test_an_application_may_make_its_own_document() -> None:
    """Set before or after the first request; ``get_openapi`` makes one to start from."""
    app = App(title="Films")
    app.get("/films")(lambda: 1)
    assert TestClient(app).get("/openapi.json").json()["info"]["title"] == "Films"

    def own() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title="Own", version="3", routes=app.routes)
            document["info"]["x-logo"] = {"url": "logo.svg"}
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi_schema = None
    app.openapi = own  # type: ignore[method-assign]  # as FastAPI's users do
    served = TestClient(app).get("/openapi.json").json()
    assert served["info"] == {"title": "Own", "version": "3", "x-logo": {"url": "logo.svg"}}
    assert list(served["paths"]) == ["/films"]


async def plain(request: Request, call_next: Any) -> Response:
    response: Response = await call_next(request)
    return response


def test_what_the_framework_answers_is_described() -> None:
    """Bodies that are malformed or too large, paths that do not convert, limits, time."""
    app = App()
    app.use(RateLimitMiddleware(10), plain)
    busy = ConcurrencyLimitMiddleware(1)

    @app.put("/films/{id:int}", timeout=1, middleware=[busy])
    async def change(id: int, title: Annotated[str, Body()]) -> None: ...

    responses = answered(app)["paths"]["/films/{id}"]["put"]["responses"]
    assert list(responses) == ["200", "400", "404", "413", "415", "422", "429", "503", "504"]
    assert set(responses["429"]["headers"]) >= {"Retry-After", "RateLimit"}
    reference = responses["413"]["content"]["application/json"]["schema"]["$ref"]
    assert reference == "#/components/schemas/HTTPError"


def test_declared_answers_stand_in_place_of_the_frameworks() -> None:
    """By their status, its class or ``default``."""
    app = App()
    app.post("/a", responses={"4XX": {"description": "Wrong"}})(lambda sale: 1)

    @app.post("/b", responses={413: {"description": "Heavy"}, "default": {"description": "?"}})
    def heavy(sale: Sale) -> None: ...

    paths = answered(app)["paths"]
    assert set(paths["/a"]["post"]["responses"]) == {"200", "4XX"}
    assert set(paths["/b"]["post"]["responses"]) == {"200", "413", "DEFAULT".lower()}


def test_several_answers_with_models_media_types_and_headers() -> None:
    """FastAPI's ``responses``, whole."""
    app = App()

    @app.get(
        "/poster",
        response_model=Sale,
        responses={
            200: {"content": {"image/png": {}}, "description": "JSON or an image"},
            404: {"model": Priced, "headers": {"X-Reason": {"schema": {"type": "string"}}}},
        },
    )
    def poster() -> Any: ...

    responses = answered(app)["paths"]["/poster"]["get"]["responses"]
    assert list(responses["200"]["content"]) == ["application/json", "image/png"]
    assert responses["200"]["description"] == "JSON or an image"
    assert "X-Reason" in responses["404"]["headers"]
    schema = responses["404"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Priced"}


async def live(ws: WebSocket) -> None: ...


def test_hidden_routers_and_websockets_are_left_out() -> None:
    """OpenAPI has no word for a WebSocket."""
    app, hidden = App(), Router(prefix="/x", include_in_schema=False)
    hidden.get("/a")(lambda: 1)
    app.include_router(hidden)
    app.get("/films", dependencies=[Depends(lambda: 1)])(lambda: 1)
    app.websocket("/live")(live)
    assert list(answered(app)["paths"]) == ["/films"]


def test_ids_see_the_route() -> None:
    """Its name, tags, methods and path, as FastAPI's users read them."""
    seen: list[Route] = []

    def make(route: Route) -> str:
        seen.append(route)
        return "one"

    app = App(generate_unique_id_function=make)
    app.get("/films/{id:int}", tags=["films"])(film)
    answered(app)
    [route] = seen
    told = (route.name, list(route.tags), list(route.methods), route.path_format)
    assert told == ("film", ["films"], ["GET"], "/films/{id}")
