"""Security schemes in the document: components, requirements, scopes, the 401."""

from typing import Annotated, Any

from trimaran.di import Depends, Security
from trimaran.handlers import FaultHandlers, Router, compile_routes
from trimaran.openapi import build_document


class Scheme:
    """Anything that describes itself is a scheme."""

    def __init__(self, key: str, *, auto_error: bool = True) -> None:
        self.scheme_name = "Key"
        self.key = key
        self.auto_error = auto_error

    def openapi_scheme(self) -> dict[str, Any]:
        return {"type": "apiKey", "in": "header", "name": self.key}

    def __call__(self) -> str:
        return ""


def document(router: Router, overrides: Any = None) -> dict[str, Any]:
    compiled = compile_routes(router.routes, overrides=overrides or {}, faults=FaultHandlers({}))
    return build_document([plan for plan, _ in compiled], title="t", version="1")


def guarded(*dependencies: Any, **options: Any) -> Router:
    router = Router()

    @router.get("/", dependencies=dependencies, **options)
    async def show() -> None: ...

    return router


def test_a_scheme_is_a_component_and_a_requirement():
    """Whoever needs it, however deep."""
    scheme = Scheme("x-key")

    def user(key: Annotated[str, Depends(scheme)]) -> str:
        return key

    found = document(guarded(Depends(user)))
    described = {"Key": {"type": "apiKey", "in": "header", "name": "x-key"}}
    assert found["components"]["securitySchemes"] == described
    assert found["paths"]["/"]["get"]["security"] == [{"Key": []}]


def test_scopes_gather_along_each_chain_and_over_all():
    """Each once, the outermost first."""
    scheme = Scheme("x-key")

    def user(key: Annotated[str, Security(scheme, scopes=["c"])]) -> str:
        return key

    found = document(guarded(Security(user, scopes=["a", "c"]), Security(user, scopes=["b"])))
    assert found["paths"]["/"]["get"]["security"] == [{"Key": ["a", "c", "b"]}]


def test_two_schemes_of_one_name_are_told_apart():
    """The second is numbered; the same one again is not."""
    first, second = Scheme("a"), Scheme("b")
    found = document(guarded(Depends(first), Depends(second), Depends(Scheme("a"))))
    assert list(found["components"]["securitySchemes"]) == ["Key", "Key_2"]
    assert found["paths"]["/"]["get"]["security"] == [{"Key": []}, {"Key_2": []}]


def test_the_401_is_described_once():
    """What the route declares itself stands; optional credentials answer none."""
    [status] = set(document(guarded(Depends(Scheme("a"))))["paths"]["/"]["get"]["responses"]) - {
        "200"
    }
    assert status == "401"
    declared = guarded(Depends(Scheme("a")), responses={401: {"description": "Who are you?"}})
    responses = document(declared)["paths"]["/"]["get"]["responses"]
    assert responses["401"] == {"description": "Who are you?"}
    optional = guarded(Depends(Scheme("a", auto_error=False)))
    assert "401" not in document(optional)["paths"]["/"]["get"]["responses"]


def test_an_overridden_scheme_stays_in_the_document():
    """What a test puts in its place is no change of the API."""
    scheme = Scheme("a")
    found = document(guarded(Depends(scheme)), {scheme: lambda: "key"})
    assert found["paths"]["/"]["get"]["security"] == [{"Key": []}]


def test_without_schemes_nothing_is_said():
    """No empty components, no empty requirements."""
    found = document(guarded(Depends(lambda: None)))
    assert "components" not in found
    assert "security" not in found["paths"]["/"]["get"]
