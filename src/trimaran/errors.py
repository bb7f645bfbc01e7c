"""Every error that Trimaran raises on purpose, under one root.

::

    TrimaranError                     a stable id, what is wrong, where, how to mend it
    ├── ConfigurationError            the application is declared wrongly; found at start-up
    │   └── ConfigurationErrors       all of them at once
    ├── DataError                     models, queries, connections
    │   ├── QueryError                a query that cannot be built (unknown field, bad look-up)
    │   ├── RelationNotLoadedError    a relation was read without ``await``
    │   ├── FieldNotLoadedError       a field that the query left out was
    │   ├── ObjectDoesNotExistError   ``get()`` found nothing (``Model.DoesNotExist``)
    │   ├── MultipleObjectsError      ``get()`` found several (``MultipleObjectsReturned``)
    │   ├── IntegrityError            the database refused: a constraint would break
    │   ├── ModelValidationError      a model's values break its fields' rules
    │   ├── DatabaseUnavailableError  no connection could be had in time
    │   ├── DatabaseOperationError    the database refused a statement for another reason
    │   └── TransactionError          a transaction was used against its rules
    ├── MigrationError                a migration cannot be made or applied
    ├── HTTPException                 an answer other than success, raised by a handler
    │   └── RequestValidationError    422: every fault of one request
    ├── WebSocketException            close the WebSocket with this code and reason
    │   └── WebSocketMessageError     a message that is not of the type asked for
    ├── WebSocketDisconnect           the WebSocket is closed; nothing more can be received or sent
    ├── WebSocketStateError           a WebSocket was used before ``accept`` or after ``close``
    ├── InvalidHeaderError            a header or cookie unfit for the wire
    ├── ResponseValidationError       a handler returned what its route did not declare
    └── ClientDisconnectedError       the client left before it was answered
"""

from __future__ import annotations

import http
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "ClientDisconnectedError",
    "ConfigurationError",
    "ConfigurationErrors",
    "DataError",
    "DatabaseOperationError",
    "DatabaseUnavailableError",
    "HTTPException",
    "IntegrityError",
    "InvalidHeaderError",
    "MigrationError",
    "ModelValidationError",
    "MultipleObjectsError",
    "ObjectDoesNotExistError",
    "QueryError",
    "RelationNotLoadedError",
    "FieldNotLoadedError",
    "RequestValidationError",
    "ResponseValidationError",
    "TransactionError",
    "TrimaranError",
    "WebSocketDisconnect",
    "WebSocketException",
    "WebSocketMessageError",
    "WebSocketStateError",
]


class TrimaranError(Exception):
    """The root: catch it to catch whatever Trimaran raises on purpose.

    ``str(error)`` reads ``TRI-ROUTE-003 shop/views.py:41 show: what is wrong. How to mend it.``

    id:     stable, ``TRI-<TOPIC>-<number>``; documented in ``docs/reference/errors.md``
    what:   one sentence on what is wrong
    mend:   one sentence on how to mend it
    where:  ``file:line name`` where the developer's code stands, if it is known
    """

    def __init__(self, id: str, what: str, mend: str = "", *, where: str = "") -> None:
        self.id = id
        self.what = what
        self.mend = mend
        self.where = where
        super().__init__(id, what, mend, where)

    def __str__(self) -> str:
        place = f" {self.where}:" if self.where else ""
        mend = f" {self.mend}" if self.mend else ""
        return f"{self.id}{place} {self.what}{mend}"


class ConfigurationError(TrimaranError):
    """The application is declared wrongly; raised at start-up, never during a request."""


class ConfigurationErrors(ConfigurationError):  # noqa: N818  several errors in one
    """Every configuration error found at start-up, reported together."""

    def __init__(self, errors: Sequence[ConfigurationError]) -> None:
        self.errors = tuple(errors)
        count = len(self.errors)
        listing = "\n".join(f"  {error}" for error in self.errors)
        super().__init__(
            "TRI-APP-001", f"The application has {count} configuration fault(s):\n{listing}"
        )


class DataError(TrimaranError):
    """Something about models, queries or connections."""


class QueryError(DataError):
    """A query that cannot be built: an unknown field, a look-up that does not exist."""


class RelationNotLoadedError(DataError):
    """A relation was read without ``await`` and without having been loaded."""


class FieldNotLoadedError(DataError):
    """A field that ``only()`` or ``defer()`` left out was read without ``await``."""


class ObjectDoesNotExistError(DataError):
    """``get()`` found no row. Each model has its own subclass, ``Model.DoesNotExist``."""


class MultipleObjectsError(DataError):
    """``get()`` found more than one row: ``Model.MultipleObjectsReturned``."""


class IntegrityError(DataError):
    """The database refused a statement because a constraint would break.

    kind:       ``unique``, ``foreign_key``, ``not_null``, ``check`` or ``other``
    constraint: its name; table and columns: where it stands; empty where the driver does not say
    """

    kind: str = "other"
    constraint: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()


class DatabaseUnavailableError(DataError):
    """No connection could be had in time: all are in use, or the database is down."""


class DatabaseOperationError(DataError):
    """The database refused a statement for a reason other than a constraint.

    code: the database's own: an SQLSTATE (``42P01``), or SQLite's name (``SQLITE_FULL``)
    """

    code: str = ""


class TransactionError(DataError):
    """A transaction was used against its rules."""


class MigrationError(TrimaranError):
    """A migration cannot be made or applied."""


class ModelValidationError(DataError):
    """A model's values break its fields' rules.

    errors: a list in the form of ``RequestValidationError.errors``, ``loc`` being the field's name
    """

    def __init__(self, errors: Sequence[Mapping[str, Any]], *, model: str = "") -> None:
        self.errors = list(errors)
        self.model = model
        faults = "; ".join(
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in self.errors
        )
        super().__init__("TRI-MODEL-001", f"{model or 'The model'} is not valid: {faults}.")


class HTTPException(TrimaranError):  # noqa: N818  FastAPI's name, which its users know
    """Answer the request with this status instead of the handler's return value.

    status_code: 400 to 599 as a rule; any status is sent as given
    detail:      anything that encodes to JSON; the status' phrase when it is left out
    headers:     added to the answer

    The body is ``{"detail": detail}``, as in FastAPI.
    """

    def __init__(
        self, status_code: int, detail: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        if detail is None:
            try:
                detail = http.HTTPStatus(status_code).phrase
            except ValueError:
                detail = "Error"
        self.status_code = status_code
        self.detail = detail
        self.headers = headers
        super().__init__("TRI-HTTP-001", f"{status_code}: {detail}")


class _Faults(list[Any]):
    """A list that returns itself where it is called: FastAPI's ``errors()`` is a method."""

    def __call__(self) -> list[Any]:
        return self


class RequestValidationError(HTTPException):
    """Every fault of one request, in FastAPI's form.

    errors: ``[{"type": "int_parsing", "loc": ("query", "limit"), "msg": "Input should be …",
            "input": "abc"}, …]``; ``errors()`` is the same
    body:   what was sent, as far as it could be read: decoded JSON, or a form
    """

    def __init__(self, errors: Sequence[Mapping[str, Any]], *, body: Any = None) -> None:
        # A place may be a dictionary's key in the hands of an exception handler, as in FastAPI.
        self.errors = _Faults({**fault, "loc": tuple(fault["loc"])} for fault in errors)
        self.body = body
        super().__init__(422, self.errors)


class InvalidHeaderError(TrimaranError, ValueError):
    """A header or cookie that would break the message, or that browsers would drop."""


class ResponseValidationError(TrimaranError):
    """A handler returned what its route did not declare; the client sees a bare 500."""


class ClientDisconnectedError(TrimaranError):
    """The client left before its request was read or its answer was sent."""

    def __init__(self, what: str = "The client closed the connection.") -> None:
        super().__init__("TRI-HTTP-002", what)


class WebSocketException(TrimaranError):  # noqa: N818  FastAPI's name, which its users know
    """Close the WebSocket with this code and reason; refuse it with 403 before.

    code: RFC 6455, 7.4.1: 1008 where a rule was broken, 1011 for a fault of the server,
          3000 to 4999 for codes of your own
    """

    def __init__(self, code: int, reason: str | None = None) -> None:
        self.code = code
        self.reason = reason or ""
        super().__init__("TRI-WS-001", f"{code}: {self.reason}")


class WebSocketMessageError(WebSocketException):
    """A message not of the type asked for: 1007 where it is no JSON, else 1008.

    errors: every fault, in the form of ``RequestValidationError.errors``
    """

    def __init__(self, code: int, reason: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        self.errors = list(errors)
        super().__init__(code, reason)


class WebSocketDisconnect(TrimaranError):  # noqa: N818  FastAPI's name, which its users know
    """The WebSocket is closed: the client left, or the server shuts down.

    code: what the close frame said: 1005 where it said nothing, 1006 where there was none
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        self.code = code
        self.reason = reason or ""
        super().__init__("TRI-WS-002", f"The WebSocket is closed ({code}). {self.reason}".rstrip())


class WebSocketStateError(TrimaranError, RuntimeError):
    """The handler used a WebSocket before ``accept``, or after ``close``."""
