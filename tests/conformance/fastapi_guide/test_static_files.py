"""FastAPI's tutorial, "Static Files"."""

from pathlib import Path
from typing import Any

import pytest

from trimaran import App, ConfigurationError
from trimaran.mounts import StaticFiles
from trimaran.testing import TestClient


@pytest.fixture
def app(tmp_path: Path) -> App:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sample.txt").write_text("sea")
    (tmp_path / "sub" / "style.css").write_text("a {}")
    app = App()
    app.mount("/static", StaticFiles(directory=tmp_path), name="static")
    return app


def test_files_below_a_path(app: App) -> None:
    """With their media types; a missing one is 404."""
    client = TestClient(app)
    assert client.get("/static/sample.txt").text == "sea"
    style = client.get("/static/sub/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert client.get("/static/none.txt").status_code == 404


@pytest.mark.parametrize("path", ["../secret", "%2e%2e/secret", "sub/../../secret"])
def test_nothing_above_the_directory(app: App, tmp_path: Path, path: str) -> None:
    """However the path is written."""
    (tmp_path.parent / "secret").write_text("no")
    assert TestClient(app).get(f"/static/{path}").status_code == 404


def test_a_mount_is_not_documented(app: App) -> None:
    """It is an application of its own."""
    assert app.openapi()["paths"] == {}


def test_a_directory_that_is_not_there() -> None:
    """Is told when it is mounted, unless ``check_dir=False``."""
    with pytest.raises(ConfigurationError, match="TRI-MOUNT-002"):
        StaticFiles(directory="/nowhere")
    assert StaticFiles(directory="/nowhere", check_dir=False)


def test_a_mount_has_a_name(app: App) -> None:
    """``url_path_for("static", path="sample.txt")``."""
    found: Any = app.url_path_for("static", path="sample.txt")
    assert str(found) == "/static/sample.txt"
