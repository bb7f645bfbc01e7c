"""Trusted hosts and redirects to HTTPS."""

from __future__ import annotations

from typing import Any

import pytest

from trimaran import ConfigurationError
from trimaran.middleware import HTTPSRedirectMiddleware, TrustedHostMiddleware


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("shop.example", 200),
        ("SHOP.example:8000", 200),
        ("shop.example.", 200),
        ("a.b.films.example", 200),
        ("films.example", 400),
        ("evilfilms.example", 400),
        ("shop.example.evil.com", 400),
        ("[::1]:80", 200),
        ("[::2]", 400),
    ],
)
def test_hosts(behind: Any, host: str, status: int) -> None:
    """Names match whole, in any case and with any port; a star stands for names below."""
    client = behind(TrustedHostMiddleware(["shop.example", "*.films.example", "[::1]"]))
    assert client.get("/", headers={"host": host}).status_code == status


def test_a_wrong_host_is_told(behind: Any) -> None:
    """The answer is a 400 as others are."""
    client = behind(TrustedHostMiddleware(["shop.example"]))
    answer = client.get("/", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()) == (400, {"detail": "Invalid host header"})


def test_the_bare_name_is_sent_to_www(behind: Any) -> None:
    """Where only the name with ``www.`` is allowed."""
    client = behind(TrustedHostMiddleware(["www.shop.example"]))
    answer = client.get("/?a=1", headers={"host": "shop.example"})
    assert (answer.status_code, answer.headers["location"]) == (307, "http://www.shop.example/?a=1")


def test_a_pattern_with_a_star_inside_is_refused() -> None:
    """It would look as if it meant something."""
    with pytest.raises(ConfigurationError, match=r"TRI-MIDDLEWARE-003 .*'shop\.\*'"):
        TrustedHostMiddleware(["shop.*"])


def test_http_is_sent_to_https(behind: Any) -> None:
    """Path and query stay, the port of plain HTTP goes; HTTPS passes."""
    client = behind(HTTPSRedirectMiddleware())
    answer = client.get("/?a=b", headers={"host": "shop.example:80"})
    assert (answer.status_code, answer.headers["location"]) == (307, "https://shop.example/?a=b")
    assert behind(HTTPSRedirectMiddleware(), base_url="https://t").get("/").status_code == 200
