"""``GET /hello``: the smallest typed JSON answer."""

from benchmarks.exchange import Call, Check, Workload

HELLO = Call("GET", "/hello")

WORKLOAD = Workload(
    title="JSON hello",
    calls=[HELLO],
    checks=[
        Check(HELLO, frozenset({200}), {"message": "Hello, World!"}),
        Check(Call("GET", "/nowhere"), frozenset({404})),
    ],
    rate=400,
)
