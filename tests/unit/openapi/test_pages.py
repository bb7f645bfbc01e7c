"""The documentation's routes, as a client sees them."""

import html
import json
import re
import subprocess
import sys
from typing import Any
from urllib.parse import urljoin

import pytest

from trimaran import App, Depends
from trimaran.security import OAuth2PasswordBearer
from trimaran.testing import TestClient


def make(**options: Any) -> TestClient:
    """Return a client of an application with one route."""
    app = App(title="Films & <Co>", **options)

    @app.get("/films")
    async def list_films() -> list[str]:
        return []

    return TestClient(app)


def links(page: str) -> list[str]:
    """Return what a page refers to."""
    return re.findall(r'(?:href|src|data-openapi)="([^"]*)"', page)


def test_document_is_json_and_revalidated() -> None:
    """The second time its tag is enough."""
    client = make()
    answer = client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()["paths"]) == ["/films"]
    again = client.get("/openapi.json", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_page_keeps_to_its_host(page: str) -> None:
    """No inline script, no address with a host, and a policy that forbids both."""
    answer = make().get(page)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Films &amp; &lt;Co&gt;" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", "")
    assert "<script>" not in answer.text
    assert not [link for link in links(answer.text) if "//" in link or link.startswith("/")]


@pytest.mark.parametrize(
    ("options", "page"),
    [
        ({}, "/docs"),
        ({}, "/redoc"),
        ({"docs_url": "/api/docs", "openapi_url": "/api/v1.json"}, "/api/docs"),
        ({"docs_url": "/help/"}, "/help/"),
        ({"docs_url": None}, "/redoc"),
    ],
)
def test_every_link_of_a_page_is_answered(options: dict[str, Any], page: str) -> None:
    """Wherever the application put its pages; links are relative, for proxies with a prefix."""
    client = make(**options)
    found = links(client.get(page).text)
    assert len(found) >= 5
    for link in found:
        answer = client.get(urljoin(page, link))
        assert answer.status_code == 200
        assert answer.content


def test_the_policy_names_the_hosts_that_the_document_names() -> None:
    """Servers, and where tokens are got from: no other is asked."""
    app = App(servers=[{"url": "https://api.shop.example/v1"}, {"url": "/v2"}])
    login = OAuth2PasswordBearer("https://login.shop.example:8443/token")
    app.get("/", dependencies=[Depends(login)])(lambda: 1)
    policy = TestClient(app).get("/docs").headers["content-security-policy"]
    asked = "connect-src 'self' https://api.shop.example https://login.shop.example:8443;"
    assert asked in policy
    assert asked not in TestClient(app).get("/redoc").headers["content-security-policy"]


def test_swagger_ui_is_told_its_options() -> None:
    """In an attribute, escaped: no script is written into the page."""
    options = {"docExpansion": "</script>none"}
    client = make(swagger_ui_parameters=options, swagger_ui_init_oauth={"clientId": "docs"})
    page = client.get("/docs").text
    told = re.findall(r'data-options="([^"]*)"', page)[0]
    assert json.loads(html.unescape(told)) == {
        "parameters": options,
        "oauth": {"clientId": "docs"},
        "redirect": "docs/oauth2-redirect",
    }
    assert "<script>" not in page
    assert client.get("/docs/oauth2-redirect").status_code == 200
    assert make(swagger_ui_oauth2_redirect_url=None).get("/docs/oauth2-redirect").status_code == 404


def test_pages_can_be_left_out() -> None:
    """None switches one off, and all of them go with the document."""
    client = make(docs_url=None)
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 200
    bare = make(openapi_url=None)
    paths = ["/docs", "/redoc", "/openapi.json", "/docs/assets/docs.css"]
    assert {bare.get(path).status_code for path in paths} == {404}


def test_unknown_asset_is_not_found() -> None:
    """Whatever the name holds."""
    client = make()
    for name in ("x.js", "..%2fstatic.py", "README.md", "%01"):
        answer = client.get(f"/docs/assets/{name}")
        assert answer.status_code == 404


def test_nothing_is_read_before_somebody_asks() -> None:
    """An application that serves no documentation loads none of its modules."""
    program = (
        "import sys; from trimaran import App; app = App(); app.build();"
        "print([m for m in sys.modules if m.startswith('trimaran.openapi.')])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "['trimaran.openapi.documented', 'trimaran.openapi.pages']", (
        run.stderr
    )
