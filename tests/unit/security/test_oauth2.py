"""OAuth2 and OpenID Connect: the token, or the header that holds it."""

import pytest

from trimaran.security import (
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OpenIdConnect,
)

PASSWORD = OAuth2PasswordBearer("token")
CODE = OAuth2AuthorizationCodeBearer("authorize", "token")
OPTIONAL = OAuth2PasswordBearer("token", auto_error=False)


@pytest.mark.parametrize("scheme", [PASSWORD, CODE, OPTIONAL])
def test_bearer_schemes_give_the_token(call, scheme):
    """Without the word before it."""
    assert call(scheme, ("Authorization", "Bearer abc")) == "abc"


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer \u00e9"])
def test_other_headers_hold_no_token(call, value):
    """An empty token is none, unlike in FastAPI."""
    assert call.challenge(PASSWORD, ("Authorization", value)) == "Bearer"
    assert call.challenge(CODE, ("Authorization", value)) == "Bearer"
    assert call(OPTIONAL, ("Authorization", value)) is None


@pytest.mark.parametrize("kind", [OAuth2, OpenIdConnect])
def test_general_schemes_give_the_header(call, kind):
    """Which flow it came from, the application knows."""
    options = {"openIdConnectUrl": "/.well-known"} if kind is OpenIdConnect else {}
    assert call(kind(**options), ("Authorization", "Other abc def")) == "Other abc def"
    assert call.challenge(kind(**options)) == "Bearer"
    assert call(kind(auto_error=False, **options)) is None
