"""The vendored files."""

import gzip
from pathlib import Path

import pytest

import trimaran.openapi
from trimaran.errors import HTTPException
from trimaran.http import Request
from trimaran.openapi.static import MEDIA_TYPES, asset_response, digest
from trimaran.testing.channel import InProcessChannel
from trimaran.types import RawHeaders

FOLDER = Path(trimaran.openapi.__file__).parent / "assets"


def ask(name: str, query: bytes = b"", headers: RawHeaders | None = None) -> Request:
    """Return a request for a file."""
    channel = InProcessChannel(scheme="http", server=("test", 80), client=("10.0.0.1", 1))
    return Request("GET", f"/docs/assets/{name}", query, headers or [], channel)


@pytest.mark.parametrize("name", sorted(MEDIA_TYPES))
def test_every_file_is_served_plain_and_compressed(name: str) -> None:
    """A client that takes no gzip gets the same content."""
    plain = asset_response(ask(name), name)
    small = asset_response(ask(name, headers=[(b"Accept-Encoding", b"br, gzip")]), name)
    assert plain.headers["content-type"] == MEDIA_TYPES[name]
    assert "content-encoding" not in plain.headers
    if small.headers.get("content-encoding") == "gzip":
        assert gzip.decompress(small.body) == plain.body
        assert small.headers["vary"] == "accept-encoding"
    else:
        assert small.body == plain.body


@pytest.mark.parametrize("accepted", [b"gzip;q=0", b"br", b"identity", b"gzip; q=0.0"])
def test_refused_gzip_is_not_sent(accepted: bytes) -> None:
    """A weight of nought refuses."""
    name = "swagger-ui.css"
    response = asset_response(ask(name, headers=[(b"accept-encoding", accepted)]), name)
    assert "content-encoding" not in response.headers
    assert response.body.startswith(b".swagger-ui")


def test_address_with_the_digest_is_kept_for_a_year() -> None:
    """Any other address is asked for again, and answered 304 where nothing changed."""
    name = "docs.css"
    fixed = asset_response(ask(name, b"v=" + digest(name).encode()), name)
    assert fixed.headers["cache-control"] == "public, max-age=31536000, immutable"
    loose = asset_response(ask(name, b"v=old"), name)
    assert loose.headers["cache-control"] == "no-cache"
    tag = loose.headers["etag"].encode()
    again = asset_response(ask(name, headers=[(b"If-None-Match", tag)]), name)
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["etag"].encode() == tag


@pytest.mark.parametrize("name", ["", "..", "README.md", "docs.css.gz", "../static.py", "a\0b"])
def test_no_other_file_is_served(name: str) -> None:
    """A name is looked up, never joined to a path."""
    with pytest.raises(HTTPException, match="404: There is no "):
        asset_response(ask("x"), name)


def test_every_bundle_comes_with_its_licence() -> None:
    """They are what the licences ask for."""
    assert "Apache License" in (FOLDER / "swagger-ui.LICENSE").read_text("utf-8")
    assert "SmartBear" in (FOLDER / "swagger-ui.NOTICE").read_text("utf-8")
    assert "MIT License" in (FOLDER / "redoc.LICENSE").read_text("utf-8")
    assert (FOLDER / "redoc.standalone.js.LICENSE.txt").stat().st_size > 1000
    assert (FOLDER / "swagger-ui-bundle.js.LICENSE.txt").stat().st_size > 1000


def test_no_bundle_names_a_source_map_or_the_logos_host() -> None:
    """A browser would ask for either."""
    for name in ("redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css"):
        text = gzip.decompress((FOLDER / f"{name}.gz").read_bytes())
        assert b"sourceMappingURL=" not in text[-500:]
        assert b"cdn.redoc.ly" not in text
