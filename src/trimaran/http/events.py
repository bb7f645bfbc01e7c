"""Server-sent events (HTML Living Standard, 9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimaran._internal.pulse import with_pulse
from trimaran.http.response import StreamingResponse, encode_json

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment tells proxies that the stream is alive."""

_BREAKS = ("\r", "\n", "\0")
_PULSE = b": ping\n\n"


class ServerSentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a stream.

    data:     anything that encodes to JSON; None sends an event without data
    raw_data: text to be sent as it is, in place of ``data``
    event:    its name; ``message`` where there is none
    id:       what a client that reconnects sends as ``Last-Event-ID``
    retry:    milliseconds after which a client that lost the connection tries again
    comment:  ignored by clients
    """

    data: Any = None
    raw_data: str | None = None
    event: str | None = None
    id: str | None = None
    retry: int | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        if self.data is not None and self.raw_data is not None:
            message = "an event has data or raw_data, not both"
            raise ValueError(message)
        for name in ("event", "id"):
            value = getattr(self, name)
            if value is not None and any(mark in value for mark in _BREAKS):
                message = f"{name} of an event holds a line end or NUL: {value!r}"
                raise ValueError(message)
        if self.retry is not None and self.retry < 0:
            message = f"retry of an event is below zero: {self.retry}"
            raise ValueError(message)


def encode_event(event: ServerSentEvent, data: bytes | None = None) -> bytes:
    """Return an event as it stands in the stream.

    data: the JSON of the event's data, where it is encoded already
    """
    lines: list[str] = []
    if event.comment is not None:
        lines += [f": {line}" for line in _lines(event.comment)]
    if event.event is not None:
        lines.append(f"event: {event.event}")
    if event.raw_data is not None:
        lines += [f"data: {line}" for line in _lines(event.raw_data)]
    elif data is not None:
        lines.append(f"data: {data.decode()}")
    elif event.data is not None:
        lines.append(f"data: {encode_json(event.data).decode()}")
    if event.id is not None:
        lines.append(f"id: {event.id}")
    if event.retry is not None:
        lines.append(f"retry: {event.retry}")
    return ("\n".join(lines) + "\n\n").encode()


def encode_data(data: bytes) -> bytes:
    """Return an event that is nothing but data: one line of JSON."""
    return b"data: %b\n\n" % data


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class EventSourceResponse(StreamingResponse):
    """A stream of server-sent events, kept alive by comments while it is silent.

    content:    yields ``ServerSentEvent``, or anything that encodes to JSON; bytes and text are
                sent as they are
    keep_alive: seconds of silence before a comment; None for never
    """

    __slots__ = ("_keep_alive",)

    media_type = "text/event-stream"

    def __init__(
        self,
        content: AsyncIterable[Any] | Iterable[Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        *,
        keep_alive: float | None = KEEP_ALIVE,
    ) -> None:
        super().__init__(content, status_code, headers, media_type)
        self._keep_alive = keep_alive
        fields = self.headers
        fields.setdefault("cache-control", "no-cache")
        fields.setdefault("x-accel-buffering", "no")

    def render(self, content: Any) -> bytes:
        """Return one item of the content as an event."""
        if isinstance(content, bytes | str):
            return super().render(content)
        if isinstance(content, ServerSentEvent):
            return encode_event(content)
        return encode_data(encode_json(content))

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the events."""
        events = super().chunks()
        if self._keep_alive is not None:
            events = with_pulse(events, _PULSE, self._keep_alive)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()
