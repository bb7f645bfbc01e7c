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
        "_outer",
        "_query_params",
        "_root_path",
        "_scope",
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
            from trimaran.http.cookies import read_cookies

            self._cookies: Mapping[str, str] = read_cookies(self.raw_headers)
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
    def scope(self) -> dict[str, Any]:
        """The head in ASGI's words, for libraries that read them; made when first read.

        Under an ASGI server with what its middleware has put there: ``scope["session"]``.
        """
        try:
            return self._scope
        except AttributeError:
            from trimaran.http.asgi_scope import connection_scope

            is_socket = self.method == "WEBSOCKET"  # as websocket_channel has it
            self._scope: dict[str, Any] = {
                **getattr(self.channel, "scope", {}),
                **connection_scope(self, ""),
                **({"type": "websocket"} if is_socket else {"type": "http", "method": self.method}),
                "path_params": dict(self.path_params),
                "app": getattr(self, "app", None),
            }
            if "route" not in self._scope:
                self._scope["route"] = self._found_route()
            return self._scope

    def _found_route(self) -> Any:
        """Return the route that answers; None where none does, or where it is not known."""
        resolve = getattr(getattr(self, "app", None), "resolve", None)
        return (
            None if resolve is None else getattr(resolve(self.method, self.path)[0], "route", None)
        )

    @property
    def base_url(self) -> URL:
        """Scheme, host, and the application's root path with a ``/`` at its end."""
        from trimaran.http.url import quote_path

        path = quote_path(self.root_path.rstrip("/")) + "/"
        return self.url.replace(path=path, query="", fragment="")

    @property
    def root_path(self) -> str:
        """What stands before ``app``'s paths: its mount, what a proxy takes away."""
        try:
            return self._root_path
        except AttributeError:
            own = getattr(getattr(self, "app", None), "root_path", "")
            return own or getattr(self.channel, "root_path", "")

    def seen_path(self, path: str) -> str:
        """Return a path as the client names it: with what a proxy has taken away."""
        outer = getattr(self, "_outer", ())
        root: str = outer[-1][1] if outer else self.root_path
        return path if not root or path.startswith(f"{root}/") else root + path

    def enter(self, app: Any, prefix: str = "") -> None:
        """Go on in another application, which is mounted below a prefix."""
        outer = getattr(self, "_outer", ())
        self._outer: tuple[tuple[Any, str], ...] = (
            (getattr(self, "app", None), self.root_path),
            *outer,
        )
        self._root_path: str = self.root_path + prefix
        self.app = app

    def applications(self) -> tuple[tuple[Any, str], ...]:
        """Return the application and those around it, each with its root path."""
        here = (getattr(self, "app", None), self.root_path)
        return (here, *getattr(self, "_outer", ()))

    def url_for(self, name: str, /, **path_params: Any) -> URL:
        """Return the whole URL of the route of that name, its parameters filled in.

        The name is looked up in the application that answers, then in those that it is mounted in:
        there ``"mount:name"`` names a route of a mounted one, ``"static"`` with ``path="a.css"``
        a file. Raises ``ConfigurationError`` where there is none.
        """
        from trimaran.errors import ConfigurationError
        from trimaran.http.url import URL, base_of, quote_path

        unknown: ConfigurationError | None = None
        for app, root in self.applications():
            find = getattr(app, "url_path_for", None)
            if find is None:
                continue
            try:
                path: str = find(name, **path_params)
            except ConfigurationError as error:
                unknown = unknown or error
                continue
            secure = self.channel.scheme in ("https", "wss")
            kind = app.scheme_of(name) if hasattr(app, "scheme_of") else "http"
            base = base_of(self.channel, self.headers.get("host")).partition("://")[2]
            return URL(f"{kind}{'s' if secure else ''}://{base}{quote_path(root)}{path}")
        if unknown is not None:
            raise unknown
        what = f"No application is known that could have a route {name!r}."
        raise ConfigurationError("TRI-PATH-005", what, "Ask within a request of an App.")

    @property
    def client(self) -> Address | None:
        """The peer's address; None on a Unix socket."""
        from trimaran.http.address import Address

        client = self.channel.client
        return None if client is None else Address(*client)

    @property
    def state(self) -> State:
        """A place for whatever the application wants to keep with this request.

        What the lifespan yielded is there from the beginning.
        """
        try:
            return self._state
        except AttributeError:
            from trimaran.http.state import State

            given: dict[str, Any] = {}
            for app, _ in reversed(self.applications()):
                given.update(getattr(app, "lifespan_state", ()))
            # Under ASGI it is the scope's own, which middleware has written to already.
            held = getattr(self.channel, "scope", {}).get("state")
            if held is None:
                held = {}
            for name, value in given.items():
                held.setdefault(name, value)
            self._state: State = State.of(held)
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
