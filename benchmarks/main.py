"""Runs what the command line asks for and reports it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from benchmarks.arguments import Options, parse
from benchmarks.catalog import Peer, choose, find_peers, find_workloads
from benchmarks.chart import bars, draw
from benchmarks.errors import BenchmarkError
from benchmarks.exchange import Workload
from benchmarks.install import install
from benchmarks.load import find_wrk
from benchmarks.machine import cores, describe
from benchmarks.measure import Plan, measure
from benchmarks.results import read_results, write_results
from benchmarks.table import tables

__all__ = ["main"]

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 if all was measured, 1 if a peer was not, 2 if nothing could be."""
    options = parse(arguments)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, end)
    try:
        workloads = choose("workload", options.only, find_workloads())
        peers = choose("peer", options.peers, find_peers())
        return act(options, workloads, peers)
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; every server is ended, nothing was written.", file=sys.stderr)
        return INTERRUPTED


def end(sign: int, frame: object) -> NoReturn:
    """Leave by an exception, so that every server is ended on the way out."""
    raise KeyboardInterrupt


def act(options: Options, workloads: Mapping[str, Workload], peers: Mapping[str, Peer]) -> int:
    """Do what is asked for."""
    if options.action == "list":
        print(listing(workloads, peers))
        return 0
    if options.action == "install":
        for name, peer in peers.items():
            install(peer)
            print(f"{name} is ready")
        return 0
    if options.action == "show":
        report(options, read_results(options.json))
        return 0
    find_wrk()
    placed = cores()
    if placed.shared:
        print("There is one core for server and load: the figures say less than usual.")
    plan = Plan(
        rounds=options.rounds,
        seconds=options.seconds,
        warm_up=options.warm_up,
        connections=options.connections,
        rate=options.rate,
        postgres=options.postgres,
        cores=placed,
    )
    print(describe())
    results = measure(workloads, peers, plan)
    content = results.as_json()
    write_results(content, options.json)
    report(options, content)
    print(f"\nFigures: {options.json}")
    return 0 if results.complete else 1


def listing(workloads: Mapping[str, Workload], peers: Mapping[str, Peer]) -> str:
    """Return the workloads and the peers, one a line."""
    lines = ["workloads"]
    lines += [f"  {name:<10} {workload.title}" for name, workload in workloads.items()]
    lines.append("peers")
    for name, peer in peers.items():
        packages = ", ".join(peer.dependencies)
        lines.append(f"  {name:<10} {peer.title}" + (f" ({packages})" if packages else ""))
    return "\n".join(lines)


def report(options: Options, content: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print the tables and draw the chart."""
    titles = {name: workload.title for name, workload in find_workloads().items()}
    names = {name: peer.title for name, peer in find_peers().items()}
    reference = options.reference
    present = [peer for peers in content.values() for peer in peers]
    if reference not in present and present:
        reference = present[0]
    print("\n" + tables(content, titles, reference))
    if options.chart is None:
        return
    panels = bars(content, workloads=titles, peers=names, reference=reference)
    if panels:
        rounds = max(
            len(each["work_per_cpu_second"])
            for peers in content.values()
            for each in peers.values()
        )
        footer = (
            f"Median of {rounds} alternating rounds; thin lines: lowest and highest. {describe()}"
        )
        draw(panels, options.chart, footer=footer, reference=names.get(reference, reference))
        print(f"\nChart: {options.chart}")
