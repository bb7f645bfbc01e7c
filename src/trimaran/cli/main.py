"""The command ``trimaran``: each command's module is imported when it runs."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from trimaran.errors import TrimaranError

# Each command, the module that holds it, and its line in the help.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "Run an application for development: reload, error pages, tables made."),
    "serve": ("serve", "Serve an application in production."),
    "routes": ("routes", "List the routes of an application."),
    "openapi": ("openapi", "Write the OpenAPI document, or check that a file still holds it."),
    "makemigrations": ("migrations", "Write the migration that leads to the models."),
    "migrate": ("migrations", "Apply migrations, or undo them."),
    "showmigrations": ("migrations", "List the migrations and whether they are applied."),
    "sqlmigrate": ("migrations", "Print the SQL of a migration."),
    "squashmigrations": ("migrations", "Write one migration that stands for several."),
    "dumpdata": ("data", "Write rows as JSON."),
    "loaddata": ("data", "Write the rows of JSON files into the database."),
    "flush": ("data", "Delete every row of every model."),
    "dbshell": ("data", "Open the database's own prompt."),
    "inspectdb": ("inspectdb", "Write models for the tables of a database."),
    "shell": ("shell", "A Python prompt with await, models and the database."),
    "version": ("version", "Print the versions of Trimaran and of what it stands on."),
}


class Commands(click.Group):
    """A group that knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"trimaran.cli.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; suggest the nearest where there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            advice = f" Did you mean '{close[0]}'?" if close else ""
            ctx.fail(f"There is no command {args[0]!r}.{advice}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        import trimaran as package

        click.echo(f"trimaran {package.__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version of Trimaran alone and exit.",
)
def trimaran() -> None:
    """Trimaran: models and admin, typed APIs and an event-loop engine.

    An application is named by its file, app.py or shop/app.py:api, or by its module, shop.main:app.
    Where none is named, TRIMARAN_APP decides, then app.py, then main.py.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status: 0, 1 a failure, 2 a wrong call."""
    try:
        trimaran.main(arguments, prog_name="trimaran")
    except Exception as error:
        from trimaran.cli.failures import ApplicationError, explain

        if not isinstance(error, TrimaranError | ApplicationError):
            raise
        click.echo(explain(error), err=True)
        sys.exit(1)
