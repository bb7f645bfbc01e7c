"""OAuth2 and OpenID Connect: bearer tokens, and where a client gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.http.connection import HTTPConnection  # noqa: TC001  read when an app starts
from trimaran.security.scheme import SecurityBase, authorization_of, is_token

if TYPE_CHECKING:
    from collections.abc import Mapping


class OAuth2(SecurityBase):
    """Any OAuth2 flows; gives the whole ``Authorization`` header.

    flows: OpenAPI's object: ``{"clientCredentials": {"tokenUrl": "token", "scopes": {}}}``
    """

    def __init__(
        self,
        *,
        flows: Mapping[str, Mapping[str, Any]] | None = None,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        self.flows = {
            name: {"scopes": {}, **{key: value for key, value in flow.items() if value is not None}}
            for name, flow in (flows or {}).items()
        }

    def _openapi(self) -> dict[str, Any]:
        return {"type": "oauth2", "flows": self.flows}

    async def __call__(self, request: HTTPConnection) -> str | None:
        return _whole_header(self, request)


class OAuth2PasswordBearer(OAuth2):
    """A bearer token that a client gets for a name and a password; gives the token.

    tokenUrl: of the route that gives tokens, relative to the application's documentation
    scopes:   names and what they allow: ``{"films:write": "Change films"}``
    """

    def __init__(
        self,
        tokenUrl: str,  # noqa: N803  FastAPI's and OpenAPI's name
        scheme_name: str | None = None,
        scopes: Mapping[str, str] | None = None,
        description: str | None = None,
        auto_error: bool = True,
        refreshUrl: str | None = None,  # noqa: N803  FastAPI's and OpenAPI's name
    ) -> None:
        flow = {"scopes": dict(scopes or {}), "tokenUrl": tokenUrl, "refreshUrl": refreshUrl}
        super().__init__(
            flows={"password": flow},
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )

    async def __call__(self, request: HTTPConnection) -> str | None:
        return _bearer_token(self, request)


class OAuth2AuthorizationCodeBearer(OAuth2):
    """A bearer token that a client gets by way of a log-in page; gives the token.

    authorizationUrl: of that page; tokenUrl: where its code is exchanged for a token
    """

    def __init__(
        self,
        authorizationUrl: str,  # noqa: N803  FastAPI's and OpenAPI's name
        tokenUrl: str,  # noqa: N803  FastAPI's and OpenAPI's name
        refreshUrl: str | None = None,  # noqa: N803  FastAPI's and OpenAPI's name
        scheme_name: str | None = None,
        scopes: Mapping[str, str] | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        flow = {
            "scopes": dict(scopes or {}),
            "authorizationUrl": authorizationUrl,
            "tokenUrl": tokenUrl,
            "refreshUrl": refreshUrl,
        }
        super().__init__(
            flows={"authorizationCode": flow},
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )

    async def __call__(self, request: HTTPConnection) -> str | None:
        return _bearer_token(self, request)


class OpenIdConnect(SecurityBase):
    """OpenID Connect; gives the whole ``Authorization`` header.

    openIdConnectUrl: of the provider's discovery document
    """

    def __init__(
        self,
        *,
        openIdConnectUrl: str,  # noqa: N803  FastAPI's and OpenAPI's name
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        self.url = openIdConnectUrl

    def _openapi(self) -> dict[str, Any]:
        return {"type": "openIdConnect", "openIdConnectUrl": self.url}

    async def __call__(self, request: HTTPConnection) -> str | None:
        return _whole_header(self, request)


def _bearer_token(scheme: SecurityBase, request: HTTPConnection) -> str | None:
    found = authorization_of(request)
    if found is None or found[0].lower() != "bearer" or not is_token(found[1]):
        scheme.refuse()
        return None
    return found[1]


def _whole_header(scheme: SecurityBase, request: HTTPConnection) -> str | None:
    found = authorization_of(request)
    if found is None:
        scheme.refuse()
        return None
    return " ".join(found)
