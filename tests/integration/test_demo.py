"""What ``make demo`` runs: from nothing to a shop that serves, seen by a client and in Chromium."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHOP = Path(__file__).parents[2] / "examples" / "matinee"
CHROMIUM = os.environ.get("TRIMARAN_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = pytest.mark.slow
in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """Run the demo on an empty database; return its address and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "TRIMARAN_DATABASE_URL": f"sqlite:///{folder}/films.sqlite3"}
    with (folder / "out").open("w+", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "matinee.demo", "--port", str(port)],
            cwd=SHOP,
            env=environment,
            stdout=out,
            stderr=out,
        )
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address, (folder / "out").read_text(encoding="utf-8").splitlines()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/genres", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the demo does not answer; its status is {process.poll()}")


def test_the_demo_says_where_everything_is(demo: tuple[str, list[str]]) -> None:
    """It reports on every row of the import and prints the addresses."""
    address, printed = demo
    assert any(line.startswith("3201 rows: 3184 added, 0 known already, 17") for line in printed)
    for path in ("/", "/films", "/docs", "/redoc"):
        assert any(line.endswith(address + path) for line in printed)
        with urllib.request.urlopen(address + path, timeout=10) as answer:
            assert answer.status == 200


def test_the_demo_serves_its_films(demo: tuple[str, list[str]]) -> None:
    """The API answers with real films and their directors."""
    with urllib.request.urlopen(f"{demo[0]}/films?q=memento", timeout=10) as answer:
        films = json.load(answer)
    assert films["total"] == 1
    assert films["items"][0]["director"]["name"] == "Christopher Nolan"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
class TestPage:
    """The page that lists films, without JavaScript."""

    pytestmark = in_chromium

    def test_it_searches(
        self, demo: tuple[str, list[str]], browser: Any, scheme: str, width: int
    ) -> None:
        """A search by keyboard finds films; nothing is wider than the screen or complains."""
        context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": width, "height": 800},
            java_script_enabled=False,
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(demo[0])
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the films"
        page.get_by_label("Title or director").fill("nolan")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=nolan**")
        assert page.get_by_role("status").inner_text() == "7 films for nolan"
        assert page.locator("h2").first.inner_text() == "The Dark Knight 2008"
        assert page.locator("body").bounding_box()["width"] <= width
        assert complaints == []
        context.close()
