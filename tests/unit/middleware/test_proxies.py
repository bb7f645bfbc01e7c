"""What proxies tell, and who is believed."""

from __future__ import annotations

from typing import Any

import pytest

from trimaran import ConfigurationError
from trimaran.middleware import HTTPSRedirectMiddleware, ProxyHeadersMiddleware

PROXY = ("10.0.0.1", 4000)


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("203.0.113.9:5000", "203.0.113.9"),
        ("[2001:db8::1]:5000", "2001:db8::1"),
        ("10.0.0.9", "10.0.0.9"),
        ("nonsense", "10.0.0.1"),
        ("nonsense, 10.0.0.7", "10.0.0.7"),
        ("", "10.0.0.1"),
    ],
)
def test_the_client_is_the_nearest_stranger(behind: Any, forwarded: str, client: str) -> None:
    """What stands before it is the client's own word, which anybody could write."""
    test_client = behind(ProxyHeadersMiddleware(["10.0.0.0/8"]), client=PROXY)
    answer = test_client.get("/", headers={"x-forwarded-for": forwarded})
    assert answer.json()["client"] == client


def test_the_scheme_is_taken_from_the_proxy(behind: Any) -> None:
    """URLs are those that the client sees, and HTTPS is not redirected to itself."""
    client = behind(ProxyHeadersMiddleware("10.0.0.1"), HTTPSRedirectMiddleware(), client=PROXY)
    answer = client.get("/", headers={"x-forwarded-proto": "https", "host": "shop.example"})
    assert answer.json()["url"] == "https://shop.example/"
    assert client.get("/", headers={"x-forwarded-proto": "gopher"}).status_code == 307


def test_strangers_are_not_believed(behind: Any) -> None:
    """The headers of who is not trusted change nothing."""
    client = behind(ProxyHeadersMiddleware(["10.0.0.0/8"]), client=("203.0.113.1", 1))
    headers = {"x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "https"}
    answer = client.get("/", headers=headers).json()
    assert (answer["client"], answer["url"]) == ("203.0.113.1", "http://testserver/")


def test_everybody_may_be_believed(behind: Any) -> None:
    """Behind a proxy that alone can connect, the first address is the client."""
    client = behind(ProxyHeadersMiddleware("*"), client=("203.0.113.1", 1))
    answer = client.get("/", headers={"x-forwarded-for": "198.51.100.7, 10.0.0.2"})
    assert answer.json()["client"] == "198.51.100.7"


def test_what_is_no_address_is_refused() -> None:
    """With the value and a right one."""
    with pytest.raises(ConfigurationError, match=r"TRI-MIDDLEWARE-003 .*'proxy'.*10\.0\.0\.0/8"):
        ProxyHeadersMiddleware(["proxy"])
