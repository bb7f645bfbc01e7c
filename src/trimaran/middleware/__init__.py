"""Middleware that many applications need: origins, hosts, proxies, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.middleware.base import BaseHTTPMiddleware
    from trimaran.middleware.concurrency import ConcurrencyLimitMiddleware
    from trimaran.middleware.cors import CORSMiddleware
    from trimaran.middleware.declared import Middleware
    from trimaran.middleware.gzip import GZipMiddleware
    from trimaran.middleware.hosts import HTTPSRedirectMiddleware, TrustedHostMiddleware
    from trimaran.middleware.proxies import ProxyHeadersMiddleware
    from trimaran.middleware.rate_limit import RateLimitMiddleware, by_header, client_address
    from trimaran.middleware.rate_store import Allowance, MemoryStore, RateLimitStore
    from trimaran.middleware.request_id import RequestIDMiddleware, current_request_id

_HOMES = {
    "BaseHTTPMiddleware": "base",
    "CORSMiddleware": "cors",
    "ConcurrencyLimitMiddleware": "concurrency",
    "GZipMiddleware": "gzip",
    "HTTPSRedirectMiddleware": "hosts",
    "Middleware": "declared",
    "ProxyHeadersMiddleware": "proxies",
    "Allowance": "rate_store",
    "MemoryStore": "rate_store",
    "RateLimitMiddleware": "rate_limit",
    "RateLimitStore": "rate_store",
    "SharedStore": "shared_store",
    "by_header": "rate_limit",
    "client_address": "rate_limit",
    "RequestIDMiddleware": "request_id",
    "TrustedHostMiddleware": "hosts",
    "current_request_id": "request_id",
}

__all__ = [
    "BaseHTTPMiddleware",
    "CORSMiddleware",
    "ConcurrencyLimitMiddleware",
    "GZipMiddleware",
    "HTTPSRedirectMiddleware",
    "Middleware",
    "ProxyHeadersMiddleware",
    "Allowance",
    "MemoryStore",
    "RateLimitMiddleware",
    "RateLimitStore",
    "SharedStore",
    "by_header",
    "client_address",
    "RequestIDMiddleware",
    "TrustedHostMiddleware",
    "current_request_id",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'trimaran.middleware' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(f"trimaran.middleware.{home}"), name)
