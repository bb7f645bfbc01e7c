"""How bytes are cut into segments never changes what they mean."""

from __future__ import annotations

import asyncio
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from serving.segments import answers

REQUESTS = (
    b"GET /about?x=1 HTTP/1.1\r\nHost: test\r\nX-A: 1\r\n\r\n",
    b"POST /about HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /about HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n",
    b"POST /about HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    b"Content-Length: 5\r\n\r\nhello",
    b"GET /about HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    b"GET http://other/about HTTP/1.1\r\nHost: test\r\n\r\n",
    b"\r\nHEAD /about HTTP/1.1\r\nHost: test\r\n\r\n",
    b"GET /about/%C3%A9 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"GET\t/ HTTP/1.1\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 2000\r\n\r\n",
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=5), st.data())
def test_any_split_means_the_same(requests: list[bytes], data: st.DataObject) -> None:
    """Any cut of valid and refused requests into segments gets the same answers."""
    whole = b"".join(requests)
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=8))
    edges = [0, *sorted(cuts), len(whole)]
    segments = [whole[a:b] for a, b in itertools.pairwise(edges) if a < b]
    assert asyncio.run(answers(segments)) == asyncio.run(answers([whole]))


def test_byte_by_byte() -> None:
    """One byte a segment is no different either."""
    whole = b"".join(REQUESTS[:9])
    single = [whole[place : place + 1] for place in range(len(whole))]
    assert asyncio.run(answers(single)) == asyncio.run(answers([whole]))
    assert asyncio.run(answers([whole])).count(b"HTTP/1.1 200 OK") == 8
