"""The ``db`` fixture: every test begins with the same rows, whatever the one before it did."""

from __future__ import annotations

import asyncio
import os
import socket
from urllib.parse import urlsplit

import pytest

from trimaran.db.backends.registry import open_database

pytest_plugins = ["pytester"]

POSTGRES = os.environ.get("TRIMARAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")

SHOP = """
from trimaran import App, Create, Field, Model, transaction

class PluginFilm(Model):
    title: str = Field(max_length=50, unique=True)

app = App()

@app.post("/films", status_code=201)
async def add(data: Create[PluginFilm]) -> PluginFilm:
    async with transaction.atomic():
        return await PluginFilm.objects.create(data)

@app.get("/films")
async def films() -> list[PluginFilm]:
    return await PluginFilm.objects.order_by("title")
"""

TESTS = """
import pytest
import shop

@pytest.fixture
def app():
    return shop.app

@pytest.fixture
async def alien(db):
    return await shop.PluginFilm.objects.create(title="Alien")

@pytest.mark.parametrize("round", [1, 2])
def test_sync(client, round):
    assert client.get("/films").json() == []
    assert client.post("/films", json={"title": "Heat"}).status_code == 201
    assert [film["title"] for film in client.get("/films").json()] == ["Heat"]
    assert client.run(shop.PluginFilm.objects.count()) == 1

@pytest.mark.parametrize("round", [1, 2])
async def test_async(alien, async_client, round):
    assert (await async_client.post("/films", json={"title": "Heat"})).status_code == 201
    titles = [film["title"] for film in (await async_client.get("/films")).json()]
    assert titles == ["Alien", "Heat"]

async def test_rolled_back_inside_too(db):
    from trimaran import IntegrityError
    await shop.PluginFilm.objects.create(title="Alien")
    with pytest.raises(IntegrityError):
        await shop.PluginFilm.objects.create(title="Alien")
    assert await shop.PluginFilm.objects.count() == 1

def test_models_of_this_module_have_tables(db, trimaran_runner):
    from trimaran import Model
    class PluginLate(Model):
        name: str
    # Declared after the tables were made: the next test has it.

async def test_a_model_declared_later_has_its_table(db):
    from trimaran.db.models import registry
    late = next(model for model in registry.models() if model.__name__ == "PluginLate")
    assert await late.objects.count() == 0
"""


def has_postgres() -> bool:
    parts = urlsplit(POSTGRES)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), 1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a project with a model and an application."""
    for name in ("TRIMARAN_TEST_DATABASE_URL", "DATABASE_URL", "TRIMARAN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(shop=SHOP, test_shop=TESTS)
    pytester.makeini("[pytest]\nfilterwarnings = error\npythonpath = .\n")
    return pytester


def test_every_test_is_rolled_back_on_sqlite(project: pytest.Pytester) -> None:
    """Requests, async tests and fixtures leave nothing behind, and no file either."""
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=7)
    assert not list(project.path.glob("*.sqlite3"))


@pytest.mark.postgres
def test_every_test_is_rolled_back_on_postgresql(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same holds on a server, whose database keeps not even the tables."""
    if not has_postgres():
        pytest.skip(f"no PostgreSQL at {POSTGRES}")
    monkeypatch.setenv("TRIMARAN_TEST_DATABASE_URL", POSTGRES)
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=7)

    async def kept() -> object:
        database = open_database(POSTGRES)
        row = await database.fetch_row("SELECT to_regclass('plugin_film')::text")
        await database.close()
        return row and row[0]

    assert asyncio.run(kept()) is None


def test_a_database_that_cannot_be_used_is_explained(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the URL without its password, and the variable to set."""
    url = "postgresql://ann:hunter2@127.0.0.1:1/nowhere"
    monkeypatch.setenv("TRIMARAN_TEST_DATABASE_URL", url)
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-k", "rolled_back_inside")
    result.assert_outcomes(errors=1)
    text = result.stdout.str()
    assert "TRI-TEST-008 The test database postgresql://**********@127.0.0.1:1/nowhere" in text
    assert "Set TRIMARAN_TEST_DATABASE_URL" in text


GUARDED = """
from shop import app
from trimaran.testing import AsyncClient, TestClient

def test_a_client_without_a_fixture():
    with TestClient(app) as client:
        client.get("/films")

def test_a_client_with_a_database():
    with TestClient(app, database="sqlite://") as client:
        assert client.post("/films", json={"title": "Alien"}).status_code == 201
        assert len(client.get("/films").json()) == 1
    with TestClient(app, database="sqlite://") as client:
        assert client.get("/films").json() == []

async def test_an_asynchronous_client_too():
    async with AsyncClient(app, raise_server_exceptions=False) as client:
        assert (await client.get("/films")).status_code == 500
"""


def test_the_real_database_is_closed_to_tests(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that was told no database refuses the application's own, and says how to go on."""
    url = "sqlite:////nowhere/development.db"
    pytester.makepyfile(shop=SHOP.replace("App()", f"App(database={url!r})"), test_it=GUARDED)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*TRI-TEST-011*own database 'default'. Use the fixture db*"])


def test_a_temporary_file_is_nobodys_real_database(pytester: pytest.Pytester) -> None:
    """A test may make a database of its own where files are thrown away."""
    url = f"sqlite:///{pytester.path / 'mine.db'}"
    test = GUARDED.split("def test_a_client_with_a", maxsplit=1)[0].replace(
        'client.get("/films")',
        "client.run(create_tables(database(), registry.metadata()))\n"
        '        assert client.get("/films").json() == []',
    )
    imports = (
        "from trimaran.db.backends.registry import database\n"
        "from trimaran.db.migrations import create_tables\n"
        "from trimaran.db.models import registry\n"
    )
    pytester.makepyfile(
        shop=SHOP.replace("App()", f"App(database={url!r})"), test_it=imports + test
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
