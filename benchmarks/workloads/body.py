"""``POST /body``: 10 KB of JSON validated on the way in and sent back; each peer's own way."""

import json
from random import Random
from typing import Any

from benchmarks.exchange import Call, Check, Workload

KILOBYTES = 10


def line(chance: Random) -> dict[str, Any]:
    """Return one line of an invoice, about 150 bytes."""
    return {
        "sku": f"{chance.choice('ABCDEF')}-{chance.randrange(1000, 9999)}",
        "title": f"Film {chance.randrange(10_000)} of the harbour cinema",
        "quantity": chance.randrange(1, 20),
        "price": chance.randrange(100, 99_999) / 100,
        "tags": chance.sample(["new", "old", "silent", "colour", "short"], 2),
        "gift": chance.random() < 0.5,
    }


def invoice(chance: Random) -> dict[str, Any]:
    """Return a document of at least ten kilobytes."""
    content: dict[str, Any] = {
        "number": chance.randrange(1, 1_000_000),
        "customer": {"name": f"Customer {chance.randrange(10_000)}", "city": "Porto"},
        "lines": [],
    }
    while len(json.dumps(content)) < KILOBYTES * 1024:
        content["lines"].append(line(chance))
    return content


def post(content: object) -> Call:
    """Return the request that carries this document."""
    return Call("POST", "/body", json.dumps(content).encode())


def wrong(chance: Random) -> list[Check]:
    """Return requests that must be refused, each for one reason."""
    content = invoice(chance)
    first, *others = content["lines"]
    contents = [
        {**content, "lines": [*others, {**first, "quantity": 0}]},
        {**content, "lines": [{**first, "price": "cheap"}, *others]},
        {**content, "customer": None},
        {"number": 1},
    ]
    return [Check(post(each), frozenset({400, 422})) for each in contents]


CHANCE = Random(22)
DOCUMENTS = [invoice(CHANCE) for _ in range(16)]

WORKLOAD = Workload(
    title="10 KB JSON body, validated and sent back",
    calls=[post(each) for each in DOCUMENTS],
    checks=[
        *(Check(post(each), frozenset({200}), each) for each in DOCUMENTS[:2]),
        *wrong(CHANCE),
    ],
    rate=100,
)
