"""CORS: who is told what."""

from __future__ import annotations

from typing import Any

import pytest

from trimaran import App, ConfigurationError
from trimaran.middleware import CORSMiddleware
from trimaran.testing import TestClient

SHOP = "https://shop.example"
ASKING = {"origin": SHOP, "access-control-request-method": "GET"}


def test_a_named_origin_is_permitted(behind: Any) -> None:
    """Its answer names it, and varies by origin; another origin's answer does not."""
    cors = CORSMiddleware(allow_origins=[SHOP], allow_credentials=True, expose_headers=["x-a"])
    client = behind(cors)
    answer = client.get("/", headers={"origin": SHOP})
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-expose-headers"] == "x-a"
    assert answer.headers["vary"] == "Origin"
    other = client.get("/", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    assert (other.status_code, other.headers["vary"]) == (200, "Origin")


def test_everybody_is_permitted_without_credentials(behind: Any) -> None:
    """``*`` does not depend on who asks, so that caches may keep it."""
    client = behind(CORSMiddleware(allow_origins=["*"]))
    answer = client.get("/", headers={"origin": SHOP})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "vary" not in answer.headers
    with pytest.raises(ConfigurationError, match=r"TRI-MIDDLEWARE-002 .* Name the origins"):
        CORSMiddleware(allow_origins=["*"], allow_credentials=True)


def test_a_preflight_is_answered_for_every_path(behind: Any) -> None:
    """Also where the route has no OPTIONS, and where there is no route."""
    client = behind(CORSMiddleware(allow_origins=[SHOP], allow_methods=["*"], max_age=5))
    for path in ("/", "/none"):
        answer = client.options(path, headers={**ASKING, "access-control-request-method": "PUT"})
        assert (answer.status_code, answer.text) == (200, "OK")
        assert "PUT" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-max-age"] == "5"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"origin": "https://evil.example"}, "origin"),
        ({"access-control-request-method": "PUT"}, "method"),
        ({"access-control-request-headers": "x-secret"}, "headers"),
    ],
)
def test_a_preflight_is_refused(behind: Any, changed: dict[str, str], text: str) -> None:
    """What is not allowed is named."""
    client = behind(CORSMiddleware(allow_origins=[SHOP]))
    answer = client.options("/", headers={**ASKING, **changed})
    assert (answer.status_code, answer.text) == (400, f"Disallowed CORS {text}")


def test_headers_are_permitted_by_name_or_as_asked(behind: Any) -> None:
    """Names are compared in any case."""
    asking = {**ASKING, "access-control-request-headers": "X-Token, Content-Type"}
    named = behind(CORSMiddleware(allow_origins=[SHOP], allow_headers=["x-token"]))
    assert "x-token" in named.options("/", headers=asking).headers["access-control-allow-headers"]
    starred = behind(CORSMiddleware(allow_origins=[SHOP], allow_headers=["*"]))
    answer = starred.options("/", headers=asking)
    assert answer.headers["access-control-allow-headers"] == "X-Token, Content-Type"


def test_an_origin_is_matched_whole(behind: Any) -> None:
    """A pattern does not permit what only begins like it."""
    client = behind(CORSMiddleware(allow_origin_regex=r"https://.*\.shop\.example"))
    inside = client.get("/", headers={"origin": "https://a.shop.example"})
    outside = client.get("/", headers={"origin": "https://a.shop.example.evil.com"})
    assert inside.headers["access-control-allow-origin"] == "https://a.shop.example"
    assert "access-control-allow-origin" not in outside.headers


def test_fastapis_spelling() -> None:
    """``app.add_middleware(CORSMiddleware, ...)`` is all that a moved application needs."""
    app = App()
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    answer = TestClient(app).get("/none", headers={"origin": SHOP})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, "*")


@pytest.mark.parametrize(("allowed", "status"), [(True, 200), (False, 400)])
def test_a_page_of_the_internet_asks_to_call_inward(
    behind: Any, allowed: bool, status: int
) -> None:
    """Private Network Access: refused unless it is said to be allowed."""
    client = behind(CORSMiddleware(allow_origins=[SHOP], allow_private_network=allowed))
    headers = {**ASKING, "access-control-request-private-network": "true"}
    answer = client.options("/", headers=headers)
    assert answer.status_code == status
    assert ("access-control-allow-private-network" in answer.headers) == allowed
