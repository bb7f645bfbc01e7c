"""Requests."""

import asyncio

import pytest

from trimaran.errors import HTTPException, TrimaranError
from trimaran.http import Request
from trimaran.types import RawHeaders


class FakeChannel:
    """A connection whose client may leave."""

    client: tuple[str, int] | None = ("10.0.0.9", 4711)
    server = ("127.0.0.1", 8000)
    scheme = "http"
    http_version = "1.1"
    left = False

    def is_disconnected(self) -> bool:
        """Whether ``left`` was set."""
        return self.left

    async def wait_disconnected(self) -> None:
        """Unused."""


class FakeStream:
    """A body that arrives in given chunks."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)

    async def read(self) -> bytes:
        """Return the next one."""
        return self.chunks.pop(0) if self.chunks else b""


def make(
    headers: RawHeaders | None = None,
    body: bytes | FakeStream = b"",
    *,
    path: str = "/",
    query: bytes = b"",
) -> Request:
    """Return a request."""
    return Request("GET", path, query, headers or [], FakeChannel(), body)


def test_parts_are_made_once() -> None:
    """Reading a property again returns the same object."""
    request = make([(b"Cookie", b"a=1; b=2"), (b"cookie", b"c=3")], query=b"q=x")
    assert request.headers is request.headers
    assert request.query_params["q"] == "x"
    assert request.query_params is request.query_params
    assert request.cookies == {"a": "1", "b": "2", "c": "3"}
    assert request.cookies is request.cookies
    assert request.state is request.state
    assert dict(request.path_params) == {}


def test_url_is_quoted_again() -> None:
    """The path is decoded in the request and encoded in its URL."""
    request = make([(b"Host", b"shop.example")], path="/a b", query=b"x=%20")
    assert str(request.url) == "http://shop.example/a%20b?x=%20"
    assert str(request.base_url) == "http://shop.example/"


def test_client_has_host_and_port() -> None:
    """None on a Unix socket."""
    request = make()
    assert request.client is not None
    assert (request.client.host, request.client.port) == ("10.0.0.9", 4711)
    request.channel.client = None
    assert request.client is None


def test_whole_body() -> None:
    """A body that was collected is there at once, as often as asked for."""
    request = make(body=b'{"a": [1]}')
    assert request.body_bytes == b'{"a": [1]}'
    assert asyncio.run(request.body()) == b'{"a": [1]}'
    assert asyncio.run(request.json()) == {"a": [1]}
    assert asyncio.run(request.json()) is asyncio.run(request.json())


def test_arriving_body_is_kept_once_read() -> None:
    """``body()`` may follow ``body()``."""
    request = make(body=FakeStream(b"ab", b"c"))
    assert request.body_bytes == b""
    assert asyncio.run(request.body()) == b"abc"
    assert asyncio.run(request.body()) == b"abc"


def test_stream_yields_chunks_and_runs_once() -> None:
    """A second reader hears that the body is gone."""

    async def read(request: Request) -> list[bytes]:
        return [chunk async for chunk in request.stream()]

    request = make(body=FakeStream(b"ab", b"c"))
    assert asyncio.run(read(request)) == [b"ab", b"c"]
    with pytest.raises(TrimaranError, match="TRI-HTTP-006 The body is being streamed, or was"):
        asyncio.run(read(request))
    assert asyncio.run(read(make(body=b"xyz"))) == [b"xyz"]
    assert asyncio.run(read(make())) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "400: The body is not valid JSON"),
        (b"", "400: The body is not valid JSON"),
        (b'"\xff"', "400: The body is not valid JSON"),
        (b"[" * 10_000, "400: The body is nested too deeply"),
    ],
)
def test_bad_json_is_the_clients_fault(body: bytes, message: str) -> None:
    """It is answered 400, not 500."""
    with pytest.raises(HTTPException, match=message):
        asyncio.run(make(body=body).json())


def test_request_id_is_taken_from_a_sane_header() -> None:
    """So that a proxy's id runs through the logs."""
    assert make([(b"X-Request-ID", b"abc-1.2_3")]).id == "abc-1.2_3"


@pytest.mark.parametrize("given", [b"", b"a b", b"x" * 129, b"<script>", b"a\xe9"])
def test_other_ids_are_random(given: bytes) -> None:
    """And stay the same for one request."""
    request = make([(b"x-request-id", given)])
    assert len(request.id) == 32
    assert int(request.id, 16) >= 0
    assert request.id == request.id
    assert request.id != make().id


def test_disconnection_is_known_at_once() -> None:
    """It is a plain call, not a coroutine."""
    request = make()
    assert not request.is_disconnected()
    request.channel.left = True
    assert request.is_disconnected()


async def test_disconnection_may_be_awaited() -> None:
    """As Starlette's coroutine is; the answer is a plain bool then."""
    request = make()
    request.channel.left = True
    assert (await request.is_disconnected()) is True
    assert repr(request.is_disconnected()) == "True"


def test_state_names_what_it_lacks() -> None:
    """A misspelt attribute says what is there."""
    request = make()
    request.state.user = "ada"
    assert request.state.user == "ada"
    assert "user" in request.state
    with pytest.raises(AttributeError, match="The state has no 'usr'; it holds user"):
        request.state.usr  # noqa: B018  reading it is the test
    assert repr(request) == "<Request GET />"


def test_the_scope_is_asgis() -> None:
    """For libraries that read it; the same object each time."""
    request = make([(b"X-Own", b"1")])
    scope = request.scope
    assert scope is request.scope
    assert (scope["type"], scope["method"], scope["path"]) == ("http", request.method, request.path)
    assert scope["headers"] == [(b"x-own", b"1")]
    assert scope["root_path"] == ""
