"""Routers: decorators, prefixes, inclusion, what they hand on."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from trimaran.handlers import UNSET, Router
from trimaran.http import PlainTextResponse


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_each_method_has_its_decorator(ask: Any, method: str) -> None:
    """A decorator declares a route of its method and returns the function unchanged."""
    router = Router()

    async def handler() -> str:
        return method

    assert getattr(router, method)("/")(handler) is handler
    [route] = router.routes
    assert (route.methods, route.path, route.name) == ((method.upper(),), "/", "handler")
    assert ask(router, method.upper(), "/").json == method


def test_a_route_may_have_several_methods(ask: Any) -> None:
    """``api_route`` and ``add_api_route`` take the methods."""
    router = Router()
    router.api_route("/", methods=["get", "POST"])(lambda: 1)
    router.add_api_route("/x", lambda: 2, methods=["PUT"])
    assert [route.methods for route in router.routes] == [("GET", "POST"), ("PUT",)]
    assert ask(router, "POST", "/").json == 1
    assert ask(router, "PUT", "/x").json == 2


def test_inclusion_joins_prefixes_and_what_is_shared() -> None:
    """Prefixes, tags, responses and visibility of both routers reach the route."""
    inner = Router("/films", tags=["films"], responses={404: {"description": "none"}})
    inner.get("/{id}", tags=["one"], responses={409: {}})(lambda: 1)
    outer = Router("/api", tags=["api"])
    outer.include_router(inner, prefix="/v1", tags=["v1"], include_in_schema=False, deprecated=True)
    [route] = outer.routes
    assert route.path == "/api/v1/films/{id}"
    assert route.tags == ("api", "v1", "films", "one")
    assert set(route.responses) == {404, 409}
    assert (route.include_in_schema, route.deprecated) == (False, True)


def test_routes_declared_after_inclusion_are_there() -> None:
    """Inclusion is live: a module may declare its routes later."""
    inner, outer = Router("/in"), Router()
    outer.include_router(inner)
    inner.get("/late")(lambda: 1)
    assert [route.path for route in outer.routes] == ["/in/late"]


def test_a_router_may_be_included_twice() -> None:
    """The same routes stand under two prefixes."""
    inner, outer = Router(), Router()
    inner.get("/x")(lambda: 1)
    outer.include_router(inner, prefix="/v1")
    outer.include_router(inner, prefix="/v2")
    assert [route.path for route in outer.routes] == ["/v1/x", "/v2/x"]


def test_an_empty_path_is_the_prefix_itself(ask: Any) -> None:
    """``@router.get("")`` answers at the prefix, without a slash."""
    router = Router("/films")
    router.get("")(lambda: "all")
    assert ask(router, "GET", "/films").json == "all"


def test_defaults_of_a_route() -> None:
    """What the decorator is not told has FastAPI's defaults."""
    router = Router()
    router.get("/")(functools.partial(lambda a: a, a=1))
    [route] = router.routes
    assert (route.status_code, route.response_model, route.response_class) == (200, UNSET, None)
    assert route.name == "partial(test_defaults_of_a_route.<locals>.<lambda>)"


def test_options_reach_the_route() -> None:
    """Names, summaries and response classes are kept for the documentation."""
    router = Router()
    router.get(
        "/", name="n", summary="s", response_class=PlainTextResponse, status_code=202, max_body=5
    )(lambda: "x")
    [route] = router.routes
    assert (route.name, route.summary, route.status_code, route.max_body) == ("n", "s", 202, 5)
    assert route.label == "GET /"
    assert route.where.startswith("tests/unit/handlers/test_router.py:")
