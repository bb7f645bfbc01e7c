"""``trimaran shell``: a prompt with top-level ``await``."""

from __future__ import annotations

import ast
import asyncio
import code
import inspect
import sys
import types
from typing import TYPE_CHECKING, Any

import click

from trimaran.cli.failures import SHELL, trimmed_traceback
from trimaran.cli.targets import load_app, target_argument

if TYPE_CHECKING:
    from trimaran.app import App
    from trimaran.db.backends.base import Database


@click.command()
@target_argument
@click.option("-c", "--command", "source", help="Run this text and end.")
@click.option("--plain", is_flag=True, help="Python's own prompt, also where IPython is installed.")
def shell(target: str | None, source: str | None, plain: bool) -> None:
    """Open a Python prompt with await, the models and the database.

    Statements that are piped in, or given by -c, run without a prompt.
    """
    app = load_app(target)
    database = _install_database(app)
    names = make_names(app, database)
    if source is None and not sys.stdin.isatty():
        source = sys.stdin.read()
    with asyncio.Runner() as runner:
        console = AsyncConsole(names, runner)
        try:
            if source is not None:
                sys.exit(console.run_text(source))
            if plain or not _run_ipython(names):
                _interact(console, names)
        finally:
            if database is not None:
                _leave_database(database, runner)


class AsyncConsole(code.InteractiveConsole):
    """Python's console, whose statements may ``await``: the loop runs while one does."""

    def __init__(self, names: dict[str, Any], runner: asyncio.Runner) -> None:
        super().__init__(names, filename=SHELL)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._runner = runner

    def runcode(self, code: types.CodeType) -> None:
        """Run a statement, in the loop where it awaits something."""
        try:
            self._execute(code)
        except SystemExit:
            raise
        except KeyboardInterrupt:
            self.write("\nKeyboardInterrupt\n")
        except BaseException as error:  # noqa: BLE001  a prompt shows every error and goes on
            self.write(f"{trimmed_traceback(error)}\n")

    def run_text(self, text: str) -> int:
        """Run a whole text; return the exit status: 1 where it raised."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        try:
            self._execute(compile(text, SHELL, "exec", flags=flags))
        except SystemExit:
            raise
        except BaseException as error:  # noqa: BLE001  shown as the console would
            self.write(f"{trimmed_traceback(error)}\n")
            return 1
        return 0

    def _execute(self, compiled: types.CodeType) -> None:
        # Python 3.14 reads globals through the function; exec cannot run a coroutine's code.
        result = types.FunctionType(compiled, self.locals)()
        if inspect.iscoroutine(result):
            self._runner.run(result)


def make_names(app: App, database: Database | None) -> dict[str, Any]:
    """Return what a prompt begins with: application, models, what queries need."""
    import trimaran

    names: dict[str, Any] = {"__name__": "__console__", "__doc__": None, "app": app}
    names["settings"] = app.settings
    if database is not None:
        from trimaran.db.models import registry

        names["db"] = database
        names.update({name: getattr(trimaran, name) for name in ("Q", "F", "transaction")})
        names.update({model.__name__: model for model in registry.models()})
    return names


def _install_database(app: App) -> Database | None:
    if "trimaran.db.models" not in sys.modules:
        return None
    from trimaran.db.backends import registry

    database = registry.open_database(app.database_url)
    registry.install(database)
    return database


def _leave_database(database: Database, runner: asyncio.Runner) -> None:
    from trimaran.db.backends import registry

    registry.uninstall(database.alias)
    runner.run(database.close())


def _run_ipython(names: dict[str, Any]) -> bool:
    try:
        from IPython import start_ipython  # type: ignore[import-not-found]  # not a dependency
    except ImportError:
        return False
    start_ipython(argv=["--no-banner"], user_ns=names)
    return True


def _interact(console: AsyncConsole, names: dict[str, Any]) -> None:
    try:
        import readline
        import rlcompleter
    except ImportError:
        pass
    else:
        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    models = sorted(name for name, value in names.items() if isinstance(value, type))
    listed = ", ".join(["app", "settings", *(["db", "Q", "F", "transaction"] if models else [])])
    console.interact(
        banner=(
            f"Trimaran shell, Python {sys.version.split()[0]}: `await` works at the prompt.\n"
            f"Ready: {', '.join([listed, *models])}."
        ),
        exitmsg="",
    )
