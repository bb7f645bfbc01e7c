"""permessage-deflate on the engine: Autobahn's groups 12 and 13, and its dangers."""

from __future__ import annotations

import os
import zlib

import pytest
from serving.socket_client import (
    BINARY,
    CONTINUATION,
    EXTENSION,
    PING,
    TEXT,
    deflated,
    encode,
    inflated,
    talking,
)

OFFER = f"Sec-WebSocket-Extensions: {EXTENSION}\r\n"
AGREED = f"{EXTENSION}; server_no_context_takeover; client_no_context_takeover"


@pytest.mark.parametrize("size", [0, 1, 16, 64, 256, 511, 512, 1024, 4096, 65536, 131072, 900000])
def test_12_sizes(engine_port: int, size: int) -> None:
    """Compressed messages come back; long ones compressed, short ones as they are."""
    text = (b'{"Autobahn": "permessage-deflate"} ' * (size // 34 + 1))[:size]
    with talking(engine_port, headers=OFFER) as client:
        for _ in range(3):
            client.send(encode(TEXT, deflated(text), rsv=4))
            frame = client.frame()
            assert frame.rsv == (4 if size >= 512 else 0)
            assert (inflated(frame.payload) if frame.rsv else frame.payload) == text


def test_12_uncompressed_and_random(engine_port: int) -> None:
    """A client may send a message as it is; random bytes survive as well."""
    data = os.urandom(100_000)
    with talking(engine_port, headers=OFFER) as client:
        client.send(encode(BINARY, data))
        assert inflated(client.frame().payload) == data
        client.send(encode(BINARY, deflated(data), rsv=4))
        assert inflated(client.frame().payload) == data


def test_12_fragments(engine_port: int) -> None:
    """A compressed message may come in fragments: the first has the bit, the others not."""
    text = b"fragmented " * 1000
    data = deflated(text)
    with talking(engine_port, headers=OFFER) as client:
        client.send(encode(TEXT, data[:10], fin=False, rsv=4) + encode(PING))
        assert client.frame().payload == b""
        for at in range(10, len(data)):
            client.send(encode(CONTINUATION, data[at : at + 1], fin=False))
        client.send(encode(CONTINUATION))
        assert inflated(client.frame().payload) == text


def test_12_final_block(engine_port: int) -> None:
    """A message may end with a final block (RFC 7692, 7.2.3.4)."""
    state = zlib.compressobj(wbits=-15)
    data = state.compress(b"Hello") + state.flush() + b"\x00"
    with talking(engine_port, headers=OFFER) as client:
        client.send(encode(TEXT, data, rsv=4))
        assert client.frame().payload == b"Hello"


@pytest.mark.parametrize(
    ("offer", "agreed"),
    [
        (EXTENSION, AGREED),
        (f"{EXTENSION}; client_max_window_bits", AGREED),
        (f"{EXTENSION}; client_max_window_bits=10; server_no_context_takeover", AGREED),
        (f'{EXTENSION}; server_max_window_bits="10"', f"{AGREED}; server_max_window_bits=10"),
        (f"{EXTENSION}; server_max_window_bits=15", f"{AGREED}; server_max_window_bits=12"),
        (f"{EXTENSION}; server_max_window_bits=8, {EXTENSION}", AGREED),
        (f"x-webkit-deflate-frame, {EXTENSION}; client_no_context_takeover", AGREED),
        (f"{EXTENSION}; server_max_window_bits", None),
        (f"{EXTENSION}; server_max_window_bits=16", None),
        (f"{EXTENSION}; server_max_window_bits=010", None),
        (f"{EXTENSION}; server_no_context_takeover=1", None),
        (f"{EXTENSION}; unknown", None),
        (f"{EXTENSION}; client_no_context_takeover; client_no_context_takeover", None),
        (";;;,,,===", None),
    ],
)
def test_13_offers(engine_port: int, offer: str, agreed: str | None) -> None:
    """The first offer that can be met is agreed on, none where none can."""
    header = f"Sec-WebSocket-Extensions: {offer}\r\n"
    with talking(engine_port, headers=header) as client:
        assert client.headers.get("sec-websocket-extensions") == agreed


def test_13_window(engine_port: int) -> None:
    """A server's window is no larger than the client can hold."""
    header = f"Sec-WebSocket-Extensions: {EXTENSION}; server_max_window_bits=9\r\n"
    text = os.urandom(3000).hex().encode() * 4
    with talking(engine_port, headers=header) as client:
        client.send(encode(TEXT, deflated(text), rsv=4))
        payload = client.frame().payload
        assert zlib.decompressobj(-9).decompress(payload + b"\x00\x00\xff\xff") == text


@pytest.mark.parametrize("fragmented", [False, True])
def test_bomb(engine_port: int, *, fragmented: bool) -> None:
    """What inflates past the limit closes with 1009, however small it is on the wire."""
    data = deflated(bytes(64 * 1024 * 1024))
    assert len(data) < 70_000
    with talking(engine_port, headers=OFFER) as client:
        if fragmented:
            client.send(encode(BINARY, data[:5000], fin=False, rsv=4))
            client.send(encode(CONTINUATION, data[5000:], fin=False))
        else:
            client.send(encode(BINARY, data, rsv=4))
        assert client.closed().code == 1009


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (encode(TEXT, b"\xff\xff\xff", rsv=4), 1007),
        (encode(TEXT, deflated(b"\xff\xfe"), rsv=4), 1007),
        (encode(PING, b"", rsv=4), 1002),
        (encode(TEXT, b"", fin=False) + encode(CONTINUATION, b"", rsv=4), 1002),
        (encode(TEXT, b"", rsv=6), 1002),
    ],
)
def test_malformed(engine_port: int, frames: bytes, code: int) -> None:
    """What is not deflated, not UTF-8 or in the wrong frame is an error."""
    with talking(engine_port, headers=OFFER) as client:
        client.send(frames)
        assert client.closed().code == code
