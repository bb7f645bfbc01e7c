"""``trimaran openapi`` as a process of its own, as CI runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

APP = """
from trimaran import App
app = App(title="Films", description="One\\n\\ntwo")

@app.get("/films")
async def films(limit: int = 20) -> list[str]:
    return []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an application."""
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    command = [sys.executable, "-m", "trimaran", "openapi", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_document_is_written_alike_each_time(folder: Path) -> None:
    """To the terminal and to a file, to the letter."""
    shown = call(folder)
    assert call(folder, "app.py", "-o", "openapi.json").returncode == 0
    assert (folder / "openapi.json").read_text(encoding="utf-8") == shown.stdout
    assert json.loads(shown.stdout)["info"]["title"] == "Films"


def test_yaml_by_the_name_of_the_file(folder: Path) -> None:
    """The same document."""
    call(folder, "-o", "openapi.yaml")
    text = (folder / "openapi.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == json.loads(call(folder, "--format", "json").stdout)
    assert call(folder, "--check", "openapi.yaml").returncode == 0


def test_check_passes_however_the_json_is_laid_out(folder: Path) -> None:
    """A formatter may have been at it."""
    document = json.loads(call(folder).stdout)
    (folder / "openapi.json").write_text(json.dumps(document))
    checked = call(folder, "--check", "openapi.json")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_check_shows_what_has_drifted(folder: Path) -> None:
    """The lines that differ, and the command that mends it; the file stays as it is."""
    call(folder, "-o", "openapi.json")
    before = (folder / "openapi.json").read_text()
    (folder / "app.py").write_text(APP.replace("limit: int = 20", "limit: int = 30"))
    checked = call(folder, "--check", "openapi.json")
    assert checked.returncode == 1
    assert '-              "default": 20' in checked.stdout
    assert '+              "default": 30' in checked.stdout
    assert "trimaran openapi -o openapi.json" in checked.stderr
    assert (folder / "openapi.json").read_text() == before


def test_check_of_a_file_that_is_not_there(folder: Path) -> None:
    """It has drifted as far as it can."""
    checked = call(folder, "--check", "none.json")
    assert checked.returncode == 1
    assert "There is no none.json" in checked.stderr


def test_an_output_beside_a_check_is_a_wrong_call(folder: Path) -> None:
    """One of the two would be surprised."""
    wrong = call(folder, "-o", "a.json", "--check", "a.json")
    assert wrong.returncode == 2
    assert "contradict one another" in wrong.stderr
