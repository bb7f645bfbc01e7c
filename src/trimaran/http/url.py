"""URLs as values: read their parts, make changed copies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from trimaran.http.query import parse_query

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.http.channel import Channel

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HOST = re.compile(r"(?:[A-Za-z0-9._\-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PATH_SAFE = "/:@!$&'()*+,;=~-._"


class URL:
    """A URL: ``str(url)`` is the whole, the properties are its parts.

    ``url.replace(path="/next")`` and ``url.include_query_params(page=2)`` return changed copies.
    """

    __slots__ = ("_parts", "_text")

    def __init__(self, url: str = "") -> None:
        self._text = url
        self._parts: SplitResult | None = None

    @property
    def components(self) -> SplitResult:
        """The parts as ``urllib.parse.urlsplit`` names them."""
        if self._parts is None:
            self._parts = urlsplit(self._text)
        return self._parts

    @property
    def scheme(self) -> str:
        """``https``."""
        return self.components.scheme

    @property
    def netloc(self) -> str:
        """``user:word@example.com:8000``."""
        return self.components.netloc

    @property
    def path(self) -> str:
        """The path as it stands in the URL, percent-encoded."""
        return self.components.path

    @property
    def query(self) -> str:
        """What follows ``?``, percent-encoded."""
        return self.components.query

    @property
    def fragment(self) -> str:
        """What follows ``#``."""
        return self.components.fragment

    @property
    def username(self) -> str | None:
        """The user in front of ``@``."""
        return self.components.username

    @property
    def password(self) -> str | None:
        """The password in front of ``@``; ``repr(url)`` hides it."""
        return self.components.password

    @property
    def hostname(self) -> str | None:
        """The host in lower case, without the brackets of an IPv6 address."""
        return self.components.hostname

    @property
    def port(self) -> int | None:
        """The port, if the URL names one."""
        return self.components.port

    @property
    def is_secure(self) -> bool:
        """Whether the scheme runs over TLS."""
        return self.scheme in ("https", "wss")

    def replace(self, **parts: Any) -> URL:
        """Return a copy with these parts changed, named as the properties are."""
        place = {name: parts.pop(name) for name in _NETLOC_PARTS if name in parts}
        if place:
            parts["netloc"] = _netloc(self, place)
        return URL(self.components._replace(**parts).geturl())

    def include_query_params(self, **params: Any) -> URL:
        """Return a copy whose query has these fields set, and its others as they were."""
        kept = [field for field in self._fields() if field[0] not in params]
        return self._with_query([*kept, *((name, str(value)) for name, value in params.items())])

    def replace_query_params(self, **params: Any) -> URL:
        """Return a copy whose query is these fields alone."""
        return self._with_query((name, str(value)) for name, value in params.items())

    def remove_query_params(self, *names: str) -> URL:
        """Return a copy without these fields in its query."""
        return self._with_query(field for field in self._fields() if field[0] not in names)

    def _fields(self) -> list[tuple[str, str]]:
        return parse_query(self.query.encode("utf-8", "surrogateescape"))

    def _with_query(self, fields: Iterable[tuple[str, str]]) -> URL:
        return self.replace(query=urlencode(list(fields)))

    def __str__(self) -> str:
        return self._text

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, URL | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        shown = self.replace(password="********") if self.password else self  # noqa: S106  a mask
        return f"URL({str(shown)!r})"


_NETLOC_PARTS = ("username", "password", "hostname", "port")


def _netloc(url: URL, changed: dict[str, Any]) -> str:
    parts = {name: changed.get(name, getattr(url, name)) for name in _NETLOC_PARTS}
    host = parts["hostname"] or ""
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    port = f":{parts['port']}" if parts["port"] is not None else ""
    word = f":{parts['password']}" if parts["password"] is not None else ""
    user = f"{parts['username']}{word}@" if parts["username"] is not None else ""
    return f"{user}{host}{port}"


def quote_path(path: str) -> str:
    """Return a decoded path percent-encoded, where RFC 3986 asks for it."""
    return quote(path, safe=_PATH_SAFE, errors="surrogateescape")


def base_of(channel: Channel, host: str | None) -> str:
    """Return ``https://example.com:8443`` for a connection and its ``Host`` header.

    A host that is none (spaces, slashes, a user) is not echoed: the address that the client
    connected to stands in for it.
    """
    if host is None or _HOST.fullmatch(host) is None:
        host = _address(channel)
    return f"{channel.scheme}://{host}"


def _address(channel: Channel) -> str:
    server = channel.server
    if server is None or server[1] is None:
        return "localhost"
    name, port = server
    host = f"[{name}]" if ":" in name else name
    return host if DEFAULT_PORTS.get(channel.scheme) == port else f"{host}:{port}"
