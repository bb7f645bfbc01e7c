"""``POST /validate/{id}?q=..&limit=..``: path, query and a nested JSON body, validated."""

import json
from random import Random
from typing import Any
from urllib.parse import urlencode

from benchmarks.exchange import Call, Check, Workload

REFUSED = frozenset({400, 404, 422})


def order(chance: Random) -> dict[str, Any]:
    """Return a valid body: a customer, one to five items, two scalars."""
    number = chance.randrange(1000, 9999)
    return {
        "customer": {
            "name": f"Customer {number}",
            "email": f"customer{number}@example.org",
            "age": chance.randrange(18, 90),
        },
        "items": [
            {
                "sku": f"{chance.choice('ABCDEF')}-{chance.randrange(1000, 9999)}",
                "quantity": chance.randrange(1, 20),
                "price": chance.randrange(100, 99_999) / 100,
            }
            for _ in range(chance.randrange(1, 6))
        ],
        "note": chance.choice([None, "Leave it with the neighbours, please."]),
        "express": chance.random() < 0.5,
    }


def call(body: Any, *, id: str = "7", **query: str) -> Call:
    """Return the request with this body; ``query`` stands for ``q`` and ``limit``."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Call("POST", f"/validate/{id}?{urlencode(query)}", data)


def right(chance: Random) -> Check:
    """Return one valid request and the answer it must get."""
    id = chance.randrange(1, 100_000)
    q, limit = f"films of {chance.randrange(1950, 2020)}", chance.randrange(1, 101)
    body = order(chance)
    answer = {"id": id, "q": q, "limit": limit, "order": body}
    return Check(call(body, id=str(id), q=q, limit=str(limit)), frozenset({200}), answer)


def wrong(chance: Random) -> list[Check]:
    """Return requests that must be refused, each for one reason."""
    body = order(chance)
    item, customer = body["items"][0], body["customer"]
    bodies = [
        {**body, "items": []},
        {**body, "items": [{**item, "quantity": 0}]},
        {**body, "items": [item, {**item, "sku": "no such form"}]},
        {**body, "customer": {**customer, "email": "nobody"}},
        {**body, "customer": {"name": "Ada", "email": "ada@example.org"}},
        {**body, "express": "certainly"},
        b'{"customer": {"name": ',
    ]
    calls = [call(data, q="films", limit="10") for data in bodies]
    calls += [
        call(body, q="films", limit="1000"),
        call(body, q="films", limit="many"),
        call(body, limit="10"),
        call(body, id="seven", q="films", limit="10"),
    ]
    return [Check(each, REFUSED) for each in calls]


CHANCE = Random(20)
RIGHT = [right(CHANCE) for _ in range(64)]
DEFAULT_LIMIT = Check(
    call(body := order(CHANCE), q="films"),
    frozenset({200}),
    {"id": 7, "q": "films", "limit": 20, "order": body},
)

WORKLOAD = Workload(
    title="path, query and JSON body validated",
    calls=[check.call for check in RIGHT],
    checks=[*RIGHT[:8], DEFAULT_LIMIT, *wrong(CHANCE)],
    rate=300,
)
