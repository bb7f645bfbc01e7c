"""Running commands in process, in a folder of their own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from click.testing import CliRunner, Result

SHOP = """
from trimaran import App
app = App(title="Shop")

@app.get("/films/{id:int}")
async def show(id: int) -> dict[str, int]:
    return {"id": id}

@app.api_route("/ping", methods=["GET", "POST"], name="pong")
async def ping() -> str:
    return "pong"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty current folder; modules imported from it are forgotten."""
    monkeypatch.chdir(tmp_path)
    for name in ("TRIMARAN_APP", "DATABASE_URL", "TRIMARAN_DATABASE_URL", "TRIMARAN_PORT"):
        monkeypatch.delenv(name, raising=False)
    before, path = set(sys.modules), list(sys.path)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def shop(folder: Path) -> Path:
    """Return the current folder, with a small application in ``app.py``."""
    (folder / "app.py").write_text(SHOP, encoding="utf-8")
    return folder


@pytest.fixture
def call(folder: Path) -> Any:
    """Return a function that runs ``trimaran`` with arguments, its errors explained as text."""
    from trimaran.cli.failures import ApplicationError, explain
    from trimaran.cli.main import trimaran
    from trimaran.errors import TrimaranError

    def run(*arguments: str, text: str | None = None) -> Result:
        result = CliRunner().invoke(trimaran, arguments, input=text, prog_name="trimaran")
        if isinstance(result.exception, TrimaranError | ApplicationError):
            result.stderr_bytes = unstyle(explain(result.exception)).encode()
        elif result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
