"""Routes: from a decorated function to an endpoint that a server can run."""

from __future__ import annotations

from trimaran.handlers.compile_routes import compile_routes
from trimaran.handlers.compiler import compile_endpoint
from trimaran.handlers.fault_handlers import FaultHandlers
from trimaran.handlers.form_parameters import File, Form
from trimaran.handlers.parameters import Body, Cookie, Header, Path, Query
from trimaran.handlers.plan import Plan
from trimaran.handlers.planning import build_plan
from trimaran.handlers.route import UNSET, Route
from trimaran.handlers.router import Router

__all__ = [
    "UNSET",
    "Body",
    "Cookie",
    "FaultHandlers",
    "File",
    "Form",
    "Header",
    "Path",
    "Plan",
    "Query",
    "Route",
    "Router",
    "build_plan",
    "compile_endpoint",
    "compile_routes",
]
