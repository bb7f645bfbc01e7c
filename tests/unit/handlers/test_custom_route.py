"""``route_class``: a class of route that stands around its routes."""

from collections.abc import Awaitable, Callable

import pytest

from trimaran import App, HTTPException, Request, RequestValidationError, Response, Route, Router
from trimaran.errors import ConfigurationError
from trimaran.testing import TestClient

Answering = Callable[[Request], Awaitable[Response]]


class Numbered(Route):
    """Adds a header with the route's own path; says what it saw go wrong."""

    def get_route_handler(self) -> Answering:
        inner = super().get_route_handler()

        async def numbered(request: Request) -> Response:
            try:
                response = await inner(request)
            except RequestValidationError as error:
                raise HTTPException(422, {"count": len(error.errors)}) from error
            response.headers["x-route"] = self.path
            return response

        return numbered


def served(*, middleware: bool = False) -> TestClient:
    app = App()
    router = Router(prefix="/films", route_class=Numbered)
    if middleware:

        @app.middleware("http")
        async def passing(request: Request, call_next: Answering) -> Response:
            return await call_next(request)

    @router.get("/{id}")
    async def show(id: int) -> dict[str, int]:
        if id == 0:
            raise HTTPException(404, "No such film")
        return {"id": id}

    @app.get("/plain")
    async def plain() -> int:
        return 1

    app.include_router(router)
    return TestClient(app)


@pytest.mark.parametrize("middleware", [False, True])
def test_a_route_class_stands_around_its_own_routes(middleware: bool) -> None:
    """It sees their answers, with the path that the routers gave them; others go without."""
    client = served(middleware=middleware)
    answer = client.get("/films/7")
    assert (answer.json(), answer.headers["x-route"]) == ({"id": 7}, "/films/{id}")
    assert "x-route" not in client.get("/plain").headers


@pytest.mark.parametrize("middleware", [False, True])
def test_a_route_class_sees_a_request_that_is_not_valid(middleware: bool) -> None:
    """Unlike a middleware, which sees the answer only; what it raises is answered."""
    client = served(middleware=middleware)
    assert client.get("/films/x").json() == {"detail": {"count": 1}}
    assert client.get("/films/0").json() == {"detail": "No such film"}


def test_the_handler_is_asked_for_by_the_application() -> None:
    """Before a route is compiled there is nothing to stand around."""
    app = App()
    app.get("/x")(lambda: 1)
    with pytest.raises(ConfigurationError, match=r"TRI-ROUTE-020 .* not been compiled yet"):
        app.routes[0].get_route_handler()
