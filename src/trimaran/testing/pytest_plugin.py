"""Fixtures for applications, and ``async def`` tests and fixtures.

Loaded into every run of pytest, also of projects that do not use Trimaran: nothing of the framework
is imported before a fixture needs it.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from trimaran.db.backends.base import Database
    from trimaran.server.application import Application
    from trimaran.testing.client import AsyncClient, TestClient
    from trimaran.testing.loop import LoopRunner

DATABASE_VARIABLE = "TRIMARAN_TEST_DATABASE_URL"
# Marks of other plugins that run coroutines; each plugin is registered under its mark's name.
_OTHER_RUNNERS = ("asyncio", "anyio", "trio")


@pytest.fixture(scope="session")
def trimaran_runner() -> Iterator[LoopRunner]:
    """The event loop of the session: tests, clients and the database share it."""
    from trimaran.testing.loop import LoopRunner

    runner = LoopRunner()
    try:
        yield runner
    finally:
        runner.close()


@pytest.fixture(scope="session")
def trimaran_database_url() -> str:
    """The test database's URL: ``TRIMARAN_TEST_DATABASE_URL``, or SQLite in memory."""
    return os.environ.get(DATABASE_VARIABLE) or "sqlite://:memory:"


@pytest.fixture(scope="session")
def trimaran_database(
    trimaran_runner: LoopRunner, trimaran_database_url: str
) -> Iterator[Database]:
    """The open test database, in a transaction that the session's end rolls back."""
    from trimaran.db.backends.registry import open_database
    from trimaran.testing.loop import Resident

    database = open_database(trimaran_database_url)
    sandbox = Resident(database.sandbox())
    try:
        trimaran_runner.run(sandbox.enter())
    except Exception as error:
        from trimaran._internal.redaction import redact_urls
        from trimaran.errors import ConfigurationError

        raise ConfigurationError(
            "TRI-TEST-008",
            f"The test database {redact_urls(trimaran_database_url)} cannot be used: {error}",
            f"Set {DATABASE_VARIABLE}, or override the fixture trimaran_database_url.",
        ) from error
    try:
        yield database
    finally:
        trimaran_runner.run(sandbox.leave())
        trimaran_runner.run(database.close())


@pytest.fixture(scope="session")
def _trimaran_tables() -> list[object]:
    """The metadata whose tables were made last, so that each test need not look again."""
    return [None]


@pytest.fixture
def db(
    trimaran_runner: LoopRunner, trimaran_database: Database, _trimaran_tables: list[object]
) -> Iterator[Database]:
    """A database with a table for every model, rolled back after the test.

    Requests of ``client`` and ``async_client`` are rolled back with it: all tasks share the one
    connection, and ``atomic`` is a savepoint.
    """
    from trimaran.db.backends.registry import installed
    from trimaran.db.migrations import create_tables
    from trimaran.db.models import registry
    from trimaran.testing.loop import Resident

    with installed(trimaran_database):
        metadata = registry.metadata()
        if _trimaran_tables[0] is not metadata:
            trimaran_runner.run(create_tables(trimaran_database, metadata))
            _trimaran_tables[0] = metadata
        sandbox = Resident(trimaran_database.sandbox())
        trimaran_runner.run(sandbox.enter())
        try:
            yield trimaran_database
        finally:
            trimaran_runner.run(sandbox.leave())


@pytest.fixture
def client(request: pytest.FixtureRequest, trimaran_runner: LoopRunner) -> Iterator[TestClient]:
    """A ``TestClient`` of the application that your fixture ``app`` returns, started.

    Where models exist it brings ``db`` along, so that no test writes to the real database.
    """
    from trimaran.testing.client import TestClient

    with TestClient(_application(request), runner=trimaran_runner) as client:
        yield client


@pytest.fixture
def async_client(
    request: pytest.FixtureRequest, trimaran_runner: LoopRunner
) -> Iterator[AsyncClient]:
    """An ``AsyncClient`` of the application of your fixture ``app``, started."""
    from trimaran.testing.client import AsyncClient

    client = AsyncClient(_application(request))
    trimaran_runner.run(client.__aenter__())
    try:
        yield client
    finally:
        trimaran_runner.run(client.__aexit__(None, None, None))


def _application(request: pytest.FixtureRequest) -> Application:
    try:
        application: Application = request.getfixturevalue("app")
    except pytest.FixtureLookupError as error:
        if error.argname != "app":
            raise
        pytest.fail(
            "The fixtures client and async_client need a fixture 'app' that returns your"
            " application. Write in conftest.py:\n\n"
            "    @pytest.fixture\n    def app():\n        from shop.app import app\n"
            "        return app",
            pytrace=False,
        )
    if "trimaran.db.models" in sys.modules:
        request.getfixturevalue("db")
    return application


@pytest.hookimpl
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an ``async def`` test, unless another plugin was asked to."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj) or _is_claimed(pyfuncitem):
        return None
    runner: LoopRunner = pyfuncitem._request.getfixturevalue("trimaran_runner")
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    runner.run(_without_leftovers(pyfuncitem.obj, arguments))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Run an ``async def`` fixture in the session's loop, unless another plugin does."""
    function = fixturedef.func
    is_generator = inspect.isasyncgenfunction(function)
    if not (is_generator or inspect.iscoroutinefunction(function)) or (
        "anyio_backend" in request.fixturenames or _belongs_to_pytest_asyncio(function, request)
    ):
        return (yield)
    runner: LoopRunner = request.getfixturevalue("trimaran_runner")
    make = _run_generator if is_generator else _run_coroutine
    # pytest has no other way to run a fixture differently; its own wrapping does the same.
    fixturedef.func = make(function, runner)  # type: ignore[misc]  # declared final
    try:
        return (yield)
    finally:
        fixturedef.func = function  # type: ignore[misc]  # declared final


def _run_coroutine(function: Callable[..., Any], runner: LoopRunner) -> Callable[..., Any]:
    @functools.wraps(function)
    def set_up(*args: Any, **kwargs: Any) -> Any:
        return runner.run(function(*args, **kwargs))

    return set_up


def _run_generator(function: Callable[..., Any], runner: LoopRunner) -> Callable[..., Any]:
    @functools.wraps(function)
    def set_up(*args: Any, **kwargs: Any) -> Iterator[Any]:
        from contextlib import asynccontextmanager

        from trimaran.testing.loop import Resident

        held = Resident(asynccontextmanager(function)(*args, **kwargs))
        value = runner.run(held.enter())
        try:
            yield value
        finally:
            runner.run(held.leave())

    return set_up


async def _without_leftovers(test: Callable[..., Any], arguments: dict[str, Any]) -> None:
    import asyncio

    before = asyncio.all_tasks()
    try:
        await test(**arguments)
    finally:
        leftovers = asyncio.all_tasks() - before
        for task in leftovers:
            task.cancel()
        await asyncio.gather(*leftovers, return_exceptions=True)


def _is_claimed(item: pytest.Function) -> bool:
    plugins = item.config.pluginmanager
    return type(item).__module__.startswith("pytest_asyncio") or any(
        plugins.has_plugin(name) and item.get_closest_marker(name) for name in _OTHER_RUNNERS
    )


def _belongs_to_pytest_asyncio(function: Any, request: pytest.FixtureRequest) -> bool:
    if not request.config.pluginmanager.has_plugin("asyncio"):
        return False
    forced = getattr(function, "_force_asyncio_fixture", False)
    return bool(forced) or str(request.config.getini("asyncio_mode")).endswith("auto")
