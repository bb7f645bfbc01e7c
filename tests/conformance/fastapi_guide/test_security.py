"""FastAPI's guide on security, statement by statement, with its names and meanings.

From "Security - First Steps", "Get Current User", "HTTP Basic Auth", "OAuth2 scopes" and the
reference of "Security Tools".
"""

import asyncio
import secrets
from collections.abc import Iterator
from typing import Annotated, Any

import pytest

from trimaran import (
    App,
    Depends,
    HTTPException,
    Request,
    Security,
    SecurityScopes,
    WebSocket,
)
from trimaran.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    OAuth2PasswordRequestFormStrict,
    OpenIdConnect,
)
from trimaran.testing import TestClient


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    """Its client."""
    with TestClient(app) as made:
        yield made


def operation(app: App, path: str) -> dict[str, Any]:
    """What the document says of a GET."""
    return app.openapi()["paths"][path]["get"]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_password_bearer_is_a_dependency(app: App, client: TestClient) -> None:
    """It gives the token, answers 401 without one, and stands in the document."""
    oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")

    @app.get("/items/")
    async def read_items(token: Annotated[str, Depends(oauth2_scheme)]) -> dict[str, str]:
        return {"token": token}

    assert client.get("/items/", headers=bearer("abc")).json() == {"token": "abc"}
    missing = client.get("/items/")
    assert (missing.status_code, missing.json()) == (401, {"detail": "Not authenticated"})
    assert missing.headers["www-authenticate"] == "Bearer"
    assert operation(app, "/items/")["security"] == [{"OAuth2PasswordBearer": []}]
    assert app.openapi()["components"]["securitySchemes"] == {
        "OAuth2PasswordBearer": {
            "type": "oauth2",
            "flows": {"password": {"scopes": {}, "tokenUrl": "token"}},
        }
    }


def test_the_current_user_depends_on_the_token(app: App, client: TestClient) -> None:
    """A chain of dependencies, each of which may refuse."""

    def get_current_user(
        token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))],
    ) -> str:
        if token == "unknown":
            raise HTTPException(401, "Invalid", {"WWW-Authenticate": "Bearer"})
        return token

    def get_active_user(user: Annotated[str, Depends(get_current_user)]) -> str:
        if user == "inactive":
            raise HTTPException(400, "Inactive user")
        return user

    @app.get("/users/me")
    async def me(user: Annotated[str, Depends(get_active_user)]) -> str:
        return user

    assert client.get("/users/me", headers=bearer("ann")).json() == "ann"
    assert client.get("/users/me", headers=bearer("unknown")).status_code == 401
    assert client.get("/users/me", headers=bearer("inactive")).json() == {"detail": "Inactive user"}


def test_basic_credentials_are_compared_in_constant_time(app: App, client: TestClient) -> None:
    """The guide's example, with names in UTF-8.

    Better: the challenge names a realm, which RFC 7617 requires, and UTF-8, which FastAPI's does
    not.
    """

    def get_current_username(
        credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic(realm="films"))],
    ) -> str:
        right = secrets.compare_digest(credentials.password.encode(), "schwärdfish".encode())
        if not right:
            raise HTTPException(401, "Incorrect", {"WWW-Authenticate": "Basic"})
        return credentials.username

    @app.get("/users/me")
    def me(username: Annotated[str, Depends(get_current_username)]) -> dict[str, str]:
        return {"username": username}

    right = {"Authorization": "Basic c3RhbmxleTpzY2h3w6RyZGZpc2g="}
    assert client.get("/users/me", headers=right).json() == {"username": "stanley"}
    wrong = {"Authorization": "Basic c3RhbmxleTp4"}
    assert client.get("/users/me", headers=wrong).json() == {"detail": "Incorrect"}
    challenge = client.get("/users/me").headers["www-authenticate"]
    assert challenge == 'Basic realm="films", charset="UTF-8"'


# OAuth2 scopes

SCHEME = OAuth2PasswordBearer(
    tokenUrl="token", scopes={"me": "Read about yourself.", "items": "Read items."}
)


async def get_current_user(
    security_scopes: SecurityScopes, token: Annotated[str, Depends(SCHEME)]
) -> str:
    """The token's own text are its scopes."""
    for scope in security_scopes.scopes:
        if scope not in token.split(","):
            challenge = f'Bearer scope="{security_scopes.scope_str}"'
            raise HTTPException(401, "Not enough permissions", {"WWW-Authenticate": challenge})
    return token


async def get_active_user(user: Annotated[str, Security(get_current_user, scopes=["me"])]) -> str:
    return user


@pytest.fixture
def scoped(app: App, client: TestClient) -> TestClient:
    """The guide's application."""

    @app.get("/users/me/")
    async def me(user: Annotated[str, Depends(get_active_user)]) -> str:
        return user

    @app.get("/users/me/items/")
    async def items(user: Annotated[str, Security(get_active_user, scopes=["items"])]) -> str:
        return user

    @app.get("/status/")
    async def status(user: Annotated[str, Depends(get_current_user)]) -> str:
        return user

    return client


@pytest.mark.parametrize(
    ("path", "token", "challenge"),
    [
        ("/users/me/items/", "me,items", None),
        ("/users/me/items/", "me", 'Bearer scope="items me"'),
        ("/users/me/items/", "items", 'Bearer scope="items me"'),
        ("/users/me/", "me", None),
        ("/users/me/", "items", 'Bearer scope="me"'),
        ("/status/", "other", None),
    ],
)
def test_a_route_requires_the_scopes_of_its_chain(
    scoped: TestClient, path: str, token: str, challenge: str | None
) -> None:
    """The tree of the guide: items asks for both, me for one, status for none."""
    answer = scoped.get(path, headers=bearer(token))
    assert answer.status_code == (401 if challenge else 200)
    assert answer.headers.get("www-authenticate") == challenge


def test_the_document_lists_the_scopes(app: App, scoped: TestClient) -> None:
    """Of each route, and what they allow."""
    assert scoped.app is app
    name = "OAuth2PasswordBearer"
    assert operation(app, "/users/me/items/")["security"] == [{name: ["items", "me"]}]
    assert operation(app, "/users/me/")["security"] == [{name: ["me"]}]
    assert operation(app, "/status/")["security"] == [{name: []}]
    flows = app.openapi()["components"]["securitySchemes"][name]["flows"]
    assert flows["password"]["scopes"]["items"] == "Read items."


def test_scopes_stand_in_decorators_too(app: App, client: TestClient) -> None:
    """``dependencies=[Security(...)]``."""

    @app.get("/", dependencies=[Security(get_current_user, scopes=["items"])])
    async def show() -> str:
        return "shown"

    assert client.get("/", headers=bearer("items")).json() == "shown"
    assert client.get("/", headers=bearer("me")).status_code == 401


def test_one_dependency_is_called_for_each_set_of_scopes(app: App, client: TestClient) -> None:
    """And once for the same set, or where nobody asks for the scopes."""
    calls: list[str] = []

    def free() -> None:
        calls.append("free")

    def scoped(scopes: SecurityScopes, _: Annotated[None, Depends(free)]) -> str:
        calls.append(scopes.scope_str)
        return scopes.scope_str

    def one(value: Annotated[str, Security(scoped, scopes=["b"])]) -> str:
        return value

    @app.get("/")
    async def show(
        first: Annotated[str, Security(one, scopes=["a"])],
        second: Annotated[str, Security(scoped, scopes=["a", "b"])],
        third: Annotated[str, Depends(scoped)],
    ) -> list[str]:
        return [first, second, third]

    assert client.get("/").json() == ["a b", "a b", ""]
    assert sorted(calls) == ["", "a b", "free"]


def test_scopes_are_a_list() -> None:
    """A text would be a list of letters."""
    with pytest.raises(TypeError, match=r"scopes is the text 'items'; write \['items'\]"):
        Security(get_current_user, scopes="items")


# The token's own route


def test_the_request_form_is_a_dependency(app: App, client: TestClient) -> None:
    """ "Simple OAuth2": names of the specification, scopes split at spaces."""

    @app.post("/token")
    async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> list[Any]:
        return [form.grant_type, form.username, form.password, form.scopes, form.client_id]

    data = {"username": "ann", "password": "a b", "scope": "me items", "grant_type": "password"}
    assert client.post("/token", data=data).json() == [
        "password",
        "ann",
        "a b",
        ["me", "items"],
        None,
    ]
    faults = client.post("/token", data={"username": "a", "grant_type": "other"}).json()["detail"]
    assert {(fault["type"], fault["loc"][-1]) for fault in faults} == {
        ("string_pattern_mismatch", "grant_type"),
        ("missing", "password"),
    }
    body = app.openapi()["components"]["schemas"]["Body_token_token_post"]
    assert body["properties"]["password"] == {"type": "string", "format": "password"}


def test_the_strict_form_requires_the_grant_type(app: App, client: TestClient) -> None:
    """As the specification does."""

    @app.post("/token")
    async def token(form: Annotated[OAuth2PasswordRequestFormStrict, Depends()]) -> str:
        return repr(form)

    data = {"username": "ann", "password": "secret"}
    assert client.post("/token", data=data).json()["detail"][0]["loc"] == ["body", "grant_type"]
    shown = client.post("/token", data={**data, "grant_type": "password"}).json()
    assert shown == "OAuth2PasswordRequestFormStrict(username='ann', password=…)"


# Several ways, and own schemes


def test_optional_schemes_are_ways_to_choose_from(app: App, client: TestClient) -> None:
    """``auto_error=False`` gives None, so that another scheme may do."""
    key = APIKeyHeader(name="x-key", auto_error=False)
    token = HTTPBearer(auto_error=False)

    @app.get("/")
    async def show(
        key: Annotated[str | None, Security(key)],
        token: Annotated[HTTPAuthorizationCredentials | None, Security(token)],
    ) -> str:
        return key or (token.credentials if token else "nobody")

    assert client.get("/", headers={"x-key": "a"}).json() == "a"
    assert client.get("/", headers=bearer("b")).json() == "b"
    assert client.get("/").json() == "nobody"


@pytest.mark.parametrize(
    ("scheme", "sent"),
    [
        (APIKeyQuery(name="key"), {"params": {"key": "secret"}}),
        (APIKeyHeader(name="key"), {"headers": {"key": "secret"}}),
        (APIKeyCookie(name="key"), {"cookies": {"key": "secret"}}),
    ],
)
def test_api_keys(app: App, client: TestClient, scheme: Any, sent: dict[str, Any]) -> None:
    """The key, or 401 with FastAPI's challenge."""

    @app.get("/")
    async def show(key: Annotated[str, Security(scheme)]) -> str:
        return key

    assert client.get("/", **sent).json() == "secret"
    client.cookies.clear()
    missing = client.get("/")
    assert (missing.status_code, missing.json()) == (401, {"detail": "Not authenticated"})
    assert missing.headers["www-authenticate"] == "APIKey"


def test_a_subclass_takes_the_request(app: App, client: TestClient) -> None:
    """FastAPI's idiom: ``await super().__call__(request)``, and then its own check."""

    class JWTBearer(HTTPBearer):
        async def __call__(self, request: Request) -> Any:
            found = await super().__call__(request)
            if found is None or found.credentials != "jwt":
                raise HTTPException(403, "Invalid token")
            return found.credentials

    @app.get("/")
    async def show(token: Annotated[str, Depends(JWTBearer())]) -> str:
        return token

    assert client.get("/", headers=bearer("jwt")).json() == "jwt"
    assert client.get("/", headers=bearer("other")).status_code == 403
    assert operation(app, "/")["security"] == [{"JWTBearer": []}]


def test_credentials_are_refused_before_faults_are_told(app: App, client: TestClient) -> None:
    """Who may not ask learns nothing of the parameters."""

    @app.get("/", dependencies=[Security(OpenIdConnect(openIdConnectUrl="/.well-known"))])
    async def show(number: int) -> int:
        return number

    assert client.get("/?number=x").status_code == 401
    assert client.get("/?number=x", headers=bearer("a")).status_code == 422


def test_a_scheme_guards_a_websocket(app: App) -> None:
    """Before it is accepted: the handshake is answered 401."""

    @app.websocket("/live")
    async def live(ws: WebSocket, token: Annotated[str, Depends(SCHEME)]) -> None:
        await ws.accept()
        await ws.send_text(token)
        await ws.close()

    def sent(headers: list[tuple[bytes, bytes]]) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        scope = {"type": "websocket", "path": "/live", "query_string": b"", "headers": headers}
        scope |= {"client": None, "server": None, "scheme": "ws", "http_version": "1.1"}
        scope |= {"subprotocols": [], "extensions": {"websocket.http.response": {}}}

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            messages.append(message)

        asyncio.run(app(scope, receive, send))
        return messages

    refused = sent([])
    assert (refused[0]["type"], refused[0]["status"]) == ("websocket.http.response.start", 401)
    assert (b"www-authenticate", b"Bearer") in refused[0]["headers"]
    opened = sent([(b"authorization", b"Bearer abc")])
    assert [message["type"].partition(".")[2] for message in opened] == ["accept", "send", "close"]
    assert opened[1]["text"] == "abc"


def test_a_scheme_leaves_the_body_alone(app: App, client: TestClient) -> None:
    """A body is read as without it, and a parameter of the path that nobody takes is still told."""

    @app.post("/{name}", dependencies=[Security(HTTPBearer())])
    async def change(name: str, data: dict[str, int]) -> dict[str, int]:
        return data

    assert client.post("/a", json={"a": 1}, headers=bearer("x")).json() == {"a": 1}

    @app.get("/{forgotten}", dependencies=[Security(HTTPBearer())])
    async def show() -> None: ...

    with pytest.raises(Exception, match=r"TRI-ROUTE-003 .* \{forgotten\}, but no parameter"):
        app.build()
