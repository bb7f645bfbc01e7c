"""The scopes of dependencies that yield: when each is left."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest
from tests.unit.handlers.conftest import QuietChannel

from trimaran.di import Depends
from trimaran.handlers import FaultHandlers, Router, compile_routes
from trimaran.http import Request, Response


@pytest.mark.parametrize("kind", ["async", "sync", "broken"])
def test_every_scope_is_left_when_a_request_is_cancelled(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The function's and the request's, and what fails meanwhile is logged, not raised."""
    router = Router()
    log: list[str] = []

    async def awaited() -> AsyncIterator[None]:
        try:
            yield
        finally:
            log.append("request")

    def plain() -> Iterator[None]:
        try:
            yield
        finally:
            log.append("function")
            if kind == "broken":
                raise KeyError("broken")

    async def nothing() -> None: ...

    inner = Depends(plain if kind != "async" else nothing, scope="function")

    @router.get("/", dependencies=[Depends(awaited), inner])
    async def show() -> None:
        await asyncio.Event().wait()

    [(_, endpoint)] = compile_routes(router.routes, overrides={}, faults=FaultHandlers({}))

    async def main() -> None:
        request = Request("GET", "/", b"", [], QuietChannel())
        task = asyncio.create_task(endpoint.run(request))  # type: ignore[arg-type]  # it waits
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log == (["request"] if kind == "async" else ["function", "request"])
    assert ("A dependency failed while its request was cancelled" in caplog.text) == (
        kind == "broken"
    )


@pytest.mark.parametrize("kind", ["value", "response", "injected"])
def test_a_function_scope_is_left_before_any_answer(ask: Any, kind: str) -> None:
    """Whatever the handler returns, and after it was encoded."""
    router = Router()
    log: list[str] = []

    def opened() -> Iterator[str]:
        yield "value"
        log.append("left")

    Opened = Annotated[str, Depends(opened, scope="function")]

    if kind == "injected":

        @router.get("/")
        async def injected(value: Opened, response: Response) -> str:
            response.headers["x-kind"] = kind
            return value
    else:

        @router.get("/")
        async def show(value: Opened) -> Any:
            return Response(b'"value"') if kind == "response" else value

    answer = ask(router, "GET", "/")
    assert (answer.status, answer.body, log) == (200, b'"value"', ["left"])


def test_what_cannot_be_encoded_arrives_in_every_scope(ask: Any) -> None:
    """The answer is made inside of them."""
    router = Router()
    seen: list[str] = []

    def opened(name: str) -> Any:
        def dependency() -> Iterator[None]:
            try:
                yield
            except Exception as error:
                seen.append(f"{name} {type(error).__name__}")
                raise

        return dependency

    function = Depends(opened("function"), scope="function")

    @router.get("/", dependencies=[function, Depends(opened("request"))])
    async def show() -> int:
        return "text"  # type: ignore[return-value]  # on purpose

    assert ask(router, "GET", "/").status == 500
    assert seen == ["function ResponseValidationError", "request ResponseValidationError"]
