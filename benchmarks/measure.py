"""The rounds: every peer once, then every peer again, each time with a fresh server."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.catalog import Peer
from benchmarks.errors import BenchmarkError, MissingToolError, PeerError
from benchmarks.exchange import Workload
from benchmarks.install import CACHE, install
from benchmarks.load import Load, load, write_script
from benchmarks.machine import Cores, cpu_seconds, pss_mb
from benchmarks.openloop import Latency, measure_latency
from benchmarks.postgres import ready_database
from benchmarks.results import Results, Sample
from benchmarks.server import Server, fault_in, start_peer
from benchmarks.sockets import echo_latency, echo_load

__all__ = ["Plan", "measure"]

SETTLE_SECONDS = 0.3
WARM_UP_PATIENCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to measure.

    rounds:      every peer is measured this many times, in turn
    seconds:     of each window of load, and of each window of latency
    warm_up:     seconds of the server's CPU time that are not counted, after each start
    rate:        requests a second while latency is measured; the workload's own if None
    postgres:    the address of a PostgreSQL server
    """

    rounds: int
    seconds: float
    warm_up: float
    connections: int
    rate: int | None
    postgres: str
    cores: Cores


def measure(workloads: Mapping[str, Workload], peers: Mapping[str, Peer], plan: Plan) -> Results:
    """Install the peers, run all rounds of all workloads, return what was found."""
    results = Results()
    fills = install_all(workloads, peers, results)
    for name, workload in workloads.items():
        takers = {
            peer: each for peer, each in peers.items() if peer in fills and name in each.workloads
        }
        try:
            postgres = ready_database(plan.postgres, workload.prepare) if workload.prepare else ""
        except MissingToolError as error:
            print(f"{name}: {error}", flush=True)
            for peer in takers:
                results.fail(name, peer, str(error))
        else:
            start = partial(start_peer, workload=name, core=plan.cores.server, postgres=postgres)
            starts = {peer: partial(start, each, fills[peer]) for peer, each in takers.items()}
            all_rounds(name, workload, starts, plan, results)
    return results


def install_all(
    workloads: Mapping[str, Workload], peers: Mapping[str, Peer], results: Results
) -> dict[str, dict[str, str]]:
    """Install every peer; one that cannot be is noted, and the others go on."""
    fills: dict[str, dict[str, str]] = {}
    for name, peer in peers.items():
        try:
            fills[name] = install(peer)
        except BenchmarkError as error:
            print(f"{name}: {error}", flush=True)
            for workload in set(workloads) & set(peer.workloads):
                results.fail(workload, name, str(error))
    return fills


def all_rounds(
    name: str,
    workload: Workload,
    starts: Mapping[str, Callable[[], Server]],
    plan: Plan,
    results: Results,
) -> None:
    """Measure every peer once, then once more; leave out one that failed from the start.

    starts: makes a peer's next server, by the peer's name
    """
    script = CACHE / "run" / f"{name}.lua"
    script.parent.mkdir(parents=True, exist_ok=True)
    write_script(workload.calls, script)
    for number in range(1, plan.rounds + 1):
        for peer, start in starts.items():
            figures = results.of(name, peer)
            if figures.failures and not figures.samples:
                continue  # it has never answered: the next round would not either
            shown = f"{name}, round {number} of {plan.rounds}, {peer}"
            try:
                with start() as server:
                    sample = take_sample(server, workload, script, plan)
            except PeerError as error:
                results.fail(name, peer, str(error))
                print(f"{shown}: {error}", flush=True)
            else:
                figures.samples.append(sample)
                mark = f", {sample.errors} ERRORS" if sample.errors else ""
                print(
                    f"{shown}: {sample.work_per_cpu_second:,.0f} per CPU-second{mark}", flush=True
                )


def take_sample(server: Server, workload: Workload, script: Path, plan: Plan) -> Sample:
    """Check a started server's answers, then measure it."""
    server.wait_until_it_answers(workload.checks[0].call)
    time.sleep(SETTLE_SECONDS)
    idle = pss_mb(server.pid)
    for check in workload.checks:
        fault = fault_in(server.port, check)
        if fault is not None:
            text = f"A wrong answer, so it was not measured. {fault}"
            raise PeerError(text)
    warm_up(server, workload, script, plan)
    memory: list[float] = []
    before = cpu_seconds(server.pid)
    found = under_load(server, workload, script, plan, seconds=plan.seconds, memory=memory)
    spent = cpu_seconds(server.pid) - before
    latency = at_modest_rate(server, workload, plan)
    if not found.answers or spent <= 0:
        text = f"Nothing was answered under load.\n{server.last_words()}"
        raise PeerError(text)
    return Sample(
        work_per_cpu_second=found.answers / spent,
        p50_ms=latency.p50_ms,
        p99_ms=latency.p99_ms,
        idle_pss_mb=idle,
        loaded_pss_mb=max(memory, default=idle),
        errors=found.errors + latency.errors,
    )


def at_modest_rate(server: Server, workload: Workload, plan: Plan) -> Latency:
    """Measure how long answers take while the server has time for them."""
    rate = plan.rate or workload.rate
    seconds, core = plan.seconds, plan.cores.load
    if workload.echo is not None:
        return echo_latency(server.port, workload.echo, rate=rate, seconds=seconds, core=core)
    return measure_latency(server.port, workload.calls, rate=rate, seconds=seconds, core=core)


def warm_up(server: Server, workload: Workload, script: Path, plan: Plan) -> None:
    """Let the server work until it has spent ``plan.warm_up`` seconds of CPU time.

    Seconds of the clock would not do: where others use the machine as well, a compiler that works
    while the program runs would not have got as far.
    """
    before = cpu_seconds(server.pid)
    end = time.monotonic() + plan.warm_up * WARM_UP_PATIENCE
    while cpu_seconds(server.pid) - before < plan.warm_up and time.monotonic() < end:
        under_load(server, workload, script, plan, seconds=1)


def under_load(
    server: Server,
    workload: Workload,
    script: Path,
    plan: Plan,
    *,
    seconds: float,
    memory: list[float] | None = None,
) -> Load:
    """Run one window of load; near its end the memory in use is added to ``memory``."""
    near_the_end = None if memory is None else lambda: memory.append(pss_mb(server.pid))
    if workload.echo is not None:
        return echo_load(
            server.port,
            workload.echo,
            seconds=seconds,
            connections=plan.connections,
            core=plan.cores.load,
            near_the_end=near_the_end,
        )
    return load(
        server.port,
        script,
        seconds=seconds,
        connections=plan.connections,
        core=plan.cores.load,
        near_the_end=near_the_end,
    )
