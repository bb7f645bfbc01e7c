import pytest

from examples.bookshop import app as bookshop
from trimaran import App
from trimaran.testing import TestClient


@pytest.fixture
def app() -> App:
    return bookshop.app


def test_books_are_found_by_title(client: TestClient) -> None:
    """A search finds the books whose title holds the words."""
    author = client.post("/authors", json={"name": "Ursula K. Le Guin"}).json()
    book = {"title": "The Dispossessed", "author_id": author["id"], "price": "9.99"}
    assert client.post("/books", json=book).status_code == 201
    found = client.get("/books", params={"q": "disp"}).json()
    assert found == [{"id": found[0]["id"], **book}]


def test_every_fault_is_told(client: TestClient) -> None:
    """An answer of 422 lists each fault with its place."""
    answer = client.post("/books", json={"author_id": "x", "price": -1})
    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [
        ["body", "title"],
        ["body", "author_id"],
        ["body", "price"],
    ]
