"""Several databases: routers, replicas, and an application that opens them all."""

import asyncio
import logging

import pytest

from trimaran import App, Field, Model
from trimaran.db import transaction
from trimaran.db.backends import registry
from trimaran.db.backends.registry import open_databases
from trimaran.db.models import registry as models
from trimaran.db.routers import DatabaseRouter, allows_migration, use_routers
from trimaran.errors import ConfigurationError
from trimaran.settings import Settings

TABLE = "CREATE TABLE several_visit (id INTEGER PRIMARY KEY, page TEXT NOT NULL)"


with models.isolated():

    class Visit(Model):
        page: str = Field(max_length=50)

        class Meta:
            table = "several_visit"


class Analytics(DatabaseRouter):
    """Reads and writes visits elsewhere."""

    def db_for_read(self, model, **hints):
        return "analytics" if model.__name__ == "Visit" else None

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, model=None, **hints):
        return db == "analytics" if model is Visit else None


@pytest.fixture(autouse=True)
def _no_router_stays():
    yield
    use_routers([])


def _run(body, **urls):
    async def main():
        opened = open_databases(urls)
        for database in opened:
            registry.install(database)
            await database.execute_script(TABLE)
        try:
            return await asyncio.create_task(body(*opened))
        finally:
            for database in opened:
                registry.uninstall(database.alias)
                await database.close()

    return asyncio.run(main())


def _pair(folder):
    primary = f"sqlite:///{folder}/primary.db"
    return {"default": primary, "replica": f"sqlite:///{folder}/replica.db?replica_of=default"}


def test_a_router_chooses_for_a_model_and_using_goes_before_it():
    """Rows stay where they were read from."""

    async def body(default, analytics):
        use_routers([f"{__name__}.Analytics"])
        row = await Visit.objects.create(page="/")
        await row.update(page="/home")
        assert await Visit.objects.using("default").count() == 0
        assert await Visit.objects.values_list("page", flat=True) == ["/home"]
        assert (await Visit.objects.get(id=row.id)).page == "/home"
        return await Visit.objects.filter(page="/home").delete()

    assert _run(body, default="sqlite://", analytics="sqlite://") == 1


def test_a_router_says_where_tables_belong():
    """Without one, or without its opinion, everywhere."""
    assert allows_migration("default", "", Visit)
    use_routers([Analytics])
    assert not allows_migration("default", "", Visit)
    assert allows_migration("analytics", "", Visit)


def test_a_router_that_is_not_there():
    """The error names it and shows how it is written."""
    with pytest.raises(ConfigurationError, match=r"TRI-DB-007 .*'shop\.nowhere\.Router'"):
        use_routers(["shop.nowhere.Router"])


def test_reads_go_to_the_replica_until_the_task_writes(tmp_path):
    """And reads in transactions, and those of tasks that it starts, to the primary."""

    async def body(default, replica):
        await replica.execute("INSERT INTO several_visit VALUES (1, 'from the replica')")
        count = Visit.objects.count

        async def reader():
            before = await count()
            async with transaction.atomic(read_only=True):
                inside = await count()
            return before, inside, await count()

        async def writer():
            await Visit.objects.create(page="/")
            return await count(), await asyncio.create_task(count())

        return await asyncio.create_task(reader()), await asyncio.create_task(writer())

    read, written = _run(_unwritten(body), **_pair(tmp_path))
    assert read == (1, 0, 1)
    assert written == (1, 1)


def _unwritten(body):
    """Forget that the fixture has written."""

    async def run(default, replica):
        default._wrote.set(False)
        return await body(default, replica)

    return run


def test_a_block_may_read_from_the_primary(tmp_path):
    """Where a page must not lag behind."""

    async def body(default, replica):
        await default.execute("INSERT INTO several_visit VALUES (1, 'from the primary')")
        default._wrote.set(False)
        with default.reading_primary():
            fresh = await Visit.objects.count()
        return fresh, await Visit.objects.count()

    assert _run(body, **_pair(tmp_path)) == (1, 0)


def test_a_replica_that_is_down_is_left_out(tmp_path, caplog):
    """The primary answers, and a warning says why."""

    async def body(default, replica):
        default._wrote.set(False)
        await replica.close()
        replica.path = f"{tmp_path}/no/such/folder.db"
        replica._connect = type(replica._connect)(
            replica._connect.func, replica.path, **replica._connect.keywords
        )
        replica._make_workers()
        return await Visit.objects.count(), await Visit.objects.count()

    with caplog.at_level(logging.WARNING, "trimaran.db"):
        assert _run(body, **_pair(tmp_path)) == (0, 0)
    assert len([one for one in caplog.records if "left out" in one.getMessage()]) == 1


def test_a_replica_of_nothing():
    """The error lists what there is."""
    with pytest.raises(ConfigurationError, match=r"TRI-DB-008 .*'shop'.* There are: default, r\."):
        open_databases({"default": "sqlite://", "r": "sqlite:///r.db?replica_of=shop"})


def test_an_application_opens_every_database_and_closes_them(tmp_path):
    """By the settings; the query log begins with it."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/a.db",
        databases={"analytics": f"sqlite:///{tmp_path}/b.db"},
        database_routers=[f"{__name__}.Analytics"],
        query_log=True,
    )
    app = App(settings=settings, database=settings.database_url)

    async def main():
        await app.startup()
        try:
            await registry.database("analytics").execute(TABLE)
            await Visit.objects.create(page="/")
            return [(one.alias, "run" in vars(one)) for one in registry.databases()]
        finally:
            await app.shutdown()

    assert sorted(asyncio.run(main())) == [("analytics", True), ("default", True)]
    assert registry.databases() == ()
