"""Import every public name from the installed wheel and answer one request with it."""

import pathlib
import sys

import trimaran
from trimaran.testing import TestClient

if "site-packages" not in str(pathlib.Path(trimaran.__file__)):
    sys.exit(f"not the installed wheel: {trimaran.__file__}")
for name in trimaran.__all__:
    getattr(trimaran, name)
app = trimaran.App()


@app.get("/")
async def hello() -> dict[str, str]:
    return {"message": "Hello"}


with TestClient(app) as client:
    answer = client.get("/")
    docs = client.get("/docs")
if answer.json() != {"message": "Hello"} or docs.status_code != 200:
    sys.exit("the installed wheel does not answer")
sys.stdout.write(f"wheel: {len(trimaran.__all__)} public names, hello and /docs answered\n")
