"""``GET /structs``: a list of 100 typed objects of seven fields, made anew for every answer."""

from typing import Any

from benchmarks.exchange import Call, Check, Workload

COUNT = 100


def film(number: int) -> dict[str, Any]:
    """Return the film of this number as every peer must send it."""
    return {
        "id": number,
        "title": f"The {number * 7919 % 9973}th voyage",
        "year": 1920 + number % 100,
        "rating": number % 10 + 0.5,
        "genre": None if number % 4 == 0 else "drama",
        "tags": ["sea", "sail"],
        "on_screen": number % 3 != 0,
    }


WORKLOAD = Workload(
    title="list of 100 typed objects",
    calls=[Call("GET", "/structs")],
    checks=[Check(Call("GET", "/structs"), frozenset({200}), [film(n) for n in range(COUNT)])],
    rate=150,
)
