"""What a trusted proxy tells of the client: its address and its scheme."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.handlers.middleware import CallNext
    from trimaran.handlers.socket_middleware import SocketNext
    from trimaran.http import HTTPConnection, Request, Response, WebSocket
    from trimaran.http.channel import Channel

_MAX_HOPS = 32
_PLAIN = {"http": "http", "https": "https"}
_SOCKETS = {"http": "ws", "ws": "ws", "https": "wss", "wss": "wss"}
_SCHEMES = {"http": _PLAIN, "https": _PLAIN, "ws": _SOCKETS, "wss": _SOCKETS}
"""What a proxy's scheme is called, by the scheme that it connected with."""


class ProxyHeadersMiddleware:
    """Takes ``X-Forwarded-For`` and ``X-Forwarded-Proto`` from trusted addresses only.

    The client is the last address in ``X-Forwarded-For`` that is not a trusted proxy's own: what
    stands before it, the client may have written itself.

    trusted: addresses and networks, ``["10.0.0.0/8", "::1"]``; ``"unix"`` is whoever connects by a
             Unix socket; ``"*"`` is everybody, for a server that only the proxy can reach
    """

    def __init__(self, trusted: Sequence[str] = ("127.0.0.1", "::1", "unix")) -> None:
        entries = [trusted] if isinstance(trusted, str) else list(trusted)
        self._everybody = "*" in entries
        self._unix = "unix" in entries
        self._networks = []
        for entry in entries:
            if entry in ("*", "unix"):
                continue
            try:
                self._networks.append(ip_network(entry))
            except ValueError as error:
                what = f"The trusted proxy {entry!r} is not an address or a network: {error}."
                mend = "Write '10.0.0.1' or '10.0.0.0/8'."
                raise ConfigurationError("TRI-MIDDLEWARE-003", what, mend) from None

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Show the client to what follows, where the request came by a trusted proxy."""
        peer = request.channel.client
        if self._everybody or (self._unix if peer is None else self._trusts(peer[0])):
            self._take(request)
        return await call_next(request)

    async def websocket(self, ws: WebSocket, call_next: SocketNext) -> None:
        """Show the client of a WebSocket in the same way."""
        peer = ws.channel.client
        if self._everybody or (self._unix if peer is None else self._trusts(peer[0])):
            self._take(ws)
        await call_next(ws)

    def _trusts(self, address: str) -> bool:
        if self._everybody:
            return True
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None)
        seen = parsed if mapped is None else mapped
        return any(seen in network for network in self._networks)

    def _take(self, request: HTTPConnection) -> None:
        headers = request.headers
        channel = request.channel
        proto = headers.get("x-forwarded-proto", "").strip().lower()
        scheme = _SCHEMES[channel.scheme].get(proto, channel.scheme)
        chain = ",".join(headers.getlist("x-forwarded-for")).split(",")
        client = self._client([hop.strip() for hop in chain if hop.strip()])
        if client is None and scheme == channel.scheme:
            return
        shown = channel.client if client is None else (client, 0)
        request.channel = ProxiedChannel(channel, client=shown, scheme=scheme)

    def _client(self, hops: list[str]) -> str | None:
        """Return the nearest address that is no proxy's; None where that is no address at all."""
        last = None
        for hop in reversed(hops[-_MAX_HOPS:]):
            address = _bare(hop)
            if address is None:
                return last
            last = address
            if self._everybody or not self._trusts(address):
                break
        if self._everybody and hops:
            return _bare(hops[0]) or last
        return last


def _bare(hop: str) -> str | None:
    """Return the address of a hop without its port."""
    text = hop
    if hop.startswith("["):
        text = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        text = hop.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None


class ProxiedChannel:
    """A connection from a proxy, shown as if it came from the client itself."""

    def __init__(self, channel: Channel, *, client: tuple[str, int] | None, scheme: str) -> None:
        self._channel = channel
        self.client = client
        self.scheme = scheme

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    @property
    def server(self) -> tuple[str, int | None] | None:
        """The address and port that were connected to."""
        return self._channel.server

    @property
    def http_version(self) -> str:
        """``1.0``, ``1.1`` or ``2``."""
        return self._channel.http_version

    def is_disconnected(self) -> bool:
        """Whether the proxy is known to have left."""
        return self._channel.is_disconnected()

    async def wait_disconnected(self) -> None:
        """Return when the proxy has left."""
        await self._channel.wait_disconnected()
