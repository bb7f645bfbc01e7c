"""FastAPI's "Additional Status Codes": an answer of another status than the declared one."""

from trimaran import App, JSONResponse
from trimaran.testing import TestClient

FILMS = {"ran": "Ran"}


def served() -> App:
    app = App()

    @app.put("/films/{slug}")
    async def rename(slug: str, title: str) -> dict[str, str] | JSONResponse:
        known = slug in FILMS
        FILMS[slug] = title
        film = {"slug": slug, "title": title}
        return film if known else JSONResponse(film, status_code=201)

    return app


def test_a_returned_response_has_its_own_status() -> None:
    """The declared status is that of plain values; a ``JSONResponse`` brings its own."""
    client = TestClient(served())
    assert client.put("/films/ran?title=Chaos").status_code == 200
    made = client.put("/films/ikiru?title=To live")
    assert (made.status_code, made.json()["title"]) == (201, "To live")


def test_the_document_does_not_know_it() -> None:
    """What a handler returns by itself is described where ``responses`` says it."""
    responses = served().openapi()["paths"]["/films/{slug}"]["put"]["responses"]
    assert set(responses) == {"200", "422"}
