"""Files of a directory: what is served, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trimaran import App, ConfigurationError
from trimaran.mounts import StaticFiles
from trimaran.testing import TestClient


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A directory with files, beside one with a secret."""
    root = tmp_path / "site"
    for name, text in {
        "site/style.css": "body {}",
        "site/index.html": "home",
        "site/404.html": "lost",
        "site/guide/index.html": "guide",
        "site/.env": "secret",
        "site/.git/config": "secret",
        "site/.well-known/security.txt": "contact",
        "site-private/key": "secret",
        "secret": "secret",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (root / "inside.css").symlink_to(root / "style.css")
    (root / "outside").symlink_to(tmp_path / "secret")
    (root / "hidden").symlink_to(root / ".env")
    return root


def client(directory: Path, path: str = "/static", **options: Any) -> TestClient:
    """Return a client of an application that serves a directory."""
    app = App()
    app.mount(path, StaticFiles(directory, **options))
    return TestClient(app, follow_redirects=False)


def test_a_file_is_served_with_its_validators(site: Path) -> None:
    """Type, length and entity tag; a client that has it is told so; parts on demand."""
    files = client(site)
    answer = files.get("/static/style.css")
    assert (answer.text, answer.headers["content-type"]) == ("body {}", "text/css; charset=utf-8")
    assert answer.headers["x-content-type-options"] == "nosniff"
    known = {"if-none-match": answer.headers["etag"]}
    assert files.get("/static/style.css", headers=known).status_code == 304
    part = files.get("/static/style.css", headers={"range": "bytes=0-3"})
    assert (part.status_code, part.text) == (206, "body")
    assert files.head("/static/style.css").headers["content-length"] == "7"


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/guide/../../secret",
        "/..%5csecret",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/../site-private/key",
        "/.env",
        "/.git/config",
        "/outside",
        "/hidden",
        "/style.css/",
        "/guide",
        "/",
        "/" + "a" * 5000,
        "/C:/secret",
    ],
)
def test_what_is_not_served(site: Path, path: str) -> None:
    """Nothing outside of the directory, nothing hidden, no directory, no nonsense: 404."""
    answer = client(site).get(f"/static{path}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_a_path_with_nul_is_refused(site: Path) -> None:
    """It never comes to the directory: no path holds NUL."""
    assert client(site).get("/static/style.css%00.html").status_code == 400


@pytest.mark.parametrize(
    ("options", "served"),
    [
        ({}, {"inside.css"}),
        ({"symlinks": "refuse"}, set()),
        ({"symlinks": "follow"}, {"inside.css", "outside", "hidden"}),
        ({"dotfiles": True}, {"inside.css", "hidden", ".env"}),
    ],
)
def test_links_and_hidden_files(site: Path, options: dict[str, Any], served: set[str]) -> None:
    """Links lead to files inside unless another policy is asked for."""
    files = client(site, **options)
    names = ("inside.css", "outside", "hidden", ".env")
    assert {name for name in names if files.get(f"/static/{name}").status_code == 200} == served


def test_well_known_files_are_public(site: Path) -> None:
    """They are made to be found (RFC 8615)."""
    assert client(site).get("/static/.well-known/security.txt").text == "contact"


def test_only_reading_is_allowed(site: Path) -> None:
    """Other methods are told which ones there are."""
    answer = client(site).post("/static/style.css")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_pages(site: Path) -> None:
    """``html`` serves a directory's index, with its slash, and a page for what is missing."""
    files = client(site, "/", html=True)
    assert files.get("/").text == "home"
    assert files.get("/guide?a=1").headers["location"] == "/guide/"
    assert files.get("/guide/").text == "guide"
    lost = files.get("/none")
    assert (lost.status_code, lost.text) == (404, "lost")


def test_a_redirect_stays_on_this_host(site: Path) -> None:
    """A path that begins with two slashes would name another one."""
    answer = client(site, "/", html=True).get("http://testserver//guide")
    assert answer.headers["location"] == "/guide/"


def test_a_frontend_answers_for_its_own_paths(site: Path) -> None:
    """Its page is sent where no file and no route is; a missing file is a 404 all the same."""
    app = App()

    @app.get("/api/films")
    async def films() -> list[int]:
        return [1]

    kept = "public, max-age=31536000, immutable"
    app.frontend("/", site, fallback="index.html", cache_control=kept)
    files = TestClient(app)
    page = files.get("/films/3/edit")
    assert (page.status_code, page.text, page.headers["cache-control"]) == (200, "home", "no-cache")
    assert "immutable" in files.get("/style.css").headers["cache-control"]
    assert files.get("/api/films").json() == [1]
    assert files.get("/app.js").status_code == 404
    assert files.get("/x", headers={"accept": "application/json"}).status_code == 404


def test_a_missing_directory_is_told_at_once(tmp_path: Path) -> None:
    """Unless it is to be made later."""
    with pytest.raises(ConfigurationError, match=r"TRI-MOUNT-002 The directory .*none"):
        StaticFiles(tmp_path / "none")
    StaticFiles(tmp_path / "none", check_dir=False)
