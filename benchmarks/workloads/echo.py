"""``/echo``: a WebSocket that sends back every text, of 64 bytes here, on 64 sockets."""

from benchmarks.exchange import Call, Check, Echo, Workload

HELLO = Call("GET", "/hello")

WORKLOAD = Workload(
    title="WebSocket echo, 64 bytes",
    calls=[HELLO],
    checks=[Check(HELLO, frozenset({200}), {"message": "Hello, World!"})],
    rate=350,
    echo=Echo("/echo", b"0123456789abcdef" * 4),
)
