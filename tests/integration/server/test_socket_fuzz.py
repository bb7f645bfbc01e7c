"""Frames that are cut and mutated for a while: valid ones are echoed, none does harm."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import threading
import time
import traceback

import pytest
from serving.running import engine, wait_until
from serving.socket_app import app
from serving.socket_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    EXTENSION,
    PING,
    PONG,
    TEXT,
    SocketClient,
    close_payload,
    deflated,
    encode,
    inflated,
    talking,
)

SECONDS = float(os.environ.get("TRIMARAN_FUZZ_SECONDS", "2"))
SEED = int(os.environ.get("TRIMARAN_FUZZ_SEED", "0")) or random.randrange(2**32)
LIMITS = {"linger": 0.1, "ping_interval": 5.0, "ping_timeout": 5.0, "header_timeout": 5.0}
ALPHABET = "aé€😀\x00 \n"


def conversation(chance: random.Random, *, compressed: bool) -> tuple[bytes, list[str | bytes]]:
    """Return frames of some messages, with pings between their parts, and the messages."""
    frames, messages = b"", []
    for _ in range(chance.randint(1, 6)):
        size = chance.choice((0, 1, 7, 125, 126, 500, 3000, 70_000))
        text = chance.random() < 0.5
        message = "".join(chance.choices(ALPHABET, k=size)) if text else chance.randbytes(size)
        messages.append(message)
        data = message.encode() if isinstance(message, str) else message
        packed = compressed and chance.random() < 0.6
        data = deflated(data) if packed else data
        cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randint(0, 3)))
        parts = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        for index, part in enumerate(parts):
            opcode = CONTINUATION if index else TEXT if text else BINARY
            last = index == len(parts) - 1
            frames += encode(opcode, part, fin=last, rsv=4 if packed and not index else 0)
            if chance.random() < 0.3:
                frames += encode(
                    chance.choice((PING, PONG)), chance.randbytes(chance.randint(0, 9))
                )
    return frames, messages


def send_cut(client: SocketClient, data: bytes, chance: random.Random) -> None:
    """Send bytes in pieces."""
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randint(0, 8)))
    for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True):
        client.send(data[a:b])


def echoed(client: SocketClient) -> str | bytes:
    """Return the next message that comes back."""
    while (frame := client.frame()).opcode not in (TEXT, BINARY):
        pass
    data = inflated(frame.payload) if frame.rsv & 4 else frame.payload
    return data.decode() if frame.opcode == TEXT else data


def valid(port: int, chance: random.Random, end: float) -> None:
    """Have valid messages echoed until the time is over."""
    while time.monotonic() < end:
        compressed = chance.random() < 0.5
        header = f"Sec-WebSocket-Extensions: {EXTENSION}\r\n" if compressed else ""
        frames, messages = conversation(chance, compressed=compressed)
        with talking(port, "/echo", header) as client:
            sender = threading.Thread(target=send_cut, args=(client, frames, chance))
            sender.start()
            assert [echoed(client) for _ in messages] == messages, f"seed {SEED}"
            sender.join()
            client.send(encode(CLOSE, close_payload(1000)))
            assert client.closed().code == 1000


def hostile(port: int, chance: random.Random, end: float) -> None:
    """Send mutated frames until the time is over."""
    paths = ("/echo", "/small", "/typed")
    while time.monotonic() < end:
        header = f"Sec-WebSocket-Extensions: {EXTENSION}\r\n" if chance.random() < 0.7 else ""
        frames, _ = conversation(chance, compressed=bool(header))
        data = bytearray(frames[:20_000])
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(data) + 1)
            kind = chance.randrange(4)
            if kind == 0:
                data[place : place + chance.randint(1, 9)] = b""
            elif kind == 1 and place < len(data):
                data[place] ^= 1 << chance.randrange(8)
            elif kind == 2:
                data[place:place] = chance.randbytes(chance.randint(1, 14))
            else:
                width = chance.choice((0, 2, 8))
                size = b"" if width == 8 else chance.randbytes(chance.randint(0, 100))
                rsv, masked = chance.randrange(8), chance.random() < 0.9
                opcode, fin = chance.randrange(16), chance.random() < 0.7
                data[place:place] = encode(
                    opcode, size, fin=fin, rsv=rsv, masked=masked, width=width
                )
        opening = talking(port, chance.choice(paths), header)
        with contextlib.suppress(OSError), opening as client:
            client.sock.settimeout(0.05)
            send_cut(client, bytes(data), chance)
            if chance.random() < 0.5:
                client.until_end()


def test_fuzz(caplog: pytest.LogCaptureFixture) -> None:
    """Valid traffic is echoed to the byte beside hostile one; the log holds no exception."""
    chance = random.Random(SEED)
    faults: list[str] = []

    def keep(target: object, *args: object) -> None:
        try:
            target(*args)  # type: ignore[operator]  # a function above
        except BaseException:  # noqa: BLE001  told below
            faults.append(traceback.format_exc())

    with engine(app, limits=LIMITS) as running:
        end = time.monotonic() + SECONDS
        targets = (valid, valid, hostile, hostile, hostile)
        threads = [
            threading.Thread(
                target=keep, args=(target, running.port, random.Random(chance.random()), end)
            )
            for target in targets
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: running.server.stats.connections == 0, limit=15)
        refused = {name for name in running.server.stats.refused if name.startswith("websocket")}
    assert faults == [], f"seed {SEED}"
    assert len(refused) >= 2
    noted = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in noted] == [], f"seed {SEED}"
