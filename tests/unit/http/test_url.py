"""URLs."""

import pytest

from trimaran.http import URL
from trimaran.http.url import base_of, quote_path

FULL = "https://user:word@example.com:8443/a/b?x=1&y=2#end"


def test_parts() -> None:
    """Each part is a property."""
    url = URL(FULL)
    assert (url.scheme, url.hostname, url.port, url.path) == (
        "https",
        "example.com",
        8443,
        "/a/b",
    )
    assert (url.query, url.fragment, url.username, url.password) == (
        "x=1&y=2",
        "end",
        "user",
        "word",
    )
    assert url.is_secure
    assert url == FULL
    assert hash(url) == hash(URL(FULL))
    assert url != 3


def test_repr_hides_the_password() -> None:
    """Logs do not tell it."""
    assert repr(URL(FULL)) == "URL('https://user:********@example.com:8443/a/b?x=1&y=2#end')"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"path": "/z", "query": ""}, "https://example.com:81/z"),
        ({"port": None}, "https://example.com/a?x=1"),
        ({"hostname": "::1"}, "https://[::1]:81/a?x=1"),
        ({"username": "u", "password": "p"}, "https://u:p@example.com:81/a?x=1"),
        ({"scheme": "http", "fragment": "f"}, "http://example.com:81/a?x=1#f"),
    ],
)
def test_replace_returns_a_changed_copy(change: dict[str, object], expected: str) -> None:
    """The other parts stay."""
    assert str(URL("https://example.com:81/a?x=1").replace(**change)) == expected


def test_query_fields_are_set_replaced_and_removed() -> None:
    """Values are percent-encoded."""
    url = URL("/films?q=a&page=1")
    assert str(url.include_query_params(page=2, q2="x y")) == "/films?q=a&page=2&q2=x+y"
    assert str(url.replace_query_params(n=1)) == "/films?n=1"
    assert str(url.remove_query_params("q")) == "/films?page=1"


class FakeChannel:
    """A connection to an address."""

    client = None
    http_version = "1.1"

    def __init__(self, scheme: str, server: tuple[str, int | None] | None) -> None:
        self.scheme = scheme
        self.server = server

    def is_disconnected(self) -> bool:
        """It stands."""
        return False

    async def wait_disconnected(self) -> None:
        """Unused."""


@pytest.mark.parametrize("host", ["example.com", "example.com:8000", "[::1]:80", "10.0.0.1"])
def test_sane_hosts_are_taken(host: str) -> None:
    """With the scheme of the connection."""
    assert base_of(FakeChannel("https", ("s", 1)), host) == f"https://{host}"


@pytest.mark.parametrize("host", [None, "", "a b", "evil.com/x", "u@evil.com", "a\\b", "a:b:c"])
def test_other_hosts_are_not_echoed(host: str | None) -> None:
    """The address that was connected to stands in."""
    assert base_of(FakeChannel("http", ("::1", 8000)), host) == "http://[::1]:8000"
    assert base_of(FakeChannel("http", ("s", 80)), host) == "http://s"
    assert base_of(FakeChannel("http", ("/run/s.sock", None)), host) == "http://localhost"


def test_paths_are_quoted() -> None:
    """What a path may hold is left as it is."""
    assert quote_path("/a b/\u00e9?#%;=") == "/a%20b/%C3%A9%3F%23%25;="
