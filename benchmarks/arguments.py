"""The command line of ``python -m benchmarks``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.postgres import default_address

__all__ = ["Options", "parse"]

RESULTS = Path(__file__).parent / "results"
EPILOG = """\
The figure is work per CPU-second: answers divided by the user and system time that all processes
of the server spent on them. The server runs on one core, the load on another. PostgreSQL's own
time is not counted. docs/reference/benchmarks.md says how to read the rest.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks for; empty tuples stand for all."""

    only: tuple[str, ...]
    peers: tuple[str, ...]
    rounds: int
    seconds: float
    warm_up: float
    connections: int
    rate: int | None
    postgres: str
    reference: str
    json: Path
    chart: Path | None
    action: str


def names(text: str) -> tuple[str, ...]:
    """Read ``hello,row``, in the order given and each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def whole(text: str) -> int:
    """Read a whole number of at least 1."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def duration(text: str) -> float:
    """Read a number of seconds of at least 0."""
    value = float(text)
    if not 0 <= value <= 3600:
        raise ValueError(text)
    return value


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare Trimaran with its peers: work per CPU-second, latency, memory.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("--only", type=names, default=(), metavar="A,B", help="workloads; all by default")
    add("--peers", type=names, default=(), metavar="A,B", help="peers; all by default")
    add("--rounds", type=whole, default=5, help="rounds of every peer, alternating (5)")
    add("--seconds", type=whole, default=3, help="of each window that is measured (3)")
    add("--warm-up", type=duration, default=2, help="CPU-seconds of load before it (2; 0 for none)")
    add("--connections", type=whole, default=64, help="open at once while under load (64)")
    add("--rate", type=whole, help="requests a second while latency is measured")
    add("--postgres", default=default_address(), metavar="URL", help="of a PostgreSQL server")
    add("--reference", default="trimaran", metavar="PEER", help="whom the ratios are about")
    add("--json", type=Path, default=RESULTS / "latest.json", metavar="FILE", help="results")
    add("--chart", type=Path, default=RESULTS / "latest.png", metavar="FILE", help="PNG chart")
    add("--no-chart", action="store_true", help="draw no chart")
    does = made.add_mutually_exclusive_group()
    does.add_argument("--list", action="store_true", help="list workloads and peers, and end")
    does.add_argument("--install", action="store_true", help="install the peers, and end")
    does.add_argument("--show", action="store_true", help="print and draw the --json FILE again")
    return made


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; faults end the program with a message, as argparse does."""
    found = parser().parse_args(arguments)
    chosen = [action for action in ("list", "install", "show") if getattr(found, action)]
    return Options(
        only=found.only,
        peers=found.peers,
        rounds=found.rounds,
        seconds=found.seconds,
        warm_up=found.warm_up,
        connections=found.connections,
        rate=found.rate,
        postgres=found.postgres,
        reference=found.reference,
        json=found.json,
        chart=None if found.no_chart else found.chart,
        action=chosen[0] if chosen else "measure",
    )
