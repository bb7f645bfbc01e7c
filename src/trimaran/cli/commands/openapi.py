"""``trimaran openapi``."""

from __future__ import annotations

import json
import sys
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimaran.cli.targets import load_app, target_argument

if TYPE_CHECKING:
    from trimaran.openapi.text import Format

MAX_DIFFERENCE = 200
"""Lines that are shown of a difference."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@target_argument
@click.option("-o", "--output", type=_FILE, help="Write this file in place of the terminal.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "yaml"]),
    help="json or yaml; taken from the file's name where it tells.",
)
@click.option(
    "--check", type=_FILE, help="Write nothing; end with 1 where this file is another document."
)
def openapi(
    target: str | None, output: Path | None, form: Format | None, check: Path | None
) -> None:
    """Write an application's OpenAPI document, or check that a file still holds it."""
    from trimaran.openapi.text import write_document

    if output is not None and check is not None:
        message = "--output and --check contradict one another: keep one."
        raise click.UsageError(message)
    file = output or check
    if form is None:
        form = "yaml" if file is not None and file.suffix in (".yaml", ".yml") else "json"
    text = write_document(load_app(target).openapi(), form)
    if check is not None:
        _compare(check, text, form)
    elif output is not None:
        output.write_text(text, encoding="utf-8", newline="\n")
    else:
        click.echo(text, nl=False)


def _compare(file: Path, text: str, form: Format) -> None:
    """End with 1 and the difference where a file does not hold the document."""
    try:
        present = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        click.echo(f"There is no {file}. Write it: trimaran openapi -o {file}", err=True)
        sys.exit(1)
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"{file} cannot be read: {error}", err=True)
        sys.exit(1)
    if form == "json":
        present = _normal(present)
    if present == text:
        return
    lines = unified_diff(
        present.splitlines(), text.splitlines(), str(file), "the application", lineterm="", n=4
    )
    for line in islice(lines, MAX_DIFFERENCE):
        click.echo(line)
    click.echo(f"{file} has drifted. Write it anew: trimaran openapi -o {file}", err=True)
    sys.exit(1)


def _normal(text: str) -> str:
    """Return JSON as it is written here, so that only what it says is compared."""
    from trimaran.openapi.text import write_document

    try:
        return write_document(json.loads(text))
    except ValueError:
        return text
