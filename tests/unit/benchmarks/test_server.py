"""Starting, checking and ending a peer's server."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.errors import PeerError
from benchmarks.exchange import Call, Check
from benchmarks.machine import cores, cpu_seconds, free_port, on_core, pss_mb, still_run, tree
from benchmarks.server import Server, fault_in

PROGRAM = """\
import http.server, json, os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"path": self.path, "name": os.environ["NAME"]}).encode()
        self.send_response(200 if self.path != "/bad" else 500)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def make(folder: Path, program: str = PROGRAM) -> Server:
    """Return a server that runs this program in ``folder``."""
    (folder / "app.py").write_text(program)
    port = free_port()
    command = [sys.executable, "app.py", str(port)]
    environment = {"NAME": "peer"}
    return Server(command, folder=folder, environment=environment, port=port, core=cores().server)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; fail after ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "It did not happen within ten seconds."
        time.sleep(0.02)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one child process."""
    with make(tmp_path_factory.mktemp("peer")) as server:
        assert 0 < server.wait_until_it_answers(Call("GET", "/")) < 20
        yield server


def test_a_right_answer_has_no_fault(running: Server) -> None:
    """Status and decoded JSON are compared."""
    check = Check(Call("GET", "/a"), frozenset({200}), {"name": "peer", "path": "/a"})
    assert fault_in(running.port, check) is None


def test_a_wrong_answer_is_described(running: Server) -> None:
    """The fault says what was asked, what came and what should have come."""
    other = Check(Call("GET", "/a"), frozenset({200}), {"name": "other"})
    assert 'GET /a: answered b\'{"path"' in (fault_in(running.port, other) or "")
    bad = Check(Call("GET", "/bad"), frozenset({200, 204}))
    assert "GET /bad: status 500 instead of 200 or 204" in (fault_in(running.port, bad) or "")


def test_no_answer_is_a_fault() -> None:
    """A port that nothing listens on."""
    fault = fault_in(free_port(), Check(Call("GET", "/a"), frozenset({200})))
    assert "GET /a: no answer (ConnectionRefusedError" in (fault or "")


def test_children_count(running: Server) -> None:
    """Memory and CPU time are those of the whole tree, and all of it is on the core."""
    family = tree(running.pid)
    assert len(family) == 2
    assert pss_mb(running.pid) > 4
    assert 0 < cpu_seconds(running.pid) < 20
    assert {core for process in family for core in process.cpu_affinity()} == {cores().server}


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Leaving the block ends the server and its children, also by an exception."""
    server = make(tmp_path)
    with pytest.raises(KeyboardInterrupt), server:
        server.wait_until_it_answers(Call("GET", "/"))
        family = tree(server.pid)
        raise KeyboardInterrupt
    assert len(family) == 2
    wait_for(lambda: not still_run(family))


def test_a_server_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    """The error holds the last lines that it printed."""
    refused = pytest.raises(PeerError, match=r"ended at once\.\nno such setting")
    with make(tmp_path, "raise SystemExit('no such setting')") as server, refused:
        server.wait_until_it_answers(Call("GET", "/"))


def test_pinning_ends_with_the_block() -> None:
    """Only what is started inside is bound to the core."""
    before = psutil.Process().cpu_affinity()
    with on_core(cores().load):
        assert psutil.Process().cpu_affinity() == [cores().load]
    assert psutil.Process().cpu_affinity() == before


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is missing")
def test_a_killed_benchmark_takes_its_server_along(tmp_path: Path) -> None:
    """The kernel ends the server when the process that measures is killed."""
    (tmp_path / "app.py").write_text("import time; open('up', 'w').close(); time.sleep(600)")
    outer = (
        "import pathlib, sys, time; from benchmarks.server import Server as Make\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "server = Make([sys.executable, 'app.py'], folder=folder, environment={}, port=1, core=0)\n"
        "server.__enter__(); print(server.pid, flush=True); time.sleep(600)"
    )
    root = Path(__file__).parents[3]
    process = subprocess.Popen([sys.executable, "-c", outer], cwd=root, stdout=subprocess.PIPE)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    wait_for((tmp_path / "up").is_file)
    family = [psutil.Process(pid)]
    process.kill()
    process.communicate()
    wait_for(lambda: not still_run(family))
