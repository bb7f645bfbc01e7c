"""FastAPI's "Conditional OpenAPI" and "Use Old 403 Authentication Error Status Codes"."""

from typing import Annotated

from trimaran import App, Depends, HTTPException
from trimaran.security import HTTPAuthorizationCredentials, HTTPBearer
from trimaran.testing import TestClient


def test_an_empty_openapi_url_switches_document_and_pages_off() -> None:
    """As ``OPENAPI_URL=""`` in the environment does, through the settings."""
    for nothing in ("", None):
        app = App(openapi_url=nothing)
        app.get("/")(lambda: "Hello")
        client = TestClient(app)
        assert client.get("/").json() == "Hello"
        for path in ("/openapi.json", "/docs", "/redoc"):
            assert client.get(path).status_code == 404


def test_each_page_is_moved_or_switched_off_by_itself() -> None:
    """The document stays."""
    app = App(openapi_url="/api/v1/openapi.json", docs_url="/documentation", redoc_url=None)
    client = TestClient(app)
    for path, status in {
        "/api/v1/openapi.json": 200,
        "/documentation": 200,
        "/docs": 404,
        "/redoc": 404,
    }.items():
        assert client.get(path).status_code == status


# Use Old 403 Authentication Error Status Codes


class HTTPBearer403(HTTPBearer):
    """Answers 403 as FastAPI did before 0.122."""

    def make_not_authenticated_error(self) -> HTTPException:
        return HTTPException(status_code=403, detail="Not authenticated")


def test_a_scheme_of_ones_own_refuses_in_its_own_way() -> None:
    """The usual answer is 401 with ``WWW-Authenticate``."""
    app = App()
    for path, scheme in {"/401": HTTPBearer(), "/403": HTTPBearer403()}.items():

        @app.get(path)
        def me(who: Annotated[HTTPAuthorizationCredentials, Depends(scheme)]) -> str:
            return who.credentials

    client = TestClient(app)
    usual = client.get("/401")
    assert (usual.status_code, usual.headers["www-authenticate"]) == (401, "Bearer")
    old = client.get("/403")
    assert (old.status_code, old.json()) == (403, {"detail": "Not authenticated"})
    assert "www-authenticate" not in old.headers
    for path in ("/401", "/403"):
        assert client.get(path, headers={"authorization": "Bearer x"}).json() == "x"
