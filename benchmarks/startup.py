"""``python -m benchmarks.startup``: from process start to the first answer, and memory at rest.

The program is the peer's hello application, one file. One start that is not counted comes first,
so that byte code and the disk's cache are there, as they are on any start but the first.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.arguments import names, whole
from benchmarks.catalog import Peer, choose, find_peers, find_workloads
from benchmarks.errors import BenchmarkError
from benchmarks.figures import middle
from benchmarks.install import install
from benchmarks.machine import Cores, cores, cpu_seconds, describe, on_core, pss_mb
from benchmarks.main import INTERRUPTED, end
from benchmarks.results import write_results
from benchmarks.server import start_peer

__all__ = ["Start", "main", "report", "start_once"]

POLL_SECONDS = 0.002
REST_SECONDS = 0.5
WORKLOAD = "hello"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start: milliseconds until the first answer, CPU spent by then, memory at rest."""

    first_answer_ms: float
    cpu_ms: float
    idle_pss_mb: float


def start_once(peer: Peer, fills: Mapping[str, str], placed: Cores) -> Start:
    """Start a peer's server, wait for its first answer, let it rest, end it."""
    call = find_workloads()[WORKLOAD].checks[0].call
    server = start_peer(peer, fills, WORKLOAD, core=placed.server, postgres="")
    with server, on_core(placed.load):
        seconds = server.wait_until_it_answers(call, pause=POLL_SECONDS)
        spent = cpu_seconds(server.pid)
        time.sleep(REST_SECONDS)
        return Start(
            first_answer_ms=1000 * seconds,
            cpu_ms=1000 * spent,
            idle_pss_mb=pss_mb(server.pid),
        )


def report(found: Mapping[str, Sequence[Start]]) -> str:
    """Return the table: medians, and the range of the first answers."""
    lines = [f"{'peer':<10}  first answer ms  (from - to)   CPU ms  idle PSS MB"]
    for name, starts in found.items():
        times = [start.first_answer_ms for start in starts]
        spent = middle([start.cpu_ms for start in starts]) or 0.0
        memory = middle([start.idle_pss_mb for start in starts]) or 0.0
        apart = f"({min(times):.0f} - {max(times):.0f})"
        first = middle(times) or 0.0
        lines.append(f"{name:<10}  {first:>15.0f}  {apart:>11}  {spent:>7.0f}  {memory:>11.1f}")
    return "\n".join(lines)


def measure(peers: Mapping[str, Peer], runs: int) -> dict[str, list[Start]]:
    """Start every peer ``runs`` times, in turn."""
    placed = cores()
    fills = {name: install(peer) for name, peer in peers.items()}
    found: dict[str, list[Start]] = {name: [] for name in peers}
    for number in range(runs + 1):
        for name, peer in peers.items():
            start = start_once(peer, fills[name], placed)
            if number:
                found[name].append(start)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.startup",
        description="Measure from process start to first answer, and memory at rest.",
    )
    parser.add_argument("--peers", type=names, default=("trimaran",), metavar="A,B")
    parser.add_argument("--runs", type=whole, default=10, help="starts of every peer (10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    options = parser.parse_args(arguments)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, end)
    try:
        found = measure(choose("peer", options.peers, find_peers()), options.runs)
    except BenchmarkError as error:
        print(f"benchmarks.startup: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    print(describe())
    print(report(found))
    if options.json:
        content = {name: [asdict(start) for start in starts] for name, starts in found.items()}
        write_results(content, options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
