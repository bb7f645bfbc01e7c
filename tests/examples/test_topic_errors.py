"""The examples of docs/topics/errors.md, and what they do."""

# ruff: noqa: E402  imports stand where the page shows them

from __future__ import annotations

# region raise
from trimaran import App, HTTPException

app = App(problem_details=True)

FILMS = {1: "Metropolis"}


@app.get("/films/{id:int}", responses={404: {"description": "No such film"}})
async def show(id: int) -> str:
    if id not in FILMS:
        raise HTTPException(404, f"There is no film {id}")
    return FILMS[id]


# endregion
# region own
@app.post("/films/{id:int}/sale")
async def sell(id: int, copies: int) -> int:
    if copies > 3:
        detail = {
            "type": "https://shop.example/problems/sold-out",
            "title": "Sold out",
            "detail": "Three copies are left.",
            "left": 3,
        }
        raise HTTPException(409, detail)
    return copies


# endregion
# region handlers
from trimaran import JSONResponse, Request, Response, Router


class OutOfStockError(Exception):
    """Nothing is left."""


sales = Router(prefix="/sales", problem_details=False)


@sales.exception_handler(OutOfStockError)
async def out_of_stock(request: Request, error: OutOfStockError) -> Response:
    return JSONResponse({"detail": "Nothing is left"}, 410)


@sales.post("/last")
async def sell_last() -> None:
    raise OutOfStockError


app.include_router(sales)
# endregion
from trimaran.testing import TestClient

client = TestClient(app)


def test_a_fault_is_a_problem() -> None:
    """With the members that the page shows."""
    answer = client.get("/films/7")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "instance": "/films/7",
        "detail": "There is no film 7",
    }


def test_a_problem_of_ones_own_has_its_type() -> None:
    """And members beside the standard ones."""
    body = client.post("/films/1/sale?copies=4").json()
    assert (body["type"], body["left"]) == ("https://shop.example/problems/sold-out", 3)
    assert (body["status"], body["title"]) == (409, "Sold out")


def test_a_router_answers_in_its_own_way() -> None:
    """Its handler, and its form."""
    assert client.post("/sales/last").json() == {"detail": "Nothing is left"}
    assert client.post("/sales/last").status_code == 410
