"""The same parameters declared in FastAPI and here, and the same requests sent to both.

``python cases.py fastapi`` prints FastAPI's verdicts as JSON. No import of Trimaran stands at the
top, so that an interpreter that has FastAPI alone can run this file.
"""

import asyncio
import datetime
import decimal
import enum
import importlib
import json
import sys
import uuid
from typing import Annotated, Any, Literal
from urllib.parse import urlencode


class Colour(enum.Enum):
    RED = "red"
    ONE = "1"


class Rank(enum.IntEnum):
    LOW = 1
    HIGH = 2


TYPES: dict[str, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "str": str,
    "bytes": bytes,
    "decimal": decimal.Decimal,
    "date": datetime.date,
    "datetime": datetime.datetime,
    "time": datetime.time,
    "uuid": uuid.UUID,
    "colour": Colour,
    "rank": Rank,
    "literal": Literal["a", "b"],
    "numbers": Literal[1, 2],
    "optional": int | None,
    "either": int | str,
    "ints": list[int],
    "texts": set[str],
    "pair": tuple[int, str],
    "maybe_ints": list[int] | None,
}
TEXTS: dict[str, list[str]] = {
    "int": ["1", "-1", "+1", " 1 ", "1.0", "1.5", "1_000", "1e3", "0x1", "007", "9" * 30, "true"],
    "float": ["1", "1.5", "-0.0", "1e3", ".5", "5.", "1_0.5", "abc", "0x1"],
    "bool": ["1", "0", "true", "TRUE", "t", "on", "On", "yes", "y", "no", "off", "f", "2", "ja"],
    "str": ["a", " a ", "ä", "1"],
    "bytes": ["a", "ä"],
    "decimal": ["1", "1.50", "-1e3", "1_0", "abc", "NaN", "Infinity", " 1 "],
    "date": ["2026-11-22", "2026-13-01", "2026-1-2", "20261122", "soon"],
    "datetime": ["2026-11-22T18:30:00", "2026-11-22 18:30:00Z", "2026-11-22T18:30", "soon"],
    "time": ["18:30:00", "18:30", "18:30:00.5", "25:00:00", "6pm"],
    "uuid": ["a8098c1a-f86e-11da-bd1a-00112444be1e", "a8098c1af86e11dabd1a00112444be1e", "no"],
    "colour": ["red", "1", "RED", "blue"],
    "rank": ["1", "2", "3", "HIGH"],
    "literal": ["a", "b", "A", "c"],
    "numbers": ["1", "3"],
    "optional": ["1", "None", "null"],
    "either": ["1", "x"],
    "ints": ["1", "x"],
    "texts": ["a"],
    "pair": ["1"],
    "maybe_ints": ["1"],
}
REPEATED: dict[str, list[list[str]]] = {
    "int": [["1", "2"], ["x", "2"]],
    "str": [["a", "b"]],
    "ints": [["1", "2"], ["1", "x", "y"], ["", "1"]],
    "texts": [["a", "b", "a"]],
    "pair": [["1", "b"], ["x", "b"], ["1", "b", "c"]],
    "maybe_ints": [["1", "2"]],
}
PLACES = ("query", "header", "cookie", "form")


def declare(app: Any, library: Any) -> None:
    """Declare a route for each type, place and kind of default."""
    markers = {
        "query": library.Query,
        "header": library.Header,
        "cookie": library.Cookie,
        "form": library.Form,
    }
    for place, marker in markers.items():
        for name, tp in TYPES.items():
            for kind in ("required", "none"):
                _route(app, f"/{place}/{name}/{kind}", Annotated[tp, marker()], kind)


def _route(app: Any, path: str, annotation: Any, kind: str) -> None:
    async def required(value: Any) -> str:
        return _shown(value)

    async def none(value: Any = None) -> str:
        return _shown(value)

    handler = required if kind == "required" else none
    handler.__annotations__["value"] = annotation
    handler.__name__ = path.strip("/").replace("/", "_")
    app.post(path)(handler)


def _shown(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.isoformat()  # whichever class its zone is of
    return repr(sorted(value)) if isinstance(value, set) else repr(value)


def requests() -> list[tuple[str, str, list[str]]]:
    """Return the requests: an id, the path, the texts that are sent as ``value``."""
    found = []
    for place in PLACES:
        for name in TYPES:
            repeated = REPEATED.get(name, []) if place in ("query", "form") else []
            full = [[], [""], *([text] for text in TEXTS[name]), *repeated]
            for kind, every in (("required", full), ("none", [[], [""]])):
                path = f"/{place}/{name}/{kind}"
                found += [(f"{path} {_text(texts)}", path, texts) for texts in every]
    return found


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


async def _ask(app: Any, path: str, texts: list[str]) -> tuple[int, Any]:
    place = path.split("/")[1]
    query, body = b"", b""
    headers = [(b"host", b"test")]
    fields = urlencode([("value", text) for text in texts]).encode()
    if place == "query":
        query = fields
    elif place == "form":
        body = fields
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        headers.append((b"content-length", str(len(body)).encode()))
    elif place == "header":
        headers += [(b"value", text.encode("latin-1")) for text in texts]
    elif texts:
        pairs = [b"value=" + text.encode("latin-1") for text in texts]
        headers.append((b"cookie", b"; ".join(pairs)))
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "server": ("test", 80),
        "state": {},
    }
    await app(scope, receive, send)
    answer = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], json.loads(answer)


async def _verdicts(app: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for id, path, texts in requests():
        status, answer = await _ask(app, path, texts)
        if status == 422:
            faults = answer["detail"]
            found[id] = sorted(
                {f"{one['type']} {'.'.join(map(str, one['loc']))}" for one in faults}
            )
        else:
            found[id] = answer if status == 200 else status
    return found


def verdicts(library: Any, app: Any) -> dict[str, Any]:
    """Return what an application makes of each request: the value, or its faults."""
    declare(app, library)
    return asyncio.run(_verdicts(app))


if __name__ == "__main__":
    module = importlib.import_module(sys.argv[1])
    json.dump(verdicts(module, module.FastAPI()), sys.stdout, indent=0, ensure_ascii=False)
