"""FastAPI's tutorial, "Header Parameters" and "Cookie Parameters"."""

from typing import Annotated, Any

from trimaran import App, Cookie, Header
from trimaran.testing import TestClient

app = App()
client = TestClient(app)


@app.get("/agent/")
async def agent(user_agent: Annotated[str | None, Header()] = None) -> str | None:
    return user_agent


@app.get("/strange/")
async def strange(
    strange_header: Annotated[str | None, Header(convert_underscores=False)] = None,
) -> str | None:
    return strange_header


@app.get("/tokens/")
async def tokens(x_token: Annotated[list[str] | None, Header()] = None) -> list[str] | None:
    return x_token


@app.get("/depth/")
async def depth(x_depth: Annotated[int, Header(ge=1)]) -> int:
    return x_depth


@app.get("/crumbs/")
async def crumbs(ads_id: Annotated[str | None, Cookie()] = None, old: str = Cookie("none")) -> Any:
    return [ads_id, old]


def parameter(path: str) -> Any:
    return app.openapi()["paths"][path]["get"]["parameters"][0]


# Header Parameters


def test_underscores_become_hyphens() -> None:
    """``user_agent`` is the header User-Agent, in any case of letters."""
    assert client.get("/agent/", headers={"User-Agent": "sextant"}).json() == "sextant"
    assert client.get("/agent/", headers={"USER-AGENT": "sextant"}).json() == "sextant"


def test_underscores_may_stay() -> None:
    """``convert_underscores=False``."""
    assert client.get("/strange/", headers={"strange_header": "a"}).json() == "a"
    assert client.get("/strange/", headers={"strange-header": "a"}).json() is None


def test_a_header_that_repeats() -> None:
    """``list[str]`` takes every line of it."""
    sent = [("X-Token", "foo"), ("X-Token", "bar")]
    assert client.get("/tokens/", headers=sent).json() == ["foo", "bar"]


def test_a_header_is_checked() -> None:
    """Its fault stands at its own name."""
    for sent, kind in (({}, "missing"), ({"x-depth": "0"}, "greater_than_equal")):
        answer = client.get("/depth/", headers=sent)
        fault = answer.json()["detail"][0]
        assert (answer.status_code, fault["type"]) == (422, kind)
        assert fault["loc"] == ["header", "x-depth"]


def test_headers_are_documented() -> None:
    """With the name on the wire."""
    shown = parameter("/agent/")
    assert (shown["name"], shown["in"], shown["required"]) == ("user-agent", "header", False)


# Cookie Parameters


def test_a_cookie_is_a_parameter() -> None:
    """``Cookie()`` takes it by its name; without the marker it would be the query's."""
    assert client.get("/crumbs/", cookies={"ads_id": "x"}).json() == ["x", "none"]
    assert client.get("/crumbs/?ads_id=x").json() == [None, "none"]


def test_cookies_are_documented() -> None:
    """As ``in: cookie``."""
    assert (parameter("/crumbs/")["name"], parameter("/crumbs/")["in"]) == ("ads_id", "cookie")
