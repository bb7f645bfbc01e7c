"""``trimaran version``."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import click

import trimaran

PARTS = ("msgspec", "httptools", "uvloop", "sqlalchemy", "alembic", "asyncpg", "pydantic")


@click.command()
def version() -> None:
    """Print the versions of Trimaran and of what it stands on."""
    click.echo(f"trimaran {trimaran.__version__}")
    click.echo(f"python {platform.python_version()} ({platform.python_implementation()})")
    for name in PARTS:
        try:
            click.echo(f"{name} {version_of(name)}")
        except PackageNotFoundError:
            click.echo(f"{name} is not installed")
