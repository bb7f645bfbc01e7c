"""The command line as a whole: help, mistakes, what it imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import trimaran
from trimaran.cli.main import COMMANDS


def test_the_help_lists_every_command_without_importing_them(call: Any) -> None:
    """``--help`` names each command with its line."""
    text = " ".join(call("--help").stdout.split())
    for name, (_, line) in COMMANDS.items():
        assert name in text
        assert line in text


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_a_help(call: Any, name: str) -> None:
    """Each name leads to a command that says what it takes."""
    result = call(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: trimaran {name}")


def test_a_mistyped_command_is_suggested(call: Any) -> None:
    """An unknown command exits with 2 and names the nearest."""
    result = call("migrat")
    assert result.exit_code == 2
    assert "There is no command 'migrat'. Did you mean 'migrate'?" in result.stderr


def test_version_as_an_option(call: Any) -> None:
    """``--version`` prints the one line that scripts look for."""
    assert call("--version").stdout == f"trimaran {trimaran.__version__}\n"


def test_version_names_what_it_stands_on(call: Any) -> None:
    """``version`` prints Trimaran's, Python's and the packages' versions."""
    lines = call("version").stdout.splitlines()
    assert lines[0] == f"trimaran {trimaran.__version__}"
    assert lines[1].startswith("python 3.")
    assert any(line.startswith("msgspec ") for line in lines)


def test_serving_imports_no_development_tools(shop: Path) -> None:
    """``serve`` loads no rich, watchfiles, SQLAlchemy or Alembic for an app without models."""
    script = (
        "import sys\n"
        "import trimaran.server.lifecycle as life\n"
        "life.serve = lambda app, config, **rest: app.build()\n"
        "from trimaran.cli.main import main\n"
        "try: main(['serve', 'app.py'])\n"
        "except SystemExit as end: print(end.code)\n"
        "heavy = {'rich', 'watchfiles', 'sqlalchemy', 'alembic', 'jinja2', 'asyncpg', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout.split("\n")[:2], result.stderr) == (["0", "[]"], "")
