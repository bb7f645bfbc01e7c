"""``/docs`` and ``/redoc`` in a real browser."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import pytest

from trimaran import App, Depends, Form, HTMLResponse, Query, RedirectResponse
from trimaran.openapi.docs import get_redoc_html, get_swagger_ui_html
from trimaran.security import OAuth2AuthorizationCodeBearer
from trimaran.server.config import ServerConfig
from trimaran.server.lifecycle import Server

CHROMIUM = os.environ.get("TRIMARAN_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]


class Film(msgspec.Struct):
    """A film."""

    title: str
    year: int = 1970


def shop() -> App:
    """Return a small application."""
    app = App(
        title="Film shop",
        description="Films, *typed*.",
        swagger_ui_init_oauth={"clientId": "docs", "usePkceWithAuthorizationCodeGrant": True},
        swagger_ui_parameters={"tryItOutEnabled": True},
    )

    @app.get("/films", tags=["films"])
    async def list_films(limit: Annotated[int, Query(ge=1, le=9)] = 3) -> list[Film]:
        """List films."""
        return [Film(f"Film number {number}") for number in range(limit)]

    @app.post("/films", tags=["films"], status_code=201)
    async def add_film(film: Film) -> Film:
        return film

    login = OAuth2AuthorizationCodeBearer("login/authorize", "login/token", scopes={"all": "All"})

    @app.get("/mine", tags=["films"])
    async def mine(token: Annotated[str, Depends(login)]) -> str:
        """Show whose token came."""
        return f"owner of {token}"

    @app.get("/login/authorize", include_in_schema=False)
    async def authorize(redirect_uri: str, state: str, client_id: str) -> RedirectResponse:
        return RedirectResponse(f"{redirect_uri}?code=code-of-{client_id}&state={quote(state)}")

    @app.post("/login/token", include_in_schema=False)
    async def token(code: Annotated[str, Form()]) -> dict[str, str]:
        return {"access_token": f"token-{code}", "token_type": "bearer"}

    @app.get("/own/docs", include_in_schema=False)
    async def own_docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Own",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon.svg",
            swagger_ui_parameters={"docExpansion": "full"},
        )

    @app.get("/own/redoc", include_in_schema=False)
    async def own_redoc() -> HTMLResponse:
        return get_redoc_html(
            openapi_url="/openapi.json",
            title="Own",
            redoc_js_url="/docs/assets/redoc.standalone.js",
            redoc_favicon_url="/docs/assets/favicon.svg",
        )

    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the application from a thread; return where."""
    loop = asyncio.new_event_loop()
    server = Server(shop(), ServerConfig(port=0, drain_grace=0.1))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield server.address.rstrip("/")
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Visit:
    """A page, with what it asked for and complained about."""

    def __init__(self, browser: Any, url: str, *, scheme: str = "light", width: int = 1280) -> None:
        self.context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(url)
        self.page.wait_for_selector("text=List Films", state="attached")
        self.page.wait_for_load_state("networkidle")

    def _heard(self, line: Any) -> None:
        # Chromium's advice to authors of log-in forms, on Swagger UI's own.
        if not line.text.startswith("[DOM] Password field is not contained in a form"):
            self.complaints.append(f"{line.type}: {line.text}")

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *exception: object) -> None:
        self.context.close()

    def brightness(self) -> int:
        """Return how bright the page's background is, from 0 to 255."""
        color = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        channels = [int(part) for part in color[4:-1].split(",")]
        return sum(channels) // 3


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_page_shows_the_api_and_asks_nobody_else(
    browser: Any, address: str, path: str, scheme: str, width: int
) -> None:
    """Nothing leaves the host, the console is empty, the page fits and follows the theme."""
    with Visit(browser, address + path, scheme=scheme, width=width) as visit:
        foreign = [
            url for url in visit.requests if not url.startswith((address, "blob:" + address))
        ]
        assert foreign == []
        assert visit.complaints == []
        assert len(visit.requests) >= 5
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert (visit.brightness() < 60) == (scheme == "dark")


def test_try_it_out_calls_the_api(browser: Any, address: str) -> None:
    """The policy of the page lets it ask its own application."""
    with Visit(browser, address + "/docs") as visit:
        page = visit.page
        page.click("#operations-films-list_films_films_get .opblock-summary")
        page.fill("#operations-films-list_films_films_get input", "2")
        page.click("text=Execute")
        page.wait_for_selector("text=Film number 1")
        assert f"{address}/films?limit=2" in visit.requests
        assert visit.complaints == []


def test_search_in_redoc_finds_an_operation(browser: Any, address: str) -> None:
    """Its worker is allowed to run."""
    with Visit(browser, address + "/redoc") as visit:
        visit.page.fill("input[role=search], input[placeholder*=Search]", "add")
        visit.page.wait_for_selector("[data-role='search:results'] >> text=Add Film")
        assert visit.complaints == []


@pytest.mark.parametrize("path", ["/own/docs", "/own/redoc"])
def test_a_page_of_ones_own_runs_under_its_policy(browser: Any, address: str, path: str) -> None:
    """Its own script is admitted by its digest; the console is empty."""
    with Visit(browser, address + path) as visit:
        assert visit.complaints == []
        assert visit.page.title() == "Own"


def test_logging_in_by_oauth2_comes_back_with_a_token(browser: Any, address: str) -> None:
    """Through the authorization server's page, in a window of its own, and back."""
    with Visit(browser, address + "/docs") as visit:
        page = visit.page
        page.click("button.authorize")
        page.click(".auth-container .scopes label >> nth=0")
        with visit.context.expect_page() as opened:
            page.click(".auth-btn-wrapper .authorize")
        opened.value.wait_for_event("close")
        page.wait_for_selector("text=Logout")
        page.click(".auth-btn-wrapper .btn-done")
        page.click("#operations-films-mine_mine_get .opblock-summary")
        page.click("#operations-films-mine_mine_get .execute")
        page.wait_for_selector("text=owner of token-code-of-docs")
        assert visit.complaints == []
        assert all(url.startswith((address, "blob:" + address)) for url in visit.requests)


def test_the_page_of_the_redirect_alone_does_nothing(browser: Any, address: str) -> None:
    """Whoever opens it without having logged in."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/docs/oauth2-redirect?code=x&state=y")
    assert page.title() == "Nothing to log in to"
    assert complaints == []
    context.close()
