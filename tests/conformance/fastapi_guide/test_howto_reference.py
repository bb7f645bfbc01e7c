"""FastAPI's "Reference": each public name, and what it is called here."""

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

import trimaran
from trimaran import App, Router
from trimaran.handlers.router import RouteOptions
from trimaran.openapi.documented import DocumentationOptions

# FastAPI's module, ours, and the names that stand in both.
SAME = {
    "fastapi": (
        "trimaran",
        "BackgroundTasks Body Cookie Depends File Form HTTPException Header Path Query Request "
        "Response Security UploadFile WebSocket WebSocketDisconnect WebSocketException status",
    ),
    "fastapi.responses": (
        "trimaran",
        "EventSourceResponse FileResponse HTMLResponse JSONResponse PlainTextResponse "
        "RedirectResponse Response StreamingResponse",
    ),
    "fastapi.requests": ("trimaran", "HTTPConnection Request"),
    "fastapi.websockets": ("trimaran", "WebSocket WebSocketDisconnect WebSocketState"),
    "fastapi.exceptions": (
        "trimaran.errors",
        "HTTPException RequestValidationError ResponseValidationError WebSocketException",
    ),
    "fastapi.exception_handlers": (
        "trimaran",
        "http_exception_handler request_validation_exception_handler",
    ),
    "fastapi.encoders": ("trimaran", "jsonable_encoder"),
    "fastapi.concurrency": ("trimaran", "run_in_threadpool"),
    "fastapi.sse": ("trimaran", "EventSourceResponse ServerSentEvent"),
    "fastapi.security": (
        "trimaran.security",
        "APIKeyCookie APIKeyHeader APIKeyQuery HTTPAuthorizationCredentials HTTPBasic "
        "HTTPBasicCredentials HTTPBearer HTTPDigest OAuth2 OAuth2AuthorizationCodeBearer "
        "OAuth2PasswordBearer OAuth2PasswordRequestForm OAuth2PasswordRequestFormStrict "
        "OpenIdConnect SecurityScopes",
    ),
    "fastapi.middleware": (
        "trimaran.middleware",
        "CORSMiddleware GZipMiddleware HTTPSRedirectMiddleware Middleware TrustedHostMiddleware",
    ),
    "fastapi.staticfiles": ("trimaran.mounts", "StaticFiles"),
    "fastapi.middleware.wsgi": ("trimaran.mounts", "WSGIMiddleware"),
    "fastapi.testclient": ("trimaran.testing", "TestClient"),
    "fastapi.datastructures": (
        "trimaran.http",
        "Address FormData Headers QueryParams State URL UploadFile",
    ),
    "fastapi.openapi.utils": ("trimaran.openapi", "get_openapi"),
    "fastapi.openapi.docs": (
        "trimaran.openapi.docs",
        "get_redoc_html get_swagger_ui_html get_swagger_ui_oauth2_redirect_html",
    ),
}


def named(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


OTHERWISE = {"FastAPI": "App", "APIRouter": "Router", "APIRoute": "Route"}
APPLICATION = named(
    """
    debug title summary description version openapi_url openapi_tags servers dependencies
    default_response_class redirect_slashes docs_url redoc_url swagger_ui_oauth2_redirect_url
    swagger_ui_init_oauth middleware exception_handlers on_startup on_shutdown lifespan
    terms_of_service contact license_info root_path root_path_in_servers responses callbacks
    webhooks deprecated include_in_schema swagger_ui_parameters generate_unique_id_function
    separate_input_output_schemas openapi_external_docs strict_content_type
    """
)
ROUTER = named(
    """
    prefix tags dependencies default_response_class responses callbacks route_class on_startup
    on_shutdown lifespan deprecated include_in_schema generate_unique_id_function
    strict_content_type
    """
)
OPERATION = named(
    """
    response_model status_code tags dependencies summary description response_description
    responses deprecated operation_id response_model_include response_model_exclude
    response_model_by_alias response_model_exclude_unset response_model_exclude_defaults
    response_model_exclude_none include_in_schema response_class name callbacks openapi_extra
    generate_unique_id_function
    """
)
METHODS = named(
    """
    get put post delete options head patch trace api_route add_api_route websocket
    add_api_websocket_route include_router mount frontend middleware add_middleware
    exception_handler add_exception_handler on_event openapi url_path_for add_route
    add_websocket_route host
    """
)


@pytest.mark.parametrize("module", SAME)
def test_names_that_move_by_their_import(module: str) -> None:
    """``from fastapi.responses import X`` becomes ``from trimaran import X``, and so on."""
    ours, names = SAME[module]
    missing = [name for name in names.split() if not hasattr(import_module(ours), name)]
    assert missing == []


def test_names_that_are_others() -> None:
    """``FastAPI`` is ``App``, ``APIRouter`` is ``Router``, ``APIRoute`` is ``Route``.

    Differs: the names of the framework's own classes do not repeat its name.
    """
    for theirs, ours in OTHERWISE.items():
        assert hasattr(trimaran, ours)
        assert not hasattr(trimaran, theirs)


def parameters(call: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(call).parameters)


def test_what_an_application_takes() -> None:
    """Every argument of ``FastAPI(...)`` but ``routes`` and what is deprecated there."""
    taken = parameters(App.__init__) | DocumentationOptions.__optional_keys__
    assert set(APPLICATION) - taken == set()


def test_what_a_router_takes() -> None:
    """Every argument of ``APIRouter(...)`` that is not for its own insides."""
    assert set(ROUTER) - parameters(Router.__init__) == set()


def test_what_a_route_takes() -> None:
    """Every argument of ``@app.get(...)``."""
    assert set(OPERATION) - set(RouteOptions.__annotations__) == set()


def test_what_an_application_does() -> None:
    """Every method of the reference, and Starlette's beside them; ``app.state`` and its like."""
    app = App()
    attributes = ["state", "dependency_overrides", "webhooks", "openapi_version", "router"]
    assert [name for name in [*METHODS, *attributes] if not hasattr(app, name)] == []


def test_the_constants_of_status() -> None:
    """By name, of HTTP and of WebSockets."""
    from trimaran import status

    assert (status.HTTP_201_CREATED, status.HTTP_418_IM_A_TEAPOT) == (201, 418)
    assert (status.WS_1008_POLICY_VIOLATION, status.HTTP_422_UNPROCESSABLE_CONTENT) == (1008, 422)
