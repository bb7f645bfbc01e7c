"""FastAPI's tutorial, "Background Tasks"."""

from typing import Annotated, Any

import pytest

from trimaran import App, BackgroundTasks, Depends
from trimaran.testing import TestClient

LOG: list[str] = []
app = App()


def write(text: str, mark: str = "") -> None:
    LOG.append(text + mark)


async def write_later(text: str) -> None:
    LOG.append(text)


def query(tasks: BackgroundTasks, q: str | None = None) -> str | None:
    if q:
        tasks.add_task(write, f"found {q}")
    return q


@app.post("/send/{address}")
async def send(
    address: str, tasks: BackgroundTasks, q: Annotated[str | None, Depends(query)]
) -> dict[str, str]:
    tasks.add_task(write, f"to {address}", mark="!")
    tasks.add_task(write_later, "later")
    LOG.append("answered")
    return {"message": "sent"}


@pytest.fixture
def log() -> list[str]:
    LOG.clear()
    return LOG


@pytest.fixture
def client() -> Any:
    with TestClient(app) as client:
        yield client


def test_tasks_run_after_the_answer(client: TestClient, log: list[str]) -> None:
    """Plain and async functions, with arguments and keywords, in their order."""
    assert client.post("/send/a@b.c").json() == {"message": "sent"}
    assert log == ["answered", "to a@b.c!", "later"]


def test_dependencies_add_tasks_too(client: TestClient, log: list[str]) -> None:
    """One ``BackgroundTasks`` serves the whole request; those of dependencies come first."""
    client.post("/send/a@b.c?q=fog")
    assert log == ["answered", "found fog", "to a@b.c!", "later"]


def test_the_parameter_is_not_the_clients(client: TestClient) -> None:
    """It stands in no document."""
    parameters = app.openapi()["paths"]["/send/{address}"]["post"]["parameters"]
    assert [one["name"] for one in parameters] == ["address", "q"]
