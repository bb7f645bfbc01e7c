"""``trimaran routes``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from trimaran.cli.targets import load_app, target_argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.handlers.route import Route


@click.command()
@target_argument
@click.option("--all", "show_all", is_flag=True, help="Also the routes of the documentation pages.")
@click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
def routes(target: str | None, show_all: bool, as_json: bool) -> None:
    """List an application's routes: methods, path, name, and the handler's place."""
    from trimaran.handlers.route import locate

    app = load_app(target)
    found = [plan.route for plan in app.plans] if show_all else list(app.routes)
    if not show_all:
        app.build()
    rows = [
        (",".join(route.methods), route.path, route.name, locate(route.handler)) for route in found
    ]
    if as_json:
        _print_json(found, rows)
        return
    _print_table(app.title, rows)


def _print_json(found: Sequence[Route], rows: Sequence[tuple[str, ...]]) -> None:
    import msgspec

    entries = [
        {"methods": route.methods, "path": path, "name": name, "handler": handler}
        for route, (_, path, name, handler) in zip(found, rows, strict=True)
    ]
    click.echo(msgspec.json.format(msgspec.json.encode(entries)))


def _print_table(title: str, rows: Sequence[tuple[str, ...]]) -> None:
    if not rows:
        click.echo(f"{title} has no routes.")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Into a pipe nothing may be cut off: programs read it.
    width = None if os.isatty(1) else 2000
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("Methods", "Path", "Name", "Handler"):
        table.add_column(heading, overflow="fold", no_wrap=width is not None)
    for methods, path, name, handler in rows:
        table.add_row(
            Text(methods, "green"), Text(path, "bold"), Text(name), Text(handler, "bright_black")
        )
    Console(width=width).print(table)
