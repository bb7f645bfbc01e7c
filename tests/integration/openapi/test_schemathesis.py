"""Random requests against the example applications, over real sockets.

Every answer has a documented status and media type, headers and a body that match; valid data is
taken, invalid data refused; nothing answers 5xx. ``TRIMARAN_SCHEMATHESIS_EXAMPLES`` asks for more
requests than the few of a test run, ``TRIMARAN_SCHEMATHESIS`` names another program.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import served

EXAMPLES = os.environ.get("TRIMARAN_SCHEMATHESIS_EXAMPLES", "3")
CONFIG = Path(__file__).parent / "schemathesis.toml"
MATINEE_ROWS = 40

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def schemathesis() -> list[str]:
    """Return the command, or skip."""
    named = os.environ.get("TRIMARAN_SCHEMATHESIS")
    if named:
        return shlex.split(named)
    if importlib.util.find_spec("schemathesis") is None:
        pytest.skip("schemathesis is not installed (pip install schemathesis)")
    return [sys.executable, "-m", "schemathesis.cli"]


def check(command: list[str], address: str, tmp_path: Path) -> None:
    """Run every phase against an application; show the report where it finds something."""
    arguments = [
        *("--config-file", str(CONFIG), "run", f"{address}/openapi.json"),
        *("--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing,stateful"),
        *("--seed", "1", "--no-color", "--generation-database", "none", "--request-timeout", "20"),
    ]
    run = subprocess.run(
        [*command, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=540
    )
    assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2000:]


def test_atlas_does_what_its_document_says(schemathesis: list[str], tmp_path: Path) -> None:
    """77 operations, every kind of input and answer."""
    with served("atlas", "atlas.app") as address:
        check(schemathesis, address, tmp_path)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Make the film shop's database, with some films; return what names it."""
    folder = tmp_path_factory.mktemp("shop")
    environ = {"DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}"}
    root = Path(__file__).parents[3] / "examples" / "matinee"
    program = (
        "import asyncio, csv, itertools, sys; from pathlib import Path\n"
        "from matinee.app import app; from matinee.importing import DATA, import_films\n"
        "rows = list(itertools.islice(DATA.open(encoding='utf-8'), int(sys.argv[2])))\n"
        "few = Path(sys.argv[1]); few.write_text(''.join(rows), encoding='utf-8')\n"
        "async def main():\n"
        "    await app.startup(); await import_films(few); await app.shutdown()\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, **environ}
    migrate = [sys.executable, "-m", "trimaran", "migrate", "matinee.app"]
    load = [sys.executable, "-c", program, str(folder / "few.csv"), str(MATINEE_ROWS)]
    for command in (migrate, load):
        run = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
    yield environ


def test_the_film_shop_does_what_its_document_says(
    schemathesis: list[str], shop: dict[str, str], tmp_path: Path
) -> None:
    """On a real database: conflicts, missing rows, filters."""
    with served("matinee", "matinee.app", **shop) as address:
        check(schemathesis, address, tmp_path)
