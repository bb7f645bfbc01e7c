"""Mutated requests for a while: the engine holds, and a healthy client is served meanwhile."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import sys
import threading
import time
from pathlib import Path

import pytest
from serving.raw_client import connected
from serving.running import engine, wait_until

sys.path.insert(0, str(Path(__file__).parents[2] / "conformance" / "server"))
from smuggling import CASES

SECONDS = float(os.environ.get("TRIMARAN_FUZZ_SECONDS", "2"))
SEED = int(os.environ.get("TRIMARAN_FUZZ_SEED", "0")) or random.randrange(2**32)
PIECES = (b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b",", b"0", b"ffffffff", b"%00")
LIMITS = {"header_timeout": 0.3, "body_timeout": 0.3, "linger": 0.1, "keep_alive": 0.3}


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return a message with a few places changed."""
    result = bytearray(data[:3000])
    for _ in range(chance.randint(0, 4)):
        place = chance.randrange(len(result) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            result[place:place] = chance.choice(PIECES)
        elif kind == 1:
            del result[place : place + chance.randint(1, 8)]
        elif kind == 2 and place < len(result):
            result[place] = chance.randrange(256)
        elif kind == 3:
            result[place:place] = chance.choice(CASES).raw[:200]
        else:
            result[place:place] = result[max(0, place - 20) : place] * chance.randint(1, 3)
    return bytes(result)


def attack(port: int, chance: random.Random, end: float) -> None:
    """Send mutated messages, cut at random places, until the time is over."""
    while time.monotonic() < end:
        with contextlib.suppress(OSError), connected(port, timeout=0.02) as client:
            for _ in range(chance.randint(1, 3)):
                data = mutate(chance.choice(CASES).raw, chance)
                cut = chance.randrange(len(data) + 1)
                client.send(data[:cut])
                client.send(data[cut:])
            if chance.random() < 0.5:
                client.rest()


def test_fuzz(caplog: pytest.LogCaptureFixture) -> None:
    """No mutated message harms the engine or another client; the log holds no exception."""
    chance = random.Random(SEED)
    waits = []
    with engine(limits=LIMITS) as running:
        end = time.monotonic() + SECONDS
        arguments = [(running.port, random.Random(chance.random()), end) for _ in range(3)]
        threads = [threading.Thread(target=attack, args=given) for given in arguments]
        for thread in threads:
            thread.start()
        while time.monotonic() < end:
            began = time.monotonic()
            # One connection each: a busy machine may hold the client up past ``keep_alive``.
            with connected(running.port) as client:
                assert client.get("/").body == b'{"hello":"world"}', f"seed {SEED}"
            with connected(running.port) as client:
                assert client.get("/slow").body == b'"slow"', f"seed {SEED}"
            waits.append(time.monotonic() - began)
        for thread in threads:
            thread.join()
        wait_until(lambda: running.server.stats.connections == 0)
        assert running.server.stats.in_flight == 0, f"seed {SEED}"
        assert sum(running.server.stats.refused.values()) > 10
    noted = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    unexpected = [text for text in noted if "/raises" not in text and "/split" not in text]
    assert unexpected == [], f"seed {SEED}"
    assert sorted(waits)[len(waits) // 2] < 1
