"""RFC 6455 on the engine, case by case: Autobahn's groups 1 to 7, 9 and 10."""

from __future__ import annotations

import os
import time

import pytest
from serving.socket_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Frame,
    SocketClient,
    close_payload,
    encode,
    talking,
)

MEGABYTE = 1024 * 1024


def echoed(client: SocketClient) -> Frame:
    """Return the next frame, which must be whole."""
    frame = client.frame()
    assert frame.fin
    assert frame.rsv == 0
    return frame


def assert_closed(client: SocketClient, code: int) -> None:
    """Check that the server closes with a code and hangs up."""
    assert client.closed().code == code
    assert client.until_end() == b""


# 1: framing


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 65535, 65536, 70000])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_1_sizes(engine_port: int, size: int, opcode: int) -> None:
    """Messages of every form of length come back as they were."""
    payload = b"*" * size if opcode == TEXT else os.urandom(size)
    with talking(engine_port) as client:
        client.send(encode(opcode, payload))
        frame = echoed(client)
        assert (frame.opcode, frame.payload) == (opcode, payload)


@pytest.mark.parametrize("chop", [1, 3, 997])
def test_1_chopped(engine_port: int, chop: int) -> None:
    """A frame may arrive in pieces of any size."""
    data = encode(TEXT, "äöü€𝄞".encode() * (1 if chop == 1 else 2000))
    with talking(engine_port) as client:
        for at in range(0, len(data), chop):
            client.send(data[at : at + chop])
        assert echoed(client).payload.decode() == "äöü€𝄞" * (1 if chop == 1 else 2000)


def test_1_first_segment_as_long_as_a_short_frame(engine_port: int) -> None:
    """The beginning of a long frame is not taken for a short one of the same size."""
    for size, first in ((126, 132), (70_000, 133)):
        data = encode(TEXT, b"*" * size)
        with talking(engine_port) as client:
            client.send(data[:first])
            time.sleep(0.02)
            client.send(data[first:])
            assert echoed(client).payload == b"*" * size


def test_1_many_in_one_segment(engine_port: int) -> None:
    """Several frames in one segment are answered in order."""
    with talking(engine_port) as client:
        client.send(b"".join(encode(TEXT, b"%d" % number) for number in range(1000)))
        assert [echoed(client).payload for _ in range(1000)] == [b"%d" % n for n in range(1000)]


@pytest.mark.parametrize(
    "frame",
    [encode(TEXT, b"x", width=2), encode(TEXT, b"x" * 200, width=8)],
)
def test_1_lengths_in_longer_forms(engine_port: int, frame: bytes) -> None:
    """A length that is not in its shortest form is refused (5.2)."""
    with talking(engine_port) as client:
        client.send(frame)
        assert_closed(client, 1002)


def test_1_negative_length(engine_port: int) -> None:
    """A length of 64 bits has its first bit clear."""
    with talking(engine_port) as client:
        client.send(b"\x81\xff" + b"\xff" * 8 + b"mask")
        assert_closed(client, 1002)


def test_1_unmasked(engine_port: int) -> None:
    """A client must mask (5.1)."""
    with talking(engine_port) as client:
        client.send(encode(TEXT, b"x", masked=False))
        assert_closed(client, 1002)


# 2: pings and pongs


@pytest.mark.parametrize("payload", [b"", b"hello", b"\x00\xff\xfe", b"\xfe" * 125])
def test_2_pings(engine_port: int, payload: bytes) -> None:
    """A ping is answered with its payload."""
    with talking(engine_port) as client:
        client.send(encode(PING, payload))
        frame = echoed(client)
        assert (frame.opcode, frame.payload) == (PONG, payload)


def test_2_long_ping(engine_port: int) -> None:
    """A control frame has at most 125 bytes."""
    with talking(engine_port) as client:
        client.send(encode(PING, b"\xfe" * 126))
        assert_closed(client, 1002)


def test_2_ping_in_pieces(engine_port: int) -> None:
    """A ping may arrive byte by byte."""
    with talking(engine_port) as client:
        for byte in encode(PING, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"):
            client.send(bytes((byte,)))
        assert echoed(client).payload == b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"


def test_2_unasked_pongs(engine_port: int) -> None:
    """A pong that nobody asked for is ignored; ten pings get ten pongs in order."""
    with talking(engine_port) as client:
        client.send(encode(PONG, b"unasked") + encode(PONG))
        client.send(b"".join(encode(PING, b"%d" % number) for number in range(10)))
        assert [echoed(client).payload for _ in range(10)] == [b"%d" % n for n in range(10)]


# 3: reserved bits


@pytest.mark.parametrize("rsv", [1, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, CLOSE])
def test_3_reserved_bits(engine_port: int, rsv: int, opcode: int) -> None:
    """A reserved bit without an extension is an error; what came before is answered."""
    with talking(engine_port) as client:
        client.send(encode(TEXT, b"first") + encode(opcode, b"", rsv=rsv))
        assert echoed(client).payload == b"first"
        assert_closed(client, 1002)


# 4: opcodes


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_4_reserved_opcodes(engine_port: int, opcode: int) -> None:
    """A reserved opcode is an error; what came before is answered."""
    with talking(engine_port) as client:
        client.send(encode(TEXT, b"first") + encode(opcode, b"x") + encode(PING))
        assert echoed(client).payload == b"first"
        assert_closed(client, 1002)


# 5: fragments


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_5_fragmented_control(engine_port: int, opcode: int) -> None:
    """A control frame is never fragmented."""
    with talking(engine_port) as client:
        client.send(encode(opcode, b"", fin=False) + encode(CONTINUATION))
        assert_closed(client, 1002)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_5_fragments(engine_port: int, opcode: int) -> None:
    """Fragments make one message, pings between them are answered at once."""
    with talking(engine_port) as client:
        client.send(encode(opcode, b"one ", fin=False) + encode(PING, b"now"))
        assert echoed(client).payload == b"now"
        client.send(encode(CONTINUATION, b"", fin=False) + encode(CONTINUATION, b"two"))
        frame = echoed(client)
        assert (frame.opcode, frame.payload) == (opcode, b"one two")


def test_5_empty_fragments(engine_port: int) -> None:
    """A message of empty fragments is an empty message."""
    with talking(engine_port) as client:
        client.send(encode(TEXT, b"", fin=False) + encode(CONTINUATION, b"", fin=False) * 100)
        client.send(encode(CONTINUATION))
        assert echoed(client).payload == b""


@pytest.mark.parametrize(
    "frames",
    [
        encode(CONTINUATION, b"x"),
        encode(CONTINUATION, b"x", fin=False),
        encode(TEXT, b"x") + encode(CONTINUATION, b"y"),
        encode(TEXT, b"x", fin=False) + encode(TEXT, b"y"),
        encode(TEXT, b"x", fin=False) + encode(BINARY, b"y", fin=False),
    ],
)
def test_5_wrong_order(engine_port: int, frames: bytes) -> None:
    """Continuing nothing is an error, and so is a message within a message."""
    with talking(engine_port) as client:
        client.send(frames)
        assert_closed(client, 1002)


# 6: UTF-8

VALID = [
    "",
    "Hello-µ@ßöäüàá-UTF-8!!",
    "κόσμε",
    "\x00\x7f\u0080\u07ff\u0800\uffff",
    "\U00010000\U0010ffff",
    "\ud7ff\ue000\ufffd\ufffe\U0001fffe",
]
INVALID = [
    b"\x80",
    b"\xbf" * 7,
    b"\xc0\xaf",
    b"\xc2",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xfe",
    b"\xff",
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
]


@pytest.mark.parametrize("text", VALID)
def test_6_valid(engine_port: int, text: str) -> None:
    """Valid texts come back, whole and in fragments that split characters."""
    data = text.encode()
    with talking(engine_port) as client:
        client.send(encode(TEXT, data))
        assert echoed(client).payload == data
        client.send(encode(TEXT, b"", fin=False))
        for at in range(len(data)):
            client.send(encode(CONTINUATION, data[at : at + 1], fin=False))
        client.send(encode(CONTINUATION))
        assert echoed(client).payload == data


@pytest.mark.parametrize("data", INVALID)
def test_6_invalid(engine_port: int, data: bytes) -> None:
    """An invalid text closes with 1007, whole or in fragments."""
    with talking(engine_port) as client:
        client.send(encode(TEXT, data))
        assert_closed(client, 1007)
    with talking(engine_port) as client:
        client.send(encode(TEXT, data[:1], fin=False) + encode(CONTINUATION, data[1:]))
        assert_closed(client, 1007)


def test_6_fails_fast_between_fragments(engine_port: int) -> None:
    """The first invalid fragment closes; the server does not wait for the last."""
    with talking(engine_port) as client:
        client.send(encode(TEXT, "κόσμε".encode(), fin=False))
        client.send(encode(CONTINUATION, b"\xf4\x90\x80\x80", fin=False))
        assert_closed(client, 1007)


def test_6_fails_fast_within_a_frame(engine_port: int) -> None:
    """The first invalid byte closes, though the frame has not come to its end."""
    frame = encode(TEXT, "κόσμε".encode() + b"\xf4\x90\x80\x80" + b"x" * 1000)
    with talking(engine_port) as client:
        client.send(frame[: 8 + 11])
        time.sleep(0.02)
        client.send(frame[19:24])
        assert_closed(client, 1007)


# 7: closing


def test_7_close(engine_port: int) -> None:
    """A close frame is answered; what follows it is ignored."""
    with talking(engine_port) as client:
        client.send(encode(TEXT, b"last") + encode(CLOSE, close_payload(1000)))
        client.send(encode(TEXT, b"ignored") + encode(PING))
        assert echoed(client).payload == b"last"
        assert_closed(client, 1000)


def test_7_empty_close(engine_port: int) -> None:
    """A close frame without a code is answered with one without."""
    with talking(engine_port) as client:
        client.send(encode(CLOSE))
        assert client.closed().payload == b""


@pytest.mark.parametrize("reason", [b"", b"bye", b"*" * 123, "κόσμε".encode()])
def test_7_reasons(engine_port: int, reason: bytes) -> None:
    """A reason has up to 123 bytes."""
    with talking(engine_port) as client:
        client.send(encode(CLOSE, close_payload(1000, reason)))
        assert_closed(client, 1000)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03", 1002),
        (close_payload(1000, b"*" * 124), 1002),
        (close_payload(1000, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80"), 1007),
    ],
)
def test_7_malformed(engine_port: int, payload: bytes, code: int) -> None:
    """A payload of one byte, of too many, or with an invalid reason is an error."""
    with talking(engine_port) as client:
        client.send(encode(CLOSE, payload))
        assert_closed(client, code)


@pytest.mark.parametrize(
    "code",
    [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4999],
)
def test_7_codes(engine_port: int, code: int) -> None:
    """A code that may be sent is sent back."""
    with talking(engine_port) as client:
        client.send(encode(CLOSE, close_payload(code)))
        assert_closed(client, code)


@pytest.mark.parametrize(
    "code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
)
def test_7_wrong_codes(engine_port: int, code: int) -> None:
    """A code that may not be sent is an error."""
    with talking(engine_port) as client:
        client.send(encode(CLOSE, close_payload(code)))
        assert_closed(client, 1002)


# 9: limits and performance; 10: fragmentation by the network


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_9_largest(engine_port: int, opcode: int) -> None:
    """The largest message that the route takes comes back, whole and in fragments."""
    payload = b"*" * MEGABYTE
    with talking(engine_port) as client:
        client.send(encode(opcode, payload))
        assert echoed(client).payload == payload
        size = 64 * 1024
        client.send(encode(opcode, payload[:size], fin=False))
        for _ in range(14):
            client.send(encode(CONTINUATION, payload[:size], fin=False))
        client.send(encode(CONTINUATION, payload[:size]))
        assert echoed(client).payload == payload


@pytest.mark.parametrize(
    "frames",
    [
        [b"\x82\xff" + (1 << 62).to_bytes(8, "big") + b"mask"],
        [b"\x82\xff" + (MEGABYTE + 1).to_bytes(8, "big")],
        [encode(BINARY, bytes(MEGABYTE), fin=False), encode(CONTINUATION, b"x")],
    ],
)
def test_9_too_large(engine_port: int, frames: list[bytes]) -> None:
    """A byte too many closes with 1009, as soon as it is announced."""
    with talking(engine_port) as client:
        for frame in frames:
            client.send(frame)
        assert_closed(client, 1009)


def test_10_auto_fragmented(engine_port: int) -> None:
    """A message of 64 KB in fragments of 1,300 bytes comes back."""
    payload = b"*" * 65536
    pieces = [payload[at : at + 1300] for at in range(0, len(payload), 1300)]
    with talking(engine_port) as client:
        client.send(encode(TEXT, pieces[0], fin=False))
        for piece in pieces[1:-1]:
            client.send(encode(CONTINUATION, piece, fin=False))
        client.send(encode(CONTINUATION, pieces[-1]))
        assert echoed(client).payload == payload
