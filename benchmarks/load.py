"""Full load with ``wrk``: how much work is done while the server's core is busy."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import MissingToolError, PeerError
from benchmarks.exchange import Call
from benchmarks.install import write_whole
from benchmarks.machine import on_core

__all__ = ["Load", "find_wrk", "load", "parse_wrk", "write_script"]

MARK = "wrk-summary "
DONE = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\\nwrk-summary {"requests": %d, "microseconds": %d, "statuses": %d, "sockets": %d}\\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What ``wrk`` counted in one window.

    answers: those of a status below 400
    errors:  answers of status 400 and above, and connections that failed, broke or timed out
    """

    answers: int
    seconds: float
    errors: int


def find_wrk() -> str:
    """Return the path of ``wrk``; say how to get it where it is missing."""
    path = shutil.which("wrk")
    if path is None:
        text = "The load comes from wrk, which is not installed. Debian, Ubuntu: apt install wrk."
        raise MissingToolError(text)
    return path


def lua_string(data: bytes) -> str:
    """Return a Lua literal of exactly these bytes."""
    plain = set(range(32, 127)) - set(b'"\\')
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03d}" for byte in data) + '"'


def lua_request(call: Call) -> str:
    """Return the Lua expression that makes one request."""
    headers = ", ".join(
        f"[{lua_string(name.encode())}] = {lua_string(value.encode())}"
        for name, value in call.headers().items()
    )
    body = lua_string(call.body) if call.body else "nil"
    method, target = lua_string(call.method.encode()), lua_string(call.target.encode())
    return f"wrk.format({method}, {target}, with_host({{{headers}}}), {body})"


def write_script(calls: Sequence[Call], file: Path) -> None:
    """Write the Lua script that sends the calls in turn and prints the totals as JSON.

    A single call is formatted once by ``wrk`` itself and costs no Lua while the load runs.
    """
    lines = ["local calls, at = {}, 0"]
    lines.append("local function with_host(h) h['Host'] = wrk.headers['Host'] return h end")
    lines.append("function init(args)")
    lines += [f"  calls[#calls + 1] = {lua_request(call)}" for call in calls]
    lines.append("end")
    if len(calls) == 1:
        lines.append("function request() return calls[1] end")
    else:
        lines.append("function request() at = at % #calls + 1 return calls[at] end")
    write_whole(file, "\n".join(lines) + "\n" + DONE)


def parse_wrk(output: str) -> Load:
    """Read the totals from what ``wrk`` printed."""
    for line in output.splitlines():
        if line.startswith(MARK):
            found = json.loads(line.removeprefix(MARK))
            answers = found["requests"] - found["statuses"]
            errors = found["statuses"] + found["sockets"]
            return Load(answers, found["microseconds"] / 1e6, errors)
    text = f"wrk printed no totals: {output[-300:]!r}"
    raise PeerError(text)


def load(
    port: int,
    script: Path,
    *,
    seconds: float,
    connections: int,
    core: int,
    near_the_end: Callable[[], None] | None = None,
) -> Load:
    """Run ``wrk`` on its core; ``near_the_end`` is called when 85 % of the time is over."""
    whole = max(1, round(seconds))
    command = [find_wrk(), "-t1", f"-c{connections}", f"-d{whole}s", "--timeout", "10s"]
    command += ["-s", str(script), f"http://127.0.0.1:{port}"]
    with on_core(core):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    try:
        if near_the_end is not None:
            time.sleep(whole * 0.85)
            near_the_end()
        output, _ = process.communicate(timeout=whole + 30)
    except subprocess.TimeoutExpired:
        text = "wrk did not end: the server may be stuck."
        raise PeerError(text) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return parse_wrk(output)
