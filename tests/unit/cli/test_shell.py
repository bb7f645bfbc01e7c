"""``trimaran shell``: statements that await."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from trimaran.cli.commands.shell import AsyncConsole


@pytest.fixture
def console() -> Iterator[AsyncConsole]:
    """Return a console with a loop of its own."""
    with asyncio.Runner() as runner:
        yield AsyncConsole({"__name__": "__console__"}, runner)


def test_a_text_may_await_and_define(shop: Path, call: Any) -> None:
    """``-c`` runs statements at the top level of a module, with ``await``."""
    source = (
        "import asyncio\nawait asyncio.sleep(0)\n"
        "def name():\n    return app.title\n"
        "print([name() for _ in range(2)])"
    )
    assert call("shell", "-c", source).stdout == "['Shop', 'Shop']\n"


def test_the_database_is_left_with_the_shell(shop: Path, call: Any) -> None:
    """Nothing else in the process finds the shell's database afterwards."""
    import_module("trimaran.db.models")
    from trimaran.db.backends import registry

    before = registry.databases()
    assert call("shell", "-c", "print(db.alias)").stdout == "default\n"
    assert registry.databases() == before


def test_what_is_piped_in_runs(shop: Path, call: Any) -> None:
    """Statements from standard input run without a prompt."""
    result = call("shell", "app.py", text="print(settings.debug)\n")
    assert (result.stdout, result.exit_code) == ("False\n", 0)


def test_an_error_ends_a_text_with_its_line(shop: Path, call: Any) -> None:
    """The traceback shows the text alone, and the status is 1."""
    result = call("shell", "-c", "x = 1\n1 / 0")
    assert result.exit_code == 1
    assert result.stderr.count('File "') == 1
    assert 'File "<shell>", line 2' in result.stderr


def test_a_prompt_shows_values_and_goes_on(
    console: AsyncConsole, capsys: pytest.CaptureFixture[str]
) -> None:
    """An awaited value is shown as any other; an error does not end the prompt."""
    assert not console.push("import asyncio")
    console.push("await asyncio.sleep(0, 42)")
    console.push("1 / 0")
    console.push("'still here'")
    shown = capsys.readouterr()
    assert shown.out == "42\n'still here'\n"
    assert "ZeroDivisionError" in shown.err


def test_a_block_waits_for_its_end(
    console: AsyncConsole, capsys: pytest.CaptureFixture[str]
) -> None:
    """A statement of several lines runs when it is complete."""
    assert console.push("async def two():")
    assert console.push("    return 2")
    assert not console.push("")
    console.push("await two()")
    assert capsys.readouterr().out == "2\n"
