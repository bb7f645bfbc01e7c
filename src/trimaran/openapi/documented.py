"""What an application says of its API, and the document that it makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from trimaran.errors import ConfigurationErrors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.errors import ConfigurationError
    from trimaran.handlers.plan import Plan
    from trimaran.handlers.router import Router


class DocumentationOptions(TypedDict, total=False):
    """What an application takes for its documentation; FastAPI's names and meanings.

    title, summary, description, version: of the API; the description is Markdown
    terms_of_service: a URL
    contact:          ``{"name": ..., "url": ..., "email": ...}``
    license_info:     ``{"name": ..., "identifier": "MIT"}``, or a ``url`` for the identifier
    openapi_tags:     ``[{"name": "films", "description": ..., "externalDocs": {"url": ...}}]``,
                      in the order of the pages
    openapi_external_docs: ``{"description": ..., "url": ...}``
    servers:          ``[{"url": "https://api.shop.example", "description": "Production"}]``
    root_path:        of a proxy that takes it away before it asks the application, ``/api/v1``
    root_path_in_servers: list that path among the servers
    openapi_url, docs_url, redoc_url: None, or an empty one, switches it off
    swagger_ui_oauth2_redirect_url: of the page that logging in leads back to
    swagger_ui_init_oauth: for that: ``{"clientId": "docs", "usePkceWithAuthorizationCodeGrant":
                      True}``
    swagger_ui_parameters: of Swagger UI's own: ``{"defaultModelsExpandDepth": -1}``
    webhooks:         a router of the requests that the application will send: ``app.webhooks``
    separate_input_output_schemas: False gives a class one schema for requests and answers
    openapi_version:  written in the document
    """

    title: str
    summary: str | None
    description: str
    version: str
    terms_of_service: str | None
    contact: Mapping[str, Any] | None
    license_info: Mapping[str, Any] | None
    openapi_tags: Sequence[Mapping[str, Any]] | None
    openapi_external_docs: Mapping[str, Any] | None
    servers: Sequence[Mapping[str, Any]] | None
    root_path: str
    root_path_in_servers: bool
    openapi_url: str | None
    docs_url: str | None
    redoc_url: str | None
    swagger_ui_oauth2_redirect_url: str | None
    swagger_ui_init_oauth: Mapping[str, Any] | None
    swagger_ui_parameters: Mapping[str, Any] | None
    webhooks: Router | None
    separate_input_output_schemas: bool
    openapi_version: str


class Documented:
    """The part of an application that describes it; the options are its attributes.

    openapi_schema: the document once it is made; whoever overrides ``openapi`` may keep his here
    """

    title: str = "Trimaran"
    summary: str | None = None
    description: str = ""
    version: str = "0.1.0"
    terms_of_service: str | None = None
    contact: Mapping[str, Any] | None = None
    license_info: Mapping[str, Any] | None = None
    openapi_tags: Sequence[Mapping[str, Any]] | None = None
    openapi_external_docs: Mapping[str, Any] | None = None
    servers: Sequence[Mapping[str, Any]] | None = None
    root_path: str = ""
    root_path_in_servers: bool = True
    openapi_url: str | None = "/openapi.json"
    docs_url: str | None = "/docs"
    redoc_url: str | None = "/redoc"
    swagger_ui_oauth2_redirect_url: str | None = "/docs/oauth2-redirect"
    swagger_ui_init_oauth: Mapping[str, Any] | None = None
    swagger_ui_parameters: Mapping[str, Any] | None = None
    separate_input_output_schemas: bool = True
    openapi_version: str = "3.1.0"
    openapi_schema: dict[str, Any] | None = None
    _webhooks: Router | None = None
    stack: list[Any]
    problem_details: bool | None

    @property
    def plans(self) -> Sequence[Plan]:
        """Every route, understood."""
        raise NotImplementedError

    def describe(self, options: DocumentationOptions) -> None:
        """Take over what was said of the API. Raises ``TypeError`` for an unknown name."""
        known = DocumentationOptions.__optional_keys__
        for name, value in options.items():
            if name not in known:
                what = f"App() got an unexpected keyword argument {name!r}"
                raise TypeError(what)
            setattr(self, "_webhooks" if name == "webhooks" else name, value)
        self.root_path = self.root_path.rstrip("/")

    @property
    def webhooks(self) -> Router:
        """Requests that the application will send, declared as routes, for the document.

        ``@app.webhooks.post("film-sold")``: the name stands in a path's place.
        """
        if self._webhooks is None:
            from trimaran.handlers.router import Router

            self._webhooks = Router()
        return self._webhooks

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document of the application.

        An application may put a function of its own in its place: ``app.openapi = ...``.
        """
        from trimaran.openapi import build_document

        if self.openapi_schema is None:
            self.openapi_schema = build_document(
                self.plans,
                webhooks=self.webhook_plans(),
                title=self.title,
                version=self.version,
                openapi_version=self.openapi_version,
                summary=self.summary,
                description=self.description,
                terms_of_service=self.terms_of_service,
                contact=self.contact,
                license_info=self.license_info,
                tags=self.openapi_tags,
                servers=self._listed_servers(),
                external_docs=self.openapi_external_docs,
                middleware=self.stack,
                problem_details=bool(self.problem_details),
                separate_input_output_schemas=self.separate_input_output_schemas,
            )
        return self.openapi_schema

    def webhook_plans(self) -> list[Plan]:
        """Return the webhooks, understood. Raises ``ConfigurationErrors``."""
        if self._webhooks is None:
            return []
        from trimaran.openapi.callbacks import planned

        return planned(self._webhooks.routes)

    def faults_of_described(self, plans: Sequence[Plan]) -> list[ConfigurationError]:
        """Return the faults of webhooks and callbacks, for the start of the application."""
        routes = [callback for plan in plans for callback in plan.route.callbacks]
        if self._webhooks is not None:
            routes += self._webhooks.routes
        if not routes:
            return []
        from trimaran.openapi.callbacks import planned

        try:
            planned(routes)
        except ConfigurationErrors as faults:
            return list(faults.errors)
        return []

    def _listed_servers(self) -> list[Mapping[str, Any]]:
        servers = list(self.servers or ())
        urls = [server.get("url") for server in servers]
        if self.root_path and self.root_path_in_servers and self.root_path not in urls:
            servers.insert(0, {"url": self.root_path})
        return servers
