"""``trimaran run`` as a process: reload, error pages, tables."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

MODELS = """
from trimaran import App, Create, Field, Model

class RunFilm(Model):
    title: str = Field(max_length=50)

app = App()

@app.post("/films", status_code=201)
async def add(data: Create[RunFilm]) -> RunFilm:
    return await RunFilm.objects.create(data)
"""


def edit(folder: Path, old: str, new: str) -> None:
    """Change ``app.py``, at once as editors do."""
    path = folder / "app.py"
    temporary = folder / "app.tmp"
    temporary.write_text(path.read_text().replace(old, new), encoding="utf-8")
    temporary.replace(path)


def test_it_prints_where_everything_is(hello: Path, start: Any, port: int, get: Any) -> None:
    """The address and the documentation's links are printed, and answer."""
    command = start("run", "--port", str(port))
    command.wait_for("Ctrl-C stops.")
    for line in (
        "Hello on Trimaran",
        f"Address     http://127.0.0.1:{port}",
        f"API docs    http://127.0.0.1:{port}/docs",
    ):
        assert line in command.output
    assert get(f"http://127.0.0.1:{port}/docs")[0] == 200
    command.wait_for("GET    /docs 200")
    assert command.stop() == 0


def test_a_change_is_served_without_refusing_anybody(
    hello: Path, start: Any, port: int, get: Any
) -> None:
    """After a change the new code answers; a request in between waits instead of failing."""
    command = start("run", "--port", str(port))
    command.wait_for("Ctrl-C stops.")
    time.sleep(1)  # the watcher starts after the server
    edit(hello, '"one"', '"two"')
    answers = set()
    end = time.monotonic() + 20
    while (200, '{"message":"two"}') not in answers and time.monotonic() < end:
        answers.add(get(f"http://127.0.0.1:{port}/"))
    assert answers <= {(200, '{"message":"one"}'), (200, '{"message":"two"}')}
    command.wait_for("Changed: app.py. Restarting.")
    command.wait_for("Ready again on")
    assert command.stop() == 0


def test_a_broken_file_is_shown_until_it_is_mended(
    hello: Path, start: Any, port: int, get: Any
) -> None:
    """A syntax error is told on the terminal and in the browser; mending it brings the app back."""
    command = start("run", "--port", str(port))
    command.wait_for("Ctrl-C stops.")
    time.sleep(1)
    edit(hello, 'return {"message": "one"}', 'return {"message": "one"')
    command.wait_for("Waiting for a change.")
    assert "SyntaxError: '{' was never closed" in command.output
    status, page = get(f"http://127.0.0.1:{port}/", accept="text/html")
    assert status == 500
    assert "was never closed" in page
    assert command.process.poll() is None
    edit(hello, 'return {"message": "one"', 'return {"message": "mended"}')
    command.wait_for("Ready again on")
    assert get(f"http://127.0.0.1:{port}/") == (200, '{"message":"mended"}')


def test_a_broken_file_at_the_start_is_mended_too(
    hello: Path, start: Any, port: int, get: Any
) -> None:
    """``run`` does not give up where the application cannot be imported at first."""
    (hello / "app.py").write_text("app = nothing\n")
    command = start("run", "--port", str(port))
    command.wait_for("Waiting for a change.")
    assert "NameError: name 'nothing' is not defined" in command.output
    time.sleep(1)
    edit(hello, "app = nothing", "from trimaran import App\napp = App()")
    command.wait_for("Ready again on")
    assert get(f"http://127.0.0.1:{port}/nowhere")[0] == 404


def test_without_reload_a_broken_file_ends_it(hello: Path, start: Any) -> None:
    """``--no-reload`` has nothing to wait for: the status is 1."""
    (hello / "app.py").write_text("app = nothing\n")
    command = start("run", "--no-reload")
    assert command.process.wait(20) == 1
    assert "app.py failed while it was imported." in command.output


def test_a_handlers_fault_shows_the_page(hello: Path, start: Any, port: int, get: Any) -> None:
    """In development a browser sees the error and the user's frame."""
    edit(hello, 'return {"message": "one"}', "return {}['missing']")
    command = start("run", "--no-reload", "--port", str(port))
    command.wait_for("Ctrl-C stops.")
    status, page = get(f"http://127.0.0.1:{port}/", accept="text/html")
    assert status == 500
    assert "KeyError" in page
    assert "<b>:7</b>" in page


def test_an_empty_database_gets_its_tables(hello: Path, start: Any, port: int) -> None:
    """Without migrations the models' tables are made in SQLite, once."""
    (hello / "app.py").write_text(MODELS, encoding="utf-8")
    for expected in ("sqlite:///db.sqlite3, tables created: run_film", "sqlite:///db.sqlite3\n"):
        command = start("run", "--no-reload", "--port", str(port))
        command.wait_for("Ctrl-C stops.")
        assert f"Database    {expected}" in command.output
        assert command.stop() == 0
    assert (hello / "db.sqlite3").exists()


def test_migrations_are_applied_where_there_are_some(hello: Path, start: Any, port: int) -> None:
    """With migration files a SQLite database is migrated; ``--no-migrate`` leaves it alone."""
    (hello / "app.py").write_text(MODELS, encoding="utf-8")
    assert start("makemigrations").process.wait(30) == 0
    command = start("run", "--no-reload", "--no-migrate", "--port", str(port))
    command.wait_for("Ctrl-C stops.")
    assert "Database" not in command.output
    command.stop()
    command = start("run", "--no-reload", "--port", str(port))
    command.wait_for("sqlite:///db.sqlite3, migrated: 0001_initial")
    command.stop()


def test_the_child_ends_with_its_parent(hello: Path, start: Any, port: int, get: Any) -> None:
    """A parent that is killed leaves no server behind."""
    command = start("run", "--port", str(port))
    command.wait_for("Ctrl-C stops.")
    os.kill(command.process.pid, signal.SIGKILL)
    command.process.wait()
    command.until(lambda: get(f"http://127.0.0.1:{port}/")[0] == 0, "end of the child")


def test_a_server_that_dies_waits_for_a_change(
    hello: Path, start: Any, port: int, get: Any
) -> None:
    """A child that ends by itself is reported, and started again at the next change."""
    with (hello / "app.py").open("a") as file:
        file.write("\n@app.get('/die')\nasync def die() -> None:\n    import os; os._exit(7)\n")
    command = start("run", "--port", str(port))
    command.wait_for("Ctrl-C stops.")
    time.sleep(1)
    get(f"http://127.0.0.1:{port}/die")
    command.wait_for("The server ended with status 7. Waiting for a change.")
    edit(hello, '"one"', '"two"')
    command.wait_for("Ready again on")
    assert get(f"http://127.0.0.1:{port}/") == (200, '{"message":"two"}')


@pytest.mark.slow
def test_ctrl_c_in_a_terminal_ends_both(hello: Path, start: Any, port: int) -> None:
    """SIGINT to the whole group, as a terminal sends it, is a quiet end with 0."""
    import sys

    log = hello / "group.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "trimaran", "run", "--port", str(port)],
            cwd=hello, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    end = time.monotonic() + 20
    while "Ctrl-C stops." not in log.read_text() and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 0
    assert "Traceback" not in log.read_text()
