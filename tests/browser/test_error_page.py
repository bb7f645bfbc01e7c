"""The development error page in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trimaran import App, Settings
from trimaran.testing import TestClient

CHROMIUM = os.environ.get("TRIMARAN_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def answer() -> Any:
    """Return the page for a handler that fails."""
    app = App(settings=Settings(debug=True))

    @app.get("/fail")
    async def fail() -> None:
        wide = "x" * 300
        raise ValueError(wide)

    client = TestClient(app, raise_server_exceptions=False)
    return client.get("/fail", headers={"accept": "text/html"})


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def visit(browser: Any, answer: Any, **options: Any) -> tuple[Any, list[str]]:
    """Open the page with its own headers; return it and what the console said."""
    page = browser.new_context(**options).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    headers = dict(answer.headers.multi_items())
    page.route("**/*", lambda route: route.fulfill(body=answer.content, headers=headers))
    page.goto("http://shop.test/fail")
    return page, said


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_obeys_its_policy(browser: Any, answer: Any, width: int, scheme: str) -> None:
    """Nothing is wider than the window, the style applies, and the policy blocks nothing."""
    size = {"width": width, "height": 800}
    page, said = visit(browser, answer, viewport=size, color_scheme=scheme)
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(18, 22, 28)" if scheme == "dark" else "rgb(246, 247, 249)")


def test_it_is_worked_by_keyboard(browser: Any, answer: Any) -> None:
    """The first stop of the Tab key is the failing frame, which Enter closes and opens."""
    page, _ = visit(browser, answer)
    frame = page.locator("details.frame").first
    assert frame.get_attribute("open") is not None
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert frame.get_attribute("open") is None
    page.keyboard.press("Enter")
    assert frame.get_attribute("open") is not None
