"""The WebSocket of a handler, over a wire that is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from trimaran.errors import (
    WebSocketDisconnect,
    WebSocketException,
    WebSocketMessageError,
    WebSocketStateError,
)
from trimaran.http import Response, WebSocket, WebSocketState
from trimaran.http.websocket import clip
from trimaran.types import RawHeaders


class Wire:
    """Gives messages and notes what is sent."""

    client = server = None
    scheme, http_version = "ws", "1.1"

    def __init__(self, *messages: str | bytes) -> None:
        self.messages = list(messages)
        self.sent: list[Any] = []

    async def accept(self, subprotocol: str | None, headers: RawHeaders) -> None:
        """Note it."""
        self.sent.append(("accept", subprotocol, headers))

    async def deny(self, response: Response) -> None:
        """Note it."""
        self.sent.append(("deny", response.status_code))

    async def receive(self) -> str | bytes:
        """Give the next message."""
        if not self.messages:
            raise WebSocketDisconnect(1001, "gone")
        return self.messages.pop(0)

    async def send(self, message: str | bytes) -> None:
        """Note it."""
        self.sent.append(message)

    async def send_close(self, code: int, reason: str) -> None:
        """Note it."""
        self.sent.append(("close", code, reason))

    def is_disconnected(self) -> bool:
        """Never."""
        return False

    async def wait_disconnected(self) -> None:
        """Never."""


def talk(
    use: Callable[[WebSocket], Coroutine[Any, Any, Any]],
    *messages: str | bytes,
    accept: bool = True,
    headers: RawHeaders | None = None,
) -> tuple[Any, list[Any]]:
    """Use a socket; return what the use returned and what was sent."""

    async def main() -> tuple[Any, list[Any]]:
        wire = Wire(*messages)
        ws = WebSocket("/live", b"q=1", headers or [], wire)
        if accept:
            await ws.accept()
            wire.sent.clear()
        return await use(ws), wire.sent

    return asyncio.run(main())


def test_receive_kinds() -> None:
    """Each way to receive gives its kind."""

    async def use(ws: WebSocket) -> list[Any]:
        return [
            await ws.receive_text(),
            await ws.receive_bytes(),
            await ws.receive_json(),
            await ws.receive_json("binary"),
            await ws.receive_as(int),
            await ws.receive(),
            await ws.receive(),
        ]

    found, _ = talk(use, "a", b"b", "[1]", b"[2]", "3", "x")
    end = {"type": "websocket.disconnect", "code": 1001, "reason": "gone"}
    assert found == ["a", b"b", [1], [2], 3, {"type": "websocket.receive", "text": "x"}, end]


def test_iterators_end_when_the_client_leaves() -> None:
    """Each iterator yields until the client leaves."""

    async def use(ws: WebSocket) -> list[Any]:
        return [text async for text in ws.iter_text()]

    assert talk(use, "a", "b")[0] == ["a", "b"]

    async def use_typed(ws: WebSocket) -> list[Any]:
        return [number async for number in ws.iter(int)]

    assert talk(use_typed, "1", b"2")[0] == [1, 2]

    async def use_json(ws: WebSocket) -> list[Any]:
        return [value async for value in ws.iter_json()]

    assert talk(use_json, "1", "{}")[0] == [1, {}]

    async def use_bytes(ws: WebSocket) -> list[Any]:
        return [data async for data in ws.iter_bytes()]

    assert talk(use_bytes, b"1")[0] == [b"1"]


def test_wrong_message_can_be_caught() -> None:
    """A message that does not fit tells every fault, and the conversation may go on."""

    async def use(ws: WebSocket) -> Any:
        with pytest.raises(WebSocketMessageError) as fault:
            await ws.receive_as(int)
        return fault.value, await ws.receive_as(int)

    (fault, following), _ = talk(use, '"x"', "2")
    assert fault.code == 1008
    assert fault.errors[0]["type"] == "int_parsing"
    assert following == 2


def test_wrong_kind() -> None:
    """A binary message where a text is expected closes with 1003, and the reverse."""
    for use in (lambda ws: ws.receive_text(), lambda ws: ws.receive_bytes()):
        message = b"x" if use.__code__.co_names[0] == "receive_text" else "x"
        with pytest.raises(WebSocketException, match=r"1003: Expected a (text|binary) message\."):
            talk(use, message)


def test_send_kinds() -> None:
    """Each way to send sends its kind."""

    async def use(ws: WebSocket) -> None:
        await ws.send_text("a")
        await ws.send_bytes(b"b")
        await ws.send_json({"c": 1})
        await ws.send_json([2], "binary")
        await ws.close(3000, "bye")

    assert talk(use)[1] == ["a", b"b", '{"c":1}', b"[2]", ("close", 3000, "bye")]


def test_close_before_accept_denies() -> None:
    """Closing before accepting is an answer of 403."""
    assert talk(lambda ws: ws.close(), accept=False)[1] == [("deny", 403)]


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000])
def test_codes_that_may_not_be_sent(code: int) -> None:
    """A close code is one of RFC 6455's or of one's own."""
    with pytest.raises(WebSocketStateError, match=rf"TRI-WS-006 .* {code} may not be sent"):
        talk(lambda ws: ws.close(code))


def test_reasons_that_may_not_be_sent() -> None:
    """A reason fits into a control frame; clip makes it fit without half a character."""
    with pytest.raises(WebSocketStateError, match="at most 123 bytes"):
        talk(lambda ws: ws.close(1000, "ä" * 62))
    assert clip("ä" * 62) == "ä" * 61


def test_order_of_calls() -> None:
    """Each misuse is named, with its mend."""
    with pytest.raises(WebSocketStateError, match=r"TRI-WS-003 .* 'await ws.accept\(\)' first"):
        talk(lambda ws: ws.receive_text(), accept=False)
    with pytest.raises(WebSocketStateError, match="TRI-WS-004"):
        talk(lambda ws: ws.accept())
    with pytest.raises(WebSocketStateError, match=r"TRI-WS-007 .* 'chat'"):
        talk(lambda ws: ws.accept("chat"), accept=False)

    async def use(ws: WebSocket) -> None:
        await ws.close()
        await ws.send_text("more")

    with pytest.raises(WebSocketStateError, match="TRI-WS-005"):
        talk(use)


def test_after_the_client_left() -> None:
    """Sending to a client that left raises; closing does nothing."""

    async def use(ws: WebSocket) -> Any:
        with pytest.raises(WebSocketDisconnect):
            await ws.receive_text()
        with pytest.raises(WebSocketDisconnect):
            await ws.send_text("anyone?")
        assert ws.client_state is WebSocketState.DISCONNECTED
        await ws.close()

    assert talk(use)[1] == []


def test_subprotocols() -> None:
    """Offers may come in several headers; one of them is accepted."""
    headers = [(b"Sec-WebSocket-Protocol", b"a, b"), (b"sec-websocket-protocol", b"c,")]

    async def use(ws: WebSocket) -> Any:
        offered = ws.subprotocols
        await ws.accept("c", {"x-a": "1"})
        return offered

    offered, sent = talk(use, accept=False, headers=headers)
    assert offered == ["a", "b", "c"]
    assert sent == [("accept", "c", [(b"x-a", b"1")])]
