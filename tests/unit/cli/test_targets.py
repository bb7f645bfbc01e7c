"""Naming the application, and what is said where that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def test_app_py_is_found_by_itself(shop: Path, call: Any) -> None:
    """Where no application is named, ``app.py`` of the current folder is taken."""
    assert "/films/{id:int}" in call("routes").stdout


def test_a_setting_names_the_application(
    shop: Path, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``TRIMARAN_APP`` comes before ``app.py``."""
    (shop / "other.py").write_text("from trimaran import App\nsite = App(title='Other')\n")
    monkeypatch.setenv("TRIMARAN_APP", "other:site")
    assert call("routes").stdout == "Other has no routes.\n"


def test_no_application_is_explained(folder: Path, call: Any) -> None:
    """Without any application the ways to name one are listed; the status is 2."""
    result = call("routes")
    assert result.exit_code == 2
    assert f"There is neither app.py nor main.py in {folder}." in result.stderr
    assert "set TRIMARAN_APP" in result.stderr


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nosuch.py", "TRI-ENGINE-005 There is no file"),
        ("no.such:app", "There is no module 'no'"),
        ("app.py:nope", "mend   It has 'app': write 'app.py:app'."),
        ("app.py:ping", "'app.py:ping' is a"),
    ],
)
def test_a_wrong_name_is_explained(shop: Path, call: Any, target: str, message: str) -> None:
    """A file, module or name that is not there says so, and what is."""
    result = call("routes", target)
    assert result.exit_code == 1
    assert message in result.stderr


def test_a_failing_import_shows_the_users_frames_alone(folder: Path, call: Any) -> None:
    """The traceback begins and ends in the user's files; the machinery between is left out."""
    (folder / "deep.py").write_text("def load():\n    return {}['price']\nload()\n")
    (folder / "app.py").write_text("import deep\n")
    text = call("routes").stderr
    assert "app.py failed while it was imported." in text
    assert text.count('File "') == 3
    assert "importlib" not in text
    assert text.endswith("KeyError: 'price'")


def test_a_syntax_error_shows_its_line(folder: Path, call: Any) -> None:
    """A file that Python cannot read is shown where it fails, without any frame."""
    (folder / "app.py").write_text("x = (\n")
    text = call("routes").stderr
    assert 'app.py", line 1' in text
    assert text.count('File "') == 1
    assert text.endswith("SyntaxError: '(' was never closed")


def test_faults_of_declarations_come_together(folder: Path, call: Any) -> None:
    """Every configuration fault is listed with its place."""
    (folder / "app.py").write_text(
        "from trimaran import App\napp = App()\n"
        "@app.get('/a/{x}')\nasync def a() -> int: ...\n"
        "@app.get('/b/{y}')\nasync def b() -> int: ...\n"
    )
    result = call("routes")
    assert result.exit_code == 1
    assert "2 faults in the configuration" in result.stderr
    assert "where  app.py:3 a" in result.stderr
