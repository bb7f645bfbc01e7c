"""What every security scheme is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.errors import HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.http.connection import HTTPConnection


class SecurityBase:
    """One way in which a request shows who sends it.

    scheme_name: names the scheme in the OpenAPI document; the class' name where None
    description: shown in the documentation
    auto_error:  answer 401 where the request shows nothing; otherwise the dependency is None, for
                 optional credentials and for several ways of showing them
    """

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        self.scheme_name = scheme_name or type(self).__name__
        self.description = description
        self.auto_error = auto_error

    def openapi_scheme(self) -> dict[str, Any]:
        """Return the Security Scheme Object of the OpenAPI document."""
        described = {"description": self.description} if self.description else {}
        return {**self._openapi(), **described}

    def _openapi(self) -> dict[str, Any]:
        raise NotImplementedError

    def make_authenticate_headers(self) -> Mapping[str, str]:
        """Return the headers of the 401, with this scheme's challenge."""
        return {"WWW-Authenticate": "Bearer"}

    def make_not_authenticated_error(self) -> HTTPException:
        """Return what is raised for a request without fit credentials."""
        return HTTPException(401, "Not authenticated", self.make_authenticate_headers())

    def refuse(self) -> None:
        """Raise for a request that shows nothing, if ``auto_error`` says so."""
        if self.auto_error:
            raise self.make_not_authenticated_error()


def authorization_of(request: HTTPConnection) -> tuple[str, str] | None:
    """Return scheme and credentials of the ``Authorization`` header.

    None where it is missing, lacks one of the two, or stands several times: programs on the
    request's way may each have read another one.
    """
    found = None
    for name, value in request.raw_headers:
        if len(name) == 13 and name.lower() == b"authorization":
            if found is not None:
                return None
            found = value
    if found is None:
        return None
    scheme, _, credentials = found.decode("latin-1").partition(" ")
    credentials = credentials.strip(" ")
    return (scheme, credentials) if scheme and credentials else None


def is_token(text: str) -> bool:
    """Whether a text is visible ASCII without spaces, as tokens and keys are.

    Another one would be compared by nobody with success, yet ``hmac.compare_digest`` raises
    ``TypeError`` for it.
    """
    return text.isascii() and text.isprintable() and " " not in text and text != ""
