"""FastAPI's tutorial, "Simple OAuth2 with Password and Bearer" and its tokens with an end."""

import hashlib
import hmac
import time
from typing import Annotated, Any

import msgspec
import pytest

from trimaran import App, Depends, HTTPException
from trimaran.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from trimaran.testing import TestClient

KEY = b"a key of the test's own"
SAILORS = {"ann": {"password": "secret", "active": True}, "bob": {"password": "x", "active": False}}


class Sailor(msgspec.Struct):
    username: str
    active: bool


class Token(msgspec.Struct):
    access_token: str
    token_type: str


def signed(text: str) -> str:
    return hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()


def token_for(username: str, end: float) -> str:
    text = f"{username}.{end:.0f}"
    return f"{text}.{signed(text)}"


scheme = OAuth2PasswordBearer(tokenUrl="token")
app = App()
client = TestClient(app)


async def current(token: Annotated[str, Depends(scheme)]) -> Sailor:
    text, _, signature = token.rpartition(".")
    name, _, end = text.partition(".")
    if not hmac.compare_digest(signature, signed(text)) or float(end) < time.time():
        raise HTTPException(
            status_code=401,
            detail="Could not validate credentials",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Sailor(name, bool(SAILORS[name]["active"]))


async def active(sailor: Annotated[Sailor, Depends(current)]) -> Sailor:
    if not sailor.active:
        raise HTTPException(status_code=400, detail="Inactive user")
    return sailor


@app.post("/token")
async def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> Token:
    known = SAILORS.get(form.username)
    if known is None or known["password"] != form.password:
        raise HTTPException(status_code=400, detail="Incorrect username or password")
    return Token(token_for(form.username, time.time() + 60), "bearer")


@app.get("/me")
async def me(sailor: Annotated[Sailor, Depends(active)]) -> Sailor:
    return sailor


def bearer(username: str, password: str) -> dict[str, str]:
    answer = client.post("/token", data={"username": username, "password": password})
    assert answer.json()["token_type"] == "bearer"
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_a_login_gives_a_token() -> None:
    """A form with username and password; the token in the Authorization header names the user."""
    assert client.get("/me", headers=bearer("ann", "secret")).json()["username"] == "ann"


@pytest.mark.parametrize("data", [{"username": "ann", "password": "no"}, {"username": "zoe"}])
def test_a_login_that_is_wrong(data: dict[str, str]) -> None:
    """400 for a password, 422 for a form without one: the form is validated first."""
    answer = client.post("/token", data=data)
    if "password" in data:
        wrong = {"detail": "Incorrect username or password"}
        assert (answer.status_code, answer.json()) == (400, wrong)
    else:
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", "password"]


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "Not authenticated"),
        ({"Authorization": "Notexistent x"}, "Not authenticated"),
        ({"Authorization": "Bearer nonexistent"}, "Could not validate credentials"),
        ({"Authorization": f"Bearer {token_for('ann', 1)}"}, "Could not validate credentials"),
    ],
)
def test_a_token_that_is_not_right(headers: dict[str, str], detail: str) -> None:
    """401 with ``WWW-Authenticate: Bearer``: none, of another scheme, forged, too old."""
    answer = client.get("/me", headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"detail": detail})
    assert answer.headers["www-authenticate"] == "Bearer"


def test_dependencies_judge_the_user() -> None:
    """One dependency knows who it is, the next whether that one may."""
    answer = client.get("/me", headers=bearer("bob", "x"))
    assert (answer.status_code, answer.json()) == (400, {"detail": "Inactive user"})


def test_the_pages_know_where_to_log_in() -> None:
    """The scheme stands in the document with its URL; the route requires it."""
    document: Any = app.openapi()
    scheme = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]
    assert scheme["type"] == "oauth2"
    assert scheme["flows"]["password"] == {"scopes": {}, "tokenUrl": "token"}
    assert document["paths"]["/me"]["get"]["security"] == [{"OAuth2PasswordBearer": []}]
