"""FastAPI's tutorial, "Metadata and Docs URLs"."""

from typing import Any

import pytest

from trimaran import App
from trimaran.testing import TestClient

CONTACT = {"name": "Deadpoolio", "url": "https://x-force.example/", "email": "dp@x-force.example"}
LICENSE = {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0.html"}
TAGS = [
    {"name": "users", "description": "Operations with users."},
    {
        "name": "items",
        "description": "Manage *items*.",
        "externalDocs": {"description": "More", "url": "https://docs.example/"},
    },
]


def described(**options: Any) -> Any:
    return App(**options).openapi()


def test_metadata_of_the_api() -> None:
    """title, summary, description, version, terms_of_service, contact, license_info."""
    info = described(
        title="Chimichang",
        summary="The favourite app.",
        description="## Items\n\nYou can **read** them.",
        version="0.0.1",
        terms_of_service="https://example.com/terms/",
        contact=CONTACT,
        license_info=LICENSE,
    )["info"]
    assert info == {
        "title": "Chimichang",
        "summary": "The favourite app.",
        "description": "## Items\n\nYou can **read** them.",
        "version": "0.0.1",
        "termsOfService": "https://example.com/terms/",
        "contact": CONTACT,
        "license": LICENSE,
    }


def test_a_license_by_its_identifier() -> None:
    """SPDX's, in place of a URL."""
    license_info = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
    assert described(license_info=license_info)["info"]["license"] == license_info


def test_metadata_of_tags() -> None:
    """``openapi_tags``: their descriptions, in the order in which the pages show them."""
    assert described(openapi_tags=TAGS)["tags"] == TAGS


def test_the_url_of_the_document() -> None:
    """``openapi_url``; None switches it off, and the pages with it."""
    moved = TestClient(App(openapi_url="/api/v1/openapi.json"))
    assert moved.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
    assert moved.get("/openapi.json").status_code == 404
    off = TestClient(App(openapi_url=None))
    assert [off.get(path).status_code for path in ("/openapi.json", "/docs", "/redoc")] == [404] * 3


@pytest.mark.parametrize(
    ("options", "path", "status"),
    [
        ({"docs_url": "/documentation"}, "/documentation", 200),
        ({"docs_url": "/documentation"}, "/docs", 404),
        ({"docs_url": None}, "/docs", 404),
        ({"redoc_url": None}, "/redoc", 404),
        ({"redoc_url": None}, "/docs", 200),
    ],
)
def test_the_urls_of_the_pages(options: dict[str, Any], path: str, status: int) -> None:
    """``docs_url`` and ``redoc_url``; None switches one off."""
    assert TestClient(App(**options)).get(path).status_code == status
