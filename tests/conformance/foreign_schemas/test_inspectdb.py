"""``inspectdb`` on a foreign schema of more than thirty tables, in each database."""

from __future__ import annotations

import asyncio
import os
import sys
import types
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from trimaran.cli.commands.inspectdb import inspectdb
from trimaran.db import registry
from trimaran.db.backends.registry import installed, open_database
from trimaran.errors import TrimaranError

_HERE = Path(__file__).parent
_SERVERS = {
    "postgresql": ("TRIMARAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test"),
    "mariadb": ("TRIMARAN_TEST_MARIADB", "mysql://root@127.0.0.1:3306/test"),
}


async def _script(url: str, sql: str) -> None:
    database = open_database(url)
    try:
        await database.execute_script(sql)
    finally:
        await database.close()


@pytest.fixture(
    scope="module",
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def foreign(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[tuple[str, str]]:
    """A database of each vendor with the foreign schema: vendor and address."""
    vendor, drop, url = request.param, "", ""
    if vendor == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('foreign') / 'f.db'}"
    else:
        variable, default = _SERVERS[vendor]
        server = os.environ.get(variable, default)
        schema = f"foreign_{uuid.uuid4().hex[:12]}"
        try:
            asyncio.run(_script(server, f"CREATE SCHEMA {schema}"))
        except TrimaranError as error:
            pytest.skip(f"no server at {variable}: {error}")
        if vendor == "mariadb":
            url, drop = urlsplit(server)._replace(path=f"/{schema}").geturl(), "DROP SCHEMA "
        else:
            url, drop = f"{server}?search_path={schema}", "DROP SCHEMA "
        drop += schema + (" CASCADE" if vendor == "postgresql" else "")
    asyncio.run(_script(url, (_HERE / f"{vendor}.sql").read_text()))
    yield vendor, url
    if drop:
        asyncio.run(_script(server, drop))


@pytest.fixture
def models(foreign: tuple[str, str], tmp_path: Path) -> Iterator[Any]:
    """The written module, imported."""
    file = tmp_path / "legacy.py"
    done = CliRunner().invoke(inspectdb, ["--url", foreign[1], "-o", str(file)])
    assert done.exit_code == 0, done.output
    module = types.ModuleType(f"legacy_{foreign[0]}")
    sys.modules[module.__name__] = module
    source = file.read_text()
    module.__dict__["SOURCE"] = source
    with registry.isolated():
        exec(compile(source, str(file), "exec"), module.__dict__)  # noqa: S102  what is under test
        yield module
    del sys.modules[module.__name__]


def _run(url: str, work: Any) -> None:
    async def main() -> None:
        database = open_database(url)
        try:
            with installed(database):
                await work()
        finally:
            await database.close()

    asyncio.run(main())


def test_every_model_can_be_read(foreign: tuple[str, str], models: Any) -> None:
    """Each table and view answers a query over all of its columns."""
    tables = registry.tables()
    assert len(tables) > 35
    assert all(not table.managed for table in tables)

    async def work() -> None:
        for table in tables:
            assert await table.model.objects.order_by().limit(3) == [], table.name
            assert await table.model.objects.count() == 0

    _run(foreign[1], work)


def test_what_is_written_of_the_schema(foreign: tuple[str, str], models: Any) -> None:
    """Keys, relations, uniqueness, keywords, generated columns and indexes are taken over."""
    assert 'primary_key = ("country_code", "number")' in models.SOURCE.replace("'", '"')
    assert models.Region.__table_info__.key_names[1] == "number"
    assert models.Customer.__table_info__.columns["class_field"].db_name == "class"
    assert models.Order.__table_info__.name == "order"
    assert models.Order.__table_info__.columns["import_field"].db_name == "import"
    assert models.CustomerProfile.__table_info__.relations["customer"].one
    assert models.CustomerProfile.__table_info__.key.name == "customer_id"
    assert models.Supplier.__table_info__.relations["address"].one
    assert models.Customer.__table_info__.relations["home"].on_delete == "set_null"
    assert models.Category.__table_info__.relations["parent"].target.name == "category"
    assert models.Stock.__table_info__.columns["free"].computed is not None
    assert "a foreign key of (region_country, region_number)" in models.SOURCE
    assert models.Ticket.__table_info__.columns["opened_at"].db_name == "Opened At"
    assert models.TicketMessage.__table_info__.columns["field_2nd_language"]
    odd = models.OddName.__table_info__
    assert {c.db_name for c in odd.columns.values()} == {"_id", "a__b", "save", "pk", "True"}
    names = {index.name for index in models.Order.__table_info__.indexes}
    assert names == {"ix_order_customer"}
    if foreign[0] != "sqlite":
        assert "Literal['small', 'large', \"it's huge\"]" in models.SOURCE
    if foreign[0] == "postgresql":
        assert '"""What is sold"""' in models.SOURCE
        assert "As the maker calls it" in models.SOURCE


def test_rows_are_written_and_followed(foreign: tuple[str, str], models: Any) -> None:
    """Rows of composite keys, defaults, enumerations and generated columns go both ways."""

    async def work() -> None:
        await models.Country.objects.create(code="GR", name="Greece")
        await models.Region.objects.create(country_code_id="GR", number=1, name="Attica")
        region = await models.Region.objects.get(country_code_id="GR", number=1)
        assert region.pk == ("GR", 1)
        assert (await region.country_code).name == "Greece"
        city = await models.City.objects.create(name="Athens")
        place = await models.Address.objects.create(street="Ermou", city=city)
        customer = await models.Customer.objects.create(email="a@b.gr", home=place)
        assert (customer.class_field, customer.active, customer.balance) == ("new", True, 0)
        product = await models.Product.objects.create(
            sku="x", name="Lamp", price="9.50", size="large", details={"watts": 5}
        )
        assert await models.Product.objects.filter(size="large", name="Lamp").get() == product
        house = await models.Warehouse.objects.create(name="w")
        stock = await models.Stock.objects.create(
            warehouse=house, product_sku_id="x", amount=5, reserved=2
        )
        assert stock.free == 3
        await stock.update(amount=9)
        assert (await models.Stock.objects.get(warehouse=house)).free == 7
        order = await models.Order.objects.create(customer=customer)
        await models.OrderLine.objects.create(
            order=order, line=1, product_sku_id="x", quantity=1, price=1
        )
        found = models.OrderLine.objects.filter(order__customer__email="a@b.gr")
        assert [line.pk async for line in found] == [(order.id, 1)]
        assert (await models.OpenOrder.objects.first()).id == order.id
        totals = await models.CustomerTotal.objects.values_list("email", "orders")
        assert totals == [("a@b.gr", 1)]

    _run(foreign[1], work)
