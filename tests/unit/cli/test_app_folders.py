"""Apps with a folder of migrations each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

APP = """
from trimaran import App, Field, ForeignKey, Model
import clifilms.models, clisales.models
from clisales.models import CliSale

class CliNote(Model):
    sale: ForeignKey[CliSale] = Field(on_delete="cascade")

app = App(database="sqlite:///apps.sqlite3")
"""
FILMS = """
from trimaran import Field, ForeignKey, Model

class CliReel(Model):
    title: str = Field(max_length=50)
"""
SALES = """
from trimaran import Field, ForeignKey, Model
from clifilms.models import CliReel

class CliSale(Model):
    reel: ForeignKey[CliReel] = Field(on_delete="cascade")
"""
MORE = """
class CliAward(Model):
    sale: ForeignKey["CliSale"] = Field(on_delete="cascade")
"""


@pytest.fixture
def shop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with two apps that point to each other's tables."""
    from trimaran.db.models import registry

    for name, text in (("clifilms", FILMS), ("clisales", SALES)):
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
        (folder / name / "models.py").write_text(text, encoding="utf-8")
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "trimaran.toml").write_text('[trimaran]\napps = ["clifilms", "clisales"]\n')
    monkeypatch.syspath_prepend(str(folder))
    with registry.isolated():
        yield folder
    for name in [name for name in sys.modules if name.startswith(("clifilms", "clisales"))]:
        del sys.modules[name]


def _files(folder: Path) -> list[str]:
    found = folder.glob("**/migrations/*.py")
    return sorted(str(path.relative_to(folder)) for path in found)


def test_each_app_has_its_own_folder(shop: Path, call: Any) -> None:
    """Dependencies between them follow the foreign keys; one app can be undone alone."""
    call("makemigrations")
    assert _files(shop) == [
        "clifilms/migrations/0001_initial.py",
        "clisales/migrations/0001_initial.py",
        "migrations/0001_initial.py",
    ]
    sales = (shop / "clisales/migrations/0001_initial.py").read_text()
    assert 'dependencies = [["clifilms", "0001_initial"]]' in sales
    assert call("migrate").stdout.splitlines() == [
        "apply clifilms.0001_initial",
        "apply clisales.0001_initial",
        "apply 0001_initial",
    ]
    assert "Nothing has changed" in call("makemigrations").stdout
    shown = call("showmigrations").stdout
    assert shown.count("[x]") == 3
    undone = call("migrate", "clisales", "zero").stdout.splitlines()
    assert undone == ["undo 0001_initial", "undo clisales.0001_initial"]
    assert call("migrate", "clisales").stdout == "apply clisales.0001_initial\n"
    assert "CREATE TABLE" in call("sqlmigrate", "clifilms", "0001").stdout


def test_apps_that_need_each_other_get_two_migrations(shop: Path, call: Any) -> None:
    """The second of one builds on the first of the other."""
    models = shop / "clifilms" / "models.py"
    models.write_text(FILMS + MORE, encoding="utf-8")
    call("makemigrations")
    first, second = sorted((shop / "clifilms" / "migrations").glob("*.py"))
    assert "cli_award" in second.read_text()
    assert '["clisales", "0001_initial"]' in second.read_text()
    assert "cli_award" not in first.read_text()
    assert len(call("migrate").stdout.splitlines()) == 4


def test_one_app_alone_is_made(shop: Path, call: Any) -> None:
    """By its label, as in Django."""
    call("makemigrations", "clifilms")
    assert _files(shop) == ["clifilms/migrations/0001_initial.py"]


def test_squashing_an_app(shop: Path, call: Any) -> None:
    """The command writes the file and says what comes next."""
    call("makemigrations")
    models = shop / "clifilms" / "models.py"
    models.write_text(FILMS.replace("50", "60"), encoding="utf-8")
    second = shop / "clifilms" / "migrations" / "0002_longer.py"
    second.write_text(
        "import sqlalchemy as sa\nfrom trimaran.db import migrations as m\n"
        "dependencies = ['0001_initial']\noperations = [\n"
        "    m.AlterColumn('cli_reel', m.Column('title', sa.String(60)))]\n"
    )
    told = call("squashmigrations", "clifilms", "0002").stdout
    assert "0001_squashed_0002_longer.py" in told
    assert "delete the old files" in told
    assert "apply clifilms.0001_squashed_0002_longer" in call("migrate").stdout


def test_an_app_that_is_no_package(shop: Path, call: Any) -> None:
    """The error names the setting."""
    (shop / "trimaran.toml").write_text('[trimaran]\napps = ["clinowhere"]\n')
    refused = call("migrate")
    assert refused.exit_code == 1
    assert "TRI-MIGRATION-039" in refused.stderr
    assert "'clinowhere', which is no package" in refused.stderr
