"""Requests and responses as values. Nothing here touches a socket.

What few routes use is imported when it is first asked for: forms, files, events, compression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.http.connection import HTTPConnection
from trimaran.http.endpoint import Endpoint
from trimaran.http.headers import Headers, MutableHeaders
from trimaran.http.query import QueryParams
from trimaran.http.request import Request
from trimaran.http.response import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    PreparedResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from trimaran.http.state import State
from trimaran.http.url import URL

if TYPE_CHECKING:
    from trimaran.http.address import Address
    from trimaran.http.compression import Compression
    from trimaran.http.conditional import not_modified
    from trimaran.http.events import EventSourceResponse, ServerSentEvent
    from trimaran.http.files import FileResponse
    from trimaran.http.forms import FormData
    from trimaran.http.upload import UploadFile
    from trimaran.http.websocket import WebSocket, WebSocketState

_LATER = {
    "Address": "address",
    "Compression": "compression",
    "EventSourceResponse": "events",
    "FileResponse": "files",
    "FormData": "forms",
    "ServerSentEvent": "events",
    "UploadFile": "upload",
    "WebSocket": "websocket",
    "WebSocketState": "websocket",
    "not_modified": "conditional",
}

__all__ = [
    "Address",
    "Compression",
    "Endpoint",
    "HTTPConnection",
    "EventSourceResponse",
    "FileResponse",
    "FormData",
    "HTMLResponse",
    "Headers",
    "JSONResponse",
    "MutableHeaders",
    "PlainTextResponse",
    "PreparedResponse",
    "QueryParams",
    "RedirectResponse",
    "Request",
    "Response",
    "ServerSentEvent",
    "State",
    "StreamingResponse",
    "URL",
    "UploadFile",
    "WebSocket",
    "WebSocketState",
    "not_modified",
]


def __getattr__(name: str) -> Any:
    home = _LATER.get(name)
    if home is None:
        message = f"module 'trimaran.http' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    value = getattr(import_module(f"trimaran.http.{home}"), name)
    globals()[name] = value
    return value
