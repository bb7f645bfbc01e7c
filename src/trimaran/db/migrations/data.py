"""What the functions of a data migration are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlalchemy as sa

    from trimaran.db.backends.base import Database, Row


class Data:
    """The database, and its tables as they stand at this point of the migrations.

    ::

        async def fill(data: m.Data) -> None:
            film = data.tables["film"]
            await data.execute(film.update().where(film.c.rating.is_(None)).values(rating=0))

    Models are not used here: they are those of today, which later migrations have yet to reach.

    database: for SQL text of one's own, ``await data.database.execute(...)``
    tables:   SQLAlchemy's tables by name
    """

    def __init__(self, database: Database, tables: Mapping[str, sa.Table]) -> None:
        self.database = database
        self.tables = tables

    async def execute(self, statement: sa.Executable) -> int:
        """Run a statement of SQLAlchemy Core and return the number of rows it touched."""
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
