"""Compiled endpoints: their source, what they ask of the server, what they cost."""

from __future__ import annotations

import inspect
import linecache
from typing import Annotated, Any

import msgspec
import pytest

from trimaran.di import Depends
from trimaran.handlers import FaultHandlers, Header, Query, Router, compile_routes
from trimaran.handlers.compiler import source_of
from trimaran.http import Request
from trimaran.http.body_limits import DEFAULT_MAX_BODY

FAULTS = FaultHandlers({})


def only(router: Router) -> Any:
    """Return plan and endpoint of a router's one route."""
    [pair] = compile_routes(router.routes, overrides={}, faults=FAULTS)
    return pair


def test_a_route_that_uses_nothing_reads_nothing() -> None:
    """The source of a hello takes neither query nor headers nor body."""
    router = Router()

    @router.get("/")
    async def hello() -> dict[str, str]:
        return {}

    source = source_of(only(router)[0], FAULTS)
    assert source.startswith("def endpoint(request):\n    try:\n        result = step(handler())\n")
    for word in ("path", "query", "header", "cookie", "body", "exits"):
        assert word not in source


def test_only_what_is_used_stands_in_the_source() -> None:
    """A query parameter parses the query, and nothing else."""
    router = Router()

    @router.get("/{id}")
    async def show(id: int, q: str = "x") -> int:
        return id

    source = source_of(only(router)[0], FAULTS)
    assert "in_q = query.get('q', 'x')" in source
    assert "in_id = convert_in_id(path['id'])" in source
    assert "headers" not in source


def test_the_source_is_compiled_at_the_first_request() -> None:
    """A route costs its source when it is first asked for; afterwards that is what runs."""
    router = Router()

    @router.get("/once")
    async def once() -> int:
        return 1

    endpoint = only(router)[1]
    first = endpoint.run
    request = Request("GET", "/once", b"", [], None)  # type: ignore[arg-type]
    assert endpoint.run(request) == b"1"
    assert endpoint.run is not first
    assert endpoint.run.__code__.co_filename == "<trimaran GET /once>"
    assert "step(handler())" in "".join(linecache.getlines("<trimaran GET /once>"))
    assert "step(handler())" in inspect.getsource(endpoint.run)


def test_head_and_limits_are_the_endpoints_constants() -> None:
    """Status, content type, label and the body's limit are known before any request."""
    router = Router()
    router.post("/a", status_code=201, max_body=10)(lambda: 1)
    router.post("/b")(lambda: 1)
    [(_, first), (_, second)] = compile_routes(router.routes, overrides={}, faults=FAULTS)
    assert first.head.startswith(b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n")
    assert (first.max_body, second.max_body) == (10, DEFAULT_MAX_BODY)
    assert first.label == "POST /a"


class Data(msgspec.Struct):
    x: int


async def body(data: Data) -> int:
    return data.x


async def reads(request: Request) -> int:
    return len(await request.body())


async def nothing() -> int:
    return 1


async def body_below(x: Annotated[int, Depends(body)]) -> int:
    return x


@pytest.mark.parametrize(
    ("handler", "mode"),
    [(body, "whole"), (reads, "stream"), (nothing, "none"), (body_below, "whole")],
)
def test_the_body_mode_follows_from_the_signature(handler: Any, mode: str) -> None:
    """A body parameter collects the body, the request streams it, nothing drops it."""
    router = Router()
    router.post("/")(handler)
    assert only(router)[1].body_mode == mode


def test_a_plan_holds_the_parameters_of_the_dependencies() -> None:
    """Each wire name stands once in the plan, the handler's and its dependencies' alike."""

    async def paging(limit: int = 10, x_a: Annotated[str, Header()] = "") -> int:
        return limit

    router = Router()

    @router.post("/{id}")
    async def show(
        id: int,
        data: Data,
        page: Annotated[int, Depends(paging)],
        limit: Annotated[int, Query(ge=0)] = 10,
    ) -> Data:
        return data

    plan, _ = only(router)
    assert {(p.place, p.alias) for p in plan.parameters} == {
        ("path", "id"),
        ("query", "limit"),
        ("header", "x-a"),
    }
    assert [field.alias for field in plan.body.fields] == ["data"]
    assert (plan.body.embed, plan.body.required, plan.returns) == (False, True, Data)


def test_ten_thousand_routes_need_no_second_each() -> None:
    """Planning a route takes well under a millisecond; a tracer and neighbours ten times that."""
    import time

    router = Router()
    for number in range(500):

        async def show(id: int, q: str = "", limit: int = 10) -> Data:
            return Data(id)

        router.get(f"/{number}/{{id}}")(show)
    start = time.process_time()
    compile_routes(router.routes, overrides={}, faults=FAULTS)
    assert time.process_time() - start < 5
