"""Every message of the table gets the verdict that the standards ask for."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving.raw_client import connected
from serving.running import Engine, engine

sys.path.insert(0, str(Path(__file__).parent))
from smuggling import CASES, Case

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Engine]:
    """Run one engine for the whole table."""
    with engine(limits={"linger": 0.5}) as running:
        yield running


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.refused], ids=lambda case: case.name
)
def test_refused(server: Engine, case: Case) -> None:
    """A refused message gets one answer that says why; what follows it is never read."""
    server.app.seen.clear()
    with connected(server.port) as client:
        with contextlib.suppress(ConnectionError):
            client.send(case.raw + SMUGGLED)
        answer = client.answer()
        assert answer.status == case.refused
        assert answer.json()["detail"].endswith(".")
        assert answer.header("connection") == "close"
        assert client.is_closed()
    assert "/smuggled" not in server.app.seen


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.refused], ids=lambda case: case.name
)
def test_accepted(server: Engine, case: Case) -> None:
    """An accepted message is answered, and the next one begins exactly where it ends."""
    server.app.seen.clear()
    with connected(server.port) as client:
        client.send(case.raw + SMUGGLED)
        assert [client.answer().status for _ in case.statuses] == [*case.statuses]
        if case.ends:
            assert client.is_closed()
            assert "/smuggled" not in server.app.seen
        else:
            assert client.answer().status == 404
            assert server.app.seen[-1] == "/smuggled"
