"""FastAPI's tutorial, "Middleware" and "CORS (Cross-Origin Resource Sharing)"."""

import time
from typing import Any

import pytest

from trimaran import App, ConfigurationError, Request
from trimaran.middleware import CORSMiddleware
from trimaran.testing import TestClient

ORIGIN = "https://shop.example"


def shop(**cors: Any) -> TestClient:
    app = App()
    if cors:
        app.add_middleware(CORSMiddleware, **cors)

    @app.get("/")
    async def main() -> dict[str, str]:
        return {"message": "Hello"}

    return TestClient(app)


def asks(client: TestClient, origin: str = ORIGIN, method: str = "GET", **more: str) -> Any:
    headers = {"Origin": origin, "Access-Control-Request-Method": method, **more}
    return client.options("/", headers=headers)


# Middleware


def test_a_function_around_every_request() -> None:
    """``@app.middleware("http")`` takes the request and ``call_next``; it may change the answer."""
    app = App()

    @app.middleware("http")
    async def timed(request: Request, call_next: Any) -> Any:
        start = time.perf_counter()
        response = await call_next(request)
        response.headers["X-Process-Time"] = str(time.perf_counter() - start)
        return response

    @app.get("/")
    async def main() -> str:
        return "main"

    for path in ("/", "/missing"):
        assert float(TestClient(app).get(path).headers["x-process-time"]) >= 0


def test_the_last_middleware_is_the_outermost() -> None:
    """It sees the request first and the answer last."""
    app, log = App(), []

    def named(name: str) -> Any:
        async def middleware(request: Request, call_next: Any) -> Any:
            log.append(f"{name} in")
            response = await call_next(request)
            log.append(f"{name} out")
            return response

        return middleware

    app.middleware("http")(named("A"))
    app.middleware("http")(named("B"))
    app.get("/")(lambda: "x")
    TestClient(app).get("/")
    assert log == ["B in", "A in", "A out", "B out"]


def test_a_middleware_may_answer_itself() -> None:
    """The handler is not called then, and what dependencies yielded is cleaned up before."""
    from trimaran import PlainTextResponse

    app = App()

    @app.middleware("http")
    async def closed(request: Request, call_next: Any) -> Any:
        return PlainTextResponse("closed", status_code=503)

    assert TestClient(app).get("/").status_code == 503


# CORS


def test_a_preflight_request() -> None:
    """OPTIONS with Origin and the method asked for is answered by the middleware."""
    client = shop(allow_origins=[ORIGIN], allow_credentials=True, allow_methods=["*"])
    answer = asks(client, method="DELETE")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-max-age"] == "600"


def test_headers_that_may_be_asked_for() -> None:
    """``allow_headers=["*"]`` is whichever; else those named and the simple ones."""
    wanted = {"Access-Control-Request-Headers": "X-Depth"}
    every = asks(shop(allow_origins=[ORIGIN], allow_headers=["*"]), **wanted)
    assert every.status_code == 200
    assert "x-depth" in every.headers["access-control-allow-headers"].lower()
    assert asks(shop(allow_origins=[ORIGIN]), **wanted).status_code == 400


def test_a_simple_request() -> None:
    """Goes through, with the headers added; another origin's has none."""
    client = shop(allow_origins=[ORIGIN], expose_headers=["X-Depth"])
    answer = client.get("/", headers={"Origin": ORIGIN})
    assert answer.json() == {"message": "Hello"}
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-expose-headers"] == "X-Depth"
    other = client.get("/", headers={"Origin": "https://other.example"})
    assert other.status_code == 200
    assert "access-control-allow-origin" not in other.headers


def test_a_request_without_origin() -> None:
    """Is no cross-origin request: nothing is added."""
    answer = shop(allow_origins=["*"]).get("/")
    assert "access-control-allow-origin" not in answer.headers


def test_origins_by_a_pattern() -> None:
    """``allow_origin_regex`` has to match the whole origin."""
    client = shop(allow_origin_regex=r"https://.*\.example")
    answer = client.get("/", headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    evil = client.get("/", headers={"Origin": ORIGIN + ".evil.org"})
    assert "access-control-allow-origin" not in evil.headers


def test_every_origin() -> None:
    """``["*"]``, but for credentials.

    Better: with ``allow_credentials=True`` it is refused at start-up; FastAPI's documentation
    forbids it, its code reflects every origin.
    """
    answer = shop(allow_origins=["*"]).get("/", headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == "*"
    with pytest.raises(ConfigurationError, match="TRI-MIDDLEWARE-002"):
        shop(allow_origins=["*"], allow_credentials=True)
