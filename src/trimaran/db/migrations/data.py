"""What the functions of a data migration are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlalchemy as sa

    from trimaran.db.backends.base import Database, Row
    from trimaran.db.migrations.historical import Apps


class Data:
    """The database, and its tables as they stand at this point of the migrations.

    ::

        async def fill(data: m.Data) -> None:
            film = data.tables["film"]
            await data.execute(film.update().where(film.c.rating.is_(None)).values(rating=0))

    Models are imported by no migration: they are those of today, which later migrations have yet
    to reach. ``apps.get_model`` has those of that time. A function may take ``(apps,
    schema_editor)`` as Django's do; the second is this.

    database: for SQL text of one's own, ``await data.database.execute(...)``; also ``connection``
    tables:   SQLAlchemy's tables by name
    apps:     models of that time: ``data.apps.get_model("shop", "Film")``
    """

    def __init__(self, database: Database, tables: Mapping[str, sa.Table], apps: Apps) -> None:
        self.database = database
        self.connection = database
        self.tables = tables
        self.apps = apps

    async def execute(self, statement: sa.Executable | str) -> int:
        """Run a statement of SQLAlchemy Core, or SQL; return how many rows it touched."""
        if isinstance(statement, str):
            return await self.database.execute(statement)
        sql, params = self._compiled(statement)
        return await self.database.execute(sql, params)

    async def fetch(self, statement: sa.Executable) -> Sequence[Row]:
        """Run a statement of SQLAlchemy Core and return its rows as the driver does."""
        sql, params = self._compiled(statement)
        return await self.database.fetch(sql, params)

    def _compiled(self, statement: Any) -> tuple[str, list[Any]]:
        from trimaran.db.migrations.values import stored_value

        compiled = statement.compile(
            dialect=self.database.dialect, compile_kwargs={"render_postcompile": True}
        )
        values = compiled.construct_params(escape_names=False)
        vendor = self.database.vendor
        return compiled.string, [
            stored_value(values[name], compiled.binds[name].type, vendor)
            for name in compiled.positiontup or ()
        ]
