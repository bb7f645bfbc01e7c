"""Trimaran: models and admin, typed APIs and an event-loop engine in one.

Everything public is here, imported when it is first used::

    from trimaran import App, Model, Field, Depends, HTTPException
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.app import App as App
    from trimaran.db import Create as Create
    from trimaran.db import F as F
    from trimaran.db import Field as Field
    from trimaran.db import ForeignKey as ForeignKey
    from trimaran.db import ManyToMany as ManyToMany
    from trimaran.db import ManyToManyField as ManyToManyField
    from trimaran.db import Model as Model
    from trimaran.db import OneToOne as OneToOne
    from trimaran.db import Patch as Patch
    from trimaran.db import Q as Q
    from trimaran.db import QuerySet as QuerySet
    from trimaran.db import get_object_or_404 as get_object_or_404
    from trimaran.db import transaction as transaction
    from trimaran.di import Depends as Depends
    from trimaran.di import Security as Security
    from trimaran.di import SecurityScopes as SecurityScopes
    from trimaran.errors import ConfigurationError as ConfigurationError
    from trimaran.errors import HTTPException as HTTPException
    from trimaran.errors import IntegrityError as IntegrityError
    from trimaran.errors import ModelValidationError as ModelValidationError
    from trimaran.errors import RequestValidationError as RequestValidationError
    from trimaran.errors import TrimaranError as TrimaranError
    from trimaran.errors import WebSocketDisconnect as WebSocketDisconnect
    from trimaran.errors import WebSocketException as WebSocketException
    from trimaran.handlers import Body as Body
    from trimaran.handlers import Cookie as Cookie
    from trimaran.handlers import File as File
    from trimaran.handlers import Form as Form
    from trimaran.handlers import Header as Header
    from trimaran.handlers import Path as Path
    from trimaran.handlers import Query as Query
    from trimaran.handlers import Route as Route
    from trimaran.handlers import Router as Router
    from trimaran.handlers.background import BackgroundTask as BackgroundTask
    from trimaran.handlers.background import BackgroundTasks as BackgroundTasks
    from trimaran.handlers.controllers import Controller as Controller
    from trimaran.handlers.exception_handlers import (
        http_exception_handler as http_exception_handler,
    )
    from trimaran.handlers.exception_handlers import (
        request_validation_exception_handler as request_validation_exception_handler,
    )
    from trimaran.handlers.jsonable import jsonable_encoder as jsonable_encoder
    from trimaran.handlers.threads import run_in_threadpool as run_in_threadpool
    from trimaran.http import Compression as Compression
    from trimaran.http import EventSourceResponse as EventSourceResponse
    from trimaran.http import FileResponse as FileResponse
    from trimaran.http import FormData as FormData
    from trimaran.http import HTMLResponse as HTMLResponse
    from trimaran.http import HTTPConnection as HTTPConnection
    from trimaran.http import JSONResponse as JSONResponse
    from trimaran.http import PlainTextResponse as PlainTextResponse
    from trimaran.http import RedirectResponse as RedirectResponse
    from trimaran.http import Request as Request
    from trimaran.http import Response as Response
    from trimaran.http import ServerSentEvent as ServerSentEvent
    from trimaran.http import StreamingResponse as StreamingResponse
    from trimaran.http import UploadFile as UploadFile
    from trimaran.http import WebSocket as WebSocket
    from trimaran.http import WebSocketState as WebSocketState
    from trimaran.http import not_modified as not_modified
    from trimaran.schema.check import Check as Check
    from trimaran.schema.hooks import register_type as register_type
    from trimaran.settings import Settings as Settings

__version__ = "0.1.0"

# Each public name and the module that holds it.
_HOMES: dict[str, str] = {
    # the application
    "App": "trimaran.app",
    "Controller": "trimaran.handlers.controllers",
    "Route": "trimaran.handlers",
    "Router": "trimaran.handlers",
    "Settings": "trimaran.settings",
    "run_in_threadpool": "trimaran.handlers.threads",
    # parameters and dependencies
    "Body": "trimaran.handlers",
    "Check": "trimaran.schema.check",
    "register_type": "trimaran.schema.hooks",
    "Cookie": "trimaran.handlers",
    "Depends": "trimaran.di",
    "File": "trimaran.handlers",
    "Form": "trimaran.handlers",
    "Header": "trimaran.handlers",
    "Path": "trimaran.handlers",
    "Query": "trimaran.handlers",
    "Security": "trimaran.di",
    "SecurityScopes": "trimaran.di",
    # requests and answers
    "BackgroundTask": "trimaran.handlers.background",
    "BackgroundTasks": "trimaran.handlers.background",
    "Compression": "trimaran.http",
    "EventSourceResponse": "trimaran.http",
    "FileResponse": "trimaran.http",
    "FormData": "trimaran.http",
    "HTMLResponse": "trimaran.http",
    "HTTPConnection": "trimaran.http",
    "JSONResponse": "trimaran.http",
    "PlainTextResponse": "trimaran.http",
    "RedirectResponse": "trimaran.http",
    "Request": "trimaran.http",
    "Response": "trimaran.http",
    "ServerSentEvent": "trimaran.http",
    "StreamingResponse": "trimaran.http",
    "UploadFile": "trimaran.http",
    "http_exception_handler": "trimaran.handlers.exception_handlers",
    "jsonable_encoder": "trimaran.handlers.jsonable",
    "not_modified": "trimaran.http",
    "request_validation_exception_handler": "trimaran.handlers.exception_handlers",
    "WebSocket": "trimaran.http",
    "WebSocketState": "trimaran.http",
    # data
    "Create": "trimaran.db",
    "F": "trimaran.db",
    "Field": "trimaran.db",
    "ForeignKey": "trimaran.db",
    "ManyToMany": "trimaran.db",
    "ManyToManyField": "trimaran.db",
    "Model": "trimaran.db",
    "OneToOne": "trimaran.db",
    "Patch": "trimaran.db",
    "Q": "trimaran.db",
    "QuerySet": "trimaran.db",
    "get_object_or_404": "trimaran.db",
    "transaction": "trimaran.db",
    # errors
    "ConfigurationError": "trimaran.errors",
    "HTTPException": "trimaran.errors",
    "IntegrityError": "trimaran.errors",
    "ModelValidationError": "trimaran.errors",
    "RequestValidationError": "trimaran.errors",
    "TrimaranError": "trimaran.errors",
    "WebSocketDisconnect": "trimaran.errors",
    "WebSocketException": "trimaran.errors",
}

__all__ = [*_HOMES]  # noqa: PLE0604  the names are strings; a test compares both lists


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if name == "status":  # a module of names, which few use
        from importlib import import_module

        return import_module("trimaran.status")
    if home is None:
        message = f"module 'trimaran' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
