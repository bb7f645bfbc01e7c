"""The form with which an OAuth2 client asks for a token (RFC 6749, 4.3.2)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from trimaran.handlers import Form

_Hidden = Annotated[str, msgspec.Meta(extra_json_schema={"format": "password"})]


class OAuth2PasswordRequestForm:
    """A name, a password and scopes, from a form; a dependency: ``Depends()``.

    ``form: Annotated[OAuth2PasswordRequestForm, Depends()]``. The specification asks for
    ``grant_type=password``; this class takes a form without it too.
    """

    def __init__(
        self,
        *,
        grant_type: Annotated[str | None, Form(pattern="^password$")] = None,
        username: Annotated[str, Form()],
        password: Annotated[_Hidden, Form()],
        scope: Annotated[str, Form()] = "",
        client_id: Annotated[str | None, Form()] = None,
        client_secret: Annotated[_Hidden | None, Form()] = None,
    ) -> None:
        self.grant_type = grant_type
        self.username = username
        self.password = password
        self.scopes = scope.split()
        self.client_id = client_id
        self.client_secret = client_secret

    def __repr__(self) -> str:
        return f"{type(self).__name__}(username={self.username!r}, password=…)"


class OAuth2PasswordRequestFormStrict(OAuth2PasswordRequestForm):
    """The same form, in which ``grant_type=password`` is required."""

    def __init__(
        self,
        *,
        grant_type: Annotated[str, Form(pattern="^password$")],
        username: Annotated[str, Form()],
        password: Annotated[_Hidden, Form()],
        scope: Annotated[str, Form()] = "",
        client_id: Annotated[str | None, Form()] = None,
        client_secret: Annotated[_Hidden | None, Form()] = None,
    ) -> None:
        super().__init__(
            grant_type=grant_type,
            username=username,
            password=password,
            scope=scope,
            client_id=client_id,
            client_secret=client_secret,
        )
