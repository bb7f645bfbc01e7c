"""The examples of ``docs/topics/security-schemes.md``."""

import base64
import secrets
from collections.abc import Iterator
from typing import Annotated

import pytest

from trimaran import App, Depends, HTTPException, Security, SecurityScopes
from trimaran.security import (
    APIKeyHeader,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
)
from trimaran.testing import TestClient

app = App()


# region basic
basic = HTTPBasic(realm="Film shop")


def current_name(credentials: Annotated[HTTPBasicCredentials, Depends(basic)]) -> str:
    given = credentials.password.encode()
    if not secrets.compare_digest(given, b"popcorn"):
        raise basic.make_not_authenticated_error()
    return credentials.username


@app.get("/me")
async def me(name: Annotated[str, Depends(current_name)]) -> str:
    return name


# endregion

# region oauth2
TOKENS = {"a1": {"films:read"}, "b2": {"films:read", "films:write"}}

oauth2 = OAuth2PasswordBearer(
    tokenUrl="token", scopes={"films:read": "See films.", "films:write": "Change films."}
)


def authorized(asked: SecurityScopes, token: Annotated[str, Depends(oauth2)]) -> str:
    missing = set(asked.scopes) - TOKENS.get(token, set())
    if missing:
        challenge = {"WWW-Authenticate": f'Bearer scope="{asked.scope_str}"'}
        raise HTTPException(401, f"Needs {', '.join(sorted(missing))}", challenge)
    return token


def reader(token: Annotated[str, Security(authorized, scopes=["films:read"])]) -> str:
    return token


@app.get("/films")
async def list_films(token: Annotated[str, Depends(reader)]) -> list[str]:
    return ["Heat"]


@app.delete("/films/{film}", status_code=204)
async def delete_film(
    film: str, token: Annotated[str, Security(reader, scopes=["films:write"])]
) -> None: ...


@app.post("/token")
async def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    if (form.username, form.password) != ("ann", "popcorn"):
        raise HTTPException(400, "Incorrect username or password")
    return {"access_token": "b2", "token_type": "bearer"}


# endregion


# region several
key = APIKeyHeader(name="X-API-Key", auto_error=False)
bearer = HTTPBearer(auto_error=False)


def caller(
    key: Annotated[str | None, Security(key)],
    token: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> str:
    if key is not None:
        return f"program {key}"
    if token is not None:
        return f"person {token.credentials}"
    raise bearer.make_not_authenticated_error()


# endregion


@app.get("/caller")
async def who(caller: Annotated[str, Depends(caller)]) -> str:
    return caller


@pytest.fixture
def client() -> Iterator[TestClient]:
    """The example's client."""
    with TestClient(app) as made:
        yield made


def test_basic(client: TestClient) -> None:
    """The password counts, and the browser is told what to ask for."""
    right = base64.b64encode(b"ann:popcorn").decode()
    assert client.get("/me", headers={"Authorization": f"Basic {right}"}).json() == "ann"
    wrong = client.get("/me", headers={"Authorization": "Basic YW5uOng="})
    assert wrong.status_code == 401
    assert wrong.headers["www-authenticate"] == 'Basic realm="Film shop", charset="UTF-8"'


def test_scopes(client: TestClient) -> None:
    """A token from the form, and what it may do."""
    data = {"username": "ann", "password": "popcorn"}
    token = client.post("/token", data=data).json()["access_token"]
    writer, reader = ({"Authorization": f"Bearer {text}"} for text in (token, "a1"))
    assert client.get("/films", headers=reader).json() == ["Heat"]
    assert client.delete("/films/Heat", headers=writer).status_code == 204
    refused = client.delete("/films/Heat", headers=reader)
    assert refused.json() == {"detail": "Needs films:write"}
    assert refused.headers["www-authenticate"] == 'Bearer scope="films:write films:read"'


def test_several(client: TestClient) -> None:
    """Either will do."""
    assert client.get("/caller", headers={"X-API-Key": "abc"}).json() == "program abc"
    assert client.get("/caller", headers={"Authorization": "Bearer t"}).json() == "person t"
    assert client.get("/caller").status_code == 401


def test_the_document_is_valid() -> None:
    """With its schemes and what each operation asks for."""
    from openapi_spec_validator import validate

    document = app.openapi()
    validate(document)
    scheme = "OAuth2PasswordBearer"
    assert document["paths"]["/films"]["get"]["security"] == [{scheme: ["films:read"]}]
    assert set(document["components"]["securitySchemes"]) == {
        "HTTPBasic",
        "OAuth2PasswordBearer",
        "APIKeyHeader",
        "HTTPBearer",
    }
