"""What an HTTP request and a WebSocket's handshake have in common: the head."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.http.address import Address
    from trimaran.http.channel import Channel
    from trimaran.http.headers import Headers
    from trimaran.http.query import QueryParams
    from trimaran.http.state import State
    from trimaran.http.url import URL
    from trimaran.types import RawHeaders

NO_PARAMS: Mapping[str, Any] = MappingProxyType({})
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class HTTPConnection:
    """A request or a WebSocket: a dependency that annotates it serves both.

    It sees the head alone, so that taking it changes nothing of how a body is read. What costs
    something is made when it is first read, and kept.

    method:       as on the wire: ``GET``
    path:         percent-decoded, begins with ``/``
    query_string: what follows ``?``, as on the wire
    raw_headers:  name and value as on the wire, names in any case
    path_params:  converted, by name
    app:          the application, where it set itself
    """

    __slots__ = (
        "_cookies",
        "_headers",
        "_id",
        "_query_params",
        "_state",
        "_url",
        "app",
        "channel",
        "method",
        "path",
        "path_params",
        "query_string",
        "raw_headers",
    )

    app: Any
    channel: Channel
    method: str
    path: str
    path_params: Mapping[str, Any]
    query_string: bytes
    raw_headers: RawHeaders

    @property
    def headers(self) -> Headers:
        """The header fields by name, in any case."""
        try:
            return self._headers
        except AttributeError:
            from trimaran.http.headers import Headers

            self._headers: Headers = Headers(raw=self.raw_headers)
            return self._headers

    @property
    def query_params(self) -> QueryParams:
        """The query's fields by name. Raises ``HTTPException`` 400 beyond 1,000 of them."""
        try:
            return self._query_params
        except AttributeError:
            from trimaran.http.query import QueryParams

            self._query_params: QueryParams = QueryParams(self.query_string)
            return self._query_params

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by name."""
        try:
            return self._cookies
        except AttributeError:
            from trimaran.http.cookies import parse_cookies

            self._cookies: Mapping[str, str] = parse_cookies(self.headers.getlist("cookie"))
            return self._cookies

    @property
    def url(self) -> URL:
        """The URL that was asked for, as far as the ``Host`` header can be trusted."""
        try:
            return self._url
        except AttributeError:
            from trimaran.http.url import URL, base_of, quote_path

            query = self.query_string.decode("latin-1")
            base = base_of(self.channel, self.headers.get("host"))
            text = base + quote_path(self.path) + (f"?{query}" if query else "")
            self._url: URL = URL(text)
            return self._url

    @property
    def base_url(self) -> URL:
        """Scheme, host and ``/``."""
        return self.url.replace(path="/", query="", fragment="")

    @property
    def client(self) -> Address | None:
        """The peer's address; None on a Unix socket."""
        from trimaran.http.address import Address

        client = self.channel.client
        return None if client is None else Address(*client)

    @property
    def state(self) -> State:
        """A place for whatever the application wants to keep with this request."""
        try:
            return self._state
        except AttributeError:
            from trimaran.http.state import State

            self._state: State = State()
            return self._state

    @property
    def id(self) -> str:
        """Names the request in logs and errors.

        The incoming ``X-Request-ID`` where it is 1 to 128 letters, digits, ``.``, ``_``, ``-``;
        random hexadecimal otherwise.
        """
        try:
            return self._id
        except AttributeError:
            given = self.headers.get("x-request-id", "")
            sane = 0 < len(given) <= 128 and _ID_CHARACTERS.issuperset(given)
            self._id: str = given if sane else os.urandom(16).hex()
            return self._id
