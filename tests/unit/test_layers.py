"""Each import contract fails when it is broken: a rule that cannot fail guards nothing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LAYERS = "Upper rooms may import lower ones"
UPWARDS = "from trimaran.http import wire\n"
# What breaks a contract: its name, and what is added to which modules.
BREAKS = {
    "upwards": (LAYERS, {"errors.py": UPWARDS}),
    "sideways": (LAYERS, {"routing/__init__.py": UPWARDS}),
    "for types only": (
        LAYERS,
        {"errors.py": f"from typing import TYPE_CHECKING as T\nif T:\n    {UPWARDS}"},
    ),
    "inside of a function": (LAYERS, {"errors.py": f"def _late():\n    {UPWARDS}"}),
    "a room that no layer names": (LAYERS, {"attic.py": "x = 1\n"}),
    "upwards in db": ("Inside db", {"db/sql/table.py": "from trimaran.db.backends import base\n"}),
    "I/O": ("Rooms that describe HTTP", {"http/wire.py": "import socket\n"}),
    "a cycle": (
        "No cycles",
        {"http/one.py": "from . import two\n", "http/two.py": "from . import one\n"},
    ),
    "a cycle of folders": (
        "No cycles",
        {
            "db/backends/url.py": "from trimaran.db.backends.sqlite import work\n",
            "db/backends/sqlite/work.py": "from trimaran.db.backends import url\n",
        },
    ),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the package and its contracts."""
    folder = tmp_path_factory.mktemp("layers")
    ignored = shutil.ignore_patterns("__pycache__", "assets")
    shutil.copytree(ROOT / "src" / "trimaran", folder / "trimaran", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder):
    """The report of import-linter on a checkout."""
    code = (
        "import sys; sys.path.insert(0, '.');"
        "from importlinter.cli import lint_imports_command as lint; lint()"
    )
    command = [sys.executable, "-c", code, "--no-cache"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    return result.returncode, result.stdout + result.stderr


def test_the_contracts_are_kept(checkout):
    """As the package stands."""
    code, report = lint(checkout)
    assert code == 0, report
    assert " 0 broken" in report


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_contract_is_reported(checkout, broken):
    """The contract is named, and so is a module that breaks it."""
    contract, additions = BREAKS[broken]
    paths = {checkout / "trimaran" / module: text for module, text in additions.items()}
    before = {path: path.read_text() if path.exists() else None for path in paths}
    for path, text in paths.items():
        path.write_text(f"{before[path] or ''}\n{text}")
    try:
        code, report = lint(checkout)
    finally:
        for path, text in before.items():
            path.unlink() if text is None else path.write_text(text)
    assert code == 1, report
    assert re.search(rf"^{contract}.* BROKEN$", report, re.MULTILINE), report
    assert any(path.stem.replace("__init__", path.parent.name) in report for path in paths)
