"""Counters of one server process."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.offload import LoopLag


class ServerStats:
    """What a server has done so far, and what it is doing.

    connections:     open now
    accepted:        connections since the start
    requests:        requests whose handler was started
    in_flight:       requests that run in a task now
    disconnects:     clients that closed their side before all their answers were complete
    websockets:      of the connections, those that became WebSockets
    lag:             how late the event loop is, where a guard asks it
    refused:         requests and connections that the engine refused, by reason
    """

    __slots__ = (
        "accepted",
        "connections",
        "disconnects",
        "in_flight",
        "lag",
        "refused",
        "requests",
        "websockets",
    )

    def __init__(self) -> None:
        self.connections = 0
        self.accepted = 0
        self.requests = 0
        self.in_flight = 0
        self.disconnects = 0
        self.websockets = 0
        self.lag: LoopLag | None = None
        self.refused: Counter[str] = Counter()

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON has them; ``loop`` is there where a guard runs."""
        figures: dict[str, Any] = {
            "accepted": self.accepted,
            "connections": self.connections,
            "disconnects": self.disconnects,
            "in_flight": self.in_flight,
            "refused": dict(self.refused),
            "requests": self.requests,
            "websockets": self.websockets,
        }
        if self.lag is not None:
            lag = self.lag
            figures["loop"] = {"blocks": lag.blocks, "lag": lag.last, "worst_lag": lag.worst}
        return figures
