"""HTTP's own authentication: Basic, Bearer, Digest."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.errors import ConfigurationError
from trimaran.http.connection import HTTPConnection  # noqa: TC001  read when an app starts
from trimaran.security.scheme import SecurityBase, authorization_of, is_token

if TYPE_CHECKING:
    from collections.abc import Mapping


MAX_BASIC = 8192
"""Characters of Basic credentials; longer ones are answered 401."""


class HTTPBasicCredentials(msgspec.Struct, frozen=True):
    """What ``HTTPBasic`` gives: a name and a password, not checked yet."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"HTTPBasicCredentials(username={self.username!r}, password=…)"


class HTTPAuthorizationCredentials(msgspec.Struct, frozen=True):
    """What ``HTTPBearer`` and ``HTTPDigest`` give: the header's two parts.

    scheme: as it was sent: ``Bearer``
    """

    scheme: str
    credentials: str

    def __repr__(self) -> str:
        return f"HTTPAuthorizationCredentials(scheme={self.scheme!r}, credentials=…)"


class HTTPBase(SecurityBase):
    """Any scheme of the ``Authorization`` header.

    scheme: its registered name: ``negotiate``. The class takes the header of every scheme; a
            subclass that overrides ``__call__`` is stricter.
    """

    def __init__(
        self,
        *,
        scheme: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        if not is_token(scheme):
            what = f"Scheme {scheme!r} cannot stand in a header."
            raise ConfigurationError("TRI-SECURITY-001", what, "Name a registered one: 'bearer'.")
        self.scheme = scheme

    def _openapi(self) -> dict[str, Any]:
        return {"type": "http", "scheme": self.scheme}

    def make_authenticate_headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": self.scheme.title()}

    async def __call__(self, request: HTTPConnection) -> Any:
        found = authorization_of(request)
        if found is None:
            self.refuse()
            return None
        return HTTPAuthorizationCredentials(*found)

    def _of_this_scheme(self, request: HTTPConnection) -> tuple[str, str] | None:
        found = authorization_of(request)
        if found is None or found[0].lower() != self.scheme.lower():
            self.refuse()
            return None
        return found


class HTTPBasic(HTTPBase):
    """A name and a password in every request (RFC 7617).

    realm: says to what the credentials belong; browsers show it
    Credentials that are not Base64 of UTF-8, have no colon or hold control characters are answered
    401, whatever ``auto_error`` says.
    """

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        realm: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="basic", scheme_name=scheme_name, description=description, auto_error=auto_error
        )
        self.realm = realm
        if realm is not None and not (realm.isascii() and realm.isprintable()):
            what = f"Realm {realm!r} cannot stand in a header."
            mend = "Write it in ASCII, without control characters."
            raise ConfigurationError("TRI-SECURITY-001", what, mend)

    def make_authenticate_headers(self) -> Mapping[str, str]:
        # A realm is required (RFC 7617, 2); the charset tells browsers to send UTF-8.
        realm = (self.realm or "Restricted").replace("\\", "\\\\").replace('"', '\\"')
        return {"WWW-Authenticate": f'Basic realm="{realm}", charset="UTF-8"'}

    async def __call__(self, request: HTTPConnection) -> HTTPBasicCredentials | None:
        found = self._of_this_scheme(request)
        if found is None:
            return None
        try:
            text = _decoded(found[1])
        except ValueError:
            raise self.make_not_authenticated_error() from None
        username, colon, password = text.partition(":")
        if not colon:
            raise self.make_not_authenticated_error()
        return HTTPBasicCredentials(username, password)


class HTTPBearer(HTTPBase):
    """A token in the ``Authorization`` header (RFC 6750).

    bearerFormat: a hint for the documentation: ``JWT``
    """

    def __init__(
        self,
        *,
        bearerFormat: str | None = None,  # noqa: N803  FastAPI's and OpenAPI's name
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="bearer", scheme_name=scheme_name, description=description, auto_error=auto_error
        )
        self.bearer_format = bearerFormat

    def _openapi(self) -> dict[str, Any]:
        described = {"bearerFormat": self.bearer_format} if self.bearer_format else {}
        return {**super()._openapi(), **described}

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        found = self._of_this_scheme(request)
        if found is not None and is_token(found[1]):
            return HTTPAuthorizationCredentials(*found)
        if found is not None:
            self.refuse()
        return None


class HTTPDigest(HTTPBase):
    """The header of Digest authentication (RFC 7616), for a subclass to check.

    Nonces and the digests themselves are the application's, as in FastAPI: override
    ``make_authenticate_headers`` with the challenge and ``__call__`` with the check.
    """

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="digest", scheme_name=scheme_name, description=description, auto_error=auto_error
        )

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        found = self._of_this_scheme(request)
        return None if found is None else HTTPAuthorizationCredentials(*found)


def _decoded(given: str) -> str:
    """Return what Basic credentials say. Raises ``ValueError``."""
    if len(given) > MAX_BASIC:
        what = "the credentials are too long"
        raise ValueError(what)
    text = binascii.a2b_base64(given, strict_mode=True).decode()
    if any(character < " " or character == "\x7f" for character in text):
        what = "the credentials hold a control character"
        raise ValueError(what)
    return text
