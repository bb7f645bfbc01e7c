"""What the engine checks beyond the parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.server.engine import refusals
from trimaran.server.engine.framing import Framing, check_host, split_absolute, split_target
from trimaran.server.engine.refusals import Refusal, Refused, refusal_of


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/", "/", b""),
        (b"/a?b=%20", "/a", b"b=%20"),
        (b"/a%20b?", "/a b", b""),
        (b"/%C3%A9", "/é", b""),
        (b"/a?b?c", "/a", b"b?c"),
        (b"/100%", "/100%", b""),
        (b"/a%2Fb", "/a/b", b""),
    ],
)
def test_target(target: bytes, path: str, query: bytes) -> None:
    """The path is decoded once, the query is left alone."""
    assert split_target(target) == (path, query)


@pytest.mark.parametrize("target", [b"/%ff", b"/%00", b"/a%c3", b"/%ed%a0%80"])
def test_target_that_is_no_text(target: bytes) -> None:
    """A path that is not UTF-8, or has a NUL, is refused."""
    with pytest.raises(Refused) as caught:
        split_target(target)
    assert caught.value.refusal is refusals.BAD_TARGET


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_any_path_comes_back(text: str) -> None:
    """What a client encodes is what the handler sees."""
    from urllib.parse import quote

    assert split_target(f"/{quote(text, safe='')}".encode()) == (f"/{text}", b"")


def test_absolute_target() -> None:
    """A target in absolute form gives its authority, path and query."""
    assert split_absolute(b"HTTP://a:80/b%20c?d") == (b"a:80", "/b c", b"d")
    assert split_absolute(b"https://a?x") == (b"a", "/", b"x")


@pytest.mark.parametrize(
    "target", [b"ftp://a/", b"http:///x", b"http://a b/", b"http://u@a/", b"x"]
)
def test_absolute_target_that_is_none(target: bytes) -> None:
    """Other schemes, empty hosts and user information are refused."""
    with pytest.raises(Refused):
        split_absolute(target)


@pytest.mark.parametrize(
    "host", [b"a", b"a.b:80", b"[::1]", b"[::1]:8000", b"127.0.0.1:1", b"", b"a_b"]
)
def test_host(host: bytes) -> None:
    """Names, addresses and ports are hosts."""
    check_host(host)


@pytest.mark.parametrize(
    "host", [b"a b", b"a/b", b"u@a", b"a:b", b"a:123456", b"[::1", b"a,b:c", b"a?"]
)
def test_host_that_is_none(host: bytes) -> None:
    """Anything else is refused."""
    with pytest.raises(Refused):
        check_host(host)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (b"gzip, chunked", refusals.UNKNOWN_CODING),
        (b"identity", refusals.UNKNOWN_CODING),
        (b"chunked, gzip", refusals.BAD_CODING),
        (b"chunked,chunked", refusals.BAD_CODING),
        (b"", refusals.BAD_CODING),
    ],
)
def test_coding(value: bytes, verdict: Refusal) -> None:
    """Codings other than chunked alone are told apart: unknown ones and wrong ones."""
    with pytest.raises(Refused) as caught:
        Framing().note(b"transfer-encoding", value)
    assert caught.value.refusal is verdict


def test_old_protocol_expects_nothing() -> None:
    """HTTP/1.0 has neither chunks nor expectations."""
    framing = Framing()
    framing.note(b"expect", b"100-Continue")
    framing.note(b"content-length", b"5")
    framing.check("1.0", 10)
    assert not framing.expects
    framing.note(b"transfer-encoding", b"Chunked")
    with pytest.raises(Refused):
        framing.check("1.0", 10)


def test_every_refusal_is_whole() -> None:
    """Every refusal has a 4xx or 5xx, a reason of its own and one sentence."""
    every = [value for value in vars(refusals).values() if isinstance(value, Refusal)]
    assert len({refusal.reason for refusal in every}) == len(every) > 12
    for refusal in every:
        assert 400 <= refusal.status <= 505
        assert refusal.detail.endswith(".")
        head, _, body = refusal.encode(b"date: x\r\n").partition(b"\r\n\r\n")
        assert b"content-length: %d\r\n" % len(body) in head
        assert head.endswith(b"connection: close")


def test_fault_of_the_parser() -> None:
    """A wrong version is 505, any other fault of the parser 400."""
    assert refusal_of("Invalid HTTP version").status == 505
    assert refusal_of("Invalid header token").status == 400
