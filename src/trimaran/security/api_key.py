"""A key in a header, a cookie or the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.errors import ConfigurationError
from trimaran.http.connection import HTTPConnection  # noqa: TC001  read when an app starts
from trimaran.security.scheme import SecurityBase, is_token

if TYPE_CHECKING:
    from collections.abc import Mapping


class _APIKey(SecurityBase):
    """A key under a name: what the three places have in common."""

    place: ClassVar[str]

    def __init__(
        self,
        *,
        name: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        if self.place != "query" and not is_token(name):
            what = f"{type(self).__name__} cannot read {name!r}: it is no name of a {self.place}."
            mend = "Use letters, digits and hyphens."
            raise ConfigurationError("TRI-SECURITY-001", what, mend)
        self.name = name

    def _openapi(self) -> dict[str, Any]:
        return {"type": "apiKey", "in": self.place, "name": self.name}

    def make_authenticate_headers(self) -> Mapping[str, str]:
        # A 401 has to have a challenge (RFC 9110, 15.5.2), though none is registered for keys.
        return {"WWW-Authenticate": "APIKey"}

    def check_api_key(self, api_key: str | None) -> str | None:
        """Return the key, or what ``auto_error`` says of one that is missing or unfit."""
        if api_key is None or not is_token(api_key):
            self.refuse()
            return None
        return api_key


class APIKeyQuery(_APIKey):
    """A key in the query: ``/films?api_key=…``.

    URLs stand in logs and histories, so a header is the better place. A key that is given
    several times counts as none.
    """

    place = "query"

    async def __call__(self, request: HTTPConnection) -> str | None:
        return self.check_api_key(_single(request.query_params.getlist(self.name)))


class APIKeyHeader(_APIKey):
    """A key in a header: ``X-API-Key: …``.

    One that is given several times counts as none.
    """

    place = "header"

    async def __call__(self, request: HTTPConnection) -> str | None:
        return self.check_api_key(_single(request.headers.getlist(self.name)))


class APIKeyCookie(_APIKey):
    """A key in a cookie."""

    place = "cookie"

    async def __call__(self, request: HTTPConnection) -> str | None:
        return self.check_api_key(request.cookies.get(self.name))


def _single(values: list[str]) -> str | None:
    return values[0] if len(values) == 1 else None
