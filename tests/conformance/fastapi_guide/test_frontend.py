"""FastAPI's tutorial, "Frontend"."""

from pathlib import Path
from typing import Annotated, Any

import pytest

from trimaran import App, ConfigurationError, Cookie, Depends, HTTPException, Response, Router
from trimaran.testing import TestClient

PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("home")
    (tmp_path / "assets" / "app.js").write_text("run()")
    return tmp_path


def client(dist: Path, **options: Any) -> TestClient:
    app = App(debug=False)

    @app.get("/api")
    async def api() -> str:
        return "api"

    app.frontend("/", directory=dist, **options)
    return TestClient(app)


def test_files_behind_the_routes(dist: Path) -> None:
    """A route wins; then a file, the index for a directory; HEAD too, and no document has it."""
    frontend = client(dist)
    assert frontend.get("/api").json() == "api"
    assert frontend.get("/").text == "home"
    assert frontend.get("/assets/app.js").text == "run()"
    assert frontend.head("/assets/app.js").status_code == 200
    assert list(frontend.get("/openapi.json").json()["paths"]) == ["/api"]


def test_client_side_routing(dist: Path) -> None:
    """``fallback="index.html"``: for what accepts HTML, not for scripts nor other methods."""
    frontend = client(dist, fallback="index.html")
    page = frontend.get("/dashboard/settings", headers=PAGE)
    assert (page.status_code, page.text) == (200, "home")
    json = frontend.get("/dashboard", headers={"accept": "application/json"})
    assert json.status_code == 404
    assert frontend.get("/assets/none.js", headers={"accept": "*/*"}).status_code == 404
    assert frontend.post("/dashboard", headers=PAGE).status_code == 404
    assert frontend.post("/assets/app.js").status_code == 405


def test_a_client_without_a_preference_gets_the_page(dist: Path) -> None:
    """``Accept: */*``, as curl and link checkers send.

    Differs: FastAPI wants ``text/html`` named; here it is enough that the path names no file.
    """
    frontend = client(dist, fallback="index.html")
    assert frontend.get("/dashboard", headers={"accept": "*/*"}).text == "home"
    assert frontend.get("/none.js", headers=PAGE).status_code == 404


def test_a_page_for_what_is_missing(dist: Path) -> None:
    """``404.html`` with 404 for every path; ``fallback="auto"`` takes it where it is there."""
    (dist / "404.html").write_text("lost")
    for options in ({}, {"fallback": "404.html"}):
        lost = client(dist, **options).get("/dashboard/settings", headers=PAGE)
        assert (lost.status_code, lost.text) == (404, "lost")
    assert client(dist, fallback="index.html").get("/x", headers=PAGE).text == "home"


def test_fallback_auto(dist: Path) -> None:
    """Without a ``404.html`` it is the index; ``fallback=None`` is the plain 404."""
    assert client(dist).get("/dashboard", headers=PAGE).text == "home"
    plain = client(dist, fallback=None).get("/dashboard", headers=PAGE)
    assert (plain.status_code, plain.json()) == (404, {"detail": "Not Found"})


def test_the_directory_is_checked(dist: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At start-up; in development it is only warned of; ``check_dir=False`` lets it come later."""
    with pytest.raises(ConfigurationError, match=r"TRI-MOUNT-002 .*test_frontend.py:\d+"):
        client(dist / "none").get("/")
    assert client(dist / "none", check_dir=False).get("/x", headers=PAGE).status_code == 404
    developed = App(debug=True)
    developed.frontend("/", dist / "none")
    developed.build()
    assert "is not built" in caplog.text
    with pytest.raises(ConfigurationError, match="TRI-MOUNT-004"):
        client(dist, fallback="404.html").get("/")


def test_a_frontend_of_a_router(dist: Path) -> None:
    """Below its prefix and that of its inclusion; routes of the application still come first."""
    app, router = App(), Router(prefix="/app")
    router.frontend("/", directory=dist)
    app.include_router(router, prefix="/v1")
    app.get("/v1/app/api")(lambda: "api")
    frontend = TestClient(app)
    assert frontend.get("/v1/app/").text == "home"
    assert frontend.get("/v1/app/api").json() == "api"
    assert frontend.get("/assets/app.js").status_code == 404


def member(response: Response, session: Annotated[str | None, Cookie()] = None) -> None:
    if session != "valid":
        raise HTTPException(401, "Log in first")
    response.headers["x-member"] = "yes"


def test_dependencies_and_middleware(dist: Path) -> None:
    """Those of the application and its routers protect each file; they may set headers."""
    app, router = App(), Router(dependencies=[Depends(member)])
    router.frontend("/app", directory=dist)
    app.include_router(router)
    app.frontend("/open", directory=dist)
    frontend = TestClient(app)
    for path in ("/app/", "/app/assets/app.js", "/app/any"):
        refused = frontend.get(path, headers=PAGE)
        assert (refused.status_code, refused.json()) == (401, {"detail": "Log in first"})
    answer = frontend.get("/app/assets/app.js", cookies={"session": "valid"})
    assert (answer.text, answer.headers["x-member"]) == ("run()", "yes")
    assert frontend.get("/open/").text == "home"
    app.dependency_overrides[member] = lambda: None
    assert frontend.get("/app/any", headers=PAGE).text == "home"
