"""FastAPI's "Custom Docs UI Static Assets (Self-Hosting)"."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from trimaran import App, HTMLResponse
from trimaran.mounts import StaticFiles
from trimaran.openapi.docs import (
    get_redoc_html,
    get_swagger_ui_html,
    get_swagger_ui_oauth2_redirect_html,
)
from trimaran.testing import ClientResponse, TestClient

CDN = "https://cdn.example/npm"


def served(files: str) -> TestClient:
    """An application whose pages take their files from there."""
    app = App(title="Films", docs_url=None, redoc_url=None)

    @app.get("/docs", include_in_schema=False)
    async def swagger() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=f"{app.title} <Swagger UI>",
            oauth2_redirect_url=app.swagger_ui_oauth2_redirect_url,
            swagger_js_url=f"{files}/swagger-ui-bundle.js",
            swagger_css_url=f"{files}/swagger-ui.css",
            swagger_ui_parameters={"deepLinking": False},
        )

    @app.get("/docs/oauth2-redirect", include_in_schema=False)
    async def redirect() -> HTMLResponse:
        return get_swagger_ui_oauth2_redirect_html()

    @app.get("/redoc", include_in_schema=False)
    async def redoc() -> HTMLResponse:
        return get_redoc_html(
            openapi_url="/openapi.json",
            title="Films",
            redoc_js_url=f"{files}/redoc.standalone.js",
            redoc_favicon_url=f"{files}/favicon.svg",
        )

    return TestClient(app)


def policy_of(answer: ClientResponse) -> dict[str, list[str]]:
    """Return the sources that a page admits, by directive."""
    directives = [text.split() for text in answer.headers["content-security-policy"].split("; ")]
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("files", [CDN, "/static"])
def test_pages_take_their_files_from_where_one_says(files: str) -> None:
    """A CDN, or the application itself; the document's URL and the options are the page's."""
    client = served(files)
    page = client.get("/docs")
    assert f'src="{files}/swagger-ui-bundle.js"' in page.text
    assert f'href="{files}/swagger-ui.css"' in page.text
    assert "<title>Films &lt;Swagger UI&gt;</title>" in page.text
    assert 'data-openapi="/openapi.json"' in page.text
    assert "&quot;deepLinking&quot;:false" in page.text
    assert f'src="{files}/redoc.standalone.js"' in client.get("/redoc").text
    assert "window.opener" in client.get("/docs/oauth2-redirect").text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_the_pages_admit_what_they_name_and_nothing_else(path: str) -> None:
    """By a content policy: the CDN's origin, and their own script by its digest.

    Better: FastAPI's pages run whatever is put into them.
    """
    page = served(CDN).get(path)
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    sources = policy_of(page)["script-src"]
    assert f"'sha256-{digest}'" in sources
    assert "'unsafe-inline'" not in sources
    assert ("https://cdn.example" in sources) == (path != "/docs/oauth2-redirect")


def test_files_of_ones_own_are_mounted(tmp_path: Path) -> None:
    """As any static files."""
    (tmp_path / "redoc.standalone.js").write_text("window.Redoc = {};")
    client = served("/static")
    client.app.mount("/static", StaticFiles(tmp_path), name="static")  # type: ignore[attr-defined]  # an App
    assert client.get("/static/redoc.standalone.js").text == "window.Redoc = {};"


def test_without_any_of_it_the_files_are_the_applications_own() -> None:
    """Every link of the usual page stays on this host.

    Better: FastAPI's usual page needs a CDN.
    """
    page = TestClient(App()).get("/docs").text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


# Configure Swagger UI


def test_swagger_uis_parameters_are_the_applications() -> None:
    """They reach its script as they are; what is not said is as usual."""
    parameters = {"syntaxHighlight": {"theme": "obsidian"}, "deepLinking": False}
    app = App(swagger_ui_parameters=parameters, swagger_ui_init_oauth={"clientId": "docs"})
    page = TestClient(app).get("/docs").text
    (options,) = re.findall(r'data-options="([^"]*)"', page)
    said = msgspec.json.decode(options.replace("&quot;", '"'))
    assert (said["parameters"], said["oauth"]) == (parameters, {"clientId": "docs"})
