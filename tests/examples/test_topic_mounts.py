"""The examples of docs/topics/mounts.md, and what they do."""

# ruff: noqa: E402  imports stand where the page shows them

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

DIST = Path(tempfile.mkdtemp())
(DIST / "index.html").write_text("<title>Shop</title>")


def old_flask_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Stand in for an application of another framework."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]


# region mounts
from trimaran import App
from trimaran.mounts import StaticFiles, WSGIMiddleware

app = App()
reports = App(title="Reports")


@reports.get("/daily")
async def daily() -> int:
    return 3


app.mount("/reports", reports)  # another App
app.mount("/old", WSGIMiddleware(old_flask_app))  # Flask, Django
app.mount("/static", StaticFiles(DIST))  # files
app.frontend("/", DIST)  # a single-page application
# endregion


def test_the_page_works() -> None:
    """Each mount answers below its path."""
    from trimaran.testing import TestClient

    client = TestClient(app)
    assert client.get("/reports/daily").json() == 3
    assert client.get("/old/page").text == "/page"
    assert client.get("/static/index.html").text == "<title>Shop</title>"
    assert client.get("/films/3").text == "<title>Shop</title>"
