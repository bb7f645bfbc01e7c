"""Peers and workloads are found by their files."""

import json
from pathlib import Path

import pytest

from benchmarks.catalog import find_peers, find_workloads, read_peer
from benchmarks.errors import BenchmarkError
from benchmarks.exchange import Call

HEAD = """\
// /// script
// dependencies = ["koa@3.0.1"]
//
// [tool.peer]
// title = "Koa"
// runtime = "node"
// command = ["node", "{app}", "--port", "{port}"]
// workloads = ["hello"]
// ///
'use strict'
"""


def test_a_peer_is_one_file(tmp_path: Path) -> None:
    """Its head says what it needs and how it is started; nothing of it is run."""
    file = tmp_path / "koa.js"
    file.write_text(HEAD)
    peer = read_peer(file)
    assert (peer.name, peer.title, peer.runtime) == ("koa", "Koa", "node")
    assert peer.dependencies == ("koa@3.0.1",)
    assert peer.command == ("node", "{app}", "--port", "{port}")
    assert find_peers(tmp_path) == {"koa": peer}


def test_a_peer_without_a_head_is_refused(tmp_path: Path) -> None:
    """The message names the file and what to write."""
    file = tmp_path / "koa.js"
    file.write_text(HEAD.replace("title", "name"))
    with pytest.raises(BenchmarkError, match=r"koa\.js lacks 'title' in its head"):
        read_peer(file)


def test_every_package_is_pinned() -> None:
    """A peer's figures are those of a version, not of the day."""
    for peer in find_peers().values():
        mark = "@" if peer.runtime == "node" else "=="
        assert all(mark in spec for spec in peer.dependencies), peer.name


def test_every_peer_serves_known_workloads() -> None:
    """Trimaran comes first in every round."""
    peers, workloads = find_peers(), find_workloads()
    assert next(iter(peers)) == "trimaran"
    assert {name for peer in peers.values() for name in peer.workloads} <= set(workloads)


@pytest.mark.parametrize("name", ["hello", "validate", "row"])
def test_a_workload_is_the_same_in_every_run(name: str) -> None:
    """Its calls and answers come from a fixed seed, and the first check must be a 200."""
    workload = find_workloads()[name]
    assert workload.checks[0].call in workload.calls
    assert all(check.statuses for check in workload.checks)
    assert 200 in workload.checks[0].statuses
    assert workload.rate < 1000


def test_bad_input_is_part_of_the_validation_checks() -> None:
    """At least ten requests must be refused, each for another reason."""
    checks = find_workloads()["validate"].checks
    refused = [check.call for check in checks if 200 not in check.statuses]
    assert len(set(refused)) == len(refused) >= 10


def test_a_call_goes_out_as_a_browser_would_send_it() -> None:
    """Host and length are there; a body is announced as JSON."""
    body = json.dumps({"a": 1}).encode()
    head, _, sent = Call("POST", "/x?q=1", body).on_the_wire("h:1").partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[:2] == ["POST /x?q=1 HTTP/1.1", "Host: h:1"]
    assert "Content-Type: application/json" in lines
    assert f"Content-Length: {len(body)}" in lines
    assert sent == body
    assert b"Content-" not in Call("GET", "/").on_the_wire("h:1")
