"""FastAPI's "Behind a Proxy"."""

from typing import Any

import pytest

from trimaran import App, Request
from trimaran.middleware import ProxyHeadersMiddleware
from trimaran.testing import TestClient


def served(**options: Any) -> App:
    app = App(**options)

    @app.get("/app")
    def read_main(request: Request) -> dict[str, Any]:
        return {"root": request.scope["root_path"], "here": str(request.url_for("read_main"))}

    return app


@pytest.mark.parametrize(
    ("options", "client"),
    [
        ({"root_path": "/api/v1"}, {}),
        ({"root_path": "/api/v1/"}, {}),
        ({}, {"root_path": "/api/v1"}),
        ({"root_path": "/api/v1"}, {"root_path": "/other"}),
    ],
)
def test_the_root_path_is_known_to_the_request(
    options: dict[str, Any], client: dict[str, Any]
) -> None:
    """Said by the application, else by the server; URLs of routes begin with it."""
    answer = TestClient(served(**options), **client).get("/app").json()
    assert answer == {"root": "/api/v1", "here": "http://testserver/api/v1/app"}


def test_a_prefix_that_the_proxy_leaves_is_passed_over() -> None:
    """Routes are found with it and without."""
    client = TestClient(served(root_path="/api/v1"))
    assert client.get("/api/v1/app").status_code == client.get("/app").status_code == 200
    assert client.get("/api/v2/app").status_code == 404


@pytest.mark.parametrize(
    ("options", "client"), [({"root_path": "/api/v1"}, {}), ({}, {"root_path": "/api/v1"})]
)
def test_the_root_path_is_the_first_server(options: dict[str, Any], client: Any) -> None:
    """So that the pages ask through the proxy; other servers stand behind it."""
    document = TestClient(served(**options), **client).get("/openapi.json").json()
    assert document["servers"] == [{"url": "/api/v1"}]
    staging = {"url": "https://stag.example.com", "description": "Staging"}
    app = served(servers=[staging], **options)
    document = TestClient(app, **client).get("/openapi.json").json()
    assert document["servers"] == [{"url": "/api/v1"}, staging]


@pytest.mark.parametrize(
    ("options", "client"), [({"root_path": "/api/v1"}, {}), ({}, {"root_path": "/api/v1"})]
)
def test_the_root_path_may_be_left_out_of_the_servers(options: dict[str, Any], client: Any) -> None:
    """``root_path_in_servers=False``."""
    app = served(root_path_in_servers=False, **options)
    assert "servers" not in TestClient(app, **client).get("/openapi.json").json()


def test_a_mounted_application_has_both_prefixes() -> None:
    """The outer one's root path, and its mount."""
    outer = App(root_path="/api/v1")
    outer.mount("/sub", served())
    answer = TestClient(outer).get("/sub/app").json()
    assert answer == {"root": "/api/v1/sub", "here": "http://testserver/api/v1/sub/app"}


@pytest.mark.parametrize(("proxy", "scheme"), [("10.0.0.1", "https"), ("192.0.2.1", "http")])
def test_forwarded_headers_count_from_trusted_proxies_alone(proxy: str, scheme: str) -> None:
    """``--forwarded-allow-ips`` of Uvicorn is ``ProxyHeadersMiddleware`` here."""
    app = served()
    app.add_middleware(ProxyHeadersMiddleware, ["10.0.0.0/8"])
    headers = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    answer = TestClient(app, client=(proxy, 1)).get("/app", headers=headers)
    assert answer.json()["here"].startswith(f"{scheme}://")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/items", "/api/v1/items/"),
        ("/api/v1/items", "/api/v1/items/"),
        ("/sub/items", "/api/v1/sub/items/"),
    ],
)
def test_a_redirect_to_the_slash_names_the_path_alone(path: str, target: str) -> None:
    """It keeps scheme and host, whichever they are, and what the proxy takes away.

    Better: FastAPI names the whole URL, which is wrong behind a proxy that is not trusted.
    """
    app = App(root_path="/api/v1")
    app.get("/items/")(lambda: ["plumbus"])
    inner = App()
    inner.get("/items/")(lambda: ["plumbus"])
    app.mount("/sub", inner)
    client = TestClient(app, "https://example.com", follow_redirects=False)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, target)
