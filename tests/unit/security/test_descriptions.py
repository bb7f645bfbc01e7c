"""Security Scheme Objects, as FastAPI writes them."""

import pytest

from trimaran.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPBase,
    HTTPBasic,
    HTTPBearer,
    HTTPDigest,
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OpenIdConnect,
)

DESCRIPTIONS = [
    (HTTPBasic(), {"type": "http", "scheme": "basic"}),
    (HTTPDigest(), {"type": "http", "scheme": "digest"}),
    (HTTPBase(scheme="other"), {"type": "http", "scheme": "other"}),
    (HTTPBearer(), {"type": "http", "scheme": "bearer"}),
    (
        HTTPBearer(bearerFormat="JWT", description="A token"),
        {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token"},
    ),
    (APIKeyHeader(name="key"), {"type": "apiKey", "in": "header", "name": "key"}),
    (APIKeyCookie(name="key"), {"type": "apiKey", "in": "cookie", "name": "key"}),
    (APIKeyQuery(name="a key"), {"type": "apiKey", "in": "query", "name": "a key"}),
    (
        OAuth2PasswordBearer("token"),
        {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "token"}}},
    ),
    (
        OAuth2AuthorizationCodeBearer("authorize", "token", "refresh", scopes={"me": "Read"}),
        {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "scopes": {"me": "Read"},
                    "authorizationUrl": "authorize",
                    "tokenUrl": "token",
                    "refreshUrl": "refresh",
                }
            },
        },
    ),
    (
        OAuth2(flows={"clientCredentials": {"tokenUrl": "token"}}),
        {"type": "oauth2", "flows": {"clientCredentials": {"scopes": {}, "tokenUrl": "token"}}},
    ),
    (
        OpenIdConnect(openIdConnectUrl="/.well-known/openid-configuration"),
        {
            "type": "openIdConnect",
            "openIdConnectUrl": "/.well-known/openid-configuration",
        },
    ),
]


@pytest.mark.parametrize(("scheme", "expected"), DESCRIPTIONS)
def test_a_scheme_describes_itself(scheme, expected):
    """In OpenAPI's terms, without what is not given."""
    assert scheme.openapi_scheme() == expected


def test_a_scheme_is_named_after_its_class_or_as_told():
    """``scheme_name`` wins, and a subclass has a name of its own."""

    class Tokens(HTTPBearer):
        pass

    assert HTTPBasic().scheme_name == "HTTPBasic"
    assert Tokens().scheme_name == "Tokens"
    assert Tokens(scheme_name="films").scheme_name == "films"
