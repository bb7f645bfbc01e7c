"""``GET /depends?page=..``: three nested dependencies: a cookie, a header, the query."""

from benchmarks.exchange import REQUEST_HEADERS, Call, Check, Workload

LANGUAGE = REQUEST_HEADERS["Accept-Language"]
SESSION = REQUEST_HEADERS["Cookie"].rpartition("session=")[2]
PAGES = range(1, 65)


def answer(page: int) -> dict[str, object]:
    """Return what the innermost value has become on its way out."""
    return {"session": SESSION, "language": LANGUAGE, "page": page, "offset": (page - 1) * 20}


def right(page: int) -> Check:
    """Return one valid request and the answer it must get."""
    return Check(Call("GET", f"/depends?page={page}"), frozenset({200}), answer(page))


CHECKS = [right(page) for page in PAGES]

WORKLOAD = Workload(
    title="three nested dependencies",
    calls=[check.call for check in CHECKS],
    checks=[
        *CHECKS[:4],
        Check(Call("GET", "/depends"), frozenset({200}), answer(1)),
        Check(Call("GET", "/depends?page=0"), frozenset({400, 422})),
        Check(Call("GET", "/depends?page=first"), frozenset({400, 422})),
    ],
    rate=400,
)
