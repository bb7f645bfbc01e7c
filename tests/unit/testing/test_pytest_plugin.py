"""The pytest plugin, in runs of pytest of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
from trimaran.http.endpoint import Endpoint

class SmallApp:
    def __init__(self):
        self.events = []
    def resolve(self, method, path):
        return Endpoint(lambda request: b'{"ok":true}'), {}
    async def startup(self):
        self.events.append("startup")
    async def shutdown(self):
        self.events.append("shutdown")

@pytest.fixture
def app():
    return SmallApp()
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a project with an ``app`` fixture, whose warnings are errors."""
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    return pytester


def test_clients_call_the_app_fixture(project: pytest.Pytester) -> None:
    """``client`` and ``async_client`` call the application, started."""
    project.makepyfile(
        """
        def test_sync(client):
            assert client.get("/").json() == {"ok": True}
            assert client.app.events == ["startup"]

        async def test_async(async_client, app):
            assert (await async_client.get("/")).json() == {"ok": True}
            assert app.events == ["startup"]
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_a_missing_app_fixture_is_explained(pytester: pytest.Pytester) -> None:
    """A project without ``app`` is told what to write."""
    pytester.makepyfile("def test_it(client): pass")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*need a fixture 'app' that returns your application*"])


def test_async_tests_and_fixtures_share_one_loop(project: pytest.Pytester) -> None:
    """``async def`` fixtures, plain and yielding, and tests run in the session's loop."""
    project.makepyfile(
        """
        import asyncio, pytest
        seen = []

        @pytest.fixture
        async def number():
            await asyncio.sleep(0)
            return asyncio.get_running_loop(), 1

        @pytest.fixture
        async def opened(number):
            task = asyncio.current_task()
            yield number[1] + 1
            seen.append(asyncio.current_task() is task)

        class TestGroup:
            @pytest.fixture
            async def own(self, opened):
                return self, opened

            async def test_async(self, own, number):
                assert own[1] == 2
                assert asyncio.get_running_loop() is number[0]

        def test_sync_takes_async_fixtures(opened):
            assert opened == 2

        def test_left_by_the_task_that_entered():
            assert seen == [True, True]
        """
    )
    project.runpytest().assert_outcomes(passed=3)


def test_an_async_test_can_fail(project: pytest.Pytester) -> None:
    """An assertion in a coroutine fails the test, with pytest's explanation."""
    project.makepyfile("async def test_it():\n    assert 1 + 1 == 3")
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert (1 + 1) == 3*"])


def test_tasks_that_a_test_forgot_are_cancelled(project: pytest.Pytester) -> None:
    """A task that outlives its test does not run in the next one."""
    project.makepyfile(
        """
        import asyncio
        started = []

        async def test_first():
            started.append(asyncio.create_task(asyncio.sleep(3600)))

        async def test_second():
            assert started[0].cancelled()
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_other_plugins_keep_their_tests(project: pytest.Pytester) -> None:
    """A test marked for anyio runs under anyio, its fixtures too."""
    project.makepyfile(
        """
        import pytest, anyio

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.fixture
        async def number(anyio_backend):
            return id(__import__("asyncio").get_running_loop())

        @pytest.mark.anyio
        async def test_it(number, trimaran_runner):
            import asyncio
            assert asyncio.get_running_loop() is not trimaran_runner._loop
            assert number == id(asyncio.get_running_loop())
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_the_plugin_imports_nothing_heavy() -> None:
    """Loading the plugin into a foreign project's run costs neither asyncio nor the framework."""
    script = (
        "import sys, pytest, trimaran.testing.pytest_plugin\n"
        "heavy = {'asyncio', 'sqlalchemy', 'alembic', 'msgspec', 'trimaran.app', 'trimaran.http'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")
