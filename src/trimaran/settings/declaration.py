"""The settings of an application: names, types and defaults."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from trimaran._internal.redaction import HIDDEN, is_sensitive, redact_urls
from trimaran.settings.secret import Secret

LogLevel = Literal["debug", "info", "warning", "error", "critical"]
Seconds = Annotated[float, Meta(gt=0)]
Duration = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class Env:
    """A further environment variable that fills a setting.

    ``stripe_key: Annotated[Secret[str], Env("STRIPE_KEY")]`` is read from ``TRIMARAN_STRIPE_KEY``
    and, where that is not set, from ``STRIPE_KEY``.
    """

    name: str


class Settings(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=False):
    """What a deployment decides; extend it with fields of your own.

    ``load_settings`` fills it from ``TRIMARAN_<NAME>`` variables, ``.env`` and ``trimaran.toml``.
    Of what follows ``workers``, None leaves the server's own default in force: ``ServerConfig`` and
    ``Limits`` in ``trimaran.server`` say what each means, under the same names.

    app:        what commands work on where none is named, ``shop/app.py`` or ``shop.main:app``
    debug:      shows error pages with source and values to whoever asks: development only
    databases:  every database by alias; ``default`` is ``database_url``
    database_routers: classes that choose among them, ``shop.routers.Analytics``
    query_log:  writes every statement to the log ``trimaran.db.queries``, its values hidden unless
                ``query_log_parameters`` is true
    strict_loading: relations that no query fetched beforehand raise, instead of being read lazily
    slow_query: seconds from which a statement is a warning on ``trimaran.db.slow``
    migration_lock_timeout: seconds that a migration's statement may wait for a lock, others
                waiting behind it; it is tried again then. 0: any time
    apps:       packages whose models have a ``migrations`` folder of their own in the package
    """

    app: str = ""
    debug: bool = False
    database_url: Annotated[str, Env("DATABASE_URL")] = "sqlite:///db.sqlite3"
    databases: dict[str, str] = {}
    database_routers: list[str] = []
    query_log: bool = False
    query_log_parameters: bool = False
    slow_query: Seconds | None = None
    strict_loading: bool = False
    migration_lock_timeout: Duration = 5.0
    apps: list[str] = []
    secret_key: Secret[str] = Secret("")
    log_level: LogLevel = "info"
    migrations_directory: Path = Path("migrations")
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    uds: Path | None = None
    workers: Count = 1
    certfile: Path | None = None
    keyfile: Path | None = None
    access_log: bool | None = None
    backlog: Count | None = None
    guard_threshold: Duration | None = None
    drain_grace: Duration | None = None
    drain_timeout: Duration | None = None
    max_target: Count | None = None
    max_head: Count | None = None
    max_headers: Count | None = None
    max_connections: Count | None = None
    max_pipelined: Count | None = None
    header_timeout: Seconds | None = None
    body_timeout: Seconds | None = None
    body_min_rate: Annotated[int, Meta(ge=0)] | None = None
    response_timeout: Duration | None = None
    write_timeout: Seconds | None = None
    keep_alive: Seconds | None = None
    ping_interval: Seconds | None = None
    ping_timeout: Seconds | None = None
    linger: Duration | None = None
    tls_handshake: Seconds | None = None
    write_buffer: Count | None = None
    read_buffer: Count | None = None

    def __post_init__(self) -> None:
        if self.databases.get("default") != self.database_url:
            databases = {"default": self.database_url, **self.databases}
            msgspec.structs.force_setattr(self, "database_url", databases["default"])
            msgspec.structs.force_setattr(self, "databases", databases)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.__redacted_fields__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return list(self.__redacted_fields__())

    def __redacted_fields__(self) -> Iterator[tuple[str, str]]:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            hide = is_sensitive(name) and isinstance(value, str) and "://" not in value and value
            shown = repr(HIDDEN) if hide else redact_urls(repr(value))
            yield name, shown
