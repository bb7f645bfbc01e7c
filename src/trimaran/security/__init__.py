"""Security schemes: where credentials stand, and how the API describes it.

A scheme is a dependency: ``token: Annotated[str, Depends(OAuth2PasswordBearer("token"))]``. It
finds the credentials and refuses a request without them; whether they are right, the application
decides.
"""

from trimaran.di.scopes import SecurityScopes
from trimaran.security.api_key import APIKeyCookie, APIKeyHeader, APIKeyQuery
from trimaran.security.forms import (
    OAuth2PasswordRequestForm,
    OAuth2PasswordRequestFormStrict,
)
from trimaran.security.http import (
    HTTPAuthorizationCredentials,
    HTTPBase,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    HTTPDigest,
)
from trimaran.security.oauth2 import (
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OpenIdConnect,
)
from trimaran.security.scheme import SecurityBase

__all__ = [
    "APIKeyCookie",
    "APIKeyHeader",
    "APIKeyQuery",
    "HTTPAuthorizationCredentials",
    "HTTPBase",
    "HTTPBasic",
    "HTTPBasicCredentials",
    "HTTPBearer",
    "HTTPDigest",
    "OAuth2",
    "OAuth2AuthorizationCodeBearer",
    "OAuth2PasswordBearer",
    "OAuth2PasswordRequestForm",
    "OAuth2PasswordRequestFormStrict",
    "OpenIdConnect",
    "SecurityBase",
    "SecurityScopes",
]
